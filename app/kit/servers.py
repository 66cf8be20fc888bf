"""Which of several PostgreSQL servers a process reads from: one at a time, so that an answer is of one server.

Servers lag behind their primary, each otherwise. What one said of the pointer holds for its own rows only, so a process
stays with the server that libpq chose for it, and chooses anew when that is lost, or after some minutes: then one that
came back gets its share again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import psycopg
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from app.kit.engines import LOG, NotServing, first_line

# How long a process stays with the server that it chose, and how long one that did not answer is not asked again.
STAYS = 300.0
SILENT = 5.0
PORT = "5432"
Address = tuple[str, str, str]
Open = Callable[[dict[str, str], int], Engine]


class Server:
    """A server at one address: connections for questions, and one for who watches the pointer."""

    def __init__(self, address: Address, open_: Open, connections: int) -> None:
        """Take the host as it was written, its port and its numeric address, if known."""
        host, port, numeric = address
        self.address = address
        at = {"host": host, "port": port} | ({"hostaddr": numeric} if numeric else {})
        # Which of several was chosen before: of this one, nothing else is asked.
        at |= {"target_session_attrs": "any", "load_balance_hosts": "disable"}
        self.reading = open_(at, connections)
        self.watching = open_(at, 1)
        self.silent_until = 0.0

    def close(self) -> None:
        """Let go of every connection."""
        self.reading.dispose()
        self.watching.dispose()


class Servers:
    """The servers of one URL, of which one is chosen."""

    def __init__(self, url: str, open_: Open, connections: int) -> None:
        """Take the URL, how to open an engine at an address, and how many connections for questions."""
        parsed = make_url(url)
        _, told = parsed.get_dialect()().create_connect_args(parsed)
        self._asked: dict[str, Any] = {**told, "connect_timeout": 5, "application_name": "foedus"}
        self._open = open_
        self._connections = connections
        self._known: dict[Address, Server] = {}
        self._chosen: Server | None = None
        self._until = 0.0
        self._failed = 0.0
        self._lock = threading.Lock()
        # How often another was chosen: what was seen before and after it cannot be compared.
        self.turn = 0

    def now(self) -> Server:
        """Return the server to read from, choosing one if there is none; NotServing (503) when none answers."""
        chosen = self._chosen
        if chosen is not None:
            return self._perhaps_another(chosen) if monotonic() > self._until else chosen
        began = monotonic()
        with self._lock:
            if self._chosen is not None:
                return self._chosen
            if self._failed > began:
                # Whoever waited while none answered does not try again, one after the other.
                raise NotServing("The database does not answer.")
            try:
                return self._take(self._choose())
            except psycopg.Error as error:
                self._failed = monotonic()
                LOG.warning("the database does not answer: %s", first_line(error))
                raise NotServing("The database does not answer.") from None

    def is_chosen(self, server: Server) -> bool:
        """Whether this is still the one."""
        return self._chosen is server

    def leave(self, server: Server) -> None:
        """Choose another next time: this one was lost."""
        with self._lock:
            if self._chosen is server:
                self._chosen = None
            if self._known.get(server.address) is server:
                del self._known[server.address]
        server.close()

    def others(self, server: Server) -> Iterator[Server]:
        """Yield the other servers that the URL names."""
        hosts = str(self._asked.get("host") or "").split(",")
        ports = str(self._asked.get("port") or PORT).split(",")
        for at, host in enumerate(hosts if len(hosts) > 1 else ()):
            address = host, (ports[at] if len(ports) > 1 else ports[0]) or PORT, ""
            if address[:2] != server.address[:2]:
                with self._lock:
                    other = self._server(address)
                yield other

    def close(self) -> None:
        """Let go of every connection."""
        with self._lock:
            for server in self._known.values():
                server.close()
            self._known.clear()
            self._chosen = None

    def _perhaps_another(self, chosen: Server) -> Server:
        """Choose anew, for it is time; stay with this one if none answers or if that one knows less."""
        if not self._lock.acquire(blocking=False):
            return chosen
        try:
            self._until = monotonic() + STAYS
            found = self._choose()
            if found is not chosen and self._chosen is chosen and _moved(found) >= _moved(chosen):
                self._take(found)
        except (psycopg.Error, SQLAlchemyError) as error:
            LOG.warning("no other server was chosen: %s", first_line(error))
        finally:
            self._lock.release()
        return self._chosen or chosen

    def _take(self, server: Server) -> Server:
        self._chosen = server
        self._until = monotonic() + STAYS
        self.turn += 1
        return server

    def _choose(self) -> Server:
        """Let libpq choose, as the URL tells it to: by `target_session_attrs` and `load_balance_hosts`."""
        with psycopg.connect(**self._asked) as connection:
            info = connection.info
            return self._server((info.host, str(info.port), info.hostaddr))

    def _server(self, address: Address) -> Server:
        if address not in self._known:
            self._known[address] = Server(address, self._open, self._connections)
        return self._known[address]


def _moved(server: Server) -> Any:
    with server.watching.connect() as connection:
        return connection.execute(text("SELECT moved FROM foedus.pointer")).scalar_one_or_none() or 0
