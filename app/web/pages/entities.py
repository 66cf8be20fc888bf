"""Any entity's page: what is known of it, and the facts that it is in; what its kind has besides is in other files."""

from __future__ import annotations

from typing import Any

from app.web.names import source_names
from app.web.questions import Questions
from app.web.site import Page, Site
from app.web.words import label

SHOWN = 20
# They are in the heading, or under another name in the record.
_APART = frozenset({"id", "kind", "name", "title"})


async def entity(questions: Questions, site: Site) -> Page:
    """An organization, a person, or a kind of entity that has no page of its own."""
    found = await questions.main()
    return Page("entity.html", name_of(found["data"]), found["links"]["self"], await known(questions, site, found))


def name_of(record: Any) -> str:
    """Return what an entity is called."""
    found: str = record.get("name") or record["title"]
    return found


async def known(questions: Questions, site: Site, found: Any) -> dict[str, Any]:
    """Return what every entity's page has: its fields, and a list for each question that leads on from it."""
    lists, shown = [], set[str]()
    for name, target in found["links"]["more"].items():
        answer = await questions.ask(f"{target}{'&' if '?' in target else '?'}limit={SHOWN}")
        ids = {one.get("id") or one["link"] for one in answer["data"]}
        # What the lists before it have shown already is not shown again.
        if ids - shown:
            shown |= ids
            of_facts = "summary" in answer["data"][0]
            lists.append({"name": label(name), "target": target, "answer": answer, "of_facts": of_facts})
    return {
        "found": found,
        "record": found["data"],
        "fields": {key: value for key, value in found["data"].items() if key not in _APART},
        "lists": lists,
        "kinds": site.kinds,
        "sources": await source_names(questions) if found["data"].get("source") else {},
    }
