"""Every filter of every list can find its records by an index, on both engines; a new filter is held to it by itself.

The questions are made of the OpenAPI document; the plans are those of the very statements that answer them. So small a
corpus is read whole with pleasure: what the engines know of its size is set aside, for what is asked is whether there
is another way.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import SQLModel

from app.core import postings
from tests.statements import noted

if TYPE_CHECKING:
    from tests.conftest import Api

LEAST = 200
# What only steers which records are shown, and how: it is tried beside a filter.
STEERING = {"limit", "cursor", "sort", "date_match", "fields", "facet", "group_by", "sum", "highlight"}
STEERED = [
    "/facts?since=2001&until=2003&date_match=certain",
    "/facts?country=TR&sort=-date",
    "/facts?country=TR&sort=id",
    "/transfers?from=TR&to=AZ&sort=-id",
    "/facts?modality=any&sort=-date",
    "/transfers?group_by=recipient&sum=number_delivered",
    "/facts?country=TR&since=2001&until=2019",
    "/facts?country=TR&since=2001&sort=-date",
    "/transfers?from=TR,IL&to=AZ&terms=sale",
]
# Sorts of value, tried in turn: a filter takes the first that it understands.
VALUES = (
    *("TR", "TR,AZ", "2015-06", "2015", "training", "bayraktar-tb2", "shusha", "ilham-aliyev"),
    *("forbes-turkey-azerbaijan-2021", "tr-az-military-cooperation", "forbes-turkey-azerbaijan-2021.63-145"),
)
# There are so many states, and one release: these do not grow with the facts.
GROWING = set(SQLModel.metadata.tables) - {"country", "release"}
# Read in order of key, up to the page's end, by design: table by question.
READ_WHOLE = {
    "/coverage?between=": {"source"},  # a line for every source that was not read for the pair is what is asked for
    "/deployments?active_on=": {"deployment"},  # a span that overlaps another, with ends that may be open: no one range
    "/relations?modality=": {"relation"},  # nearly every pair has facts of any modality
}
# Nodes of a PostgreSQL plan that want all of what they stand on, whatever limit stands on them.
GREEDY = {"Sort", "Aggregate", "Hash", "Materialize", "Unique", "WindowAgg", "SetOp"}
# A panel is of some source and years.
PANEL = {
    "unit": "directed-dyad-year",
    "kind": "transfer",
    "source": "forbes-turkey-azerbaijan-2021",
    "since": "2010",
    "until": "2020",
    "country": "TR",
}
Statement = tuple[str, Any]


@pytest.fixture(scope="module")
def whole(article: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Statement], set[str]]]:
    """Return what tells which growing tables a statement's plan reads from end to end, on each engine."""
    held = article.app.state.releases.current()
    if held.engine.dialect.name == "sqlite":
        copy = tmp_path_factory.mktemp("plans") / "copy.sqlite"
        shutil.copy(Path(article.url.removeprefix("sqlite:///")), copy)
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("DELETE FROM sqlite_stat1")
            connection.commit()
        with closing(sqlite3.connect(copy)) as connection:

            def scanned(statement: Statement) -> set[str]:
                plan = connection.execute(f"EXPLAIN QUERY PLAN {statement[0]}", statement[1]).fetchall()
                return {match[1] for step in plan if (match := re.match(r"SCAN (\w+)", step[3]))} & GROWING

            yield scanned
        return
    with held.connect() as opened:
        for way in ("seqscan", "hashjoin", "mergejoin"):
            opened.exec_driver_sql(f"SET enable_{way} = off")
        opened.exec_driver_sql(f"SET search_path = {held.schema}")

        def unlimited(statement: Statement) -> set[str]:
            (plan,) = opened.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement[0]}", statement[1]).one()
            return set(unbounded(plan[0]["Plan"])) & GROWING

        yield unlimited


def lists(api: Api) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield every address that answers a list, and what it may be asked."""
    for path, operations in api.json("/openapi.json")["paths"].items():
        asked = operations.get("get", {}).get("parameters", [])
        if any(one["name"] == "cursor" for one in asked):
            # `release` says which database is asked, and is in no statement.
            told = [one for one in asked if one["in"] == "query" and one["name"] != "release"]
            yield path.format(a="TR", b="AZ", name="TR"), told


def accepted(api: Api, path: str, parameter: dict[str, Any], required: set[str]) -> str:
    """Return a question that asks by this parameter, and is understood; words are what a list may require beside it."""
    schema = parameter["schema"]
    release = api.json("/version")["release"]
    wanted = PANEL if path == "/panel" else {"since": release}
    required = set(PANEL) if path == "/panel" else required
    beside = "".join(f"&{name}={wanted.get(name, 'military')}" for name in sorted(required - {parameter["name"]}))
    for value in [*schema.get("items", schema).get("enum", []), *VALUES, release]:
        question = f"{path}?{parameter['name']}={value}{beside}"
        if api.get(question).status_code == 200:
            return question
    raise AssertionError(f"no value of {path}?{parameter['name']}= is known here: add one to VALUES")


def statements(api: Api, question: str) -> list[Statement]:
    """Return the statements that answer a question, with their parameters."""
    found: list[Statement] = []
    with noted(lambda statement, parameters: found.append((statement, parameters))):
        api.json(question)
    return found


def unbounded(node: dict[str, Any], *, limited: bool = False) -> Iterator[str]:
    """Yield the tables that are read whole below a node: by no index, or by one without a condition and no limit."""
    kind = node["Node Type"]
    limited = kind == "Limit" or (limited and kind not in GREEDY)
    walks = kind in {"Index Scan", "Index Only Scan"} and "Index Cond" not in node and not limited
    if kind == "Seq Scan" or walks:
        yield node["Relation Name"]
    for below in node.get("Plans", []):
        yield from unbounded(below, limited=limited)


@pytest.mark.parametrize("few_to_meet", [postings.FEW_TO_MEET, -1])
def test_every_filter_finds_by_an_index(
    article: Api, whole: Callable[[Statement], set[str]], monkeypatch: pytest.MonkeyPatch, few_to_meet: int
) -> None:
    monkeypatch.setattr(postings, "FEW_TO_MEET", few_to_meet)
    asked = [
        accepted(article, path, one, {other["name"] for other in declared if other["required"]})
        for path, declared in lists(article)
        for one in declared
        if one["name"] not in STEERING
    ]
    assert len(asked) > LEAST
    found = []
    for question in [*asked, *STEERED]:
        excused = READ_WHOLE.get(question.partition("=")[0] + "=", set())
        for statement in statements(article, question):
            found += [f"{question} reads all of {table}:\n{statement[0]}" for table in whole(statement) - excused]
    assert not found, "\n".join(found)


def test_a_filter_without_an_index_is_found_out(whole: Callable[[Statement], set[str]]) -> None:
    assert whole(("SELECT n FROM fact WHERE answer = ''", ())) == {"fact"}
    assert whole(("SELECT n FROM fact WHERE id = ''", ())) == set()
