"""Lists: the few statements behind a page, and what its counts and notes say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import Response
from sqlalchemy import ColumnElement, Connection, Select, func, literal, select, union_all
from sqlmodel import col

from app.core.asking import Question, list_response
from app.core.questions import ANY_MODALITY
from app.core.snapshot import HeldRelease
from app.core.tables import Entity, Fact, key_of
from app.core.vocabulary import Modality
from app.kit.pages import EXACT
from app.kit.parameters import Asked

TIMES = frozenset({"since", "until", "active_on"})


def fact_page(connection: Connection, question: Question, *fixed: ColumnElement[bool]) -> Response:
    """Answer a page of facts, in two statements: the page and the counts."""
    asked, held, limit = question.asked, question.held, question.limit
    sort = asked.one("sort") or "date"
    where = [*fixed, *_fact_conditions(asked)]
    rows = connection.execute(_ordered(where, sort, question.after, limit + 1, held.about.dated)).all()
    counts = {row[0]: row[1] for row in connection.execute(_counts(asked, fixed))}
    shown = [modality for modality in Modality if counts.get(f"+{modality}") is not None]
    total = sum(counts[f"+{modality}"] for modality in shown)
    exact = all(counts[f"+{modality}"] <= EXACT for modality in shown) and total <= EXACT
    withheld = {modality.value: counts[f"-{modality}"] for modality in Modality if f"-{modality}" in counts}
    return list_response(
        question,
        [row.answer for row in rows[:limit]],
        {"total": total if exact else EXACT, "total_is": "exact" if exact else "at_least", "withheld": withheld},
        rows[limit - 1].key if len(rows) > limit else None,
        _notes(asked, held, counts.get("undated", 0)),
    )


def entity_page(
    connection: Connection, question: Question, table: type[Entity], if_empty: tuple[dict[str, Any], ...] = ()
) -> Response:
    """Answer a page of entities in order of id, in two statements; `if_empty`: the notes of an empty one."""
    limit = question.limit
    key = key_of(table)
    where = question.asked.conditions(key)
    beyond = [] if question.after is None else [key > question.after]
    rows: Sequence[Any] = connection.execute(
        select(key.label("key"), col(table.answer).label("answer"))
        .where(*where, *beyond)
        .order_by(key)
        .limit(limit + 1)
    ).all()
    found = connection.execute(_bounded("total", select(key).where(*where))).one()[1]
    last = rows[limit - 1].key if len(rows) > limit else None
    return list_response(question, [row.answer for row in rows[:limit]], totals(found), last, [] if found else if_empty)


def whole_page(question: Question, answers: Sequence[str]) -> Response:
    """Answer a page of a list that is short enough to be held whole."""
    first = question.after or 0
    last = first + question.limit
    return list_response(question, answers[first:last], totals(len(answers)), last if last < len(answers) else None)


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
