"""A corpus into a new release beside the old ones; last, one pointer moves: a load that dies loses nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Protocol

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Table, make_url
from sqlmodel import SQLModel

from app.core.resource import Resource
from app.core.tables import Change, Release
from app.kit.textindex import SEARCH, Document
from seed import changes
from seed.compile import Compiler, Line, Rows
from seed.corpus import Corpus
from seed.datasets import Importer, Receipt, Track, gather, untracked
from seed.findings import Finding, Rejected
from seed.spool import Spool

Say = Callable[[str], None]
Row = dict[str, Any]
Told = Callable[[list[Receipt], dict[str, Counter[str]]], None]
BATCH = 1_000
ROWS = 20_000
_CHANGE: Table = SQLModel.metadata.tables[str(Change.__tablename__)]


class Target(Protocol):
    """A database that releases are built in: how each engine does it is its own file's matter."""

    def building(self, release: str) -> AbstractContextManager[Connection]:
        """Open a place that nobody reads; leaving it without `publish` leaves nothing behind."""

    def insert(self, connection: Connection, table: Table, rows: list[Row]) -> None:
        """Insert rows."""

    def index(self, connection: Connection, documents: list[Document]) -> None:
        """Insert rows of the full-text index."""

    def earlier(self, connection: Connection, release: str) -> list[str]:
        """Return the releases that will stay beside this one, the last loaded first."""

    def facts(self, connection: Connection, release: str | None) -> Iterator[tuple[str, str, str]]:
        """Yield (id, kind, answer) of a release's facts, or of what is being built, in order of id."""

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
    with Spool() as spool:
        if datasets:
            say("data sets")
        receipts = gather(corpus, datasets, spool, track)
        spool.extend((article.head.source.id, fact) for article, fact in corpus.facts())
        release = corpus.digest()
        compiler = Compiler(corpus, facts, spool, track)
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
    tables = {table: order for order, table in enumerate(SQLModel.metadata.sorted_tables)}
    counts: Counter[str] = Counter()

    def order(line: Line) -> int:
        return tables[_table(line[0])]

    for what, rows in compiler.rows():
        say(what)
        for lines, documents in batched(rows):
            for _, some in groupby(sorted(lines, key=order), key=order):
                alike = list(some)
                table = _table(alike[0][0])
                target.insert(connection, table, [columns for _, columns in alike])
                counts[table.name] += len(alike)
            if documents:
                target.index(connection, documents)
                counts[SEARCH.name] += len(documents)
    say("changes")
    earlier = target.earlier(connection, release)
    changed = _changes(connection, target, earlier, compiler, say)
    counts[_CHANGE.name] = sum(one.total() for one in changed.values())
    held = {name: counts[name] for name in (*(table.name for table in tables), SEARCH.name) if name != "release"}
    row = Release(
        id=release,
        loaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        dated=compiler.dated,
        counts=json.dumps(held, sort_keys=True),
        coverage=json.dumps({"predecessors": compiler.predecessors(), "compared": earlier}, sort_keys=True),
    )
    target.insert(connection, _table(Release), [row.model_dump()])
    return held, changed


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
        rows = changes.between(since, old, new, retired, collections, first)
        while some := list(islice(rows, BATCH)):
            counts.update(row.change for row in some)
            target.insert(connection, _CHANGE, [row.model_dump() for row in some])
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


def batched(rows: Rows) -> Iterator[tuple[list[Line], list[Document]]]:
    """Yield rows as their columns' values, and documents of the full-text index, in lists of bounded length."""
    remaining = iter(rows)
    while batch := list(islice(remaining, ROWS)):
        documents = [row for row in batch if isinstance(row, Document)]
        others = [row for row in batch if not isinstance(row, Document)]
        yield [(type(row), dict(row)) if isinstance(row, SQLModel) else row for row in others], documents


def _table(model: type[SQLModel]) -> Table:
    table: Table = SQLModel.metadata.tables[str(model.__tablename__)]
    return table
