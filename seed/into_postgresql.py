"""Releases built as PostgreSQL schemas, each in one transaction that ends by moving the pointer. One load at a time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from app.kit.engines import KEPT
from app.kit.postgresql import SEEN_WITHIN, schema_of
from app.kit.textindex import SEARCH, Document
from seed.rows import Into, Values

_LOCK = 0x666F65647573  # "foedus"
_POINTER = """
CREATE SCHEMA IF NOT EXISTS foedus;
CREATE TABLE IF NOT EXISTS foedus.pointer (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), release text NOT NULL, moved bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS foedus.loaded (release text PRIMARY KEY, moved bigint NOT NULL);
"""
_MOVE = """
WITH pointed AS (
    INSERT INTO foedus.pointer (release, moved) VALUES (:release, 1)
    ON CONFLICT (one) DO UPDATE SET release = excluded.release, moved = foedus.pointer.moved + 1 RETURNING moved
)
INSERT INTO foedus.loaded (release, moved) SELECT :release, moved FROM pointed
ON CONFLICT (release) DO UPDATE SET moved = excluded.moved
"""
DEFAULT_READER = "foedus_reader"
_BUILDING = "foedus_loading"
# Keys that others refer to come first.
_CONSTRAINTS = """
SELECT relname, quote_ident(conname), pg_get_constraintdef(pg_constraint.oid)
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
WHERE connamespace = to_regnamespace(:schema) AND contype IN ('p', 'u', 'f')
ORDER BY contype = 'f', relname, conname
"""
_INDEXES = """
SELECT tablename, quote_ident(indexname), indexdef FROM pg_indexes WHERE schemaname = :schema
ORDER BY tablename, indexname
"""
_SORTING = "64MB"
_REPLACED = "foedus_replaced"


class PostgresTarget:
    """The releases of one database."""

    def __init__(self, url: str, reader: str) -> None:
        """Take a URL whose role may create schemas, and the role that may read what is loaded."""
        self._engine = create_engine(url)
        self._reader = reader

    @contextmanager
    def building(self, _: str) -> Iterator[Connection]:
        """Open a transaction with a fresh schema in it; it is rolled back unless it was published."""
        try:
            with self._engine.begin() as connection:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                connection.execute(text(_POINTER))
                connection.execute(text(f"DROP SCHEMA IF EXISTS {_BUILDING} CASCADE"))
                connection.execute(text(f"CREATE SCHEMA {_BUILDING}"))
                connection.execute(text(f"SET LOCAL search_path TO {_BUILDING}"))
                yield connection
        finally:
            self._engine.dispose()

    def room(self, spooled: int) -> None:
        """Refuse nothing: a server tells nobody how much room its disks have; when they are full, it says so."""

    def loosen(self, connection: Connection) -> list[tuple[str, str]]:
        """Drop indexes and keys, foreign ones first; what the migrations said of them is how they are made anew."""
        constraints = connection.execute(text(_CONSTRAINTS), {"schema": _BUILDING}).all()
        for table, name, _ in reversed(constraints):
            connection.exec_driver_sql(f'ALTER TABLE "{table}" DROP CONSTRAINT {name}')
        indexes = connection.execute(text(_INDEXES), {"schema": _BUILDING}).all()
        for _, name, _ in indexes:
            connection.exec_driver_sql(f"DROP INDEX {_BUILDING}.{name}")
        keys = [(table, f'ALTER TABLE "{table}" ADD CONSTRAINT {name} {said}') for table, name, said in constraints]
        return [*keys, *((table, statement) for table, _, statement in indexes)]

    def insert(self, connection: Connection, into: Into, rows: Sequence[Values]) -> None:
        """Insert rows by COPY."""
        _copy(connection, into.table.name, into.columns, rows)

    def index(self, connection: Connection, documents: list[Document]) -> None:
        """Insert rows of the full-text index by COPY."""
        rows = ((document.n, document.vector()) for document in documents)
        _copy(connection, SEARCH.name, [column.name for column in SEARCH.columns], rows)

    def earlier(self, connection: Connection, release: str) -> list[str]:
        """Return the releases whose schemas will stay beside this one's, the last loaded first."""
        statement = text(
            "SELECT release FROM foedus.loaded WHERE release <> :release"
            " AND EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'r_' || release) ORDER BY moved DESC LIMIT :kept"
        )
        return list(connection.execute(statement, {"release": release, "kept": KEPT - 1}).scalars())

    def facts(self, connection: Connection, release: str | None) -> Iterator[tuple[str, str, str]]:
        """Yield (id, kind, answer) of a release's facts, or of what is being built, in order of id."""
        schema = _BUILDING if release is None else schema_of(release)
        # By a cursor on the server: neither release is held in memory.
        statement = text(f"SELECT id, kind, answer FROM {schema}.fact ORDER BY id")  # noqa: S608  # ours
        # Said of this statement alone: a connection would keep it, and ANALYZE can have no cursor.
        for row in connection.execute(statement, execution_options={"stream_results": True, "max_row_buffer": 1000}):
            yield row.id, row.kind, row.answer

    def tighten(self, connection: Connection, dropped: Iterable[tuple[str, str]]) -> None:
        """Make keys and indexes; a row that refers to none that is there is refused here."""
        connection.exec_driver_sql(f"SET LOCAL maintenance_work_mem = '{_SORTING}'")
        for _, statement in dropped:
            connection.exec_driver_sql(statement)

    def flaws(self, connection: Connection) -> list[str]:
        """Say whether any text would not sort by code points; foreign keys held with every row."""
        wrong = connection.execute(
            text(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = :schema AND data_type IN ('text', 'character varying')"
                " AND collation_name IS DISTINCT FROM 'C' AND table_name <> 'alembic_version'"
            ),
            {"schema": _BUILDING},
        )
        return [f"{table}.{column} is not sorted by code points" for table, column in wrong]

    def publish(self, connection: Connection, release: str) -> None:
        """Give the schema its release's name and move the pointer; all is seen at once, when the transaction ends."""
        for table in (*SQLModel.metadata.sorted_tables, SEARCH):
            connection.execute(text(f'ANALYZE {_BUILDING}."{table.name}"'))
        schema = schema_of(release)
        there = connection.execute(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": schema})
        if there.one_or_none():
            # Its name is its own: one that could not be dropped yet is in nobody's way.
            connection.execute(text(f"ALTER SCHEMA {schema} RENAME TO {_unnamed()}"))
        connection.execute(text(f"ALTER SCHEMA {_BUILDING} RENAME TO {schema}"))
        role = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": self._reader})
        there_is_one = role.one_or_none() is not None
        if not there_is_one and self._reader != DEFAULT_READER:
            raise ValueError(f"there is no role {self._reader!r} that could read the release: create it first")
        if there_is_one:
            quoted = self._engine.dialect.identifier_preparer.quote(self._reader)
            connection.execute(text(f"GRANT USAGE ON SCHEMA foedus, {schema} TO {quoted}"))
            connection.execute(text(f"GRANT SELECT ON foedus.pointer, foedus.loaded TO {quoted}"))
            connection.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {quoted}"))
        connection.execute(text(_MOVE), {"release": release})

    def forget(self, _: str) -> None:
        """Drop all but the last releases, a schema at a time, each only if nobody reads it just now; end when all know.

        The API remembers answers for so long without looking: what is asked after a load is answered from it.
        """
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # No load moves the pointer to what is dropped here: one at a time, to the end.
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            connection.execute(text("SET lock_timeout = '2s'"))
            kept = "SELECT release FROM foedus.loaded ORDER BY moved DESC LIMIT :kept"
            connection.execute(text(f"DELETE FROM foedus.loaded WHERE release NOT IN ({kept})"), {"kept": KEPT})  # noqa: S608  # ours
            old = connection.execute(
                text(
                    "SELECT nspname FROM pg_namespace WHERE nspname ~ '^r_[0-9a-f]{12}$'"
                    " AND nspname NOT IN (SELECT 'r_' || release FROM foedus.loaded)"
                    " OR nspname LIKE :replaced"
                ),
                {"replaced": f"{_REPLACED}%"},
            )
            for schema in old.scalars().all():
                # By a new name nobody finds it: a reader amid its tables and a drop could wait for each other for ever.
                unnamed = _unnamed()
                connection.execute(text(f"ALTER SCHEMA {schema} RENAME TO {unnamed}"))
                try:
                    connection.execute(text(f"DROP SCHEMA {unnamed} CASCADE"))
                except DBAPIError:
                    # A long answer still reads it: the next load drops it.
                    continue
        self._engine.dispose()
        time.sleep(SEEN_WITHIN)


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    try:
        with driver.cursor().copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise OSError(f"COPY into {table}: {error}") from error


def _unnamed() -> str:
    return f"{_REPLACED}_{uuid4().hex[:12]}"
