"""Numbers of many rows as one text, which engines hand over several times as fast; whose they are, others say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, String, cast, func


def as_text(column: SQLColumnExpression[int]) -> ColumnElement[Any]:
    """Return the numbers in a column of some rows, as SQL."""
    return func.aggregate_strings(cast(column, String), ",")


def in_parts(read: Callable[[int], str | None], at_once: int) -> Iterator[list[int]]:
    """Yield numbers, so many at a time; `read` gives those that follow one, in order, as a text."""
    after, more = 0, True
    while more:
        found = of_text(read(after))
        yield found
        after, more = found[-1] if found else after, len(found) == at_once


def of_text(text: str | None) -> list[int]:
    """Return the numbers of a text; none of none."""
    found: list[int] = json.loads(f"[{text or ''}]")
    return found
