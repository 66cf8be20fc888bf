"""What sources cover: absence is said as what it is, never as "none"."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app.core.envelopes import ListAnswer
from app.facts import FACTS
from app.views.coverage import CoverageAnswer

if TYPE_CHECKING:
    from tests.conftest import Api

GAZETTE, ALMANAC = "harbour-gazette-2019", "river-almanac-1999"
KINDS = [resource.kind for resource in FACTS]


def lines(api: Api, target: str) -> list[tuple[Any, ...]]:
    """Return the lines of an answer: source, pair, kind, status."""
    data = api.json(target)["data"]
    return [(one["source"], f"{one['a']}-{one['b']}", one["kind"], one["status"]) for one in data]


def test_each_source_pair_and_kind_that_was_read_has_a_line(small: Api) -> None:
    """Six pairs of four states, eight kinds, two sources; and four lines for facts outside what one was read for."""
    assert small.json("/coverage")["meta"]["total"] == 2 * 6 * len(KINDS) + 4


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("transfer", "found"),
        ("exercise", "found"),
        ("quote", "found"),
        # Norway will not join in building a drone: all there is of this kind is denied.
        ("cooperation", "denied"),
        # Read for it, and nothing stands there: that is all that is said.
        ("deployment", "none_recorded"),
        ("holding", "none_recorded"),
    ],
)
def test_what_a_source_has_on_a_pair(small: Api, kind: str, status: str) -> None:
    target = f"/coverage?between=TR,NO&kind={kind}&source={GAZETTE}"
    assert lines(small, target) == [(GAZETTE, "NO-TR", kind, status)]
    assert small.json(target)["data"][0]["period"] == "2014/2019"


def test_a_source_that_was_not_read_for_a_pair_says_so(small: Api) -> None:
    """Nothing follows from the almanac's silence on Turkey and Namibia."""
    assert lines(small, f"/coverage?between=TR,NA&source={ALMANAC}") == [
        (ALMANAC, "NA-TR", kind, "out_of_scope") for kind in KINDS
    ]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("status=denied", ["NA-RU deployment", "NO-TR cooperation"]),
        (
            "status=found&source=river-almanac-1999",
            [
                *("CD-CG agreement", "CD-CG transfer", "CD-TZ event", "RU-TZ transfer"),
                # Facts outside what it was read for are said too.
                *("NO-TR event", "SUHH-TZ transfer", "SUHH-TZ event"),
            ],
        ),
        (
            "status=found&country=RU&kind=!quote",
            ["NA-RU agreement", "NO-RU transfer", "RU-TR cooperation", "RU-TZ transfer"],
        ),
        ("status=!none_recorded&country=CD", ["CD-CG agreement", "CD-CG transfer", "CD-TZ event"]),
        ("between=ZA,CN&kind=transfer", ["CN-ZA transfer", "CN-ZA transfer"]),
        ("between=ZA,CN&kind=transfer&status=found", []),
        ("between=ZA,CN&kind=transfer&country=TR", []),
        ("between=ZA,CN&kind=transfer&source=!river-almanac-1999", ["CN-ZA transfer"]),
        ("country=ZA", []),
        ("status=out_of_scope", []),  # said only of the pair that `between` asks for
    ],
)
def test_coverage_finds(small: Api, question: str, expected: list[str]) -> None:
    found = lines(small, f"/coverage?{question}")
    assert sorted(f"{pair} {kind}" for _, pair, kind, _ in found) == sorted(expected)


def test_a_line_never_contradicts_the_facts_that_it_leads_to(small: Api) -> None:
    """`found` and `denied` lead to facts; what is none recorded, or out of scope, leads to none."""
    asked = ["/coverage?limit=500", *(f"/coverage?between={pair}" for pair in ("TR,NO", "TR,UA", "SUHH,TZ", "RU,TR"))]
    for target in asked:
        for one in small.json(target)["data"]:
            modalities = {fact["modality"] for fact in small.json(one["link"])["data"]}
            expected = {"found": bool(modalities - {"denied"}), "denied": modalities == {"denied"}}
            assert expected.get(one["status"], not modalities), one


def test_every_answer_is_its_model(small: Api) -> None:
    answer = small.json("/coverage?between=TR,NO")
    assert ListAnswer[CoverageAnswer].model_validate_json(json.dumps(answer)).model_dump(mode="json") == answer
