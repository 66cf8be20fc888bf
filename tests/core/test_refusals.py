"""A wrong question is an error that teaches: grammar, limits, unknown parameters and values, each with its culprit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Api

REFUSED = [
    # What no kind knows, and what this kind does not.
    ("/transfers?form=TR", "form", "did you mean `from`?"),
    ("/transfers?participant=TR", "participant", "unknown parameter"),
    ("/facts?from=TR", "from", "unknown parameter"),
    ("/facts?kind=treaty", "kind", "not one of agreement, transfer"),
    ("/countries?has=treaty", "has", "not one of agreement, transfer"),
    ("/countries?modality=any", "modality", "unknown parameter"),
    ("/relations/TR/NO?between=TR,NO", "between", "unknown parameter"),
    ("/sources?has=transfer", "has", "unknown parameter"),
    ("/version?modality=any", "modality", "unknown parameter"),
    ("/?q=Turkey", "q", "unknown parameter"),
    ("/healthz?deep=true", "deep", "unknown parameter"),
    ("/readyz?deep=true", "deep", "unknown parameter"),
    ("/vocab?limit=1", "limit", "unknown parameter"),
    ("/vocab/modality?limit=1", "limit", "unknown parameter"),
    ("/transfers/tr-no-heron-2016?modality=any", "modality", "unknown parameter"),
    ("/facts/tr-no-heron-2016?modality=any", "modality", "unknown parameter"),
    ("/countries/TR?has=transfer", "has", "unknown parameter"),
    ("/resolve?q=x&name=Turkey", "name", "unknown parameter"),
    # Closed lists name all that is valid, and what is near.
    ("/transfers?deal_status=orderd", "deal_status", "/vocab/deal_status"),
    ("/facts?modality=true", "modality", "/vocab/modality"),
    ("/facts?modality=Actual", "modality", "/vocab/modality"),
    ("/facts?role=buyer", "role", "/vocab/role"),
    ("/exercises?bilateral=yes", "bilateral", "not one of true, false"),
    ("/organizations?type=army", "type", "/vocab/organization_type"),
    # The grammar: commas, quotes, `!`, repetition, pairs.
    ("/facts?country=", "country", "a value is empty"),
    ("/facts?country=TR,,NO", "country", "a value is empty"),
    ("/facts?country=TR,", "country", "a value is empty"),
    ("/facts?country=!", "country", "a value is empty"),
    ("/facts?country", "country", "a value is empty"),
    ("/facts?country=TR,!NO", "country", "`!` stands once"),
    ("/facts?country=!!TR", "country", "`!` stands once"),
    ('/facts?country="Tanzania, the United Republic of', "country", "a quotation mark stands alone"),
    ("/facts?country=Tanzania, the United Republic of", "country", "names no country"),
    ("/facts?between=TR", "between", "takes two values"),
    ("/facts?between=TR,NO,NA", "between", "takes two values"),
    ("/facts?between=!TR,NO", "between", "takes no `!`"),
    ("/facts?date_match=certain", "date_match", "give one"),
    ("/facts?between=TR,TUR", "between", "names the same one twice"),
    ("/facts?between=TR,NO&between=TR,NA", "between", "was given 2 times"),
    ("/transfers?from=TR&from=RU", "from", "was given 2 times, but a record has only one: for any of"),
    ("/transfers?from=TR&supplier=RU", "from", "were given different values"),
    ("/transfers?to=TR&recipient=!TR", "to", "were given different values"),
    ("/facts?kind=transfer&kind=event", "kind", "was given 2 times"),
    ("/facts?role=host&role=supplier&country=TR", "role", "was given 2 times"),
    ("/transfers?category=ships&category=aircraft", "category", "was given 2 times"),
    # Limits: nothing is clamped in silence.
    ("/facts?limit=501", "limit", "no whole number from 1 to 500"),
    ("/facts?limit=0", "limit", "no whole number from 1 to 500"),
    ("/facts?limit=-1", "limit", "no whole number from 1 to 500"),
    ("/facts?limit=ten", "limit", "no whole number from 1 to 500"),
    ("/facts?limit=5.0", "limit", "no whole number from 1 to 500"),
    ("/facts?limit=%D9%A5", "limit", "no whole number from 1 to 500"),  # an Arabic-Indic five
    ("/facts?limit=1&limit=2", "limit", "was given 2 times, but a record has only one"),
    ("/facts?id=" + ",".join(["a"] * 201), "id", "more than 200 values"),
    ("/facts?country=" + "x" * 201, "country", "at most 200 characters"),
    ("/facts?id=no/rifles", "id", "cannot be an id"),
    ("/facts?id=no-rifles,nowhere", "id", "there is no fact 'nowhere'"),
    ("/facts?id=heron-deal-2011", "id", "it may be retired"),
    ("/facts?evidence=nothing.1-2", "evidence", "there is no passage"),
    ("/facts?id=" + "x" * 97, "id", "cannot be an id"),
    ("/transfers?order_year=99", "order_year", "no year of four digits"),
    ("/agreements?active_on=sometime", "active_on", "no year, month or day"),
    ("/resolve?kind=country", "q", "required"),
    ("/resolve?q=", "q", "write 1 to 200 characters"),
    ("/resolve?q=%20", "q", "write 1 to 200 characters"),
    ("/resolve?q=" + "x" * 201, "q", "write 1 to 200 characters"),
    # Bytes that are no text.
    ("/facts?country=T%00R", "country", "control characters are refused"),
    ("/facts?country=T%0AR", "country", "control characters are refused"),
    ("/facts?country=T%E2%80%A8R", "country", "control characters are refused"),
    ("/facts?country=%FF", "country", "not UTF-8"),
    ("/facts?%FF=TR", None, "not UTF-8"),
    ("/facts?cou%00ntry=TR", None, "control characters are refused"),
    ("/facts?" + "&".join(["country=TR"] * 61), None, "more than 60 parameters"),
]


@pytest.mark.parametrize(("target", "parameter", "words"), REFUSED, ids=[row[0][:60] for row in REFUSED])
def test_a_wrong_question_is_refused_with_its_culprit(
    small: Api, target: str, parameter: str | None, words: str
) -> None:
    problem = small.problem(target)
    assert problem["type"] == "/problems/invalid-question"
    assert problem["title"]
    assert problem["instance"] == target.partition("?")[0]
    (culprit,) = problem["errors"]
    assert culprit["parameter"] == parameter
    assert words in culprit["detail"]
    assert culprit["detail"] in problem["detail"]
    assert set(culprit) == {"parameter", "detail", "suggestions", "allowed"}


def test_an_unknown_parameter_is_told_what_is_known(small: Api) -> None:
    (culprit,) = small.problem("/transfers?form=TR")["errors"]
    assert "from" in culprit["suggestions"]
    assert {"from", "supplier", "to", "recipient", "deal_status", "since", "limit"} <= set(culprit["allowed"])


def test_an_unknown_code_is_told_what_is_valid(small: Api) -> None:
    (culprit,) = small.problem("/transfers?deal_status=orderd")["errors"]
    assert culprit["suggestions"][0] == "ordered"
    codes = [code["code"] for code in small.json("/vocab/deal_status")["data"]["codes"]]
    assert culprit["allowed"] == codes


def test_all_that_is_wrong_is_named_at_once(small: Api) -> None:
    culprits = small.problem("/transfers?form=TR&limit=0&deal_status=orderd&to=Norwey")["errors"]
    assert {one["parameter"] for one in culprits} == {"form", "limit", "deal_status", "to"}


@pytest.mark.parametrize(
    "target",
    [
        "/exercises?series=" + ",".join(["a"] * 200),
        "/facts?" + "&".join(["country=TR"] * 60),
        "/facts?limit=500",
        "/facts?limit=1",
        "/facts?&&country=TR&",
        '/facts?country="Türkiye", NO',
        '/facts?country=!"Tanzania, the United Republic of",TR',
        "/facts?country=%20TR%20,+NO",
        "/facts?%63ountry=T%52",
    ],
)
def test_what_is_just_within_the_limits_is_answered(small: Api, target: str) -> None:
    assert small.get(target).status_code == 200
