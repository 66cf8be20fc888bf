"""Tables of text: columns, CSV that pandas, R and spreadsheets read alike, and its description in CSVW."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Cell = str | int | float | bool | None
Datatype = Literal["string", "integer", "number", "boolean", "date"]
SEPARATOR = "; "
# The last four are the wide =, +, - and @, which spreadsheets take too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")
CELLS = (
    "UTF-8, RFC 4180. An empty cell is what the source does not state. A list is joined by `separator`; its items keep "
    "their places, so that the columns of one list go together. Text that a spreadsheet would take for a formula (it "
    "begins with =, +, -, @, a tab or a line break) has an apostrophe before it."
)


@dataclass(frozen=True)
class Column:
    """A column: where its cells come from, and what they are.

    key: the key of the record that it is made of.
    value: (record, what was looked up beside it) → cell, or the list of cells that the separator joins.
    """

    name: str
    key: str
    datatype: Datatype
    doc: str
    value: Callable[[Any, Any], Any]
    separator: str | None = None


def head(columns: Iterable[Column]) -> bytes:
    """Return the first line."""
    return _lines([[column.name for column in columns]])


def lines(columns: Sequence[Column], records: Iterable[Any], beside: Any) -> bytes:
    """Return the lines of some records; `beside` is what was looked up for them."""
    return _lines([[_written(column, record, beside) for column in columns] for record in records])


def described(columns: Iterable[Column], primary_key: Sequence[str]) -> dict[str, Any]:
    """Return the CSVW table schema."""
    return {
        "columns": [
            {
                "name": column.name,
                "titles": column.name,
                "dc:description": column.doc,
                "datatype": column.datatype,
                "null": "",
                **({"separator": column.separator} if column.separator else {}),
            }
            for column in columns
        ],
        "primaryKey": list(primary_key),
    }


def schema(columns: Iterable[Column], primary_key: Sequence[str]) -> dict[str, Any]:
    """Return the Frictionless table schema; a joined list is a string there."""
    return {
        "fields": [
            {
                "name": column.name,
                "type": "string" if column.separator else column.datatype,
                "description": column.doc + (f" Joined by {column.separator!r}." if column.separator else ""),
            }
            for column in columns
        ],
        "primaryKey": list(primary_key),
        "missingValues": [""],
    }


def _written(column: Column, record: Any, beside: Any) -> str:
    value = column.value(record, beside)
    if column.separator is not None:
        value = column.separator.join(map(_text, value)) if any(one is not None for one in value or ()) else None
        return _harmless(value) if value else ""
    # A negative number is no formula.
    return _harmless(value) if isinstance(value, str) else _text(value)


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()
