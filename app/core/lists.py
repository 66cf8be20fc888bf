"""Lists: the few statements behind a page, and what its counts and notes say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Select, false, select
from sqlmodel import col

from app.core import bitmaps, spans, statements
from app.core.asking import Question
from app.core.bitmaps import Met
from app.core.planning import OF_THE_PAGE, plan
from app.core.postings import Plan
from app.core.questions import ANY_MODALITY
from app.core.selecting import Selecting, values_of
from app.core.snapshot import HeldRelease
from app.core.statements import UNDATED, bounded
from app.core.tables import Entity, Fact, key_of
from app.core.vocabulary import Modality
from app.kit import given
from app.kit.pages import EXACT
from app.kit.parameters import Asked
from app.kit.prepared import Statements

TIMES = frozenset({"since", "until", "active_on"})
# They are in no statement, for lists are of one kind and modality; nor is the order, which is in its shape.
OF_LISTS = ("kind", "modality", "sort", "release")
# As texts: a question asks for each several times, and a code's value is looked up each time.
MODALITIES = tuple(modality.value for modality in Modality)
_STATEMENTS = Statements()


@dataclass(frozen=True)
class Part:
    """Some records of a list, in order, and the number after which it goes on; None when it does not."""

    answers: Sequence[str]
    last: int | None


@dataclass(frozen=True)
class Counts:
    """What there is: `total`, `total_is` and `withheld`, and what is to be known."""

    found: dict[str, Any]
    notes: list[dict[str, Any]] = field(default_factory=list)


class Listing(Protocol):
    """A list that a question finds: read part by part by number, counted when it is wanted."""

    def part(self, connection: Connection, after: int | None, limit: int) -> Part:
        """Return at most `limit` records that come after record number `after`."""

    def counts(self, connection: Connection) -> Counts:
        """Count what is found, up to the bound."""


@dataclass(frozen=True)
class FactList:
    """Facts that a question finds, by their numbers.

    kind: the only one, where the address names it.
    sought: what is asked, where the address asks for more than the question's parameters.
    """

    question: Question
    kind: str | None = None
    sought: Asked | None = None
    _planned: list[Plan] = field(default_factory=list, init=False, compare=False, repr=False)
    _meeting: list[Met | None] = field(default_factory=list, init=False, compare=False, repr=False)

    @property
    def asked(self) -> Asked:
        """What its SQL is made of."""
        return self.sought or self.question.asked

    def part(self, connection: Connection, after: int | None, limit: int) -> Part:
        """Return a part, by one statement, or by three at most if lists meet; by one more if terms are new."""
        sort = self.asked.one("sort") or "date"
        dated = self.question.held.about.dated
        shown = modalities(self.asked)
        lists = self._plan(connection)
        if sort.removeprefix("-") == "date" and (met := self._met(connection, lists)):
            numbers = met.page(shown, dated, after, limit + 1, down=sort.startswith("-"))
            return _part(bitmaps.answers(connection, numbers), limit)
        values: dict[str, Any] = {"after": after, "limit": limit + 1, "dated": dated}
        shape, slotted, bound = self.asked.prepared(self._listed)
        if sort.removeprefix("-") == "id":
            write, more, arms = statements.by_id(lists, shown, sort, self.asked, first=after is None)
        else:
            past_dated = after is not None and after > dated
            write, more, arms = statements.by_date(
                lists, shown, sort, self.asked, first=after is None, past_dated=past_dated
            )
        if not arms:
            return Part([], None)
        key = ("part", self.kind, shape, sort, after is None, arms)
        statement = _STATEMENTS.of(connection, key, lambda: write(Selecting(slotted)))
        return _part(statement.rows(connection, values | bound | more), limit)

    def counts(self, connection: Connection) -> Counts:
        """Count what is found and what is withheld: by one statement, by two at most if lists meet that no page met.

        By one more if they are very many.
        """
        lists = self._plan(connection)
        shown = modalities(self.asked)
        undated = 0
        span = spans.asked_by(self.asked, lists.others) if lists.unfiltered else None
        if lists.counted:
            counts = {modality: lists.count(modality) for modality in MODALITIES}
        elif span is not None:
            told = spans.counts(connection, span, lists.kinds)
            counts = told.overlapping
            undated = sum(lists.count(modality) - told.dated.get(modality, 0) for modality in shown)
        elif met := self._met(connection, lists):
            counts = met.counts(EXACT)
            undated = met.undated(shown, self.question.held.about.dated)
        else:
            counts = self._counted(connection, lists, shown)
            undated = counts.pop(UNDATED, 0)
        counts = {modality: min(count, EXACT + 1) for modality, count in counts.items()}
        undated = min(undated, EXACT + 1)
        total = sum(counts.get(modality, 0) for modality in shown)
        found = {
            "total": min(total, EXACT),
            "total_is": "exact" if total <= EXACT else "at_least",
            "withheld": {modality: counts.get(modality, 0) for modality in MODALITIES if modality not in shown},
        }
        return Counts(found, _notes(self.asked, self.question.held, undated))

    def found(self, connection: Connection) -> Select[Any]:
        """Return the numbers of the first 10,000 facts, as `n`, for a statement of somebody else's."""
        shown = modalities(self.asked)
        lists = self._plan(connection)
        dated = self.question.held.about.dated
        if met := self._met(connection, lists):
            return given.rows(connection, met.page(shown, dated, None, EXACT, down=False))
        write, more, arms = statements.by_date(
            lists, shown, "date", self.asked, first=True, past_dated=False, numbers=True
        )
        if not arms:
            return select(col(Fact.n).label("n")).where(false())
        return write(Selecting(self.asked, more | {"limit": EXACT, "dated": dated}))

    @property
    def _listed(self) -> tuple[str, ...]:
        """The parameters of which the SQL knows only lists, or that choose among what is found."""
        return (*OF_THE_PAGE, *(one.name for one in self.asked.parameters if one.terms or one.name in OF_LISTS))

    def _plan(self, connection: Connection) -> Plan:
        """Return its plan, which is made once."""
        if not self._planned:
            self._planned.append(plan(connection, self.question.held, self.asked, self.kind))
        return self._planned[0]

    def _met(self, connection: Connection, lists: Plan) -> Met | None:
        """Return where its lists meet, which is read once; None if they do not, or with too many facts."""
        if not self._meeting and lists.meets:
            # What is withheld is counted by the ends of spans, where dates alone are asked.
            alone = lists.unfiltered and spans.asked_by(self.asked, lists.others) is not None
            wanted = modalities(self.asked) if alone else MODALITIES
            self._meeting.append(bitmaps.meet(connection, lists, self.asked, self.question.held.about, wanted))
        return self._meeting[0] if self._meeting else None

    def _counted(self, connection: Connection, lists: Plan, shown: set[str]) -> dict[str, int]:
        shape, slotted, values = self.asked.prepared(self._listed)
        values |= {"bound": EXACT + 1, "dated": self.question.held.about.dated}
        if self.asked.start:
            asking = lists.asking(MODALITIES)
            if asking is None:
                return {}
            timed = TIMES & self.asked.given.keys()
            some = [part for part in (asking, lists.asking(shown) if timed else None) if part]
            key = ("start", self.kind, shape, tuple(part.shape for part in some))
            statement = _STATEMENTS.of(connection, key, lambda: statements.counts_of_start(Selecting(slotted), *some))
            counts = dict(statement.rows(connection, values | values_of(self.asked, some)))
            if sum(counts.values()) - counts.get(UNDATED, 0) <= EXACT:
                return counts
        way = lists.asking if self.asked.start else lists.whole
        groups = {modality: [modality] for modality in MODALITIES}
        if TIMES & self.asked.given.keys():
            groups[UNDATED] = sorted(shown)
        parts = [(name, part, lists.few(some)) for name, some in groups.items() if (part := way(some))]
        if not parts:
            return {}
        shapes = tuple((name, part.shape, few) for name, part, few in parts)
        counting = _STATEMENTS.of(
            connection,
            ("counts", self.kind, shape, shapes),
            lambda: statements.counts(Selecting(slotted), parts),
        )
        return dict(counting.rows(connection, values | values_of(self.asked, [part for _, part, _ in parts])))


