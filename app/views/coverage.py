"""What each source has on a pair of states and a kind of fact: absence is said as what it is, never as "none"."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, and_, or_, select
from sqlmodel import col

from app.core import asking
from app.core.answering import Shape
from app.core.answering import answer as finish
from app.core.answers import Answer, StateId
from app.core.asking import Question
from app.core.choosing import asks
from app.core.columns import columns_of
from app.core.envelopes import list_of
from app.core.filters import COUNTRY, PAGING, SOURCE, kinds, of_codes, of_column, with_fields
from app.core.lists import EntityList, ShortList
from app.core.resource import Resource
from app.core.routes import LIST_ERRORS
from app.core.tables import Coverage, Source
from app.core.vocabulary import CoverageStatus
from app.kit.formats import CITATIONS, TABLES
from app.kit.pages import EXACT, dump
from app.kit.parameters import Asked, Match, Parameter

FORMATS = (*TABLES, *CITATIONS)
NOT_READ = {
    "code": "out_of_scope",
    "text": "No source was read for this: nothing follows. `between` names a pair and says so source by source.",
    "link": None,
}


class CoverageAnswer(Answer):
    """What one source has between two states, of one kind of fact; `period` (EDTF) is what the source can speak of."""

    source: str
    a: StateId
    b: StateId
    kind: str
    period: str | None
    status: CoverageStatus
    link: str


COVERAGE = Shape(partial(columns_of, CoverageAnswer), ("source", "a", "b", "kind"))


def _either(values: tuple[str, ...], _: Asked) -> Match:
    return Match(col(Coverage.n), or_(col(Coverage.a).in_(values), col(Coverage.b).in_(values)))


def _between(values: tuple[str, ...], _: Asked) -> Match:
    first, second = sorted(values)
    return Match(col(Coverage.n), and_(col(Coverage.a) == first, col(Coverage.b) == second))


def filters(names: tuple[str, ...]) -> tuple[Parameter, ...]:
    """Return what coverage may be asked for; `names`: those of the kinds of fact."""
    return (
        of_column("source", SOURCE, col(Coverage.n), col(Coverage.source), "These sources."),
        Parameter("country", "One of the two states, by any code or name.", COUNTRY, _either, several=True),
        Parameter("between", "Exactly these two states; sources not read for them say so.", COUNTRY, _between, "pair"),
        of_column("kind", kinds(names), col(Coverage.n), col(Coverage.kind), "Kinds of fact."),
        of_codes("status", CoverageStatus, col(Coverage.n), col(Coverage.status), "What there is."),
    )


def router(facts: tuple[Resource, ...]) -> APIRouter:
    """Return `/coverage`."""
    found = APIRouter(tags=["across"])
    names = tuple(resource.kind for resource in facts)
    declared = (*filters(names), *PAGING, with_fields(CoverageAnswer.model_fields))

    @found.get(
        "/coverage",
        response_model=list_of(CoverageAnswer),
        responses=LIST_ERRORS,
        operation_id="list_coverage",
        summary="List what the sources cover",
        openapi_extra=asks(declared, example="/coverage?between=TR,UA", formats=FORMATS),
    )
    def find(request: Request) -> Response:
        """Per source, pair of states and kind of fact: found, denied, none recorded, or out of scope.

        Out of scope is said of the pair that `between` asks for, of each source that was not read for it.
        """
        question = asking.question(request, declared, "/coverage", FORMATS)
        return finish(question, listing(question, names), COVERAGE)

    return found


def listing(question: Question, names: tuple[str, ...]) -> EntityList | ShortList:
    """Return what is covered; of the pair that `between` asks for, what is out of scope too."""
    asked = question.asked
    if "between" not in asked.given:
        return EntityList(question, Coverage, (NOT_READ,))
    with question.held.connect() as connection:
        return ShortList([*_read(connection, asked), *_out_of_scope(connection, asked, names)])


def _read(connection: Connection, asked: Asked) -> Sequence[str]:
    """Return what the sources that were read for a pair have on it."""
    statement = select(col(Coverage.answer)).where(*asked.conditions(col(Coverage.n))).order_by(col(Coverage.n))
    return connection.execute(statement.limit(EXACT)).scalars().all()


def _out_of_scope(connection: Connection, asked: Asked, names: tuple[str, ...]) -> list[str]:
    """Return an answer for each source and kind that was not read for the pair that is asked for."""
    first, second = sorted(asked.given["between"][0].values)
    if any((bool({first, second} & set(choice.values))) == choice.negated for choice in asked.given.get("country", ())):
        return []
    said = set(
        connection.execute(
            select(col(Coverage.source), col(Coverage.kind)).where(col(Coverage.a) == first, col(Coverage.b) == second)
        ).all()
    )
    sources = connection.execute(select(col(Source.id)).order_by(col(Source.n)).limit(EXACT)).scalars()
    return [
        dump(answer(source, first, second, kind, None, CoverageStatus.out_of_scope)).decode()
        for source in sources
        for kind in names
        if (source, kind) not in said
        and _wanted(asked, "source", source)
        and _wanted(asked, "kind", kind)
        and _wanted(asked, "status", CoverageStatus.out_of_scope.value)
    ]


def _wanted(asked: Asked, parameter: str, value: str) -> bool:
    return all((value in choice.values) != choice.negated for choice in asked.given.get(parameter, ()))


def answer(source: str, a: str, b: str, kind: str, period: str | None, status: CoverageStatus) -> dict[str, Any]:
    """Return one line of coverage, as it is served."""
    link = f"/facts?kind={kind}&between={a},{b}&source={source}&modality=any"
    found = CoverageAnswer(source=source, a=a, b=b, kind=kind, period=period, status=status, link=link)
    plain: dict[str, Any] = json.loads(found.model_dump_json())
    return plain
