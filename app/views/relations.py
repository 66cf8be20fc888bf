"""Pairs of states with what there is between them, counted by source and kind; quotes are a lane of their own."""

from fastapi import APIRouter, Request, Response
from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col, select

from app.core import lists
from app.core.answers import ActorRecord, Answer, ListAnswer
from app.core.questions import ANY_MODALITY, COUNTRY, PAGING, SOURCE, kinds
from app.core.resource import Resource
from app.core.routes import LIST_ERRORS
from app.core.tables import Actor, Relation
from app.core.vocabulary import Granularity, Modality
from app.kit.openapi import asks
from app.kit.pages import EXACT, dump, json_response
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


def _modality(values: tuple[str, ...], _: Asked) -> Match:
    every = ANY_MODALITY in values
    return Match(col(Relation.pair), col(Relation.count) > 0 if every else col(Relation.modality).in_(values))


def router(facts: tuple[Resource, ...]) -> APIRouter:
    """Return `/relations`."""
    found = APIRouter(tags=["across"])
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
        ),
        *PAGING,
    )

    @found.get(
        "/relations",
        response_model=ListAnswer[RelationAnswer],
        responses=LIST_ERRORS,
        operation_id="list_relations",
        summary="List pairs of states with counts by kind",
        openapi_extra=asks(declared, example="/relations?country=UA"),
    )
    def find(request: Request) -> Response:
        """Pairs of states that take part in a fact together. Aggregates are counted apart from instances, each source apart."""
        served = lists.releases(request)
        held = served.current()
        with held.connect() as connection:
            asked = lists.read(connection, declared, request)
        held, after = lists.position(asked, served, held)
        where = _conditions(asked)
        limit = int(asked.one("limit") or 0)
        pair = col(Relation.pair)
        beyond = [] if after is None else [pair > after]
        with held.connect() as connection:
            pairs = (
                connection.execute(select(pair).where(*where, *beyond).group_by(pair).order_by(pair).limit(limit + 1))
                .scalars()
                .all()
            )
            shown = list(pairs[:limit])
            rows = (
                connection.execute(
                    select(Relation.__table__.c)
                    .where(pair.in_(shown), *where)
                    .order_by(*Relation.__table__.primary_key)  # type: ignore[attr-defined]  # SQLModel hides __table__
                )
                .mappings()
                .all()
            )
            named = {row[name] for row in rows for name in ("a", "b")}
            actors = connection.execute(
                select(col(Actor.id), col(Actor.kind), col(Actor.name)).where(col(Actor.id).in_(sorted(named)))
            )
            names = {actor.id: {"id": actor.id, "kind": actor.kind, "name": actor.name} for actor in actors}
            within = select(pair).where(*where).group_by(pair).limit(EXACT + 1).subquery()
            total = connection.execute(select(func.count()).select_from(within)).scalar_one()
        answers: dict[int, dict[str, object]] = {}
        for row in rows:
            answer = answers.setdefault(
                row["pair"],
                {
                    "a": names[row["a"]],
                    "b": names[row["b"]],
                    "facts": [],
                    "quotes": [],
                    "link": f"/relations/{row['a']}/{row['b']}",
                },
            )
            lane = answer["quotes" if row["kind"] == "quote" else "facts"]
            assert isinstance(lane, list)
            lane.append({name: row[name] for name in ("source", "kind", "modality", "granularity", "count")})
        finished = [dump(answers[one]).decode() for one in shown]
        counts = {"total": min(total, EXACT), "total_is": "exact" if total <= EXACT else "at_least", "withheld": {}}
        last = shown[-1] if len(pairs) > limit else None
        return json_response(
            lists.page(finished, lists.links(asked, "/relations", held, "id", last), counts, held.id, [])
        )

    return found


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    where = asked.conditions(col(Relation.pair))  # type: ignore[arg-type]  # as in tables.key_of
    if "modality" not in asked.given:
        where.append(col(Relation.modality) == Modality.actual.value)
    return where
