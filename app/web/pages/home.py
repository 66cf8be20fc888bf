"""The first page and the search: what there is, the newest facts, and any name or code."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from app.core.terms import TWO_STATES
from app.web.questions import Questions, Refused
from app.web.site import Page, Site

NEWEST = 6
MOST_SAID = 20
AT_A_GLANCE = 120
LONGEST_NAME = 200
# What may stand between the names of two states: `Turkey - Azerbaijan`, `TR,AZ`, `Armenia and Russia`.
_TWO = re.compile(r"\s*(?:,|/|&|\s-\s|\u2013|\u2014|\band\b|\bvs\b)\s*", re.IGNORECASE)


async def home(questions: Questions, site: Site) -> Page:
    """What this is, what it holds, what is newest in it."""
    service = await questions.main(without=("release",))
    # What the service is, it is now; what it holds is asked of the release that is read.
    questions.release = questions.named or questions.release
    newest = await questions.ask("/facts?sort=-date", limit=NEWEST)
    counted = await questions.ask("/facts?modality=any&facet=kind,modality,country&limit=1")
    # Who is named as saying so was read in a text: it shows best what a fact is.
    said = await questions.ask("/facts?voice=named&sort=-date", limit=MOST_SAID)
    sources = await questions.ask("/sources", limit=10)
    facets = {facet["parameter"]: facet["values"] for facet in counted["meta"]["facets"]}
    context = {
        "service": service["data"],
        "newest": newest["data"],
        # A fact has one kind.
        "total": sum(one["count"] for one in facets["kind"]),
        "by_kind": [one | {"link": f"/{site.kinds[one['value']]}?modality=any"} for one in facets["kind"]],
        "by_modality": facets["modality"],
        "states": facets["country"],
        "sources": sources,
        "specimen": _specimen(said["data"]) or _specimen(newest["data"]),
        "drawn": site.draws("/network.svg"),
    }
    return Page("home.html", site.name, "/", context)


def _specimen(facts: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the fact that shows best what a fact is: dated, and its passage is read at a glance."""

    def oddness(fact: Any) -> tuple[bool, int]:
        return fact["date"]["edtf"] is None, abs(len(fact["evidence"][0]["exact"]) - AT_A_GLANCE)

    return min((fact for fact in facts if fact["evidence"][0]["exact"]), key=oddness, default=None)


async def search(questions: Questions, site: Site) -> Page:
    """What a name or code stands for, and what says so; without words, the box alone."""
    sought = questions.one("q")
    if sought is None:
        return Page(
            "search.html",
            "Search",
            "/search",
            {"sought": "", "found": None, "refused": None, "named": [], "pair": None},
        )
    refusal = None
    found: Any = None
    try:
        found = await questions.main(highlight="true", limit="20")
    except Refused as refused:
        refusal = refused
    pair = await _pair(questions, sought)
    named = (await questions.ask("/resolve", q=sought))["data"] if len(sought) <= LONGEST_NAME else []
    certain = [one for one in named if one["matched"] != "near"]
    # What is no question of the full text may be a code all the same.
    if refusal and not (refusal.answer.status == HTTPStatus.UNPROCESSABLE_ENTITY and (certain or pair)):
        raise refusal
    nothing = found is None or not found["data"]
    context = {
        "sought": sought,
        "found": found,
        "refused": refusal.answer.record["detail"] if refusal else None,
        "named": certain or (named[:5] if nothing else []),
        "certain": bool(certain),
        "pair": pair,
        "of_facts": site.kinds,
    }
    return Page("search.html", f"Search: {sought}", found["links"]["self"] if found else None, context)


async def _pair(questions: Questions, sought: str) -> list[dict[str, Any]] | None:
    """Return the two states that two names stand for; None if they are not two, or not certain."""
    names = [part for part in _TWO.split(sought) if part]
    if len(names) != TWO_STATES or len(sought) > LONGEST_NAME:
        return None
    answer = await questions.put("/resolve", [], sent={"names": names, "kind": ["country"]})
    if answer.status != HTTPStatus.OK:
        return None
    states = [
        {"id": one["id"], "name": next((c["by"] for c in one["candidates"] if c["id"] == one["id"]), one["id"])}
        for one in answer.record["data"]
        if one["id"]
    ]
    return states if len({one["id"] for one in states}) == len(names) else None
