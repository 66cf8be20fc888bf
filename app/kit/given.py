"""Numbers that are given to a statement as rows, as each engine takes them; whose they are is not known here."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import ARRAY, Connection, Integer, Select, bindparam, func, select


def rows(connection: Connection, numbers: Sequence[int]) -> Select[int]:
    """Return these numbers as `n`, however many: they are one value of the statement."""
    if connection.dialect.name == "postgresql":
        each = func.unnest(bindparam(None, list(numbers), type_=ARRAY(Integer), unique=True))
        return select(each.table_valued("value").render_derived().c.value.label("n"))
    each = func.json_each(bindparam(None, json.dumps(numbers), unique=True))
    return select(each.table_valued("value").c.value.label("n"))
