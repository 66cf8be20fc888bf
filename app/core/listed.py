"""The tables that facts are found by: terms, their lists of facts, moments; what a fact says is in `tables`."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field

from app.kit.rows import Row


class Term(Row, table=True):
    """What facts of one kind and modality are found by, and how many; the kind is empty where it is of all kinds."""

    __table_args__ = (Index("ix_term_name", "name", "value", "kind", "modality", unique=True),)
    id: int = Field(primary_key=True)
    name: str
    value: str
    kind: str
    modality: str
    count: int


class Posting(Row, table=True):
    """A fact in the list of a term. No foreign key is checked here, row by row: the compiler counts them.

    rank: the fact's place among all facts in order of id.
    """

    __table_args__ = (Index("ix_posting_rank", "term", "rank", unique=True), {"sqlite_with_rowid": False})
    term: int = Field(primary_key=True)
    n: int = Field(primary_key=True)
    rank: int


class Bitmap(Row, table=True):
    """The numbers of the facts in a long list, as a roaring bitmap: lists meet in memory, not row by row."""

    term: int = Field(primary_key=True)
    numbers: bytes


class Counted(Row, table=True):
    """How many facts of a source have a value of a filter; `aggregates`, which stand for several, are not in `count`.

    value, source: empty where the facts are counted that have any value; parameter too, where all facts are.
    """

    __table_args__ = {"sqlite_with_rowid": False}
    parameter: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    modality: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    count: int
    aggregates: int


class Elapsed(Row, table=True):
    """How many facts of a kind and modality have a span with such an end; no kind: of all kinds.

    span: which, as `spans` names it. side: `first`, it begins on the day or later; `last`, it ends on it or before;
    `told`, under no day, it has either end.
    """

    __table_args__ = {"sqlite_with_rowid": False}
    span: str = Field(primary_key=True)
    side: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    modality: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    count: int


class Moment(Row, table=True):
    """The facts of one date, which are numbered in one run from `first` to `last`.

    starts: its first known day, in whose order facts are numbered. lasts: as `edtf.Lasts` has it; of one day are most.
    """

    __table_args__ = (
        Index("ix_moment_starts", "starts", "first", "last", "latest"),
        Index("ix_moment_lasts", "lasts", "first", "last", "starts", "latest"),
        Index("ix_moment_begun", "begun", "first", "last", "starts"),
    )
    first: int = Field(primary_key=True)
    last: int
    starts: str
    latest: str | None
    begun: bool
    lasts: int
