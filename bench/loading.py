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

from app.core.entries import FactEntry
from app.facts import FACTS
from app.settings import MIGRATIONS
from bench.facts import Facts
from bench.world import World, world
from seed import load as loads
from seed.compile import Compiler
from seed.spool import moment

SEED = 20_241_122


class Streaming(Compiler):
    """The compiler over facts that are made as they are compiled: only one year of them is in memory.

    Sources say that no fact cites them: the compiler counts facts that it holds, and it holds none.
    """

    def __init__(self, of: World, facts: Facts) -> None:
        """Take the world, and its facts still to be made."""
        super().__init__(of.corpus, FACTS, None)
        self._made = facts
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


def synthetic(number: int, url: str) -> dict[str, float]:
    """Load a corpus of so many facts into a database; return its rows, the seconds that took, and those of the making.

    Making the entries stands for reading the corpus' files, which no bare insert does: `seconds` is without it.
    """
    made = world(number, SEED)
    compiler = Streaming(made, Facts(made, number, SEED, FACTS))
    release = hashlib.sha256(f"synthetic {SEED} {number}".encode()).hexdigest()[:12]
    target = loads.target_of(url, "foedus_reader")
    began = time.perf_counter()
    with target.building(release) as connection:
        loads.migrate(connection, MIGRATIONS)
        counts, _ = loads.fill(connection, target, compiler, release, lambda _: None)
        loads.check(target.flaws(connection), made.corpus, counts)
        target.publish(connection, release)
    target.forget(release)
    seconds = time.perf_counter() - began - compiler.making
    return {"rows": sum(counts.values()), "seconds": seconds, "making": compiler.making}


def bare(release: Path, into: Path) -> float:
    """Insert the rows of a release into an empty database of the same schema, and nothing else; return the seconds.

    Tables and indexes are there before the rows, as a load has them. Reading the rows is not counted. A full-text
    index is filled by its own `rebuild`, for its rows are those of the table that it indexes.
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
        began = time.perf_counter()
        for name in [name for name, _ in own if kinds.get(name) == "virtual"]:
            target.execute(f'INSERT INTO "{name}"("{name}") VALUES (\'rebuild\')')  # noqa: S608  # as above
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
