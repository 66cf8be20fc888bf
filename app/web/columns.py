"""Which columns a collection's table has on a page; the values are the API's, and the templates show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.web.words import label


@dataclass(frozen=True)
class Column:
    """A column: its heading, and the key of the records that it shows, the ends of a path joined by dots."""

    heading: str
    key: str

    def of(self, record: Any) -> Any:
        """Return what a record says here; None when it says nothing."""
        found = record
        for part in self.key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found


# A kind that is not named here is shown by what every fact has.
_OF_FACTS = ("kind", "parties")
_KEYS: dict[str, tuple[str, ...]] = {
    "facts": _OF_FACTS,
    "agreements": ("agreement_type", "parties", "status"),
    "transfers": (
        "supplier",
        "recipient",
        "system",
        "deal_status",
        "number_ordered",
        "number_delivered",
    ),
    "cooperation": ("cooperation_type", "parties", "status"),
    "exercises": ("name", "host", "participants"),
    "deployments": ("sending", "host", "facility", "duration"),
    "trainings": ("provider", "recipient", "course", "people", "fiscal_year"),
    "holdings": ("operator", "origin", "system", "description", "number"),
    "events": ("event_type", "participants", "place"),
    "quotes": ("speaker", "form", "about", "claims_modality"),
    "countries": ("name", "codes.iso3", "codes.cow", "codes.gw", "valid_from", "valid_until"),
    "organizations": ("name", "organization_type", "organ_of", "based_in"),
    "people": ("name", "variants", "offices"),
    "systems": ("name", "category", "origin", "aliases", "description"),
    "places": ("name", "country", "aliases", "disputed"),
    "sources": ("title", "publisher", "published", "facts", "passages"),
    "coverage": ("source", "a", "b", "kind", "period", "status", "link"),
    "releases": ("id", "current", "loaded_at", "facts", "sources", "links.facts"),
    "vocab": ("name", "definition"),
    "panel": ("source", "year", "code1", "code2", "coverage", "facts", "multilateral"),
    "changes": ("change", "id", "kind", "reason"),
}
_HEADINGS = {
    "codes.iso3": "ISO3",
    "codes.cow": "COW",
    "codes.gw": "Gleditsch\u2013Ward",
    "links.facts": "Its facts",
    "number_ordered": "Ordered",
    "number_delivered": "Delivered",
    "deal_status": "Deal",
    "claims_modality": "What it claims is",
    "a": "Between",
    "b": "and",
    "code1": "From",
    "code2": "To",
    "multilateral": "Of them with others",
    "link": "Facts",
}
_FACTS_HAVE = "summary"


def columns_of(collection: str, records: Sequence[Any]) -> list[Column]:
    """Return a collection's columns, without those that this page would leave empty."""
    of_facts = bool(records) and _FACTS_HAVE in records[0]
    keys = _KEYS.get(collection, _OF_FACTS if of_facts else tuple(records[0]) if records else ())
    columns = [Column(_HEADINGS.get(key, label(key)), key) for key in keys]
    return [column for column in columns if any(column.of(record) not in (None, [], "") for record in records)]
