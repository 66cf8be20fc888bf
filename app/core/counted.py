"""Counts of whole collections by each filter: compiled once, read where nothing else is asked; parts are for others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    func,
    select,
)
from sqlmodel import col

from app.core.listed import Counted
from app.core.lists import OF_LISTS, FactList, modalities
from app.core.planning import OF_THE_PAGE
from app.core.vocabulary import Granularity
from app.kit.parameters import Asked, Dimension, Parameter

# What a question may say and still ask for a whole collection, or for whole kinds and modalities of it.
_OF_ALL = frozenset({*OF_LISTS, *OF_THE_PAGE})
# Under no value, and of no source: the facts that have any value. Under no filter either: all facts.
NONE = ""


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
    return select(by.key.label("n"), by.value.label("value")).where(by.condition)


def dimension(asked: Asked, parameter: Parameter) -> Dimension:
    """Return what a parameter counts by; TypeError if nothing is."""
    if parameter.dimension is None:
        raise TypeError(f"{parameter.name} is no dimension")
    return parameter.dimension(asked)
