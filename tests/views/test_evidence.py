"""Passages by id, and the facts that rest on them: exact to the character against the tests' own texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.answers import CitationAnswer
from app.core.envelopes import OneAnswer

if TYPE_CHECKING:
    from tests.conftest import Api

TEXTS = Path(__file__).parent.parent / "corpus" / "texts"


def test_every_passage_stands_in_its_text_word_for_word(small: Api) -> None:
    for fact in small.json("/facts?modality=any")["data"]:
        for passage in fact["evidence"]:
            text = (TEXTS / f"{passage['source']['id']}.txt").read_text(encoding="utf-8")
            start, end = passage["start"], passage["end"]
            assert text[start:end] == passage["exact"]
            assert text[:start].endswith(passage["prefix"])
            assert text[end:].startswith(passage["suffix"])


@pytest.mark.parametrize(
    ("fact", "number", "resting"),
    [
        ("tr-no-heron-2016", 0, ["tr-no-heron-2016"]),
        # What was said and what it claims rest on the same words.
        ("quote-vinter-drone", 0, ["no-tr-drone-denied", "quote-vinter-drone", "ru-tr-drone-expected"]),
        ("tr-na-arms-supplier", 0, ["quote-officer-largest", "tr-na-arms-supplier"]),
    ],
)
def test_the_facts_that_rest_on_a_passage(small: Api, fact: str, number: int, resting: list[str]) -> None:
    passage = small.json(f"/facts/{fact}")["data"]["evidence"][number]
    answer = small.json(f"/evidence/{passage['id']}")
    assert answer["data"] == passage
    assert answer["links"]["self"] == f"/evidence/{passage['id']}"
    small.finds(answer["links"]["more"]["facts"], " ".join(resting))


def test_a_passage_is_its_model(small: Api) -> None:
    id_ = small.json("/facts/no-rifles")["data"]["evidence"][0]["id"]
    answer = small.json(f"/evidence/{id_}")
    assert OneAnswer[CitationAnswer].model_validate_json(json.dumps(answer)).model_dump(mode="json") == answer


def test_a_passage_names_its_source(small: Api) -> None:
    (passage,) = small.json("/facts/su-tz-kite-1985")["data"]["evidence"]
    assert passage["source"] == {
        "id": "river-almanac-1999",
        "title": "An Invented Almanac of the Rivers",
        "publisher": "River Press",
        "url": "https://example.org/almanac",
    }
