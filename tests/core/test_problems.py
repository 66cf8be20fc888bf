"""Every error is an RFC 9457 problem document; a merged id is a redirect; HEAD is GET without a body."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.facts import FACTS
from app.kit.problems import ProblemAnswer
from app.reference import CATALOGUES

if TYPE_CHECKING:
    from tests.conftest import Api

KEYS = {"type", "title", "status", "detail", "instance", "errors"}


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("/nowhere", "`/` lists what there is"),
        ("/facts/", "`/` lists what there is"),
        ("/transfers/no-such-deal", "There is no fact 'no-such-deal' here; `/facts?modality=any` lists them all"),
        # It is there, but it is no transfer.
        ("/transfers/no-rifles", "it is a holding; ask /facts/no-rifles"),
        ("/facts/no-such-fact", "`/facts?modality=any` lists them"),
        ("/evidence/harbour-gazette-2019.0-1", "There is no passage"),
        ("/countries/Atlantis", "names no country"),
        ("/countries/Turkie", "did you mean Türkiye (TR)"),
        ("/countries/turkish-navy", "names no country"),
        ("/organizations/TR", "names no organization"),
        ("/people/Nobody", "names no person"),
        ("/systems/Kite-30", "did you mean Kite-29 (kite-29)"),
        ("/places/Konya", "names no place"),
        ("/sources/nothing", "names no source"),
        ("/vocab/modalities", "did you mean 'modality'?"),
        ("/vocab/zzzzzzzz", "`/vocab` lists them"),
        ("/relations/TR/Atlantis", "names no country"),
        ("/problems/invalid-question/more", "`/` lists what there is"),
    ],
)
def test_what_is_not_there_is_404(small: Api, target: str, words: str) -> None:
    problem = small.problem(target, 404)
    assert set(problem) == KEYS
    assert ProblemAnswer.model_validate(problem).instance == target
    assert words in problem["detail"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("target", ["/", "/facts", "/transfers/tr-no-heron-2016", "/countries/TR", "/openapi.json"])
def test_the_api_only_reads(small: Api, method: str, target: str) -> None:
    answer = small.request(method, target)
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"GET"} <= set(answer.headers["allow"].replace(" ", "").split(","))
    assert set(answer.json()) == KEYS


@pytest.mark.parametrize(
    "target",
    ["/", "/facts", "/transfers/tr-no-heron-2016", "/countries/TR", "/nowhere", "/facts?limit=0", "/docs"],
)
def test_head_is_get_without_a_body(small: Api, target: str) -> None:
    headers = {"X-Request-Id": "one"}
    get, head = small.get(target, headers=headers), small.request("HEAD", target, headers=headers)
    assert (head.status_code, head.headers, head.content) == (get.status_code, get.headers, b"")


@pytest.mark.parametrize("target", ["/transfers/heron-deal-2011", "/facts/heron-deal-2011"])
def test_a_retired_id_is_410_with_its_reason(small: Api, target: str) -> None:
    problem = small.problem(target, 410)
    assert problem["type"] == "/problems/retired"
    assert "It was coded from a rumour that no passage carries." in problem["detail"]


@pytest.mark.parametrize(
    "target", ["/agreements/harbour-treaty-2017", "/facts/harbour-treaty-2017", "/transfers/harbour-treaty-2017"]
)
def test_a_merged_id_leads_to_its_successor(small: Api, target: str) -> None:
    answer = small.get(target)
    assert answer.status_code == 308
    assert small.json(answer.headers["location"])["data"]["id"] == "harbour-pact-2017"


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("/countries/Congo", "(CG)"),
        ("/countries/710", "South Africa"),
        ("/people/Berg", "Jon Berg"),
        ("/relations/TR/TUR", "a relation has two states"),
        ("/relations/Congo/TR", "(CD)"),
        ("/countries/" + "x" * 201, "at most 200 characters"),
        ("/countries/%0A", "control characters"),
        ("/countries/42", "three digits"),
    ],
)
def test_a_name_that_is_no_one_name_is_422(small: Api, target: str, words: str) -> None:
    problem = small.problem(target)
    assert set(problem) == KEYS
    assert words in problem["detail"]


def test_a_404_names_what_is_near_for_machines_too(small: Api) -> None:
    (culprit,) = small.problem("/countries/Turkie", 404)["errors"]
    assert culprit["suggestions"][0] == "TR"


@pytest.mark.parametrize("collection", [*(one.collection for one in FACTS), *(one.collection for one in CATALOGUES)])
@pytest.mark.parametrize("name", ["%00", "%FF", "%2e%2e%2fetc", "a%2Fb", "'", "%F0%9F%8C%8D", "-1", "x" * 3000])
def test_no_name_in_a_path_breaks_the_server(small: Api, collection: str, name: str) -> None:
    answer = small.get(f"/{collection}/{name}")
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_question_of_more_than_8000_bytes_is_refused(small: Api) -> None:
    problem = small.problem("/facts?country=" + "%20" * 3000, 414)
    assert problem["title"] == "URI Too Long"
    assert "longer than 8000 bytes" in problem["detail"]


def test_a_method_that_is_not_answered_is_405_and_says_which_are(small: Api) -> None:
    answer = small.request("DELETE", "/transfers")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
