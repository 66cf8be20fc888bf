"""Alembic's entry: it migrates the connection that it is given, or the database that `-x url=…` names."""

from alembic import context
from sqlalchemy import Connection, create_engine
from sqlmodel import SQLModel

import app.facts
import app.kit.postgresql
import app.reference  # noqa: F401  # it and `app.facts` are imported for the tables that they add to the metadata
from app.kit.textindex import belongs_to_search

target_metadata = SQLModel.metadata


def include_name(name: str | None, kind: str, _: object) -> bool:
    """Leave the full-text index to the scripts: each engine has its own, written by hand."""
    return kind != "table" or not belongs_to_search(name)


def run(connection: Connection) -> None:
    """Migrate within the caller's transaction."""
    context.configure(
        connection=connection, target_metadata=target_metadata, include_name=include_name, render_as_batch=True
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.get_x_argument(as_dictionary=True).get("url", "sqlite://")
    with create_engine(url).connect() as connection:
        run(connection)
        connection.commit()
