"""Collections as tables: the API's own filters as a form, its facets, its pages; what a column says is `columns`'."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.core.vocabulary import CoverageStatus, Modality
from app.web.columns import columns_of
from app.web.names import source_names, state_names
from app.web.questions import Questions, address_query
from app.web.site import Page, Site
from app.web.words import label

# Beside the filters; each has a place of its own on the page, or none.
_APART = frozenset({"sort", "limit", "cursor", "fields", "facet", "group_by", "release", "highlight", "evidence"})
# What everybody asks; the rest is behind a fold.
_FIRST = ("q", "kind", "country", "since", "until", "modality", "has", "category", "used_by", "organization_type")
_FACETS = (
    "kind",
    "supplier",
    "recipient",
    "category",
    "deal_status",
    "type",
    "operator",
    "country",
    "modality",
    "source",
)
MOST_FACETS = 4
MOST_VALUES = 8
_IN_TIME, _LATEST_FIRST = "date", "-date"
_LABELS = {"q": "Words"}
_SIZES = ("20", "50", "100", "200", "500")


# What the page says of itself, where the API's own words are for those who write programs.
_LEADS = {
    "facts": "All that is recorded, of every kind, in order of time. Each fact leads to the words that prove it.",
    "releases": "What this service holds: the current release, and earlier ones that can still be read and cited.",
}
_TITLES = {"vocab": "Code lists"}
_PICTURES = {"coverage": "/coverage.svg", "transfers": "/transfers/flows.svg"}


@dataclass(frozen=True)
class Field:
    """A filter as a field of the form: its choices, where the list is closed; what is asked now, and how no more.

    blank: what is asked where nothing is chosen.
    """

    name: str
    label: str
    doc: str
    choices: tuple[str, ...]
    value: str
    off: str | None
    blank: str
    required: bool


async def collection(questions: Questions, site: Site) -> Page:
    """Any collection: a table, a page at a time."""
    found = await questions.main()
    name = questions.path.removeprefix("/")
    context = await listed(questions, found) | {"columns": columns_of(name, found["data"]), "kinds": site.kinds}
    context["is_of_facts"] = name in site.collections
    picture = _PICTURES.get(name)
    if name == "coverage":
        context["sources"], context["states"] = await source_names(questions), await state_names(questions)
    if name in _LEADS:
        context["doc"] = _LEADS[name]
    context["beside"] = _beside(name, site)
    context["statuses"] = list(CoverageStatus) if name == "coverage" else []
    context["drawn"] = drawn(found, picture) if picture and site.draws(picture) else None
    return Page(
        "list.html",
        _TITLES.get(name, label(name)),
        found["links"]["self"],
        context,
        of_a_release="release" in _declared(questions),
    )


async def codes(questions: Questions, _: Site) -> Page:
    """One code list, with its definitions."""
    found = await questions.main()
    return Page("codes.html", label(found["data"]["name"]), found["links"]["self"], {"list": found["data"]})


async def listed(questions: Questions, found: Any) -> dict[str, Any]:
    """Return what every list's page has: the form, the facets, the pages, the formats."""
    declared = _declared(questions)
    # How many records a page shows unasked is no filter.
    unasked = () if questions.one("limit") else ("limit",)
    pairs = [pair for pair in parse_qsl(urlsplit(found["links"]["self"]).query) if pair[0] not in unasked]
    # Asked twice is all of: the form has room for the first, and keeps the others.
    given = dict(reversed(pairs))
    path = urlsplit(found["links"]["self"]).path
    fields = fields_of(questions, path, pairs)
    rest = list(pairs)
    for pair in given.items():
        rest.remove(pair)
    return {
        "found": found,
        "path": path,
        "doc": getattr(questions.route, "description", ""),
        "first": [field for field in fields if field.name in _FIRST or field.value],
        "others": [field for field in fields if field.name not in _FIRST and not field.value],
        "sorts": _choices(declared.get("sort")),
        "sort": given.get("sort", ""),
        "turned": _turned(found["links"]["self"], given.get("sort", _IN_TIME)),
        "sizes": _SIZES if "limit" in declared else (),
        "size": given.get("limit", "50"),
        "kept": [pair for pair in rest if pair[0] not in _APART],
        "filtered": any(field.value for field in fields),
        "facets": await facets(questions, questions.path, declared, pairs),
        "first_page": _without(found["links"]["self"], "cursor") if "cursor" in given else None,
        "table": _table(found["links"]["self"]),
    }


