"""Rows on their way into tables: plain tuples, each beside the columns that it fills; it knows no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import Table
from sqlmodel import SQLModel

from app.kit.textindex import Document


# By identity, for `into` makes each once: rows are gathered by it.
@dataclass(frozen=True, eq=False)
class Into:
    """A table, and its columns in the order of a row's values."""

    model: type[SQLModel]
    table: Table
    columns: tuple[str, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what it is made from: in another process it is that process' own."""
        return into, (self.model, *self.columns)


# Rows as their values: making a table's object of each would take half of the time of a load.
Values = tuple[Any, ...]
Lines = tuple[Into, Sequence[Values]]
Rows = Iterable[Lines | Document]


@cache
def into(model: type[SQLModel], *columns: str) -> Into:
    """Return where rows of these columns go; ValueError unless they are all of the table's, each once."""
    table: Table = SQLModel.metadata.tables[str(model.__tablename__)]
    wanted = {column.name for column in table.columns}
    if len(columns) != len(wanted) or set(columns) != wanted:
        raise ValueError(f"{table.name} has the columns {sorted(wanted)}, not {sorted(columns)}")
    return Into(model, table, columns)


def line(model: type[SQLModel], **columns: Any) -> Lines:
    """Return one row of a table, every column told."""
    return into(model, *columns), (tuple(columns.values()),)


def lines(where: Into, rows: Iterable[Values], at_once: int = 1_000) -> Iterator[Lines]:
    """Yield very many rows of one table, so many at a time."""
    remaining = iter(rows)
    while some := list(islice(remaining, at_once)):
        yield where, some
