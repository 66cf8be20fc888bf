"""A synthetic corpus into a database, a batch of facts at a time, by the compiler's own rows; and what that costs."""

from __future__ import annotations

import hashlib
import json
import resource
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from app.core.entries import FactEntry
from app.facts import FACTS
from app.kit.textindex import FIELDS, Document
from app.settings import MIGRATIONS
from bench.facts import Facts
from bench.world import World, world
from seed import load as loads
from seed.compile import Compiler
from seed.rows import Rows
from seed.spool import moment

SEED = 20_241_122


class Streaming(Compiler):
    """The compiler over facts that are made as they are compiled: only one year of them is in memory.

    Sources say that no fact cites them: the compiler counts facts that it holds, and it holds none.
    """

    def __init__(self, of: World, facts: Facts, documents: Path) -> None:
        """Take the world, its facts still to be made, and where to keep what is indexed: the index gives none back."""
        super().__init__(of.corpus, FACTS, None)
        self._made = facts
        self._documents = documents
        self.making = 0.0

    def in_time(self) -> Iterator[tuple[int, str, FactEntry]]:
        """Yield facts in order of date, a year at a time."""
        years = self._made.years()
        while True:
            began = time.perf_counter()
            year = next(years, None)
            self.making += time.perf_counter() - began
            if year is None:
                return
            for rank, article, fact in sorted(year, key=lambda one: moment(one[2])):
                yield rank + 1, article.head.source.id, fact

    def rows(self) -> Iterator[tuple[str, Rows]]:
        """Yield what the compiler yields, and keep the documents aside."""
        self._documents.unlink(missing_ok=True)
        with closing(sqlite3.connect(self._documents, isolation_level=None)) as kept:
            kept.execute("PRAGMA synchronous = OFF")
            kept.execute("CREATE TABLE document (payload)")
            kept.execute("BEGIN")
            for what, rows in super().rows():
                yield what, self._noted(rows, kept)
            kept.execute("COMMIT")

    def _noted(self, rows: Rows, kept: sqlite3.Connection) -> Rows:
        for row in rows:
            if isinstance(row, Document):
                began = time.perf_counter()
                kept.execute("INSERT INTO document VALUES (?)", (json.dumps(row.columns()),))
                self.making += time.perf_counter() - began
            yield row


def documents_of(database: Path) -> Path:
    """Return where the documents of a synthetic database are kept."""
    return database.with_name(f"{database.name}.documents")


def synthetic(number: int, url: str) -> dict[str, float]:
    """Load a corpus of so many facts into a database; return its rows, the seconds that took, and those of the making.

    Making the entries stands for reading the corpus' files, which no bare insert does: `seconds` is without it.
    """
    made = world(number, SEED)
    compiler = Streaming(made, Facts(made, number, SEED, FACTS), documents_of(Path(str(make_url(url).database))))
    release = hashlib.sha256(f"synthetic {SEED} {number}".encode()).hexdigest()[:12]
    target = loads.target_of(url, "foedus_reader")
    began = time.perf_counter()
    with loads.unhurried(), target.building(release) as connection:
        loads.migrate(connection, MIGRATIONS)
        counts, _ = loads.fill(connection, target, compiler, release, lambda _: None)
        loads.check(target.flaws(connection), made.corpus, counts)
        target.publish(connection, release)
    target.forget(release)
    seconds = time.perf_counter() - began - compiler.making
    return {"rows": sum(counts.values()), "seconds": seconds, "making": compiler.making}


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
            rows = source.execute(f'SELECT * FROM "{name}"')  # noqa: S608  # a name out of the schema
            marks = ", ".join("?" * len(rows.description))
            while some := rows.fetchmany(50_000):
                began = time.perf_counter()
                target.executemany(f'INSERT INTO "{name}" VALUES ({marks})', some)  # noqa: S608  # as above
                spent += time.perf_counter() - began
        columns = ("rowid", *FIELDS)
        statement = f"INSERT INTO search ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608  # as above
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
    """Load in a process of its own, so that its peak of memory is its own: NUMBER FILE."""
    number, file = int(sys.argv[1]), Path(sys.argv[2])
    found = synthetic(number, f"sqlite:///{file}")
    print(json.dumps({**found, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main()