@dataclass(frozen=True)
class EntityList:
    """Entities in order of id; `if_empty`: the notes of an empty list."""

    question: Question
    table: type[Entity]
    if_empty: tuple[dict[str, Any], ...] = ()

    def part(self, connection: Connection, after: int | None, limit: int) -> Part:
        """Return a part, by one statement."""
        key = key_of(self.table)
        beyond = [] if after is None else [key > after]
        statement: Select[Any, Any] = select(key.label("key"), col(self.table.answer).label("answer")).where(
            *self._where(), *beyond
        )
        return _part(connection.execute(statement.order_by(key).limit(limit + 1)).all(), limit)

    def counts(self, connection: Connection) -> Counts:
        """Count what is found, by one statement."""
        found = connection.execute(bounded("total", select(key_of(self.table)).where(*self._where()), EXACT + 1)).one()[
            1
        ]
        return Counts(totals(found), [] if found else list(self.if_empty))

    def _where(self) -> list[ColumnElement[bool]]:
        return self.question.asked.conditions(key_of(self.table))


@dataclass(frozen=True)
class ShortList:
    """A list that is short enough to be held whole; record number `n` is the nth."""

    answers: Sequence[str]
    withheld: dict[str, int] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)

    def part(self, _: Connection, after: int | None, limit: int) -> Part:
        """Return a part."""
        last = (after or 0) + limit
        return Part(self.answers[after or 0 : last], last if last < len(self.answers) else None)

    def counts(self, _: Connection) -> Counts:
        """Return how many there are."""
        return Counts(totals(len(self.answers)) | {"withheld": self.withheld}, self.notes)


def _part(rows: Sequence[Any], limit: int) -> Part:
    """Return a part of rows (number, answer) of which one more than the limit was asked for."""
    return Part([answer for _, answer in rows[:limit]], rows[limit - 1][0] if len(rows) > limit else None)


def totals(found: int) -> dict[str, Any]:
    """Return the counts of a list of which `found` records were counted, up to one more than the bound."""
    return {"total": min(found, EXACT), "total_is": "exact" if found <= EXACT else "at_least", "withheld": {}}


def modalities(asked: Asked) -> set[str]:
    """Return the modalities that the question shows."""
    if "modality" not in asked.given:
        return {Modality.actual.value}
    every = set(MODALITIES)
    choice = asked.given["modality"][0]
    if ANY_MODALITY in choice.values:
        return every
    return every - set(choice.values) if choice.negated else set(choice.values)


def _notes(asked: Asked, held: HeldRelease, undated: int) -> list[dict[str, Any]]:
    notes: list[dict[str, Any]] = []
    if undated:
        notes.append(
            {
                "code": "undated",
                "text": f"{undated} facts that would be found have no date and are left out.",
                "link": None,
            }
        )
    named = {value for choices in asked.given.values() for choice in choices for value in choice.values}
    for state in sorted(named & held.about.predecessors.keys()):
        for predecessor in held.about.predecessors[state]:
            text = f"{state} does not include its predecessor {predecessor}, under which there are facts too."
            notes.append({"code": "predecessor", "text": text, "link": f"/facts?country={predecessor}"})
    return notes
