"""A synthetic corpus into a database, by the compiler's own rows, and what that costs."""

from __future__ import annotations

import hashlib
import json
import resource
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from app.facts import FACTS
from app.kit.postgresql import schema_of
from app.kit.textindex import FIELDS, Document
from app.settings import MIGRATIONS
from bench.facts import Facts, Made
from bench.world import World, world
from seed import load as loads
from seed.compile import Compiler, Parts
from seed.rows import Lines, Rows
from seed.spool import Spool

SEED = 20_241_122


class Keeping(Compiler):
    """The compiler, which keeps aside what is indexed: the index gives none of it back.

    Sources say that no fact cites them: the compiler counts facts that the corpus holds, and it holds none.
    """

    def __init__(self, of: World, spool: Spool, documents: Path) -> None:
        """Take the world, its facts, and where to keep what is indexed."""
        super().__init__(of.corpus, FACTS, spool)
        self._documents = documents
        self.keeping = 0.0

    @contextmanager
    def rows(self) -> Iterator[tuple[Parts, Iterable[Lines]]]:
        """Give what the compiler gives, and keep the documents aside."""
        self._documents.unlink(missing_ok=True)
        with super().rows() as (parts, totals), closing(sqlite3.connect(self._documents, isolation_level=None)) as kept:
            kept.execute("PRAGMA synchronous = OFF")
            kept.execute("CREATE TABLE document (payload)")
            kept.execute("BEGIN")
            yield ((what, self._noted(rows, kept)) for what, rows in parts), totals
            kept.execute("COMMIT")

    def _noted(self, rows: Rows, kept: sqlite3.Connection) -> Rows:
        for row in rows:
            if isinstance(row, Document):
                began = time.perf_counter()
                kept.execute("INSERT INTO document VALUES (?)", (json.dumps(row.columns()),))
                self.keeping += time.perf_counter() - began
            yield row


def documents_of(database: Path) -> Path:
    """Return where the documents of a synthetic database are kept."""
    return database.with_name(f"{database.name}.documents")


def release_of(number: int) -> str:
    """Return the id of the release that so many facts make."""
    return hashlib.sha256(f"synthetic {SEED} {number}".encode()).hexdigest()[:12]


def synthetic(number: int, url: str, documents: Path | None = None) -> dict[str, float]:
    """Load a corpus of so many facts into a database; return its rows, the seconds that took, and those of the making.

    Making the entries stands for reading the corpus' files, which no bare insert does: `seconds` is without it.
    documents: where to keep what is indexed, for a bare insert.
    """
    made = world(number, SEED)
    release = release_of(number)
    target = loads.target_of(url, "foedus_reader")
    facts = Timed(Facts(made, number, SEED, FACTS))
    began = time.perf_counter()
    with loads.unhurried(), Spool() as spool:
        spool.extend(facts)
        target.room(spool.size)
        compiler = Keeping(made, spool, documents) if documents else Compiler(made.corpus, FACTS, spool)
        with target.building(release) as connection:
            loads.migrate(connection, MIGRATIONS)
            counts, _ = loads.fill(connection, target, compiler, release, lambda _: None)
            loads.check(target.flaws(connection), made.corpus, counts)
            target.publish(connection, release)
    target.forget(release)
    making = facts.seconds + (compiler.keeping if isinstance(compiler, Keeping) else 0)
    return {"rows": sum(counts.values()), "seconds": time.perf_counter() - began - making, "making": making}


def bytes_of(url: str, number: int) -> int:
    """Return how many bytes a release takes in PostgreSQL, its indexes with it; 0 if it is not there."""
    tables = "FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(:of)"
    size = f"SELECT coalesce(sum(pg_total_relation_size(oid)), 0) {tables}"
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text(size), {"of": schema_of(release_of(number))}).scalar_one()
    engine.dispose()
    return int(found)


class Timed:
    """Facts, and how long it took to make them."""

    def __init__(self, facts: Iterable[Made]) -> None:
        """Take them before they are made."""
        self._facts = iter(facts)
        self.seconds = 0.0

    def __iter__(self) -> Iterator[Made]:
        """Yield each, as it is made."""
        while True:
            began = time.perf_counter()
            fact = next(self._facts, None)
            self.seconds += time.perf_counter() - began
            if fact is None:
                return
            yield fact


def bare(release: Path, into: Path, documents: Path) -> float:
    """Insert the rows of a release into an empty database of the same schema, and nothing else; return the seconds.

    Tables and indexes are there before the rows; a load makes its indexes after them. Reading the rows is not counted.
    The full-text index gets the documents that were kept when the release was compiled.
    """
    into.unlink(missing_ok=True)
    spent = 0.0
    with closing(sqlite3.connect(release)) as source, closing(sqlite3.connect(into, isolation_level=None)) as target:
        kinds = {name: kind for _, name, kind, *_ in source.execute("PRAGMA table_list")}
        schema = source.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").fetchall()
        target.execute("PRAGMA journal_mode = OFF")
        target.execute("PRAGMA synchronous = OFF")
        target.execute("BEGIN")
        own = [(name, sql) for name, sql in schema if kinds.get(name) != "shadow" and not name.startswith("sqlite_")]
        for _, sql in own:
            target.execute(sql)
        for name in [name for name, _ in own if kinds.get(name) == "table"]:
            rows = source.execute(f'SELECT * FROM "{name}"')  # noqa: S608  # the name is out of the schema
            marks = ", ".join("?" * len(rows.description))
            while some := rows.fetchmany(50_000):
                began = time.perf_counter()
                target.executemany(f'INSERT INTO "{name}" VALUES ({marks})', some)  # noqa: S608  # names out of the schema, values are bound
                spent += time.perf_counter() - began
        columns = ("rowid", *FIELDS)
        statement = f"INSERT INTO search ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608  # names out of the schema, values are bound
        with closing(sqlite3.connect(documents)) as kept:
            rows = kept.execute("SELECT payload FROM document")
            while some := rows.fetchmany(50_000):
                texts = [[document[column] for column in columns] for document in (json.loads(one) for (one,) in some)]
                began = time.perf_counter()
                target.executemany(statement, texts)
                spent += time.perf_counter() - began
        began = time.perf_counter()
        target.execute("COMMIT")
        spent += time.perf_counter() - began
    into.unlink()
    return spent


def main() -> None:
    """Load in a process of its own, so that its peak of memory is its own: NUMBER URL [DOCUMENTS].

    The process beside it, which makes rows, has its own peak: they are added, though what both share counts twice so.
    """
    found = synthetic(int(sys.argv[1]), sys.argv[2], *map(Path, sys.argv[3:]))
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({**found, "peak": sum(peaks) * 1024}))


if __name__ == "__main__":
    main()
