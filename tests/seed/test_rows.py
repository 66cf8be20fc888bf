"""The parts of a load: rows and answers are what the long way round makes, and memory is not asked to hold them."""

from __future__ import annotations

import os
import pickle
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, inspect, text

from app.core import tables
from app.facts import FACTS
from app.settings import MIGRATIONS
from seed import corpus, entities
from seed.finished import Finisher
from seed.load import load, migrate, target_of
from seed.rows import into, line
from seed.spool import Spool, moment
from seed.tallies import Pair, Pairs, Seen
from tests.conftest import Database, examples_corpus, small_corpus

KINDS = {resource.kind: resource for resource in FACTS}
LETTERS = st.sampled_from("ab")


@pytest.mark.parametrize("quotable", [True, False])
def test_a_finished_answer_is_what_validation_and_dump_would_make_of_its_entry(tmp_path: Path, quotable: bool) -> None:
    found = corpus.read(examples_corpus(tmp_path), FACTS)
    known = entities.known(found)
    finisher = Finisher(known, KINDS)
    asked: Counter[str] = Counter()
    for article, fact in found.facts():
        source = article.head.source.id
        told: dict[str, Any] = fact.words(quotable=quotable)
        told |= {"parties": fact.all_parties(), "systems": fact.all_systems()}
        evidence: list[dict[str, Any]] = []
        for one in fact.evidence:
            words = {key: getattr(one, key) if quotable else None for key in ("exact", "prefix", "suffix")}
            place = {"start": one.start, "end": one.span[1], "fragment": None, "file": None, "xpath": None}
            citation = {"id": f"{source}.{one.locator()}", "source": source, "selector": one.selector()}
            evidence.append(citation | words | place | {"sha256": one.sha256})
        given = {
            **fact.model_dump(exclude={"note"}),
            **{
                key: [one.model_dump() for one in value] if key in {"parties", "systems"} else value
                for key, value in told.items()
            },
            "evidence": evidence,
        }
        expected = KINDS[fact.kind].answer.model_validate(given, context=known)
        citations = [
            finisher.citation(cited["id"], source, one, quotable=quotable)
            for cited, one in zip(evidence, fact.evidence, strict=True)
        ]
        assert citations == [one.model_dump_json() for one in expected.evidence]
        assert finisher.fact(fact, told, citations) == expected.model_dump_json()
        asked[fact.kind] += 1
    assert asked.keys() == KINDS.keys()


def test_an_id_that_stands_for_nothing_is_refused_by_name(tmp_path: Path) -> None:
    found = corpus.read(examples_corpus(tmp_path), FACTS)
    known = entities.known(found)
    known.actors.clear()
    _, fact = next(found.facts())
    told = {"parties": fact.all_parties(), "systems": [], **fact.words(quotable=True)}
    with pytest.raises(ValueError, match=r"'.+' is none of the actors"):
        Finisher(known, KINDS).fact(fact, told, [])


def test_a_row_tells_every_column_of_its_table() -> None:
    where, rows = line(tables.Affiliation, at="TR", n=1)
    assert (where.table.name, where.columns, rows) == ("affiliation", ("at", "n"), (("TR", 1),))
    with pytest.raises(ValueError, match="affiliation has the columns"):
        into(tables.Affiliation, "n")
    with pytest.raises(ValueError, match="affiliation has the columns"):
        into(tables.Affiliation, "n", "n")


def schema_of(connection: Connection) -> dict[str, Any]:
    """Return the indexes, keys and columns of every table."""
    postgres = connection.dialect.name == "postgresql"
    schema = connection.execute(text("SELECT current_schema()")).scalar_one() if postgres else None
    found = inspect(connection)
    return {
        name: [
            found.get_columns(name, schema),
            found.get_pk_constraint(name, schema),
            sorted(found.get_unique_constraints(name, schema), key=str),
            sorted(found.get_foreign_keys(name, schema), key=str),
            sorted(found.get_indexes(name, schema), key=str),
        ]
        for name in found.get_table_names(schema)
        if not name.startswith("search_")
    }


def test_what_a_load_takes_off_the_schema_it_puts_on_again(database: Callable[[str], Database]) -> None:
    target = target_of(database("loosened").load, "foedus_reader")
    with target.building("0" * 12) as connection:
        migrate(connection, MIGRATIONS)
        migrated = str(schema_of(connection))
        dropped = target.loosen(connection)
        assert dropped
        assert str(schema_of(connection)) != migrated
        target.tighten(connection, dropped)
        assert str(schema_of(connection)) == migrated


