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
from sqlalchemy import Connection, Table, make_url, text
from sqlmodel import SQLModel

from app.core.resource import Resource
from app.core.tables import Release
from seed.changes import Answers, Changes, between, pairs
from seed.compile import Compiler, Line, Rows
from seed.corpus import Corpus
from seed.datasets import Importer, Receipt, Track, gather, untracked
from seed.findings import Finding, Rejected
from seed.spool import Spool

Say = Callable[[str], None]
Row = dict[str, Any]
BATCH = 20_000
STREAMED = {"stream_results": True, "yield_per": 1_000}


class Target(Protocol):
    """A database that releases are built in: how each engine does it is its own file's matter."""

    def building(self, release: str) -> AbstractContextManager[Connection]:
        """Open a place that nobody reads; leaving it without `publish` leaves nothing behind."""

    def insert(self, connection: Connection, table: Table, rows: list[Row]) -> None:
        """Insert rows."""

    def flaws(self, connection: Connection) -> list[str]:
        """Say what is wrong with what was built, broken references included."""

    def current(self, connection: Connection) -> AbstractContextManager[Answers | None]:
        """Open the current release: its facts' (id, answer) in order of id; None if there is none yet."""

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
    told: Callable[[list[Receipt], Changes | None], None] | None = None,
) -> str:
    """Compile a checked corpus and data sets into `url`; return the release's id.

    Rejected if a file is not what its importer expects, or the release falls short of `expect.yml`. `told` hears what
    became of every row, and what changes, before the pointer moves.
    """
    target = target_of(url, reader)
    corpus = corpus.with_room()
    with Spool() as spool:
        if datasets:
            say("data sets")
        receipts = gather(corpus, datasets, spool, track)
        spool.extend((article.head.source.id, fact) for article, fact in corpus.facts())
        return _load(target, corpus, Compiler(corpus, facts, spool, track), migrations, say, receipts, told)


def _load(
    target: Target,
    corpus: Corpus,
    compiler: Compiler,
    migrations: Path,
    say: Say,
    receipts: list[Receipt],
    told: Callable[[list[Receipt], Changes | None], None] | None,
) -> str:
    release = corpus.digest()
    with target.building(release) as connection:
        say("schema")
        migrate(connection, migrations)
        counts = fill(connection, target, compiler, release, say)
        say("integrity")
        check(target.flaws(connection), corpus, counts)
        if told:
            told(receipts, _changes(target, connection))
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


def _changes(target: Target, connection: Connection) -> Changes | None:
    """Compare the release that is built with the current one; None if there is none."""
    new = text("SELECT id, answer FROM fact ORDER BY id")
    with target.current(connection) as old:
        return None if old is None else between(old, pairs(connection.execute(new, execution_options=STREAMED)))


def fill(connection: Connection, target: Target, compiler: Compiler, release: str, say: Say) -> dict[str, int]:
    """Insert every row, some thousands at a time; return how many each table holds."""
    tables = {table: order for order, table in enumerate(SQLModel.metadata.sorted_tables)}
    counts: Counter[str] = Counter()

    def order(line: Line) -> int:
        return tables[_table(line[0])]

    for what, rows in compiler.rows():
        say(what)
        for batch in batched(rows):
            for _, some in groupby(sorted(batch, key=order), key=order):
                alike = list(some)
                table = _table(alike[0][0])
                target.insert(connection, table, [columns for _, columns in alike])
                counts[table.name] += len(alike)
    held = {table.name: counts[table.name] for table in tables if table.name != "release"}
    row = Release(
        id=release,
        loaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        dated=compiler.dated,
        counts=json.dumps(held, sort_keys=True),
        coverage=json.dumps({"predecessors": compiler.predecessors()}, sort_keys=True),
    )
    target.insert(connection, _table(Release), [row.model_dump()])
    return held


def check(flaws: list[str], corpus: Corpus, counts: dict[str, int]) -> None:
    """Refuse a release that is not whole, or that holds less than is expected; Rejected with every finding."""
    findings = [Finding("database", 1, flaw, "this is the compiler's error, or the disk's") for flaw in flaws]
    for table, minimum in corpus.expected.minimum.items():
        if counts.get(table, 0) < minimum:
            what = f"{table}: {counts.get(table, 0)} rows, at least {minimum} are expected"
            findings.append(Finding("expect.yml", 1, what, "restore what is missing, or lower it with a reason"))
    if findings:
        raise Rejected(findings)


def batched(rows: Rows) -> Iterator[list[Line]]:
    """Yield rows as their columns' values, in lists of bounded length."""
    remaining = ((type(row), dict(row)) if isinstance(row, SQLModel) else row for row in rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _table(model: type[SQLModel]) -> Table:
    table: Table = SQLModel.metadata.tables[str(model.__tablename__)]
    return table
