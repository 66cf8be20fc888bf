"""Endpoints in threads of their own: FastAPI sees what they take, and waits for none of them in the loop."""

from __future__ import annotations

import threading

import httpx
import pytest
from anyio.from_thread import BlockingPortal
from fastapi import APIRouter, FastAPI, Request, Response

from app.kit.threads import InThread


def test_an_endpoint_runs_in_a_thread_of_its_own_and_keeps_its_parameters(portal: BlockingPortal) -> None:
    router = APIRouter(route_class=InThread)

    @router.get("/things/{id}")
    def thing(request: Request, id: str) -> Response:
        """A thing."""
        return Response(f"{request.method} {id} {threading.current_thread().name}")

    own, including = FastAPI(routes=router.routes), FastAPI()
    including.include_router(router)
    for app in (own, including):
        answer = portal.call(_get, app, "/things/one")
        method, id_, thread = answer.text.split()
        assert (method, id_) == ("GET", "one")
        assert thread.startswith("answers")
        assert app.openapi()["paths"]["/things/{id}"]["get"]["description"] == "A thing."


def test_what_an_endpoint_raises_is_raised(portal: BlockingPortal) -> None:
    router = APIRouter(route_class=InThread)

    @router.get("/broken")
    def broken(request: Request) -> Response:
        raise ValueError(f"row 7 of {request.url.path}")

    with pytest.raises(ValueError, match="row 7"):
        portal.call(_get, FastAPI(routes=router.routes), "/broken")


async def _get(app: FastAPI, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return await client.get(path)
