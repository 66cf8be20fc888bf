"""The SQL that walks lists of facts: parts of a plan, dates, and what else a question asks of each fact.

A statement is written once for all questions of its shape: what it takes is in slots. It selects numbers of facts;
what becomes of them is for others to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    exists,
    inspect,
    literal,
    not_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import Join
from sqlmodel import col

from app.core.dating import EACH, EVERYWHERE, WITHIN, Dating, is_certain, reaches_of, times_of
from app.core.listed import Moment, Posting
from app.core.postings import BESIDE, Part
from app.core.tables import Fact
from app.kit.parameters import Asked, Match
from app.kit.prepared import number_slot

Rows = Select[Any]


def values_of(asked: Asked, parts: Iterable[Part]) -> dict[str, Any]:
    """Return what stands in the slots that are the same in every statement of a question."""
    found: dict[str, Any] = {
        f"{at}.{group}.{n}": id_
        for at, part in enumerate(parts)
        for group, ids in enumerate((part.lists, *part.wanted, *part.unwanted))
        for n, id_ in enumerate(ids)
    }
    return found | times_of(asked)


@dataclass(frozen=True)
class Selecting(Dating):
    """What writes the statements of one question."""

    def rows(
        self,
        at: int,
        part: Part,
        reach: str = EVERYWHERE,
        only: Sequence[str] = (),
        dates: bool = True,  # undated facts are counted beside the dates
    ) -> tuple[Rows, SQLColumnExpression[int]]:
        """Return the numbers of a part's facts, and the column that they are in.

        only: which bounds hold: `after`, `before`, `dated`, `undated`. dates: whether the dates asked for are asked.
        """
        key, rows, merged = self._begun(part, at)
        conditions = [*self._asked_of(key, part, at), *self._beside(key, dates=dates), *self.bounds(key, only)]
        if dates and reach:
            rows, reached = self._reached(rows, key, reach)
            conditions += reached
        rows = rows.where(*conditions)
        return (rows.distinct() if merged else rows), key

    def ranks(self, at: int, part: Part, only: Sequence[str]) -> Rows:
        """Return the ranks in order of id, as `n`, of a part's facts."""
        key, rows, merged = self._begun(part, at)
        # By a name of its own: the statement may begin with facts itself.
        told = aliased(Fact)
        of_number = select(col(told.id_rank)).where(col(told.n) == key).correlate_except(told)
        rank: SQLColumnExpression[int] = col(Posting.rank) if part.lists else of_number.scalar_subquery()
        conditions = [*self._asked_of(key, part, at), *self._beside(key, dates=True), *self.bounds(rank, only)]
        if reaches_of(self.asked) != (EVERYWHERE,):
            conditions.append(self.each_dated(key))
        rows = rows.with_only_columns(rank.label("n")).where(*conditions)
        return rows.distinct() if merged else rows

    def _begun(self, part: Part, at: int) -> tuple[SQLColumnExpression[int], Rows, bool]:
        """Return the column of numbers, the rows that a statement begins with, and whether one may come twice."""
        if part.lists:
            ids = self._ids(at, 0, part.lists)
            return (
                col(Posting.n),
                select(col(Posting.n).label("n")).where(_one_of(col(Posting.term), ids)),
                len(ids) > 1 and not part.once,
            )
        start = self.asked.start
        if start is None:
            raise TypeError("without lists a statement begins with what finds facts otherwise")
        _, match = next(self.asked.matches(start))
        return match.key, select(match.key.label("n")).where(match.condition), start.several

    def _asked_of(self, key: SQLColumnExpression[int], part: Part, at: int) -> list[ColumnElement[bool]]:
        groups = [(ids, False) for ids in part.wanted] + [(ids, True) for ids in part.unwanted]
        found: list[ColumnElement[bool]] = []
        for group, (ids, negated) in enumerate(groups, 1):
            other = aliased(Posting)
            listed = exists().where(_one_of(col(other.term), self._ids(at, group, ids)), col(other.n) == key)
            found.append(not_(listed) if negated else listed)
        return found

    def _beside(self, key: SQLColumnExpression[int], *, dates: bool) -> list[ColumnElement[bool]]:
        """Return what is asked that is in no list; times are left out where dates are."""
        start = self.asked.start
        found: list[ColumnElement[bool]] = []
        for parameter in self.asked.parameters:
            if parameter.match is None or parameter.terms is not None or not (dates or parameter.starts):
                continue
            for number, (negated, match) in enumerate(self.asked.matches(parameter)):
                if parameter is start and not number:
                    continue
                met = _of(match, key)
                found.append(not_(met) if negated else met)
        return found

    def bounds(self, key: SQLColumnExpression[int], only: Sequence[str]) -> list[ColumnElement[bool]]:
        """Return the bounds that hold of a number."""
        ways = {
            "after": lambda: key > self.number("after"),
            "before": lambda: key < self.number("after"),
            "dated": lambda: key <= self.number("dated"),
            "undated": lambda: key > self.number("dated"),
        }
        return [ways[one]() for one in only]

    def _reached(self, rows: Rows, key: SQLColumnExpression[int], reach: str) -> tuple[Rows, list[ColumnElement[bool]]]:
        """Return the rows in a reach, joined with its moments where these are apart."""
        since, until = (name in self.asked.given for name in BESIDE)
        if reach == EACH:
            return rows, [self.each_dated(key)]
        if reach == WITHIN:
            ends = [key <= (self.last_until() if until else self.number("dated"))]
            begins = [key >= self.first_since()] if since else []
            certain = [self.each_dated(key)] if is_certain(self.asked) else []
            return rows, [*begins, *ends, *certain]
        within = and_(key >= col(Moment.first), key <= col(Moment.last))
        joined = _InOrder(inspect(Moment).local_table, inspect(Posting).local_table, within)
        return rows.select_from(joined), self.beyond(reach)

    def _ids(self, at: int, group: int, ids: Sequence[int]) -> list[ColumnElement[int]]:
        names = [f"{at}.{group}.{n}" for n in range(len(ids))]
        return [
            number_slot(name) if self.values is None else literal(id_) for name, id_ in zip(names, ids, strict=True)
        ]


class _InOrder(Join):
    """A join that is walked from left to right: SQLite would rather read the whole list first."""

    inherit_cache = True


@compiles(_InOrder, "sqlite")
def _cross(element: _InOrder, compiler: SQLCompiler, **more: Any) -> str:
    joined: str = compiler.visit_join(element, **more)  # type: ignore[no-untyped-call]  # SQLAlchemy's compilers have no types
    return joined.replace(" JOIN ", " CROSS JOIN ", 1)


def _one_of(column: SQLColumnExpression[int], ids: Sequence[ColumnElement[int]]) -> ColumnElement[bool]:
    return column == ids[0] if len(ids) == 1 else column.in_(ids)


def _of(match: Match, key: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Ask a filter of one fact, not for all that it finds; only one that begins with the same table finds few."""
    if match.key is key:
        return key.in_(select(match.key).where(match.condition).correlate(None))
    return exists().where(match.key == key, match.condition)
