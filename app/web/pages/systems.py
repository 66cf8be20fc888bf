"""A weapon system's page: who makes it, who supplies it to whom, who flies it; each count leads to its facts."""

from __future__ import annotations

from typing import Any

from app.web.pages.entities import known
from app.web.questions import Questions
from app.web.site import Page, Site

# What is asked of a system: a heading, the question, and the filter by which its answer is counted.
_ASKED = (
    ("Makes it", "/facts?system={id}&system_role=produced", "country"),
    ("Supplies it", "/transfers?system={id}", "supplier"),
    ("Receives it", "/transfers?system={id}", "recipient"),
    ("Holds it", "/holdings?system={id}", "operator"),
    ("Fields it", "/facts?system={id}&system_role=fielded", "actor"),
)
MOST = 12


async def system(questions: Questions, site: Site) -> Page:
    """A weapon system."""
    found = await questions.main()
    context = await known(questions, site, found) | {"roles": await _roles(questions, found["data"]["id"])}
    return Page("system.html", found["data"]["name"], found["links"]["self"], context)


async def _roles(questions: Questions, id: str) -> list[dict[str, Any]]:
    found = []
    for name, template, by in _ASKED:
        target = template.format(id=id)
        answer = await questions.ask(f"{target}&facet={by}&limit=1")
        values = answer["meta"]["facets"][0]["values"]
        withheld = {modality: count for modality, count in answer["meta"]["withheld"].items() if count}
        found.append({"name": name, "target": target, "values": values[:MOST], "withheld": withheld})
    return found
