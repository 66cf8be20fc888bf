"""The service itself: what there is, whether it is alive and ready, which version answers."""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import Field
from sqlalchemy import Connection, func, select
from sqlmodel import SQLModel

from app.core import asking
from app.core.answers import Answer
from app.core.envelopes import OneAnswer
from app.core.snapshot import HeldRelease, head
from app.kit.openapi import asks
from app.kit.pages import dump, json_response
from app.kit.problems import Problem, responses
from app.kit.textindex import SEARCH
from app.kit.validators import ASK_AGAIN, NEVER_STORED, etag_of, headers_of

ASKED_WRONGLY = responses(HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.UNPROCESSABLE_ENTITY)
ERRORS = ASKED_WRONGLY | responses(HTTPStatus.SERVICE_UNAVAILABLE)
OF_THE_MOMENT = {"Cache-Control": NEVER_STORED}


class ServiceAnswer(Answer):
    """What this service is and where its collections are."""

    name: str
    description: str
    collections: dict[str, str]
    documentation: dict[str, str]
    counts: dict[str, int] = Field(description="How many records each collection has.")


class HealthAnswer(Answer):
    """Whether the process is alive, or ready to answer."""

    status: str


class VersionAnswer(Answer):
    """Which code answers from which release."""

    version: str
    release: str
    loaded_at: str
    counts: dict[str, int] = Field(description="How many records each collection has.")


def router(
    name: str,
    description: str,
    version: str,
    collections: dict[str, str],
    tables: Mapping[str, type[SQLModel]],
    migrations: Path,
) -> APIRouter:
    """Return `/`, `/healthz`, `/readyz` and `/version`.

    tables: where the records of a collection are, for those that are counted. migrations: they know the schema's head.
    """
    found = APIRouter(tags=["service"])
    documentation = {
        "docs": "/docs",
        "openapi": "/openapi.json",
        "vocabulary": "/vocab",
        "datapackage": "/datapackage.zip",
        "releases": "/releases",
    }
    ready: set[tuple[str, str]] = set()

    @found.get(
        "/",
        response_model=OneAnswer[ServiceAnswer],
        responses=ERRORS,
        operation_id="get_service",
        summary="What there is",
        openapi_extra=asks((), example="/"),
    )
    def service(request: Request) -> Response:
        """The service document: every collection's address, the documentation's, and how many records there are."""
        alone = asking.now(request)
        answer = ServiceAnswer(
            name=name,
            description=description,
            collections=collections,
            documentation=documentation,
            counts=_counts(alone.held, tables),
        )
        return asking.one_response(alone, "/", answer.model_dump_json(), documentation)

    @found.get(
        "/healthz",
        response_model=HealthAnswer,
        responses=ASKED_WRONGLY,
        operation_id="get_health",
        summary="Alive?",
        openapi_extra=asks((), example="/healthz"),
    )
    async def healthz(request: Request) -> Response:
        """Answers 200 as long as the process lives, whatever the database does."""
        asking.read_nothing(request)
        return json_response(dump({"status": "alive"}), OF_THE_MOMENT)

    @found.get(
        "/readyz",
        response_model=HealthAnswer,
        responses=ERRORS,
        operation_id="get_readiness",
        summary="Ready?",
        openapi_extra=asks((), example="/readyz"),
    )
    def readyz(request: Request) -> Response:
        """Answers 503 until the release's schema is this code's and its tables hold as many rows as were loaded."""
        held = asking.now(request).held
        loaded = held.id, held.about.loaded_at
        if loaded not in ready:
            with held.connect() as connection:
                _check(connection, held, head(migrations))
            ready.add(loaded)
        return json_response(dump({"status": "ready"}), OF_THE_MOMENT)

    @found.get(
        "/version",
        response_model=VersionAnswer,
        responses=ERRORS,
        operation_id="get_version",
        summary="Which version?",
        openapi_extra=asks((), example="/version"),
    )
    def version_(request: Request) -> Response:
        """The code's version, the release's id, when it was loaded and what it holds."""
        held = asking.now(request).held
        told = {"release": held.id, "loaded_at": held.about.loaded_at, "counts": _counts(held, tables)}
        body = dump({"version": version, **told})
        return json_response(body, headers_of(etag_of(body), policy=ASK_AGAIN) | {"Foedus-Release": held.id})

    return found


def _counts(held: HeldRelease, tables: Mapping[str, type[SQLModel]]) -> dict[str, int]:
    """Return how many records each collection has."""
    return {collection: held.about.counts[str(table.__tablename__)] for collection, table in tables.items()}


def _check(connection: Connection, held: HeldRelease, wanted: str | None) -> None:
    if held.about.schema != wanted:
        raise _unready(f"the release has schema {held.about.schema}, this code wants {wanted}: load it again")
    for name_, expected in held.about.counts.items():
        # Looked up here, not when this file is imported: a kind's table may be known later.
        table = SEARCH if name_ == SEARCH.name else SQLModel.metadata.tables[name_]
        present: Any = connection.execute(select(func.count()).select_from(table)).scalar_one()
        if present != expected:
            raise _unready(f"table {name_} holds {present} rows, {expected} were loaded: load it again")


def _unready(detail: str) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, f"Not ready: {detail}.", headers={"Retry-After": "5"})
