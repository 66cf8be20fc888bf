"""What goes: a route or a parameter that is deprecated says so in every answer (RFC 9745, RFC 8594) and in OpenAPI."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.links import link
from app.kit.validators import http_date


@dataclass(frozen=True)
class Going:
    """A route (its template, as `/facts/{id}`), or one parameter of it, that goes; `sunset`: from when it may be gone.

    guide: where it is said what to ask instead.
    """

    route: str
    since: date
    guide: str
    parameter: str | None = None
    sunset: date | None = None

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers that announce it."""
        found = [
            (b"deprecation", f"@{int(_midnight(self.since).timestamp())}".encode()),
            (b"link", link(self.guide, "deprecation", type="text/html").encode()),
        ]
        if self.sunset:
            found.append((b"sunset", http_date(_midnight(self.sunset)).encode()))
        return found


class Announce:
    """ASGI middleware: answers of what goes say so. It stands inside of what changes the scope's route."""

    def __init__(self, app: ASGIApp, going: Iterable[Going]) -> None:
        """Wrap the application; take what goes."""
        self._app = app
        self._going: dict[str, list[Going]] = {}
        for one in going:
            self._going.setdefault(one.route, []).append(one)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; announce where an answer starts, for then its route is known."""

        async def announced(message: Message) -> None:
            if message["type"] == "http.response.start":
                concerned = self._going.get(getattr(scope.get("route"), "path", ""), ())
                given = {name for name, _ in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)}
                for one in concerned:
                    if one.parameter is None or one.parameter in given:
                        message["headers"] = [*message["headers"], *one.headers()]
                        break
            await send(message)

        await self._app(scope, receive, announced if scope["type"] == "http" else send)


def mark(document: dict[str, Any], going: Iterable[Going]) -> None:
    """Mark what goes in an OpenAPI document."""
    for one in going:
        for operation in document["paths"][one.route].values():
            if one.parameter is None:
                operation["deprecated"] = True
            for parameter in operation.get("parameters", ()):
                if parameter["name"] == one.parameter:
                    parameter["deprecated"] = True


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
