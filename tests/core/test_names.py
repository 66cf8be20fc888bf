"""Any code in, all codes out: equal questions have equal bytes, and a name of two is refused with both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Api

TURKEY = [
    "TR",
    "tr",
    "TUR",
    "cow:640",
    "gw:640",
    "iso:792",
    "iso2:TR",
    "iso3:tur",
    "792",
    "Turkey",
    "Turkiye",
    "Türkiye",
]


@pytest.mark.parametrize("name", TURKEY)
@pytest.mark.parametrize("parameter", ["from", "supplier"])
def test_equal_questions_have_equal_bytes(small: Api, parameter: str, name: str) -> None:
    answer = small.get(f"/transfers?{parameter}={name}")
    assert answer.content == small.get("/transfers?supplier=TR").content
    assert answer.json()["links"]["self"] == "/transfers?supplier=TR"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("/facts?between=NO,TR", "/facts?between=NO,TR"),
        ("/facts?between=Turkey,Norway", "/facts?between=NO,TR"),
        ("/facts?country=TUR,NOR,TR", "/facts?country=NO,TR"),
        ("/facts?country=!TUR,578", "/facts?country=!NO,TR"),
        ("/facts?country=TR&country=NO", "/facts?country=NO&country=TR"),
        ("/facts?country=TR&country=TUR", "/facts?country=TR"),
        ("/facts?modality=actual&sort=date&limit=50&date_match=overlap", "/facts"),
        ("/facts?limit=050", "/facts"),
        ("/facts?limit=10&country=TR", "/facts?country=TR&limit=10"),
        ("/facts?place=Amber Bay", "/facts?place=port-amber"),
        ("/facts?system=h7", "/facts?system=heron-seven"),
        ("/facts?asserted_by=Vinter&modality=any", "/facts?asserted_by=lars-vinter&modality=any"),
        ("/transfers?from=TR&supplier=TUR", "/transfers?supplier=TR"),
        ("/transfers?to=NO&from=TR", "/transfers?supplier=TR&recipient=NO"),
        ("/exercises?series=Calm Water", "/exercises?series=calm%20water"),
        ("/relations?country=Turkey", "/relations?country=TR"),
        ("/coverage?between=Turkey,Norway", "/coverage?between=NO,TR"),
        ("/countries?id=cow:640", "/countries?id=TR"),
        ("/resolve?q=Turkey", "/resolve?q=Turkey"),
        ("/relations/Turkey/NOR", "/relations/NO/TR"),
    ],
)
def test_links_are_canonical_and_root_relative(small: Api, written: str, canonical: str) -> None:
    answer = small.get(written)
    assert answer.json()["links"]["self"] == canonical
    assert small.get(canonical).content == answer.content
    assert canonical in answer.json()["meta"]["citation"]


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("cow:255", "DE"),
        ("gw:260", "DE"),
        ("cow:365", "RU"),
        ("NO", "NO"),
        ("NA", "NA"),
        ("Namibia", "NA"),
        ("578", "NO"),
        ("iso:516", "NA"),
        ("SUHH", "SUHH"),
        ("USSR", "SUHH"),
        ("Soviet Union", "SUHH"),
        ('"Tanzania, the United Republic of"', "TZ"),
        ("United Republic of Tanzania", "TZ"),
        ("tza", "TZ"),
        ("Congo-Kinshasa", "CD"),
        ("cow:490", "CD"),
        ("cow:484", "CG"),
    ],
)
def test_a_country_by_any_code_or_name(small: Api, name: str, id: str) -> None:
    assert small.json(f"/facts?country={name}")["links"]["self"] == f"/facts?country={id}"


def test_a_gone_state_is_not_its_successor(small: Api) -> None:
    """Under the Soviet Union there is more; a note says so, and leads there."""
    russia = small.json("/transfers?from=RU")
    assert [fact["id"] for fact in russia["data"]] == ["ru-no-kite-2017"]
    note, sources = russia["meta"]["notes"]
    assert sources["code"] == "several_sources"
    assert note == {
        "code": "predecessor",
        "text": "RU does not include its predecessor SUHH, under which there are facts too.",
        "link": "/facts?country=SUHH",
    }
    small.finds(note["link"], "su-tz-kite-1985 su-tz-meeting")
    assert small.json("/transfers?from=SUHH")["meta"]["notes"] == []
    assert small.json("/transfers?from=TR")["meta"]["notes"] == []


def refused(api: Api, target: str) -> Any:
    """Return the one culprit of a question that is refused."""
    (culprit,) = api.problem(target)["errors"]
    return culprit


@pytest.mark.parametrize(
    ("question", "parameter", "words", "suggestions"),
    [
        ("from=710", "from", ["South Africa (ZA)", "China (CN)"], {"iso:710", "cow:710", "gw:710"}),
        ("from=Congo", "from", ["(CD)", "(CG)"], {"CD", "CG"}),
        ("asserted_by=Berg", "asserted_by", ["Ida Berg (ida-berg)", "Jon Berg (jon-berg)"], {"ida-berg", "jon-berg"}),
    ],
)
def test_a_name_of_two_is_refused_with_both(
    small: Api, question: str, parameter: str, words: list[str], suggestions: set[str]
) -> None:
    culprit = refused(small, f"/transfers?{question}")
    assert culprit["parameter"] == parameter
    assert all(word in culprit["detail"] for word in words)
    assert set(culprit["suggestions"]) <= suggestions
    assert len(culprit["suggestions"]) >= 2


def test_each_suggestion_for_a_number_of_two_is_a_question_that_is_answered(small: Api) -> None:
    found = [small.json(f"/facts?country={code}")["links"]["self"] for code in ("iso:710", "cow:710", "gw:710")]
    assert found == ["/facts?country=ZA", "/facts?country=CN", "/facts?country=CN"]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("from=90", "a bare number is an ISO code of three digits"),
        ("from=0792", "a bare number is an ISO code of three digits"),
        ("from=999", "no ISO 3166-1 numeric code"),
        ("from=260", "Germany"),  # Gleditsch and Ward's, and ISO's of the French Southern Territories
        ("from=cow:9999", "names no country or organization or person"),
        ("from=Turkie", "did you mean Türkiye (TR)"),
        ("from=Atlantis of the North Sea", "`/resolve?q=Atlantis%20of%20the%20North%20Sea` may help"),
        ("system=Heron Sevn", "(heron-seven)"),
        ("place=Amber Cost", "did you mean Amber Coast (amber-coast)"),
        ("source=River Almanac", "names no source"),
        ("origin=kite-29", "names no"),
    ],
)
def test_a_name_of_nothing_is_refused_with_what_is_near(small: Api, question: str, words: str) -> None:
    culprit = refused(small, f"/transfers?{question}")
    assert culprit["parameter"] == question.partition("=")[0]
    assert words in culprit["detail"]


def test_every_wrong_name_is_named(small: Api) -> None:
    culprits = small.problem("/transfers?from=TR,Turkie&to=Norwey")["errors"]
    assert [(one["parameter"], one["suggestions"][0]) for one in culprits] == [("from", "TR"), ("to", "NO")]
