"""Releases as SQLite files, the current one named by a symbolic link; no statement can change what is opened here."""

from __future__ import annotations

import math
import os
import sqlite3
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from typing import Generic, cast

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from app.kit.engines import KEPT, SECONDS, About, Gone, Held, NotServing, Shelf
from app.kit.threads import THREADS
from app.kit.watching import Watch

# As many as there are worker threads, Starlette's and ours, each of which holds at most one connection and only inside
# the endpoint's function: nobody ever waits for a connection. (A session from a `yield` dependency deadlocks here.)
CONNECTIONS = 40 + THREADS
# How old, at the most, what is known of the pointer and its files may be where answers are remembered.
SEEN_WITHIN = 0.01


def database_file(url: str) -> Path:
    """Return the path of a SQLite URL: a symbolic link to the current release's file."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise ValueError(f"{parsed.render_as_string()} is not sqlite:///FILE")
    return Path(parsed.database)


def release_file(pointer: Path, release: str) -> Path:
    """Return where a release's file lies: beside the pointer."""
    return pointer.with_name(f"{pointer.name}.releases") / f"r_{release}.sqlite"


def read_engine(file: Path, seconds: float = SECONDS) -> Engine:
    """Return an engine on a finished SQLite file that no statement can change, nor keep for longer than `seconds`."""
    engine = create_engine(
        f"sqlite+pysqlite:///file:{file}?mode=ro&immutable=1&uri=true",
        poolclass=QueuePool,
        pool_size=CONNECTIONS,
        max_overflow=0,
        # The last one given back is the next one taken: idle ones never fill their caches.
        pool_use_lifo=True,
        pool_reset_on_return=None,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _harden(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA query_only = 1")
        # Mapped pages count as the worker's memory, up to the whole file, and answers take the same CPU without them.
        cursor.execute("PRAGMA mmap_size = 0")
        cursor.execute("PRAGMA trusted_schema = 0")
        cursor.close()
        # A question that takes too long is cut off, and answered 503; PostgreSQL has its own limit.
        record.info["deadline"] = math.inf
        driver = cast("sqlite3.Connection", connection)
        driver.set_progress_handler(lambda: time.monotonic() > record.info["deadline"], 100_000)

    @event.listens_for(engine, "checkout")
    def _limit(_: DBAPIConnection, record: ConnectionPoolEntry, __: object) -> None:
        record.info["deadline"] = time.monotonic() + seconds

    return engine


def let_go(engine: Engine) -> None:
    """Close an engine's connections: idle ones now, those in use when they are given back."""

    @event.listens_for(engine.pool, "checkin")
    def _close(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.invalidate()

    engine.dispose()


def _file_key(seen: os.stat_result) -> Hashable:
    """Return by what a file is known again: the same release loaded again is another file of the same name."""
    return seen.st_dev, seen.st_ino, seen.st_ctime_ns


class SqliteReleases(Generic[About]):
    """The releases beside one pointer, which is read once per answer."""

    def __init__(self, url: str, describe: Callable[[Connection], About], seconds: float = SECONDS) -> None:
        """Take the database's URL, what to ask a release when it is opened, and how long a connection may ask."""
        self._seconds = seconds
        self._pointer = database_file(url).absolute()
        self._shelf: Shelf[About] = Shelf(describe, let_go)
        # Where the pointer led when it was last looked at, and the folder of that file: every new answer asks.
        self._led: tuple[Hashable, Path | None] = (None, None)

    def current(self) -> Held[About]:
        """Return the release that the pointer names now; NotServing (503) when there is none."""
        try:
            return self._open(self._pointer)
        except OSError:
            raise NotServing("No release has been loaded yet: run `python -m seed load`.") from None

    def held(self, release: str) -> Held[About]:
        """Return a release by its id; Gone when its file is not there any more."""
        try:
            return self._open(release_file(self._pointer, release))
        except OSError:
            raise Gone(release) from None

    def ids(self) -> list[str]:
        """Return the ids of the releases whose files are there, the current one first, then the last loaded."""
        try:
            current = self._pointer.resolve(strict=True)
        except OSError:
            return []
        loaded: dict[Path, int] = {}
        for file in current.parent.glob("r_*.sqlite"):
            # One may be removed while this is asked.
            with suppress(OSError):
                loaded[file] = file.stat().st_mtime_ns
        files = sorted(loaded, key=lambda file: (file == current, loaded[file]), reverse=True)
        return [file.stem.removeprefix("r_") for file in files[:KEPT]]

    def watch(self) -> Watch:
        """Return what tells when an answer may change; it is looked at by the event loop itself."""
        return Watch(self._mark, SEEN_WITHIN, at_once=True)

    def close(self) -> None:
        """Let go of every file."""
        self._shelf.clear()

    def _mark(self) -> Hashable | None:
        """Return which link names which file, and which files are there; None when the pointer leads nowhere."""
        try:
            link, target = self._pointer.lstat(), self._pointer.stat()
            leads = link.st_ino, link.st_ctime_ns, target.st_ino, target.st_ctime_ns
            led, folder = self._led
            if folder is None or led != leads:
                folder = self._pointer.resolve(strict=True).parent
                self._led = leads, folder
            with os.scandir(folder) as files:
                held = sorted(file.name for file in files if file.name.startswith("r_"))
        except OSError:
            return None
        return *leads, *held

    def _open(self, file: Path) -> Held[About]:
        # To follow the link step by step takes ten times as long, and it leads to the same file as before.
        found = self._shelf.known(_file_key(file.stat()))
        if found is not None:
            return found
        target = file.resolve(strict=True)
        key = _file_key(target.stat())
        release = target.stem.removeprefix("r_")
        return self._shelf.take(key, target.exists, lambda: (release, read_engine(target, self._seconds), None))
