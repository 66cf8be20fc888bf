"""One search across facts and entities: what is named so, then what says so, then what such words prove."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, Select, func, literal, or_, select, union_all
from sqlmodel import col

from app.core import asking, lists
from app.core.answers import Answer, DateRecord
from app.core.asking import Question
from app.core.choosing import asks
from app.core.envelopes import ListAnswer
from app.core.filters import GRAMMAR, PAGING
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Catalogue, Resource, names_of
from app.core.routes import LIST_ERRORS
from app.core.tables import Fact, Indexed
from app.core.vocabulary import Modality, SearchField
from app.kit import fulltext
from app.kit.fulltext import Expression, full_text
from app.kit.pages import EXACT, dump
from app.kit.parameters import Parameter
from app.kit.textindex import FIELDS, SEARCH, Sought, matches
from app.kit.values import word

# A cursor is one number: the field that the last record was found in, and the record's own, which may be negative.
_PER_FIELD = 500_000_000
_BELOW = 100_000_000


class Mark(Answer):
    """Words that were sought: offsets in the text, in code points, end exclusive."""

    start: int
    end: int


class Highlight(Answer):
    """A text that has words that were sought, and where."""

    field: SearchField
    text: str
    marks: list[Mark]


class SearchAnswer(Answer):
    """A fact or an entity; modality and date are null for an entity, highlights empty unless asked for."""

    kind: str
    id: str
    label: str
    matched: SearchField
    modality: Modality | None
    date: DateRecord | None
    highlights: list[Highlight]
    link: str


def router(facts: tuple[Resource, ...], catalogues: tuple[Catalogue, ...]) -> APIRouter:
    """Return `/search`."""
    router_ = APIRouter(tags=["across"])
    kinds = {resource.kind: resource for resource in facts}
    collections = {resource.kind: resource.collection for resource in facts}
    collections |= {catalogue.kind: catalogue.collection for catalogue in catalogues}
    declared = (
        Parameter("q", f"Words to search for. {GRAMMAR}", full_text(), takes="one", required=True),
        Parameter("kind", "Facts and entities of these kinds only.", word(*collections)),
        *(parameter for parameter in FACT_PARAMETERS if parameter.name == "modality"),
        Parameter("highlight", "Whether to mark the words.", word("true", "false"), takes="one", default="false"),
        *PAGING,
    )

    @router_.get(
        "/search",
        response_model=ListAnswer[SearchAnswer],
        responses=LIST_ERRORS,
        operation_id="search",
        summary="Search facts and entities",
        openapi_extra=asks(declared, example="/search?q=drones&highlight=true&limit=2"),
    )
    def search(request: Request) -> Response:
        """Facts and entities with these words: by name, then by summary, then by passage, then by who takes part.

        Among those found alike, entities come first, then facts in order of date. Facts are `actual` unless asked.
        """
        question = asking.question(request, declared, "/search")
        expression = fulltext.read(question.asked.one("q") or "")
        marked = expression if question.asked.one("highlight") == "true" else None
        with question.held.connect() as connection:
            rows = _page(connection, question, expression)
            shown = rows[: question.limit]
            records = _records(connection, [n for _, n in shown], kinds, marked)
            counts = _counts(connection, question, expression)
        answers = [dump(_answer(FIELDS[place], records[n], collections)).decode() for place, n in shown]
        last = _number(*shown[-1]) if len(rows) > question.limit else None
        return asking.list_response(question, answers, counts, last)

    return router_


def _page(connection: Connection, question: Question, expression: Expression) -> list[tuple[int, int]]:
    """Return (field, number) of the page's records and of one more, in order."""
    first, after = divmod(question.after, _PER_FIELD) if question.after is not None else (0, 0)
    parts: list[Select[Any]] = []
    for place in range(first, len(FIELDS)):
        beyond = after - _BELOW if question.after is not None and place == first else None
        words = Sought(expression, reach=place + 1, beyond=place)
        sought = _found(question, words, lists.modalities(question.asked), beyond)
        some = sought.order_by(sought.selected_columns.rowid).limit(question.limit + 1).subquery()
        parts.append(select(literal(place).label("place"), some.c.rowid.label("n")))
    if not parts:
        return []
    every = union_all(*parts).subquery()
    statement = select(every.c.place, every.c.n).order_by(every.c.place, every.c.n).limit(question.limit + 1)
    return [(row.place, row.n) for row in connection.execute(statement)]


def _number(place: int, n: int) -> int:
    return place * _PER_FIELD + n + _BELOW


