"""The full-text index on each engine: its rows and its questions, written from folded words and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Dialect, Integer, MetaData, String, Table, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator

from app.kit.fulltext import All, Either, Expression, Phrase, words

# Best first: what is found in an earlier one is listed before what is found in a later one.
FIELDS = ("name", "summary", "passage", "party")
_WEIGHTS = "ABCD"
# The numbers of so many records are read faster than a page of them is asked for its words, record by record. FTS5 has
# them in its index, in order; PostgreSQL reads each record's row for its number.
MOST_READ = {"sqlite": 1_000_000, "postgresql": 100_000}
# Stands between two texts of one field: no phrase reaches from one into the other, and no word is written so.
_APART = "_"


@dataclass(frozen=True)
class Sought:
    """What is sought in the first fields, and in no fewer: `reach` counts them, `beyond` those that do not suffice.

    What is excluded must stand in no field at all, so that each record is found in exactly one reach.
    """

    expression: Expression
    reach: int = len(FIELDS)
    beyond: int = 0

    def __call__(self, dialect: str) -> str:
        """Write it in the engine's own language: an FTS5 expression, or a tsquery."""
        return _fts5(self) if dialect == "sqlite" else _tsquery(self)


def folded(text: str) -> str:
    """Return the words of a text as they are indexed, one space between two."""
    return " ".join(words(text))


@dataclass(frozen=True)
class Document:
    """A record as it is indexed: its number, and the texts of each field, folded (see `folded`)."""

    n: int
    texts: tuple[Sequence[str], ...]

    def columns(self) -> dict[str, Any]:
        """Return the row of an FTS5 table: a column per field."""
        joined = map(f" {_APART} ".join, self.texts)
        return {"rowid": self.n, **dict(zip(FIELDS, joined, strict=True))}

    def vector(self) -> str:
        """Return the same as PostgreSQL writes a tsvector: a weight per field."""
        places: dict[str, list[str]] = {}
        at = 0
        for weight, texts in zip(_WEIGHTS, self.texts, strict=True):
            for one in texts:
                for word in one.split():
                    at += 1
                    places.setdefault(word, []).append(f"{at}{weight}")
                at += 1
        return " ".join(f"'{word}':{','.join(where)}" for word, where in places.items())


# The table of both engines: an FTS5 table has a hidden column of its own name, which is what is matched.
SEARCH = Table("search", MetaData(), Column("rowid", Integer, primary_key=True), Column("search", String))


def belongs_to_search(name: str | None) -> bool:
    """Whether a table is the index, or one that FTS5 keeps for it: migrations write them by hand."""
    return name is not None and (name == SEARCH.name or name.startswith(f"{SEARCH.name}_"))


class _Written(TypeDecorator[Sought]):
    """Writes what is sought in the engine's own language."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Sought | None, dialect: Dialect) -> str | None:
        """Return an FTS5 expression, or a tsquery."""
        if value is None:
            return None
        return value(dialect.name)


class _Matches(FunctionElement[Any]):
    """Whether the index' row matches."""

    inherit_cache = True
    name = "matches"
    # Typed as Boolean it would be compared with 1, which FTS5 does not take.
    type = NullType()


@compiles(_Matches, "sqlite")
def _match(element: _Matches, compiler: SQLCompiler, **more: Any) -> str:
    row, sought = element.clauses
    return f"{compiler.process(row, **more)} MATCH {compiler.process(sought, **more)}"


@compiles(_Matches, "postgresql")
def _at_at(element: _Matches, compiler: SQLCompiler, **more: Any) -> str:
    row, sought = element.clauses
    return f"{compiler.process(row, **more)} @@ CAST({compiler.process(sought, **more)} AS tsquery)"


def matches(sought: Sought) -> _Matches:
    """Return the condition on a row of SEARCH."""
    return _Matches(SEARCH.c.search, bindparam(None, sought, type_=_Written(), unique=True))


def _fts5(sought: Sought) -> str:
    found, wanted = _in_fts5(sought.expression), _in_fts5(_wanted(sought.expression))
    if sought.reach < len(FIELDS):
        found = f"({found}) AND {{{' '.join(FIELDS[: sought.reach])}}} : ({wanted})"
    if sought.beyond:
        found = f"({found}) NOT ({{{' '.join(FIELDS[: sought.beyond])}}} : ({wanted}))"
    return found


def _wanted(expression: Expression) -> Expression:
    """Return the same without what is excluded."""
    if isinstance(expression, Phrase):
        return expression
    parts = tuple(map(_wanted, expression.parts))
    return Either(parts) if isinstance(expression, Either) else All(parts)


def _in_fts5(expression: Expression) -> str:
    if isinstance(expression, Phrase):
        return f'"{" ".join(expression.words)}"' + " *" * expression.prefix
    if isinstance(expression, Either):
        return "(" + " OR ".join(map(_in_fts5, expression.parts)) + ")"
    found = "(" + " AND ".join(map(_in_fts5, expression.parts)) + ")"
    for part in expression.without:
        found = f"({found} NOT {_in_fts5(part)})"
    return found


def _tsquery(sought: Sought) -> str:
    found, wanted = _in_tsquery(sought.expression, ""), _wanted(sought.expression)
    if sought.reach < len(FIELDS):
        found = f"({found}) & ({_in_tsquery(wanted, _WEIGHTS[: sought.reach])})"
    if sought.beyond:
        found = f"({found}) & !({_in_tsquery(wanted, _WEIGHTS[: sought.beyond])})"
    return found


def _in_tsquery(expression: Expression, weights: str) -> str:
    if isinstance(expression, Phrase):
        flags = [weights] * (len(expression.words) - 1) + ["*" * expression.prefix + weights]
        words = (
            f"'{word}':{flag}" if flag else f"'{word}'" for word, flag in zip(expression.words, flags, strict=True)
        )
        return "(" + " <-> ".join(words) + ")"
    if isinstance(expression, Either):
        return "(" + " | ".join(_in_tsquery(part, weights) for part in expression.parts) + ")"
    found = [_in_tsquery(part, weights) for part in expression.parts]
    return "(" + " & ".join([*found, *(f"!{_in_tsquery(part, weights)}" for part in expression.without)]) + ")"
