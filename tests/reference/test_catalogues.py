"""The catalogues: every filter of each, single records by any code or name, and shapes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from app.core.envelopes import list_of, one_of
from app.core.filters import PAGING
from app.core.resource import Catalogue
from app.reference import CATALOGUES

if TYPE_CHECKING:
    from tests.conftest import Api

COUNTRIES = [
    ("id=TUR,cow:385,Soviet Union", "NO SUHH TR"),
    ("id=!TR&has=transfer&has=exercise", "NA NO"),
    # What is only planned or denied gives a country no facts here; a company's deals are not its state's.
    ("has=transfer", "CD CG NA NO RU SUHH TR TZ"),
    ("has=deployment", "NA TR"),
    ("has=holding", "NA NO"),
    ("has=cooperation", "TR UA"),
    ("has=quote", "NA NO RU TR"),
    ("has=agreement,holding", "CD CG NA NO TR"),
    ("has=agreement&has=transfer", "CD CG NO TR"),
    ("has=transfer&has=!agreement", "NA RU SUHH TZ"),
    ("q=Turkiye OR norw*", "NO TR"),
]
ORGANIZATIONS = [
    ("", "free-coast-front heron-works lantern-institute norwegian-navy quiet-order turkish-navy"),
    ("id=FCF,Turkish Navy", "free-coast-front turkish-navy"),
    ("type=armed_force", "norwegian-navy turkish-navy"),
    ("type=company,think_tank", "heron-works lantern-institute"),
    ("type=!armed_force", "free-coast-front heron-works lantern-institute quiet-order"),
    ("organ_of=NO", "norwegian-navy"),
    ("organ_of=!NO", "free-coast-front heron-works lantern-institute quiet-order turkish-navy"),
    ("based_in=TR", "heron-works"),
    ("based_in=DE,TR", "heron-works lantern-institute"),
    ("has=transfer", "heron-works norwegian-navy"),
    ("has=exercise", "turkish-navy"),
    ("has=quote", ""),
    ("has=!transfer,exercise,event", "lantern-institute quiet-order"),
    ("q=navy NOT turkish", "norwegian-navy"),
]
PEOPLE = [
    ("", "ida-berg jon-berg lars-vinter mara-okonjo"),
    ("id=Vinter,M. Okonjo", "lars-vinter mara-okonjo"),
    ("affiliation=Lantern Institute", "lars-vinter"),
    ("affiliation=NA", "mara-okonjo"),
    ("affiliation=!NA", "ida-berg jon-berg lars-vinter"),
    ("has=event", ""),
    ("q=berg", "ida-berg jon-berg"),
]
SYSTEMS = [
    ("", "brook dulcimer heron-seven kite-29 pike"),
    ("id=H7,Pike", "heron-seven pike"),
    ("category=aircraft", "heron-seven kite-29"),
    ("category=!aircraft,ships", "brook dulcimer"),
    ("origin=RU", "kite-29"),
    ("origin=UA,RU", "brook kite-29"),
    ("origin=!RU,UA", "dulcimer heron-seven pike"),
    ("used_by=TR", "heron-seven kite-29"),  # at its base in Namibia, and by its navy in the exercise
    ("used_by=NA", "kite-29"),
    ("used_by=TR&used_by=NA", "kite-29"),
    ("used_by=RU", ""),
    ("q=heron", "heron-seven"),
]
PLACES = [
    ("", "amber-coast port-amber"),
    ("id=Amber Bay", "port-amber"),
    ("country=Namibia", "port-amber"),
    ("country=!NA", "amber-coast"),
    ("q=amber", "amber-coast port-amber"),
]
SOURCES = [
    ("", "harbour-gazette-2019 river-almanac-1999"),
    ("id=river-almanac-1999", "river-almanac-1999"),
    ("q=rivers", "river-almanac-1999"),
    ("id=!An Invented Almanac of the Rivers", "harbour-gazette-2019"),
]
QUESTIONS = {
    "countries": COUNTRIES,
    "organizations": ORGANIZATIONS,
    "people": PEOPLE,
    "systems": SYSTEMS,
    "places": PLACES,
    "sources": SOURCES,
}
ROWS = [(f"/{name}?{question}", expected) for name, rows in QUESTIONS.items() for question, expected in rows]


@pytest.mark.parametrize(("target", "expected"), ROWS)
def test_filter_of_a_catalogue_finds(small: Api, target: str, expected: str) -> None:
    small.finds(target, expected)


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda catalogue: catalogue.kind)
def test_every_filter_of_every_catalogue_is_asked_here(catalogue: Catalogue) -> None:
    """A new parameter wants its row above."""
    own = {one.name for one in catalogue.parameters} - {one.name for one in PAGING}
    own |= {"has"} if catalogue.takes_part else set()
    rows = QUESTIONS[catalogue.collection]
    assert own == {name.split("=")[0] for question, _ in rows for name in question.split("&") if question}


@pytest.mark.parametrize(
    ("target", "id"),
    [
        *(
            (f"/countries/{name}", "TR")
            for name in ["TR", "tur", "cow:640", "gw:640", "iso:792", "792", "Türkiye", "Turkiye", "Turkey"]
        ),
        ("/countries/NO", "NO"),
        ("/countries/NA", "NA"),
        ("/countries/cow:255", "DE"),
        ("/countries/gw:260", "DE"),
        ("/countries/Tanzania, the United Republic of", "TZ"),
        ("/countries/USSR", "SUHH"),
        ("/organizations/Turkish Navy", "turkish-navy"),
        ("/organizations/fcf", "free-coast-front"),
        ("/people/okonjo", "mara-okonjo"),
        ("/people/Ida Berg", "ida-berg"),
        ("/systems/H7", "heron-seven"),
        ("/systems/kite 29", "kite-29"),
        ("/places/Amber Bay", "port-amber"),
        ("/sources/An Invented Almanac of the Rivers", "river-almanac-1999"),
    ],
)
def test_a_record_by_any_code_or_name(small: Api, target: str, id: str) -> None:
    answer = small.json(target)
    canonical = f"/{target.split('/')[1]}/{id}"
    assert answer["data"]["id"] == id
    assert answer["links"]["self"] == canonical
    assert small.get(canonical).content == small.get(target).content


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda catalogue: catalogue.kind)
def test_a_record_of_a_list_is_the_record_alone_and_its_model(small: Api, catalogue: Catalogue) -> None:
    page = small.json(f"/{catalogue.collection}?limit=500")
    assert list_of(catalogue.answer).model_validate_json(json.dumps(page)).model_dump(mode="json") == page
    for record in page["data"][:20]:
        alone = small.json(f"/{catalogue.collection}/{record['id']}")
        assert alone["data"] == record
        assert list(record) == list(catalogue.answer.model_fields)
        assert one_of(catalogue.answer).model_validate_json(json.dumps(alone)).model_dump(mode="json") == alone
        for target in alone["links"]["more"].values():
            assert small.get(target).status_code == 200, target


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda catalogue: catalogue.kind)
def test_its_examples_are_answered(article: Api, catalogue: Catalogue) -> None:
    assert article.json(catalogue.example)["data"]
    assert article.json(catalogue.sample)["data"]["kind"] == catalogue.kind


def test_a_country_has_all_its_codes(small: Api) -> None:
    norway = small.json("/countries/NO")["data"]
    assert norway["codes"] == {"iso2": "NO", "iso3": "NOR", "iso_num": "578", "cow": "385", "gw": "385"}
    union = small.json("/countries/SUHH")["data"]
    assert union["codes"]["cow"] is None
    assert union["codes_shared"] == ["cow:365", "gw:365"]
    assert "RU" in union["successors"]
    assert "SUHH" in small.json("/countries/RU")["data"]["predecessors"]


def test_an_organ_counts_for_its_state_and_a_company_does_not(small: Api) -> None:
    navy = small.json("/organizations/turkish-navy")["data"]
    works = small.json("/organizations/heron-works")["data"]
    assert (navy["organ_of"]["id"], navy["based_in"]) == ("TR", None)
    assert (works["organ_of"], works["based_in"]["id"]) == (None, "TR")


def test_a_source_says_whether_its_words_may_be_passed_on(small: Api) -> None:
    first, second = small.json("/sources")["data"]
    assert (first["redistribute"], second["redistribute"]) == ("all", "passages")
    assert (first["published"]["edtf"], second["published"]) == ("2019", None)
    assert (first["facts"], second["facts"]) == (26, 9)
    assert (second["url"], second["authors"], first["url"], first["authors"]) == (
        "https://example.org/almanac",
        ["Ida Berg"],
        None,
        [],
    )


def test_a_place_says_what_it_is_within(small: Api) -> None:
    port, coast = small.json("/places/port-amber")["data"], small.json("/places/amber-coast")["data"]
    assert (port["country"]["id"], port["within"]["id"], port["point"], port["disputed"]) == (
        "NA",
        "amber-coast",
        None,
        None,
    )
    assert (coast["country"], coast["disputed"]) == (None, True)
    assert coast["point"] == {"latitude": -21.5, "longitude": 13.9, "precision": "region"}


def test_a_person_has_the_offices_that_sources_state(small: Api) -> None:
    (office,) = small.json("/people/mara-okonjo")["data"]["offices"]
    assert (office["title"], office["at"]["id"], office["source"]) == (
        "Namibian minister",
        "NA",
        "harbour-gazette-2019",
    )
