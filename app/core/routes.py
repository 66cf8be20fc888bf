"""The endpoints that every kind and catalogue has, its list and its single item; what may be asked is the record's."""

import json
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import asking, linked, maps, references, resolution
from app.core.answering import Shape, answer
from app.core.asking import Alone, in_release
from app.core.choosing import asks
from app.core.columns import columns_of
from app.core.envelopes import list_of, list_of_facts, one_of
from app.core.filters import having_facts, shaping, with_fields
from app.core.lists import EntityList, FactList
from app.core.resource import Catalogue, Resource
from app.core.tables import Change, Entity, Fact, Retired, key_of
from app.core.vocabulary import ChangeKind
from app.kit.formats import CITATIONS, GEOJSON, JSON, JSONLD, TABLES, hint, suffix
from app.kit.pages import dump
from app.kit.parameters import Parameter
from app.kit.problems import Culprit, Problem, responses, unprocessable
from app.kit.threads import InThread
from app.kit.values import LONGEST_NAME, Refused, Value, identifier, word

ID = identifier()
LIST_FORMATS = (*TABLES, JSONLD, *CITATIONS)
FACTS_FORMATS = (*LIST_FORMATS, GEOJSON)
FACT_FORMATS = (JSON, GEOJSON, JSONLD, *CITATIONS)
LIST_ERRORS = responses(
    HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.GONE, HTTPStatus.SERVICE_UNAVAILABLE
)
ONE_ERRORS = responses(
    HTTPStatus.NOT_FOUND,
    HTTPStatus.NOT_ACCEPTABLE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.GONE,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
MOVED: dict[int | str, dict[str, Any]] = {
    308: {"description": "The id was merged into another.", "headers": {"Location": {"schema": {"type": "string"}}}}
}
FACT_ERRORS = ONE_ERRORS | MOVED


def fact_router(resource: Resource) -> APIRouter:
    """Return the list and the item of one kind of fact."""
    router = APIRouter(tags=["facts"], route_class=InThread)
    path = f"/{resource.collection}"
    declared = parameters_of(resource)
    shape = Shape(partial(columns_of, resource.answer), sums=resource.sums)

    def find(request: Request) -> Response:
        question = asking.question(request, declared, path, FACTS_FORMATS)
        return answer(question, FactList(question, resource.kind), shape)

    def one(request: Request, id: str) -> Response:
        return fact_response(request, id, {resource.kind: resource.collection})

    router.add_api_route(
        path,
        find,
        response_model=list_of_facts(resource.answer),
        responses=LIST_ERRORS,
        operation_id=f"list_{resource.collection}",
        summary=f"List {resource.collection}",
        description=resource.doc,
        openapi_extra=asks(declared, example=resource.example, formats=FACTS_FORMATS),
    )
    router.add_api_route(
        f"{path}/{{id}}",
        one,
        response_model=one_of(resource.answer),
        responses=FACT_ERRORS,
        operation_id=f"get_{resource.kind}",
        summary=f"Get one {resource.kind}",
        description=f"{resource.doc}\n\nA retired id answers 410 with its reason, or 308 to its successor.",
        openapi_extra=asks((), first_of=resource.example, formats=FACT_FORMATS),
    )
    return router


def parameters_of(resource: Resource) -> tuple[Parameter, ...]:
    """Return all that may be asked of a kind of fact."""
    found = (*resource.parameters, *shaping(resource.answer.model_fields, resource.parameters))
    return (*found, _sum(resource)) if resource.sums else found


def _sum(resource: Resource) -> Parameter:
    told = " ".join(f"`{one.name}`: {one.doc}" for one in resource.sums)
    doc = f"With `group_by`: what these numbers come to, by source, and how much of it is an estimate. {told}"
    return Parameter("sum", doc, word(*(one.name for one in resource.sums)), takes="set")


def catalogue_router(catalogue: Catalogue, kinds: Value) -> APIRouter:
    """Return the list and the item of one kind of entity; `kinds`: the kinds of fact that it may be asked to have."""
    router = APIRouter(tags=["reference"], route_class=InThread)
    path = f"/{catalogue.collection}"
    declared = (*catalogue.parameters, with_fields(catalogue.answer.model_fields))
    shape = Shape(partial(columns_of, catalogue.answer))
    placed = (GEOJSON,) if "point" in catalogue.answer.model_fields else ()
    cited = CITATIONS if catalogue.kind == "source" else ()
    formats, alone_formats = (*LIST_FORMATS, *placed), (JSON, *placed, JSONLD, *cited)
    if catalogue.takes_part:
        declared = (having_facts(key_of(catalogue.row), col(catalogue.row.id), kinds), *declared)

    def find(request: Request) -> Response:
        question = asking.question(request, declared, path, formats)
        return answer(question, EntityList(question, catalogue.row), shape)

    def one(request: Request, name: str) -> Response:
        alone = asking.alone(request, alone_formats)
        with alone.held.connect() as connection:
            id_ = entity_id(connection, name, frozenset({catalogue.kind}))
            found = entity_answer(connection, catalogue.row, id_)
            return record_response(connection, alone, f"{path}/{id_}", found, catalogue.more(id_))

    router.add_api_route(
        path,
        find,
        response_model=list_of(catalogue.answer),
        responses=LIST_ERRORS,
        operation_id=f"list_{catalogue.collection}",
        summary=f"List {catalogue.collection}",
        description=catalogue.doc,
        openapi_extra=asks(declared, example=catalogue.example, formats=formats),
    )
    router.add_api_route(
        f"{path}/{{name}}",
        one,
        response_model=one_of(catalogue.answer),
        responses=ONE_ERRORS,
        operation_id=f"get_{catalogue.kind}",
        summary=f"Get one {catalogue.kind}",
        description=f"{catalogue.doc}\n\nBy its id or any of its codes and names; `links.self` has the id.",
        openapi_extra=asks((), example=catalogue.sample, formats=alone_formats),
    )
    return router


def fact_response(request: Request, id: str, kinds: Mapping[str, str]) -> Response:
    """Answer one fact of these kinds (name → collection); 404, 410 or 308 when there is none of that id."""
    alone = asking.alone(request, FACT_FORMATS)
    refuse_odd(id)
    with alone.held.connect() as connection:
        statement = select(col(Fact.answer), col(Fact.kind)).where(col(Fact.id) == id)
        found = connection.execute(statement).one_or_none()
        if found is None:
            return _retired(connection, alone, id, suffix(request.scope))
        text, kind = found
        if kind not in kinds:
            raise Problem(HTTPStatus.NOT_FOUND, f"{id!r} is of another kind: it is a {kind}; ask /facts/{id}.")
        path = f"/{kinds[kind]}/{id}"
        return record_response(connection, alone, path, text, {"collection": f"/{kinds[kind]}"})


def record_response(connection: Connection, alone: Alone, path: str, found: str, more: dict[str, str]) -> Response:
    """Answer one finished record, whose canonical path it is, in the format that is asked for."""
    chosen = alone.format
    if chosen is JSON:
        return asking.one_response(alone, path, found, more)
    record = json.loads(found)
    headers = alone.headers(path)
    if chosen is GEOJSON:
        body = dump(maps.features(connection, [record])[0])
    elif chosen is JSONLD:
        body = linked.alone(record, path, alone.held.id)
    else:
        return references.of_record(connection, alone, path, record)
    return Response(body, media_type=chosen.media_type, headers=headers)


def refuse_odd(id: str) -> None:
    """Answer 404 for what cannot be an id: control characters and the like never reach a database."""
    try:
        ID.read(id)
    except Refused as refused:
        raise Problem(HTTPStatus.NOT_FOUND, refused.detail) from None


def entity_id(connection: Connection, name: str, kinds: frozenset[str]) -> str:
    """Return the id that `name` stands for; 404 with near misses if it stands for nothing, 422 if it is no one name."""
    if len(name) > LONGEST_NAME or not name.isprintable():
        detail = f"a name has at most {LONGEST_NAME} characters, and no control characters"
        raise unprocessable([Culprit(parameter=None, detail=detail)])
    found = resolution.resolve(connection, [(kinds, name)])[0]
    if isinstance(found, Refused):
        culprit = Culprit(parameter=None, detail=found.detail, suggestions=found.suggestions)
        if isinstance(found, resolution.Unknown):
            raise Problem(HTTPStatus.NOT_FOUND, found.detail + hint(name), errors=[culprit])
        raise unprocessable([culprit])
    return found


def entity_answer(connection: Connection, table: type[Entity], id: str) -> str:
    """Return the finished answer of an entity that is known to exist."""
    answer: str = connection.execute(select(col(table.answer)).where(col(table.id) == id)).scalar_one()
    return answer


def _retired(connection: Connection, alone: Alone, id: str, ending: str) -> Response:
    statement = select(col(Retired.reason), col(Retired.successor)).where(col(Retired.id) == id)
    gone = connection.execute(statement).one_or_none()
    if gone is None:
        _lost(connection, alone, id)
        detail = f"There is no fact {id[:96]!r} here; `/facts?modality=any` lists them all.{hint(id)}"
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    if gone.successor is not None:
        # The successor may be of another kind.
        target = in_release(f"/facts/{gone.successor}{ending}", alone.asked)
        return RedirectResponse(target, HTTPStatus.PERMANENT_REDIRECT)
    raise Problem(HTTPStatus.GONE, f"The id {id!r} is retired: {gone.reason}", slug="retired")


def _lost(connection: Connection, alone: Alone, id: str) -> None:
    """Answer 410 for a fact that an earlier release has, and this one lost with a row of its source."""
    compared = [f"{since}.{id}" for since in alone.held.about.compared]
    if not compared:
        return
    lost = col(Change.change) == ChangeKind.retired.value
    statement = select(col(Change.answer)).where(col(Change.id).in_(compared), lost).limit(1)
    found = connection.execute(statement).scalar_one_or_none()
    if found is not None:
        raise Problem(HTTPStatus.GONE, f"The id {id!r} is retired: {json.loads(found)['reason']}", slug="retired")
