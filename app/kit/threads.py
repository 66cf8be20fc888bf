"""Endpoints that wait for a database, in threads of their own; what they answer is theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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

    Nothing is left for FastAPI to read, inject, validate or close, nor for AnyIO to limit or cancel. It describes the
    endpoint all the same, and answers what the endpoint raises by the application's handlers.
    """

    def __init__(self, path: str, endpoint: Callable[..., Response], **described: Any) -> None:
        """Take what FastAPI describes, and the endpoint, which is called as it is."""
        super().__init__(path, endpoint, **described)
        self.app = self._answer

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = partial(self.endpoint, Request(scope, receive), **scope["path_params"])
        answered: Response = await asyncio.get_running_loop().run_in_executor(_POOL, asked)
        await answered(scope, receive, send)
