"""Releases as PostgreSQL schemas `r_<id>`, the current one named by one row; connections can only read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from time import monotonic
from typing import Generic

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError, SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlmodel.sql.sqltypes import AutoString

from app.kit.engines import LOG, SECONDS, About, Found, Gone, Held, NotServing, Shelf, first_line, lost
from app.kit.servers import SILENT, Server, Servers
from app.kit.watching import Watch

_CURRENT = text("SELECT release, moved FROM foedus.pointer")
_LOADED = text(
    "SELECT loaded.release FROM foedus.loaded LEFT JOIN foedus.pointer USING (release)"
    " WHERE EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'r_' || loaded.release)"
    " ORDER BY pointer.release IS NULL, loaded.moved DESC"
)
_MARK = text(
    "SELECT release, moved, (SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace, foedus.loaded"
    " WHERE nspname = 'r_' || loaded.release) FROM foedus.pointer"
)
# How old, at the most, what is known of the pointer may be where answers are remembered; a load waits so long before
# it ends, so that what is asked after it is answered from it.
SEEN_WITHIN = 0.2
# Of each worker, where a server allows a hundred in all. Threads wait for one another's, but each is held for
# milliseconds and inside one function only, so that every wait ends.
CONNECTIONS = 10


@compiles(AutoString, "postgresql")
def _plain_text(_: AutoString, __: object, **___: object) -> str:
    """Sort and compare text by code points, as SQLite does: both engines answer in one order."""
    return 'TEXT COLLATE "C"'


def schema_of(release: str) -> str:
    """Return the schema of a release."""
    return f"r_{release}"


def read_engine(
    url: str, seconds: float = SECONDS, connections: int = CONNECTIONS, at: Mapping[str, str] | None = None
) -> Engine:
    """Return an engine whose transactions are read-only unless told; its role is what keeps them so.

    No statement runs longer than `seconds`. `at`: the one server of the URL's that is meant.
    """
    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": f"{max(1, round(seconds * 1000))}ms",
        # A plan for any word is a bad one for nearly all: a question of words took twenty times as long.
        "plan_cache_mode": "force_custom_plan",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=connections,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=True,
        pool_reset_on_return=None,
        connect_args={"options": options, "connect_timeout": 5, "application_name": "foedus", **(at or {})},
    )


class PostgresReleases(Generic[About]):
    """The releases in one database, whose pointer is read once per answer, from the server that its rows come from."""

    def __init__(self, url: str, describe: Callable[[Connection], About], seconds: float = SECONDS) -> None:
        """Take the database's URL, what to ask a release when it is opened, and how long a statement may run."""

        def open_(at: dict[str, str], connections: int) -> Engine:
            return read_engine(url, seconds, connections, at)

        self._servers = Servers(url, open_, CONNECTIONS)
        self._shelf: Shelf[About] = Shelf(describe, lambda _: None)

    def current(self) -> Held[About]:
        """Return the release that the pointer names now; NotServing (503) when there is none, or no database."""
        return self._asked(self._pointed)

    def held(self, release: str) -> Held[About]:
        """Return a release by its id; Gone when its schema is not there any more.

        A server may not have it yet, or not any more, when another does: a cursor leads on, whichever it came from.
        NotServing (503) while one that may have it does not answer.
        """
        found, server = self._asked(lambda server: (self._if_there(server, release), server))
        silent = False
        for other in () if found else self._servers.others(server):
            try:
                if monotonic() > other.silent_until and (found := self._if_there(other, release)):
                    break
            except SQLAlchemyError:
                other.silent_until = monotonic() + SILENT
            silent |= monotonic() < other.silent_until
        if found:
            return found
        if silent:
            raise NotServing(
                f"Release {release} is not on the server that answers; another, which may have it, is silent."
            )
        raise Gone(release)

    def ids(self) -> list[str]:
        """Return the ids of the releases whose schemas are there, the current one first, then the last loaded."""

        def listed(server: Server) -> list[str]:
            with server.reading.connect() as connection:
                return list(connection.execute(_LOADED).scalars())

        return self._asked(listed)

    def watch(self) -> Watch:
        """Return what tells when an answer may change; a thread looks, by a connection that no question waits for."""
        return Watch(self._mark, SEEN_WITHIN, at_once=False)

    def close(self) -> None:
        """Let go of every connection."""
        self._shelf.clear()
        self._servers.close()

    def _asked(self, ask: Callable[[Server], Found]) -> Found:
        """Ask the server that is read from; if it is lost, the one that is chosen then."""
        server = self._servers.now()
        try:
            try:
                return ask(server)
            except DBAPIError as error:
                if not lost(error):
                    raise
                LOG.warning("a server was lost: %s", first_line(error))
                self._servers.leave(server)
                return ask(self._servers.now())
        except ProgrammingError as error:
            LOG.warning("the pointer cannot be read: %s", first_line(error))
            raise NotServing("No release has been loaded yet, or this role may not read it: see the log.") from None
        except SQLAlchemyError as error:
            LOG.warning("the database does not answer: %s", first_line(error))
            raise NotServing("The database does not answer.") from None

    def _pointed(self, server: Server) -> Held[About]:
        with server.reading.connect() as connection:
            row = connection.execute(_CURRENT).one_or_none()
        if row is None:
            raise NotServing("No release has been loaded yet: run `python -m seed load`.")
        return self._open(server, row.release, row.moved)

    def _if_there(self, server: Server, release: str) -> Held[About] | None:
        # It is not the current one: how often the pointer has moved since is no matter.
        return self._open(server, release, 0) if _has(server, release) else None

    def _mark(self) -> Hashable | None:
        """Return the pointer, how often it has moved and which releases are there; None when they cannot be read.

        It is of one server, and of one choice of it: another may be behind, and come to the same again.
        """
        try:
            server = self._servers.now()
            turn = self._servers.turn
            with server.watching.connect() as connection:
                row = connection.execute(_MARK).one_or_none()
        except (SQLAlchemyError, NotServing):
            # The questions that go to the database now say so in the log.
            return None
        return (turn, *row) if row is not None and self._servers.is_chosen(server) else None

    def _open(self, server: Server, release: str, moved: int) -> Held[About]:
        return self._shelf.take(
            (server, release, moved),
            lambda: _may_have(server, release),
            lambda: (release, server.reading, schema_of(release)),
            self.held,
        )


def _has(server: Server, release: str) -> bool:
    with server.reading.connect() as connection:
        statement = text("SELECT 1 FROM pg_namespace WHERE nspname = :schema")
        return connection.execute(statement, {"schema": schema_of(release)}).one_or_none() is not None


def _may_have(server: Server, release: str) -> bool:
    """Whether a release is there, for all that is known: a server that is lost did not remove it."""
    try:
        return _has(server, release)
    except SQLAlchemyError:
        return True
