"""The pages by address: one table of what is shown, and who makes it; an address that is not in it is not a page."""

from __future__ import annotations

from app.web.pages import countries, entities, facts, home, lists, panel, quotes, relations, sources, systems
from app.web.site import Maker, Site

_ADDRESSES: dict[str, Maker] = {
    "/": home.home,
    "/search": home.search,
    "/relations": relations.pairs,
    "/quotes/verify": quotes.check,
    # What is neither a fact nor an entity, and is shown as a table all the same.
    "/coverage": lists.collection,
    "/releases": lists.collection,
    "/changes": lists.collection,
    "/vocab": lists.collection,
    panel.PATH: panel.panel,
}
# `/relations/{a}/{b}`.
OF_A_PAIR = 2
_ALONE: dict[str, Maker] = {"evidence": facts.passage, "vocab": lists.codes}
_ENTITIES: dict[str, Maker] = {
    "country": countries.country,
    "system": systems.system,
    "source": sources.source,
}


def find(path: str, site: Site) -> Maker | None:
    """Return who makes the page of an address."""
    if path in _ADDRESSES:
        return _ADDRESSES[path]
    if site.draws(path) or site.draws(f"{path}.svg"):
        # A picture, or the table behind it: both are files.
        return None
    name, *rest = path.removeprefix("/").split("/")
    if not rest:
        return lists.collection if name in site.collections or name in site.catalogues.values() else None
    if len(rest) == 1:
        return _one_of(name, site)
    return relations.pair if name == "relations" and len(rest) == OF_A_PAIR else None


def _one_of(name: str, site: Site) -> Maker | None:
    """Return who makes the page of one record of a collection."""
    if name in site.collections:
        return facts.fact
    kind = next((kind for kind, collection in site.catalogues.items() if collection == name), None)
    return _ALONE.get(name) if kind is None else _ENTITIES.get(kind, entities.entity)
