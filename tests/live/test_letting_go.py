"""A service that follows many releases keeps three of them: no schema, file, connection or memory besides."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from app.kit import postgresql, sqlite
from app.kit.engines import KEPT
from app.kit.sqlite import database_file
from tests.conftest import Database
from tests.live.conftest import Client, Server, started
from tests.live.editions import Edition, editions

WORKERS = 2
WARM = 6
LOADS = 20
CLIENTS = 48
PRESSING = 12
# Measured: a worker that lets go grows by 3 to 22 MB, the more so the fewer connections it happened to have open in the
# beginning, and no more after fifty loads; one that keeps the engine of every release, by 3.5 MB per load: 70 MB.
MODEST = 40_000_000
QUESTIONS = ("/relations?limit=2", "/facts?modality=any&limit=500", "/countries", "/transfers?from=TR", "/sources")


@dataclass
class Service:
    """Two workers that have followed many releases."""

    server: Server
    url: str
    loads: list[Edition]
    # Where walks go on, the last release's first: the last of them is let go by the next load.
    walks: list[str] = field(default_factory=list)
    current: Counter[int] = field(default_factory=Counter)
    former: Counter[int] = field(default_factory=Counter)
    warm: dict[int, int] = field(default_factory=dict)
    grown: dict[int, int] = field(default_factory=dict)

    async def follow(self, loads: list[Edition]) -> None:
        """Load, ask what is let go thereby, and let the workers open what was loaded, with many connections."""
        for edition in loads:
            moving = asyncio.Event()
            loading = asyncio.create_task(self._load(edition, moving))
            await moving.wait()
            await asyncio.gather(*(self._press(loading) for _ in range(PRESSING)))
            await loading
            clients = [Client(self.server.port) for _ in range(CLIENTS)]
            asked = zip(clients, cycle(QUESTIONS), strict=False)
            answers = await asyncio.gather(*(client.get(question) for client, question in asked))
            self.current.update(status for status, _ in answers)
            await asyncio.gather(*(client.close() for client in clients))
            self.walks = [str(json.loads(answers[0][1])["links"]["next"]), *self.walks][:KEPT]

    async def _load(self, edition: Edition, moving: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()

        def say(phase: str) -> None:
            if phase == "pointer":
                loop.call_soon_threadsafe(moving.set)

        try:
            await asyncio.to_thread(edition.load_here, self.url, say)
        finally:
            moving.set()

    async def _press(self, loading: asyncio.Task[None]) -> None:
        """Go on with former releases, one after the other, while one of them is let go."""
        client = Client(self.server.port)
        for target in cycle(reversed(self.walks)):
            status, _ = await client.get(target)
            self.former[status] += 1
            if loading.done():
                break
        await client.close()


def rows(url: str, statement: str) -> set[str]:
    """Ask PostgreSQL, as its superuser."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = set(connection.execute(text(statement)).scalars())
    engine.dispose()
    return found


def release_files(pid: int) -> Iterator[int]:
    """Return the inode of every release's file that a process holds open, deleted ones too, as often as it does."""
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            if descriptor.readlink().name.startswith("r_"):
                yield descriptor.stat().st_ino


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
    loads = list(islice(cycle(editions(folder, KEPT + 2)), WARM + LOADS))
    server = started(made.read, folder / "server.log", WORKERS)
    try:
        found = Service(server, made.load, loads)
        asyncio.run(found.follow(loads[:WARM]))
        found.warm = memory(server)
        asyncio.run(found.follow(loads[WARM:]))
        found.grown = memory(server)
        # What somebody read just when it was to be dropped is dropped by the next load.
        loads[-1].load_here(made.load)
        yield found
    finally:
        server.kill()


def test_a_page_of_a_release_that_is_just_let_go_is_there_or_gone(service: Service) -> None:
    assert set(service.current) == {200}
    assert set(service.former) == {200, 410}
    assert "Traceback" not in service.server.log.read_text()


def test_the_last_three_releases_are_kept(service: Service) -> None:
    kept = {edition.release for edition in service.loads[-KEPT:]}
    if service.url.startswith("sqlite"):
        folder = database_file(service.url).with_name("foedus.sqlite.releases")
        assert {file.name for file in folder.iterdir()} == {f"r_{release}.sqlite" for release in kept} | {"lock"}
    else:
        ours = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^(r_|foedus)'"
        assert rows(service.url, ours) == {f"r_{release}" for release in kept} | {"foedus"}


def test_no_worker_holds_more_than_the_releases_that_it_may_be_asked_for(service: Service) -> None:
    if service.url.startswith("sqlite"):
        for pid in service.server.workers():
            opened = Counter(release_files(pid))
            # One that is deleted is another file than one of its name that was loaded since.
            assert 0 < len(opened) <= KEPT, opened
            assert max(opened.values()) <= sqlite.CONNECTIONS
    else:
        connections = rows(
            service.url,
            "SELECT pid || ' ' || state FROM pg_stat_activity"
            " WHERE application_name = 'foedus' AND datname = current_database()",
        )
        # One more of each worker looks at the pointer.
        assert 0 < len(connections) <= WORKERS * (postgresql.CONNECTIONS + 1)
        # None holds a transaction open, which would keep what is dropped.
        assert {connection.partition(" ")[2] for connection in connections} == {"idle"}


def test_memory_does_not_grow_with_the_releases_that_were_served(service: Service) -> None:
    assert service.grown.keys() == service.warm.keys(), "a worker died and was started again"
    for pid, bytes_ in service.grown.items():
        assert bytes_ - service.warm[pid] < MODEST, f"{service.warm[pid]} grew to {bytes_}"
