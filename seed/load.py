"""A corpus into a new release beside the old ones; last, one pointer moves: a load that dies loses nothing."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, insert, text
from sqlalchemy.pool import NullPool

from app.core.resource import Resource
from app.core.tables import Release
from app.kit.engines import KEPT
from app.kit.sqlite import database_file, release_file
from seed.compile import Compiler
from seed.corpus import Corpus
from seed.findings import Finding, Rejected

Say = Callable[[str], None]


def load(corpus: Corpus, url: str, facts: tuple[Resource, ...], migrations: Path, say: Say) -> str:
    """Compile a checked corpus into `url`; return the release's id. Rejected if it falls short of `expect.yml`."""
    pointer = database_file(url)
    release = corpus.digest()
    target = release_file(pointer, release)
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix="loading_", suffix=".sqlite", dir=target.parent)
    os.close(descriptor)
    building = Path(name)
    try:
        engine = create_engine(f"sqlite+pysqlite:///{building}", poolclass=NullPool)
        say("schema")
        migrate(engine, migrations)
        with engine.connect() as connection:
            # Nobody reads this file yet, and a load that dies throws it away: no journal is needed.
            connection.execute(text("PRAGMA journal_mode = OFF"))
            connection.execute(text("PRAGMA synchronous = OFF"))
            counts = fill(connection, corpus, facts, release, say)
            say("integrity")
            verify(connection, corpus, counts)
            connection.execute(text("PRAGMA optimize"))
            connection.execute(text("ANALYZE"))
            connection.commit()
        engine.dispose()
        building.chmod(0o644)
        _sync(building)
        say("pointer")
        building.replace(target)
        _point(pointer, target)
    finally:
        building.unlink(missing_ok=True)
    _forget(pointer, target)
    say(f"release {release} is current: {counts['fact']} facts")
    return release


def migrate(engine: Engine, migrations: Path) -> None:
    """Bring an empty database to the schema's head, by the same scripts as any other."""
    config = Config()
    config.set_main_option("script_location", str(migrations))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def fill(connection: Connection, corpus: Corpus, facts: tuple[Resource, ...], release: str, say: Say) -> dict[str, int]:
    """Insert every row; return how many each table holds."""
    compiler = Compiler(corpus, facts)
    counts: Counter[str] = Counter()
    for what, rows in compiler.rows():
        say(what)
        # One statement per table; SQLite checks foreign keys at the end, in `verify`.
        for table, some in groupby(sorted(rows, key=_table_name), key=_table_name):
            values = [row.model_dump() for row in some]
            connection.execute(insert(_tables()[table]), values)
            counts[table] += len(values)
    held = {table.name: counts[table.name] for table in _tables().values() if table.name != "release"}
    row = Release(
        id=release,
        loaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        dated=compiler.dated,
        counts=json.dumps(held, sort_keys=True),
        coverage=json.dumps({"predecessors": compiler.predecessors()}, sort_keys=True),
    )
    connection.execute(insert(_tables()["release"]), [row.model_dump()])
    connection.commit()
    return held


def verify(connection: Connection, corpus: Corpus, counts: dict[str, int]) -> None:
    """Check foreign keys, the file's integrity and the minimum counts; Rejected if anything is wrong."""
    findings = [
        Finding("database", 1, f"a row of {row[0]} refers to a missing row of {row[2]}", "this is the compiler's error")
        for row in connection.execute(text("PRAGMA foreign_key_check"))
    ]
    integrity = connection.execute(text("PRAGMA integrity_check")).scalar_one()
    if integrity != "ok":
        findings.append(Finding("database", 1, f"the file is damaged: {integrity}", "look at the disk"))
    for table, minimum in corpus.expected.minimum.items():
        if counts.get(table, 0) < minimum:
            what = f"{table}: {counts.get(table, 0)} rows, at least {minimum} are expected"
            findings.append(
                Finding("expect.yml", 1, what, "restore what is missing, or lower the expectation with a reason")
            )
    if findings:
        raise Rejected(findings)


def _tables() -> dict[str, Any]:
    return dict(Release.metadata.tables)


def _table_name(row: Any) -> str:
    name: str = type(row).__table__.name
    return name


def _point(pointer: Path, target: Path) -> None:
    """Move the pointer: a symbolic link that is replaced in one step."""
    link = pointer.with_name(f".{pointer.name}.{os.getpid()}")
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.relpath(target, pointer.parent))
    link.replace(pointer)
    _sync(pointer.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _forget(pointer: Path, current: Path) -> None:
    """Remove all but the last releases, and what loads that died left behind."""
    files = sorted(current.parent.glob("r_*.sqlite"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for file in [one for one in files if one != current][KEPT - 1 :]:
        file.unlink(missing_ok=True)
    for file in current.parent.glob("loading_*.sqlite"):
        file.unlink(missing_ok=True)
    for link in pointer.parent.glob(f".{pointer.name}.*"):
        link.unlink(missing_ok=True)
