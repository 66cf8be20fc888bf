"""The codes of the states that actors are, or count for, in one release: what tables say beside names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core.tables import Country, Organization


class States:
    """Codes by actor; organizations are looked up page by page, for there may be many."""

    def __init__(self, connection: Connection) -> None:
        """Read the states' codes, by one statement."""
        rows = connection.execute(select(col(Country.id), col(Country.answer)))
        self._codes: dict[str, dict[str, str | None]] = {row[0]: json.loads(row[1])["codes"] for row in rows}
        self._organs: dict[str, str | None] = {}

    def look_up(self, connection: Connection, records: Iterable[Any]) -> None:
        """Find out, by one statement at most, for which states the records' organizations count."""
        wanted = sorted({id_ for record in records for id_ in _organizations(record)})
        self._organs = {}
        if wanted:
            statement = select(col(Organization.id), col(Organization.organ_of)).where(col(Organization.id).in_(wanted))
            self._organs = {row[0]: row[1] for row in connection.execute(statement)}

    def code(self, actor: str, scheme: str) -> str | None:
        """Return the code of the state that an actor is, or counts for."""
        return self._codes.get(self._organs.get(actor) or actor, {}).get(scheme)


def _organizations(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("kind") == "organization" and "id" in value:
            yield value["id"]
        for one in value.values():
            yield from _organizations(one)
    elif isinstance(value, list):
        for one in value:
            yield from _organizations(one)
