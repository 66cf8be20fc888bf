"""A state's page: its partners by kind, the network round it, its facts in order of time."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from app.web.names import state_names
from app.web.pages.entities import SHOWN
from app.web.pages.lists import facets
from app.web.pages.relations import matrix
from app.web.questions import Questions
from app.web.site import Page, Site
from app.web.words import label

MOST_PARTNERS = 15
_FACETS = {"facet": {"schema": {"enum": ["kind", "modality", "source"]}}}


async def country(questions: Questions, site: Site) -> Page:
    """A state."""
    found = await questions.main()
    state = found["data"]["id"]
    relations = await questions.ask(f"/relations?country={state}&modality=any", limit=500)
    facts = await questions.ask(f"/facts?country={state}&sort=-date", limit=SHOWN)
    partners = matrix(relations["data"], state)
    asked = [("country", state), ("modality", "any")]
    context = {
        "found": found,
        "record": found["data"],
        "partners": partners[:MOST_PARTNERS],
        "partners_in_all": relations["meta"]["total"],
        "kinds": {kind: name for kind, name in site.kinds.items() if any(kind in row["cells"] for row in partners)},
        "all_partners": f"/relations?country={state}&modality=any",
        "facts": facts,
        "years": [(year, list(some)) for year, some in groupby(facts["data"], _year)],
        "facts_target": f"/facts?country={state}",
        # Nothing was chosen here that could be taken off.
        "facets": [facet | {"off": None} for facet in await facets(questions, "/facts", _FACETS, asked)],
        "transfers": await _transfers(questions, state),
        "states": await state_names(questions) if found["data"]["predecessors"] or found["data"]["successors"] else {},
        "drawn": site.draws("/countries/{name}/network.svg"),
    }
    return Page("country.html", found["data"]["name"], found["links"]["self"], context)


async def _transfers(questions: Questions, state: str) -> list[dict[str, Any]]:
    """Return who supplies the state and whom it supplies, each counted by the API."""
    found = []
    for name, one, other in (("Supplied by", "recipient", "supplier"), ("Supplies", "supplier", "recipient")):
        answer = await questions.ask(f"/transfers?{one}={state}&facet={other}&limit=1")
        values = answer["meta"]["facets"][0]["values"]
        if values:
            found.append({"name": name, "target": f"/transfers?{one}={state}", "values": values[:10]})
    return found


def _year(fact: Any) -> str:
    date = fact["date"]
    if date["earliest"] is None and date["latest"] is None:
        return label("not dated")
    return str(date["earliest"][:4]) if date["earliest"] else f"by {date['latest'][:4]}"
