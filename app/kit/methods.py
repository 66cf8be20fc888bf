"""HEAD as GET without its body, OPTIONS as what may be asked, for every address; other methods are the router's."""

from __future__ import annotations

from http import HTTPStatus

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEAD = "app.head"
_OF_A_BODY = frozenset({b"content-length", b"content-type"})


def allowed(routes: list[BaseRoute], scope: Scope) -> str:
    """Return the methods that an address answers, for `Allow`: those of the first path that it fits."""
    fitting = [one for one in iter_route_contexts(routes) if one.matches(scope)[0] is not Match.NONE]
    found: set[str] = set()
    for route in fitting:
        if route.path == fitting[0].path:
            found |= route.methods or {"GET"}
    return ", ".join(sorted(found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set())))


class AnswerHead:
    """ASGI middleware: HEAD is answered with the headers that a GET would have had; OPTIONS with `Allow` alone.

    OPTIONS is asked of the router, which refuses it as any method that is not declared, and names those that are.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; leave out the body of what HEAD asked for, and turn a refused OPTIONS into its answer."""
        if scope["type"] != "http" or scope["method"] not in ("HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        inner = {**scope, "method": "GET", _HEAD: True} if scope["method"] == "HEAD" else scope
        left_out = scope["method"] == "HEAD"

        async def without_body(message: Message) -> None:
            nonlocal left_out
            if message["type"] == "http.response.start" and scope["method"] == "OPTIONS":
                left_out = message["status"] == HTTPStatus.METHOD_NOT_ALLOWED
                if left_out:
                    kept = [(name, value) for name, value in message["headers"] if name not in _OF_A_BODY]
                    message = {**message, "status": HTTPStatus.NO_CONTENT.value, "headers": kept}
            elif left_out and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(inner, receive, without_body)
        finally:
            # Who counts requests stands outside, and tells them apart by their routes.
            if "route" in inner:
                scope["route"] = inner["route"]


def only_head(scope: Scope) -> bool:
    """Whether the body will be left out: what is long need not be made."""
    return _HEAD in scope
