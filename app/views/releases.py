"""The releases that this service holds, and what changed between two of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from pydantic import Field
from sqlmodel import col

from app.core import asking, lists
from app.core.answering import Shape
from app.core.answering import answer as finish
from app.core.answers import Answer
from app.core.asking import Question
from app.core.attribution import TERMS, citation
from app.core.choosing import RELEASE, RELEASE_ID, asks, not_held, releases, wanted_schema
from app.core.columns import columns_of
from app.core.envelopes import ListAnswer, OneAnswer, list_of
from app.core.filters import PAGING, kinds, of_codes, of_column, with_fields
from app.core.lists import EntityList
from app.core.resource import Catalogue, Resource
from app.core.routes import LIST_ERRORS, ONE_ERRORS
from app.core.snapshot import HeldRelease, Unreadable
from app.core.tables import Change
from app.core.vocabulary import ChangeKind
from app.kit import links, openapi
from app.kit.engines import Gone
from app.kit.feeds import Entry, Feed, atom
from app.kit.formats import ATOM, JSON, TABLES
from app.kit.pages import dump, json_response, list_bytes, one_bytes
from app.kit.parameters import Match, Parameter
from app.kit.problems import Culprit, Problem, responses, unprocessable
from app.kit.validators import ASK_AGAIN, etag_of, headers_of
from app.kit.values import Refused

CHANGES_FORMATS = (*TABLES, ATOM)
ERRORS = responses(HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)


class ReleaseSource(Answer):
    """A source of a release."""

    id: str
    title: str
    publisher: str | None
    url: str | None


class ReleaseLinks(Answer):
    """Where a release leads."""

    facts: str | None = Field(description="Its facts; null if it cannot be read.")
    changes: str | None = Field(
        description="What the current release has otherwise; null if no list of that was compiled, or it is current."
    )


class ReleaseAnswer(Answer):
    """A release that this service holds."""

    id: str
    current: bool
    readable: bool = Field(description="Whether this program can answer from it; if not, all it tells is its id.")
    loaded_at: str | None
    facts: dict[str, int] | None = Field(description="How many facts it has, by kind.")
    entities: dict[str, int] | None = Field(description="How many records each catalogue has.")
    sources: list[ReleaseSource] | None = Field(description="The first five hundred, by id.")
    links: ReleaseLinks


class ChangeAnswer(Answer):
    """A fact that two releases do not have alike."""

    id: str
    kind: str
    change: ChangeKind
    summary: str = Field(description="Of the newer release; of a retired fact, of the older one.")
    reason: str | None = Field(description="Why it is retired; null for the others.")
    successor: str | None = Field(description="The id that a retired one was merged into.")
    link: str


def router(facts: tuple[Resource, ...], catalogues: tuple[Catalogue, ...]) -> APIRouter:
    """Return `/releases`, `/releases/{id}` and `/changes`."""
    found = APIRouter()

    @found.get(
        "/releases",
        response_model=ListAnswer[ReleaseAnswer],
        responses=ERRORS,
        operation_id="list_releases",
        summary="List the releases that are held",
        tags=["service"],
        openapi_extra=openapi.asks((), example="/releases"),
    )
    def find(request: Request) -> Response:
        """The releases that this service holds, the current one first, then the last loaded; `release` asks them."""
        asking.read_nothing(request)
        shelf = _shelf(request)
        data = b",".join(dump(told(id_, shelf)) for id_ in shelf.held)
        counts = {"count": len(shelf.held), **lists.totals(len(shelf.held))}
        meta = {**counts, **shelf.about("/releases"), "facets": []}
        return shelf.response(list_bytes(data, meta, {"self": "/releases", "next": None}), "/releases")

    @found.get(
        "/releases/{id}",
        response_model=OneAnswer[ReleaseAnswer],
        responses=ONE_ERRORS,
        operation_id="get_release",
        summary="Get one release",
        tags=["service"],
        openapi_extra=openapi.asks((), first_of="/releases"),
    )
    def one(request: Request, id: str) -> Response:
        """A release that is held; 410 when it is not, or not any more."""
        asking.read_nothing(request)
        try:
            RELEASE_ID.read(id)
        except Refused as refused:
            raise Problem(HTTPStatus.NOT_FOUND, refused.detail) from None
        shelf = _shelf(request)
        if id not in shelf.held:
            raise not_held(request, Gone(id))
        at = f"/releases/{id}"
        body = one_bytes(dump(told(id, shelf)), shelf.about(at), {"self": at, "more": {"all": "/releases"}})
        return shelf.response(body, at)

    def told(id: str, shelf: Shelf) -> dict[str, Any]:
        """Return what is said of a release."""
        release = shelf.held[id]
        said: dict[str, Any] = {"id": id, "current": id == shelf.current, "readable": release is not None}
        if release is None:
            nothing = dict.fromkeys(("loaded_at", "facts", "entities", "sources"))
            return {**said, **nothing, "links": {"facts": None, "changes": None}}
        counts = release.about.counts
        return {
            **said,
            "loaded_at": release.about.loaded_at,
            "facts": {each.kind: counts[str(each.row.__tablename__)] for each in facts},
            "entities": {each.collection: counts[str(each.row.__tablename__)] for each in catalogues},
            "sources": list(release.about.sources.values()),
            "links": {
                "facts": f"/facts?{RELEASE.name}={id}",
                "changes": f"/changes?since={id}" if id in shelf.compared else None,
            },
        }

    declared = (
        Parameter(
            "since",
            "The earlier release: what is not as it was there.",
            RELEASE_ID,
            lambda values, _: Match(col(Change.n), col(Change.since).in_(values)),
            takes="one",
            required=True,
        ),
        of_column("kind", kinds(each.kind for each in facts), col(Change.n), col(Change.kind), "Kinds of fact."),
        of_codes("change", ChangeKind, col(Change.n), col(Change.change), "What became of them."),
        *PAGING,
        with_fields(ChangeAnswer.model_fields),
    )
    shape = Shape(partial(columns_of, ChangeAnswer))

    @found.get(
        "/changes",
        response_model=list_of(ChangeAnswer),
        responses=LIST_ERRORS,
        operation_id="list_changes",
        summary="List what changed since a release",
        tags=["across"],
        openapi_extra=asks(declared, link_of="/releases#changes", formats=CHANGES_FORMATS),
    )
    def changes(request: Request) -> Response:
        """Facts that were added, modified or retired since an earlier release, each with its reason, in order of id.

        The lists are compiled with a release, since each of those that are held beside it.
        """
        question = asking.question(request, declared, "/changes", CHANGES_FORMATS)
        _refuse_unknown(request, question)
        listing = EntityList(question, Change)
        return _feed(request, question, listing) if question.format is ATOM else finish(question, listing, shape)

    return found


@dataclass(frozen=True)
class Shelf:
    """The releases that are held at the moment, the current one first; None for one that cannot be read."""

    current: str
    held: dict[str, HeldRelease | None]

    @property
    def compared(self) -> list[str]:
        """Those since which the current release has a list of changes."""
        newest = self.held[self.current]
        return newest.about.compared if newest else []

    def about(self, at: str) -> dict[str, Any]:
        """Return what is said about an answer at an address."""
        newest = self.held[self.current]
        cited = citation(newest, at) if newest else f"Foedus, release {self.current}, {at}. {TERMS}"
        return {"release": self.current, "citation": cited, "notes": []}

    def response(self, body: bytes, at: str) -> Response:
        """Answer what hangs on what is held at the moment, and not on one release."""
        kept = headers_of(etag_of(body), policy=ASK_AGAIN)
        return json_response(body, kept | {"Foedus-Release": self.current, "Link": links.header(at)})


def _shelf(request: Request) -> Shelf:
    served = releases(request)
    wanted = wanted_schema(request)
    found: dict[str, HeldRelease | None] = {}
    newest: HeldRelease | None = None
    try:
        newest = served.current()
        current = newest.id
    except Unreadable:
        current = served.ids()[0]
    for id_ in dict.fromkeys([current, *served.ids()]):
        try:
            release = newest if id_ == current else served.held(id_)
        except Unreadable:
            release = None
        except Gone:
            # It was removed while this was asked.
            continue
        found[id_] = release if release and release.about.schema == wanted else None
    return Shelf(current, found)


def _refuse_unknown(request: Request, question: Question) -> None:
    """Refuse a release since which nothing was compiled: 410 if it is not held, else 422 that says so."""
    since = question.asked.one("since") or ""
    about = question.held.about
    if since == about.id or since in about.compared:
        return
    ids = releases(request).ids()
    if since not in ids:
        try:
            # Another server may have it already: then it is newer than the release that answers.
            releases(request).held(since)
        except Gone as gone:
            raise not_held(request, gone) from None
    detail = f"{since} is held, but no list of changes since it was compiled into {about.id}: it was loaded later"
    others = [one for one in about.compared if one in ids]
    raise unprocessable([Culprit(parameter="since", detail=detail, suggestions=others, allowed=about.compared)])


def _feed(request: Request, question: Question, listing: EntityList) -> Response:
    """Answer a page of changes as a feed; an entry is known by its fact and by what it is compared with."""
    since = question.asked.one("since")
    updated = question.held.about.loaded_at
    with question.held.connect() as connection:
        part = listing.part(connection, question.after, question.limit)
    base = str(request.base_url).rstrip("/")

    def absolute(target: str) -> str:
        return base + quote(target, safe="%/:?#[]@!$&'()*+,;=-._~")

    def of_suffix(target: str) -> str:
        path, _, query = target.partition("?")
        return absolute(f"{path}.{ATOM.suffix}?{query}")

    following = question.following(part.last)
    feed = Feed(
        key=f"Foedus, changes since {since}",
        title=f"Foedus: changes since release {since}",
        author="Foedus",
        rights=TERMS,
        updated=updated,
        links=[
            ("self", of_suffix(question.address), ATOM.media_type),
            ("alternate", absolute(question.address), JSON.media_type),
            *([("next", of_suffix(following), ATOM.media_type)] if following else []),
        ],
        entries=[
            Entry(
                key=f"Foedus, since {since}: {one['id']}",
                title=f"{one['change']}: {one['id']}",
                summary=one["summary"] + (f" Retired: {one['reason']}" if one["reason"] else ""),
                updated=updated,
                link=absolute(one["link"]),
                categories=[
                    (absolute("/vocab/change_kind"), one["change"]),
                    (absolute("/facts"), one["kind"]),
                ],
            )
            for one in map(json.loads, part.answers)
        ],
    )
    return Response(atom(feed), headers=question.headers, media_type=ATOM.media_type)
