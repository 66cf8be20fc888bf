"""Cursors walk a list completely, whatever the page's size and order; they belong to one question and one release."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from app.facts import FACTS
from app.kit.pages import Cursor

if TYPE_CHECKING:
    from tests.conftest import Api

FACT_LISTS = [
    "/facts?modality=any",
    "/facts?country=TR&modality=!denied",
    "/relations/TR/NO?modality=any",
    *(f"/{resource.collection}?modality=any" for resource in FACTS),
]
OTHER_LISTS = [
    "/organizations?type=!company",
    "/people",
    "/systems",
    "/places",
    "/sources",
    "/countries?has=transfer",
    "/relations?modality=any",
    "/coverage?kind=transfer",
    "/coverage?between=TR,NO",
]


def walk(api: Api, target: str) -> list[str]:
    """Follow `links.next` from page to page; return what identifies each record, in the order of the pages."""
    found: list[str] = []
    following: str | None = target
    while following is not None:
        answer = api.json(following)
        assert answer["data"] or not found, "a page after the first is empty"
        assert answer["meta"]["count"] == len(answer["data"])
        found += [
            record["id"] if "id" in record else record["link"] + record.get("source", "") for record in answer["data"]
        ]
        following = answer["links"]["next"]
        assert len(found) <= answer["meta"]["total"]
    assert len(found) == answer["meta"]["total"]
    return found


@pytest.mark.parametrize("limit", [1, 2, 7])
@pytest.mark.parametrize("sort", ["date", "-date", "id", "-id"])
@pytest.mark.parametrize("target", FACT_LISTS)
def test_facts_are_walked_completely(small: Api, target: str, sort: str, limit: int) -> None:
    asked = f"{target}&sort={sort}"
    whole = walk(small, f"{asked}&limit=500")
    assert walk(small, f"{asked}&limit={limit}") == whole
    assert len(set(whole)) == len(whole)


@pytest.mark.parametrize("limit", [1, 2, 7])
@pytest.mark.parametrize("target", OTHER_LISTS)
def test_other_lists_are_walked_completely(small: Api, target: str, limit: int) -> None:
    join = "&" if "?" in target else "?"
    whole = walk(small, f"{target}{join}limit=500")
    assert walk(small, f"{target}{join}limit={limit}") == whole
    assert len(set(whole)) == len(whole) > 1


def test_countries_are_walked_completely(small: Api) -> None:
    found = walk(small, "/countries?limit=100")
    assert found == sorted(found)
    assert {"TR", "NO", "NA", "SUHH", "CD", "CG"} <= set(found)


def test_the_last_page_has_no_next(small: Api) -> None:
    total = len(small.ids("/facts?limit=500"))
    assert small.json(f"/facts?limit={total}")["links"]["next"] is None
    assert small.json(f"/facts?limit={total - 1}")["links"]["next"] is not None


def cursor_of(api: Api, target: str) -> str:
    """Return the cursor of a list's second page."""
    following: str = api.json(target)["links"]["next"]
    return parse_qs(urlsplit(following).query)["cursor"][0]


def test_the_page_size_may_change_on_the_way(small: Api) -> None:
    cursor = cursor_of(small, "/facts?limit=2")
    assert small.ids(f"/facts?limit=3&cursor={cursor}") == small.ids("/facts")[2:5]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "/facts?sort=-date",
        "/facts?sort=id",
        "/facts?country=TR",
        "/facts?modality=any",
        "/transfers?limit=2",
        "/countries?limit=2",
        "/coverage?limit=2",
        "/relations?limit=2",
        "/relations/TR/NO?limit=2",
    ],
)
def test_a_cursor_belongs_to_its_question(small: Api, elsewhere: str) -> None:
    cursor = cursor_of(small, "/facts?limit=2")
    (culprit,) = small.problem(f"{elsewhere}&cursor={cursor}")["errors"]
    assert culprit["parameter"] == "cursor"
    assert "take it from `links.next`" in culprit["detail"]


@pytest.mark.parametrize(
    "cursor", ["x", "0", "bnVsbA", "W10", "e30", "WzEsMiwzXQ", "%C3%BC", "A" * 400, "Ŵ10", "====", "!x"]
)
def test_a_garbled_cursor_is_refused(small: Api, cursor: str) -> None:
    (culprit,) = small.problem(f"/facts?cursor={cursor}")["errors"]
    assert culprit["parameter"] == "cursor"


def test_a_cursor_that_was_tampered_with_is_refused(small: Api) -> None:
    cursor = cursor_of(small, "/facts?limit=2")
    assert small.problem(f"/facts?limit=2&cursor={cursor[:-1]}")["errors"][0]["parameter"] == "cursor"
    assert small.problem(f"/facts?limit=2&cursor={cursor}=")["errors"][0]["parameter"] == "cursor"


@pytest.mark.parametrize("release", ["0123456789ab", "CON", "x" * 200])
@pytest.mark.parametrize("target", ["/facts?limit=2", "/countries?limit=2", "/relations?limit=2", "/coverage?limit=2"])
def test_a_cursor_of_a_release_that_is_not_held_is_410(small: Api, target: str, release: str) -> None:
    foreign = replace(Cursor.read(cursor_of(small, target)), release=release).write()
    problem = small.problem(f"{target}&cursor={foreign}", 410)
    assert problem["type"] == "/problems/release-gone"
    assert "start again" in problem["detail"]
