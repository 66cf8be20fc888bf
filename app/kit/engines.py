"""Engines on the releases of one database: which is current, and connections that cannot write; not what is in it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from app.kit.problems import Problem

KEPT = 3
# As many as Starlette has worker threads, each of which holds at most one connection and only inside the
# endpoint's function: nobody ever waits for a connection. (A session from a `yield` dependency deadlocks here.)
CONNECTIONS = 40


class NotServing(Problem):
    """There is no release to answer from, yet."""

    def __init__(self, detail: str) -> None:
        """Say what is missing."""
        super().__init__(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "5"})


class Gone(LookupError):
    """A release that is no longer held."""


About = TypeVar("About")


@dataclass(frozen=True)
class Held(Generic[About]):
    """A release that can be read, and what was learned about it when it was opened."""

    id: str
    engine: Engine
    about: About

    def connect(self) -> Connection:
        """Open a connection; use it as a context inside the endpoint's function, never across a send."""
        return self.engine.connect()


def database_file(url: str) -> Path:
    """Return the path of a SQLite URL: a symbolic link to the current release's file."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise ValueError(f"{parsed.render_as_string()} is not sqlite:///FILE")
    return Path(parsed.database)


def release_file(pointer: Path, release: str) -> Path:
    """Return where a release's file lies: beside the pointer."""
    return pointer.with_name(f"{pointer.name}.releases") / f"r_{release}.sqlite"


def read_engine(file: Path) -> Engine:
    """Return an engine on a finished SQLite file that no statement can change."""
    engine = create_engine(
        f"sqlite+pysqlite:///file:{file}?mode=ro&immutable=1&uri=true",
        poolclass=QueuePool,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_reset_on_return=None,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _harden(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA query_only = 1")
        cursor.execute("PRAGMA mmap_size = 1073741824")
        cursor.execute("PRAGMA trusted_schema = 0")
        cursor.close()

    return engine


class Releases(Generic[About]):
    """The releases behind one pointer; the pointer is read once per answer, and the last three stay open."""

    def __init__(self, url: str, describe: Callable[[Connection], About]) -> None:
        """Take the database's URL, and what to ask a release when it is opened; nothing is opened yet."""
        self._pointer = database_file(url)
        self._describe = describe
        self._held: OrderedDict[tuple[str, int], Held[About]] = OrderedDict()
        self._lock = threading.Lock()

    def current(self) -> Held[About]:
        """Return the current release; NotServing (503) when there is none."""
        try:
            target = self._pointer.resolve(strict=True)
            key = str(target), target.stat().st_ino
        except OSError:
            raise NotServing("No release has been loaded yet: run `python -m seed load`.") from None
        return self._open(key, target)

    def held(self, release: str) -> Held[About]:
        """Return a release by its id; Gone when it is not held any more."""
        file = release_file(self._pointer.absolute(), release)
        try:
            return self._open((str(file.resolve(strict=True)), file.stat().st_ino), file)
        except OSError:
            raise Gone(release) from None

    def close(self) -> None:
        """Let go of every file."""
        with self._lock:
            for held in self._held.values():
                held.engine.dispose()
            self._held.clear()

    def _open(self, key: tuple[str, int], file: Path) -> Held[About]:
        with self._lock:
            held = self._held.get(key)
            if held is None:
                engine = read_engine(file)
                with engine.connect() as connection:
                    about = self._describe(connection)
                held = Held(file.stem.removeprefix("r_"), engine, about)
                self._held[key] = held
                while len(self._held) > KEPT:
                    # Connections in use are closed when they are given back.
                    self._held.popitem(last=False)[1].engine.dispose()
            return held
