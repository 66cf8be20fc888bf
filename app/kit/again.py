"""A question whose connection to the database was lost is asked once more; what was begun to be sent is not.

Every question only reads: asked twice, it does no harm. The parts of streams are `engines.Parts`' own matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

AGAIN = "app.again"


@dataclass
class Attempt:
    """The first of two: whether it was given up. Whoever gives it up answers, but that is not sent."""

    given_up: bool = False


def give_up(scope: Scope) -> bool:
    """Give up the attempt to answer, if another will follow; False when it is the last one."""
    attempt: Attempt | None = scope.get(AGAIN)
    if attempt is None:
        return False
    attempt.given_up = True
    return True


class AskAgain:
    """ASGI middleware, innermost: a question whose first attempt is given up is asked again, with the same body."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, once or twice."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        before = dict(scope)
        attempt = scope[AGAIN] = Attempt()
        heard: list[Message] = []

        async def hearing() -> Message:
            message = await receive()
            heard.append(message)
            return message

        async def sending(message: Message) -> None:
            if not attempt.given_up:
                await send(message)

        await self._app(scope, hearing, sending)
        if not attempt.given_up:
            return
        # What the first attempt wrote into it, such as its route, is written anew.
        scope.clear()
        scope.update(before)
        said = iter(heard)

        async def hearing_again() -> Message:
            return next(said, None) or await receive()

        await self._app(scope, hearing_again, send)
