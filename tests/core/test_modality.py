"""What is not so is not served as if it were: `modality`, what is withheld, and what a deal's status implies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Api

PLANNED = "ru-tz-boats-requested ru-na-procurement-planned tr-no-pike-ordered"
EXPECTED = "tz-cd-war-expected ru-tr-drone-expected"
POSSIBLE = "tr-no-drills-possible no-na-ships-possible ru-tz-training-possible"
DENIED = "tr-na-heron-cancelled ru-na-base-denied no-tr-drone-denied ru-tz-missiles-rejected"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("modality=planned", PLANNED),
        ("modality=expected", EXPECTED),
        ("modality=possible", POSSIBLE),
        ("modality=denied", DENIED),
        (
            "modality=planned,expected",
            (
                "ru-tz-boats-requested tz-cd-war-expected ru-na-procurement-planned ru-tr-drone-expected "
                "tr-no-pike-ordered"
            ),
        ),
        ("modality=!actual,denied,possible,planned", EXPECTED),
    ],
)
def test_what_is_not_so_is_found_by_asking_for_it(small: Api, question: str, expected: str) -> None:
    small.finds(f"/facts?{question}", expected)


@pytest.mark.parametrize(
    ("target", "total", "withheld"),
    [
        ("/facts", 23, {"planned": 3, "expected": 2, "possible": 3, "denied": 4}),
        ("/facts?country=NO", 10, {"planned": 1, "expected": 0, "possible": 2, "denied": 1}),
        ("/facts?modality=actual,denied", 27, {"planned": 3, "expected": 2, "possible": 3}),
        ("/facts?modality=!actual", 12, {"actual": 23}),
        ("/facts?modality=any", 35, {}),
        ("/facts?modality=any,planned", 35, {}),
        ("/facts?since=2018&until=2018", 3, {"planned": 0, "expected": 0, "possible": 0, "denied": 2}),
        ("/transfers?from=RU", 1, {"planned": 1, "expected": 0, "possible": 1, "denied": 1}),
        ("/transfers?deal_status=ordered", 1, {"actual": 0, "expected": 0, "possible": 0, "denied": 0}),
        ("/quotes", 4, {"planned": 0, "expected": 0, "possible": 0, "denied": 0}),
        ("/relations/TR/NO", 6, {"planned": 1, "expected": 0, "possible": 1, "denied": 1}),
        ("/facts?limit=1", 23, {"planned": 3, "expected": 2, "possible": 3, "denied": 4}),
    ],
)
def test_a_list_says_how_many_it_withholds(small: Api, target: str, total: int, withheld: dict[str, int]) -> None:
    meta = small.json(target)["meta"]
    assert (meta["total"], meta["total_is"], meta["withheld"]) == (total, "exact", withheld)


@pytest.mark.parametrize(
    ("question", "expected", "understood"),
    [
        ("deal_status=ordered", "tr-no-pike-ordered", "deal_status=ordered&modality=planned"),
        (
            "deal_status=requested,ordered",
            "ru-tz-boats-requested tr-no-pike-ordered",
            "deal_status=ordered,requested&modality=planned",
        ),
        ("deal_status=delivered", "su-tz-kite-1985 tr-no-heron-2016 ru-no-kite-2017", "deal_status=delivered"),
        (
            "deal_status=delivering,ordered",
            "cg-cd-boats-1998 tr-no-pike-ordered",
            "deal_status=delivering,ordered&modality=actual,planned",
        ),
        # Called off before anything was handed over: denied; after some was: actual.
        (
            "deal_status=cancelled",
            "no-na-pike-cancelled tr-na-heron-cancelled",
            "deal_status=cancelled&modality=actual,denied",
        ),
        ("deal_status=rejected", "ru-tz-missiles-rejected", "deal_status=rejected&modality=actual,denied"),
        ("deal_status=cancelled&modality=denied", "tr-na-heron-cancelled", "deal_status=cancelled&modality=denied"),
        ("deal_status=ordered&modality=any", "tr-no-pike-ordered", "deal_status=ordered&modality=any"),
        # Without these is no question after orders: what is so is answered, as ever.
        ("deal_status=!delivered&from=TR", "tr-na-arms-supplier", "supplier=TR&deal_status=!delivered"),
    ],
)
def test_a_deal_status_asks_for_the_modality_that_it_implies(
    small: Api, question: str, expected: str, understood: str
) -> None:
    small.finds(f"/transfers?{question}", expected)
    assert small.json(f"/transfers?{question}")["links"]["self"] == f"/transfers?{understood}"


@pytest.mark.parametrize(
    ("question", "remedy"),
    [
        ("deal_status=ordered&modality=actual", "planned"),
        ("deal_status=delivered&modality=planned", "actual"),
        ("deal_status=cancelled&modality=planned", "actual,denied"),
        ("deal_status=ordered&modality=!planned", "planned"),
    ],
)
def test_a_modality_contrary_to_the_deal_status_is_refused(small: Api, question: str, remedy: str) -> None:
    (culprit,) = small.problem(f"/transfers?{question}")["errors"]
    assert culprit["parameter"] == "modality"
    assert "contradicts `deal_status`" in culprit["detail"]
    assert culprit["suggestions"] == [remedy]


def test_any_asks_for_everything_and_cannot_be_negated(small: Api) -> None:
    assert small.json("/facts?modality=actual,any")["links"]["self"] == "/facts?modality=any"
    assert small.problem("/facts?modality=!any")["errors"][0]["parameter"] == "modality"


def test_every_denial_says_what_it_denies(small: Api) -> None:
    denied = {fact["id"]: fact["denies"] for fact in small.json("/facts?modality=denied")["data"]}
    assert denied == {
        "tr-na-heron-cancelled": "planned",
        "ru-na-base-denied": "actual",
        "no-tr-drone-denied": "expected",
        "ru-tz-missiles-rejected": "actual",
    }
