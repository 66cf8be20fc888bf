"""The bench runs, at its smallest: its report has every row, its corpus every sort of thing. Nothing is timed here."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource
from app.core.vocabulary import Granularity, Modality, Voice
from app.facts import FACTS as KINDS
from app.kit.parameters import Parameter
from bench.facts import Facts
from bench.kinds import MAKERS
from bench.loading import SEED, bare, documents_of, synthetic
from bench.measure import Plan, loaded
from bench.profiles import read
from bench.world import world
from tests.conftest import ENGINES
from tests.postgresql import Postgres

ROOT = Path(__file__).parent.parent.parent
FACTS = 600


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic corpus in SQLite."""
    file = tmp_path_factory.mktemp("synthetic") / "foedus.sqlite"
    assert synthetic(FACTS, f"sqlite:///{file}", documents_of(file))["rows"] > FACTS
    return file.resolve()


def column(release: Path, statement: str) -> list[Any]:
    """Return the first column of what a statement finds."""
    with closing(sqlite3.connect(release)) as connection:
        return [row[0] for row in connection.execute(statement)]


def test_the_corpus_has_all_that_a_real_one_has(release: Path) -> None:
    def every(what: str) -> set[Any]:
        return set(column(release, f"SELECT DISTINCT {what} FROM fact"))  # noqa: S608  # our own words

    assert column(release, "SELECT count(*) FROM fact") == [FACTS]
    assert every("kind") == set(MAKERS)
    assert every("modality") == {one.value for one in Modality}
    assert every("granularity") == {one.value for one in Granularity}
    assert every("voice") == {one.value for one in Voice}
    assert every("coalesce(earliest, latest) IS NULL") == {0, 1}
    for table in ("party", "posting", "factsystem", "factvoice", "factvalue", "factcitation", "coverage", "relation"):
        assert column(release, f"SELECT count(*) > 0 FROM {table}") == [1], table  # noqa: S608  # our own words


def test_a_few_countries_have_very_many_facts_and_many_have_few(release: Path) -> None:
    counted = column(release, "SELECT count(*) FROM party WHERE chosen AND state IS NOT NULL GROUP BY state ORDER BY 1")
    assert counted[-1] > 100 * counted[0]
    assert len([number for number in counted if number < 5]) > len(counted) / 2


def test_facts_are_numbered_by_date_and_their_ids_are_in_another_order(release: Path) -> None:
    known = column(release, "SELECT coalesce(earliest, latest) FROM fact ORDER BY n")
    firsts = [first for first in known if first is not None]
    assert firsts == sorted(firsts)
    assert column(release, "SELECT id FROM fact ORDER BY id_rank") == sorted(column(release, "SELECT id FROM fact"))
    ranks = column(release, "SELECT id_rank FROM fact ORDER BY n")
    assert ranks != sorted(ranks)
    assert sorted(ranks) == list(range(1, FACTS + 1))


def test_the_same_seed_makes_the_same_facts() -> None:
    made = world(100, SEED)
    first, second = ([fact.model_dump() for _, fact in Facts(made, 100, SEED, KINDS)] for _ in range(2))
    assert first == second
    assert len(first) == 100


def test_a_bare_executemany_inserts_every_row(release: Path, tmp_path: Path) -> None:
    documents = documents_of(release.parent.parent / "foedus.sqlite")
    assert bare(release, tmp_path / "bare.sqlite", documents) > 0
    assert not (tmp_path / "bare.sqlite").exists()


def test_what_was_kept_is_used_again_if_it_tells_all_that_is_wanted(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / '100.sqlite'}"
    plan = Plan([100], [], None, 1, 1, 1, 1, 1, profile=False, folder=tmp_path, kept=tmp_path, say=lambda _: None)
    found = [loaded(plan, 100, url, compared=compared) for compared in (False, False, True, True, False)]
    assert [size.kept for size in found] == [False, True, False, True, True]
    assert ["bare" in size.load for size in found] == [False, False, True, True, True]


def test_a_profile_is_read_by_function() -> None:
    at_work = "a (x.py:1);b (x.py:2) 3\na (x.py:9) 1\n"
    waiting = "a (x.py:1);Condition.wait (threading.py:3) 9\na (x.py:1);_worker (concurrent/futures/thread.py:81) 9\n"
    found = read(at_work + waiting)
    assert found.samples == 4
    assert found.own == [("b (x.py)", 0.75), ("a (x.py)", 0.25)]
    assert found.within == [("a (x.py)", 1.0), ("b (x.py)", 0.75)]


def own(kind: Resource) -> list[Parameter]:
    """Return the filters of a kind alone whose values are counted."""
    return [one for one in kind.parameters if one.dimension and one not in FACT_PARAMETERS]


def cells_of(text: str) -> list[list[str]]:
    """Return the rows of all tables of a text, their heads with them."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]


def tables_under(text: str, head: str) -> list[list[list[str]]]:
    """Return the rows of each table of a section."""
    section = text.partition(f"{head}\n\n")[2].partition("\n## ")[0]
    return [cells_of(part)[2:] for part in section.split("\n\n") if part.startswith("|")]


def test_the_report_has_every_row(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The peers that are not installed are rows too: they are named as absent."""
    report = tmp_path / "report.md"
    given = ["--facts", "100,300", "--alone", "500", "--quick", "--report", str(report)]
    if "postgresql" in ENGINES:
        postgres: Postgres = request.getfixturevalue("postgres")
        for size in (100, 300):
            postgres.create(f"bench_{size}")
        given += ["--postgresql", postgres.url("bench_{facts}")]
    command = [sys.executable, "-m", "bench", *given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    text = report.read_text(encoding="utf-8")
    rows = cells_of(text)
    for name, what in (
        ("bare ASGI", "repeated"),
        ("Foedus", "repeated"),
        ("Foedus, logging", "repeated"),
        ("Foedus", "never asked before"),
        ("idiomatic FastAPI + SQLModel", "never asked before"),
        ("the same, own columns only", "never asked before"),
        ("Datasette", "repeated"),
        ("Datasette", "never asked before"),
        ("roapi", "never asked before"),
        ("soul-cli", "never asked before"),
    ):
        found = [row for row in rows if row[:2] == [name, what]]
        assert len(found) == 2, f"{name}, {what}: one row per size"
        for row in found:
            # How many answers there were is the machine's affair: it may have had no time at all.
            measured = row[2].replace(",", "").isdigit() and row[5] == "0"
            assert measured or (row[2] == "absent" and "not installed" in row[5])
    assert "Not the same answers" not in text
    by_size = {"": ["100", "300", "500"], ", on PostgreSQL": ["100", "300"] if "postgresql" in ENGINES else []}
    for where, sizes in by_size.items():
        if sizes:
            loads, pages = tables_under(text, f"## By size{where}")
            assert [row[0] for row in loads] == sizes
            asked = {row[0] for row in pages}
            assert {f"/{kind.collection} by {one.name}" for kind in KINDS for one in own(kind)} <= asked
            cells = [cell for row in pages for cell in row[1:]]
            assert [cell for cell in cells if not re.fullmatch(r"\d+\.\d\d \(\d+\.\d\)|none", cell)] == []
    assert len([row for row in rows if row[0] in {"Foedus", "hello world"} and re.fullmatch(r"\d+\.\d\d", row[1])]) == 2
    budgets = rows[2 : rows.index(["machine", ""])]
    assert len(budgets) == 11
    assert {"holds", "**fails**", ""} >= {row[3] for row in budgets}
