"""A fact's page and a passage's: the claim in words, who says so, the words themselves, how to cite it."""

from __future__ import annotations

from typing import Any

from app.core.answers import FactAnswer
from app.kit.formats import BIBTEX, CSL, RIS
from app.web.citing import apa
from app.web.questions import Questions, within
from app.web.site import Page, Site

MOST_RELATED = 50
MOST_ON_A_PASSAGE = 100


async def fact(questions: Questions, site: Site) -> Page:
    """One fact of any kind."""
    found = await questions.main()
    record, address = found["data"], found["links"]["self"].partition("?")[0]
    for_good = str(questions.request.base_url).rstrip("/") + within(address, questions.named or questions.release)
    related = record["related"][:MOST_RELATED]
    ids = ",".join(dict.fromkeys(one["id"] for one in related))
    others = (await questions.ask(f"/facts?id={ids}&modality=any", limit=MOST_RELATED))["data"] if related else []
    by_id = {one["id"]: one for one in others}
    context = {
        "found": found,
        "fact": record,
        "fields": {key: value for key, value in record.items() if key not in FactAnswer.model_fields},
        "passages": _by_source(record["evidence"]),
        "related": [(one["relation"], by_id.get(one["id"]), one["id"]) for one in related],
        "bibtex": await questions.text(address, BIBTEX.media_type),
        "ris": await questions.text(address, RIS.media_type),
        "apa": apa(await questions.text(address, CSL.media_type), record["id"], site.name, for_good, _year(record)),
        "quoted": record["kind"] == "quote",
    }
    return Page("fact.html", record["summary"], found["links"]["self"], context)


def _year(record: Any) -> int:
    return int(record["coded_on"][:4])


def _by_source(evidence: list[Any]) -> list[tuple[Any, list[Any]]]:
    """Return the passages by their source, both in the order of the API."""
    found: dict[str, tuple[Any, list[Any]]] = {}
    for citation in evidence:
        found.setdefault(citation["source"]["id"], (citation["source"], []))[1].append(citation)
    return list(found.values())


async def passage(questions: Questions, site: Site) -> Page:
    """One passage, and the facts that rest on it."""
    found = await questions.main()
    facts = await questions.ask(found["links"]["more"]["facts"], limit=MOST_ON_A_PASSAGE)
    context = {"found": found, "passage": found["data"], "facts": facts, "kinds": site.kinds}
    return Page("passage.html", f"A passage of {found['data']['source']['title']}", found["links"]["self"], context)
