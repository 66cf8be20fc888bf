"""Servers in processes of their own, pinned to one core: started, asked until they answer, looked into, ended."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from bench.load import SERVER_CORE, pinned

PATIENCE = 60.0
# Seconds of CPU in half a second of all servers together: less is no work.
IDLE = 0.02
UVICORN = ["--host", "127.0.0.1", "--no-access-log", "--no-server-header"]


@dataclass(frozen=True)
class Memory:
    """Of one process, in bytes: what is resident, of that what is its own (no mapped files), and the most there was."""

    resident: int
    own: int
    peak: int


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    process: subprocess.Popen[bytes]
    seconds: float
    cpu: float

    def memory(self) -> Memory:
        """Look how much memory it takes."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        told = {name: rest for name, _, rest in (line.partition(":") for line in lines)}
        resident, own, peak = (int(told[name].split()[0]) * 1024 for name in ("VmRSS", "RssAnon", "VmHWM"))
        return Memory(resident, own, peak)

    def get(self, target: str) -> tuple[int, list[tuple[str, str]], bytes]:
        """Ask; return status, headers and body."""
        return _get(self.url + target)


@contextmanager
def running(command: list[str], environment: dict[str, str], probe: str, log: Path) -> Iterator[Server]:
    """Start a server, whose command says {port}, wait until it answers `probe` with 200, and end it after use."""
    port = free_port()
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FOEDUS_")}
    filled = {name: value.replace("{port}", str(port)) for name, value in environment.items()}
    with log.open("wb") as written:
        began = time.perf_counter()
        process = subprocess.Popen(
            pinned(SERVER_CORE, [part.replace("{port}", str(port)) for part in command]),
            env=plain | filled,
            stdout=written,
            stderr=written,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _until_answered(process, url + probe, began, log)
            yield Server(url, process, time.perf_counter() - began, _cpu(process.pid))
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _get(url: str) -> tuple[int, list[tuple[str, str]], bytes]:
    address = urlsplit(url)
    with closing(HTTPConnection(address.netloc, timeout=PATIENCE)) as connection:
        connection.request("GET", url.removeprefix(f"{address.scheme}://{address.netloc}"))
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()


def _until_answered(process: subprocess.Popen[bytes], url: str, began: float, log: Path) -> None:
    while process.poll() is None and time.perf_counter() - began < PATIENCE:
        # It may not listen yet, or not know its release.
        with suppress(OSError, HTTPException):
            if _get(url)[0] == HTTPStatus.OK:
                return
        time.sleep(0.005)
    raise RuntimeError(f"{url} does not answer: {log.read_text(errors='replace')[-2000:]}")


def settle(servers: Iterable[Server]) -> None:
    """Wait until all servers have done what they do when they start: it would be the first one's loss."""
    pids = [server.process.pid for server in servers]
    deadline = time.monotonic() + PATIENCE
    before = -1.0
    while time.monotonic() < deadline:
        now = sum(map(_cpu, pids))
        if now - before < IDLE and before >= 0:
            return
        before = now
        time.sleep(0.5)


def _cpu(pid: int) -> float:
    """Return the seconds of CPU that all threads of a process took so far."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    spent = 0
    for task in tasks:
        # A thread may end between being named and being looked at.
        with suppress(OSError):
            spent += int(task.read_text().split()[0])
    return spent / 1e9


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port
