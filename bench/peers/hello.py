"""A hello world of FastAPI and SQLModel, as their tutorials begin: the measure of start-up and memory."""

import os
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine, select


class Hero(SQLModel, table=True):
    """A hero."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)


engine = create_engine(os.environ["FOEDUS_BENCH_URL"], connect_args={"check_same_thread": False})
SQLModel.metadata.create_all(engine)


def get_session() -> Iterator[Session]:
    """Open a session for one request."""
    with Session(engine) as session:
        yield session


app = FastAPI()


@app.get("/heroes")
def read_heroes(session: Annotated[Session, Depends(get_session)], limit: int = 100) -> list[Hero]:
    """Return heroes."""
    return list(session.exec(select(Hero).limit(limit)).all())
