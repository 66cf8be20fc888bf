"""Answers of lists in any format: a page as JSON, or the whole result, streamed; what a list holds is for `lists`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fastapi import Response
from sqlalchemy import Connection

from app.core import grouped, grouping, maps, references, spread
from app.core.asking import Question, address, page_response
from app.core.attribution import TERMS, behind
from app.core.linked import LinkedWriter
from app.core.lists import Counts, EntityList, FactList, Listing, Part, ShortList
from app.core.resource import Summed
from app.core.tables import Source
from app.core.writers import CsvWriter, NdjsonWriter, Writer
from app.kit.engines import Parts
from app.kit.formats import CITATIONS, CSV, CSVW, GEOJSON, JSON, NDJSON
from app.kit.pages import MAX_LIMIT, dump, joined
from app.kit.streams import Streamed
from app.kit.tabular import CELLS, Column, described

KEPT = ("id", "kind")
# A table is read apart from the question that found it.
KEPT_IN_TABLES = (*KEPT, "modality", "asserted_by", "hedges", "granularity")


@dataclass(frozen=True)
class Shape:
    """What the records of a list are as a table: columns, key, and which rows one record makes.

    derive: makes the columns, when a table is first asked for. sums: the numbers of its records that are added up.
    """

    derive: Callable[[], tuple[Column, ...]]
    primary_key: tuple[str, ...] = ("id",)
    rows: Callable[[Any], Iterable[Any]] = lambda record: (record,)
    sums: tuple[Summed, ...] = ()

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns."""
        return self.derive()


def answer(question: Question, listing: Listing, shape: Shape) -> Response:
    """Answer a list in the format that is asked for."""
    in_groups = "group_by" in question.asked.given
    if question.format is CSVW:
        return _described(question, _grouped(question) if in_groups else shape)
    with question.held.connect() as connection:
        if in_groups and isinstance(listing, FactList):
            listing, shape = _groups(connection, question, listing, shape.sums), _grouped(question)
        if question.format is JSON:
            return _page(connection, question, listing)
        if question.format in CITATIONS:
            return references.of_question(question, _behind(connection, listing))
        counts = listing.counts(connection)
        first = listing.part(connection, None, MAX_LIMIT)
        writer = _writer(connection, question, shape, counts)
        begun = writer.head + writer.write(connection, first.answers)
    return Streamed(
        _stream(question, listing, writer, begun, first), question.format.content_type, _headers(question, counts)
    )


def _page(connection: Connection, question: Question, listing: Listing) -> Response:
    part = listing.part(connection, question.after, question.limit)
    counts = listing.counts(connection)
    data = joined(part.answers)
    sources = list(behind(data))
    facets: list[dict[str, Any]] = []
    notes = counts.notes
    if isinstance(listing, FactList):
        facets, on_facets = grouping.facets(connection, question, listing, counts)
        notes = [*notes, *on_facets]
        paged = part.last is not None or question.after is not None
        several = question.held.about.counts["source"] > 1 and "source" not in question.asked.given
        known = spread.sources(connection, listing) if several else None
        notes += spread.note(frozenset(sources), known, question, paged=paged and several)
    if chosen := _chosen(question, KEPT):
        data = joined(_projected(one, chosen) for one in part.answers)
    told = {"count": len(part.answers), **counts.found}
    return page_response(question, data, sources, told, part.last, notes, facets)


def _stream(question: Question, listing: Listing, writer: Writer, begun: bytes, part: Part) -> Iterator[bytes]:
    """Yield the whole result, a part at a time, all of one release; no connection is held while one is sent."""
    yield begun
    parts = Parts(question.held)

    def following(connection: Connection) -> tuple[Part, bytes]:
        found = listing.part(connection, part.last, MAX_LIMIT)
        return found, writer.write(connection, found.answers)

    while part.last is not None:
        part, written = parts.read(following)
        yield written
    yield writer.tail()


