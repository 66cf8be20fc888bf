"""What a release says about itself, read once when it is opened; no answer is made here."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import DatabaseError
from sqlmodel import col

from app.core.tables import Release
from app.kit.engines import LOG, Held, NotServing, Releases, first_line


@dataclass(frozen=True)
class Snapshot:
    """A release: its id, when it was loaded, how many facts are dated, its counts and who came before whom.

    names: what names were found to stand for, remembered as they are asked.
    """

    id: str
    loaded_at: str
    dated: int
    counts: dict[str, int]
    coverage: dict[str, Any]
    names: dict[tuple[frozenset[str], str], str] = field(default_factory=dict)

    @property
    def predecessors(self) -> dict[str, list[str]]:
        """For a state, the gone states before it that take part in facts of this release."""
        found: dict[str, list[str]] = self.coverage["predecessors"]
        return found


FactReleases = Releases[Snapshot]
HeldRelease = Held[Snapshot]


def describe(connection: Connection) -> Snapshot:
    """Read the one row that the compiler writes last; NotServing (503) when it is not there."""
    try:
        row = connection.execute(
            select(
                col(Release.id), col(Release.loaded_at), col(Release.dated), col(Release.counts), col(Release.coverage)
            )
        ).one_or_none()
    except DatabaseError as error:
        LOG.warning("the release cannot be read: %s", first_line(error))
        row = None
    if row is None:
        raise NotServing("The database holds no whole release: run `python -m seed load`.")
    return Snapshot(row[0], row[1], row[2], json.loads(row[3]), json.loads(row[4]))
