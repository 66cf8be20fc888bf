"""Who asks for pages gets them, at the API's own addresses; what a page says is the API's, and anybody else's JSON too.

It stands inside of what codes, compares and remembers answers: a page is an answer like any other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit import formats, headers, links
from app.kit.bodies import FORM
from app.kit.formats import JSON
from app.kit.negotiation import PAGE, prefers_page
from app.kit.problems import MEDIA_TYPE, Problem
from app.kit.validators import CURRENT, NEVER_STORED, etag_of, headers_of
from app.web import assets, pages
from app.web.pages.quotes import PATH as QUOTES
from app.web.questions import Answer, Questions, Refused, address_query
from app.web.rendering import render
from app.web.site import Page, Site

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; object-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def install(app: FastAPI) -> None:
    """Serve the explorer's own files."""
    app.add_route(f"{assets.PREFIX}{{name}}", assets.serve, include_in_schema=False)


def pictures(app: FastAPI) -> Callable[[], frozenset[str]]:
    """Return what tells which pictures an application draws: asked when all its routes are there, and once."""
    found: list[frozenset[str]] = []

    def drawn() -> frozenset[str]:
        if not found:
            paths = (route.path for route in iter_route_contexts(app.routes))
            found.append(frozenset(path for path in paths if path and path.endswith(".svg")))
        return found[0]

    return drawn


def refusal(app: ASGIApp, site: Site) -> Callable[[Scope, Problem], Response]:
    """Return how a problem is answered that arises outside of the explorer: by a page, where one is wanted."""

    def answered(scope: Scope, problem: Problem) -> Response:
        plain = headers.document(scope, problem)
        if not _wants_page(scope):
            return plain
        found = Answer(plain.status_code, plain.raw_headers, bytes(plain.body))
        return _page_of(found, Questions(app, Request(scope)), site)

    return answered


class Explore:
    """ASGI middleware: a browser's question is answered by a page, and its mistake by one that says so."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        """Wrap the application; take what is told of it."""
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is not for a browser; make the page of what is."""
        if scope["type"] != "http" or not _wants_page(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        maker = pages.find(scope["path"], self._site) if formats.by_suffix(scope) is None else None
        if maker is None or not _may_be_asked(request):
            await self._app(scope, receive, self._with_pages_of_errors(request, send))
            return
        blanks = [(name, value) for name, value in request.query_params.multi_items() if value.strip()]
        if len(blanks) < len(request.query_params.multi_items()):
            # A form sends its empty fields too, which are no questions.
            query = address_query(blanks)
            away = RedirectResponse(f"{request.url.path}{'?' if query else ''}{query}", HTTPStatus.SEE_OTHER)
            await away(scope, receive, send)
            return
        response = await self._page(request, maker)
        await response(scope, receive, send)

    async def _page(self, request: Request, maker: Callable[[Questions, Site], Awaitable[Page]]) -> Response:
        questions = Questions(self._app, request)
        try:
            made = await maker(questions, self._site)
        except Refused as refused:
            if refused.answer.status < HTTPStatus.BAD_REQUEST:
                return _as_it_is(refused.answer)
            return await self._refusal(questions, refused.answer)
        except Problem as problem:
            answer = problem.response(request.url.path)
            return await self._refusal(questions, Answer(answer.status_code, answer.raw_headers, bytes(answer.body)))
        finally:
            # Who counts requests tells them apart by their routes.
            if questions.route is not None:
                request.scope["route"] = questions.route
        body = await run_in_threadpool(render, made, questions, self._site)
        said = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
        said |= headers_of(etag_of(body), policy=CURRENT) if made.kept else {"Cache-Control": NEVER_STORED}
        if questions.release is not None:
            said["Foedus-Release"] = questions.release
        if made.canonical is not None:
            said["Link"] = links.link(made.canonical, "alternate", type=JSON.media_type)
        return Response(body, made.status, said, PAGE)

    async def _refusal(self, questions: Questions, answer: Answer) -> Response:
        return await run_in_threadpool(_page_of, answer, questions, self._site)

    def _with_pages_of_errors(self, request: Request, send: Send) -> Send:
        """Return a `send` that passes answers on as they are, and makes pages of problems."""
        started: list[Message] = []
        parts: list[bytes] = []

        async def noticed(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_problem(message):
                started.append(message)
            elif not started:
                await send(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    answer = Answer(started[0]["status"], list(started[0]["headers"]), b"".join(parts))
                    page = await self._refusal(Questions(self._app, request), answer)
                    await page(request.scope, request.receive, send)

        return noticed


def _page_of(answer: Answer, questions: Questions, site: Site) -> Response:
    """Return an error's page, with what the error says of itself in its headers."""
    problem = answer.record
    page = Page("problem.html", problem["title"], None, {"problem": problem}, answer.status)
    body = render(page, questions, site)
    response = Response(body, answer.status, {"Content-Security-Policy": CONTENT_SECURITY_POLICY}, PAGE)
    for name, value in answer.headers:
        if name not in (b"content-length", b"content-type"):
            response.raw_headers.append((name, value))
    return response


def _wants_page(scope: Scope) -> bool:
    accept = b",".join(value for name, value in scope["headers"] if name == b"accept")
    return b"html" in accept and prefers_page(accept.decode("latin-1"))


def _may_be_asked(request: Request) -> bool:
    """Whether the method is a page's: what is sent as a form to the quote checker, and else what is read."""
    if request.method == "POST":
        said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        return request.url.path == QUOTES and said == FORM
    return request.method == "GET"


def _is_problem(message: Message) -> bool:
    return MutableHeaders(raw=message["headers"]).get("content-type", "") == MEDIA_TYPE


def _as_it_is(answer: Answer) -> Response:
    """Return an answer of the API, such as one that leads elsewhere."""
    response = Response(answer.body, answer.status)
    response.raw_headers = answer.headers
    return response
