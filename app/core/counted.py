"""Counts of whole collections by each filter: compiled once, read where nothing else is asked; parts are for others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Select,
    Subquery,
    and_,
    case,
    func,
    insert,
    literal,
    select,
    true,
)
from sqlmodel import col

from app.core.filters import kinds, of_kind
from app.core.listed import Counted
from app.core.lists import OF_LISTS, OF_THE_PAGE, FactList, modalities
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource
from app.core.tables import Fact, FactSource
from app.core.vocabulary import Granularity
from app.kit.parameters import Asked, Dimension, Parameter

# What a question may say and still ask for a whole collection, or for whole kinds and modalities of it.
_OF_ALL = frozenset({*OF_LISTS, *OF_THE_PAGE})
# Under no value, and of no source: the facts that have any value. Under no filter either: all facts.
NONE = ""
_COLUMNS = ("parameter", "value", "kind", "modality", "source", "count", "aggregates")
_CELL = (col(Fact.kind), col(Fact.modality))
_COUNTS = [
    func.count(case((col(Fact.granularity) == granularity.value, col(Fact.n))))
    for granularity in (Granularity.instance, Granularity.aggregate)
]


def whole(listing: FactList) -> ColumnElement[bool] | None:
    """Return which counts a list is made of; None if it is a part of a collection that nobody counted before."""
    asked = listing.asked
    if listing.sought is not None or not asked.given.keys() <= _OF_ALL:
        return None
    chosen: list[ColumnElement[bool]] = [col(Counted.modality).in_(sorted(modalities(asked)))]
    if listing.kind is not None:
        chosen.append(col(Counted.kind) == listing.kind)
    for choice in asked.given.get("kind", ()):
        among = col(Counted.kind).in_(choice.values)
        chosen.append(~among if choice.negated else among)
    return and_(*chosen)


def by_value(parameter: Parameter, of: ColumnElement[bool]) -> Subquery:
    """Return (value, source, instance, aggregate): how many facts of each granularity have a value."""
    return (
        select(
            col(Counted.value),
            col(Counted.source),
            func.sum(col(Counted.count)).label(Granularity.instance.value),
            func.sum(col(Counted.aggregates)).label(Granularity.aggregate.value),
        )
        .where(col(Counted.parameter) == parameter.name, col(Counted.value) != NONE, of)
        .group_by(col(Counted.value), col(Counted.source))
        .subquery()
    )


def without(connection: Connection, parameter: Parameter, of: ColumnElement[bool]) -> int:
    """Return how many facts have no value."""
    some = case((col(Counted.parameter) == NONE, 1), else_=-1) * (col(Counted.count) + col(Counted.aggregates))
    wanted = and_(col(Counted.parameter).in_((NONE, parameter.name)), col(Counted.value) == NONE, of)
    return int(connection.execute(select(func.coalesce(func.sum(some), 0)).where(wanted)).scalar_one())


def values(asked: Asked, parameter: Parameter) -> Select[int, Any]:
    """Return (n, value) of all facts, some perhaps twice: joined by `n`, it is looked up fact by fact."""
    by = dimension(asked, parameter)
    told = and_(true() if by.condition is None else by.condition, by.value.is_not(None))
    return select(by.key.label("n"), by.value.label("value")).where(told)


def dimension(asked: Asked, parameter: Parameter) -> Dimension:
    """Return what a parameter counts by; TypeError if nothing is."""
    if parameter.dimension is None:
        raise TypeError(f"{parameter.name} is no dimension")
    return parameter.dimension(asked)


def writing(resources: Sequence[Resource]) -> Iterator[Insert]:
    """Yield the statements that count the facts of these kinds, when all else is written."""
    yield _into(select(literal(NONE), literal(NONE), *_CELL, literal(NONE), *_COUNTS).group_by(*_CELL))
    for parameter in (of_kind(kinds(resource.kind for resource in resources)), *FACT_PARAMETERS):
        yield from _of(parameter, true())
    for resource in resources:
        for parameter in resource.parameters:
            if parameter not in FACT_PARAMETERS:
                yield from _of(parameter, col(Fact.kind) == resource.kind)


def _of(parameter: Parameter, of: ColumnElement[bool]) -> Iterator[Insert]:
    if parameter.dimension is None:
        return
    told = values(Asked((parameter,), {}), parameter)
    # Where a fact has one value at the most, there is nothing to make distinct.
    single = dimension(Asked((parameter,), {}), parameter).single
    rows = (told if single else told.distinct()).subquery()
    some = rows if single else told.with_only_columns(told.selected_columns.n).distinct().subquery()
    name, source = literal(parameter.name), col(FactSource.source)
    each = select(name, rows.c.value, *_CELL, source, *_COUNTS).join_from(rows, Fact, col(Fact.n) == rows.c.n)
    each = each.join(FactSource, col(FactSource.n) == rows.c.n)
    yield _into(each.where(of).group_by(rows.c.value, *_CELL, source))
    any_ = select(name, literal(NONE), *_CELL, literal(NONE), *_COUNTS)
    yield _into(any_.join_from(some, Fact, col(Fact.n) == some.c.n).where(of).group_by(*_CELL))


def _into(rows: Select[*tuple[Any, ...]]) -> Insert:
    return insert(Counted).from_select(_COLUMNS, rows)
