"""All kinds of fact in one list, by date, and everything between two states."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from app.core import asking, resolution, routes
from app.core.answering import Shape, answer
from app.core.choosing import asks
from app.core.columns import columns_of_all
from app.core.envelopes import list_of_facts, one_of
from app.core.filters import kinds, of_kind, shaping
from app.core.lists import FactList
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource
from app.kit.grammar import AnyOf
from app.kit.parameters import Asked
from app.kit.problems import Culprit, unprocessable
from app.kit.threads import InThread


def union_of(shapes: Sequence[type[BaseModel]]) -> Any:
    """Return the union of the kinds' shapes, told apart by `kind`."""
    union: Any = reduce(or_, shapes)
    return Annotated[union, Field(discriminator="kind")] if len(shapes) > 1 else union


def router(facts: tuple[Resource, ...]) -> APIRouter:
    """Return `/facts`, `/facts/{id}` and `/relations/{a}/{b}`."""
    found = APIRouter(route_class=InThread)
    asked = (of_kind(kinds(resource.kind for resource in facts)), *FACT_PARAMETERS)
    keys = dict.fromkeys(key for resource in facts for key in resource.answer.model_fields)
    declared = (*asked, *shaping(keys, asked))
    within = tuple(parameter for parameter in declared if parameter.name != "between")
    record = union_of([resource.answer for resource in facts])
    shape = Shape(lambda: columns_of_all(resource.answer for resource in facts))
    collections = {resource.kind: resource.collection for resource in facts}

    @found.get(
        "/facts",
        response_model=list_of_facts(record),
        responses=routes.LIST_ERRORS,
        operation_id="list_facts",
        summary="List facts of all kinds",
        tags=["facts"],
        openapi_extra=asks(declared, example="/facts?country=AZ&limit=3", formats=routes.FACTS_FORMATS),
    )
    def find(request: Request) -> Response:
        """Facts of every kind in order of date; an item has the same shape as in its own collection."""
        question = asking.question(request, declared, "/facts", routes.FACTS_FORMATS)
        return answer(question, FactList(question), shape)

    @found.get(
        "/facts/{id}",
        response_model=one_of(record),
        responses=routes.FACT_ERRORS,
        operation_id="get_fact",
        summary="Get one fact of any kind",
        tags=["facts"],
        openapi_extra=asks((), first_of="/facts?country=AZ", formats=routes.FACT_FORMATS),
    )
    def one(request: Request, id: str) -> Response:
        """One fact by its id; `links.self` is its address in its own collection."""
        return routes.fact_response(request, id, collections)

    @found.get(
        "/relations/{a}/{b}",
        response_model=list_of_facts(record),
        responses=routes.LIST_ERRORS | routes.ONE_ERRORS,
        operation_id="get_relation",
        summary="List everything between two states",
        tags=["across"],
        openapi_extra=asks(within, example="/relations/TR/UA", formats=routes.FACTS_FORMATS),
    )
    def between(request: Request, a: str, b: str) -> Response:
        """Facts in which both states take part, in any direction, and quotes about both; any code or name will do."""

        def path(connection: Connection) -> str:
            states = frozenset({resolution.COUNTRY})
            first, second = sorted(routes.entity_id(connection, name, states) for name in (a, b))
            if first == second:
                detail = f"both names stand for {first}; a relation has two states"
                raise unprocessable([Culprit(parameter=None, detail=detail)])
            pair[:] = [first, second]
            return f"/relations/{first}/{second}"

        pair: list[str] = []
        question = asking.question(request, within, path, routes.FACTS_FORMATS)
        sought = Asked(declared, {**question.asked.given, "between": (AnyOf(tuple(pair)),)})
        return answer(question, FactList(question, sought=sought), shape)

    return found
