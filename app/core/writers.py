"""Writers of whole results: NDJSON and CSV; each is given the finished answers part by part."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection

from app.core.states import States
from app.kit import tabular
from app.kit.tabular import Column


class Writer(Protocol):
    """Makes the bytes of a whole result."""

    @property
    def head(self) -> bytes:
        """What comes first."""

    def write(self, connection: Connection, answers: Sequence[str]) -> bytes:
        """Return the bytes of some finished answers; what stands beside them is looked up."""

    def tail(self) -> bytes:
        """Return what comes last."""


class NdjsonWriter:
    """One record a line."""

    head = b""

    def __init__(self, projected: Callable[[str], str] | None) -> None:
        """Take what makes a record of the wanted keys; None to leave all as they are."""
        self._projected = projected

    def write(self, _: Connection, answers: Sequence[str]) -> bytes:
        """Return lines: JSON as it is stored has no line breaks."""
        lines = answers if self._projected is None else [self._projected(one) for one in answers]
        return "".join(f"{line}\n" for line in lines).encode()

    def tail(self) -> bytes:
        """Return nothing."""
        return b""


class CsvWriter:
    """One row for each of a record's rows."""

    def __init__(self, connection: Connection, columns: Sequence[Column], rows: Callable[[Any], Iterable[Any]]) -> None:
        """Take the columns, and which rows a record makes; look up the codes of states."""
        self._columns = columns
        self._rows = rows
        self._states = States(connection)
        self.head = tabular.head(columns)

    def write(self, connection: Connection, answers: Sequence[str]) -> bytes:
        """Return rows."""
        records = [json.loads(answer) for answer in answers]
        self._states.look_up(connection, records)
        rows = [row for record in records for row in self._rows(record)]
        return tabular.lines(self._columns, rows, self._states)

    def tail(self) -> bytes:
        """Return nothing."""
        return b""
