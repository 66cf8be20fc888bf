"""The moments of a release, read once: where the days of a time are among its facts, numbered in order of date.

They are as many as the different dates that facts say: ten million facts hardly say more than a million. Which facts
are asked for is not known here, nor SQL: lists that are walked find the same by `dating`.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap, FrozenBitMap
from sqlalchemy import Connection, Select, select
from sqlmodel import col

from app.core.listed import Moment
from app.core.windows import Window
from app.kit import edtf
from app.kit.edtf import Lasts
from app.kit.prepared import Statements

# Beyond every number of a fact.
BEYOND = 2**31
_STATEMENTS = Statements()
# The first and the last number of a moment's facts, and its latest day.
Run = tuple[int, int, str]


@dataclass(frozen=True)
class Moments:
    """All moments in order: their first days, and the first and last numbers of their facts.

    Of these again, in order: long and short, which last for more than a year, or for up to one; unbegun, of which the
    day on which they begin is not known. endless: the numbers of the facts of those that have no known end.
    """

    starts: Sequence[str]
    firsts: Sequence[int]
    lasts: Sequence[int]
    long: Sequence[Run]
    short: Sequence[Run]
    unbegun: Sequence[Run]
    endless: FrozenBitMap

    def window(self, since: str | None, until: str | None, *, certain: bool) -> Window:
        """Return where the facts are that may be of the time from one day to another, or certainly are."""
        first = 0 if since is None else self._first_since(since)
        last = self._last() if until is None else self._last_until(until)
        apart = BitMap()
        for begins, ends, _ in (self._uncertain if certain else self._around)(since, until, first, last):
            apart.add_range(begins, ends + 1)
        if certain:
            return Window(first, last, but=apart, but_endless=until is not None)
        return Window(first, last, beside=apart, endless_before=since is not None)

    def _around(self, since: str | None, until: str | None, first: int, last: int) -> Iterator[Run]:
        """Yield those around a time that reach into it; of the endless, all that begin before it do."""
        if since is not None:
            yield from (run for run in self.long[: _before(self.long, first)] if run[2] >= since)
            running = self._first_since(edtf.year_before(since))
            short = self.short[_before(self.short, running) : _before(self.short, first)]
            yield from (run for run in short if run[2] >= since)
        if until is not None:
            yield from self.unbegun[_before(self.unbegun, last + 1) :]

    def _uncertain(self, since: str | None, until: str | None, first: int, last: int) -> Iterator[Run]:
        """Yield those that start within a time, and may begin before it or end after it."""
        if since is not None:
            yield from self.unbegun[_before(self.unbegun, first) : _before(self.unbegun, last + 1)]
        if until is not None:
            long = self.long[_before(self.long, first) : _before(self.long, last + 1)]
            running = max(first, self._first_since(edtf.year_before(until)))
            short = self.short[_before(self.short, running) : _before(self.short, last + 1)]
            yield from (run for some in (long, short) for run in some if run[2] > until)

    def _first_since(self, day: str) -> int:
        """Return the number of the first fact whose date starts on a day or later."""
        at = bisect_left(self.starts, day)
        return self.firsts[at] if at < len(self.firsts) else BEYOND

    def _last(self) -> int:
        """Return the number of the last fact that has a date."""
        return self.lasts[-1] if self.lasts else 0

    def _last_until(self, day: str) -> int:
        """Return the number of the last fact whose date starts on a day or earlier."""
        at = bisect_right(self.starts, day)
        return self.lasts[at - 1] if at else 0


def read(connection: Connection) -> Moments:
    """Read them all, by one statement."""
    return of(_STATEMENTS.of(connection, "moments", _reading).rows(connection, {}))


def _reading() -> Select[*tuple[Any, ...]]:
    told = (Moment.starts, Moment.first, Moment.last, Moment.latest, Moment.begun, Moment.lasts)
    return select(*map(col, told)).order_by(col(Moment.first))


def of(rows: Sequence[Any]) -> Moments:
    """Return the moments of rows (first day, first and last number, last day, whether it begins, how long) in order."""
    starts, firsts, ends = ([row[at] for row in rows] for at in range(3))
    by_length: dict[int, list[Run]] = {length: [] for length in Lasts}
    unbegun: list[Run] = []
    endless = BitMap()
    for _, first, last, latest, begun, lasts in rows:
        if latest is None:
            endless.add_range(first, last + 1)
            continue
        if lasts != Lasts.day:
            by_length[lasts].append((first, last, latest))
        if not begun:
            unbegun.append((first, last, latest))
    return Moments(
        starts,
        # Most moments are a day's: as objects, their numbers would take several times the memory.
        array("L", firsts),
        array("L", ends),
        by_length[Lasts.long],
        by_length[Lasts.short],
        unbegun,
        FrozenBitMap(endless),
    )


def _before(runs: Sequence[Run], number: int) -> int:
    """Return how many runs begin before a number."""
    return bisect_left(runs, (number,))
