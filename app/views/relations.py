"""Pairs of states with what there is between them, counted by source and kind; quotes are a lane of their own."""

from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import Field
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, distinct, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col

from app.core import asking, lists
from app.core.answering import Shape, answer
from app.core.answers import ActorRecord, Answer
from app.core.choosing import asks
from app.core.columns import columns_of
from app.core.envelopes import ListAnswer
from app.core.filters import COUNTRY, PAGING, SOURCE, kinds
from app.core.lists import Counts, Part
from app.core.questions import ANY_MODALITY
from app.core.resource import Resource
from app.core.routes import LIST_ERRORS
from app.core.tables import Actor, Relation
from app.core.vocabulary import Granularity, Modality
from app.kit.formats import CITATIONS, TABLES
from app.kit.pages import EXACT, dump
from app.kit.parameters import Asked, Match, Parameter
from app.kit.values import code


class RelationCount(Answer):
    """How many facts of a kind one source has between the two; counts of two sources are not added."""

    source: str
    kind: str
    modality: Modality
    granularity: Granularity
    multilateral: bool = Field(description="Whether further states take part in these facts: a bilateral drill is not.")
    count: int


class RelationAnswer(Answer):
    """A pair of states; `quotes` are about both and count as no relation."""

    a: ActorRecord
    b: ActorRecord
    facts: list[RelationCount]
    quotes: list[RelationCount]
    link: str


class RelationRow(RelationCount):
    """A count as a row of a table, with the two states that it is between."""

    a: ActorRecord
    b: ActorRecord
    link: str


FORMATS = (*TABLES, *CITATIONS)
BY_SOURCE = {
    "code": "by_source",
    "text": "Each count is of one source: what two sources tell of one deal is two facts, so add up no counts of "
    "different sources.",
    "link": None,
}


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
        openapi_extra=asks(declared, example="/relations?country=UA", formats=FORMATS),
    )
    def find(request: Request) -> Response:
        """Pairs of states that take part in facts together, counted by source, kind, modality and granularity.

        Facts in which further states take part are counted apart: an exercise of twenty is no bilateral one.
        Quotes about both are a lane of their own; pairs that have nothing else come with `kind=quote` only.
        """
        question = asking.question(request, declared, "/relations", FORMATS)
        return answer(question, RelationList(question.asked, question.held.about.counts["source"]), RELATIONS)

    return router_


@dataclass(frozen=True)
class RelationList:
    """Pairs that a question finds, by their numbers; `sources`: how many there are in the release."""

    asked: Asked
    sources: int

    def part(self, connection: Connection, after: int | None, limit: int) -> Part:
        """Return a part, by two statements: the pairs and their counts."""
        pair = col(Relation.pair)
        beyond = [] if after is None else [pair > after]
        numbers = connection.execute(self._pairs().where(*beyond).order_by(pair).limit(limit + 1)).scalars().all()
        shown = list(numbers[:limit])
        rows = connection.execute(_counts(shown).where(*self._where())).mappings().all()
        answers = [dump(_answer(list(some))).decode() for _, some in groupby(rows, key=lambda row: row["pair"])]
        return Part(answers, shown[-1] if len(numbers) > limit else None)

    def counts(self, connection: Connection) -> Counts:
        """Count the pairs, and those that are withheld, by two statements."""
        counted = self._pairs().limit(EXACT + 1).subquery()
        found = connection.execute(select(func.count()).select_from(counted)).scalar_one()
        notes = [BY_SOURCE] if self.sources > 1 else []
        return Counts(lists.totals(found) | {"withheld": _withheld(connection, self.asked)}, notes)

    def _where(self) -> list[ColumnElement[bool]]:
        return _conditions(self.asked, lists.modalities(self.asked))

    def _pairs(self) -> Select[Any]:
        pair = col(Relation.pair)
        return select(pair).where(*self._where(), *_relating(self.asked)).group_by(pair)


def _rows(relation: Any) -> list[dict[str, Any]]:
    """Return a row for each count: no row adds up sources."""
    ends = {name: relation[name] for name in ("a", "b", "link")}
    return [counted | ends for counted in (*relation["facts"], *relation["quotes"])]


RELATIONS = Shape(
    partial(columns_of, RelationRow),
    ("a_id", "b_id", "source", "kind", "modality", "granularity", "multilateral"),
    _rows,
)


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
