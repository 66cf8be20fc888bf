"""The application: it puts the rooms together and reads the settings; it answers nothing itself."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.filters import kinds
from app.core.resource import Resource
from app.core.routes import catalogue_router, fact_router
from app.core.snapshot import FactReleases, describe, head
from app.core.tables import Fact
from app.core.vocabulary import VOCABULARY
from app.facts import FACTS
from app.kit import coding, openapi, problems, validators
from app.kit.again import AskAgain
from app.kit.codes import Code
from app.kit.counting import Counts
from app.kit.databases import open_releases
from app.kit.engines import unavailable
from app.kit.formats import Suffixes
from app.kit.going import Announce, Going
from app.kit.headers import Complete
from app.kit.methods import AnswerHead
from app.kit.observing import Observe
from app.kit.remembering import Remember
from app.kit.validators import AnswerUnchanged
from app.reference import CATALOGUES
from app.reference.organizations import OrganizationType
from app.reference.sources import Redistribution
from app.settings import Settings
from app.views import (
    coverage,
    evidence,
    metrics,
    package,
    panel,
    relations,
    releases,
    resolve,
    search,
    service,
    verify,
    vocabulary,
)
from app.views import facts as all_facts
from app.web import explorer
from app.web.pictures import router as pictures
from app.web.site import Site

# What is deprecated, and until when it is answered: docs/stability.md says how long that is at the least.
GOING: tuple[Going, ...] = ()
NAME = "Foedus"
SUMMARY = "Facts about defence relations between countries, each with the sentence that proves it."
DESCRIPTION = """Who arms, trains, hosts, allies with whom; since when; who says so; is it done or planned.

**Every fact carries its evidence**: the exact passage, its offsets in the source and its sha256.
A list answers what is so (`modality=actual`); `meta.withheld` counts what is planned, expected, possible or denied.

**Grammar**: comma = any of (`from=TR,RU`); a parameter repeated = all of; `!` negates a list (`from=!TR,RU`);
`between=TR,AZ` joins a pair; a name with a comma is quoted (`"Tanzania, the United Republic of"`).
Countries go by any code or name: `TR`, `TUR`, `cow:640`, `gw:640`, `iso:792`, `792`, `Türkiye`.

**Formats**: by suffix (`/transfers.csv?from=TR`, `/transfers/{id}.bib`) or `Accept`; each operation names its own.
JSON is a page; `.csv`, `.ndjson` and the others are the whole result, streamed.

A wrong question is answered 422 with the culprit and the remedy, never by something else."""


def vocabulary_of(facts: tuple[Resource, ...]) -> tuple[type[Code], ...]:
    """Return every code list that is served."""
    return (
        *VOCABULARY,
        *(codes for resource in facts for codes in resource.vocabulary),
        OrganizationType,
        Redistribution,
    )


def create_app(settings: Settings, facts: tuple[Resource, ...] = FACTS, going: tuple[Going, ...] = GOING) -> FastAPI:
    """Return the application that serves these kinds of fact from the settings' database; `going`: what goes."""
    served = open_releases(settings.database_url, describe, settings.question_seconds)
    counts = Counts(version("foedus"), settings.metrics_folder) if settings.metrics else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        sharing = asyncio.create_task(counts.share()) if counts and settings.metrics_folder else None
        yield
        if sharing:
            sharing.cancel()
            with suppress(asyncio.CancelledError):
                await sharing
        served.close()

    app = Served(
        routes=[route for router in _routers(settings, facts, counts) for route in router.routes],
        title=NAME,
        summary=SUMMARY,
        description=DESCRIPTION,
        version=version("foedus"),
        contact={"name": f"The maintainers of {NAME}"},
        servers=[{"url": "/", "description": "Where this document was read."}],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_tags=[
            {"name": "facts", "description": "The kinds of fact."},
            {"name": "across", "description": "Questions across kinds."},
            {"name": "reference", "description": "What facts refer to."},
            {"name": "pictures", "description": "The same questions, drawn."},
            {"name": "service", "description": "The service itself."},
        ],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.releases = served
    # Asked for late: it imports Alembic.
    app.state.schema = partial(head, settings.migrations)
    app.state.going = going
    problems.install(app)
    validators.install(app)
    app.add_exception_handler(SQLAlchemyError, unavailable)
    site = Site(
        NAME,
        SUMMARY,
        {resource.kind: resource.collection for resource in facts},
        {catalogue.kind: catalogue.collection for catalogue in CATALOGUES},
        settings.report,
        explorer.pictures(app),
    )
    _wrap(app, counts, settings, going, served, site)
    openapi.install(app)
    explorer.install(app)
    return app


def _routers(settings: Settings, facts: tuple[Resource, ...], counts: Counts | None) -> Iterator[APIRouter]:
    """Yield what is served. The routes are the application's own: of a router that is included, it makes new ones."""
    tables: dict[str, type[SQLModel]] = {
        "facts": Fact,
        **{resource.collection: resource.row for resource in facts},
        **{catalogue.collection: catalogue.row for catalogue in CATALOGUES},
    }
    collections = {name: f"/{name}" for name in (*tables, "relations", "coverage", "search", "resolve")}
    kind = kinds(resource.kind for resource in facts)
    # Before the lists and items: `/transfers/flows` is no transfer's id.
    yield pictures.router(facts)
    yield service.router(NAME, SUMMARY, version("foedus"), collections, tables, settings.migrations)
    yield all_facts.router(facts)
    yield verify.router()
    yield from map(fact_router, facts)
    yield from (catalogue_router(catalogue, kind) for catalogue in CATALOGUES)
    yield relations.router(facts)
    yield search.router(facts, CATALOGUES)
    yield resolve.router(CATALOGUES, NAME)
    yield coverage.router(facts)
    yield panel.router(facts)
    yield evidence.router("/facts")
    yield releases.router(facts, CATALOGUES)
    yield package.router(facts, CATALOGUES)
    yield vocabulary.router(vocabulary_of(facts))
    if counts:
        yield metrics.router(counts)


class Served(FastAPI):
    """FastAPI with layers outside of its own, which cost more than the answer that is remembered."""

    outermost: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, from outside in."""
        await (self.outermost or super().__call__)(scope, receive, send)


def _wrap(
    app: Served, counts: Counts | None, settings: Settings, going: tuple[Going, ...], releases: FactReleases, site: Site
) -> None:
    """Put the middleware round the application, innermost first: what stands outside sees what is really sent."""
    app.add_middleware(AskAgain)
    if going:
        app.add_middleware(Announce, going=going)
    app.add_middleware(explorer.Explore, site=site)
    app.add_middleware(Suffixes, without=("/openapi.json", "/assets/", "/docs", "/metrics"))
    app.add_middleware(AnswerUnchanged)
    app.add_middleware(coding.Code)
    app.add_middleware(AnswerHead)
    app.add_middleware(Complete, refusal=explorer.refusal(app, site))
    outermost: ASGIApp = super(Served, app).__call__
    if settings.cache_bytes:
        outermost = Remember(outermost, releases.watch(), settings.cache_bytes)
    if counts or settings.access_log:
        outermost = Observe(outermost, counts, log=settings.access_log)
    app.outermost = outermost


def application() -> FastAPI:
    """Return the application by the environment's settings: what uvicorn starts, once in a process."""
    app = create_app(Settings())
    # What was made at start stays until the end (of 190,000 things, but for 900): it is not looked through for garbage
    # again and again.
    gc.freeze()
    # What an answer makes is gone with it, nearly all: so it is looked for seven times as seldom.
    gc.set_threshold(5_000)
    gc.enable()
    return app
