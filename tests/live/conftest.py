"""A real server for the tests of this folder: uvicorn in a process of its own, asked over TCP."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from tests.ports import free_port

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

    def kill(self) -> None:
        """End it and its workers, whatever state they are in."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def workers(self) -> list[int]:
        """Return the processes that answer, of a server that was started with several."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        # The others are multiprocessing's own.
        return [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


class Start(Protocol):
    """A starter of servers."""

    def __call__(self, database_url: str, workers: int = 1, program: str | None = None, **settings: str) -> Server:
        """Start one; `program`: other than `python -m app`, in Python; `settings`: more of the environment."""


def started(
    database_url: str, log: Path, workers: int = 1, program: str | None = None, settings: dict[str, str] | None = None
) -> Server:
    """Start a server on a database, and return it once it is alive."""
    port = int((settings or {}).get("FOEDUS_PORT", 0)) or free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FOEDUS_")}
    environment |= {"FOEDUS_DATABASE_URL": database_url, "FOEDUS_PORT": str(port), "FOEDUS_ACCESS_LOG": "false"}
    environment |= {"FOEDUS_WORKERS": str(workers), **(settings or {})}
    with log.open("wb") as written:
        process = subprocess.Popen(
            # A session of its own: the workers of one that is killed can be found and killed too.
            [sys.executable, *(["-c", program] if program else ["-m", "app"])],
            env=environment,
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
    server = Server(port, process, log)
    patience = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < patience and process.poll() is None:
        try:
            httpx.get(f"{server.url}/healthz").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return server
    server.kill()
    raise RuntimeError(f"the server did not start: {log.read_text()}")


class Client:
    """One connection that is kept alive."""

    def __init__(self, port: int) -> None:
        """Take the server's port; the connection is made with the first question."""
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, target: str) -> tuple[int, bytes]:
        """Ask; return status and body. A connection that the server closes is an error."""
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        writer.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        return int(head.split(" ", 2)[1]), await reader.readexactly(length)

    async def close(self) -> None:
        """Close the connection."""
        if self.streams is not None:
            self.streams[1].close()
            with suppress(OSError):
                await self.streams[1].wait_closed()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers that end with the test, whatever the test did to them."""
    servers: list[Server] = []

    def one(database_url: str, workers: int = 1, program: str | None = None, **settings: str) -> Server:
        log = tmp_path / f"server-{len(servers)}.log"
        servers.append(started(database_url, log, workers, program, settings))
        return servers[-1]

    yield one
    for server in servers:
        server.kill()


@pytest.fixture(scope="session")
def server(article_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on the article corpus, shared by the tests that leave it alive."""
    found = started(article_url, tmp_path_factory.mktemp("server") / "server.log")
    yield found
    found.kill()
