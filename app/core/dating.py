"""Where the facts of a time are among all, numbered in order of date, as SQL says it for lists that are walked.

What meets in memory finds the same by `moments`. Lists are not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    SQLColumnExpression,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core.listed import Moment
from app.core.moments import BEYOND
from app.core.postings import BESIDE
from app.core.tables import Fact
from app.kit import edtf
from app.kit.edtf import Lasts
from app.kit.parameters import Asked
from app.kit.prepared import number_slot, text_slot

# Where a date's facts are: those that begin in the time asked for, and those around it that reach into it.
WITHIN, ENDLESS, LASTING, RUNNING, UNBEGUN = "within", "endless", "lasting", "running", "unbegun"
# Everywhere, but each fact is asked for its date: so it is where there are few, or no lists.
EACH = "each"
EVERYWHERE = ""


def reaches_of(asked: Asked, *, few: bool = False) -> tuple[str, ...]:
    """Return the reaches of numbers in which the facts of the dates asked for lie; few: there are not many of them."""
    if not asked.given.keys() & set(BESIDE):
        return (EVERYWHERE,)
    if few or asked.start:
        return (EACH,)
    return (WITHIN,) if is_certain(asked) else (WITHIN, *_around(asked))


def _around(asked: Asked) -> tuple[str, ...]:
    """Return the reaches around the dates asked for, from which facts reach into them."""
    return (
        *((ENDLESS, LASTING, RUNNING) if "since" in asked.given else ()),
        *((UNBEGUN,) if "until" in asked.given else ()),
    )


def is_certain(asked: Asked) -> bool:
    """Whether facts are wanted that lie wholly inside the dates asked for."""
    return asked.one("date_match") == "certain"


def times_of(asked: Asked) -> dict[str, str]:
    """Return what stands in the slots of the dates asked for."""
    found: dict[str, str] = {}
    if "since" in asked.given:
        first = edtf.whole(asked.given["since"][0].values[0])[0]
        found |= {"since": first, "before": edtf.year_before(first)}
    if "until" in asked.given:
        found["until"] = edtf.whole(asked.given["until"][0].values[0])[1]
    return found


@dataclass(frozen=True)
class Dating:
    """What writes the dates of one question's statements.

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

    def beyond(self, reach: str) -> list[ColumnElement[bool]]:
        """Ask for moments around a time that reach into it."""
        latest = col(Moment.latest)
        # By the numbers of its facts, in whose order the index is, and not by the day on which a moment starts.
        first = col(Moment.first)
        if reach == ENDLESS:
            return [col(Moment.lasts) == Lasts.endless.value, first < self.first_since()]
        if reach == LASTING:
            reaches = latest >= self.text("since")
            return [col(Moment.lasts) == Lasts.long.value, first < self.first_since(), reaches]
        if reach == RUNNING:
            over = and_(first >= self.first_since("before"), first < self.first_since())
            return [col(Moment.lasts) == Lasts.short.value, over, latest >= self.text("since")]
        return [col(Moment.begun).is_(False), first > self.last_until()]

    def first_since(self, day: str = "since") -> ColumnElement[int]:
        """Return the number of the first fact whose date starts on a day or later."""
        first = select(col(Moment.first)).where(col(Moment.starts) >= self.text(day)).correlate(None)
        found = first.order_by(col(Moment.starts), col(Moment.first)).limit(1).scalar_subquery()
        return func.coalesce(found, BEYOND)

    def last_until(self) -> ColumnElement[int]:
        """Return the number of the last fact whose date starts by the end of the time asked for."""
        last = select(col(Moment.last)).where(col(Moment.starts) <= self.text("until")).correlate(None)
        found = last.order_by(col(Moment.starts).desc(), col(Moment.first).desc()).limit(1).scalar_subquery()
        return func.coalesce(found, 0)

    def each_dated(self, key: SQLColumnExpression[int]) -> ColumnElement[bool]:
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
