"""How many facts have each value of each filter, counted from rows as they are made, by what the filters count by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from sqlalchemy.orm import InstrumentedAttribute, Mapped

from app.core.counted import NONE, dimension
from app.core.filters import kinds, of_kind
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource
from app.kit.parameters import Asked, Dimension, Parameter
from seed.rows import Into, Values
from seed.tallies import APART, bin_of

# What a fact is counted as: kind, modality, source, granularity.
CountedAs = tuple[str, str, str, str]


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

    def bins(self, lines: Mapping[Into, list[Values]], told: Mapping[int, CountedAs]) -> Iterator[str]:
        """Yield a bin for each value that each of some facts has; `told`: of each fact what it is counted as."""
        of_source = {n: bin_of(*parts) for n, parts in told.items()}
        of_any = {n: bin_of(kind, modality, NONE, granularity) for n, (kind, modality, _, granularity) in told.items()}
        yield from (bin_of(NONE, NONE, bin_) for bin_ in of_any.values())
        for where, rows in lines.items():
            wanted = self._by.get(where) or self._found(where)
            by_kind: dict[str | None, list[Values]] = defaultdict(list, {None: rows})
            if any(by.kind for by in wanted):
                for row in rows:
                    by_kind[told[row[0]][0]].append(row)
            for by in wanted:
                values = _values(by, by_kind[by.kind])
                of_value, of_all = bin_of(by.parameter, ""), bin_of(by.parameter, NONE, "")
                yield from (f"{of_value}{value}{APART}{of_source[n]}" for n, value in values)
                yield from (of_all + of_any[n] for n in {n for n, _ in values})

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
