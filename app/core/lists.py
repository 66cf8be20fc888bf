"""Lists: the few statements behind a page, and what its counts and notes say."""

from __future__ import annotations

from collections.abc import Sequence
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

TIMES = frozenset({"since", "until", "active_on"})


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
    """Facts that a question finds, by their numbers; `fixed`: what the address asks for besides."""

    question: Question
    fixed: tuple[ColumnElement[bool], ...] = ()

    @property
    def where(self) -> list[ColumnElement[bool]]:
        """All conditions that its facts meet."""
        return [*self.fixed, *_fact_conditions(self.question.asked)]

    def part(self, connection: Connection, after: int | None, limit: int) -> Part:
        """Return a part, by one statement."""
        sort = self.question.asked.one("sort") or "date"
        statement = _ordered(self.where, sort, after, limit + 1, self.question.held.about.dated)
        return _part(connection.execute(statement).all(), limit)

    def counts(self, connection: Connection) -> Counts:
        """Count what is found and what is withheld, by one statement."""
        asked = self.question.asked
        counts = {row[0]: row[1] for row in connection.execute(_counts(asked, self.fixed))}
        shown = [modality for modality in Modality if counts.get(f"+{modality}") is not None]
        total = sum(counts[f"+{modality}"] for modality in shown)
        exact = all(counts[f"+{modality}"] <= EXACT for modality in shown) and total <= EXACT
        found = {
            "total": total if exact else EXACT,
            "total_is": "exact" if exact else "at_least",
            "withheld": {modality.value: counts[f"-{modality}"] for modality in Modality if f"-{modality}" in counts},
        }
        return Counts(found, _notes(asked, self.question.held, counts.get("undated", 0)))


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
        found = connection.execute(_bounded("total", select(key_of(self.table)).where(*self._where()))).one()[1]
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


def _fact_conditions(asked: Asked) -> list[ColumnElement[bool]]:
    modality = col(Fact.modality).in_(sorted(modalities(asked)))
    return [modality, *asked.conditions(key_of(Fact), without=["modality"])]


def _ordered(
    where: list[ColumnElement[bool]], sort: str, after: int | None, limit: int, dated: int
) -> Select[Any, Any]:
    """Return the page's statement. Downwards, the undated (numbered after `dated`) still come last."""
    by_id = sort.removeprefix("-") == "id"
    key = col(Fact.id_rank) if by_id else col(Fact.n)
    chosen: Select[Any, Any] = select(key.label("key"), col(Fact.answer).label("answer")).where(*where)
    if not sort.startswith("-"):
        beyond = [] if after is None else [key > after]
        return chosen.where(*beyond).order_by(key).limit(limit)
    below = [] if after is None else [key < after]
    if by_id:
        return chosen.where(*below).order_by(key.desc()).limit(limit)
    past_dated = after is not None and after > dated
    in_time = chosen.where(key <= (0 if past_dated else dated), *below).order_by(key.desc()).limit(limit).subquery()
    undated = chosen.where(key > dated, *(below if past_dated else [])).order_by(key.desc()).limit(limit).subquery()
    both = union_all(
        select(in_time.c.key, in_time.c.answer, literal(0).label("late")),
        select(undated.c.key, undated.c.answer, literal(1).label("late")),
    ).subquery()
    return select(both.c.key, both.c.answer).order_by(both.c.late, both.c.key.desc()).limit(limit)


def _counts(asked: Asked, fixed: tuple[ColumnElement[bool], ...]) -> Any:
    """Count, up to the bound, what is shown (+) and withheld (-) by modality, and what lacks the date asked for."""
    shown = modalities(asked)
    where = [*fixed, *asked.conditions(key_of(Fact), without=["modality"])]
    parts = []
    for modality in Modality:
        sign = "+" if modality.value in shown else "-"
        of_it = select(col(Fact.n)).where(col(Fact.modality) == modality.value, *where)
        parts.append(_bounded(f"{sign}{modality}", of_it))
    if TIMES & asked.given.keys():
        elsewhere = asked.conditions(key_of(Fact), without=["modality", *TIMES])
        undated = select(col(Fact.n)).where(
            col(Fact.modality).in_(sorted(shown)), col(Fact.dated).is_(False), *fixed, *elsewhere
        )
        parts.append(_bounded("undated", undated))
    return union_all(*parts)


def _bounded(name: str, statement: Select[Any]) -> Select[Any, Any]:
    limited = statement.limit(EXACT + 1).subquery()
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
