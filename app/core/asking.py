"""Requests become questions of one release, and records become responses; what a list holds is for `lists` to say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from sqlalchemy import Connection

from app.core import freshness, resolution
from app.core.snapshot import FactReleases, HeldRelease
from app.kit import edtf, links, reading
from app.kit.engines import Gone
from app.kit.formats import JSON, Format
from app.kit.headers import LONGEST_TARGET
from app.kit.negotiation import choose
from app.kit.pages import LONGEST_CURSOR, Cursor, json_response, list_bytes, one_bytes, question_digest
from app.kit.parameters import Asked, Parameter
from app.kit.problems import Culprit, Problem, unprocessable
from app.kit.validators import refuse_unchanged

OF_PAGES = ("limit", "cursor", "facet")
TERMS = "Facts and summaries: CC BY 4.0. Quoted passages: their publishers, quoted with attribution."


@dataclass(frozen=True)
class Question:
    """A list's question as understood: which release answers, what is asked, in which format, where the page starts."""

    held: HeldRelease
    asked: Asked
    path: str
    after: int | None
    format: Format

    @cached_property
    def address(self) -> str:
        """The canonical, root-relative address of this very page."""
        return address(self.path, self.asked.query())

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers by which this very page is known again."""
        return freshness.headers(self.held, self.address, self.format.suffix)

    @property
    def citation(self) -> str:
        """How the answer is cited."""
        return citation(self.held.id, self.address)

    @property
    def limit(self) -> int:
        """How many records a page has."""
        return int(self.asked.one("limit") or 0)

    def following(self, last: int | None) -> str | None:
        """Return the address of the page after record number `last`; None when there is none."""
        if last is None:
            return None
        cursor = Cursor(self.held.id, _digest(self.asked, self.path), last)
        return address(self.path, self.asked.query(cursor=cursor.write()))


@dataclass(frozen=True)
class Alone:
    """A question for one record, which takes no parameters: which release answers, in which format."""

    held: HeldRelease
    format: Format

    def headers(self, at: str) -> dict[str, str]:
        """Return the headers by which the record at a canonical address is known again."""
        return freshness.headers(self.held, at, self.format.suffix)


def releases(request: Request) -> FactReleases:
    """Return the releases that this application serves."""
    found: FactReleases = request.app.state.releases
    return found


def read(connection: Connection, declared: tuple[Parameter, ...], request: Request) -> Asked:
    """Read the question, names resolved; raise the 422 that teaches."""
    query: bytes = request.scope["query_string"]
    asked = reading.read(declared, query, lambda wanted: resolution.resolve(connection, wanted))
    since, until = (asked.given.get(name) for name in ("since", "until"))
    if since and until and edtf.whole(since[0].values[0])[0] > edtf.whole(until[0].values[0])[1]:
        raise unprocessable([Culprit(parameter="until", detail="lies before `since`: no date lies between them")])
    matched = asked.given.get("date_match")
    if matched and matched[0].values == ("certain",) and not since and not until:
        raise unprocessable([Culprit(parameter="date_match", detail="says how `since` and `until` match: give one")])
    return asked


def question(
    request: Request,
    declared: tuple[Parameter, ...],
    path: str | Callable[[Connection], str],
    offered: Sequence[Format] = (JSON,),
) -> Question:
    """Return the question as understood in the release that answers it, in one of the formats that are offered.

    Unchanged (304) when the asker has its answer.

    The pointer is read once. A cursor's release is the one in which names are looked up, and the `path` made, too.
    """
    chosen = choose(request, offered)
    served = releases(request)
    cursor = _cursor(request)
    current = served.current()
    held = current if cursor is None or cursor.release == current.id else _held(served, cursor.release)
    with held.connect() as connection:
        at = path if isinstance(path, str) else path(connection)
        asked = read(connection, declared, request)
    if chosen is not JSON:
        _refuse(asked, OF_PAGES, f"is of JSON's pages; .{chosen.suffix} has the whole result: leave it out")
    if chosen.whole and not chosen.table:
        _refuse(asked, ("fields", "group_by"), f"is for JSON, CSV and NDJSON, not for .{chosen.suffix}")
    if "group_by" in asked.given:
        _refuse(asked, ("fields", "sort"), "is of facts; `group_by` answers groups, the largest first: leave it out")
    after = None
    if "cursor" in asked.given:
        if cursor is None or cursor.question != _digest(asked, at):
            detail = "is none of this question's: take it from `links.next`, and change nothing but `limit`"
            raise unprocessable([Culprit(parameter="cursor", detail=detail)])
        after = cursor.after
    found = Question(held, asked, at, after, chosen)
    if len(found.address) + LONGEST_CURSOR > LONGEST_TARGET:
        detail = f"Written out with every id, the question is longer than {LONGEST_TARGET} bytes: ask for less at once."
        raise Problem(HTTPStatus.REQUEST_URI_TOO_LONG, detail)
    refuse_unchanged(request, found.headers)
    return found


def alone(request: Request, offered: Sequence[Format] = (JSON,)) -> Alone:
    """Return the current release and the format, where no parameter is taken; 422 if any is given."""
    chosen = read_nothing(request, offered)
    return Alone(releases(request).current(), chosen)


def read_nothing(request: Request, offered: Sequence[Format] = (JSON,)) -> Format:
    """Refuse any parameter where none is taken; return the format."""
    chosen = choose(request, offered)
    reading.read((), request.scope["query_string"], lambda _: [])
    return chosen


def list_response(
    question: Question,
    answers: Sequence[str],
    counts: dict[str, Any],
    last: int | None = None,
    notes: Sequence[dict[str, Any]] = (),
    facets: Sequence[dict[str, Any]] = (),
) -> Response:
    """Put a page together; `last`: the number of its last record, when more follow."""
    meta = {
        "count": len(answers),
        **counts,
        "release": question.held.id,
        "citation": question.citation,
        "notes": list(notes),
        "facets": list(facets),
    }
    following = question.following(last)
    headers = question.headers | {"Link": links.header(question.address, following)}
    return json_response(list_bytes(answers, meta, {"self": question.address, "next": following}), headers)


def one_response(alone: Alone, at: str, answer: str, more: dict[str, str]) -> Response:
    """Wrap one finished record, whose canonical address is `at`; `more`: where to go from here."""
    meta = {"release": alone.held.id, "citation": citation(alone.held.id, at), "notes": []}
    body = one_bytes(answer, meta, {"self": at, "more": more})
    return json_response(body, alone.headers(at) | {"Link": links.header(at)})


def address(path: str, query: str) -> str:
    """Join path and canonical query."""
    return f"{path}?{query}" if query else path


def citation(release: str, address: str) -> str:
    """Say how an answer is cited."""
    return f"Foedus, release {release}, {address}. {TERMS}"


def _cursor(request: Request) -> Cursor | None:
    """Return the cursor that is asked for, if one is and it is ours; whether it fits is for the question to say."""
    for field in request.scope["query_string"].split(b"&"):
        if field.startswith(b"cursor="):
            try:
                return Cursor.read(field.removeprefix(b"cursor=").decode("ascii"))
            except ValueError:
                return None
    return None


def _refuse(asked: Asked, names: Sequence[str], detail: str) -> None:
    culprits = [Culprit(parameter=name, detail=detail) for name in names if name in asked.given]
    if culprits:
        raise unprocessable(culprits)


def _held(served: FactReleases, release: str) -> HeldRelease:
    try:
        return served.held(release)
    except Gone:
        detail = f"The cursor is of release {release}, which is not held any more: start again without it."
        raise Problem(HTTPStatus.GONE, detail, slug="release-gone") from None


def _digest(asked: Asked, path: str) -> str:
    return question_digest(path, asked.query(cursor=None, limit=None))
