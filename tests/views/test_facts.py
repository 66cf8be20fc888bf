"""All kinds in one list, and one fact of any kind by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.facts import FACTS

if TYPE_CHECKING:
    from tests.conftest import Api


def test_kinds_stand_together_told_apart_by_kind(examples: Api) -> None:
    found = {fact["kind"] for fact in examples.json("/facts?modality=any")["data"]}
    assert found == {resource.kind for resource in FACTS}


def test_a_fact_of_any_kind_is_answered_at_its_own_address(small: Api) -> None:
    answer = small.json("/facts/calm-water-3")
    assert answer["links"] == {"self": "/exercises/calm-water-3", "more": {"collection": "/exercises"}}
    assert answer == small.json("/exercises/calm-water-3")


def test_an_answer_names_its_release_and_how_to_cite_it(small: Api) -> None:
    release = small.json("/version")["release"]
    for target in ("/facts?country=TR", "/facts/no-rifles", "/countries/TR", "/relations", "/coverage", "/vocab"):
        meta = small.json(target)["meta"]
        assert meta["release"] == release
        assert meta["citation"].startswith(f"Foedus, release {release}, {small.json(target)['links']['self']}. ")
        assert "CC BY 4.0" in meta["citation"]


def test_a_page_counts_its_records_and_the_total_is_of_all(small: Api) -> None:
    meta = small.json("/facts?limit=5")["meta"]
    assert (meta["count"], meta["total"], meta["total_is"]) == (5, 23, "exact")
