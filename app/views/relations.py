"""Pairs of states with what there is between them, counted by source and kind; quotes are a lane of their own."""

from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, distinct, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col

from app.core import asking, lists
from app.core.answers import ActorRecord, Answer, ListAnswer
from app.core.asking import Question
from app.core.filters import COUNTRY, PAGING, SOURCE, kinds
from app.core.questions import ANY_MODALITY
from app.core.resource import Resource
from app.core.routes import LIST_ERRORS
from app.core.tables import Actor, Relation
from app.core.vocabulary import Granularity, Modality
from app.kit.openapi import asks
from app.kit.pages import EXACT, dump
from app.kit.parameters import Asked, Match, Parameter
from app.kit.values import code


class RelationCount(Answer):
    """How many facts of a kind one source has between the two; counts of two sources are not added."""

    source: str
    kind: str
    modality: Modality
    granularity: Granularity
    count: int


class RelationAnswer(Answer):
    """A pair of states; `quotes` are about both and count as no relation."""

    a: ActorRecord
    b: ActorRecord
    facts: list[RelationCount]
    quotes: list[RelationCount]
    link: str


def _either(values: tuple[str, ...], _: Asked) -> Match:
    return Match(col(Relation.pair), or_(col(Relation.a).in_(values), col(Relation.b).in_(values)))


def _between(values: tuple[str, ...], _: Asked) -> Match:
    first, second = sorted(values)
    return Match(col(Relation.pair), and_(col(Relation.a) == first, col(Relation.b) == second))


def _modality(values: tuple[str, ...], _: Asked) -> Match | None:
    return None if ANY_MODALITY in values else Match(col(Relation.pair), col(Relation.modality).in_(values))


def router(facts: tuple[Resource, ...]) -> APIRouter:
    """Return `/relations`."""
    router_ = APIRouter(tags=["across"])
    declared = (
        Parameter("country", "One of the two states, by any code or name.", COUNTRY, _either, several=True),
        Parameter("between", "Exactly these two states.", COUNTRY, _between, "pair"),
        Parameter(
            "kind",
            "Count facts of these kinds only.",
            kinds(resource.kind for resource in facts),
            lambda values, _: Match(col(Relation.pair), col(Relation.kind).in_(values)),
        ),
        Parameter(
            "source",
            "Count what these sources have only.",
            SOURCE,
            lambda values, _: Match(col(Relation.pair), col(Relation.source).in_(values)),
        ),
        Parameter(
            "modality",
            "Count facts of these modalities: `actual` unless told; `any` for all.",
            code(Modality, ANY_MODALITY),
            _modality,
            default=Modality.actual.value,
            every=ANY_MODALITY,
        ),
        *PAGING,
    )

    @router_.get(
        "/relations",
        response_model=ListAnswer[RelationAnswer],
        responses=LIST_ERRORS,
        operation_id="list_relations",
        summary="List pairs of states with counts by kind",
        openapi_extra=asks(declared, example="/relations?country=UA"),
    )
    def find(request: Request) -> Response:
        """Pairs of states that take part in facts together, counted by source, kind, modality and granularity.

        Quotes about both are a lane of their own; pairs that have nothing else come with `kind=quote` only.
        """
        question = asking.question(request, declared, "/relations")
        with question.held.connect() as connection:
            answers, last, found = _page(connection, question)
            withheld = _withheld(connection, question.asked)
        return asking.list_response(question, answers, lists.totals(found) | {"withheld": withheld}, last)

    return router_


def _page(connection: Connection, question: Question) -> tuple[list[str], int | None, int]:
    """Return the page's answers, the pair to go on after, and how many pairs there are, up to the bound."""
    asked, limit = question.asked, question.limit
    where = _conditions(asked, lists.modalities(asked))
    pair = col(Relation.pair)
    pairs = select(pair).where(*where, *_relating(asked)).group_by(pair)
    beyond = [] if question.after is None else [pair > question.after]
    numbers = list(connection.execute(pairs.where(*beyond).order_by(pair).limit(limit + 1)).scalars())
    counted = pairs.limit(EXACT + 1).subquery()
    total = connection.execute(select(func.count()).select_from(counted)).scalar_one()
    shown = numbers[:limit]
    rows = connection.execute(_counts(shown).where(*where)).mappings().all()
    answers = [dump(_answer(list(some))).decode() for _, some in groupby(rows, key=lambda row: row["pair"])]
    return answers, shown[-1] if len(numbers) > limit else None, total


def _conditions(asked: Asked, modalities: set[str]) -> list[ColumnElement[bool]]:
    others = asked.conditions(col(Relation.pair), without=["modality"])
    return [col(Relation.modality).in_(sorted(modalities)), *others]


def _relating(asked: Asked) -> list[ColumnElement[bool]]:
    """A pair that is only spoken of in quotes is no relation, unless quotes are asked for."""
    return [] if "kind" in asked.given else [col(Relation.kind) != "quote"]


def _withheld(connection: Connection, asked: Asked) -> dict[str, int]:
    """Count, by modality, the pairs that the same question would have found besides."""
    left_out = {modality.value for modality in Modality} - lists.modalities(asked)
    pairs = func.count(distinct(col(Relation.pair)))
    statement = select(col(Relation.modality), pairs).where(*_conditions(asked, left_out), *_relating(asked))
    counted = {row[0]: row[1] for row in connection.execute(statement.group_by(col(Relation.modality)))}
    return {modality.value: counted.get(modality.value, 0) for modality in Modality if modality.value in left_out}


def _counts(pairs: list[int]) -> Select[Any]:
    """Return every count of these pairs, with the names of the two states."""
    first, second = aliased(Actor), aliased(Actor)
    table = SQLModel.metadata.tables["relation"]
    return (
        select(*table.c, col(first.name).label("a_name"), col(second.name).label("b_name"))
        .join_from(table, first, table.c.a == col(first.id))
        .join(second, table.c.b == col(second.id))
        .where(table.c.pair.in_(pairs))
        .order_by(*table.primary_key)
    )


def _answer(rows: list[RowMapping]) -> dict[str, Any]:
    lanes: dict[str, list[dict[str, Any]]] = {"facts": [], "quotes": []}
    for row in rows:
        counted = {name: row[name] for name in RelationCount.model_fields}
        lanes["quotes" if row["kind"] == "quote" else "facts"].append(counted)
    head = rows[0]
    return {
        "a": {"id": head["a"], "kind": "country", "name": head["a_name"]},
        "b": {"id": head["b"], "kind": "country", "name": head["b_name"]},
        **lanes,
        "link": f"/relations/{head['a']}/{head['b']}",
    }
