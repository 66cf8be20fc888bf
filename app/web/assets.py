"""The explorer's own files, a style sheet, a script and a sign: small, read once, kept by browsers for good."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from pathlib import Path

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from app.kit.validators import ASK_AGAIN, FOR_GOOD, etag_of, headers_of

PREFIX = "/explorer/"
_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def address(name: str) -> str:
    """Return the address of a file, which has another one when it changes."""
    return f"{PREFIX}{name}?{_read(name)[1].strip(chr(34))[:12]}"


async def serve(request: Request) -> Response:
    """Answer one of the files."""
    name = request.path_params["name"]
    if name not in {file.name for file in _FOLDER.iterdir()}:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    body, tag = _read(name)
    asked = request.scope["query_string"].decode("latin-1")
    policy = FOR_GOOD if asked and tag.strip('"').startswith(asked) else ASK_AGAIN
    return Response(body, media_type=_TYPES[Path(name).suffix], headers=headers_of(tag, policy=policy))


@cache
def _read(name: str) -> tuple[bytes, str]:
    body = (_FOLDER / name).read_bytes()
    return body, etag_of(body)
