"""What every request leaves behind: an id, a line of JSON in the access log, a count; nobody's address among it."""

from __future__ import annotations

import json
import re
import secrets
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.counting import Counts

UNOBSERVED = "foedus.unobserved"
# Of a path and of a query: a pipe takes up to 4,096 bytes at once, whole beside other workers' lines.
LONGEST = 1_500
_ID = re.compile(rb"[A-Za-z0-9._~+/=:@-]{1,64}")
_TRACE = re.compile(rb"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def request_id(headers: list[tuple[bytes, bytes]]) -> str:
    """Return the id that a request brings (`X-Request-Id`, else its `traceparent`'s trace), if it is sane; else one."""
    found = None
    for name, value in headers:
        if name == b"x-request-id" and _ID.fullmatch(value):
            return value.decode()
        if name == b"traceparent" and (match := _TRACE.fullmatch(value)):
            found = match[1].decode()
    return found or secrets.token_hex(8)


class Observe:
    """ASGI middleware, outermost: it gives each request its id, writes its line and counts it, as it is told to."""

    def __init__(self, app: ASGIApp, counts: Counts | None, *, log: bool) -> None:
        """Wrap the application; take where to count, and whether to write lines."""
        self._app = app
        self._counts = counts
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; look at what goes out."""
        if scope["type"] != "http" or UNOBSERVED in scope:
            await self._app(scope, receive, send)
            return
        id_ = scope["request_id"] = request_id(scope["headers"])
        echoed = (b"x-request-id", id_.encode())
        status, size, release = HTTPStatus.INTERNAL_SERVER_ERROR.value, 0, b""
        began = time.perf_counter()

        async def seen(message: Message) -> None:
            nonlocal status, size, release
            if message["type"] == "http.response.start":
                status = message["status"]
                release = next((value for name, value in message["headers"] if name == b"foedus-release"), b"")
                message["headers"] = [*message["headers"], echoed]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, seen)
        finally:
            seconds = time.perf_counter() - began
            if self._counts is not None:
                route = getattr(scope.get("route"), "path", None) or "none"
                self._counts.add(scope["method"], route, status, size, seconds)
            if self._log:
                _write(line(scope, status, size, seconds, release.decode("latin-1")))


def line(scope: Scope, status: int, size: int, seconds: float, release: str) -> str:
    """Return one request as a line of JSON: control characters are escaped, as in any JSON."""
    path, query = (json.dumps(scope[part][:LONGEST].decode("latin-1")) for part in ("raw_path", "query_string"))
    said = json.dumps(release) if release else "null"
    return (
        f'{{"time":"{datetime.now(UTC).isoformat(timespec="milliseconds")}","method":{json.dumps(scope["method"])},'
        f'"path":{path},"query":{query},"status":{status},"bytes":{size},"ms":{seconds * 1000:.2f},'
        f'"id":{json.dumps(scope["request_id"])},"release":{said}}}\n'
    )


def _write(written: str) -> None:
    # Python's logging would cost as much as the rest of this module; a log that cannot be written stops no answer.
    with suppress(OSError, ValueError):
        sys.stdout.write(written)
        sys.stdout.flush()
