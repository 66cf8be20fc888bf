"""A real server for the tests of this folder: uvicorn in a process of its own, asked over TCP."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

STARTED_WITHIN = 30.0


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self, within: float) -> int:
        """Ask it to stop, as a container runtime does; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within)


Start = Callable[[str], Server]


def started(database_url: str, log: Path) -> Server:
    """Start a server on a database, and return it once it is alive."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FOEDUS_")}
    environment |= {"FOEDUS_DATABASE_URL": database_url, "FOEDUS_PORT": str(port), "FOEDUS_ACCESS_LOG": "false"}
    with log.open("wb") as written:
        process = subprocess.Popen([sys.executable, "-m", "app"], env=environment, stdout=written, stderr=written)
    server = Server(port, process, log)
    patience = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < patience and process.poll() is None:
        try:
            httpx.get(f"{server.url}/healthz").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return server
    process.kill()
    process.wait()
    raise RuntimeError(f"the server did not start: {log.read_text()}")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers that end with the test, whatever the test did to them."""
    servers: list[Server] = []

    def one(database_url: str) -> Server:
        servers.append(started(database_url, tmp_path / f"server-{len(servers)}.log"))
        return servers[-1]

    yield one
    for server in servers:
        server.process.kill()
        server.process.wait()


@pytest.fixture(scope="session")
def server(article_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on the article corpus, shared by the tests that leave it alive."""
    found = started(article_url, tmp_path_factory.mktemp("server") / "server.log")
    yield found
    found.process.kill()
    found.process.wait()
