"""Which release answers a request: the current one, or the one that `release=` names; what it answers is for others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import Request
from pydantic import BaseModel

from app.core.snapshot import FactReleases, HeldRelease, Unreadable
from app.kit import grammar, openapi
from app.kit.engines import Gone
from app.kit.parameters import Parameter
from app.kit.problems import Problem
from app.kit.values import Refused, Value

_ID = re.compile(r"[0-9a-f]{12}")


def _read(text: str) -> str:
    if _ID.fullmatch(text):
        return text
    raise Refused(f"{text[:96]!r} is no release's id, which has 12 hexadecimal digits; `/releases` lists them")


RELEASE_ID = Value({"type": "string", "pattern": f"^{_ID.pattern}$"}, _read)
RELEASE = Parameter(
    "release",
    "Answer from this release, as it is and as long as it is held (`/releases`); unless told, from the current one.",
    RELEASE_ID,
    takes="one",
)


def asks(parameters: Iterable[Parameter] = (), **how: Any) -> dict[str, Any]:
    """Return an operation's OpenAPI extras, as `openapi.asks`, with `release`, which all that answer from one take."""
    return openapi.asks((*parameters, RELEASE), **how)


def sends(path: str, shape: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI extras of an operation that is sent JSON, as `openapi.sends`, with `release`."""
    return openapi.sends(path, shape, example, (RELEASE,))


def releases(request: Request) -> FactReleases:
    """Return the releases that this application serves."""
    found: FactReleases = request.app.state.releases
    return found


def named(request: Request) -> str | None:
    """Return the release that `release=` names, before the question is read in it; what is wrong, `reading` says."""
    query: bytes = request.scope["query_string"]
    if b"release" not in query and b"%" not in query:
        return None
    try:
        texts = [text for name, text in grammar.pairs(query) if name == RELEASE.name]
    except grammar.GrammarError:
        return None
    return texts[0] if len(texts) == 1 and _ID.fullmatch(texts[0]) else None


def held(request: Request, release: str | None) -> HeldRelease:
    """Return the release of this id, None being the current one; 410 when it is not held, or cannot be read here."""
    served = releases(request)
    current = served.current()
    if release is None or release == current.id:
        return current
    try:
        found = served.held(release)
    except Gone as gone:
        raise not_held(request, gone) from None
    except Unreadable as error:
        if error.schema == wanted_schema(request):
            raise
        raise _unfit(request, release, error.schema) from None
    if found.about.schema != wanted_schema(request):
        raise _unfit(request, release, found.about.schema)
    return found


def wanted_schema(request: Request) -> str | None:
    """Return the schema that a release must have to be answered from."""
    found: str | None = request.app.state.schema()
    return found


def not_held(request: Request, gone: Gone) -> Problem:
    """Return the 410 of a release that is not held, which names those that are."""
    return Problem(HTTPStatus.GONE, f"{gone.detail} Held are {_those(request)}.", slug=gone.slug)


def _unfit(request: Request, release: str, schema: str | None) -> Problem:
    detail = (
        f"Release {release} is still held, but cannot be read any more: it was compiled with schema {schema}, and this "
        f"program reads {wanted_schema(request)}. Held are {_those(request)}; `/releases` says which can be read."
    )
    return Problem(HTTPStatus.GONE, detail, slug="release-gone")


def _those(request: Request) -> str:
    return ", ".join(releases(request).ids())
