"""A service that follows many releases keeps no more of them than three: no schema, file, connection or memory."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import httpx
import psycopg
import pytest

from app.kit.engines import KEPT
from app.kit.postgresql import CONNECTIONS
from tests.conftest import Database
from tests.live.conftest import Server, started
from tests.live.editions import Edition, editions

WARM = 8
LOADS = 16
CLIENTS = 48
QUESTIONS = ("/facts?modality=any&limit=500", "/relations?limit=2", "/countries", "/transfers?from=TR", "/sources")
# An engine that is not let go keeps its connections, each with a page cache: tens of megabytes over these loads.
MOST_GROWTH = 24_000_000


@dataclass
class Service:
    """Two workers that have followed many releases."""

    server: Server
    url: str
    warm: dict[int, int]
    grown: dict[int, int]


async def ask_all(server: Server, old: list[str]) -> list[str]:
    """Ask from many connections at once, former releases too; return where a walk of the current one goes on."""
    limits = httpx.Limits(max_connections=CLIENTS, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=server.url, timeout=20, limits=limits) as client:
        answers = await asyncio.gather(
            *(client.get((*QUESTIONS, *old)[number % (len(QUESTIONS) + len(old))]) for number in range(2 * CLIENTS))
        )
    assert {answer.status_code for answer in answers} <= {200, 410}
    return [str(answers[1].json()["links"]["next"])]


def follow(server: Server, url: str, loads: Iterator[Edition]) -> None:
    """Load, and let the workers open what was loaded, with many connections, and what is not current any more."""
    walks: list[str] = []
    for edition in loads:
        edition.load_here(url)
        walks = (asyncio.run(ask_all(server, walks)) + walks)[: KEPT + 1]


def memory(server: Server) -> dict[int, int]:
    """Return what each worker holds in memory of its own, in bytes; pages of files that are mapped are the kernel's."""
    found = {}
    for pid in server.workers():
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        found[pid] = int(re.findall(r"RssAnon:\s+(\d+) kB", status)[0]) * 1024
    return found


@pytest.fixture(scope="module")
def service(database: Callable[[str], Database], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service over many loads, asked after each."""
    folder = tmp_path_factory.mktemp("letting-go")
    made = database("letting_go")
    # More than are kept, and each comes back.
    some = cycle(editions(folder, KEPT + 2))
    next(some).load_here(made.load)
    server = started(made.read, folder / "server.log", workers=2)
    try:
        follow(server, made.load, islice(some, WARM))
        warm = memory(server)
        follow(server, made.load, islice(some, LOADS))
        yield Service(server, made.load, warm, memory(server))
    finally:
        server.kill()


def test_memory_does_not_grow_with_the_releases(service: Service) -> None:
    for pid, warm in service.warm.items():
        assert service.grown[pid] - warm < MOST_GROWTH, f"{warm / 1e6:.0f} MB, then {service.grown[pid] / 1e6:.0f} MB"


def test_three_releases_are_kept(service: Service) -> None:
    if service.url.startswith("sqlite"):
        pointer = Path(service.url.removeprefix("sqlite:///"))
        assert len(list(pointer.with_name(f"{pointer.name}.releases").glob("*.sqlite"))) == KEPT
        return
    with psycopg.connect(service.url.replace("+psycopg", "")) as connection:
        schemas = connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^(r|foedus)_'").fetchone()
    assert schemas == (KEPT,)


def test_no_more_is_open_than_three_releases_need(service: Service) -> None:
    """A worker opens files, or connections, of the releases that it holds; what is put away is closed."""
    if service.url.startswith("sqlite"):
        for pid in service.server.workers():
            opened = {str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir() if one.is_symlink()}
            assert len({name for name in opened if ".sqlite" in name}) <= KEPT
        return
    with psycopg.connect(service.url.replace("+psycopg", "")) as connection:
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'foedus' AND datname = current_database()"
        )
        found = connection.execute(query).fetchone()
    assert found is not None
    assert found[0] <= CONNECTIONS * len(service.server.workers())
