"""Formats of answers: suffixes, media types, and the layer that takes a known suffix off a path; nothing is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

_ENDING = re.compile(r"\.[a-z]{2,10}\Z")
_CHOSEN = "app.format"


@dataclass(frozen=True)
class Format:
    """A format: how its addresses end, what it is called in `Accept`, what it holds.

    whole: it gives a list's whole result, streamed, and not a page.
    paged: it gives a page, and where the next one is.
    saved: browsers save it as a file.
    """

    suffix: str
    media_type: str
    doc: str
    whole: bool = False
    paged: bool = False
    saved: bool = False

    @property
    def table(self) -> bool:
        """Whether a caller may choose keys and groups in it."""
        return self in TABLES

    @property
    def content_type(self) -> str:
        """The value of `Content-Type`; JSON is UTF-8 by definition, text has to say so."""
        plain = self.media_type.startswith("text/") or self in (BIBTEX, RIS)
        return f"{self.media_type}; charset=utf-8" if plain else self.media_type


JSON = Format("json", "application/json", "A page, or one record.", paged=True)
CSV = Format("csv", "text/csv", "The whole result as a table, for pandas, R and spreadsheets.", whole=True, saved=True)
CSVW = Format("metadata.json", "application/csvm+json", "What the columns of the CSV are (CSVW).")
NDJSON = Format("ndjson", "application/x-ndjson", "The whole result, one record a line.", whole=True, saved=True)
GEOJSON = Format("geojson", "application/geo+json", "What has a point on the globe.", whole=True)
JSONLD = Format("jsonld", "application/ld+json", "Linked data: schema.org, PROV-O, Web Annotation.", whole=True)
CSL = Format("csl.json", "application/vnd.citationstyles.csl+json", "How to cite it, as CSL-JSON.", whole=True)
BIBTEX = Format("bib", "application/x-bibtex", "How to cite it, as BibTeX.", whole=True, saved=True)
RIS = Format("ris", "application/x-research-info-systems", "How to cite it, as RIS.", whole=True, saved=True)
ATOM = Format("atom", "application/atom+xml", "A page as a feed, for feed readers (RFC 4287, RFC 5005).", paged=True)
ZIP = Format("zip", "application/zip", "The release as a Frictionless Data Package v2.", whole=True, saved=True)
FORMATS = (JSON, CSV, NDJSON, GEOJSON, JSONLD, CSL, BIBTEX, RIS, ATOM, CSVW)
CITATIONS = (CSL, BIBTEX, RIS)
TABLES = (JSON, CSV, NDJSON, CSVW)
# `.metadata.json` ends in `.json` too.
_LONGEST_FIRST = sorted(FORMATS, key=lambda one: -len(one.suffix))


class Suffixes:
    """ASGI middleware: `/transfers.csv` is `/transfers` in CSV. What is no suffix of ours is part of the name."""

    def __init__(self, app: ASGIApp, without: tuple[str, ...]) -> None:
        """Wrap the application; paths that start like one of `without` are files of their own."""
        self._app = app
        self._without = without

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with the suffix taken off and remembered."""
        if scope["type"] == "http" and not scope["path"].startswith(self._without):
            found = _split(scope["path"])
            if found:
                path, asked = found
                # In place: who stands outside reads the route from the same scope.
                scope["path"], scope[_CHOSEN] = path, asked
        await self._app(scope, receive, send)


def by_suffix(scope: Scope) -> Format | None:
    """Return the format that the path's suffix asks for."""
    found: Format | None = scope.get(_CHOSEN)
    return found


def suffix(scope: Scope) -> str:
    """Return the suffix that was taken off the path, with its dot; nothing if there was none."""
    found = by_suffix(scope)
    return f".{found.suffix}" if found else ""


def suffixes(offered: Iterable[Format]) -> str:
    """Name formats by their suffixes."""
    return ", ".join(f".{one.suffix}" for one in offered)


def hint(path: str) -> str:
    """Say what the suffixes are, if a path that leads nowhere ends like one."""
    found = _ENDING.search(path)
    return f" (If {found[0]} is meant as a format: there are {suffixes(FORMATS)}.)" if found else ""


def contents(offered: Iterable[Format]) -> dict[str, dict[str, Any]]:
    """Return the OpenAPI entries of the formats that an operation offers beside JSON."""
    return {one.media_type: {"schema": _schema(one)} for one in offered if one is not JSON}


def offer_doc(offered: Iterable[Format]) -> str:
    """Say which formats an operation offers."""
    named = [f"`.{one.suffix}`" for one in offered if one is not JSON]
    return f"\n\nAlso as {', '.join(named)}, by suffix or by `Accept`." if named else ""


def _schema(one: Format) -> dict[str, Any]:
    if one is CSL:
        return {"type": "array", "items": {"type": "object"}, "description": one.doc}
    if one.media_type.endswith("json") and one is not NDJSON:
        return {"type": "object", "description": one.doc}
    return {"type": "string", "description": one.doc}


def _split(path: str) -> tuple[str, Format] | None:
    last = path[path.rfind("/") + 1 :]
    if "." not in last:
        return None
    for one in _LONGEST_FIRST:
        ending = f".{one.suffix}"
        if last.endswith(ending) and last != ending:
            return path.removesuffix(ending), one
    return None
