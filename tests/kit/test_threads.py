"""Endpoints in threads of their own: FastAPI sees what they take, and waits for none of them in the loop."""

from __future__ import annotations

import threading

import httpx
import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI, Request, Response

from app.kit.threads import in_thread


def test_an_endpoint_runs_in_a_thread_of_its_own_and_keeps_its_parameters(portal: BlockingPortal) -> None:
    app = FastAPI()

    @app.get("/things/{id}")
    @in_thread
    def thing(request: Request, id: str) -> Response:
        """A thing."""
        return Response(f"{request.method} {id} {threading.current_thread().name}")

    answer = portal.call(_get, app, "/things/one")
    method, id_, thread = answer.text.split()
    assert (method, id_) == ("GET", "one")
    assert thread.startswith("answers")
    assert app.openapi()["paths"]["/things/{id}"]["get"]["description"] == "A thing."


def test_what_an_endpoint_raises_is_raised(portal: BlockingPortal) -> None:
    app = FastAPI()

    @app.get("/broken")
    @in_thread
    def broken() -> Response:
        raise ValueError("row 7")

    with pytest.raises(ValueError, match="row 7"):
        portal.call(_get, app, "/broken")


async def _get(app: FastAPI, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return await client.get(path)
