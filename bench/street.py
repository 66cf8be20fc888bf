"""Who is measured, side by side: each has its server, one question that is repeated, and a list of new ones."""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.load import Questions, again
from bench.rounds import Subject
from bench.servers import Server, running
from bench.subjects import Peer

REPEATED, NEW = "repeated", "never asked before"


@dataclass
class House:
    """A peer, its server if it is here, and the new questions that it has not been asked yet."""

    street: Street
    peer: Peer
    server: Server | None
    unasked: Questions

    def ids(self, state: str, day: str) -> list[str]:
        """Return the ids of the facts that it answers a question with, in order."""
        return [fact["id"] for fact in _facts(json.loads(self.get(state, day)[2]))]

    def get(self, state: str, day: str) -> tuple[int, list[tuple[str, str]], bytes]:
        """Return what it answers a question with; LookupError if it is not here."""
        if self.server is None:
            raise LookupError(f"{self.peer.name} is not here")
        return self.server.get(_path(self.peer, state, day))

    def repeated(self) -> Subject:
        """Ask one question again and again."""
        street, server, path = self.street, self.server, _path(self.peer, *self.street.first)
        run = None if server is None else lambda: again(server.url + path, street.seconds, street.connections)
        return Subject(self.peer.name, REPEATED, run, self.peer.absent)

    def new(self) -> Subject:
        """Ask what was never asked before."""
        street, server = self.street, self.server
        run = None if server is None else lambda: self.unasked.ask(server.url, street.seconds, street.connections)
        return Subject(self.peer.name, NEW, run, self.peer.absent)

    def record(self, into: Path) -> None:
        """Keep what it answers to the question that is repeated; what a server adds by itself is left out."""
        status, headers, body = self.get(*self.street.first)
        kept = [(name, value) for name, value in headers if name.lower() not in {"date", "server", "connection"}]
        into.write_text(json.dumps({"status": status, "headers": kept, "body": b64encode(body).decode()}))


class Street:
    """All who are asked, and what."""

    def __init__(
        self, seconds: float, connections: int, folder: Path, stack: ExitStack, asked: list[tuple[str, str]]
    ) -> None:
        """Take how long and by how many they are asked, a folder, and the questions; the first is repeated."""
        self.seconds = seconds
        self.connections = connections
        self._folder = folder
        self.first = asked[0]
        self.asked = asked[1:]
        self._stack = stack

    def open(self, peer: Peer) -> House:
        """Start a peer, unless it is absent."""
        name = "".join(letter if letter.isalnum() else "-" for letter in peer.name)
        unasked = Questions.write(self._folder / f"{name}.txt", [_path(peer, *one) for one in self.asked])
        if peer.absent:
            return House(self, peer, None, unasked)
        probe = _path(peer, *self.first)
        server = self._stack.enter_context(running(peer.command, peer.environment, probe, self._folder / f"{name}.log"))
        return House(self, peer, server, unasked)


def _path(peer: Peer, state: str, day: str) -> str:
    return quote(peer.ask(state, day), safe="/?&=_,:.-")


def _facts(document: Any) -> list[Any]:
    """Return the facts of an answer, whoever gave it: finished answers are text in a column."""
    rows = document if isinstance(document, list) else document["data"]
    return [json.loads(row["answer"]) if "answer" in row else row for row in rows]
