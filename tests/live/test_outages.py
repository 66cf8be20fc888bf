"""A database that is gone, restarted or not yet there is a 503 for a while; nobody has to restart the API."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest

from app.kit.sqlite import database_file
from app.main import create_app
from app.settings import Settings
from tests.conftest import Database
from tests.live.conftest import Server, Start, started
from tests.live.editions import Edition, editions
from tests.postgresql import READER, Postgres, running

QUESTIONS = (
    "/facts?modality=any&limit=500",
    "/transfers?from=TR",
    "/facts?modality=any&sort=-id",
    "/relations",
    "/countries",
    "/coverage",
    "/evidence/harbour-gazette-2019.41-156",
    "/version",
    "/readyz",
)
# What an operation's path is asked with: whether it exists cannot be known without a database.
PARTS = {"id": "tr-no-heron-2016", "a": "TR", "b": "NO", "name": "TR"}
# Enough to fill every pool: whoever comes after an outage finds only connections that are dead.
CLIENTS = 64
ROUNDS = 3
PATIENCE = 20.0


@cache
def data_paths() -> list[str]:
    """Return an address of every operation that needs the database: those that say that they may answer 503."""
    paths = create_app(Settings(database_url="sqlite:///nothing-there")).openapi()["paths"]
    return [
        path.format(
            **PARTS
            | (
                {"name": "modality"}
                if path.startswith("/vocab")
                else {"id": "0" * 12}
                if path.startswith("/releases")
                else {}
            )
        )
        for path, operation in paths.items()
        if "503" in operation.get("get", {"responses": ()})["responses"]
        # Asked nothing, it says what it is, and that needs no database.
        and path != "/resolve"
    ]


def answers(server: Server) -> dict[str, bytes]:
    """Return the bytes of some answers."""
    with httpx.Client(base_url=server.url, timeout=20) as client:
        found = {question: client.get(question) for question in QUESTIONS}
    assert {question: answer.status_code for question, answer in found.items()} == dict.fromkeys(QUESTIONS, 200)
    return {question: answer.content for question, answer in found.items()}


def is_out(server: Server) -> None:
    """Assert that all that needs the database is answered 503, with a problem document and when to come again."""
    with httpx.Client(base_url=server.url, timeout=20) as client:
        assert client.get("/healthz").json() == {"status": "alive"}
        assert client.get("/docs").status_code == 200
        assert client.get("/openapi.json").json()["openapi"] == "3.1.0"
        for path in [*data_paths(), *QUESTIONS, "/resolve?q=TR", "/countries?limit=1&cursor=bad"]:
            answer = client.get(path)
            assert answer.status_code == 503, f"{path}: {answer.status_code} {answer.text[:300]}"
            assert answer.headers["content-type"] == "application/problem+json"
            assert int(answer.headers["retry-after"]) > 0
            problem = answer.json()
            assert (problem["type"], problem["status"]) == ("/problems/service-unavailable", 503)
            assert problem["instance"] == path.partition("?")[0]
    assert "Traceback" not in server.log.read_text()


async def crowd(server: Server, meanwhile: Callable[[], None]) -> list[int]:
    """Let many ask at once, again and again, while something happens; return the statuses that they got."""
    happening = asyncio.create_task(asyncio.to_thread(meanwhile))
    limits = httpx.Limits(max_connections=CLIENTS)
    statuses: list[int] = []
    async with httpx.AsyncClient(base_url=server.url, timeout=20, limits=limits) as client:
        while not happening.done() or len(statuses) < ROUNDS * CLIENTS:
            asked = [client.get(QUESTIONS[number % len(QUESTIONS)]) for number in range(CLIENTS)]
            statuses += [answer.status_code for answer in await asyncio.gather(*asked)]
    await happening
    return statuses


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> list[Edition]:
    """Two corpora."""
    return editions(tmp_path_factory.mktemp("editions"), 2)


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL that may be stopped: nobody else uses it."""
    with running() as server:
        yield server


