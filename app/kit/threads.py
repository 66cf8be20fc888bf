"""Endpoints that wait for a database, in threads of their own; what they answer is theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

# Half as many as Starlette has for all else: who waits here waits in turn, and not for a server's few connections.
THREADS = 20
_POOL = ThreadPoolExecutor(THREADS, thread_name_prefix="answers")


class InThread(APIRoute):
    """A route whose endpoint takes the request and the parts of its path as texts, and returns a whole response.

    Nothing is left for FastAPI to read, inject or validate, nor for AnyIO to limit or cancel. It describes the endpoint
    all the same.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request: the endpoint, in a thread."""
        endpoint = self.endpoint

        async def answer(request: Request) -> Response:
            asked = partial(endpoint, request, **request.path_params)
            answered: Response = await asyncio.get_running_loop().run_in_executor(_POOL, asked)
            return answered

        return answer
