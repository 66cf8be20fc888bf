"""Counting what a question finds by its filters: facets and groups, with links; of a part, of at most 10,000 facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    distinct,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core import counted
from app.core.asking import Question, address
from app.core.envelopes import SumAnswer
from app.core.lists import Counts, FactList
from app.core.resource import Summed
from app.core.tables import Amount, Fact, FactSource, Name
from app.core.vocabulary import Granularity
from app.kit.pages import EXACT
from app.kit.parameters import Asked, Parameter, by_name
from app.kit.problems import Culprit, unprocessable

MOST_VALUES = 100
_NOT_ASKED = dict.fromkeys(("fields", "facet", "group_by", "sum", "sort", "limit", "cursor"))
BOUNDED = {
    "code": "counted_in_part",
    "text": f"Facets and groups are of the first {EXACT} facts found; their links find more.",
    "link": None,
}
Record = dict[str, Any]
# The numbers of facts, as `n`.
Numbers = Select[Any]


def facets(
    connection: Connection, question: Question, listing: FactList, counts: Counts
) -> tuple[list[Record], list[Record]]:
    """Return the facts of a list counted by each filter that `facet` names, in two statements; and notes on that."""
    asked = question.asked
    parameters = named(asked, "facet")
    if not parameters:
        return [], []
    of = counted.whole(listing)
    if of is None:
        found = _found(listing.found(connection))
        parts = [_counted(found, asked, parameter) for parameter in parameters]
    else:
        parts = [_of_all(parameter, of) for parameter in parameters]
    rows = connection.execute(union_all(*parts)).all()
    values: dict[str, dict[str, dict[str, int]]] = {parameter.name: {} for parameter in parameters}
    for row in rows:
        values[row.parameter].setdefault(row.value, {})[row.source] = row[-1]
    names = _labels(connection, parameters, [(one.name, value) for one in parameters for value in values[one.name]])
    told = [
        {
            "parameter": parameter.name,
            "values": [
                {
                    "value": value,
                    "label": names.get((parameter.name, value), value),
                    "count": sum(by_source.values()),
                    "by_source": dict(sorted(by_source.items())),
                    "link": _link(question, [(parameter, value)]),
                }
                for value, by_source in _most(values[parameter.name])[:MOST_VALUES]
            ],
            "more": len(values[parameter.name]) > MOST_VALUES,
        }
        for parameter in parameters
    ]
    return told, _in_part(of, counts)


def groups(
    connection: Connection, question: Question, listing: FactList, summed: Sequence[Summed], counts: Counts
) -> tuple[list[Record], list[Record]]:
    """Return the facts of a list counted by the filters that `group_by` names, and notes on that.

    Each source has its own groups: what two sources tell of one deal is two facts, which nobody adds up.
    """
    asked = question.asked
    parameters = named(asked, "group_by")
    of = counted.whole(listing) if len(parameters) == 1 and not summed else None
    if of is None:
        rows, grouped = _grouped(connection, asked, listing.found(connection), parameters, summed)
        left = min(counts.found["total"], EXACT) - grouped
    else:
        rows = _groups_of_all(connection, parameters[0], of)
        left = counted.without(connection, parameters[0], of)
    names = _labels(connection, parameters, [(one.name, row[at]) for at, one in enumerate(parameters) for row in rows])
    found = [_group(question, parameters, row, names, summed) for row in rows]
    return found, [*_notes(parameters, found), *_in_part(of, counts), *_ungrouped(left)]


def _in_part(of: ColumnElement[bool] | None, counts: Counts) -> list[Record]:
    return [BOUNDED] if of is None and counts.found["total_is"] != "exact" else []


def _ungrouped(left: int) -> list[Record]:
    text = f"{left} facts have no value for one of these, and are in no group."
    return [{"code": "ungrouped", "text": text, "link": None}] if left else []


def _grouped(
    connection: Connection,
    asked: Asked,
    numbers: Numbers,
    parameters: Sequence[Parameter],
    summed: Sequence[Summed],
) -> tuple[Sequence[Any], int]:
    """Return the groups of the facts of these numbers, and how many facts are in any."""
    found = _found(numbers)
    parts = [counted.values(asked, parameter).subquery() for parameter in parameters]
    columns = [part.c.value.label(f"value_{at}") for at, part in enumerate(parts)]
    source: Any = col(FactSource.source).label("source")
    joined: Any = found.join(FactSource, col(FactSource.n) == found.c.n)
    for values in parts:
        joined = joined.join(values, values.c.n == found.c.n)
    counts = [
        func.count(distinct(case((found.c.granularity == granularity.value, found.c.n)))).label(granularity.value)
        for granularity in Granularity
    ]
    given, sums = joined, []
    for one in summed:
        amount = aliased(Amount)
        # In parts where its parts are asked for, else in all.
        part: Any = next((columns[at] for at, by in enumerate(parameters) if by.name == one.by), "")
        part_of = and_(col(amount.n) == found.c.n, col(amount.name) == one.name, col(amount.part) == part)
        given = given.outerjoin(amount, part_of)
        sums += _sums(found, one.name, amount)
    statement = select(*columns, source, *counts, *sums).select_from(given).group_by(*columns, source).limit(EXACT)
    rows = connection.execute(statement.order_by(*(count.desc() for count in counts), *columns, source)).all()
    return rows, connection.execute(select(func.count(distinct(found.c.n))).select_from(joined)).scalar_one()


def _groups_of_all(connection: Connection, parameter: Parameter, of: ColumnElement[bool]) -> Sequence[Any]:
    by = counted.by_value(parameter, of)
    order = (*(by.c[granularity.value].desc() for granularity in Granularity), by.c.value, by.c.source)
    columns = (by.c.value.label("value_0"), by.c.source, *(by.c[granularity.value] for granularity in Granularity))
    return connection.execute(select(*columns).order_by(*order).limit(EXACT)).all()


def _sums(found: CTE, name: str, amount: type[Amount]) -> list[Any]:
    """Return what is added up of facts that are one thing each: aggregates are never added to instances."""
    single = found.c.granularity == Granularity.instance.value
    told = {"sum": amount.value, "sum_estimated": amount.estimated, "sum_untold": amount.untold}
    return [
        *(func.sum(case((single, col(column)))).label(f"{name}.{what}") for what, column in told.items()),
        func.count(case((and_(single, col(amount.n).is_(None)), found.c.n))).label(f"{name}.without_number"),
    ]


def refuse_repeated(asked: Asked, summed: Sequence[Summed], every: Sequence[Summed]) -> None:
    """Refuse to add up under each of several values a number that is told for all of them together."""
    apart = {one.by for one in every if one.by}
    by = [parameter.name for parameter in named(asked, "group_by") if parameter.name in apart]
    for one in summed:
        if wrong := [name for name in by if name != one.by]:
            right = " and ".join(f"`{other.name}`" for other in every if other.by == wrong[0])
            detail = f"{one.name!r} is not told by {wrong[0]}, and would be counted again in each: {right} is"
            raise unprocessable([Culprit(parameter="sum", detail=detail)])


def _notes(parameters: Sequence[Parameter], rows: Sequence[Record]) -> list[Record]:
    """Say what is not to be added up."""
    found: list[Record] = []
    sources = sorted({row["source"] for row in rows})
    if len(sources) > 1:
        text = (
            f"Groups are of {len(sources)} sources ({', '.join(sources)}), each by itself: what two sources tell of "
            "one deal is two facts, so add up no counts or sums of different sources."
        )
        found.append({"code": "by_source", "text": text, "link": None})
    if several := [one.name for one in parameters if one.several]:
        text = f"A fact that has several values of {', '.join(several)} is in the group of each: add up no groups."
        found.append({"code": "counted_under_each", "text": text, "link": None})
    return found


def _group(
    question: Question,
    parameters: Sequence[Parameter],
    row: Any,
    names: dict[tuple[str, str], str],
    summed: Sequence[Summed],
) -> dict[str, Any]:
    values = list(zip(parameters, row, strict=False))
    source = by_name(question.asked.parameters)["source"]
    # A fact has one source or more: this link finds those of this one, whatever else was asked.
    linked = values if source in parameters else [*values, (source, row.source)]
    return {
        "group": {one.name: {"value": value, "label": names.get((one.name, value), value)} for one, value in values},
        "source": row.source,
        "sums": {
            one.name: {what: getattr(row, f"{one.name}.{what}") for what in SumAnswer.model_fields} for one in summed
        },
        "count": row.instance,
        "aggregates": row.aggregate,
        "link": _link(question, linked),
    }


def named(asked: Asked, name: str) -> list[Parameter]:
    """Return the parameters that another one, as it is given, names."""
    wanted = {value for choice in asked.given.get(name, ()) for value in choice.values}
    return [parameter for parameter in asked.parameters if parameter.name in wanted]


def _found(numbers: Numbers) -> CTE:
    some = numbers.subquery()
    return select(col(Fact.n), col(Fact.granularity)).join_from(some, Fact, col(Fact.n) == some.c.n).cte("found")


def _counted(found: CTE, asked: Asked, parameter: Parameter) -> Select[Any]:
    values, again = (counted.values(asked, parameter).subquery() for _ in range(2))
    source = col(FactSource.source)
    count = func.count(distinct(found.c.n)).label("count")
    most = select(values.c.value).join_from(found, values, values.c.n == found.c.n).group_by(values.c.value)
    limited = most.order_by(count.desc(), values.c.value).limit(MOST_VALUES + 1).subquery()
    by_source = (
        select(again.c.value, source.label("source"), count)
        .join_from(found, again, again.c.n == found.c.n)
        .join(limited, limited.c.value == again.c.value)
        .join(FactSource, col(FactSource.n) == found.c.n)
        .group_by(again.c.value, source)
        .subquery()
    )
    return select(literal(parameter.name).label("parameter"), by_source.c.value, by_source.c.source, by_source.c.count)


def _of_all(parameter: Parameter, of: ColumnElement[bool]) -> Select[Any]:
    by, again = counted.by_value(parameter, of), counted.by_value(parameter, of)
    count = func.sum(by.c.instance + by.c.aggregate)
    most = select(by.c.value).group_by(by.c.value).order_by(count.desc(), by.c.value).limit(MOST_VALUES + 1).subquery()
    return select(
        literal(parameter.name).label("parameter"),
        again.c.value,
        again.c.source,
        (again.c.instance + again.c.aggregate).label("count"),
    ).join_from(most, again, again.c.value == most.c.value)


def _most(values: dict[str, dict[str, int]]) -> list[tuple[str, dict[str, int]]]:
    """Return (value, count by source), the most frequent first."""
    return sorted(values.items(), key=lambda one: (-sum(one[1].values()), one[0]))


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
            asked = asked.narrowed(parameter.name, value, single=counted.dimension(question.asked, parameter).single)
    return None if asked is None else address(question.path, asked.query(**_NOT_ASKED))
