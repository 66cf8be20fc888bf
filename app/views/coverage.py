"""What each source has on a pair of states and a kind of fact: absence is said as what it is, never as "none"."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial

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
from app.core.scope import Scope
from app.core.tables import Coverage, Source
from app.core.vocabulary import CoverageStatus
from app.kit.formats import CITATIONS, TABLES
from app.kit.pages import EXACT
from app.kit.parameters import Asked, Match, Parameter

FORMATS = (*TABLES, *CITATIONS)
NOT_READ = {
    "code": "out_of_scope",
    "text": "Nothing is recorded, and no article was read for this. `between` names a pair and says of each source, "
    "data sets too, whether it has none on record or cannot speak of it.",
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

        What is out of scope, and of what a data set has none on record, is said of the pair that `between` asks for:
        by the scope that each source states (`/sources`), with the years that it can speak of.
        """
        question = asking.question(request, declared, "/coverage", FORMATS)
        return finish(question, listing(question, names), COVERAGE)

    return found


def listing(question: Question, names: tuple[str, ...]) -> EntityList | ShortList:
    """Return what is covered; of the pair that `between` asks for, what no line says too."""
    asked = question.asked
    if "between" not in asked.given:
        return EntityList(question, Coverage, (NOT_READ,))
    with question.held.connect() as connection:
        return ShortList([*_read(connection, asked), *_silent(connection, asked, names)])


def _read(connection: Connection, asked: Asked) -> Sequence[str]:
    """Return what the sources that were read for a pair have on it."""
    statement = select(col(Coverage.answer)).where(*asked.conditions(col(Coverage.n))).order_by(col(Coverage.n))
    return connection.execute(statement.limit(EXACT)).scalars().all()


def _silent(connection: Connection, asked: Asked, names: tuple[str, ...]) -> list[str]:
    """Return an answer for each source and kind of which no line says what it has on the pair that is asked for.

    By the source's scope: so its silence costs no line for each of the thousands of pairs that it is silent on.
    """
    first, second = sorted(asked.given["between"][0].values)
    if any((bool({first, second} & set(choice.values))) == choice.negated for choice in asked.given.get("country", ())):
        return []
    said = set(
        connection.execute(
            select(col(Coverage.source), col(Coverage.kind)).where(col(Coverage.a) == first, col(Coverage.b) == second)
        ).all()
    )
    told = connection.execute(select(col(Source.id), col(Source.answer)).order_by(col(Source.n)).limit(EXACT))
    found = []
    for source, record in told:
        if not _wanted(asked, "source", source):
            continue
        scope = Scope.model_validate(json.loads(record)["scope"])
        for kind in names:
            speaks = scope.speaks_of(kind, first, second)
            status = CoverageStatus.none_recorded if speaks else CoverageStatus.out_of_scope
            if (source, kind) in said or not (_wanted(asked, "kind", kind) and _wanted(asked, "status", status.value)):
                continue
            period = scope.period if speaks else None
            found.append(answer(source, first, second, kind, period, status).model_dump_json())
    return found


def _wanted(asked: Asked, parameter: str, value: str) -> bool:
    return all((value in choice.values) != choice.negated for choice in asked.given.get(parameter, ()))


def answer(source: str, a: str, b: str, kind: str, period: str | None, status: CoverageStatus) -> CoverageAnswer:
    """Return one line of coverage, as it is served."""
    link = f"/facts?kind={kind}&between={a},{b}&source={source}&modality=any"
    return CoverageAnswer(source=source, a=a, b=b, kind=kind, period=period, status=status, link=link)
