"""Counting what a question finds by its filters: facets and groups of at most 10,000 facts, with links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    distinct,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlmodel import col

from app.core import resolution
from app.core.asking import Question, address
from app.core.columns import state_id
from app.core.tables import Fact, Name
from app.core.vocabulary import Granularity
from app.kit.pages import EXACT
from app.kit.parameters import Asked, Dimension, Parameter
from app.kit.tabular import Column

MOST_VALUES = 100
_NOT_ASKED = {"fields": None, "facet": None, "group_by": None, "sort": None, "limit": None, "cursor": None}
BOUNDED = {
    "code": "counted_in_part",
    "text": f"Facets and groups are of the first {EXACT} facts found; their links find more.",
    "link": None,
}
# The numbers of facts, as `n`.
Numbers = Select[Any]


def facets(
    connection: Connection, question: Question, numbers: Callable[[Connection], Numbers]
) -> list[dict[str, Any]]:
    """Count the facts of these numbers by each filter that `facet` names, in two statements."""
    asked = question.asked
    parameters = _named(asked, "facet")
    if not parameters:
        return []
    found = _found(numbers(connection))
    rows = connection.execute(union_all(*(_counted(found, asked, parameter) for parameter in parameters))).all()
    values: dict[str, list[Any]] = {parameter.name: [] for parameter in parameters}
    for row in rows:
        values[row.parameter].append(row)
    names = _labels(connection, parameters, [(one.name, row.value) for one in parameters for row in values[one.name]])
    return [
        {
            "parameter": parameter.name,
            "values": [
                {
                    "value": row.value,
                    "label": names.get((parameter.name, row.value), row.value),
                    "count": row.count,
                    "link": _link(question, [(parameter, row.value)]),
                }
                for row in sorted(values[parameter.name], key=lambda row: (-row.count, row.value))[:MOST_VALUES]
            ],
            "more": len(values[parameter.name]) > MOST_VALUES,
        }
        for parameter in parameters
    ]


def groups(connection: Connection, question: Question, numbers: Numbers) -> tuple[list[dict[str, Any]], int]:
    """Count the facts of these numbers by the filters that `group_by` names; and how many facts are in any group."""
    asked = question.asked
    parameters = _named(asked, "group_by")
    found = _found(numbers)
    parts = [_values(asked, parameter) for parameter in parameters]
    columns = [part.c.value.label(f"value_{at}") for at, part in enumerate(parts)]
    joined: Any = found
    for part in parts:
        joined = joined.join(part, part.c.n == found.c.n)
    counts = [
        func.count(distinct(case((found.c.granularity == granularity.value, found.c.n)))).label(granularity.value)
        for granularity in Granularity
    ]
    statement = select(*columns, *counts).select_from(joined).group_by(*columns).limit(EXACT)
    rows = connection.execute(statement.order_by(*(count.desc() for count in counts), *columns)).all()
    grouped = connection.execute(select(func.count(distinct(found.c.n))).select_from(joined)).scalar_one()
    values = [(one.name, row[at]) for at, one in enumerate(parameters) for row in rows]
    names = _labels(connection, parameters, values)
    return [_group(question, parameters, row, names) for row in rows], grouped


def shape_of(question: Question) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """Return the columns and the key of the table of groups."""
    columns: list[Column] = []
    for parameter in _named(question.asked, "group_by"):
        name, states = parameter.name, resolution.COUNTRY in parameter.value.names
        columns += [
            Column(name, "group", "string", parameter.doc, _of_group(name, "value", states=states)),
            Column(f"{name}_label", "group", "string", "Its name.", _of_group(name, "label", states=False)),
        ]
    key = tuple(column.name for column in columns[::2])
    columns += [
        Column("count", "count", "integer", "Facts that are one thing each.", lambda row, _: row["count"]),
        Column(
            "aggregates", "aggregates", "integer", "Facts that stand for several.", lambda row, _: row["aggregates"]
        ),
        Column("link", "link", "string", "Finds both.", lambda row, _: row["link"]),
    ]
    return tuple(columns), key


def _of_group(name: str, what: str, *, states: bool) -> Callable[[Any, Any], str]:
    def value(row: Any, _: Any) -> str:
        found: str = row["group"][name][what]
        return state_id(found) if states else found

    return value


def _group(
    question: Question, parameters: Sequence[Parameter], row: Any, names: dict[tuple[str, str], str]
) -> dict[str, Any]:
    values = list(zip(parameters, row, strict=False))
    return {
        "group": {one.name: {"value": value, "label": names.get((one.name, value), value)} for one, value in values},
        "count": row.instance,
        "aggregates": row.aggregate,
        "link": _link(question, values),
    }


def _named(asked: Asked, name: str) -> list[Parameter]:
    wanted = {value for choice in asked.given.get(name, ()) for value in choice.values}
    return [parameter for parameter in asked.parameters if parameter.name in wanted]


def _found(numbers: Numbers) -> CTE:
    some = numbers.subquery()
    return select(col(Fact.n), col(Fact.granularity)).join_from(some, Fact, col(Fact.n) == some.c.n).cte("found")


def _dimension(asked: Asked, parameter: Parameter) -> Dimension:
    if parameter.dimension is None:
        raise TypeError(f"{parameter.name} is no dimension")
    return parameter.dimension(asked)


def _values(asked: Asked, parameter: Parameter) -> Subquery:
    """Return (n, value) of all facts, some perhaps twice: joined by `n`, it is looked up fact by fact."""
    by = _dimension(asked, parameter)
    condition = true() if by.condition is None else by.condition
    told = and_(condition, by.value.is_not(None))
    return select(by.key.label("n"), by.value.label("value")).where(told).subquery()


def _counted(found: CTE, asked: Asked, parameter: Parameter) -> Select[Any]:
    values = _values(asked, parameter)
    count = func.count(distinct(found.c.n)).label("count")
    most = select(values.c.value, count).join_from(found, values, values.c.n == found.c.n).group_by(values.c.value)
    limited = most.order_by(count.desc(), values.c.value).limit(MOST_VALUES + 1).subquery()
    return select(literal(parameter.name).label("parameter"), limited.c.value, limited.c.count)


def _labels(
    connection: Connection, parameters: Iterable[Parameter], values: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Return the names of the entities among these (parameter, value), by one statement at most."""
    kinds = {parameter.name: parameter.value.names for parameter in parameters}
    wanted = {(name, value) for name, value in values if kinds[name]}
    if not wanted:
        return {}
    keys = sorted({f"id:{value.lower()}" for _, value in wanted})
    statement = select(col(Name.kind), col(Name.id), col(Name.label)).where(col(Name.key).in_(keys))
    labels = {(kind, id_): label for kind, id_, label in connection.execute(statement)}
    return {
        (name, value): labels[kind, value] for name, value in wanted for kind in kinds[name] if (kind, value) in labels
    }


def _link(question: Question, values: Iterable[tuple[Parameter, str]]) -> str | None:
    """Return the question that finds exactly what was counted."""
    asked: Asked | None = question.asked
    for parameter, value in values:
        if asked is not None:
            asked = asked.narrowed(parameter.name, value, single=_dimension(question.asked, parameter).single)
    return None if asked is None else address(question.path, asked.query(**_NOT_ASKED))
