"""Pairs of states: counted by source, kind, modality and granularity; quotes are a lane of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app.core.envelopes import ListAnswer
from app.views.relations import RelationAnswer

if TYPE_CHECKING:
    from tests.conftest import Api

GAZETTE, ALMANAC = "harbour-gazette-2019", "river-almanac-1999"
COUNTS = ("source", "kind", "modality", "granularity", "count")


def pairs(api: Api, target: str) -> list[str]:
    """Return the pairs of a list, in its order."""
    return [f"{one['a']['id']}-{one['b']['id']}" for one in api.json(target)["data"]]


def lane(counts: list[Any]) -> list[tuple[Any, ...]]:
    """Return the counts of a lane."""
    return [tuple(one[key] for key in COUNTS) for one in counts]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("", "CD-CG NA-NO NA-TR NO-RU NO-TR SUHH-TZ TR-UA"),
        (
            "modality=any",
            "CD-CG CD-TZ NA-NO NA-RU NA-TR NO-RU NO-TR RU-TR RU-TZ SUHH-TZ TR-UA",
        ),
        ("modality=denied", "NA-RU NA-TR NO-TR RU-TZ"),
        ("modality=planned,expected", "CD-TZ NA-RU NO-TR RU-TR RU-TZ"),
        ("country=TR", "NA-TR NO-TR TR-UA"),
        ("country=TR,CD", "CD-CG NA-TR NO-TR TR-UA"),
        ("country=TR&country=NO", "NO-TR"),
        ("country=!TR", "CD-CG NA-NO NO-RU SUHH-TZ"),
        ("between=TR,NO", "NO-TR"),
        ("between=NO,TR", "NO-TR"),
        ("between=DE,NO", ""),  # German rifles in Norway: a state of origin takes no part
        ("kind=transfer", "CD-CG NA-NO NA-TR NO-RU NO-TR SUHH-TZ"),
        ("kind=quote", "NA-TR NO-RU NO-TR RU-TR"),
        ("kind=!quote,transfer", "CD-CG NA-NO NA-TR NO-TR SUHH-TZ TR-UA"),
        ("source=river-almanac-1999", "CD-CG NO-TR SUHH-TZ"),
        ("country=RU", "NO-RU"),
    ],
)
def test_pairs(small: Api, question: str, expected: str) -> None:
    target = f"/relations?{question}"
    assert pairs(small, target) == expected.split()
    answer = small.json(target)
    assert answer["meta"]["total"] == len(expected.split())
    assert small.json(answer["links"]["self"]) == answer


def test_counts_are_told_apart_and_never_added(small: Api) -> None:
    """An aggregate stands beside instances, a second source beside the first, what is not so beside what is."""
    (one,) = small.json("/relations?between=TR,NO&modality=any")["data"]
    assert lane(one["facts"]) == [
        (GAZETTE, "agreement", "actual", "instance", 1),
        (GAZETTE, "cooperation", "denied", "instance", 1),
        (GAZETTE, "event", "actual", "instance", 1),
        (GAZETTE, "exercise", "actual", "instance", 1),
        (GAZETTE, "exercise", "possible", "aggregate", 1),
        (GAZETTE, "transfer", "actual", "instance", 1),
        (GAZETTE, "transfer", "planned", "instance", 1),
        (ALMANAC, "event", "actual", "instance", 1),
    ]
    assert lane(one["quotes"]) == [(GAZETTE, "quote", "actual", "instance", 1)]
    assert (one["a"], one["b"]) == (
        {"id": "NO", "kind": "country", "name": "Norway"},
        {"id": "TR", "kind": "country", "name": "Türkiye"},
    )
    assert one["link"] == "/relations/NO/TR"


def test_what_is_only_said_is_no_relation(small: Api) -> None:
    """Lars Vinter speaks of Russia and Turkey: a quote about both, and nothing that is so between them."""
    assert small.json("/relations?between=TR,RU")["data"] == []
    (one,) = small.json("/relations?between=TR,RU&kind=quote")["data"]
    assert one["facts"] == []
    assert lane(one["quotes"]) == [(GAZETTE, "quote", "actual", "instance", 1)]


@pytest.mark.parametrize("kind", ["exercise", "deployment", "holding", "transfer", "event", "agreement"])
def test_a_russian_built_jet_makes_no_russian_relation(small: Api, kind: str) -> None:
    assert pairs(small, f"/relations?between=RU,TR&kind={kind}&modality=any") == []
    assert small.ids(f"/relations/RU/TR?kind={kind}&modality=any") == []


def test_withheld_pairs_are_counted(small: Api) -> None:
    meta = small.json("/relations")["meta"]
    assert meta["withheld"] == {"planned": 3, "expected": 2, "possible": 3, "denied": 4}
    for modality, count in meta["withheld"].items():
        assert len(pairs(small, f"/relations?modality={modality}")) == count
    assert small.json("/relations?modality=any")["meta"]["withheld"] == {}


def test_the_counts_are_those_of_the_facts(small: Api) -> None:
    for one in small.json("/relations?modality=any")["data"]:
        counted = sum(count["count"] for count in [*one["facts"], *one["quotes"]])
        assert counted == small.json(f"{one['link']}?modality=any")["meta"]["total"]
        assert sum(count["count"] for count in one["quotes"]) == len(
            small.ids(f"{one['link']}?kind=quote&modality=any")
        )


def test_every_answer_is_its_model(small: Api) -> None:
    answer = small.json("/relations?modality=any")
    assert ListAnswer[RelationAnswer].model_validate_json(json.dumps(answer)).model_dump(mode="json") == answer


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (
            "/relations/TR/NO",
            (
                "tr-no-meeting-1998 tr-no-heron-2016 harbour-pact-2017 harbour-pact-signing-2017 calm-water-3 "
                "quote-vinter-drone"
            ),
        ),
        ("/relations/TR/NO?kind=transfer&modality=any", "tr-no-heron-2016 tr-no-pike-ordered"),
        ("/relations/TR/NO?country=NA", "calm-water-3"),
        ("/relations/TR/NO?since=2018&until=2018", "calm-water-3"),
        ("/relations/TR/NO?country=NO&role=recipient", "tr-no-heron-2016"),
        ("/relations/SUHH/TZ", "su-tz-kite-1985 su-tz-meeting"),
        ("/relations/RU/TZ", ""),
        ("/relations/CD/CG", "cd-cg-ceasefire-1997 cg-cd-boats-1998"),
        ("/relations/NO/RU", "ru-no-kite-2017 quote-vinter-drone"),
        ("/relations/ZA/CN", ""),
    ],
)
def test_everything_between_two(small: Api, target: str, expected: str) -> None:
    small.finds(target, expected)


@pytest.mark.parametrize(("one", "other"), [("TR", "NO"), ("Turkey", "NOR"), ("cow:640", "578"), ("Türkiye", "Norway")])
def test_both_directions_are_the_same_bytes(small: Api, one: str, other: str) -> None:
    there, back = small.get(f"/relations/{one}/{other}"), small.get(f"/relations/{other}/{one}")
    assert there.content == back.content == small.get("/relations/NO/TR").content


def test_between_two_is_the_filter_between(small: Api) -> None:
    assert small.ids("/relations/TR/NA?modality=any") == small.ids("/facts?between=TR,NA&modality=any")


def test_in_the_article_too_a_russian_built_jet_makes_no_russian_relation(article: Api) -> None:
    """Azerbaijan flew Russian-built jets in a Turkish exercise; Russia was not there."""
    exercises = [fact for fact in article.json("/exercises?participant=TR&participant=AZ")["data"] if fact["systems"]]
    assert any(party["role"] == "state_of_origin" for fact in exercises for party in fact["parties"])
    assert pairs(article, "/relations?between=RU,TR&kind=exercise&modality=any") == []
    assert article.ids("/exercises?country=RU&modality=any") == []
    assert article.ids("/exercises?mentions=RU&participant=AZ")
