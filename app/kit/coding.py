"""Content codings: which one a caller wants, and the ETag of what is coded; starlette-compress does the coding."""

from __future__ import annotations

import re
from functools import lru_cache
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

from app.kit.problems import Problem

# Ours to prefer, in this order, among those that the caller likes best.
CODINGS = ("zstd", "gzip")
IDENTITY = "identity"
SMALLEST = 700
_ITEM = re.compile(r"\s*([\w*.+-]+)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?", re.IGNORECASE)
_TAG = re.compile(rb'"([^"]*)"')
STREAMED = ("text/csv", "application/x-ndjson")
CODED = (
    "application/problem+json",
    "application/csvm+json",
    "application/schema+json",
    "application/vnd.citationstyles.csl+json",
    "application/x-bibtex",
    "application/x-research-info-systems",
)


@lru_cache(maxsize=512)
def negotiated(accept: str) -> tuple[str | None, bool]:
    """Return the coding of an `Accept-Encoding`, None if nothing will do; and whether no coding would do as well."""
    wanted: dict[str, float] = {}
    for item in accept.lower().split(","):
        match = _ITEM.fullmatch(item)
        if match:
            wanted[match[1].replace("x-gzip", "gzip")] = float(match[2] or 1)
    every = wanted.get("*")
    liked = {coding: wanted.get(coding, every or 0.0) for coding in CODINGS}
    # Unless it is named, no coding at all is what remains when the caller likes none of ours.
    plain = wanted.get(IDENTITY, 0.0 if every == 0 else 0.0001)
    best = max([*liked.values(), plain])
    chosen = next((coding for coding in (*CODINGS, IDENTITY) if (liked | {IDENTITY: plain})[coding] == best), IDENTITY)
    return (chosen if best > 0 else None), plain > 0


class Code:
    """ASGI middleware: answers coded as the caller likes it best. A coded answer's ETag ends in its coding.

    What stands inside knows ETags without codings: the ending is taken off what the caller has, and a tag of another
    coding is none of this answer's.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        for media_type in CODED:
            add_compress_type(media_type)
        for media_type in STREAMED:
            add_compress_type(media_type, streaming=True)
        self._app = app
        self._coded = CompressMiddleware(app, brotli=False, minimum_size=SMALLEST)
        self._always_coded = CompressMiddleware(app, brotli=False, minimum_size=0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Choose the coding, and pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        accepted = [value for name, value in scope["headers"] if name == b"accept-encoding"]
        # Ranges count the bytes as they are.
        if not accepted or any(name == b"range" for name, _ in scope["headers"]):
            await self._app(scope, receive, send)
            return
        coding, plain = negotiated(b",".join(accepted).decode("latin-1"))
        if coding is None:
            detail = "None of the codings that are asked for is known here: zstd, gzip, identity."
            refused = Problem(HTTPStatus.NOT_ACCEPTABLE, detail).response(scope["path"])
            await refused(scope, receive, send)
            return
        if coding == IDENTITY:
            await self._app(scope, receive, send)
            return
        ending = f'-{coding}"'.encode()
        # In place: who stands outside reads the route from the same scope.
        scope["headers"] = _as_known_inside(scope["headers"], coding.encode(), ending)

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    (name, value[:-1] + ending if name == b"etag" else value) for name, value in message["headers"]
                ]
            await send(message)

        await (self._coded if plain else self._always_coded)(scope, receive, marked)


def _as_known_inside(headers: list[tuple[bytes, bytes]], coding: bytes, ending: bytes) -> list[tuple[bytes, bytes]]:
    found = [(name, value) for name, value in headers if name not in (b"accept-encoding", b"if-none-match")]
    found.append((b"accept-encoding", coding))
    for name, value in headers:
        if name == b"if-none-match" and value.strip() == b"*":
            found.append((name, value))
        elif name == b"if-none-match":
            tags = [tag + b'"' for tag in _TAG.findall(value)]
            ours = [b'"' + tag.removesuffix(ending) + b'"' for tag in tags if tag.endswith(ending)]
            # No tag at all would be no condition, and let a date decide.
            found.append((name, b", ".join(ours) or b'""'))
    return found
