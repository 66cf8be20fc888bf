"""The same transfers for the peers: the idiomatic endpoint's tables, and one flat, indexed table of finished answers.

`python -m bench.peers.records RELEASE FILE`, in a process of its own: Foedus' tables and these have the same names.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

FAR = "9999-12-31"
_TRANSFERS = """
SELECT f.n, f.answer, CASE WHEN coalesce(f.earliest, f.latest) IS NOT NULL THEN coalesce(f.latest, ?) END,
    (SELECT state FROM party WHERE party.n = f.n AND role = 'supplier')
FROM fact f WHERE kind = 'transfer' ORDER BY f.n
"""
_RECORD = """
CREATE TABLE record (n INTEGER PRIMARY KEY, supplier TEXT, modality TEXT, ends TEXT, answer TEXT NOT NULL);
CREATE INDEX ix_record ON record (supplier, modality, n);
"""


def copy(release: Path, into: Path) -> None:
    """Write the peers' database."""
    into.unlink(missing_ok=True)
    os.environ["FOEDUS_BENCH_URL"] = f"sqlite:///{into}"
    from sqlalchemy import insert
    from sqlmodel import SQLModel

    from bench.peers.idiomatic import Transfer, engine

    SQLModel.metadata.create_all(engine)
    with closing(sqlite3.connect(into)) as target, closing(sqlite3.connect(release)) as source:
        target.executescript(_RECORD)
        target.executemany("INSERT INTO actor VALUES (?, ?, ?)", source.execute("SELECT id, kind, name FROM actor"))
        found = source.execute(_TRANSFERS, (FAR,))
        sources: dict[str, dict[str, Any]] = {}
        while some := list(islice(found, 5_000)):
            read = [(n, json.loads(answer), ends, state, answer) for n, answer, ends, state in some]
            target.executemany(
                "INSERT INTO record VALUES (?, ?, ?, ?, ?)",
                [(n, state, fact["modality"], ends, answer) for n, fact, ends, state, answer in read],
            )
            target.commit()
            with engine.begin() as connection:
                connection.execute(insert(Transfer), [_row(n, fact, ends) for n, fact, ends, *_ in read])
            passages = [(n, passage) for n, fact, *_ in read for passage in fact["evidence"]]
            sources |= {passage["source"]["id"]: passage["source"] for _, passage in passages}
            target.executemany(
                'INSERT INTO evidence (id, exact, prefix, suffix, start, "end", sha256, transfer_n, source_id)'
                " VALUES (:id, :exact, :prefix, :suffix, :start, :end, :sha256, :n, :source_id)",
                [{**passage, "n": n, "source_id": passage["source"]["id"], "source": None} for n, passage in passages],
            )
        target.executemany("INSERT INTO source VALUES (:id, :title, :publisher, :url)", sources.values())
        target.commit()
        target.execute("ANALYZE")


def _row(n: int, fact: dict[str, Any], ends: str | None) -> dict[str, Any]:
    actors = dict(_actors(fact))
    plain = {name: value for name, value in fact.items() if name not in {*ACTORS, "evidence"}}
    return {**plain, **actors, "n": n, "ends": ends}


ACTORS = ("supplier", "recipient", "end_user", "state_of_origin")


def _actors(fact: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    for name in ACTORS:
        yield f"{name}_id", fact[name] and fact[name]["id"]


if __name__ == "__main__":
    copy(Path(sys.argv[1]), Path(sys.argv[2]))
