"""What a database of releases is to its readers: the current one, held ones, connections; not how an engine does it."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from fastapi import Request, Response
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from app.kit.again import give_up
from app.kit.problems import Problem
from app.kit.watching import Watch

KEPT = 3
# How long a statement may run, unless it is told.
SECONDS = 10.0
LOG = logging.getLogger("foedus")


About = TypeVar("About")
Found = TypeVar("Found")
# A server gave up a statement for the sake of others, or of what it is sent by its primary.
_GIVEN_UP = frozenset({"40001", "40P01"})


class NotServing(Problem):
    """There is no release to answer from, yet or for now."""

    def __init__(self, detail: str) -> None:
        """Say what is missing."""
        super().__init__(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "5"})


def first_line(error: Exception) -> str:
    """Return what went wrong, without the statement: a line for the log."""
    return str(error).partition("\n")[0]


async def unavailable(request: Request, error: Exception) -> Response:
    """Answer 503 when the database fails under a question, and log why: a broken release would be silent otherwise.

    A question that took too long is told so, and is not invited to come again. One whose connection was lost is asked
    again by ourselves, once.
    """
    if isinstance(error, DBAPIError) and may_be_asked_again(error) and give_up(request.scope):
        LOG.warning("%s: asked again: %s", request.url.path, first_line(error))
        return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    LOG.warning("%s: the database failed: %s", request.url.path, first_line(error))
    if isinstance(error, DBAPIError) and _was_stopped(error.orig):
        detail = "The question took too long and was stopped: ask for less at once, by narrower filters or dates."
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, slug="too-costly").response(request.url.path)
    return NotServing("The database did not answer; ask again in a moment.").response(request.url.path)


def lost(error: DBAPIError) -> bool:
    """Whether a connection was lost, or none could be made: nothing is said of what was asked."""
    return error.connection_invalidated or error.statement is None


def may_be_asked_again(error: DBAPIError) -> bool:
    """Whether the same question may be answered in a moment, by another connection."""
    return lost(error) or getattr(error.orig, "sqlstate", None) in _GIVEN_UP


def _was_stopped(error: object) -> bool:
    """Whether the engine cut a statement off for its time, as SQLite or as PostgreSQL says so."""
    return getattr(error, "sqlite_errorname", None) == "SQLITE_INTERRUPT" or getattr(error, "sqlstate", None) == "57014"


class Gone(Problem):
    """A release that is no longer held: only who names it is led there."""

    def __init__(self, release: str) -> None:
        """Name the release."""
        detail = f"Release {release} is not held, or not any more: start again without the cursor or `release` of it."
        super().__init__(HTTPStatus.GONE, detail, slug="release-gone")


def connection_to(engine: Engine, schema: str | None) -> Connection:
    """Open a connection on which our tables are those of a schema; None: where they are anyway."""
    connection = engine.connect()
    return connection if schema is None else connection.execution_options(schema_translate_map={None: schema})


@dataclass(frozen=True)
class Held(Generic[About]):
    """A release that can be read, and what was learned about it when it was opened.

    schema: where its tables are, on an engine that holds several releases; None for a file of its own.
    there: whether it has not been removed meanwhile.
    again: opens it again after its connection was lost, on an engine of several servers.
    """

    id: str
    engine: Engine
    schema: str | None
    about: About
    there: Callable[[], bool]
    again: Callable[[str], Held[About]] | None = None

    @property
    def file(self) -> Path | None:
        """The release's file, on an engine where it is one."""
        url = self.engine.url
        return Path(str(url.database).removeprefix("file:")) if url.get_backend_name() == "sqlite" else None

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a connection; use it inside the endpoint's function, never across a send.

        Gone when the release is removed under the reader's hands: a load does not wait for who still walks an old one.
        """
        try:
            with connection_to(self.engine, self.schema) as connection:
                yield connection
        except DBAPIError:
            if self.there():
                raise
            raise Gone(self.id) from None


class Parts(Generic[About]):
    """Reads a release part by part; a part whose connection was lost is read once more, wherever the release is held.

    Not where it was compiled otherwise, under the same id: the answer that was begun is of this one.
    """

    def __init__(self, held: Held[About]) -> None:
        """Take the release."""
        self._held = held

    def read(self, ask: Callable[[Connection], Found]) -> Found:
        """Return what is asked, on a connection that is given back at once."""
        try:
            with self._held.connect() as connection:
                return ask(connection)
        except DBAPIError as error:
            if not may_be_asked_again(error):
                raise
            LOG.warning("a part is read again: %s", first_line(error))
        held = self._held if self._held.again is None else self._held.again(self._held.id)
        if held.about != self._held.about:
            raise Gone(held.id)
        self._held = held
        with held.connect() as connection:
            return ask(connection)


class Releases(Protocol[About]):
    """The releases of one database."""

    def current(self) -> Held[About]:
        """Return the release that the pointer names now; NotServing (503) when there is none."""

    def held(self, release: str) -> Held[About]:
        """Return a release by its id; Gone when it is not held any more."""

    def ids(self) -> list[str]:
        """Return the ids of all releases that are held, the current one first, then the last loaded."""

    def watch(self) -> Watch:
        """Return what tells when an answer may change: the pointer has moved, or a release was let go."""

    def close(self) -> None:
        """Let go of everything."""


class Shelf(Generic[About]):
    """The last few releases that were opened, by whatever tells one opening from another."""

    def __init__(self, describe: Callable[[Connection], About], let_go: Callable[[Engine], None]) -> None:
        """Take what to ask a release when it is opened, and what to do with one that is put away."""
        self._describe = describe
        self._let_go = let_go
        self._held: OrderedDict[Hashable, Held[About]] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, key: Hashable) -> Held[About] | None:
        """Return the release under `key`, if it is open."""
        return self._held.get(key)

    def take(
        self,
        key: Hashable,
        there: Callable[[], bool],
        open_: Callable[[], tuple[str, Engine, str | None]],
        again: Callable[[str], Held[About]] | None = None,
    ) -> Held[About]:
        """Return the release under `key`, opening it if it is not there; the oldest beyond the last three goes."""
        with self._lock:
            found = self._held.get(key)
            if found is None:
                release, engine, schema = open_()
                try:
                    with connection_to(engine, schema) as connection:
                        about = self._describe(connection)
                except BaseException as error:
                    self._let_go(engine)
                    if isinstance(error, (DBAPIError, NotServing)) and not there():
                        raise Gone(release) from None
                    raise
                found = self._held[key] = Held(release, engine, schema, about, there, again)
                while len(self._held) > KEPT:
                    self._let_go(self._held.popitem(last=False)[1].engine)
            return found

    def clear(self) -> None:
        """Put everything away."""
        with self._lock:
            for held in self._held.values():
                self._let_go(held.engine)
            self._held.clear()
