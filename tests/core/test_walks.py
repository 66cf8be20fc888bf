"""However a page's lists are walked, it is the same page: few facts sorted, many lists merged or met, each fact asked.

So small a corpus takes the first way; here it is made to take the others.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from app.core import bitmaps, lists, postings
from app.kit import textindex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Api

NEVER = 1_000_000
NONE, FEW, ALL = (dict.fromkeys(textindex.MOST_READ, many) for many in (-1, 2, NEVER))
# What counts as few: for sorting, for asking each for its date, for meeting; how many parts merge at most; how many
# facts with the words are read, how many at once, and how many of them are looked up in lists.
WAYS = {
    "merged": (-1, -1, NEVER, 10_000, NONE, NEVER, -1),
    "asked one by one": (-1, -1, NEVER, 0, NONE, NEVER, -1),
    "met": (2_000, 300, -1, 60, ALL, 2, -1),
    "looked up": (2_000, 300, -1, 60, ALL, NEVER, NEVER),
    "too many in the end": (2_000, 300, -1, 60, FEW, 1, -1),
}
TOLD = (
    *((postings, name) for name in ("FEW", "FEW_BY_DATE", "FEW_TO_MEET", "MOST_PARTS")),
    *((bitmaps, name) for name in ("MOST_READ", "AT_ONCE", "FEW_LOOKED_UP")),
)
FILTERS = (
    "",
    "country=TR",
    "country=TR,NO,NA",
    "country=!TR",
    "country=TR&country=NO",
    "country=TR,RU&role=recipient,supplier",
    "country=TR&role=!supplier",
    "kind=transfer,event",
    "kind=!transfer&voice=source",
    "between=TR,NO",
    "granularity=!aggregate&mentions=RU,UA",
    "since=2015",
    "until=2015",
    "since=2015&until=2018-06",
    "since=2010&until=2019&date_match=certain",
    "since=2010&date_match=certain",
    "until=2019&date_match=certain",
    "country=TR,NO&since=2014&until=2018&date_match=certain",
    "country=TR,NO&since=2014&until=2018",
    "q=drone* OR port",
    "q=drone* OR port&country=TR&since=2014",
    "q=drone* OR port&country=!TR",
    "q=drone* OR port&kind=transfer,event&until=2018",
    "q=drone* OR port&since=2014&until=2018&date_match=certain",
    "q=nothing-of-this",
    "id=!tr-no-heron-2016",
    "id=ru-na-base-denied,no-tr-drone-denied,harbour-pact-2017&since=1990",
    "role=host",
)
STEERING = (
    "limit=3",
    "limit=3&sort=-date",
    "limit=3&sort=id",
    "limit=3&sort=-id",
    "limit=3&modality=any&sort=-date",
    "limit=500&facet=modality,source",
)
OF_KINDS = (
    "/agreements?active_on=2010",
    "/agreements?active_on=2010&party=TR",
    "/agreements?active_on=2010&since=2001",
    "/deployments?active_on=2015-06",
    "/transfers?since=2015",
    "/transfers?from=TR&to=NO,AZ,UA",
    "/transfers?from=TR,RU&to=NO&since=2012",
    "/transfers?from=!TR&to=NO",
    "/transfers?from=TR&to=!NO",
)
QUESTIONS = [
    *(f"/facts?{'&'.join(filter(None, parts))}" for parts in product(FILTERS, STEERING)),
    *(f"{question}&{steering}" for question, steering in product(OF_KINDS, STEERING)),
]


def walk(api: Api, question: str) -> list[str]:
    """Return the ids of all pages, and what the first says of the whole."""
    page = api.json(question)
    found = [str([page["meta"][key] for key in ("total", "withheld", "notes", "facets")])]
    while True:
        found += [record["id"] for record in page["data"]]
        if page["links"]["next"] is None:
            return found
        page = api.json(page["links"]["next"])


def forget(api: Api) -> None:
    """Have bitmaps read anew."""
    api.app.state.releases.current().about.bitmaps.clear()


@pytest.fixture(autouse=True)
def forgotten(small: Api) -> Iterator[None]:
    """Leave nothing that was read with other bounds."""
    yield
    forget(small)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_way_finds_the_same(small: Api, monkeypatch: pytest.MonkeyPatch, way: str, question: str) -> None:
    expected = walk(small, question)
    for (module, name), value in zip(TOLD, WAYS[way], strict=True):
        monkeypatch.setattr(module, name, value)
    # Else what the first way read would be found again.
    forget(small)
    assert walk(small, question) == expected


@pytest.mark.parametrize(
    "asked", ["country=TR,NO,NA&mentions=RU,UA", "country=TR,NO,AZ&since=2012", "country=TR,RU&mentions=!UA,NO"]
)
def test_very_many_lists_are_read_some_at_a_time(small: Api, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    question = f"/facts?{asked}&modality=any&limit=3"
    monkeypatch.setattr(postings, "FEW_TO_MEET", -1)
    expected = walk(small, question)
    assert len(expected) > 1
    forget(small)
    small.get(question)
    at_once = len(small.statements)
    monkeypatch.setattr(bitmaps, "MOST", 1)
    forget(small)
    small.get(question)
    assert len(small.statements) > at_once
    forget(small)
    assert walk(small, question) == expected


def test_pages_together_are_the_whole(small: Api) -> None:
    whole = small.json("/facts?modality=any&limit=500")
    assert walk(small, "/facts?modality=any&limit=3")[1:] == [record["id"] for record in whole["data"]]


@pytest.mark.parametrize(
    "question", [question for question in QUESTIONS if "limit=3" in question and "sort" not in question]
)
def test_what_is_counted_is_what_is_found(small: Api, question: str) -> None:
    found = walk(small, question)
    page = small.json(question)["meta"]
    assert page["total"] == len(found) - 1
    withheld = {
        modality: small.json(f"{question}&modality={modality}")["meta"]["total"] for modality in page["withheld"]
    }
    assert page["withheld"] == withheld


@pytest.mark.parametrize("few_to_meet", [-1, NEVER])
@pytest.mark.parametrize("asked", ["since=2015", "until=2015", "country=TR&since=2014", "country=NO,TR&until=2018"])
def test_no_more_is_counted_than_is_told(
    small: Api, monkeypatch: pytest.MonkeyPatch, asked: str, few_to_meet: int
) -> None:
    whole = small.json(f"/facts?{asked}")["meta"]
    monkeypatch.setattr(postings, "FEW_BY_DATE", -1)
    monkeypatch.setattr(postings, "FEW_TO_MEET", few_to_meet)
    monkeypatch.setattr(lists, "EXACT", 4)
    bounded = small.json(f"/facts?{asked}&limit=3")["meta"]
    assert whole["total"] > bounded["total"] == 4
    assert bounded["total_is"] == "at_least"
    assert bounded["withheld"] == {modality: min(count, 5) for modality, count in whole["withheld"].items()}
