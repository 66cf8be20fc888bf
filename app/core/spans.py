"""How many facts of whole kinds and modalities may lie in a time: told by counts of their ends, compiled once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Select,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core.listed import Elapsed
from app.core.postings import BESIDE, BETWEEN
from app.core.resource import Resource
from app.core.tables import Fact
from app.core.terms import ALL_KINDS
from app.kit import edtf
from app.kit.parameters import Asked
from app.kit.prepared import Statements, text_slot

# The span between a fact's own earliest and latest day; others have the name of the filter that asks for them.
DATE = "date"
TOLD, FIRST, LAST = "told", "first", "last"
NO_DAY = ""
_COLUMNS = ("span", "side", "kind", "modality", "day", "count")
_STATEMENTS = Statements()


@dataclass(frozen=True)
class Span:
    """A time that is asked for, open where it has no end: the facts whose span of this name overlaps it."""

    name: str
    since: str | None
    until: str | None


@dataclass(frozen=True)
class Found:
    """How many facts overlap a time, and how many have a date, by modality."""

    overlapping: dict[str, int]
    dated: dict[str, int]


def asked_by(asked: Asked, others: Collection[str]) -> Span | None:
    """Return the time that is asked for; None unless it is all that is asked of what is in no list."""
    if others and BETWEEN.issuperset(others):
        since, until = (edtf.whole(found) if (found := asked.one(name)) else None for name in BESIDE)
        return Span(DATE, since[0] if since else None, until[1] if until else None)
    for parameter in asked.parameters:
        if parameter.span and {parameter.name} == set(others):
            return Span(parameter.name, *edtf.whole(asked.given[parameter.name][0].values[0]))
    return None


def counts(connection: Connection, span: Span, kinds: Collection[str]) -> Found:
    """Count by modality, in these kinds, by one statement: no fact both ends before a time and begins after it."""
    slots = [f"kind.{n}" for n in range(len(kinds))]
    values = {"span": span.name, "date": DATE, "since": span.since, "until": span.until}
    statement = _STATEMENTS.of(
        connection,
        (span.since is None, span.until is None, len(slots)),
        lambda: _counting(slots, since=span.since is not None, until=span.until is not None),
    )
    found = Found({}, {})
    for name, modality, told, outside in statement.rows(connection, values | dict(zip(slots, kinds, strict=True))):
        if name == DATE:
            found.dated[modality] = found.dated.get(modality, 0) + told
        if name == span.name:
            found.overlapping[modality] = found.overlapping.get(modality, 0) + told - outside
    return found


def _counting(slots: Sequence[str], *, since: bool, until: bool) -> Select[*tuple[Any, ...]]:
    told = aliased(Elapsed)

    def beyond(side: str) -> ColumnElement[int]:
        ends = aliased(Elapsed)
        day = col(ends.day)
        outside = day < text_slot("since") if side == LAST else day > text_slot("until")
        same = [col(one) == col(other) for one, other in ((ends.span, told.span), (ends.kind, told.kind))]
        nearest = select(col(ends.count)).where(
            *same, col(ends.modality) == col(told.modality), col(ends.side) == side, outside
        )
        nearest = nearest.order_by(day.desc() if side == LAST else day).limit(1).correlate(told)
        return func.coalesce(nearest.scalar_subquery(), 0)

    sides = [side for side, asked in ((LAST, since), (FIRST, until)) if asked]
    outside = sum((beyond(side) for side in sides), literal(0))
    return select(col(told.span), col(told.modality), col(told.count), outside).where(
        col(told.span).in_([text_slot("span"), text_slot("date")]),
        col(told.side) == TOLD,
        col(told.kind).in_([text_slot(name) for name in slots]),
    )


def writing(resources: Sequence[Resource]) -> Iterator[Insert]:
    """Yield the statements that count the ends of spans, when all else is written."""
    dates = select().select_from(Fact)
    for of_all in (False, True):
        yield from _of(DATE, dates, (col(Fact.earliest), col(Fact.latest)), of_all=of_all)
    for resource in resources:
        for parameter in resource.parameters:
            if parameter.span:
                ends = [getattr(resource.row, name) for name in parameter.span]
                rows = select().select_from(resource.row).join(Fact, col(Fact.n) == col(resource.row.n))
                yield from _of(parameter.name, rows, ends)


def _of(span: str, rows: Select[Any], ends: Sequence[Any], *, of_all: bool = False) -> Iterator[Insert]:
    modality = col(Fact.modality)
    kind, cell = (literal(ALL_KINDS), [modality]) if of_all else (col(Fact.kind), [col(Fact.kind), modality])
    told = rows.add_columns(literal(span), literal(TOLD), kind, modality, literal(NO_DAY), func.count())
    yield _into(told.where(or_(*(end.is_not(None) for end in ends))).group_by(*cell))
    for side, day in zip((FIRST, LAST), ends, strict=True):
        upto = func.sum(func.count()).over(partition_by=cell, order_by=day.desc() if side == FIRST else day)
        each = rows.add_columns(literal(span), literal(side), kind, modality, day, upto)
        yield _into(each.where(day.is_not(None)).group_by(*cell, day))


def _into(rows: Select[Any]) -> Insert:
    return insert(Elapsed).from_select(_COLUMNS, rows)
