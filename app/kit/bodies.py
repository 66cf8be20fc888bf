"""Bodies of requests: read up to a bound, as JSON or as a form; what they mean is not known here."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request, Response
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from app.kit.problems import Culprit, Problem, unprocessable

T = TypeVar("T", bound=BaseModel)
MAX_BODY_BYTES = 262_144
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def bounded(limit: int) -> Callable[[Request], Awaitable[bytes]]:
    """Return a dependency (`Depends(bounded(65_536))`) that is the body; 413 as soon as it is longer than `limit`."""

    async def body(request: Request) -> bytes:
        if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
            # What is small when it is sent may be huge when it is read.
            detail = "A coded body is not read: send it as it is, without Content-Encoding."
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, headers={"Accept-Encoding": "identity"})
        said = request.headers.get("content-length", "")
        if said.isascii() and said.isdigit() and int(said[:20]) > limit:
            raise _too_large(limit)
        found = bytearray()
        try:
            async for part in request.stream():
                found += part
                if len(found) > limit:
                    raise _too_large(limit)
        except ClientDisconnect:
            # Nobody reads this; but a sender that goes away is no failure of ours.
            raise Problem(HTTPStatus.BAD_REQUEST, "The body ended before it was all there.") from None
        return bytes(found)

    return body


body = bounded(MAX_BODY_BYTES)


def _too_large(limit: int) -> Problem:
    detail = f"The body is longer than {limit} bytes: send it in parts."
    # The rest is not read: the connection cannot be used again.
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, headers={"Connection": "close"})


def not_kept(response: Response) -> Response:
    """Return an answer that hangs on what was sent: the address alone does not tell it, so nobody may keep it."""
    for name in ("ETag", "Last-Modified", "Link"):
        with suppress(KeyError):
            del response.headers[name]
    response.headers["Cache-Control"] = "no-store"
    return response


def read_json(given: bytes | str) -> Any:
    """Return what JSON says; 422 when it is none, or says something twice."""
    try:
        return json.loads(given, object_pairs_hook=_members)
    except (ValueError, RecursionError):
        raise unprocessable([Culprit(parameter=None, detail="the body is no JSON in UTF-8")]) from None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise unprocessable([Culprit(parameter=None, detail="a name stands twice in one object of the JSON")])
    # Half a surrogate pair can be written in JSON, but is no text: a value is checked by its shape, a name by nobody.
    "".join(found).encode()
    return found


def read_form(given: bytes) -> dict[str, str]:
    """Return the fields of a form; 422 when it is none, or says one twice."""
    try:
        pairs = parse_qsl(given.decode("ascii"), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        raise unprocessable([Culprit(parameter=None, detail=f"what was sent is no {FORM} in UTF-8")]) from None
    if len(dict(pairs)) != len(pairs):
        raise unprocessable([Culprit(parameter=None, detail="a field of the form is given twice")])
    return dict(pairs)


def media_type(request: Request) -> str:
    """Return what the body is said to be; 415 when it is neither JSON nor a form."""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said not in {JSON, FORM}:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send {JSON} or {FORM}, and say so in Content-Type.")
    return said


def tidy(text: str) -> str:
    """Return a text of somebody's cell as one line, without control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def read_as(shape: type[T], given: Any) -> T:
    """Return what was sent as this shape; 422 that names what does not fit."""
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise refused(error) from None


def refused(error: ValidationError) -> Problem:
    """Return the 422 that names what does not fit, twenty things at most."""
    culprits = [
        Culprit(parameter=".".join(map(str, one["loc"]))[:100] or None, detail=str(one["msg"]).lower())
        for one in error.errors(include_url=False, include_input=False)[:20]
    ]
    return unprocessable(culprits)
