"""Numbers of many rows as one text, which engines hand over several times as fast; whose they are, others say."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, String, cast, func


def as_text(column: SQLColumnExpression[int]) -> ColumnElement[Any]:
    """Return the numbers in a column of some rows, as SQL."""
    return func.aggregate_strings(cast(column, String), ",")


def of_text(text: str | None) -> list[int]:
    """Return the numbers of a text; none of none."""
    found: list[int] = json.loads(f"[{text or ''}]")
    return found
