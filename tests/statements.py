"""Which SQL statements are sent, by SQLAlchemy and by prepared statements, which use the driver; each is told of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from app.kit.prepared import Statement

Note = Callable[[str, Any], None]
_NOTES: list[Note] = []
_ROWS = Statement.rows


@contextmanager
def noted(note: Note) -> Iterator[None]:
    """Tell of each statement and its parameters, as long as this is open; several may be told at once.

    Not of the pointer's: it is a link on SQLite and a row on PostgreSQL, and an answer's own statements are the same.
    """
    _NOTES.append(note)
    try:
        yield
    finally:
        _NOTES.remove(note)


def _tell(statement: str, parameters: Any) -> None:
    if "foedus.pointer" not in statement:
        for note in _NOTES:
            note(statement, parameters)


def _sent(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
    _tell(statement, parameters)


def _rows(self: Statement, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
    _tell(self.text, self.given(connection, values))
    return _ROWS(self, connection, values)


event.listen(Engine, "before_cursor_execute", _sent)
Statement.rows = _rows  # type: ignore[method-assign]  # it is the same, but told of
