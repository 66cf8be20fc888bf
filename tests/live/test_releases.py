"""The running API follows the pointer: under load, no request fails and no answer or walk is of two releases."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Database
from tests.live.conftest import Client, Server, started
from tests.live.editions import MARK, RELEASE, Edition, editions

SECONDS = float(os.environ.get("FOEDUS_LOAD_SECONDS", "8"))
# More than are kept: each goes, and is loaded again later.
EDITIONS = 5
ASKING = 24
WALKING = 6
# These pause between pages, so that releases change under them: one walk lasts for two to four loads.
STROLLING = 6
PAUSE = 0.3
# These ask for one and the same page until its release is let go: just then they ask without a breath.
CLINGING = 6
# Generous on purpose: it tells a request that nobody answers from a slow machine, and is no budget.
LONGEST_WAIT = 20.0
# Between two questions, so that a load gets its share of the processors; none while the pointer may move.
BREATH = 0.25
# So many, however slow the machine is.
LOADS = 5
QUESTIONS = (
    "/facts?modality=any&limit=500",
    "/facts/tr-no-heron-2016",
    "/transfers?from=TR",
    "/transfers/tr-no-heron-2016",
    "/relations",
    "/relations/NO/TR",
    "/countries",
    "/countries/cow:385",
    "/sources",
    "/resolve?q=NOR",
    # Its examples are some thirty answers of the same release.
    "/openapi.json",
)
# What is asked of these is what several releases say.
OF_SEVERAL = ("/releases", "/releases/{id}", "/changes")
WALKS = (
    "/facts?modality=any&limit=4",
    "/facts?modality=any&sort=-id&limit=5",
    "/countries?limit=1",
    "/relations?limit=1",
)


@dataclass
class Flood:
    """Clients that ask while releases change, and what they saw."""

    server: Server
    url: str
    editions: list[Edition]
    over: bool = False
    breath: float = BREATH
    begun: list[str] = field(default_factory=list)
    loaded: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    walks: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """Load one edition after the other until the time is up, and let everybody ask meanwhile."""
        self.begun.append(self.editions[0].release)
        self.loaded = 1
        clients = [self._ask(first) for first in range(ASKING)]
        clients += [self._walk(first, 0.0) for first in range(WALKING)]
        clients += [self._walk(first, PAUSE) for first in range(STROLLING)]
        clients += [self._cling(first) for first in range(CLINGING)]
        await asyncio.gather(self._load(), *clients)

    async def _load(self) -> None:
        until = time.monotonic() + SECONDS
        for edition in cycle([*self.editions[1:], self.editions[0]]):
            # Every third one again, as it is: the same release in another file, or another schema of the same name.
            for _ in range(2 if edition.number % 3 == 0 else 1):
                await self._load_one(edition)
            if time.monotonic() > until and self.loaded >= LOADS:
                break
        self.over = True

    async def _load_one(self, edition: Edition) -> None:
        self.begun.append(edition.release)
        loading = await asyncio.create_subprocess_exec(
            *edition.command(self.url), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        assert loading.stdout is not None
        said = b""
        async for line in loading.stdout:
            said += line
            if line == b"integrity\n":
                self.breath = 0.0
        if await loading.wait():
            self.failed.append(f"load of edition {edition.number}: {said.decode()}")
        self.loaded = len(self.begun)
        self.breath = BREATH

    async def _ask(self, first: int) -> None:
        client = Client(self.server.port)
        for turn in count(first):
            question = QUESTIONS[turn % len(QUESTIONS)]
            oldest = self.loaded - 1
            status, body = await self._answer(client, question)
            if status == 200:
                release = self._release(question, body)
                # What is asked after a load has ended is answered from it, or from a later one.
                if release not in self.begun[oldest:]:
                    self.behind.append(f"{question}: {release}, when {self.begun[oldest]} was loaded")
            else:
                self.failed.append(f"{question}: {status} {body[:300]!r}")
            if self.over or status == 0:
                break
            await asyncio.sleep(self.breath)
        await client.close()

    async def _walk(self, first: int, pause: float) -> None:
        client = Client(self.server.port)
        for turn in count(first):
            outcome = await self._one_walk(client, WALKS[turn % len(WALKS)], pause)
            self.walks[outcome] += 1
            if self.over or outcome == "failed":
                break
        await client.close()

    async def _cling(self, first: int) -> None:
        client = Client(self.server.port)
        following, release = None, ""
        for turn in count(first):
            target = following or WALKS[turn % len(WALKS)]
            status, body = await self._answer(client, target)
            if status == 410 and following and json.loads(body)["type"] == "/problems/release-gone":
                self.walks["clung to until it was let go"] += 1
                following = None
            elif status == 200:
                found = self._release(target, body)
                if following and found != release:
                    self.astray.append(f"{target}: {found}, but its cursor is of {release}")
                following, release = following or json.loads(body)["links"]["next"], found
            else:
                self.failed.append(f"{target}: {status} {body[:300]!r}")
            if self.over or status == 0:
                break
            await asyncio.sleep(self.breath)
        await client.close()

    async def _one_walk(self, client: Client, question: str, pause: float) -> str:
        """Follow `links.next` to the end; say how it ended."""
        ids: list[str] = []
        release = ""
        target: str | None = question
        while target is not None:
            status, body = await self._answer(client, target)
            if status == 410 and ids and json.loads(body)["type"] == "/problems/release-gone":
                return "gone"
            if status != 200:
                self.failed.append(f"{target}: {status} {body[:300]!r}")
                return "failed"
            page: dict[str, Any] = json.loads(body)
            found = self._release(target, body)
            release = release or found
            if release != found:
                self.astray.append(f"{target}: {found}, but the walk began in {release}")
            ids += [one.get("id") or one["link"] for one in page["data"]]
            target = page["links"]["next"]
            if target is not None:
                await asyncio.sleep(pause or self.breath)
        if len(ids) != len(set(ids)) or len(ids) != page["meta"]["total"]:
            self.astray.append(f"{question}: {len(ids)} records, {len(set(ids))} of them different: {page['meta']}")
        return "finished in its release" if release == self.begun[self.loaded - 1] else "finished in a former release"

    async def _answer(self, client: Client, target: str) -> tuple[int, bytes]:
        try:
            return await asyncio.wait_for(client.get(target), LONGEST_WAIT)
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            return 0, repr(error).encode()

    def _release(self, target: str, body: bytes) -> str:
        """Return the release that an answer names, once all that it says is found to be of it."""
        if target == "/openapi.json":
            body = without(body, OF_SEVERAL)
        named: list[str] = sorted({name.decode() for name in RELEASE.findall(body)})
        marks = set(MARK.findall(body))
        of = {edition.release: str(edition.number).encode() for edition in self.editions}
        # A short page may say nothing that differs; a whole answer always does.
        if len(named) != 1 or marks - {of[named[0]]} or (target in QUESTIONS and not marks):
            self.mixed.append(f"{target}: releases {named}, editions {marks}")
        self.seen[named[0]] += 1
        return named[0]


def without(document: bytes, paths: Iterable[str]) -> bytes:
    """Return an OpenAPI document without some of its paths."""
    found = json.loads(document)
    for path in paths:
        del found["paths"][path]
    return json.dumps(found, separators=(",", ":")).encode()


@pytest.fixture(scope="module")
def flood(database: Callable[[str], Database], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flood]:
    """Two workers, asked by many while editions are loaded again and again: over when the tests below look at it."""
    folder = tmp_path_factory.mktemp("flood")
    made = database("flood")
    some = editions(folder, EDITIONS)
    some[0].load(made.load)
    server = started(made.read, folder / "server.log", workers=2)
    found = Flood(server, made.load, some)
    try:
        asyncio.run(found.run())
        yield found
    finally:
        server.kill()


def test_no_request_fails_while_releases_change(flood: Flood) -> None:
    assert flood.failed == []
    assert "Traceback" not in flood.server.log.read_text()


def test_no_answer_is_of_two_releases(flood: Flood) -> None:
    assert flood.mixed == []


def test_every_release_is_served_as_soon_as_it_is_loaded(flood: Flood) -> None:
    assert flood.behind == []
    assert flood.loaded >= LOADS
    assert set(flood.seen) == set(flood.begun)


def test_a_walk_stays_in_its_release(flood: Flood) -> None:
    assert flood.astray == []
    assert flood.walks["finished in a former release"] > 0
    assert flood.walks["clung to until it was let go"] > 0
    assert flood.walks["gone"] < flood.walks["finished in its release"] + flood.walks["finished in a former release"]


def test_every_worker_ends_in_the_last_release(flood: Flood) -> None:
    answered: dict[int, set[str]] = {pid: set() for pid in flood.server.workers()}
    assert len(answered) == 2

    async def ask() -> None:
        clients: list[Client] = []
        # Whoever is free takes the next connection: with some kept open, both have taken one soon.
        while len(clients) < 100 and not all(answered.values()):
            clients.append(Client(flood.server.port))
            _, body = await clients[-1].get("/version")
            assert clients[-1].streams is not None
            port: int = clients[-1].streams[1].get_extra_info("sockname")[1]
            answered[worker_at(flood.server, port)].add(json.loads(body)["release"])
        for client in clients:
            await client.close()

    asyncio.run(ask())
    assert set(map(frozenset, answered.values())) == {frozenset({flood.begun[-1]})}


def worker_at(server: Server, port: int) -> int:
    """Return the worker that holds the other end of a connection from a port of ours."""
    ours, theirs = (f"0100007F:{one:04X}" for one in (port, server.port))
    lines = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    # One that is closing is listed too, without a socket.
    (inode,) = [line[9] for line in lines if line[1:3] == [theirs, ours] and line[9] != "0"]
    (worker,) = [
        pid
        for pid in server.workers()
        if any(Path(one).readlink() == Path(f"socket:[{inode}]") for one in Path(f"/proc/{pid}/fd").iterdir())
    ]
    return worker
