"""Lists met in memory, with each other, dates and words, as roaring bitmaps by modality; which lists, plans say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyroaring import BitMap, FrozenBitMap
from sqlalchemy import (
    CompoundSelect,
    Connection,
    Integer,
    LargeBinary,
    Select,
    cast,
    null,
    select,
    union_all,
)
from sqlmodel import col

from app.core.dating import is_certain, times_of
from app.core.listed import Bitmap, Posting
from app.core.postings import Meeting, Part, Plan, filled
from app.core.selecting import Selecting
from app.core.snapshot import Listed, Snapshot
from app.core.tables import Fact
from app.core.windows import NONE, AnyBitMap, Numbers, Seen, Window
from app.kit.numbers import as_text, in_parts
from app.kit.parameters import Asked
from app.kit.prepared import Statements, number_slot
from app.kit.textindex import MOST_READ

# A longer list has a bitmap; of a shorter one the numbers are read. It is in every release: another is another schema.
LONG = 16
# So many are read by one statement: engines bound how many values it may be given, and questions name thousands.
MOST = 4_096
# So many facts that words find are read at once.
AT_ONCE = 200_000
# So many are looked up, times the lists, faster than the lists are read if none is remembered.
FEW_LOOKED_UP = 100
EVERYTHING = Window(0, 2**32 - 1)
_STATEMENTS = Statements()


@dataclass(frozen=True)
class Met:
    """The numbers of the facts that are in all lists, by modality, and the window through which they are seen."""

    facts: Mapping[str, Numbers]
    window: Window

    def counts(self, enough: int) -> dict[str, int]:
        """Return how many are seen, by modality; of more than enough, any such number."""
        return {modality: self.window.count(some, enough) for modality, some in self.facts.items()}

    def undated(self, modalities: Iterable[str], dated: int) -> int:
        """Return how many are not seen for they have no date, and so a number beyond `dated`."""
        if self.window is EVERYTHING:
            return 0
        found = (self.facts[one].all for one in modalities if one in self.facts)
        return sum(len(some) - some.rank(dated) for some in found)

    def page(self, modalities: Iterable[str], dated: int, after: int | None, limit: int, *, down: bool) -> list[int]:
        """Return at most so many numbers, in order of date, that come after one.

        Facts are numbered in this order, the undated last, after `dated`; downwards, they still come last.
        """
        shown = [self.facts[one] for one in modalities if one in self.facts]
        every = Numbers(_union([one.all for one in shown]), _union([one.endless for one in shown]))
        found = Seen(every, self.window)
        if not down:
            start = 0 if after is None else found.rank(after)
            return found.between(start, start + limit)
        numbers: list[int] = []
        middle, end = found.rank(dated), len(found)
        # How many are numbered less; a cursor may say anything.
        less = found.rank(after - 1) if after else 0
        if after is None:
            stretches = [(0, middle), (middle, end)]
        else:
            stretches = [(middle, less)] if after > dated else [(0, less), (middle, end)]
        for first, last in stretches:
            some = found.between(max(first, last - (limit - len(numbers))), last)
            numbers += reversed(some)
        return numbers


def meet(connection: Connection, plan: Plan, asked: Asked, about: Snapshot, modalities: Iterable[str]) -> Met | None:
    """Return the facts in all the lists of a plan; None if words find too many. By one statement, if lists are asked.

    By one more for words; by more where thousands of lists are asked for; by less for what the release remembers.
    """
    among = _found_otherwise(connection, plan, asked, about) if plan.many and plan.cells else None
    if among is not None and len(among) > MOST_READ[connection.dialect.name]:
        return None
    meetings = {modality: plan.meetings[modality] for modality in modalities if modality in plan.meetings}
    lists = {one for meeting in meetings.values() for ids in meeting.all() for one in ids}
    if among is None or len(among) * len(lists) > FEW_LOOKED_UP:
        maps = _read(connection, about, lists)
    else:
        maps = _looked_up(connection, lists, among)
    facts = {modality: _met(meeting, maps) for modality, meeting in meetings.items()}
    if among is not None:
        facts = {modality: some & among for modality, some in facts.items()}
    window = _window(asked, about) if plan.timed else EVERYTHING
    endless = _endless(plan, about, facts) if window.of_endless else {}
    return Met({modality: Numbers(some, endless.get(modality, NONE)) for modality, some in facts.items()}, window)


def _window(asked: Asked, about: Snapshot) -> Window:
    """Return where the facts are that may be of the time that is asked for, or certainly are."""
    times = times_of(asked)
    return about.moments.window(times.get("since"), times.get("until"), certain=is_certain(asked))


def answers(connection: Connection, numbers: Sequence[int]) -> list[tuple[int, str]]:
    """Return the numbers with the answers of their facts, in the order given."""
    if not numbers:
        return []
    slots = _slots("n", numbers)
    statement = _STATEMENTS.of(
        connection,
        ("answers", len(slots)),
        lambda: select(col(Fact.n), col(Fact.answer)).where(col(Fact.n).in_(map(number_slot, slots))),
    )
    found: dict[int, str] = dict(statement.rows(connection, slots))
    return [(n, found[n]) for n in numbers]


def _met(meeting: Meeting, maps: Mapping[int, AnyBitMap]) -> AnyBitMap:
    # Few first: each step leaves no more than the one before.
    wanted = sorted((_union([maps[one.id] for one in lists]) for lists in meeting.wanted), key=len)
    found = BitMap.intersection(*wanted) if len(wanted) > 1 else wanted[0]
    for lists in meeting.unwanted:
        found = found - _union([maps[one.id] for one in lists])
    return found


def _union(maps: Sequence[AnyBitMap]) -> AnyBitMap:
    if not maps:
        return BitMap()
    return BitMap.union(*maps) if len(maps) > 1 else maps[0]


def _found_otherwise(connection: Connection, plan: Plan, asked: Asked, about: Snapshot) -> FrozenBitMap:
    """Return the numbers of what is found by no list, whatever its dates; of too many, some more than the most."""
    wanted = tuple((name, asked.given[name]) for name in sorted(plan.many))
    known = about.bitmaps.find([wanted])
    if known:
        return known[wanted]
    shape, slotted, values = asked.prepared(one.name for one in asked.parameters if one.name not in plan.many)
    statement = _STATEMENTS.of(connection, ("found", shape), lambda: _finding(slotted))
    most = MOST_READ[connection.dialect.name]
    at_once = min(AT_ONCE, most + 1)
    among = BitMap()

    def read(after: int) -> str | None:
        (told,) = statement.rows(connection, values | {"after": after, "limit": at_once})
        text: str | None = told[0]
        return text

    for some in in_parts(read, at_once):
        among.update(some)
        if len(among) > most:
            break
    found = FrozenBitMap(among)
    about.bitmaps.keep([(wanted, found)])
    return found


def _finding(asked: Asked) -> Select[*tuple[Any, ...]]:
    """Return the numbers in order, as one text: rows take four times as long."""
    selecting = Selecting(asked)
    rows, key = selecting.rows(0, Part((), (), (), once=True), only=("after",), dates=False)
    some = rows.order_by(key).limit(selecting.number("limit")).subquery()
    return select(as_text(some.c.n))


def _looked_up(connection: Connection, lists: Collection[Listed], among: AnyBitMap) -> dict[int, AnyBitMap]:
    """Return which of some facts are in lists, by their ids: each is looked up in each."""
    numbers: dict[int, list[int]] = {one.id: [] for one in lists}
    if numbers and among:
        of_lists, of_facts = _slots("list", list(numbers)), _slots("n", list(among))
        statement = _STATEMENTS.of(
            connection,
            ("looked up", len(of_lists), len(of_facts)),
            lambda: select(col(Posting.term), col(Posting.n)).where(
                col(Posting.term).in_(map(number_slot, of_lists)), col(Posting.n).in_(map(number_slot, of_facts))
            ),
        )
        rows = statement.rows(connection, of_lists | of_facts)
        for term, n in rows:
            numbers[term].append(n)
    return {term: BitMap(some) for term, some in numbers.items()}


def _read(connection: Connection, about: Snapshot, lists: Collection[Listed]) -> dict[int, AnyBitMap]:
    """Return the numbers of lists by their ids, of which a release remembers those that were asked last."""
    known = about.bitmaps.find(one.id for one in lists)
    found: dict[int, AnyBitMap] = {one.id: known[one.id] for one in lists if one.id in known}
    missing = {one for one in lists if one.id not in found}
    long, short = (sorted(one.id for one in missing if (one.count > LONG) is is_long) for is_long in (True, False))
    for at in range(0, max(len(long), len(short)), MOST):
        some = _some(connection, long[at : at + MOST], short[at : at + MOST])
        about.bitmaps.keep(some.items())
        found |= some
    return found


def _some(connection: Connection, long: Sequence[int], short: Sequence[int]) -> dict[int, FrozenBitMap]:
    found: dict[int, FrozenBitMap] = {}
    long_slots, short_slots = _slots("long", long), _slots("short", short)
    statement = _STATEMENTS.of(
        connection, ("lists", len(long_slots), len(short_slots)), lambda: _reading(list(long_slots), list(short_slots))
    )
    numbers: defaultdict[int, list[int]] = defaultdict(list)
    rows = statement.rows(connection, long_slots | short_slots)
    for term, bitmap, n in rows:
        if bitmap is None:
            numbers[term].append(n)
        else:
            found[term] = FrozenBitMap.deserialize(bitmap)
    return {**found, **{term: FrozenBitMap(some) for term, some in numbers.items()}}


def _slots(name: str, ids: Sequence[int]) -> dict[str, int]:
    told = filled(ids)
    return dict(zip(_names(name, len(told)), told, strict=True))


@lru_cache(maxsize=64)
def _names(name: str, number: int) -> tuple[str, ...]:
    return tuple(f"{name}.{at}" for at in range(number))


def _reading(long: Sequence[str], short: Sequence[str]) -> CompoundSelect[Any] | Select[*tuple[Any, ...]]:
    of_long = select(col(Bitmap.term), col(Bitmap.numbers), cast(null(), Integer).label("n")).where(
        col(Bitmap.term).in_(map(number_slot, long))
    )
    of_short = select(col(Posting.term), cast(null(), LargeBinary).label("numbers"), col(Posting.n)).where(
        col(Posting.term).in_(map(number_slot, short))
    )
    return union_all(of_long, of_short) if long and short else of_long if long else of_short


def _endless(plan: Plan, about: Snapshot, facts: Mapping[str, AnyBitMap]) -> dict[str, AnyBitMap]:
    """Return which of a plan's facts, whatever their dates, have no known end; a release remembers them."""
    keys = {modality: (plan.number, modality) for modality in facts}
    known = about.bitmaps.find(keys.values())
    missing = {
        keys[modality]: FrozenBitMap(some & about.moments.endless)
        for modality, some in facts.items()
        if keys[modality] not in known
    }
    if missing:
        about.bitmaps.keep(missing.items())
    found = known | missing
    return {modality: found[key] for modality, key in keys.items()}
