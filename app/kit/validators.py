"""Validators and conditional requests (RFC 9110): ETags and 304; what an answer is made of is the caller's to say."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A minute from any cache, ten more while the cache asks again behind the reader's back, a day while we are down.
CURRENT = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
# Of one release for good: a day, within which nobody asks again. A newer program may say the same otherwise.
FOR_GOOD = "public, max-age=86400, immutable"
# What tells one release from the next is asked for each time.
ASK_AGAIN = "no-cache"
NEVER_STORED = "no-store"
_TAG = re.compile(rb'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_OF_A_BODY = frozenset({b"content-length", b"content-type", b"content-encoding", b"content-range", b"accept-ranges"})


class Unchanged(Exception):
    """What is asked for is what the asker has: raise it before the answer is made, and it becomes a 304."""

    def __init__(self, headers: dict[str, str]) -> None:
        """Take the headers that the answer would have had."""
        super().__init__(headers.get("ETag"))
        self.headers = headers


def code_of(folder: Path, version: str) -> str:
    """Return a digest of a program: its version and its sources, which change between versions while it is written."""
    digest = hashlib.sha256(version.encode())
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def etag(*parts: str) -> str:
    """Return the strong ETag of what these parts make; how it is coded on the way is for `coding` to add."""
    return f'"{hashlib.blake2b(chr(0).join(parts).encode(), digest_size=12).hexdigest()}"'


def etag_of(body: bytes) -> str:
    """Return the strong ETag of these bytes."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def http_date(moment: datetime) -> str:
    """Return a moment in UTC as HTTP writes it."""
    return format_datetime(moment.replace(microsecond=0), usegmt=True)


def headers_of(tag: str, modified: str | None = None, policy: str = CURRENT) -> dict[str, str]:
    """Return the headers by which an answer is kept and asked for again."""
    return {"ETag": tag, "Cache-Control": policy} | ({"Last-Modified": modified} if modified else {})


def is_conditional(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether the asker has something already."""
    return any(name in (b"if-none-match", b"if-modified-since") for name, _ in headers)


def is_fresh(headers: Iterable[tuple[bytes, bytes]], tag: bytes, modified: bytes | None) -> bool:
    """Whether the asker has what is current, by `If-None-Match`, else by `If-Modified-Since`.

    Tags are compared weakly, as RFC 9110 has it. A date must be the very one that was sent: a release that is taken
    back is older than what the asker has, and is another answer all the same.
    """
    tags, since = [], None
    for name, value in headers:
        if name == b"if-none-match":
            tags.append(value)
        elif name == b"if-modified-since":
            since = value
    if tags:
        asked = b",".join(tags)
        return asked.strip() == b"*" or tag.strip(b'"') in _TAG.findall(asked)
    if since is None or modified is None:
        return False
    try:
        return parsedate_to_datetime(since.decode("latin-1")) == parsedate_to_datetime(modified.decode("latin-1"))
    except (ValueError, TypeError, IndexError):
        return False


def without_body(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers that a 304 keeps of the answer that it stands for."""
    return [(name, value) for name, value in headers if name not in _OF_A_BODY]


def refuse_unchanged(request: Request, headers: dict[str, str]) -> None:
    """Raise Unchanged if the asker has the answer of these headers: before it is made, and after it is known valid."""
    given = request.scope["headers"]
    modified = headers.get("Last-Modified")
    if is_conditional(given) and is_fresh(given, headers["ETag"].encode(), modified.encode() if modified else None):
        raise Unchanged(headers)


def install(app: FastAPI) -> None:
    """Answer 304 where Unchanged is raised, and where an answer that was made turns out to be known."""

    async def unchanged(_: Request, error: Exception) -> Response:
        if not isinstance(error, Unchanged):
            raise error
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=error.headers)

    app.add_exception_handler(Unchanged, unchanged)


class AnswerUnchanged:
    """ASGI middleware: an answer whose ETag the asker has becomes a 304; it stands inside of HEAD and codings."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is not conditional; compare what is."""
        if scope["type"] != "http" or scope["method"] != "GET" or not is_conditional(scope["headers"]):
            await self._app(scope, receive, send)
            return
        left_out = False

        async def compared(message: Message) -> None:
            nonlocal left_out
            if message["type"] == "http.response.start" and message["status"] == HTTPStatus.OK:
                headers = dict(message["headers"])
                tag = headers.get(b"etag")
                if tag is not None and is_fresh(scope["headers"], tag, headers.get(b"last-modified")):
                    left_out = True
                    kept = without_body(message["headers"])
                    message = {**message, "status": HTTPStatus.NOT_MODIFIED.value, "headers": kept}
            elif left_out and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app(scope, receive, compared)
