"""The endpoint that FastAPI's and SQLModel's documents teach, over the same transfers: what new questions are held to.

Tables with relationships, a session per request from a `yield` dependency, `response_model`, a page and a count.
What it is spared: it filters by one indexed column, knows no name but ids, counts no modality and cites nothing.
`/flat` returns the transfer's own columns only, with no evidence: less data than Foedus returns.
"""

import os
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query
from sqlalchemy import JSON, Index
from sqlalchemy.orm import selectinload
from sqlmodel import Field, Relationship, Session, SQLModel, col, create_engine, func, select


class Actor(SQLModel, table=True):
    """An actor."""

    id: str = Field(primary_key=True)
    kind: str
    name: str


class Source(SQLModel, table=True):
    """A source."""

    id: str = Field(primary_key=True)
    title: str
    publisher: str | None
    url: str | None


class EvidenceBase(SQLModel):
    """A passage."""

    id: str
    exact: str
    prefix: str
    suffix: str
    start: int
    end: int
    sha256: str


class Evidence(EvidenceBase, table=True):
    """A passage of a transfer."""

    key: int | None = Field(default=None, primary_key=True)
    transfer_n: int = Field(foreign_key="transfer.n", index=True)
    source_id: str = Field(foreign_key="source.id")
    source: Source = Relationship()


class EvidencePublic(EvidenceBase):
    """A passage as it is served."""

    source: Source


class TransferBase(SQLModel):
    """What both the row and the answer have. What has no table of its own is JSON."""

    id: str
    kind: str
    summary: str
    modality: str
    denies: str | None
    granularity: str
    asserted_by: list[dict[str, Any]] = Field(sa_type=JSON)
    date: dict[str, Any] = Field(sa_type=JSON)
    place: dict[str, Any] | None = Field(sa_type=JSON)
    parties: list[dict[str, Any]] = Field(sa_type=JSON)
    systems: list[dict[str, Any]] = Field(sa_type=JSON)
    hedges: list[str] = Field(sa_type=JSON)
    inferred: list[dict[str, Any]] = Field(sa_type=JSON)
    related: list[dict[str, Any]] = Field(sa_type=JSON)
    coded_on: str
    designation: str | None
    description: str | None
    category: str | None
    item: str | None
    production: str | None
    terms: list[str] = Field(sa_type=JSON)
    values: list[dict[str, Any]] = Field(sa_type=JSON)
    condition: str | None
    deal_status: str | None
    number_ordered: dict[str, Any] | None = Field(sa_type=JSON)
    number_delivered: dict[str, Any] | None = Field(sa_type=JSON)
    system: dict[str, Any] | None = Field(sa_type=JSON)
    order_date: dict[str, Any] | None = Field(sa_type=JSON)
    deliveries: list[dict[str, Any]] = Field(sa_type=JSON)


class Transfer(TransferBase, table=True):
    """A transfer."""

    __table_args__ = (Index("ix_supplied", "supplier_id", "modality", "n"),)
    n: int = Field(primary_key=True)
    ends: str | None
    supplier_id: str | None = Field(foreign_key="actor.id")
    recipient_id: str | None = Field(foreign_key="actor.id")
    end_user_id: str | None = Field(foreign_key="actor.id")
    state_of_origin_id: str | None = Field(foreign_key="actor.id")
    supplier: Actor | None = Relationship(sa_relationship_kwargs={"foreign_keys": "Transfer.supplier_id"})
    recipient: Actor | None = Relationship(sa_relationship_kwargs={"foreign_keys": "Transfer.recipient_id"})
    end_user: Actor | None = Relationship(sa_relationship_kwargs={"foreign_keys": "Transfer.end_user_id"})
    state_of_origin: Actor | None = Relationship(sa_relationship_kwargs={"foreign_keys": "Transfer.state_of_origin_id"})
    evidence: list[Evidence] = Relationship()


class TransferPublic(TransferBase):
    """A transfer as it is served."""

    supplier: Actor | None
    recipient: Actor | None
    end_user: Actor | None
    state_of_origin: Actor | None
    evidence: list[EvidencePublic]


class TransfersPublic(SQLModel):
    """A page."""

    data: list[TransferPublic]
    count: int


class TransferFlat(SQLModel):
    """A transfer's own columns."""

    id: str
    summary: str
    modality: str
    supplier_id: str | None
    recipient_id: str | None
    category: str | None
    item: str | None
    condition: str | None
    deal_status: str | None
    coded_on: str


class TransfersFlat(SQLModel):
    """A page of them."""

    data: list[TransferFlat]
    count: int


engine = create_engine(os.environ["FOEDUS_BENCH_URL"], connect_args={"check_same_thread": False})


def get_session() -> Iterator[Session]:
    """Open a session for one request."""
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]
Limit = Annotated[int, Query(le=500)]
app = FastAPI()


def _found(session: Session, supplier: str, since: str, limit: int, *options: Any) -> dict[str, Any]:
    where = (Transfer.supplier_id == supplier, Transfer.modality == "actual", col(Transfer.ends) >= since)
    count = session.exec(select(func.count()).select_from(Transfer).where(*where)).one()
    statement = select(Transfer).where(*where).order_by(col(Transfer.n)).limit(limit)
    return {"data": session.exec(statement.options(*options)).all(), "count": count}


@app.get("/transfers", response_model=TransfersPublic)
def read_transfers(session: SessionDep, supplier: str, since: str, limit: Limit = 50) -> Any:
    """Return transfers of a supplier."""
    actors = (Transfer.supplier, Transfer.recipient, Transfer.end_user, Transfer.state_of_origin)
    passages = selectinload(Transfer.evidence).selectinload(Evidence.source)  # type: ignore[arg-type]  # SQLModel types relations as rows
    return _found(session, supplier, since, limit, *map(selectinload, actors), passages)  # type: ignore[arg-type]  # SQLModel types relations as rows


@app.get("/flat", response_model=TransfersFlat)
def read_flat(session: SessionDep, supplier: str, since: str, limit: Limit = 50) -> Any:
    """Return transfers of a supplier, their own columns only."""
    return _found(session, supplier, since, limit)
