"""What every request leaves behind: an id, a line of JSON in the access log, a count; nobody's address among it."""

from __future__ import annotations

import asyncio
import random
import re
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from json.encoder import encode_basestring_ascii as quoted

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.counting import Counts
from app.kit.remembering import REMEMBERED, UNOBSERVED

# A pipe takes so many bytes at once, whole beside other workers' lines.
AT_ONCE = 4_096
# Of a path and of a query.
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
    # No secret: the system's own dice would be a call of the kernel for each.
    return found or f"{random.getrandbits(64):016x}"


class Observe:
    """ASGI middleware, outermost: it gives each request its id, writes its line and counts it, as it is told to."""

    def __init__(self, app: ASGIApp, counts: Counts | None, *, log: bool) -> None:
        """Wrap the application; take where to count, and whether to write lines."""
        self._app = app
        self._counts = counts
        self._lines = Lines() if log else None

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
                given = message["headers"]
                for name, value in given:
                    if name == b"foedus-release":
                        release = value
                        break
                message["headers"] = [*given, echoed]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, seen)
        finally:
            seconds = time.perf_counter() - began
            if self._counts is not None:
                route = getattr(scope.get("route"), "path", None) or "none"
                self._counts.add(scope["method"], route, status, size, seconds, remembered=REMEMBERED in scope)
            if self._lines is not None:
                self._lines.add(line(scope, status, size, seconds, release.decode("latin-1")))


def line(scope: Scope, status: int, size: int, seconds: float, release: str) -> str:
    """Return one request as a line of JSON: control characters are escaped, as in any JSON."""
    now = time.time()
    path, query = scope["raw_path"][:LONGEST].decode("latin-1"), scope["query_string"][:LONGEST].decode("latin-1")
    return (
        f'{{"time":"{_second(int(now))}.{int(now % 1 * 1000):03}+00:00","method":{quoted(scope["method"])},'
        f'"path":{quoted(path)},"query":{quoted(query)},"status":{status},"bytes":{size},"ms":{seconds * 1000:.2f},'
        f'"id":{quoted(scope["request_id"])},"release":{quoted(release) if release else "null"}}}\n'
    )


class Lines:
    """Lines on standard output: those of one turn of the event loop are written at its end, before it waits again.

    Python's logging would cost as much as the rest of this module, and a call of the kernel for each line again.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: list[str] = []

    def add(self, one: str) -> None:
        """Write a line soon."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.write)
        self._waiting.append(one)

    def write(self) -> None:
        """Write what waits, no line in two; a log that cannot be written stops no answer."""
        waiting, self._waiting = self._waiting, []
        together = ""
        with suppress(OSError, ValueError):
            for one in waiting:
                if len(together) + len(one) > AT_ONCE:
                    _write(together)
                    together = ""
                together += one
            _write(together)


@lru_cache(maxsize=2)
def _second(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