def _beside(name: str, site: Site) -> list[tuple[str, str]]:
    """Return the collections that stand beside this one: of facts, or of entities; none of what is neither."""
    facts, entities = ["facts", *site.kinds.values()], list(site.catalogues.values())
    return [(one, label(one)) for one in next((some for some in (facts, entities) if name in some), [])]


def fields_of(questions: Questions, path: str, pairs: list[tuple[str, str]]) -> list[Field]:
    """Return what the address of the page may be asked by, as fields, with what it is asked by now."""
    given = dict(reversed(pairs))
    return [
        Field(
            name,
            _LABELS.get(name, label(name)),
            parameter["description"],
            tuple(_choices(parameter)),
            given.get(name, ""),
            _off(path, pairs, name) if name in given else None,
            _blank(name, parameter),
            parameter.get("required", False),
        )
        for name, parameter in _declared(questions).items()
        if name not in _APART
    ]


def _blank(name: str, parameter: Any) -> str:
    if name == "modality":
        return Modality.actual.value
    if parameter.get("required"):
        return "choose"
    unasked: str = parameter["schema"].get("default", "any")
    return unasked


async def facets(questions: Questions, path: str, declared: dict[str, Any], given: list[tuple[str, str]]) -> list[Any]:
    """Return how what is found divides, by the filters that tell most; a filter that is in use can be taken off."""
    possible = _choices(declared.get("facet"))
    chosen = [name for name in _FACETS if name in possible][:MOST_FACETS]
    if not chosen:
        return []
    asked = [(name, value) for name, value in given if name not in ("cursor", "limit", "fields", "facet", "sort")]
    asked += [("facet", ",".join(chosen)), ("limit", "1")]
    answer = await questions.ask(f"{path}?{address_query(asked)}")
    named = {name for name, _ in given}
    return [
        {
            **facet,
            "label": label(facet["parameter"]),
            "values": facet["values"][:MOST_VALUES],
            "off": _off(path, given, facet["parameter"]) if facet["parameter"] in named else None,
        }
        for facet in answer["meta"]["facets"]
        if len(facet["values"]) > 1 or facet["parameter"] in named
    ]


def _declared(questions: Questions) -> dict[str, Any]:
    """Return the parameters that the address takes, by name, as OpenAPI has them; of two names for one, the first."""
    extra = getattr(questions.route, "openapi_extra", None) or {}
    found: dict[str, Any] = {}
    for parameter in extra.get("parameters", ()):
        _, _, alias = parameter["description"].partition("The same as `")
        if alias.rstrip("`.") not in found:
            found[parameter["name"]] = parameter
    return found


def drawn(found: Any, picture: str) -> str:
    """Return the address of the picture of what a list finds."""
    query = _without(found["links"]["self"], "cursor", "limit", "sort").partition("?")[2]
    return f"{picture}{'?' if query else ''}{query}"


def _choices(parameter: Any) -> list[str]:
    """Return all that may be said, where the list is closed."""
    if parameter is None:
        return []
    schema = parameter["schema"]
    found: Iterable[str] = schema.get("items", schema).get("enum", ())
    return list(found)


def _off(path: str, given: list[tuple[str, str]], name: str) -> str:
    query = address_query((key, value) for key, value in given if key not in (name, "cursor"))
    return f"{path}?{query}" if query else path


def _turned(address: str, sort: str) -> str:
    """Return the question for the same in order of time, the other way round where that is the order already."""
    asked = _LATEST_FIRST if sort == _IN_TIME else _IN_TIME
    base = _without(address, "sort", "cursor")
    return f"{base}{'&' if '?' in base else '?'}{address_query([('sort', asked)])}"


def _without(address: str, *names: str) -> str:
    split = urlsplit(address)
    query = address_query((name, value) for name, value in parse_qsl(split.query) if name not in names)
    return f"{split.path}{'?' if query else ''}{query}"


def _table(address: str) -> str:
    """Return the address of the whole result as a table."""
    plain = _without(address, "cursor", "limit", "facet")
    path, mark, query = plain.partition("?")
    return f"{path}.csv{mark}{query}"
