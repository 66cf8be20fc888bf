"""Statements written once for all questions of one shape, values in slots; what they ask is not known here."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, Integer, bindparam
from sqlalchemy.engine.interfaces import DBAPIModule
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import Executable

MOST_SHAPES = 1_000
# No value of a question begins so: control characters are refused.
_MARK = "\x00"


def slot(name: str) -> str:
    """Return what stands for a value while a statement is written."""
    return _MARK + name


def number_slot(name: str) -> BindParameter[int]:
    """Return what stands for a number."""
    return bindparam(None, slot(name), type_=Integer(), unique=True)


def text_slot(name: str) -> BindParameter[str]:
    """Return what stands for a text."""
    return bindparam(None, slot(name), unique=True)


@dataclass(frozen=True)
class Statement:
    """The text of a statement for one engine, and for each of its parameters the slot or the value that it has."""

    text: str
    names: tuple[str, ...] | None
    parts: tuple[tuple[bool, Any], ...]

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Return its rows as tuples, with values in its slots; a value that is callable is written for the engine.

        They are read all at once by the driver's own cursor: SQLAlchemy makes more of each row and each statement than
        is wanted here. No transaction is begun, for the engines of readers commit by themselves. What fails is raised
        as SQLAlchemy would, and a connection that is lost is let go of.
        """
        given = self.given(connection, values)
        driver: Any = connection.connection.driver_connection
        try:
            found: list[Any] = driver.execute(self.text, given).fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            raise _as_told(connection, self.text, given, error) from error
        return found

    def given(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Return its parameters as the driver takes them."""
        dialect = connection.dialect.name
        filled: list[Any] = []
        for is_slot, part in self.parts:
            value = values[part] if is_slot else part
            filled.append(value(dialect) if callable(value) else value)
        return tuple(filled) if self.names is None else dict(zip(self.names, filled, strict=True))


class Statements:
    """The statements of the shapes that were asked last."""

    def __init__(self) -> None:
        """Begin with none."""
        self._written: OrderedDict[Hashable, Statement] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, connection: Connection, shape: Hashable, write: Callable[[], Executable]) -> Statement:
        """Return the statement of a shape, writing it if it is not known on this engine and in this schema."""
        schemas = connection.get_execution_options().get("schema_translate_map")
        schema = schemas.get(None) if schemas else None
        key = (connection.dialect.name, schema, shape)
        with self._lock:
            found = self._written.get(key)
            if found is not None:
                self._written.move_to_end(key)
                return found
        found = _compiled(connection, write(), schema)
        with self._lock:
            self._written[key] = found
            while len(self._written) > MOST_SHAPES:
                self._written.popitem(last=False)
        return found


def _compiled(connection: Connection, statement: Any, schema: str | None) -> Statement:
    translated = {} if schema is None else {"schema_translate_map": {None: schema}, "render_schema_translate": True}
    compiled: SQLCompiler = statement.compile(
        dialect=connection.dialect, compile_kwargs={"render_postcompile": True}, **translated
    )
    params = compiled.params
    names = tuple((compiled.positiontup if compiled.positional else params) or ())
    parts = tuple(_part(params[name]) for name in names)
    return Statement(str(compiled), None if compiled.positional else names, parts)


def _as_told(connection: Connection, text: str, given: Any, error: DBAPIModule.Error) -> BaseException:
    """Return what SQLAlchemy says of an error of the driver's, having let go of a connection that is lost."""
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection, None)
    told = DBAPIError.instance(
        text, given, error, dialect.loaded_dbapi.Error, connection_invalidated=is_lost, dialect=dialect
    )
    if is_lost:
        connection.invalidate(error)
    return told


def _part(value: Any) -> tuple[bool, Any]:
    if isinstance(value, str) and value.startswith(_MARK):
        return True, value.removeprefix(_MARK)
    return False, value
