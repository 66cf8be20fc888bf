"""HEAD as GET without its body, for every address; other methods are the router's."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEAD = "app.head"


class AnswerHead:
    """ASGI middleware: a HEAD is answered with the headers that a GET would have had."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; leave out the body of what HEAD asked for."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET", _HEAD: True}, receive, without_body)


def only_head(scope: Scope) -> bool:
    """Whether the body will be left out: what is long need not be made."""
    return _HEAD in scope
