"""Pairs of states: who is tied to whom, and all that is between two; counts of two sources are never added."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.core.vocabulary import CoverageStatus, Modality
from app.web.names import source_names
from app.web.pages.lists import drawn, listed
from app.web.questions import Questions
from app.web.site import Page, Site

# As many as a timeline draws one by one.
MOST_BETWEEN = 60
_TIMELINE = "/relations/{a}/{b}/timeline.svg"
# Which role is where a fact comes from; the other end is where it goes.
_FROM = frozenset({"supplier", "provider", "sending", "financier", "licensor", "component_supplier"})


async def pairs(questions: Questions, site: Site) -> Page:
    """Pairs of states with what there is between them."""
    found = await questions.main()
    context = await listed(questions, found) | {
        "kinds": site.kinds,
        "rows": matrix(found["data"]),
        "drawn": drawn(found, "/network.svg") if site.draws("/network.svg") else None,
    }
    return Page("relations.html", "Relations", found["links"]["self"], context)


def matrix(relations: Iterable[Any], seen_from: str | None = None) -> list[dict[str, Any]]:
    """Return pairs with a cell for each kind: what each source counts, apart by modality and by what is never added up.

    seen_from: the state whose partners these are; the others are named.
    """
    rows = []
    for relation in relations:
        cells: dict[str, dict[tuple[str, str, bool], list[int]]] = {}
        for counted in (*relation["facts"], *relation["quotes"]):
            apart = counted["modality"], counted["granularity"], counted["multilateral"]
            # A count of each source that has any.
            cells.setdefault(counted["kind"], {}).setdefault(apart, []).append(counted["count"])
        partner = relation["b"] if relation["a"]["id"] == seen_from else relation["a"]
        # To put them in order: the largest of the counts, for none is added to another.
        weight = max((counted["count"] for counted in relation["facts"]), default=0)
        # What is so and is one thing between the two comes first.
        in_order = {kind: dict(sorted(apart.items(), key=_plainest)) for kind, apart in cells.items()}
        rows.append({"relation": relation, "partner": partner, "cells": in_order, "weight": weight})
    return sorted(rows, key=lambda row: (-row["weight"], row["partner"]["name"]))


def _plainest(cell: tuple[tuple[str, str, bool], list[int]]) -> tuple[int, bool, bool]:
    (modality, granularity, multilateral), _ = cell
    return list(Modality).index(Modality[modality]), granularity == "aggregate", multilateral


async def pair(questions: Questions, site: Site) -> Page:
    """Everything between two states: a lane for each kind, what goes which way, and what nobody looked for."""
    found = await questions.main(limit=str(MOST_BETWEEN))
    _, _, a, b = found["links"]["self"].partition("?")[0].split("/")
    first, second = [(await questions.ask(f"/countries/{one}"))["data"] for one in (a, b)]
    coverage = await questions.ask(f"/coverage?between={a},{b}", limit=500)
    context = await listed(questions, found) | {
        "a": first,
        "b": second,
        "lanes": _lanes(found["data"], site),
        "coverage": _by_source(coverage["data"]),
        "sources": await source_names(questions),
        "covered_kinds": list(dict.fromkeys(one["kind"] for one in coverage["data"])),
        "statuses": list(CoverageStatus),
        "direction": lambda fact: _direction(fact, a, b),
        "drawn": drawn(found, f"/relations/{a}/{b}/timeline.svg") if site.draws(_TIMELINE) else None,
        "kinds": site.kinds,
    }
    title = f"{first['name']} and {second['name']}"
    return Page("pair.html", title, found["links"]["self"], context)


def _lanes(facts: Iterable[Any], site: Site) -> list[tuple[str, list[Any]]]:
    """Return the facts by kind, in the order in which the house names its kinds; quotes come last."""
    lanes: dict[str, list[Any]] = {kind: [] for kind in site.kinds}
    for fact in facts:
        lanes[fact["kind"]].append(fact)
    return [(kind, some) for kind, some in lanes.items() if some]


def _by_source(coverage: Iterable[Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in coverage:
        found.setdefault(one["source"], {})[one["kind"]] = one
    return found


def _direction(fact: Any, a: str, b: str) -> str | None:
    """Return which way a fact goes, `ab` or `ba`; None when it goes both ways, or neither."""
    giving = {party["actor"]["id"] for party in fact["parties"] if party["role"] in _FROM}
    if (a in giving) == (b in giving):
        return None
    return "ab" if a in giving else "ba"
