"""The questions of one page: each is put to the API in this process, and all are answered from one release."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from fastapi import Request
from starlette.types import ASGIApp, Message

from app.kit.formats import JSON

_RELEASE = "release"
# Of the request, what a question inside it has too: where the caller is, and who answers.
_OF_THE_CALLER = ("type", "asgi", "http_version", "scheme", "server", "client", "root_path", "app", "state")
_PLAIN = "/:,!@"


class Answer:
    """What the API answered: status, headers, body."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Take what was sent."""
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def record(self) -> Any:
        """The JSON that it holds."""
        return json.loads(self.body)

    def header(self, name: bytes) -> bytes | None:
        """Return the value of a header."""
        return dict(self.headers).get(name)


class Refused(Exception):
    """What a page asks was not answered: the refusal is the page's own."""

    def __init__(self, answer: Answer) -> None:
        """Take the answer, which is no 200."""
        super().__init__(answer.status)
        self.answer = answer


class Questions:
    """What one page asks, in order; the first answer's release is every other question's."""

    def __init__(self, app: ASGIApp, request: Request) -> None:
        """Take who answers, and the request that the page is for."""
        self._app = app
        self._scope = scope = request.scope
        self.request = request
        self.path: str = scope["path"]
        self.given = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        self.named = dict(self.given).get(_RELEASE)
        self.release: str | None = None
        self.calls: list[str] = []
        self.route: Any = None

    def one(self, name: str) -> str | None:
        """Return the value of a parameter of the page's own address; None when it has none, or a blank one."""
        return dict(self.given).get(name) or None

    async def main(self, without: Iterable[str] = (), **more: str) -> Any:
        """Ask what the page's own address asks, but for some parameters, and with more where it has none such."""
        left_out = set(without)
        asked = [(name, value) for name, value in self.given if name not in left_out]
        named = {name for name, _ in asked}
        asked += [(name, value) for name, value in more.items() if name not in named]
        answer = await self.put(self.path, asked)
        if answer.status != HTTPStatus.OK:
            raise Refused(answer)
        record = answer.record
        self.release = record["meta"]["release"]
        return record

    async def ask(self, target: str, **more: str | int) -> Any:
        """Ask something else, of the same release; Refused when it is not answered."""
        split = urlsplit(target)
        asked = [*parse_qsl(split.query), *((name, str(value)) for name, value in more.items())]
        if self.release is not None and _RELEASE not in dict(asked):
            asked.append((_RELEASE, self.release))
        answer = await self.put(split.path, asked)
        if answer.status != HTTPStatus.OK:
            raise Refused(answer)
        record = answer.record
        self.release = self.release or record["meta"]["release"]
        return record

    async def text(self, path: str, media_type: str) -> str:
        """Ask for something in another format than JSON, of the same release."""
        answer = await self.put(path, [(_RELEASE, self.release)] if self.release else [], media_type)
        if answer.status != HTTPStatus.OK:
            raise Refused(answer)
        return answer.body.decode()

    async def put(
        self,
        path: str,
        asked: Iterable[tuple[str, str]],
        media_type: str = JSON.media_type,
        sent: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Put a question to the API as a request of its own; `sent`: the JSON of a POST."""
        query = address_query(asked)
        self.calls.append(f"{'POST ' if sent is not None else ''}{path}{'?' if query else ''}{query}")
        body = b"" if sent is None else json.dumps(sent).encode()
        headers = [(b"accept", media_type.encode())]
        headers += [(name, value) for name, value in self._scope["headers"] if name == b"host"]
        scope = {
            **{name: self._scope[name] for name in _OF_THE_CALLER if name in self._scope},
            "method": "GET" if sent is None else "POST",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": query.encode(),
            "headers": headers if sent is None else [*headers, (b"content-type", JSON.media_type.encode())],
        }
        answered: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            answered.append(message)

        await self._app(scope, receive, send)
        if self.route is None:
            self.route = scope.get("route")
        start, *parts = answered
        return Answer(start["status"], list(start["headers"]), b"".join(part.get("body", b"") for part in parts))


def address_query(asked: Iterable[tuple[str, str]]) -> str:
    """Write a query as the API writes its own: commas, colons and marks of negation stay legible."""
    return urlencode(list(asked), safe=_PLAIN, quote_via=quote)


def within(target: str, named: str | None) -> str:
    """Return a link without the release that a page pins for itself, or with the one that its reader named."""
    split = urlsplit(target)
    kept = [(name, value) for name, value in parse_qsl(split.query, keep_blank_values=True) if name != _RELEASE]
    if named is not None:
        kept.append((_RELEASE, named))
    query = address_query(kept)
    fragment = f"#{split.fragment}" if split.fragment else ""
    return f"{split.path}{'?' if query else ''}{query}{fragment}"