@pytest.fixture
def own(own_postgres: Postgres, request: pytest.FixtureRequest) -> Database:
    """An empty database of one test's own in it."""
    name = request.node.name
    own_postgres.create(name)
    return Database(own_postgres.url(name), own_postgres.url(name, READER))


def test_postgresql_may_stop_and_start_again(
    own_postgres: Postgres, own: Database, some: list[Edition], start: Start
) -> None:
    some[0].load_here(own.load)
    server = start(own.read)
    before = answers(server)
    assert set(asyncio.run(crowd(server, lambda: None))) == {200}
    own_postgres.stop()
    is_out(server)
    own_postgres.start()
    assert answers(server) == before


def test_postgresql_may_be_restarted_under_load(
    own_postgres: Postgres, own: Database, some: list[Edition], start: Start
) -> None:
    some[0].load_here(own.load)
    server = start(own.read, workers=2)
    before = answers(server)

    def restart() -> None:
        own_postgres.stop()
        deadline = time.monotonic() + PATIENCE
        while httpx.get(f"{server.url}/readyz", timeout=20).status_code != 503:
            assert time.monotonic() < deadline
        own_postgres.start()

    assert set(asyncio.run(crowd(server, restart))) <= {200, 503}
    assert answers(server) == before
    assert "Traceback" not in server.log.read_text()


def test_the_api_may_start_before_postgresql_runs_and_before_the_first_load(
    own_postgres: Postgres, own: Database, some: list[Edition], start: Start
) -> None:
    own_postgres.stop()
    try:
        server = start(own.read, workers=2)
        is_out(server)
    finally:
        own_postgres.start()
    is_out(server)
    some[0].load(own.load)
    assert answers(server)


def test_the_api_may_start_before_there_is_a_file(some: list[Edition], start: Start, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'not-yet' / 'foedus.sqlite'}"
    server = start(url, workers=2)
    is_out(server)
    some[0].load(url)
    assert answers(server)


def test_a_file_may_be_taken_away_and_loaded_again(some: list[Edition], start: Start, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'foedus.sqlite'}"
    some[0].load_here(url)
    server = start(url)
    before = answers(server)
    database_file(url).resolve().unlink()
    is_out(server)
    database_file(url).unlink()
    is_out(server)
    some[0].load_here(url)
    after = answers(server)
    assert {**after, "/version": b""} == {**before, "/version": b""}


@pytest.fixture(scope="module")
def killed(own_postgres: Postgres) -> Database:
    """The database of the loads that are killed."""
    own_postgres.create("killed")
    return Database(own_postgres.url("killed"), own_postgres.url("killed", READER))


@pytest.fixture(scope="module")
def serving(killed: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that goes on while loads are killed."""
    server = started(killed.read, tmp_path_factory.mktemp("serving") / "server.log")
    yield server
    server.kill()


@pytest.mark.parametrize("phase", ["schema", "facts", "integrity", "pointer"])
def test_a_load_into_postgresql_that_is_killed_loses_nothing(
    killed: Database, serving: Server, some: list[Edition], phase: str
) -> None:
    old, new = some
    old.load_here(killed.load)
    before = answers(serving)
    with subprocess.Popen(new.command(killed.load), stdout=subprocess.PIPE, text=True) as loading:
        assert loading.stdout is not None
        for line in loading.stdout:
            if line.strip() == phase:
                loading.send_signal(signal.SIGKILL)
                break
    assert loading.returncode == -signal.SIGKILL
    after = answers(serving)
    # After its last phase is said, the transaction may have ended before the signal came: then the new one is whole.
    moved = phase == "pointer" and new.release.encode() in after["/version"]
    assert moved or after == before
    new.load_here(killed.load)
    whole = answers(serving)
    assert new.release.encode() in whole["/version"]
    assert not moved or after == {**whole, "/version": after["/version"]}
