"""Endpoints that wait for a database, in threads of their own; what they answer is theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
# Half as many as Starlette has for all else: who waits here waits in turn, and not for a server's few connections.
THREADS = 20
_POOL = ThreadPoolExecutor(THREADS, thread_name_prefix="answers")


def in_thread(endpoint: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    """Return an endpoint for the event loop that runs this one in a thread.

    FastAPI would do so too, by AnyIO, whose cancelling and limits nobody here asks for: that takes a tenth of the time
    of a new answer.
    """

    @wraps(endpoint)
    async def running(*given: P.args, **named: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(_POOL, partial(endpoint, *given, **named))

    return running
