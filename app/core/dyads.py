"""Which dyads of states there are in a year, in a scheme of codes, and what one source records of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, permutations
from typing import Any

from sqlalchemy import Connection, Select, and_, distinct, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core import terms
from app.core.listed import Posting, Term
from app.core.resource import Resource, Summed
from app.core.tables import Amount, Country, Fact, Party
from app.core.terms import TWO_STATES
from app.core.vocabulary import Granularity, Modality

Pair = tuple[str, str]
TOLD = ("facts", "multilateral")
PARTS = ("", "_estimated", "_without")


@dataclass(frozen=True)
class System:
    """The states that have a code in a scheme: a gone state goes by the code that another bears today.

    codes: by state. bearers: (first year, last year, states) by code.
    """

    codes: dict[str, str]
    bearers: dict[str, list[tuple[int, int, str]]]

    def of_year(self, year: int) -> set[str]:
        """Return the codes that some state bears in a year."""
        return {code for code, some in self.bearers.items() if any(first <= year <= last for first, last, _ in some)}

    def states(self, code: str) -> set[str]:
        """Return the states that bear a code, at whatever time."""
        return {state for _, _, state in self.bearers[code]}


def system(connection: Connection, scheme: str) -> System:
    """Read a scheme, by one statement."""
    codes: dict[str, str] = {}
    bearers: dict[str, list[tuple[int, int, str]]] = {}
    for (answer,) in connection.execute(select(col(Country.answer)).order_by(col(Country.n))):
        state = json.loads(answer)
        shared = (code.removeprefix(f"{scheme}:") for code in state["codes_shared"] if code.startswith(f"{scheme}:"))
        code = state["codes"][scheme] or next(shared, None)
        if code is not None:
            codes[state["id"]] = code
            span = int(state["valid_from"] or 0), int(state["valid_until"] or 9999), state["id"]
            bearers.setdefault(code, []).append(span)
    return System(codes, bearers)


@dataclass(frozen=True)
class Records:
    """What the sources record of a kind, year by year: actual facts that are one thing each.

    lists: the lists of facts by (source or year); see `postings`.
    """

    resource: Resource
    system: System
    directed: bool
    lists: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def sums(self) -> list[Summed]:
        """The numbers that are told by the years in which the kind counts; a total is not repeated in each of them."""
        return [one for one in self.resource.sums if one.by in {None, self.resource.years}]

    @cached_property
    def numbers(self) -> list[str]:
        """The columns of numbers, the count of facts first."""
        return [*TOLD, *(f"{one.name}{part}" for one in self.sums for part in PARTS)]

    def of(self, connection: Connection, source: str, year: int) -> dict[Pair, list[int | None]]:
        """Return the numbers of each dyad of which a source records something in a year, by one statement."""
        try:
            both = self.lists["source", source], self.lists[_term(self.resource, str(year))]
        except KeyError:
            return {}
        found: dict[Pair, list[int | None]] = {}
        for a, b, *told in connection.execute(self._statement(both, str(year))):
            if a not in self.system.codes or b not in self.system.codes:
                continue
            first, second = self.system.codes[a], self.system.codes[b]
            if first == second:
                continue
            pair = (first, second) if self.directed else in_order(first, second)
            found[pair] = _added(found[pair], told) if pair in found else list(told)
        return found

    def _statement(self, both: Sequence[int], year: str) -> Select[Any]:
        a, b, of_source, of_year = aliased(Party), aliased(Party), aliased(Posting), aliased(Posting)
        listed = (
            select(col(of_year.n).label("n"))
            .join(of_source, and_(col(of_source.n) == col(of_year.n), col(of_source.term) == both[0]))
            .join(Fact, col(Fact.n) == col(of_year.n))
            .where(col(of_year.term) == both[1], col(Fact.granularity) == Granularity.instance.value)
            .cte("listed")
        )
        # An organ counts for its state, once.
        pairs = (
            select(listed.c.n, col(a.state).label("a"), col(b.state).label("b"))
            .join(a, col(a.n) == listed.c.n)
            .join(b, col(b.n) == listed.c.n)
            .where(*self._ends(a, b))
            .distinct()
            .subquery()
        )
        states = (
            select(col(Party.n).label("n"), func.count(distinct(col(Party.state))).label("states"))
            .where(col(Party.n).in_(select(listed.c.n)), col(Party.chosen).is_(True))
            .group_by(col(Party.n))
            .subquery()
        )
        told: list[Any] = [func.count(), func.count(1).filter(states.c.states > TWO_STATES)]
        given: Any = pairs.join(states, states.c.n == pairs.c.n)
        for one in self.sums:
            amount = aliased(Amount)
            part = "" if one.by is None else year
            of_part = and_(col(amount.n) == pairs.c.n, col(amount.name) == one.name, col(amount.part) == part)
            given = given.outerjoin(amount, of_part)
            told += [
                func.sum(col(amount.value)),
                func.sum(col(amount.estimated)),
                func.count(1).filter(col(amount.n).is_(None)),
            ]
        return select(pairs.c.a, pairs.c.b, *told).select_from(given).group_by(pairs.c.a, pairs.c.b)

    def _ends(self, a: type[Party], b: type[Party]) -> list[Any]:
        if self.directed and self.resource.direction:
            first, second = self.resource.direction
            return [
                col(a.role) == first.value,
                col(b.role) == second.value,
                col(a.state).is_not(None),
                col(b.state).is_not(None),
            ]
        return [col(a.chosen).is_(True), col(b.chosen).is_(True), col(a.state) < col(b.state)]


def records(
    connection: Connection, resource: Resource, system: System, sources: Iterable[str], *, directed: bool
) -> Records:
    """Look up, by one statement, the lists of these sources' facts and of each year's."""
    by_year, _ = _term(resource, "")
    statement = select(col(Term.name), col(Term.value), col(Term.id)).where(
        col(Term.kind) == resource.kind, col(Term.modality) == Modality.actual.value
    )
    of_sources = and_(col(Term.name) == "source", col(Term.value).in_(sorted(sources)))
    rows = connection.execute(statement.where((col(Term.name) == by_year) | of_sources))
    return Records(resource, system, directed, {(name, value): id_ for name, value, id_ in rows})


def in_order(first: str, second: str) -> Pair:
    """Return two codes in the order of the tables: numbers by size, letters by alphabet."""
    return (first, second) if order(first) <= order(second) else (second, first)


def order(code: str) -> tuple[int, str]:
    """Sort codes: numbers by size, letters by alphabet."""
    return (int(code), "") if code.isdigit() else (0, code)


def all_pairs(codes: Iterable[str], *, directed: bool, among: set[str] | None) -> list[Pair]:
    """Return every dyad of these states, in order; `among`: one of the two is one of these."""
    ordered = sorted(codes, key=order)
    pairs = permutations(ordered, 2) if directed else combinations(ordered, 2)
    return [pair for pair in pairs if among is None or pair[0] in among or pair[1] in among]


def how_many(states: int, among: int | None, *, directed: bool) -> int:
    """Return how many dyads there are of so many states; `among`: how many of them one of the two is one of."""
    rest = 0 if among is None else states - among
    ways = states * (states - 1) - rest * (rest - 1)
    return ways if directed else ways // 2


def _term(resource: Resource, year: str) -> tuple[str, str]:
    """Return the term under which facts of a kind are listed by year."""
    if resource.years:
        return terms.own(resource.years, [year])[0]
    return terms.begun(year or "0000")[0]


def _added(one: Sequence[int | None], other: Sequence[int | None]) -> list[int | None]:
    return [b if a is None else a if b is None else a + b for a, b in zip(one, other, strict=True)]
