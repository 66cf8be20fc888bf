"""The SQL that walks lists of facts: parts of a plan, dates, and what else a question asks of each fact.

A statement is written once for all questions of its shape: what it takes is in slots. It selects numbers of facts;
what becomes of them is for others to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    exists,
    false,
    func,
    inspect,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import Join
from sqlmodel import col

from app.core.listed import Moment, Posting
from app.core.postings import BESIDE, Part
from app.core.tables import Fact
from app.kit import edtf
from app.kit.parameters import Asked, Match, Parameter
from app.kit.prepared import number_slot, text_slot

# Beyond every number of a fact.
LAST = 2**31
Rows = Select[Any]
# Where a date's facts are: those that begin in the time asked for, and those around it that reach into it.
WITHIN, LASTING, RUNNING, UNBEGUN = "within", "lasting", "running", "unbegun"
# Everywhere, but each fact is asked for its date: so it is where there are few, or no lists.
EACH = "each"
EVERYWHERE = ""


def reaches_of(asked: Asked, *, few: bool = False) -> tuple[str, ...]:
    """Return the reaches of numbers in which the facts of the dates asked for lie; few: there are not many of them."""
    since, until = (name in asked.given for name in BESIDE)
    if not (since or until):
        return (EVERYWHERE,)
    if few or start_of(asked):
        return (EACH,)
    if is_certain(asked):
        return (WITHIN,)
    return (WITHIN, *((LASTING, RUNNING) if since else ()), *((UNBEGUN,) if until else ()))


def is_certain(asked: Asked) -> bool:
    """Whether facts are wanted that lie wholly inside the dates asked for."""
    return asked.one("date_match") == "certain"


def values_of(asked: Asked, parts: Iterable[Part]) -> dict[str, Any]:
    """Return what stands in the slots that are the same in every statement of a question."""
    found: dict[str, Any] = {
        f"{at}.{group}.{n}": id_
        for at, part in enumerate(parts)
        for group, ids in enumerate((part.lists, *part.wanted, *part.unwanted))
        for n, id_ in enumerate(ids)
    }
    if "since" in asked.given:
        first = edtf.whole(asked.given["since"][0].values[0])[0]
        found |= {"since": first, "before": edtf.year_before(first)}
    if "until" in asked.given:
        last = edtf.whole(asked.given["until"][0].values[0])[1]
        found |= {"until": last, "running": edtf.year_before(last)}
    return found


def start_of(asked: Asked) -> Parameter | None:
    """Return the parameter that finds facts without lists, if one is asked; the first of them, if several are."""
    return next(iter(_starting(asked)), None)


@dataclass(frozen=True)
class Selecting:
    """What writes the statements of one question.

    asked: what is asked, with slots for values where the statement is kept. values: None then, else what is asked for.
    """

    asked: Asked
    values: Mapping[str, Any] | None = None

    def number(self, name: str) -> ColumnElement[int]:
        """Return a number that the statement takes."""
        return number_slot(name) if self.values is None else literal(int(self.values[name]))

    def text(self, name: str) -> BindParameter[str]:
        """Return a text that the statement takes."""
        return text_slot(name) if self.values is None else bindparam(None, self.values[name], unique=True)

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
        of_number = select(col(Fact.id_rank)).where(col(Fact.n) == key).correlate_except(Fact)
        rank: SQLColumnExpression[int] = col(Posting.rank) if part.lists else of_number.scalar_subquery()
        conditions = [*self._asked_of(key, part, at), *self._beside(key, dates=True), *self.bounds(rank, only)]
        if reaches_of(self.asked) != (EVERYWHERE,):
            conditions.append(self._dated(key))
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
        start = start_of(self.asked)
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
        start = start_of(self.asked)
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
            return rows, [self._dated(key)]
        if reach == WITHIN:
            ends = [key <= (self._last_until() if until else self.number("dated"))]
            begins = [key >= self._first_since()] if since else []
            certain = [self._dated(key)] if is_certain(self.asked) else []
            return rows, [*begins, *ends, *certain]
        within = and_(key >= col(Moment.first), key <= col(Moment.last))
        joined = _InOrder(inspect(Moment).local_table, inspect(Posting).local_table, within)
        return rows.select_from(joined), self._beyond(reach)

    def moments(self) -> CompoundSelect[Any]:
        """Return runs of facts: first and last number, and whether their dates start within the time that is asked for.

        The others are around it: they may be of the time, too; or, if it is to be certain, may not be, though they
        start within it. Left out are those that have no end.
        """
        since, until = (name in self.asked.given for name in BESIDE)
        first = self._first_since() if since else literal(0)
        last = self._last_until() if until else self.number("dated")
        if is_certain(self.asked):
            around = self._uncertain(first, last)
        else:
            around = (self._beyond(reach, ended=True) for reach in reaches_of(self.asked)[1:])
        runs = (select(col(Moment.first), col(Moment.last), false()).where(*some) for some in around)
        return union_all(select(first, last, true()), *runs)

    def _uncertain(self, first: ColumnElement[int], last: ColumnElement[int]) -> Iterator[list[ColumnElement[bool]]]:
        """Ask for moments that start within a time, and may begin before it or end after it."""
        latest = col(Moment.latest)
        within = [col(Moment.first) >= first, col(Moment.first) <= last]
        if "since" in self.asked.given:
            yield [col(Moment.begun).is_(False), *within]
        if "until" in self.asked.given:
            yield [col(Moment.long).is_(True), *within, latest > self.text("until")]
            running = [col(Moment.first) >= self._first_since("running"), col(Moment.first) <= last]
            yield [col(Moment.long).is_(False), *running, latest > self.text("until")]

    def _beyond(self, reach: str, *, ended: bool = False) -> list[ColumnElement[bool]]:
        """Ask for moments around a time that reach into it; ended: of those that last for long, for no endless one."""
        latest = col(Moment.latest)
        # By the numbers of its facts, in whose order the index is, and not by the day on which a moment starts.
        first = col(Moment.first)
        if reach == LASTING:
            reaches = latest >= self.text("since")
            over = reaches if ended else or_(latest.is_(None), reaches)
            return [col(Moment.long).is_(True), first < self._first_since(), over]
        if reach == RUNNING:
            over = and_(first >= self._first_since("before"), first < self._first_since())
            return [col(Moment.long).is_(False), over, latest >= self.text("since")]
        return [col(Moment.begun).is_(False), first > self._last_until()]

    def _first_since(self, day: str = "since") -> ColumnElement[int]:
        first = select(col(Moment.first)).where(col(Moment.starts) >= self.text(day)).correlate(None)
        found = first.order_by(col(Moment.starts), col(Moment.first)).limit(1).scalar_subquery()
        return func.coalesce(found, LAST)

    def _last_until(self) -> ColumnElement[int]:
        last = select(col(Moment.last)).where(col(Moment.starts) <= self.text("until")).correlate(None)
        found = last.order_by(col(Moment.starts).desc(), col(Moment.first).desc()).limit(1).scalar_subquery()
        return func.coalesce(found, 0)

    def _dated(self, key: SQLColumnExpression[int]) -> ColumnElement[bool]:
        """Ask for the dates of each fact, where its number does not tell."""
        told = aliased(Fact)
        since, until = (name in self.asked.given for name in BESIDE)
        certain = is_certain(self.asked)
        earliest, latest = col(told.earliest), col(told.latest)
        found: list[ColumnElement[bool]] = [col(told.n) == key, col(told.n) <= self.number("dated")]
        if since:
            met = latest >= self.text("since")
            found.append(earliest >= self.text("since") if certain else or_(latest.is_(None), met))
        if until:
            met = earliest <= self.text("until")
            found.append(latest <= self.text("until") if certain else or_(earliest.is_(None), met))
        return exists().where(*found)

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


def _starting(asked: Asked) -> list[Parameter]:
    """Return the parameters that a statement may begin with; a list that is negated leaves more than it takes."""
    return [
        parameter
        for parameter in asked.parameters
        if parameter.starts and any(not choice.negated for choice in asked.given.get(parameter.name, ())[:1])
    ]


def _one_of(column: SQLColumnExpression[int], ids: Sequence[ColumnElement[int]]) -> ColumnElement[bool]:
    return column == ids[0] if len(ids) == 1 else column.in_(ids)


def _of(match: Match, key: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Ask a filter of one fact, not for all that it finds; only one that begins with the same table finds few."""
    if match.key is key:
        return key.in_(select(match.key).where(match.condition).correlate(None))
    return exists().where(match.key == key, match.condition)