def test_a_row_that_refers_to_none_is_found_before_a_release_is_current(tmp_path: Path) -> None:
    target = target_of(f"sqlite:///{tmp_path / 'broken % it?.sqlite'}", "foedus_reader")
    with target.building("0" * 12) as connection:
        migrate(connection, MIGRATIONS)
        assert target.flaws(connection) == []
        target.insert(connection, *line(tables.Indexed, n=-1, kind="country", id="TR", label="Turkey", texts="[]"))
        target.insert(connection, *line(tables.Affiliation, n=1, at="TR"))
        assert sorted(target.flaws(connection)) == [
            "a row of affiliation refers to a missing row of actor",
            "a row of affiliation refers to a missing row of person",
        ]


def test_a_file_that_its_disk_altered_is_found_before_a_release_is_current(tmp_path: Path) -> None:
    target = target_of(f"sqlite:///{tmp_path / 'damaged.sqlite'}", "foedus_reader")
    with target.building("0" * 12) as connection:
        migrate(connection, MIGRATIONS)
        of_many = [line(tables.Actor, id=f"actor-{n:05}", kind="unnamed", name="x" * 100) for n in range(5_000)]
        for where, rows in of_many:
            target.insert(connection, where, rows)
        assert target.flaws(connection) == []
        with Path(str(connection.engine.url.database)).open("r+b") as file:
            file.seek(-8_192, os.SEEK_END)
            file.write(b"\xff" * 4_096)
        assert target.flaws(connection)[0].startswith("the file is damaged: ")


@given(st.lists(st.text()))
def test_seen_tells_what_is_new(ids: list[str]) -> None:
    seen = Seen()
    assert [seen.add(one) for one in ids] == [one not in ids[:at] for at, one in enumerate(ids)]


@given(st.lists(st.tuples(*[LETTERS] * 6, st.booleans())), st.integers(min_value=0, max_value=4))
def test_a_tally_counts_the_same_however_little_it_may_remember(keys: list[Pair], most: int) -> None:
    tally = Pairs(most)
    for key in keys:
        tally.add([key])
    assert list(tally.counts()) == sorted(Counter(keys).items())
    assert all(isinstance(multilateral, bool) for (*_, multilateral), _ in tally.counts())
    for source in "ab":
        found = {
            (pair, kind, modality)
            for pair, modalities in tally.of(source)
            for kind, some in modalities.items()
            for modality in some
        }
        assert found == {((a, b), kind, modality) for a, b, of, kind, modality, *_ in keys if of == source}


def test_a_spool_gives_back_every_kind_of_fact_as_it_was_in_order_of_date(tmp_path: Path) -> None:
    facts = [(article.head.source.id, fact) for article, fact in corpus.read(examples_corpus(tmp_path), FACTS).facts()]
    assert {fact.kind for _, fact in facts} == set(KINDS)
    with Spool() as spool:
        spool.extend(facts)
        found = list(spool.in_time())
    assert [(source, fact) for _, source, fact in found] == sorted(facts, key=lambda one: moment(one[1]))
    by_id = sorted(fact.id for _, fact in facts)
    assert [rank for rank, *_ in found] == [by_id.index(fact.id) + 1 for *_, fact in found]
    for _, _, fact in found:
        # What it is made of is of the same classes, too.
        assert [*fact.references()] == [*next(one for _, one in facts if one.id == fact.id).references()]


def test_a_fact_is_pickled_without_the_names_of_its_fields(tmp_path: Path) -> None:
    with Spool():
        for _, fact in corpus.read(examples_corpus(tmp_path), FACTS).facts():
            written = pickle.dumps(fact)
            assert b"summary" not in written
            assert type(fact).__name__.encode() not in written


def test_what_killed_loads_kept_aside_is_removed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    (tmp_path / "foedus-spool-killed").mkdir()
    (tmp_path / "foedus-spool-killed" / "facts.sqlite").write_text("facts")
    (tmp_path / "somebody-elses").mkdir()
    with Spool():
        (at_work,) = set(tmp_path.glob("foedus-spool-*")) - {tmp_path / "foedus-spool-killed"}
        for folder in tmp_path.iterdir():
            os.utime(folder, (0, 0))
        (tmp_path / "foedus-spool-just-begun").mkdir()
        with Spool():
            names = {folder.name for folder in tmp_path.iterdir()}
            assert {at_work.name, "somebody-elses", "foedus-spool-just-begun"} < names
            assert "foedus-spool-killed" not in names
    assert {folder.name for folder in tmp_path.iterdir()} == {"somebody-elses", "foedus-spool-just-begun"}


def test_facts_that_were_read_give_their_room_back_before_indexes_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    found = corpus.read(small_corpus(tmp_path / "corpus"), FACTS)
    kept: dict[str, bool] = {}
    load(
        found,
        f"sqlite:///{tmp_path / 'foedus.sqlite'}",
        FACTS,
        MIGRATIONS,
        lambda what: kept.update({what: any(tmp_path.glob("foedus-spool-*/facts.sqlite"))}),
    )
    assert kept["facts"]
    assert not kept["terms"]
    assert not kept["indexes"]
