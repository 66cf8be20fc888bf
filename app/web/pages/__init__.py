"""The pages by address: one table of what is shown, and who makes it; an address that is not in it is not a page."""

from __future__ import annotations

from app.web.pages import countries, entities, facts, home, lists, quotes, relations, sources, systems
from app.web.site import Maker, Site

# What is neither a fact nor an entity, and is shown as a table all the same.
_TABLES = ("coverage", "releases", "vocab", "changes")
_OF_ENTITIES: dict[str, Maker] = {
    "country": countries.country,
    "system": systems.system,
    "source": sources.source,
}


def find(path: str, site: Site) -> Maker | None:
    """Return who makes the page of an address."""
    match path.removeprefix("/").split("/"):
        case [""]:
            return home.home
        case ["search"]:
            return home.search
        case ["quotes", "verify"]:
            return quotes.check
        case ["relations"]:
            return relations.pairs
        case ["relations", _, _]:
            return relations.pair
        case ["evidence", _]:
            return facts.passage
        case ["vocab", _]:
            return lists.codes
        case [name] if name in site.collections or name in site.catalogues.values() or name in _TABLES:
            return lists.collection
        case [name, _] if name in site.collections:
            return facts.fact
        case [name, _]:
            return next((_maker(kind) for kind, one in site.catalogues.items() if one == name), None)
    return None


def _maker(kind: str) -> Maker:
    return _OF_ENTITIES.get(kind, entities.entity)
