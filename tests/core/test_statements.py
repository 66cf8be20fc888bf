"""The SQL statements behind an answer: few, counted exactly, and as many for one record as for five hundred."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from app.core import bitmaps, postings

if TYPE_CHECKING:
    from tests.conftest import Api

STATEMENTS = {
    # A page of facts: which lists its terms have, and the page; then the counts, where lengths of lists do not tell.
    # Names in the question are one more, however many. Where a term has no list, nothing more is asked.
    # Of which sources all pages are is one more, unless there are several filters.
    "/facts": 3,
    "/facts?modality=any&sort=-date": 3,
    "/facts?country=TR": 4,
    "/facts?country=TR,NO,NA&between=TR,NO&mentions=RU&system=H7&place=Amber Bay&asserted_by=Vinter": 2,
    "/facts?since=2018&until=2019&kind=transfer,event&role=host&voice=source&granularity=instance": 1,
    "/agreements?party=TR&status=terminated&active_on=2018": 4,
    "/transfers?from=TR&to=NO&terms=sale&order_year=2015": 4,
    "/transfers?deal_status=ordered": 3,
    "/cooperation": 3,
    "/exercises?participant=NO&domain=sea&bilateral=false": 4,
    "/deployments?sending=TR": 4,
    "/trainings?provider=NO": 3,
    "/holdings?origin=RU": 4,
    "/events?type=meeting": 3,
    "/quotes?about=TR&speaker=lars-vinter": 4,
    # Words: which facts have them, then which of these are in which list.
    "/facts?q=drones": 4,
    "/transfers?q=drones OR frigate*&from=TR": 5,
    "/countries?q=Turkiye": 2,
    "/facts?facet=kind": 4,
    "/transfers?group_by=supplier,recipient": 4,
    "/search?q=drones": 4,
    "/search?q=drones&highlight=true&kind=transfer": 4,
    "/relations/TR/NO": 5,
    # A page of pairs: the page, its counts, the total, what is withheld.
    "/relations": 4,
    "/relations?country=TR&modality=any": 5,
    # What they are costs no more. Search: the page, the facts and the entities of it, the counts.
    '/transfers?q=drones NOT (jets OR "port amber") no*&from=TR': 5,
    "/countries?q=turkiye": 2,
    "/search?q=turkey": 4,
    "/search?q=turkey NOT (norway OR dro*)&kind=!quote&modality=any&highlight=true": 4,
    "/coverage": 2,
    "/coverage?between=TR,NO": 4,
    "/countries": 2,
    "/countries?has=transfer": 2,
    "/organizations?organ_of=TR": 3,
    "/people?affiliation=lantern-institute": 3,
    "/systems?used_by=NA": 3,
    "/places?country=NA": 3,
    "/sources": 2,
}
ONE = {
    "/resolve?q=Turkey": 1,
    "/resolve?q=Turkie": 2,  # the second looks for near misses
    "/transfers/tr-no-heron-2016": 1,
    "/facts/tr-no-heron-2016": 1,
    "/evidence/harbour-gazette-2019.41-156": 1,
    "/countries/TR": 2,
    "/countries/Türkiye": 2,
    "/organizations/FCF": 2,
    "/people/lars-vinter": 2,
    "/systems/H7": 2,
    "/places/Amber Bay": 2,
    "/sources/river-almanac-1999": 2,
    "/resolve": 0,  # the manifest
    "/vocab": 0,
    "/vocab/modality": 0,
    "/": 0,
    "/version": 0,
    "/transfers/tr-no-heron-2016.jsonld": 1,
    "/healthz": 0,
    "/readyz": 0,  # once it is known that this release is ready
}
# Whole results that fit one page of the stream.
WHOLE = {
    "/facts.csv": 4,
    "/facts.ndjson?country=TR": 3,
    "/facts.geojson": 3,
    "/facts.jsonld": 2,
    "/facts.bib": 2,
    "/facts.metadata.json": 0,
    "/transfers/tr-no-heron-2016.ris": 2,
}


@pytest.fixture(autouse=True)
def opened(small: Api) -> None:
    """Have the release open, and known to be ready: what a running service pays once is not counted.

    What names stand for is forgotten, and which lists terms have: it is looked up once in a release's life.
    """
    assert small.json("/readyz")
    small.forget()


@pytest.mark.parametrize(("target", "expected"), STATEMENTS.items())
@pytest.mark.parametrize("limit", [1, 2, 500])
def test_a_list_takes_as_many_statements_whatever_its_length(
    small: Api, target: str, expected: int, limit: int
) -> None:
    small.json(f"{target}{'&' if '?' in target else '?'}limit={limit}")
    assert len(small.statements) == expected, "\n".join(small.statements)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        # Names, which lists the terms have; the lists that meet, and the facts of the page; the sources of all pages.
        ("/facts?country=TR,NO,NA", 5),
        ("/facts?country=TR&since=2015", 4),  # the days cost none: a release's are in memory
        ("/transfers?from=TR&terms=sale", 4),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 500])
def test_lists_that_meet_take_as_many_whatever_their_length(
    small: Api, monkeypatch: pytest.MonkeyPatch, target: str, expected: int, limit: int
) -> None:
    monkeypatch.setattr(postings, "FEW_TO_MEET", -1)
    small.json(f"{target}&limit={limit}")
    assert len(small.statements) == expected, "\n".join(small.statements)


def test_what_is_remembered_costs_no_statement_again(article: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bitmaps, "FEW_LOOKED_UP", -1)
    article.forget()
    question = "/facts?country=TR,AZ&q=military"
    asked = []
    # Other days are no other plan.
    for more in ("since=2000&limit=1", "since=2000&limit=2", "since=2001-05&until=2020"):
        article.json(f"{question}&{more}")
        asked.append({match[1] for one in article.statements if (match := re.search(r"FROM (?:\w+\.)?(\w+)", one))})
    assert asked[0] >= {"search", "bitmap", "fact"}
    assert asked[1:] == [{"fact"}, {"fact"}]


@pytest.mark.parametrize(
    ("target", "few"),
    [("/facts?limit=2", 3), ("/facts?limit=2&sort=-date", 3), ("/countries?limit=2", 2), ("/coverage?limit=2", 2)],
)
def test_a_later_page_takes_as_many_as_the_first(small: Api, target: str, few: int) -> None:
    following = small.json(target)["links"]["next"]
    first = len(small.statements)
    small.forget()
    small.json(following)
    assert len(small.statements) == first == few


@pytest.mark.parametrize(("target", "expected"), ONE.items())
def test_a_single_record(small: Api, target: str, expected: int) -> None:
    small.json(target)
    assert len(small.statements) == expected, "\n".join(small.statements)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/facts?limit=0", 0),
        ("/facts?colour=red", 0),
        ("/facts?country=Turkie", 2),  # the second looks for near misses
        ("/facts?country=Turkie,Norwey,Namibbia&actor=Nobody", 2),
        ("/transfers/nothing", 2),
        ("/facts/nothing", 2),
        ("/countries/Turkie", 2),
        ("/nowhere", 0),
    ],
)
def test_what_is_refused_costs_no_more(small: Api, target: str, expected: int) -> None:
    assert small.get(target).status_code in {404, 422}
    assert len(small.statements) == expected, "\n".join(small.statements)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"text": "We need no base,"}, 1),
        ({"text": "we need … base", "speaker": "Mara Okonjo", "source": "river-almanac-1999"}, 5),
        ({"text": "We need no base,", "speaker": "Mara Okonjo"}, 2),
        # Sought by phrase, by its words, by two words in a row: never more, however long it is.
        ({"text": "We need one base on the coast"}, 3),
        ({"text": "port " * 400}, 3),
        ({"text": "Russia … " * 200}, 2),
    ],
)
def test_verifying_a_quotation(small: Api, sent: dict[str, str], expected: int) -> None:
    assert small.request("POST", "/quotes/verify", json=sent).status_code == 200
    assert len(small.statements) == expected, "\n".join(small.statements)


def test_many_names_are_looked_up_at_once(small: Api) -> None:
    small.json("/facts?country=" + ",".join(["TR", "NOR", "cow:565", "Russia", "804"] * 40))
    assert len(small.statements) == 5


@pytest.mark.parametrize(("target", "expected"), WHOLE.items())
def test_a_whole_result_that_fits_one_page(small: Api, target: str, expected: int) -> None:
    assert small.get(target).status_code == 200
    assert len(small.statements) == expected, "\n".join(small.statements)


@pytest.mark.parametrize(
    ("target", "sent", "expected"),
    [
        ("/resolve", {"names": ["TR"]}, 1),
        ("/resolve", {"names": ["TR", "Norwey", "Nobody", "Turkie"] * 125}, 2),
        ("/quotes/verify", {"text": "Russia will likely help Turkey build a drone"}, 1),
        ("/quotes/verify", {"text": "Russia will likely help Turkey build a drone", "speaker": "Lars Vinter"}, 2),
        ("/quotes/verify", {"text": "Russia will perhaps help Turkey build a drone"}, 3),
        ("/quotes/verify", {"text": "short"}, 0),
    ],
)
def test_what_is_posted(small: Api, target: str, sent: dict[str, object], expected: int) -> None:
    small.request("POST", target, json=sent)
    assert len(small.statements) == expected, "\n".join(small.statements)
