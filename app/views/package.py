"""The release as one file: a Frictionless Data Package v2 of CSV tables, with the SQLite file where there is one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import asking
from app.core.answering import Shape
from app.core.answers import CitationAnswer
from app.core.asking import Question
from app.core.attribution import TERMS
from app.core.choosing import asks
from app.core.columns import columns_of
from app.core.lists import EntityList, FactList, Listing
from app.core.questions import ANY_MODALITY
from app.core.resource import Catalogue, Resource
from app.core.snapshot import HeldRelease
from app.core.tables import Citation, Coverage, Source
from app.core.writers import CsvWriter
from app.kit import tabular
from app.kit.engines import Parts
from app.kit.formats import ZIP
from app.kit.grammar import AnyOf
from app.kit.pages import MAX_LIMIT
from app.kit.parameters import Asked, Parameter
from app.kit.problems import responses
from app.kit.streams import Streamed
from app.kit.zips import Digest, Member, archive
from app.views.coverage import COVERAGE
from app.views.relations import RELATIONS, RelationList

PROFILES = "https://datapackage.org/profiles/2.0"
ERRORS = responses(
    HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE
)
SQLITE = "foedus.sqlite"
READ = 1 << 20
# Reads on from a record: (connection, after which) → finished answers, after which it goes on.
Pages = Callable[[Connection, Any], tuple[Sequence[str], Any]]


@dataclass(frozen=True)
class Table:
    """A table of the package."""

    name: str
    doc: str
    shape: Shape
    pages: Callable[[HeldRelease], Pages]


def router(facts: tuple[Resource, ...], catalogues: tuple[Catalogue, ...]) -> APIRouter:
    """Return `/datapackage.zip`."""
    found = APIRouter(tags=["service"])
    tables = (
        *(_of_kind(resource) for resource in facts),
        Table("evidence", "Passages.", Shape(partial(columns_of, CitationAnswer)), lambda _: _passages),
        *(_of_catalogue(catalogue) for catalogue in catalogues),
        Table("relations", "Counts of facts between two states.", RELATIONS, _relations),
        Table("coverage", "What each source has on a pair and a kind.", COVERAGE, partial(_entities, Coverage)),
    )

    @found.get(
        "/datapackage.zip",
        responses=ERRORS | {200: {"content": {ZIP.media_type: {"schema": {"type": "string", "format": "binary"}}}}},
        response_class=Response,
        operation_id="get_datapackage",
        summary="The whole release",
        openapi_extra=asks(),
    )
    def package(request: Request) -> Response:
        """The release as a Frictionless Data Package v2: `datapackage.json` and a CSV per collection, every modality.

        Where the service runs on SQLite, the release's own file is in it too. It is streamed, and the same release
        has the same tables, byte for byte.
        """
        held = asking.alone(request, (ZIP,)).held
        name = f"foedus-{held.id}.zip"
        headers = {"Foedus-Release": held.id, "Content-Disposition": f'attachment; filename="{name}"'}
        return Streamed(archive(_members(held, tables)), ZIP.media_type, headers)

    return found


def _members(held: HeldRelease, tables: Sequence[Table]) -> Iterator[Member]:
    for table in tables:
        yield Member(f"{table.name}.csv", partial(_csv, held, table))
    if held.file is not None:
        yield Member(SQLITE, partial(_file, held.file))
    yield Member("datapackage.json", partial(_descriptor, held, tables))


def _csv(held: HeldRelease, table: Table, _: list[Digest]) -> Iterator[bytes]:
    """Yield a table; a connection is held while a part is read, never while it is sent."""
    pages, parts = table.pages(held), Parts(held)
    writer = parts.read(lambda connection: CsvWriter(connection, table.shape.columns, table.shape.rows))
    yield writer.head
    after: Any = None

    def following(connection: Connection) -> tuple[Any, bytes]:
        answers, last = pages(connection, after)
        return last, writer.write(connection, answers)

    while True:
        after, written = parts.read(following)
        yield written
        if after is None:
            return


def _file(path: Path, _: list[Digest]) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(READ):
            yield part


def _descriptor(held: HeldRelease, tables: Sequence[Table], digests: list[Digest]) -> Iterator[bytes]:
    by_name = {digest.name: digest for digest in digests}
    statement = select(col(Source.answer)).order_by(col(Source.n)).limit(MAX_LIMIT)
    cited = [
        json.loads(one) for one in Parts(held).read(lambda connection: connection.execute(statement).scalars().all())
    ]
    whole = "The SQLite file is the release as it is served." if held.file else "This service has no SQLite file of it."
    package = {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": "foedus",
        "title": "Foedus: facts about defence relations between countries",
        "description": f"Every fact with the passage that proves it, whatever its modality. {tabular.CELLS} {whole}",
        "version": held.id,
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "title": f"Creative Commons Attribution 4.0. {TERMS}",
                "path": "https://creativecommons.org/licenses/by/4.0/",
            }
        ],
        "sources": [
            {key: value for key, value in (("title", one["title"]), ("path", one["url"])) if value} for one in cited
        ],
        "resources": [
            *(_resource(table, by_name[f"{table.name}.csv"]) for table in tables),
            *([_sqlite(by_name[SQLITE])] if SQLITE in by_name else []),
        ],
    }
    yield json.dumps(package, ensure_ascii=False, indent=1).encode() + b"\n"


def _resource(table: Table, digest: Digest) -> dict[str, Any]:
    return {
        "name": table.name,
        "type": "table",
        "description": table.doc,
        **_file_of(digest),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"$schema": f"{PROFILES}/tabledialect.json", "lineTerminator": "\r\n"},
        "schema": {
            "$schema": f"{PROFILES}/tableschema.json",
            **tabular.schema(table.shape.columns, table.shape.primary_key),
        },
    }


def _sqlite(digest: Digest) -> dict[str, Any]:
    return {
        "name": "sqlite",
        "description": "The release as it is served.",
        **_file_of(digest),
        "format": "sqlite",
        "mediatype": "application/vnd.sqlite3",
    }


def _file_of(digest: Digest) -> dict[str, Any]:
    return {"path": digest.name, "bytes": digest.size, "hash": f"sha256:{digest.sha256}"}


def _of_kind(resource: Resource) -> Table:
    def pages(held: HeldRelease) -> Pages:
        question = _everything(held, resource.parameters, f"/{resource.collection}")
        return _listed(FactList(question, resource.kind))

    return Table(resource.collection, resource.doc, Shape(partial(columns_of, resource.answer)), pages)


def _of_catalogue(catalogue: Catalogue) -> Table:
    pages = partial(_entities, catalogue.row)
    return Table(catalogue.collection, catalogue.doc, Shape(partial(columns_of, catalogue.answer)), pages)


def _entities(row: Any, held: HeldRelease) -> Pages:
    return _listed(EntityList(_everything(held, (), "/"), row))


def _relations(held: HeldRelease) -> Pages:
    asked = Asked((), {"modality": (AnyOf((ANY_MODALITY,)),)})
    return _listed(RelationList(asked, held.about.counts["source"]))


def _passages(connection: Connection, after: Any) -> tuple[Sequence[str], Any]:
    beyond = [] if after is None else [col(Citation.id) > after]
    statement = select(col(Citation.id), col(Citation.answer)).where(*beyond).order_by(col(Citation.id))
    rows = connection.execute(statement.limit(MAX_LIMIT)).all()
    return [row.answer for row in rows], rows[-1].id if len(rows) == MAX_LIMIT else None


def _listed(listing: Listing) -> Pages:
    def pages(connection: Connection, after: Any) -> tuple[Sequence[str], Any]:
        part = listing.part(connection, after, MAX_LIMIT)
        return part.answers, part.last

    return pages


def _everything(held: HeldRelease, parameters: tuple[Parameter, ...], path: str) -> Question:
    asked = Asked(parameters, {"modality": (AnyOf((ANY_MODALITY,)),)} if parameters else {})
    return Question(held, asked, path, None, ZIP)
