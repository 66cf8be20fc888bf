"""A corpus into a new release beside the old ones; last, one pointer moves: a load that dies loses nothing."""

from __future__ import annotations

import gc
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, make_url, select
from sqlmodel import SQLModel

from app.core import spans
from app.core.listed import Elapsed
from app.core.resource import Resource
from app.core.tables import Change, Release
from app.kit.textindex import SEARCH, Document
from seed import changes, room
from seed.bitmaps import bitmaps
from seed.compile import Compiler
from seed.corpus import Corpus
from seed.datasets import Importer, Receipt, Track, gather, untracked
from seed.findings import Finding, Rejected
from seed.rows import Into, Rows, Values, line
from seed.spool import Spool
from seed.totals import TABLES as TOTALS

Say = Callable[[str], None]
# A table, and a statement that makes it as it is to be read: an index, above all.
Dropped = tuple[str, str]
Told = Callable[[list[Receipt], dict[str, Counter[str]]], None]
BATCH = 1_000
ROWS = 10_000


class Target(Protocol):
    """A database that releases are built in: how each engine does it is its own file's matter."""

    def building(self, release: str) -> AbstractContextManager[Connection]:
        """Open a place that nobody reads; leaving it without `publish` leaves nothing behind."""

    def room(self, spooled: int) -> None:
        """Refuse, with OSError, facts that will not fit: so many bytes they take in the spool."""

    def loosen(self, connection: Connection) -> list[Dropped]:
        """Drop what slows every row down, indexes above all; return what it was, in an order to make it anew."""

    def insert(self, connection: Connection, into: Into, rows: Sequence[Values]) -> None:
        """Insert rows."""

    def index(self, connection: Connection, documents: list[Document]) -> None:
        """Insert rows of the full-text index."""

    def earlier(self, connection: Connection, release: str) -> list[str]:
        """Return the releases that will stay beside this one, the last loaded first."""

    def facts(self, connection: Connection, release: str | None) -> Iterator[tuple[str, str, str]]:
        """Yield (id, kind, answer) of a release's facts, or of what is being built, in order of id."""

    def tighten(self, connection: Connection, dropped: Iterable[Dropped]) -> None:
        """Make anew some of what was dropped, sorted, and at once."""

    def flaws(self, connection: Connection) -> list[str]:
        """Say what is wrong with what was built, broken references included."""

    def publish(self, connection: Connection, release: str) -> None:
        """Make it the current release, in one step."""

    def forget(self, release: str) -> None:
        """Remove all but the last releases, and what loads that died left behind."""


def target_of(url: str, reader: str) -> Target:
    """Return the target that a URL names; `reader` is the PostgreSQL role that may read what is loaded."""
    # Imported here: a load into one engine does not need the other's driver.
    if make_url(url).get_backend_name() == "postgresql":
        from seed.into_postgresql import PostgresTarget

        return PostgresTarget(url, reader)
    from seed.into_sqlite import SqliteTarget

    return SqliteTarget(url)


def load(
    corpus: Corpus,
    url: str,
    facts: tuple[Resource, ...],
    migrations: Path,
    say: Say,
    reader: str = "foedus_reader",
    datasets: Sequence[tuple[Importer, Path]] = (),
    track: Track = untracked,
    told: Told = lambda _receipts, _changes: None,
) -> str:
    """Compile a checked corpus and data sets into `url`; return the release's id.

    Rejected if a file is not what its importer expects, or the release falls short of `expect.yml`. `told` hears what
    became of every row, and how much changed since each earlier release, before the pointer moves.
    """
    target = target_of(url, reader)
    corpus = corpus.with_room()
    kept_aside = room.writing("what a load keeps aside", room.aside(), sqlite3.OperationalError)
    with kept_aside, unhurried(), Spool() as spool:
        if datasets:
            say("data sets")
        receipts = gather(corpus, datasets, spool, track)
        spool.extend((article.head.source.id, fact) for article, fact in corpus.facts())
        release = corpus.digest()
        compiler = Compiler(corpus, facts, spool, track)
        target.room(spool.size)
        with target.building(release) as connection:
            say("schema")
            migrate(connection, migrations)
            counts, changed = fill(connection, target, compiler, release, say)
            say("integrity")
            check(target.flaws(connection), corpus, counts)
            told(receipts, changed)
            say("pointer")
            target.publish(connection, release)
    target.forget(release)
    say(f"release {release} is current: {counts['fact']} facts")
    return release


