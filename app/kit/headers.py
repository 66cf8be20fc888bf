"""What every answer carries: CORS for any reader, what a browser may do with it, how caches tell it from others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from fastapi import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.problems import Problem

LOG = logging.getLogger("foedus")
# Common proxies pass 8,190 bytes of a request line, the method and the version included.
LONGEST_TARGET = 8_000
METHODS = "GET, HEAD, OPTIONS, POST"
# Nothing here is anybody's in particular: no cookie, no key. So the origin is no matter, and not in `Vary`, where
# Starlette's CORSMiddleware would put it.
_ALWAYS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_UNLESS_SAID = ((b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),)
_NEGOTIATED = (b"Accept", b"Accept-Encoding")
_VARY = b", ".join(_NEGOTIATED)
_PREFLIGHT = [
    *_ALWAYS,
    (b"access-control-allow-methods", METHODS.encode()),
    (b"access-control-allow-headers", b"Accept, Content-Type, If-Modified-Since, If-None-Match, Range, X-Request-Id"),
    (b"access-control-max-age", b"86400"),
    (b"allow", METHODS.encode()),
    (b"cache-control", b"public, max-age=86400"),
    (b"vary", b"Access-Control-Request-Method, Access-Control-Request-Headers"),
]
_KEPT_SHORTLY = b"public, max-age=10"
_NOT_KEPT = b"no-store"
# They hang on what was sent, or on the moment.
_OF_THE_MOMENT = frozenset({HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.TOO_MANY_REQUESTS})


class Complete:
    """ASGI middleware: every answer gets what all have; too long an address and a crash are answered here."""

    def __init__(self, app: ASGIApp, refusal: Callable[[Scope, Problem], Response] | None = None) -> None:
        """Wrap the application; `refusal`: how a problem is answered, unless as its document."""
        self._app = app
        self._refusal = refusal or document

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer preflights and addresses that are too long; complete what is answered inside."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS" and _is_preflight(scope):
            await send({"type": "http.response.start", "status": HTTPStatus.NO_CONTENT.value, "headers": _PREFLIGHT})
            await send({"type": "http.response.body", "body": b""})
            return
        started = False

        async def completed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _completed(message["status"], message["headers"])
            await send(message)

        if len(scope["raw_path"]) + len(scope["query_string"]) >= LONGEST_TARGET:
            detail = f"The address is longer than {LONGEST_TARGET} bytes: ask for less at once."
            await self._refusal(scope, Problem(HTTPStatus.REQUEST_URI_TOO_LONG, detail))(scope, receive, completed)
            return
        try:
            await self._app(scope, receive, completed)
        except Exception:
            LOG.exception("%s: the server failed (request %s)", scope["path"], scope.get("request_id", "-"))
            if started:
                raise
            detail = "The server failed; the question is not to blame."
            await self._refusal(scope, Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail))(scope, receive, completed)


def document(scope: Scope, problem: Problem) -> Response:
    """Return a problem as its document."""
    # An address that is too long is not said again.
    return problem.response("" if problem.status is HTTPStatus.REQUEST_URI_TOO_LONG else scope["path"])


def _completed(status: int, given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    names = {name for name, _ in given}
    headers = [*given, *_ALWAYS]
    headers += [(name, value) for name, value in _UNLESS_SAID if name not in names]
    if b"cache-control" not in names:
        headers.append((b"cache-control", _policy(status)))
    if b"vary" not in names:
        headers.append((b"vary", _VARY))
        return headers
    said = [token.strip() for name, value in given if name == b"vary" for token in value.split(b",")]
    more = [token for token in said if token not in _NEGOTIATED]
    return [*(header for header in headers if header[0] != b"vary"), (b"vary", b", ".join([*_NEGOTIATED, *more]))]


def _policy(status: int) -> bytes:
    """What is not known today may be tomorrow; what failed now may not fail in a moment."""
    if status < HTTPStatus.BAD_REQUEST:
        return b"no-cache"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _OF_THE_MOMENT:
        return _NOT_KEPT
    return _KEPT_SHORTLY


def _is_preflight(scope: Scope) -> bool:
    names = {name for name, _ in scope["headers"]}
    return b"origin" in names and b"access-control-request-method" in names
