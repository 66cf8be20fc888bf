"""Bodies of requests, read up to a bound; what they say is for the endpoint to know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import Request

from app.kit.problems import Problem


def bounded(limit: int) -> Callable[[Request], Awaitable[bytes]]:
    """Return a dependency (`Depends(bounded(65_536))`) that is the body; 413 as soon as it is longer than `limit`."""

    async def body(request: Request) -> bytes:
        said = request.headers.get("content-length", "")
        if said.isascii() and said.isdigit() and int(said[:20]) > limit:
            raise _too_large(limit)
        found = bytearray()
        async for chunk in request.stream():
            found += chunk
            if len(found) > limit:
                raise _too_large(limit)
        return bytes(found)

    return body


def _too_large(limit: int) -> Problem:
    detail = f"The body is longer than {limit} bytes: send less at once."
    # The rest is not read: the connection cannot be used again.
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, headers={"Connection": "close"})