@contextmanager
def unhurried() -> Iterator[None]:
    """Look for garbage seldom: a load leaves hardly any, and to look takes a third of its time."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def migrate(connection: Connection, migrations: Path) -> None:
    """Bring an empty database to the schema's head, by the same scripts as any other."""
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def fill(
    connection: Connection, target: Target, compiler: Compiler, release: str, say: Say
) -> tuple[dict[str, int], dict[str, Counter[str]]]:
    """Insert every row, some thousands at a time; return how many each table holds, and what changed since when."""
    counts: Counter[str] = Counter()
    names = [*(table.name for table in SQLModel.metadata.sorted_tables), SEARCH.name]
    # The schema is the migrations' alone: what they made is taken off, and put on again as they made it.
    dropped = target.loosen(connection)
    with compiler.rows() as (parts, totals):
        for what, rows in parts:
            say(what)
            counts += _insert(connection, target, rows)
        say("indexes")
        target.tighten(connection, (one for one in dropped if one[0] not in TOTALS))
        say("bitmaps")
        # Not many at once: those of the longest lists are large.
        for into, found in bitmaps(connection):
            target.insert(connection, into, found)
            counts[into.table.name] += len(found)
        say("ends of spans")
        for statement in spans.writing([*compiler.by_kind.values()]):
            connection.execute(statement)
        counts[str(Elapsed.__tablename__)] = connection.execute(select(func.count()).select_from(Elapsed)).scalar_one()
        # Made all the while, in another process, if there is one.
        say("totals")
        counts += _insert(connection, target, totals)
        target.tighten(connection, (one for one in dropped if one[0] in TOTALS))
    say("changes")
    earlier = target.earlier(connection, release)
    changed = _changes(connection, target, earlier, compiler, say)
    counts[str(Change.__tablename__)] = sum(one.total() for one in changed.values())
    held = {name: counts[name] for name in names if name != Release.__tablename__}
    into, rows = line(
        Release,
        id=release,
        loaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        dated=compiler.dated,
        counts=json.dumps(held, sort_keys=True),
        coverage=json.dumps({"predecessors": compiler.predecessors(), "compared": earlier}, sort_keys=True),
    )
    target.insert(connection, into, rows)
    return held, changed


def _insert(connection: Connection, target: Target, rows: Rows) -> Counter[str]:
    """Insert rows, some thousands at a time; return how many each table got."""
    counts: Counter[str] = Counter()
    for lines, documents in batched(rows):
        for into, some in lines.items():
            target.insert(connection, into, some)
            counts[into.table.name] += len(some)
        if documents:
            target.index(connection, documents)
            counts[SEARCH.name] += len(documents)
    return counts


def _changes(
    connection: Connection, target: Target, earlier: list[str], compiler: Compiler, say: Say
) -> dict[str, Counter[str]]:
    """Insert what is not as in the releases that stay beside this one; return how much of each kind, by release."""
    retired = {entry.id: entry for entry in compiler.corpus.retired}
    collections = {kind: resource.collection for kind, resource in compiler.by_kind.items()}
    found: dict[str, Counter[str]] = {}
    for since in earlier:
        counts = found[since] = Counter()
        old, new = target.facts(connection, since), target.facts(connection, None)
        first = sum(one.total() for one in found.values()) + 1
        found_rows = changes.between(since, old, new, retired, collections, first)
        while some := list(islice(found_rows, BATCH)):
            into = some[0][0]
            lines = [row for _, rows in some for row in rows]
            counts.update(row[into.columns.index("change")] for row in lines)
            target.insert(connection, into, lines)
        say(changes.told(since, counts))
    return found


def check(flaws: list[str], corpus: Corpus, counts: dict[str, int]) -> None:
    """Refuse a release that is not whole, or that holds less than is expected; Rejected with every finding."""
    findings = [Finding("database", 1, flaw, "this is the compiler's error, or the disk's") for flaw in flaws]
    for table, minimum in corpus.expected.minimum.items():
        if counts.get(table, 0) < minimum:
            what = f"{table}: {counts.get(table, 0)} rows, at least {minimum} are expected"
            findings.append(Finding("expect.yml", 1, what, "restore what is missing, or lower it with a reason"))
    if findings:
        raise Rejected(findings)


def batched(rows: Rows) -> Iterator[tuple[dict[Into, list[Values]], list[Document]]]:
    """Yield rows by where they go, and documents of the full-text index, some thousands at a time."""
    lines: defaultdict[Into, list[Values]] = defaultdict(list)
    documents: list[Document] = []
    held = 0
    for row in rows:
        if isinstance(row, Document):
            documents.append(row)
            held += 1
        else:
            lines[row[0]] += row[1]
            held += len(row[1])
        if held >= ROWS:
            yield lines, documents
            lines, documents, held = defaultdict(list), [], 0
    yield lines, documents
