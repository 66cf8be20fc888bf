"""Endpoints that wait for a database, in threads of their own; what they answer is theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

# Half as many as Starlette has for all else: who waits here waits in turn, and not for a server's few connections.
THREADS = 20
_POOL = ThreadPoolExecutor(THREADS, thread_name_prefix="answers")


class InThread(APIRoute):
    """A route whose endpoint takes the request and the parts of its path as texts, and returns a whole response.

    Nothing is left for FastAPI to read, inject, validate or close, nor for AnyIO to limit or cancel. FastAPI describes
    the endpoint all the same, and what it raises is answered by the application's handlers.
    """

    def __init__(self, path: str, endpoint: Callable[..., Response], **described: Any) -> None:
        """Take what FastAPI describes, and the endpoint, which is called as it is."""
        super().__init__(path, endpoint, **described)
        self.app = self._answer

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request, for FastAPI's own way, which a router that is included takes."""
        return self._asked

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered = await self._asked(Request(scope, receive))
        await answered(scope, receive, send)

    async def _asked(self, request: Request) -> Response:
        asked = partial(self.endpoint, request, **request.path_params)
        answered: Response = await asyncio.get_running_loop().run_in_executor(_POOL, asked)
        return answered
