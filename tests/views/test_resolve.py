"""Any name or code to what it may stand for: every exact match; if there is none, what is near."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from app.core.envelopes import ListAnswer
from app.views.candidates import ResolvedAnswer

if TYPE_CHECKING:
    from tests.conftest import Api


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("q=Turkiye", ["TR name"]),
        ("q=Türkiye", ["TR name"]),
        ("q=TUR", ["TR code"]),
        ("q=cow:640", ["TR code"]),
        ("q=792", ["TR code"]),
        ("q=NO", ["NO code"]),
        ("q=NA", ["NA code"]),
        # More than one scheme, more than one bearer: all are told.
        ("q=710", ["ZA code", "CN code"]),
        ("q=Congo", ["CD name", "CG name"]),
        ("q=Berg", ["ida-berg name", "jon-berg name"]),
        ("q=h7", ["heron-seven name"]),
        ("q=Amber Bay", ["port-amber name"]),
        ("q=turkish-navy", ["turkish-navy code"]),
        ("q=An Invented Almanac of the Rivers", ["river-almanac-1999 name"]),
        ("q=Tanzania, the United Republic of", ["TZ name"]),
        ("q=Turkey&kind=country,system", ["TR name"]),
        ("q=Turkey&kind=!country", []),
        ("q=Berg&kind=person", ["ida-berg name", "jon-berg name"]),
        ("q=Turkish Navi&kind=organization", ["turkish-navy near"]),
        ("q=Okonyo&kind=person", ["mara-okonjo near"]),
        ("q=qzx", []),
    ],
)
def test_resolve(small: Api, question: str, expected: list[str]) -> None:
    answer = small.json(f"/resolve?{question}")
    assert [f"{one['id']} {one['matched']}" for one in answer["data"]] == expected
    assert answer["meta"]["total"] == len(expected)
    for one in answer["data"]:
        assert small.json(one["link"])["data"]["id"] == one["id"]
    assert small.json(answer["links"]["self"]) == answer


def test_near_ones_come_best_first_and_are_at_most_five(small: Api) -> None:
    found = [one["id"] for one in small.json("/resolve?q=Namib")["data"]]
    assert found[0] == "NA"
    assert len(found) <= 5


def test_every_answer_is_its_model(small: Api) -> None:
    answer = small.json("/resolve?q=Congo")
    assert ListAnswer[ResolvedAnswer].model_validate_json(json.dumps(answer)).model_dump(mode="json") == answer
