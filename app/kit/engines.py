"""What a database of releases is to its readers: the current one, held ones, connections; not how an engine does it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Generic, Protocol, TypeVar

from fastapi import Request, Response
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from app.kit.problems import Problem

KEPT = 3
# As many as Starlette has worker threads, each of which holds at most one connection and only inside the
# endpoint's function: nobody ever waits for a connection. (A session from a `yield` dependency deadlocks here.)
CONNECTIONS = 40

About = TypeVar("About")


class NotServing(Problem):
    """There is no release to answer from, yet or for now."""

    def __init__(self, detail: str) -> None:
        """Say what is missing."""
        super().__init__(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "5"})


async def unavailable(request: Request, error: Exception) -> Response:
    """Answer 503 when the database fails under a question: gone, restarting, too long at it; else the fault is ours."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        raise error
    return NotServing("The database did not answer; ask again in a moment.").response(request.url.path)


class Gone(LookupError):
    """A release that is no longer held."""


def connection_to(engine: Engine, schema: str | None) -> Connection:
    """Open a connection on which our tables are those of a schema; None: where they are anyway."""
    connection = engine.connect()
    return connection if schema is None else connection.execution_options(schema_translate_map={None: schema})


@dataclass(frozen=True)
class Held(Generic[About]):
    """A release that can be read, and what was learned about it when it was opened.

    schema: where its tables are, on an engine that holds several releases; None for a file of its own.
    """

    id: str
    engine: Engine
    schema: str | None
    about: About

    def connect(self) -> Connection:
        """Open a connection; use it as a context inside the endpoint's function, never across a send."""
        return connection_to(self.engine, self.schema)


class Releases(Protocol[About]):
    """The releases of one database."""

    def current(self) -> Held[About]:
        """Return the release that the pointer names now; NotServing (503) when there is none."""

    def held(self, release: str) -> Held[About]:
        """Return a release by its id; Gone when it is not held any more."""

    def close(self) -> None:
        """Let go of everything."""


class Shelf(Generic[About]):
    """The last few releases that were opened, by whatever tells one opening from another."""

    def __init__(self, describe: Callable[[Connection], About], let_go: Callable[[Held[About]], None]) -> None:
        """Take what to ask a release when it is opened, and what to do with one that is put away."""
        self._describe = describe
        self._let_go = let_go
        self._held: OrderedDict[Hashable, Held[About]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable, open_: Callable[[], tuple[str, Engine, str | None]]) -> Held[About]:
        """Return the release under `key`, opening it if it is not there; the oldest beyond the last three goes."""
        with self._lock:
            found = self._held.get(key)
            if found is None:
                release, engine, schema = open_()
                with connection_to(engine, schema) as connection:
                    about = self._describe(connection)
                found = self._held[key] = Held(release, engine, schema, about)
                while len(self._held) > KEPT:
                    self._let_go(self._held.popitem(last=False)[1])
            return found

    def clear(self) -> None:
        """Put everything away."""
        with self._lock:
            for held in self._held.values():
                self._let_go(held)
            self._held.clear()
