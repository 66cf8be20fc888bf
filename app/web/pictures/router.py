"""The addresses of pictures: `.svg` is drawn, `.csv` is the table behind; anybody may frame them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from app.core import asking, resolution, routes
from app.core.answering import Shape, answer
from app.core.asking import Question
from app.core.attribution import behind
from app.core.choosing import asks
from app.core.columns import columns_of
from app.core.filters import kinds, of_kind
from app.core.lists import ShortList
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource
from app.core.routes import LIST_ERRORS, ONE_ERRORS
from app.kit.formats import CSV, CSVW, NDJSON, Format
from app.kit.pages import joined
from app.kit.parameters import Parameter
from app.kit.problems import Culprit, unprocessable
from app.views import coverage
from app.web.pictures import making, questions
from app.web.pictures.drawer import DRAWER
from app.web.pictures.making import Made
from app.web.pictures.network import TieRow
from app.web.pictures.paper import specification
from app.web.pictures.svg import served
from app.web.pictures.timeline import TimelineMark

SVG = Format("svg", "image/svg+xml", "A picture, whose marks are links.", saved=False)
# Nothing is fetched, run or styled from elsewhere; an article may frame it.
POLICY = {"Content-Security-Policy": "default-src 'none'; frame-ancestors *"}
TABLES = (CSV, NDJSON, CSVW)
TIES = Shape(partial(columns_of, TieRow), ("a_id", "b_id", "kind", "modality"))
TIMELINE = Shape(partial(columns_of, TimelineMark), ("kind", "modality", "fact", "year"))
Path = str | Callable[[Connection], str]


def router(facts: tuple[Resource, ...]) -> APIRouter:
    """Return all pictures of these kinds of fact; it is asked before the routes of lists and items."""
    found = APIRouter(tags=["pictures"])
    names = tuple(resource.kind for resource in facts)
    every = (of_kind(kinds(names)), *FACT_PARAMETERS)
    _timeline(found, every, names)
    _ego(found, every)
    _network(found, every)
    for resource in facts:
        if resource.kind == "transfer":
            _flows(found, resource)
    _coverage(found, names)
    return found


def _timeline(found: APIRouter, every: Sequence[Parameter], names: Sequence[str]) -> None:
    asked = questions.filters(every, ["between"])

    def drawn(request: Request, ending: str, offered: Sequence[Format], ends: Sequence[str]) -> Response:
        pair: list[str] = []

        def path(connection: Connection) -> str:
            pair[:] = sorted(_state(connection, name) for name in ends)
            if pair[0] == pair[1]:
                detail = f"both names stand for {pair[0]}; a relation has two states"
                raise unprocessable([Culprit(parameter=None, detail=detail)])
            return f"/relations/{pair[0]}/{pair[1]}/timeline{ending}"

        question = asking.question(request, asked, path, offered)
        return _answered(question, making.of_pair(question, pair, every, names), TIMELINE)

    def svg(request: Request, a: str, b: str) -> Response:
        return drawn(request, ".svg", (SVG,), (a, b))

    def table(request: Request, a: str, b: str) -> Response:
        return drawn(request, "", TABLES, (a, b))

    doc = "A lane for each kind, a bar for each fact; of many facts, how many may be of each year."
    _add(found, "/relations/{a}/{b}/timeline", svg, table, asked, ("What is between two states, along time", doc))


def _ego(found: APIRouter, every: Sequence[Parameter]) -> None:
    asked = questions.filters(every)

    def drawn(request: Request, ending: str, offered: Sequence[Format], name: str) -> Response:
        state: list[str] = []

        def path(connection: Connection) -> str:
            state[:] = [_state(connection, name)]
            return f"/countries/{state[0]}/network{ending}"

        question = asking.question(request, asked, path, offered)
        return _answered(question, making.of_state(question, state[0], every), TIES)

    def svg(request: Request, name: str) -> Response:
        return drawn(request, ".svg", (SVG,), name)

    def table(request: Request, name: str) -> Response:
        return drawn(request, "", TABLES, name)

    doc = "How many facts a state takes part in with each other one; quotes are no relation."
    _add(found, "/countries/{name}/network", svg, table, asked, ("A state and its partners", doc))


def _network(found: APIRouter, every: Sequence[Parameter]) -> None:
    asked = questions.filters(every)

    def drawn(request: Request, ending: str, offered: Sequence[Format]) -> Response:
        question = asking.question(request, asked, f"/network{ending}", offered)
        return _answered(question, making.of_all(question, every), TIES)

    def svg(request: Request) -> Response:
        return drawn(request, ".svg", (SVG,))

    def table(request: Request) -> Response:
        return drawn(request, "", TABLES)

    doc = "States, and how many facts there are between two; quotes are no relation."
    _add(found, "/network", svg, table, asked, ("Who is tied to whom", doc))


def _flows(found: APIRouter, transfers: Resource) -> None:
    declared = transfers.parameters
    asked = questions.filters(declared)

    def drawn(request: Request, ending: str, offered: Sequence[Format]) -> Response:
        question = asking.question(request, asked, f"/transfers/flows{ending}", offered)
        return _answered(question, making.of_transfers(question, declared, transfers.kind), TIES)

    def svg(request: Request) -> Response:
        return drawn(request, ".svg", (SVG,))

    def table(request: Request) -> Response:
        return drawn(request, "", TABLES)

    doc = "How many transfers went from whom to whom, on Natural Earth's outlines."
    _add(found, "/transfers/flows", svg, table, asked, ("Transfers on a map", doc))


def _coverage(found: APIRouter, names: tuple[str, ...]) -> None:
    declared = coverage.filters(names)

    def svg(request: Request) -> Response:
        question = asking.question(request, declared, "/coverage.svg", (SVG,))
        return _drawn(question, making.of_coverage(question, coverage.listing(question, names), names))

    doc = (
        "A row for each pair of states, a column for each kind of fact: found, denied, none recorded or out of scope."
        "\n\nThe table behind: `/coverage.csv`, the list itself."
    )
    _add_svg(found, "/coverage", svg, declared, ("What the sources cover", doc))


def _add(
    found: APIRouter,
    path: str,
    svg: Callable[..., Response],
    table: Callable[..., Response],
    declared: Sequence[Parameter],
    told: tuple[str, str],
) -> None:
    """Add a picture and the table behind it; `told`: what it is, in a few words and in a sentence."""
    summary, doc = told
    _add_svg(found, path, svg, declared, (summary, f"{doc}\n\nThe table behind: the same address with `.csv`."))
    name = _operation(path)
    content = {one.media_type: {"schema": {"type": "string", "description": one.doc}} for one in (CSV, NDJSON)}
    content[CSVW.media_type] = {"schema": {"type": "object", "description": CSVW.doc}}
    found.add_api_route(
        path,
        table,
        responses=_errors(path) | {200: {"content": content}},
        response_class=Response,
        operation_id=f"get_{name}",
        summary=f"{summary}: the table",
        description=f"{doc}\n\nWhat is drawn at the same address with `.svg`, and what was too much to draw.",
        openapi_extra=asks(declared),
    )


def _add_svg(
    found: APIRouter, path: str, svg: Callable[..., Response], declared: Sequence[Parameter], told: tuple[str, str]
) -> None:
    summary, doc = told
    drawn = {SVG.media_type: {"schema": {"type": "string", "description": SVG.doc}}}
    found.add_api_route(
        f"{path}.svg",
        svg,
        responses=_errors(path) | {200: {"content": drawn}},
        response_class=Response,
        operation_id=f"draw_{_operation(path)}",
        summary=summary,
        description=f"{doc} Every mark is a link to its fact, or to the question that finds what it counts.",
        openapi_extra=asks(declared),
    )


def _operation(path: str) -> str:
    return "_".join(part for part in path.split("/") if part and "{" not in part)


def _errors(path: str) -> dict[int | str, dict[str, object]]:
    return LIST_ERRORS | ONE_ERRORS if "{" in path else LIST_ERRORS


def _state(connection: Connection, name: str) -> str:
    return routes.entity_id(connection, name, frozenset({resolution.COUNTRY}))


def _answered(question: Question, made: Made, shape: Shape) -> Response:
    if question.format is SVG:
        return _drawn(question, made)
    return answer(question, ShortList([row.model_dump_json() for row in made.rows]), shape)


def _drawn(question: Question, made: Made) -> Response:
    picture = made.picture
    cited = question.citation(behind(joined(made.sources)))
    body = served(DRAWER.svg(specification(picture, cited)), picture.title, " ".join((picture.told, *picture.remarks)))
    return Response(body, media_type=SVG.media_type, headers=question.headers | POLICY)
