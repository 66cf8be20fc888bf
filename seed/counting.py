"""How many facts have each value of each filter, counted from rows as they are made, by what the filters count by."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple, cast

from sqlalchemy.orm import InstrumentedAttribute, Mapped

from app.core.counted import NONE, dimension
from app.core.filters import kinds, of_kind
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource
from app.kit.parameters import Asked, Dimension, Parameter
from seed.making import Made
from seed.rows import Into, Values
from seed.tallies import Bin


class _By(NamedTuple):
    """A filter, and where in a row stands what it counts by; kind: whose facts alone, None if it is every kind's."""

    parameter: str
    kind: str | None
    values: tuple[int, ...]
    where: int | None
    allowed: frozenset[str | bool]


class Counting:
    """Counts the facts of these kinds by every filter of theirs."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        """Take the kinds."""
        own = list(resources)
        of_all = (of_kind(kinds(resource.kind for resource in own)), *FACT_PARAMETERS)
        self._asked: dict[str, list[tuple[Parameter, str | None, Dimension]]] = defaultdict(list)
        for parameter in of_all:
            self._take(parameter, None)
        for resource in own:
            for parameter in resource.parameters:
                if parameter not in FACT_PARAMETERS:
                    self._take(parameter, resource.kind)
        self._by: dict[Into, list[_By]] = {}

    def counts(self, made: Made) -> Counter[Bin]:
        """Return how many of some facts have each value."""
        told = made.counted_as
        found = Counter(
            (NONE, NONE, kind, modality, NONE, granularity) for kind, modality, _, granularity in told.values()
        )
        for where, rows in made.lines.items():
            by_kind: dict[str | None, list[Values]] = defaultdict(list, {None: rows})
            for row in rows:
                by_kind[told[row[0]][0]].append(row)
            for by in self._by.get(where) or self._found(where):
                values = _values(by, by_kind[by.kind])
                for n, value in values:
                    kind, modality, source, granularity = told[n]
                    found[by.parameter, value, kind, modality, source, granularity] += 1
                for n in {n for n, _ in values}:
                    kind, modality, _, granularity = told[n]
                    found[by.parameter, NONE, kind, modality, NONE, granularity] += 1
        return found

    def _take(self, parameter: Parameter, kind: str | None) -> None:
        if parameter.dimension is not None:
            by = dimension(Asked((parameter,), {}), parameter)
            self._asked[_attribute(by.key).class_.__tablename__].append((parameter, kind, by))

    def _found(self, where: Into) -> list[_By]:
        """Return what is counted by in the rows of a table, now that the order of its columns is known."""
        at = {name: position for position, name in enumerate(where.columns)}
        return self._by.setdefault(
            where,
            [
                _By(
                    parameter.name,
                    kind,
                    tuple(at[_attribute(one).key] for one in by.values),
                    at[_attribute(by.where[0]).key] if by.where else None,
                    by.where[1] if by.where else frozenset(),
                )
                for parameter, kind, by in self._asked[where.table.name]
            ],
        )


def _attribute(column: Mapped[Any]) -> InstrumentedAttribute[Any]:
    return cast("InstrumentedAttribute[Any]", column)


def _values(by: _By, rows: Iterable[Values]) -> set[tuple[int, str]]:
    """Return (n, value), each once; the number stands first in a row."""
    first, *others = by.values
    found: set[tuple[int, str]] = set()
    for row in rows:
        if by.where is None or row[by.where] in by.allowed:
            value = row[first]
            for other in others:
                value = row[other] if value is None else value
            if value is not None:
                found.add((row[0], value))
    return found