def _found(question: Question, sought: Sought, modalities: set[str], after: int | None = None) -> Select[Any]:
    """Return the numbers and modalities of what matches, of the kinds and modalities that are wanted.

    Facts and entities are looked up one by one, so that an engine has no other way. Entities are numbered below zero.
    """
    number = SEARCH.c.rowid
    of_fact, of_entity = (
        select(col(table.kind)).where(col(table.n) == number).correlate(SEARCH).scalar_subquery()
        for table in (Fact, Indexed)
    )
    modality = select(col(Fact.modality)).where(col(Fact.n) == number).correlate(SEARCH).scalar_subquery()
    beyond = [] if after is None else [number > after]
    asked = "kind" in question.asked.given
    kind = (func.coalesce(of_fact, of_entity) if asked else literal(None)).label("kind")
    some = select(number, modality.label("modality"), kind).where(matches(sought), *beyond).subquery()
    wanted = [
        some.c.kind.not_in(choice.values) if choice.negated else some.c.kind.in_(choice.values)
        for choice in question.asked.given.get("kind", ())
    ]
    shown = or_(some.c.rowid < 0, some.c.modality.in_(sorted(modalities)))
    return select(some.c.rowid, some.c.modality).where(shown, *wanted)


def _counts(connection: Connection, question: Question, expression: Expression) -> dict[str, Any]:
    """Count what is shown and what is withheld, together up to the bound."""
    every = {modality.value for modality in Modality}
    some = _found(question, Sought(expression), every).limit(EXACT + 1).subquery()
    statement = select(some.c.modality, func.count()).group_by(some.c.modality)
    counted: Counter[str | None] = Counter()
    for modality, count in connection.execute(statement):
        counted[modality] = count
    exact = counted.total() <= EXACT
    shown = {None, *lists.modalities(question.asked)}
    total = sum(count for modality, count in counted.items() if modality in shown)
    withheld = {modality.value: counted[modality.value] for modality in Modality if modality.value not in shown}
    return {"total": min(total, EXACT), "total_is": "exact" if exact else "at_least", "withheld": withheld}


def _records(
    connection: Connection, numbers: Sequence[int], kinds: Mapping[str, Resource], marked: Expression | None
) -> dict[int, dict[str, Any]]:
    """Return what is said of these records, highlights included."""
    found: dict[int, dict[str, Any]] = {}
    facts = select(col(Fact.n), col(Fact.answer)).where(col(Fact.n).in_(numbers))
    for n, text in connection.execute(facts):
        answer = json.loads(text)
        found[n] = {
            "kind": answer["kind"],
            "id": answer["id"],
            "label": answer["summary"],
            "modality": answer["modality"],
            "date": answer["date"],
            "highlights": _highlights(_texts_of_fact(kinds[answer["kind"]], answer), marked),
        }
    entities = select(col(Indexed.n), col(Indexed.kind), col(Indexed.id), col(Indexed.label), col(Indexed.texts))
    for n, kind, id_, label, text in connection.execute(entities.where(col(Indexed.n).in_(numbers))):
        found[n] = {
            "kind": kind,
            "id": id_,
            "label": label,
            "modality": None,
            "date": None,
            "highlights": _highlights(_texts_of_entity(json.loads(text)), marked),
        }
    return found


def _texts_of_fact(resource: Resource, answer: dict[str, Any]) -> Iterator[tuple[SearchField, str]]:
    for name in names_of(resource, answer):
        yield SearchField.by_name, name
    yield SearchField.by_summary, answer["summary"]
    for passage in answer["evidence"]:
        if passage["exact"] is not None:
            yield SearchField.by_passage, passage["exact"]
    linked = [*(party["actor"] for party in answer["parties"]), *(use["system"] for use in answer["systems"])]
    linked += [*answer["asserted_by"], *filter(None, [answer["place"]])]
    for name in dict.fromkeys(one["name"] for one in linked):
        yield SearchField.by_party, name


def _texts_of_entity(texts: dict[str, Any]) -> Iterator[tuple[SearchField, str]]:
    for name in texts["names"]:
        yield SearchField.by_name, name
    if texts["description"]:
        yield SearchField.by_summary, texts["description"]


def _highlights(texts: Iterator[tuple[SearchField, str]], marked: Expression | None) -> list[dict[str, Any]]:
    if marked is None:
        return []
    found = [(field, text, fulltext.marks(text, marked)) for field, text in texts]
    return [
        {"field": field.value, "text": text, "marks": [{"start": start, "end": end} for start, end in spans]}
        for field, text, spans in found
        if spans
    ]


def _answer(matched: str, record: dict[str, Any], collections: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": record["kind"],
        "id": record["id"],
        "label": record["label"],
        "matched": matched,
        "modality": record["modality"],
        "date": record["date"],
        "highlights": record["highlights"],
        "link": f"/{collections[record['kind']]}/{record['id']}",
    }
