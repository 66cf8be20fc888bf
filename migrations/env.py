"""Alembic's entry: it migrates the connection that it is given, or the database that `-x url=…` names."""

from alembic import context
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import app.facts
import app.kit.postgresql
import app.reference  # noqa: F401  (both imports fill the metadata)

target_metadata = SQLModel.metadata


def run(connection: object) -> None:
    """Migrate within the caller's transaction."""
    context.configure(connection=connection, target_metadata=target_metadata, render_as_batch=True)  # type: ignore[arg-type]  # a Connection, typed loosely by Config.attributes
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.get_x_argument(as_dictionary=True).get("url", "sqlite://")
    with create_engine(url).connect() as connection:
        run(connection)
        connection.commit()
