"""Groups as a table: its columns and its key; what is counted, `grouping` knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core import grouping, resolution
from app.core.asking import Question
from app.core.columns import state_id
from app.core.envelopes import SumAnswer
from app.kit.parameters import Asked
from app.kit.tabular import Column


def shape_of(question: Question) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """Return the columns and the key of the table of groups."""
    columns: list[Column] = []
    for parameter in grouping.named(question.asked, "group_by"):
        name, states = parameter.name, resolution.COUNTRY in parameter.value.names
        columns += [
            Column(name, "group", "string", parameter.doc, _of_group(name, "value", states=states)),
            Column(f"{name}_label", "group", "string", "Its name.", _of_group(name, "label", states=False)),
        ]
    key = (*(column.name for column in columns[::2]), "source")
    if "source" not in key[:-1]:
        columns.append(Column("source", "source", "string", "Whose facts.", lambda row, _: row["source"]))
    columns += [
        Column("count", "count", "integer", "Facts that are one thing each.", lambda row, _: row["count"]),
        Column(
            "aggregates", "aggregates", "integer", "Facts that stand for several.", lambda row, _: row["aggregates"]
        ),
        *(_of_sum(name, what) for name in asked_sums(question.asked) for what in SumAnswer.model_fields),
        Column("link", "link", "string", "Finds both.", lambda row, _: row["link"]),
    ]
    return tuple(columns), tuple(dict.fromkeys(key))


def asked_sums(asked: Asked) -> list[str]:
    """Return what is to be added up."""
    return sorted({value for choice in asked.given.get("sum", ()) for value in choice.values})


def _of_sum(name: str, what: str) -> Column:
    doc = SumAnswer.model_fields[what].description or f"Of `{name}`."
    return Column(f"{name}_{what}", "sums", "integer", doc, lambda row, _: row["sums"][name][what])


def _of_group(name: str, what: str, *, states: bool) -> Callable[[Any, Any], str]:
    def value(row: Any, _: Any) -> str:
        found: str = row["group"][name][what]
        return state_id(found) if states else found

    return value
