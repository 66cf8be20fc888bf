"""Migrations: run on an empty database they give exactly what the code's tables say, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect
from sqlmodel import SQLModel

import app.facts
import app.reference
from app.kit.textindex import SEARCH, belongs_to_search
from app.settings import MIGRATIONS


def test_all_tables_are_known_here() -> None:
    kinds = {resource.row.__tablename__ for resource in app.facts.FACTS}
    entities = {catalogue.row.__tablename__ for catalogue in app.reference.CATALOGUES}
    assert kinds | entities <= SQLModel.metadata.tables.keys()


@pytest.fixture
def connection() -> Iterator[Connection]:
    """An empty database."""
    engine = create_engine("sqlite://")
    with engine.connect() as found:
        yield found
    engine.dispose()


def config(connection: Connection) -> Config:
    """Return what Alembic needs to migrate this connection."""
    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS))
    found.attributes["connection"] = connection
    return found


def test_there_is_one_head_and_one_way_to_it() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1
    revisions = list(scripts.walk_revisions())
    assert not any(revision.is_merge_point or revision.is_branch_point for revision in revisions)
    assert all(revision.doc for revision in revisions)


def without_search(name: str | None, kind: str, _: object) -> bool:
    """Leave out the full-text index, which is written by hand for each engine."""
    return kind != "table" or not belongs_to_search(name)


def test_an_empty_database_migrated_is_what_the_tables_say(connection: Connection) -> None:
    command.upgrade(config(connection), "head")
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True, "include_name": without_search}
    )
    assert compare_metadata(context, SQLModel.metadata) == []
    tables = set(inspect(connection).get_table_names())
    assert {name for name in tables if not belongs_to_search(name)} == {*SQLModel.metadata.tables, "alembic_version"}
    assert SEARCH.name in tables


def test_foreign_keys_are_those_of_the_tables(connection: Connection) -> None:
    command.upgrade(config(connection), "head")
    inspector = inspect(connection)
    for name, table in SQLModel.metadata.tables.items():
        declared = {
            (tuple(key.column_keys), key.referred_table.name, tuple(element.column.name for element in key.elements))
            for key in table.foreign_key_constraints
        }
        migrated = {
            (tuple(key["constrained_columns"]), key["referred_table"], tuple(key["referred_columns"]))
            for key in inspector.get_foreign_keys(name)
        }
        assert migrated == declared, name


def test_a_migration_is_found_missing(connection: Connection) -> None:
    command.upgrade(config(connection), "head")
    connection.exec_driver_sql("DROP INDEX ix_fact_told")
    context = MigrationContext.configure(connection, opts={"include_name": without_search})
    ((what, index),) = compare_metadata(context, SQLModel.metadata)
    assert (what, index.name) == ("add_index", "ix_fact_told")


def test_every_step_can_be_taken_back(connection: Connection) -> None:
    command.upgrade(config(connection), "head")
    command.downgrade(config(connection), "base")
    assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    command.upgrade(config(connection), "head")
    assert "fact" in inspect(connection).get_table_names()
