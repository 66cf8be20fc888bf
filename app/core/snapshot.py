"""What a release says about itself, read once when it is opened; no answer is made here."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pyroaring import FrozenBitMap
from sqlalchemy import Column, Connection, MetaData, String, Table, select
from sqlalchemy.exc import DatabaseError
from sqlmodel import col

from app.core import moments
from app.core.moments import Moments
from app.core.tables import Release, Source
from app.core.windows import size_of
from app.kit.bounded import Bounded
from app.kit.engines import LOG, Held, NotServing, Releases, first_line, lost
from app.kit.pages import MAX_LIMIT

ALEMBIC = Table("alembic_version", MetaData(), Column("version_num", String))
# Of bitmaps: at ten million facts, the longest list's has 1.25 MB.
MOST_BYTES = 32 * 2**20
# Of plans, and of what is known of lists' sources.
OF_PLANS = 8 * 2**20
OF_SPREAD = 4 * 2**20
_TOLD = ("id", "title", "publisher", "url")


@dataclass(frozen=True)
class Listed:
    """A list of facts, and how long it is."""

    id: int
    count: int


# Those of what is shown, and of what is withheld.
Sources = tuple[frozenset[str], frozenset[str]]
# A kind and a modality; and the lists of facts of such.
Cell = tuple[str, str]
Cells = Mapping[Cell, Sequence[Listed]]


@dataclass(frozen=True)
class Snapshot:
    """A release: its id, when it was loaded, how many facts are dated, its counts, who came before whom.

    schema: the schema that it was compiled with. sources: its first five hundred, by id, with title, publisher, url.
    moments: where its dates are.
    names: what names were found to stand for, remembered as they are asked. listed: the lists of terms, likewise.
    spread: the sources of lists, likewise. plans: how questions are answered, by all of them that a plan hangs on.
    bitmaps: those of lists by id, of the facts that words found by these, and of plans' facts without an end by the
    plans' numbers: to read one anew takes up to milliseconds.
    """

    id: str
    loaded_at: str
    dated: int
    counts: dict[str, int]
    coverage: dict[str, Any]
    schema: str | None
    sources: dict[str, dict[str, str | None]]
    moments: Moments = field(compare=False)
    names: dict[tuple[frozenset[str], str], str] = field(default_factory=dict, compare=False)
    listed: dict[tuple[str, str], Cells] = field(default_factory=dict, compare=False)
    spread: Bounded[Hashable, Sources] = field(default_factory=lambda: Bounded(OF_SPREAD, _of_texts), compare=False)
    bitmaps: Bounded[Hashable, FrozenBitMap] = field(
        default_factory=lambda: Bounded(MOST_BYTES, _with_key), compare=False
    )
    plans: Bounded[Hashable, Any] = field(
        default_factory=lambda: Bounded(OF_PLANS, lambda _, plan: plan.size), compare=False
    )

    @property
    def predecessors(self) -> dict[str, list[str]]:
        """For a state, the gone states before it that take part in facts of this release."""
        found: dict[str, list[str]] = self.coverage["predecessors"]
        return found

    @property
    def compared(self) -> list[str]:
        """The earlier releases since which the changes were compiled, the last loaded first; none of older programs."""
        found: list[str] = self.coverage.get("compared", [])
        return found


def _of_texts(key: Hashable, sources: Sources) -> int:
    # What Python takes beside the letters of a short text is several times as much.
    return 1_000 + 8 * len(repr(key)) + 100 * sum(map(len, sources))


def _with_key(key: Hashable, numbers: FrozenBitMap) -> int:
    # A number, or words as they were asked for.
    return size_of(numbers) + len(repr(key))


FactReleases = Releases[Snapshot]
HeldRelease = Held[Snapshot]


class Unreadable(NotServing):
    """A release that says nothing of itself that this program understands: it is of another schema."""

    def __init__(self, schema: str) -> None:
        """Name its schema."""
        super().__init__("The current release cannot be read by this program: run `python -m seed load`.")
        self.schema = schema


def describe(connection: Connection) -> Snapshot:
    """Read the one row that the compiler writes last; NotServing (503) when it is not there."""
    schema = None
    try:
        schema = connection.execute(select(ALEMBIC.c.version_num)).scalar_one_or_none()
        row = connection.execute(
            select(
                col(Release.id), col(Release.loaded_at), col(Release.dated), col(Release.counts), col(Release.coverage)
            )
        ).one_or_none()
        sources = connection.execute(select(col(Source.answer)).order_by(col(Source.n)).limit(MAX_LIMIT)).scalars()
        told = [json.loads(source) for source in sources]
        dates = moments.read(connection)
    except DatabaseError as error:
        if lost(error):
            raise
        LOG.warning("the release cannot be read: %s", first_line(error))
        if schema is not None:
            raise Unreadable(schema) from None
        row = None
    if row is None:
        raise NotServing("The database holds no whole release: run `python -m seed load`.")
    by_id = {source["id"]: {key: source.get(key) for key in _TOLD} for source in told}
    return Snapshot(row[0], row[1], row[2], json.loads(row[3]), json.loads(row[4]), schema, by_id, dates)


@cache
def head(migrations: Path) -> str | None:
    """Return the schema that this program reads: the head of its migrations."""
    # Imported here: only readiness and earlier releases need it.
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(migrations)).get_current_head()
