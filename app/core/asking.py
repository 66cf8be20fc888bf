"""Requests become questions of one release, and records become responses; what a list holds is for `lists` to say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from sqlalchemy import Connection

from app.core import choosing, freshness, resolution
from app.core.attribution import behind, citation
from app.core.choosing import RELEASE, releases
from app.core.snapshot import HeldRelease
from app.kit import edtf, links, reading
from app.kit.formats import JSON, Format
from app.kit.headers import LONGEST_TARGET
from app.kit.negotiation import choose
from app.kit.pages import LONGEST_CURSOR, Cursor, joined, json_response, list_bytes, one_bytes, question_digest
from app.kit.parameters import NOTHING, Asked, Parameter
from app.kit.problems import Culprit, Problem, unprocessable
from app.kit.validators import refuse_unchanged

OF_PAGES = ("limit", "cursor", "facet")


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
        for_good = RELEASE.name in self.asked.given
        return freshness.headers(self.held, self.address, self.format.suffix, for_good=for_good)

    def citation(self, sources: Iterable[str] = ()) -> str:
        """Return how the answer is cited; `sources`: those that its records rest on."""
        return citation(self.held, self.address, sources)

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
    """A question for one record: which release answers, whether it was named, in which format."""

    held: HeldRelease
    asked: Asked
    format: Format

    def address(self, path: str) -> str:
        """Return the canonical, root-relative address of the record at a path."""
        return address(path, self.asked.query())

    def headers(self, path: str) -> dict[str, str]:
        """Return the headers by which the record at a path is known again."""
        for_good = RELEASE.name in self.asked.given
        return freshness.headers(self.held, self.address(path), self.format.suffix, for_good=for_good)


def read(held: HeldRelease, declared: tuple[Parameter, ...], request: Request) -> Asked:
    """Read the question, names resolved; raise the 422 that teaches."""
    query: bytes = request.scope["query_string"]
    asked = reading.read(declared, query, lambda wanted: resolution.resolved(held, wanted))
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

    The pointer is read once. The release that `release` names, or else the cursor is of, is the one in which names
    are looked up, and the `path` made, too.
    """
    chosen = choose(request, offered)
    cursor = _cursor(request)
    held = choosing.held(request, choosing.named(request) or (cursor.release if cursor else None))
    if isinstance(path, str):
        at = path
    else:
        with held.connect() as connection:
            at = path(connection)
    asked = read(held, (*declared, RELEASE), request)
    if not chosen.paged:
        _refuse(asked, OF_PAGES, f"is of JSON's pages; .{chosen.suffix} has the whole result: leave it out")
    if not chosen.table:
        _refuse(asked, ("fields", "group_by", "sum"), f"is for JSON, CSV and NDJSON, not for .{chosen.suffix}")
    if "group_by" in asked.given:
        _refuse(asked, ("fields", "sort"), "is of facts; `group_by` answers groups, the largest first: leave it out")
    else:
        _refuse(asked, ("sum",), "is of groups: say by `group_by` of which, as `group_by=source`")
    after = None
    if "cursor" in asked.given:
        if cursor is not None and cursor.release != held.id:
            detail = f"is of release {cursor.release}, and `release` names another: start again without one of them"
            raise unprocessable([Culprit(parameter="cursor", detail=detail)])
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
    """Return the release that answers and the format, where no parameter but `release` is taken; 422 for any other."""
    chosen = choose(request, offered)
    asked = reading.read((RELEASE,), request.scope["query_string"], lambda _: [])
    return Alone(choosing.held(request, asked.one(RELEASE.name)), asked, chosen)


def now(request: Request) -> Alone:
    """Return the current release, where no parameter is taken at all: what is said is of the service, or of today."""
    chosen = read_nothing(request)
    return Alone(releases(request).current(), NOTHING, chosen)


def read_nothing(request: Request, offered: Sequence[Format] = (JSON,)) -> Format:
    """Refuse any parameter where none is taken; return the format."""
    chosen = choose(request, offered)
    reading.read((), request.scope["query_string"], lambda _: [])
    return chosen


def list_response(
    question: Question, answers: Sequence[str], counts: dict[str, Any], last: int | None = None
) -> Response:
    """Put a page of whole records together; `last`: the number of its last one, when more follow."""
    data = joined(answers)
    return page_response(question, data, behind(data), {"count": len(answers), **counts}, last)


def page_response(
    question: Question,
    data: bytes,
    sources: Iterable[str],
    counts: dict[str, Any],
    last: int | None,
    notes: Sequence[dict[str, Any]] = (),
    facets: Sequence[dict[str, Any]] = (),
) -> Response:
    """Put a page together of what its records say, whatever of it is shown; `sources`: those that they rest on."""
    meta = {
        **counts,
        "release": question.held.id,
        "citation": question.citation(sources),
        "notes": [{**note, "link": note["link"] and in_release(note["link"], question.asked)} for note in notes],
        "facets": list(facets),
    }
    following = question.following(last)
    headers = question.headers | {"Link": links.header(question.address, following)}
    return json_response(list_bytes(data, meta, {"self": question.address, "next": following}), headers)


def one_response(alone: Alone, path: str, answer: str, more: dict[str, str]) -> Response:
    """Wrap one finished record, whose canonical path it is; `more`: where to go from here, in the same release."""
    at, data = alone.address(path), answer.encode()
    meta = {"release": alone.held.id, "citation": citation(alone.held, at, behind(data)), "notes": []}
    onward = {name: in_release(target, alone.asked) for name, target in more.items()}
    return json_response(
        one_bytes(data, meta, {"self": at, "more": onward}), alone.headers(path) | {"Link": links.header(at)}
    )


def address(path: str, query: str) -> str:
    """Join path and canonical query."""
    return f"{path}?{query}" if query else path


def in_release(link: str, asked: Asked) -> str:
    """Return a link that stays in the release that is asked for, if one is."""
    release = asked.one(RELEASE.name) if RELEASE.name in asked.given else None
    return link if release is None else f"{link}{'&' if '?' in link else '?'}{RELEASE.name}={release}"


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


def _digest(asked: Asked, path: str) -> str:
    return question_digest(path, asked.query(cursor=None, limit=None, release=None))
