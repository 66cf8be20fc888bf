"""Which format an answer has: by suffix, by `Accept`; what is not offered is refused with what is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Api

JSON, CSV, NDJSON = "application/json", "text/csv; charset=utf-8", "application/x-ndjson"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/transfers", JSON),
        ("/transfers.json", JSON),
        ("/transfers.csv", CSV),
        ("/transfers.ndjson", NDJSON),
        ("/transfers.metadata.json", "application/csvm+json"),
        ("/transfers.geojson", "application/geo+json"),
        ("/transfers.jsonld", "application/ld+json"),
        ("/transfers.csl.json", "application/vnd.citationstyles.csl+json"),
        ("/transfers.bib", "application/x-bibtex; charset=utf-8"),
        ("/transfers.ris", "application/x-research-info-systems; charset=utf-8"),
        ("/facts.csv", CSV),
        ("/relations/TR/NO.csv", CSV),
        ("/relations.csv", CSV),
        ("/coverage.csv?between=TR,NO", CSV),
        ("/countries.csv", CSV),
        ("/places.geojson", "application/geo+json"),
        ("/transfers/tr-no-heron-2016.bib", "application/x-bibtex; charset=utf-8"),
        ("/facts/tr-no-heron-2016.jsonld", "application/ld+json"),
        ("/sources/river-almanac-1999.ris", "application/x-research-info-systems; charset=utf-8"),
        ("/countries/Türkiye.jsonld", "application/ld+json"),
        # The id of a passage has a dot: it is no suffix.
        ("/evidence/harbour-gazette-2019.41-156", JSON),
        ("/evidence/harbour-gazette-2019.41-156.jsonld", "application/ld+json"),
        ("/datapackage.zip", "application/zip"),
        ("/openapi.json", JSON),
    ],
)
def test_a_suffix_chooses(small: Api, target: str, expected: str) -> None:
    answer = small.get(target)
    assert (answer.status_code, answer.headers["content-type"]) == (200, expected)


def test_beside_a_suffix_accept_has_no_say(small: Api) -> None:
    answer = small.get("/transfers.csv", headers={"Accept": "application/xml"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, CSV)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", JSON),
        ("", JSON),
        ("application/json", JSON),
        ("text/csv", CSV),
        ("text/csv;q=0.4, application/x-ndjson;q=0.5", NDJSON),
        ("text/csv;q=0.4, application/json;q=0.5", JSON),
        ("text/*", CSV),
        ("application/*", JSON),
        ("application/json;q=0, text/csv", CSV),
        ("rubbish, text/csv", CSV),
        ("application/xml, text/csv;q=0.1", CSV),
    ],
)
def test_accept_chooses_with_its_weights(small: Api, accept: str, expected: str) -> None:
    answer = small.get("/transfers", headers={"Accept": accept})
    assert answer.headers["content-type"] == expected
    assert answer.headers["vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize("accept", ["application/xml", "rubbish", "text/csv;q=0", ";;;,,", "a/b/c", "x" * 5000])
def test_what_is_not_offered_is_406_and_says_what_is(small: Api, accept: str) -> None:
    answer = small.get("/transfers", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (406, "application/problem+json")
    (culprit,) = answer.json()["errors"]
    assert culprit["allowed"][0] == JSON
    assert "text/csv" in culprit["allowed"]
    assert answer.headers["vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("/transfers.xml", ".geojson"),
        ("/countries/TR.xml", ".geojson"),
        ("/facts/tr-no-heron-2016.xml", ".geojson"),
        ("/transfers/tr-no-heron-2016.csv", "it comes as .json, .geojson, .jsonld, .csl.json, .bib, .ris"),
        ("/coverage.geojson", "it comes as .json, .csv, .ndjson"),
        ("/countries/TR.bib", "it comes as .json, .jsonld."),
        ("/resolve.csv?q=TR", "it comes as .json."),
        ("/healthz.csv", "it comes as .json."),
        ("/.csv", "`/` lists what there is"),
    ],
)
def test_a_suffix_that_is_not_offered_is_404_and_names_those_that_are(small: Api, target: str, said: str) -> None:
    problem = small.problem(target, 404)
    assert said in problem["detail"]
    assert problem["instance"] == target.split("?", maxsplit=1)[0]


def test_json_by_suffix_is_json_byte_for_byte(small: Api) -> None:
    for target in ("/transfers", "/countries/TR", "/relations/TR/NO"):
        assert small.get(f"{target}.json").content == small.get(target).content


@pytest.mark.parametrize("parameter", ["limit=3", "cursor=abc", "facet=recipient"])
@pytest.mark.parametrize("suffix", ["csv", "ndjson", "geojson", "jsonld", "bib", "metadata.json"])
def test_a_whole_result_takes_no_page(small: Api, parameter: str, suffix: str) -> None:
    (culprit,) = small.problem(f"/transfers.{suffix}?{parameter}")["errors"]
    assert culprit["parameter"] == parameter.split("=", maxsplit=1)[0]
    assert "whole result" in culprit["detail"] or "none of this question's" in culprit["detail"]


@pytest.mark.parametrize("target", ["/facts.csv?modality=any", "/facts.jsonld", "/datapackage.zip"])
def test_head_has_the_headers_and_makes_no_body(small: Api, target: str) -> None:
    head, whole = small.request("HEAD", target), small.get(target)
    assert head.content == b""
    # How long it is coded, and under which id it was asked, is known of a body that is made only.
    apart = {"x-request-id", "content-encoding"}
    assert {**head.headers}.keys() - apart == {**whole.headers}.keys() - apart
    assert all(head.headers[name] == whole.headers[name] for name in head.headers.keys() - apart)


def test_a_retired_id_leads_on_in_the_same_format(small: Api) -> None:
    assert small.get("/facts/harbour-treaty-2017.bib").headers["location"] == "/facts/harbour-pact-2017.bib"
    assert small.get("/facts/heron-deal-2011.bib").status_code == 410