def _writer(connection: Connection, question: Question, shape: Shape, counts: Counts) -> Writer:
    if question.format is CSV:
        return CsvWriter(connection, _columns(question, shape), shape.rows)
    if question.format is NDJSON:
        chosen = _chosen(question, KEPT_IN_TABLES)
        return NdjsonWriter(None if chosen is None else lambda text: _projected(text, chosen))
    about = {
        "release": question.held.id,
        "citation": question.citation(),
        "withheld": counts.found["withheld"],
        "notes": counts.notes,
    }
    if question.format is GEOJSON:
        return maps.GeoWriter(about)
    return LinkedWriter(question.address, question.held.id)


def _grouped(question: Question) -> Shape:
    columns, key = grouped.shape_of(question)
    return Shape(lambda: columns, key)


def _behind(connection: Connection, listing: Listing) -> Sequence[str]:
    """Return the sources behind a list: those that its facts cite, or that it lists."""
    if isinstance(listing, FactList):
        return references.behind(connection, listing.found(connection))
    listed = isinstance(listing, EntityList) and listing.table is Source
    return listing.part(connection, None, references.MOST_SOURCES).answers if listed else ()


def _groups(connection: Connection, question: Question, listing: FactList, sums: Sequence[Summed]) -> ShortList:
    asked = grouped.asked_sums(question.asked)
    summed = [one for one in sums if one.name in asked]
    grouping.refuse_repeated(question.asked, summed, sums)
    counts = listing.counts(connection)
    rows, notes = grouping.groups(connection, question, listing, summed, counts)
    return ShortList([dump(row).decode() for row in rows], counts.found["withheld"], [*counts.notes, *notes])


def _chosen(question: Question, kept: Sequence[str]) -> Callable[[str], bool] | None:
    """Return which keys are asked for; None for all."""
    choices = question.asked.given.get("fields")
    if not choices:
        return None
    asked, negated = set(choices[0].values), choices[0].negated
    return lambda key: key in kept or (key in asked) != negated


def _projected(answer: str, chosen: Callable[[str], bool]) -> str:
    return dump({key: value for key, value in json.loads(answer).items() if chosen(key)}).decode()


def _columns(question: Question, shape: Shape) -> tuple[Column, ...]:
    chosen = _chosen(question, KEPT_IN_TABLES)
    return shape.columns if chosen is None else tuple(column for column in shape.columns if chosen(column.key))


def _described(question: Question, shape: Shape) -> Response:
    """Say what the columns of the sibling CSV are."""
    name = question.path.rpartition("/")[2]
    document = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": address(f"{name}.csv", question.asked.query()),
        "dc:title": f"Foedus, release {question.held.id}, {question.address}",
        "dc:description": CELLS,
        "dc:license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
        "dc:rights": TERMS,
        "dialect": {"encoding": "utf-8", "header": True},
        "tableSchema": described(_columns(question, shape), shape.primary_key),
    }
    return Response(dump(document), media_type=CSVW.media_type, headers=question.headers)


def _headers(question: Question, counts: Counts) -> dict[str, str]:
    headers = dict(question.headers)
    if withheld := counts.found["withheld"]:
        headers["Foedus-Withheld"] = ", ".join(f"{modality}={count}" for modality, count in withheld.items())
    if question.format is CSV:
        described_at = address(f"{question.path}.{CSVW.suffix}", question.asked.query())
        headers["Link"] = f'<{described_at}>; rel="describedby"; type="{CSVW.media_type}"'
    return headers | disposition(question)


def disposition(question: Question) -> dict[str, str]:
    """Return the name under which a browser saves the answer, if it is to be saved."""
    if not question.format.saved:
        return {}
    name = re.sub(r"[^A-Za-z0-9]+", "-", question.path.strip("/"))
    file = f"foedus-{name}-{question.held.id}.{question.format.suffix}"
    return {"Content-Disposition": f'attachment; filename="{file}"'}
