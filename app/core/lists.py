"""Lists: the few statements behind a page, and what its counts and notes say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select, union_all
from sqlmodel import col

from app.core.asking import Question
from app.core.questions import ANY_MODALITY
from app.core.snapshot import HeldRelease
from app.core.tables import Entity, Fact, key_of
from app.core.vocabulary import Modality
from app.kit.pages import EXACT
from app.kit.parameters import Asked
from app.kit.prepared import Statements, number_slot

TIMES = frozenset({"since", "until", "active_on"})
UNDATED = "undated"
# They choose among what is found, and change nothing in what finds it.
OF_THE_PAGE = ("limit", "cursor", "fields", "facet", "group_by")
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

    @property
    def where(self) -> list[ColumnElement[bool]]:
        """All conditions that its facts meet."""
        return _conditions(self.asked, self.kind)

    @property
    def asked(self) -> Asked:
        """What its SQL is made of."""
        return self.sought or self.question.asked

    def part(self, connection: Connection, after: int | None, limit: int) -> Part:
        """Return a part, by one statement."""
        sort = self.asked.one("sort") or "date"
        dated = self.question.held.about.dated
        past_dated = after is not None and after > dated
        shape, slotted, values = self.asked.prepared(OF_THE_PAGE)
        statement = _STATEMENTS.of(
            connection,
            ("part", self.kind, shape, sort, after is None, past_dated),
            lambda: _ordered(_conditions(slotted, self.kind), sort, first=after is None, past_dated=past_dated),
        )
        values |= {"after": after, "limit": limit + 1, "dated": dated}
        return _part(statement.execute(connection, values).all(), limit)

    def counts(self, connection: Connection) -> Counts:
        """Count what is found and what is withheld, by one statement; by one more if they are very many."""
        shape, slotted, values = self.asked.prepared(OF_THE_PAGE)
        values |= {"bound": EXACT + 1}
        shown = modalities(self.asked)
        statement = _STATEMENTS.of(connection, ("counts", self.kind, shape), lambda: _counts(slotted, self.kind))
        counts = _pairs(statement.execute(connection, values))
        undated = counts.pop(UNDATED, 0)
        if sum(counts.values()) > EXACT:
            each = _STATEMENTS.of(connection, ("each", self.kind, shape), lambda: _counts_of_each(slotted, self.kind))
            counts = _pairs(each.execute(connection, values))
        total = sum(counts.get(modality, 0) for modality in shown)
        found = {
            "total": min(total, EXACT),
            "total_is": "exact" if total <= EXACT else "at_least",
            "withheld": {
                modality.value: counts.get(modality, 0) for modality in Modality if modality.value not in shown
            },
        }
        return Counts(found, _notes(self.asked, self.question.held, undated))


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
        found = connection.execute(
            _bounded("total", select(key_of(self.table)).where(*self._where()), EXACT + 1)
        ).one()[1]
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


def _pairs(rows: Iterable[Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in rows}


def _part(rows: Sequence[Any], limit: int) -> Part:
    """Return a part of rows of which one more than the limit was asked for."""
    return Part([row.answer for row in rows[:limit]], rows[limit - 1].key if len(rows) > limit else None)


def totals(found: int) -> dict[str, Any]:
    """Return the counts of a list of which `found` records were counted, up to one more than the bound."""
    return {"total": min(found, EXACT), "total_is": "exact" if found <= EXACT else "at_least", "withheld": {}}


def modalities(asked: Asked) -> set[str]:
    """Return the modalities that the question shows."""
    if "modality" not in asked.given:
        return {Modality.actual.value}
    every = {modality.value for modality in Modality}
    choice = asked.given["modality"][0]
    if ANY_MODALITY in choice.values:
        return every
    return every - set(choice.values) if choice.negated else set(choice.values)


def _conditions(asked: Asked, kind: str | None, without: Iterable[str] = ()) -> list[ColumnElement[bool]]:
    """Return what facts must meet; of modalities, those that are shown unless they are left out."""
    left_out = {"modality", *without}
    found = asked.conditions(key_of(Fact), without=left_out)
    if "modality" not in without:
        found.insert(0, col(Fact.modality).in_(sorted(modalities(asked))))
    return found if kind is None else [col(Fact.kind) == kind, *found]


def _ordered(where: list[ColumnElement[bool]], sort: str, *, first: bool, past_dated: bool) -> Select[Any, Any]:
    """Return the page's statement. Downwards, the undated (numbered after `dated`) still come last.

    first: it is the first page. past_dated: it goes on among the undated.
    """
    after, limit, dated = number_slot("after"), number_slot("limit"), number_slot("dated")
    by_id = sort.removeprefix("-") == "id"
    key = col(Fact.id_rank) if by_id else col(Fact.n)
    chosen: Select[Any, Any] = select(key.label("key"), col(Fact.answer).label("answer")).where(*where)
    if not sort.startswith("-"):
        beyond = [] if first else [key > after]
        return chosen.where(*beyond).order_by(key).limit(limit)
    below = [] if first else [key < after]
    if by_id:
        return chosen.where(*below).order_by(key.desc()).limit(limit)
    none = [key <= 0] if past_dated else []
    in_time = chosen.where(key <= dated, *none, *below).order_by(key.desc()).limit(limit).subquery()
    undated = chosen.where(key > dated, *(below if past_dated else [])).order_by(key.desc()).limit(limit).subquery()
    both = union_all(
        select(in_time.c.key, in_time.c.answer, literal(0).label("late")),
        select(undated.c.key, undated.c.answer, literal(1).label("late")),
    ).subquery()
    return select(both.c.key, both.c.answer).order_by(both.c.late, both.c.key.desc()).limit(limit)


def _counts(asked: Asked, kind: str | None) -> Any:
    """Count by modality what is shown or withheld, up to the bound in all, and what lacks the date asked for."""
    where = _conditions(asked, kind, without=["modality"])
    if not where:
        # Each modality has its part of an index; the rows themselves are long.
        return _counts_of_each(asked, kind)
    some = select(col(Fact.modality)).where(*where).limit(number_slot("bound")).subquery()
    counts: Select[Any] = select(some.c.modality.label("name"), func.count().label("count")).group_by(some.c.modality)
    if not TIMES & asked.given.keys():
        return counts
    elsewhere = _conditions(asked, kind, without=TIMES)
    undated = select(col(Fact.n)).where(col(Fact.dated).is_(False), *elsewhere)
    return union_all(counts, _bounded(UNDATED, undated, number_slot("bound")))


def _counts_of_each(asked: Asked, kind: str | None) -> Any:
    """Count each modality up to the bound."""
    where = _conditions(asked, kind, without=["modality"])
    return union_all(
        *(
            _bounded(
                modality.value,
                select(col(Fact.n)).where(col(Fact.modality) == modality.value, *where),
                number_slot("bound"),
            )
            for modality in Modality
        )
    )


def _bounded(name: str, statement: Select[Any], bound: Any) -> Select[Any, Any]:
    limited = statement.limit(bound).subquery()
    found: Select[Any, Any] = select(literal(name).label("name"), func.count().label("count")).select_from(limited)
    return found


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
