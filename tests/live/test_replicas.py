"""One primary, two standbys: servers die, lag and come back; nobody is refused, and each answer is of one release."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.conftest import Database
from tests.live.conftest import Server, Start
from tests.live.editions import MARK, RELEASE, Edition, editions
from tests.postgresql import READER, Postgres, running

QUESTIONS = (
    "/facts?modality=any&limit=500",
    "/transfers?from=TR",
    "/relations",
    "/countries/NO",
    "/facts.ndjson?modality=any",
)
CLIENTS = 12
PATIENCE = 20.0


@dataclass
class Cluster:
    """A primary, its standbys, and an empty database in all of them."""

    primary: Postgres
    standbys: list[Postgres]
    name: str

    @property
    def database(self) -> Database:
        """Loads go to the primary; the API is given all three, standbys preferred."""
        hosts = "&".join(f"host=127.0.0.1:{one.port}" for one in (self.primary, *self.standbys))
        how = "target_session_attrs=prefer-standby&load_balance_hosts=random"
        return Database(self.primary.url(self.name), f"postgresql+psycopg://{READER}@/{self.name}?{hosts}&{how}")

    def caught_up(self) -> None:
        """Wait until every standby that runs has all that the primary has."""
        with self.primary.connect() as connection:
            row = connection.execute("SELECT pg_current_wal_lsn()").fetchone()
        assert row is not None
        for standby in self.standbys:
            until(lambda one=standby: replayed(one, row[0]))  # type: ignore[misc]


def replayed(standby: Postgres, position: str) -> bool:
    """Whether a standby has come so far."""
    with standby.connect() as connection:
        row = connection.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", (position,)).fetchone()
    assert row is not None
    return bool(row[0])


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def hold_back(standby: Postgres, *, back: bool) -> None:
    """Let a standby lag, or catch up again."""
    with standby.connect() as connection:
        connection.execute("SELECT pg_wal_replay_pause()" if back else "SELECT pg_wal_replay_resume()")
        state = b"SELECT pg_get_wal_replay_pause_state()"
        wanted = "paused" if back else "not paused"
        until(lambda: connection.execute(state).fetchone() == (wanted,))


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> list[Edition]:
    """Three corpora."""
    return editions(tmp_path_factory.mktemp("editions"), 3)


@pytest.fixture
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """Three servers of one test's own, which may kill them."""
    with running(replicas=2) as primary:
        name = request.node.name
        primary.create(name)
        found = Cluster(primary, primary.standbys, name)
        yield found


@dataclass
class Heard:
    """What a crowd heard: statuses, and the release of each answer by the order in which it was begun."""

    statuses: list[int]
    releases: list[str]


async def crowd(server: Server, meanwhile: Callable[[], None]) -> Heard:
    """Let many ask while something happens, and a little after; each answer must be wholly of one release."""
    happening = asyncio.create_task(asyncio.to_thread(meanwhile))
    heard = Heard([], [])
    over = 0.0

    async def one(client: httpx.AsyncClient, number: int) -> None:
        nonlocal over
        while not over or time.monotonic() < over:
            answer = await client.get(QUESTIONS[number % len(QUESTIONS)], headers={"Cache-Control": "no-cache"})
            number += 1
            heard.statuses.append(answer.status_code)
            if answer.status_code == 200:
                heard.releases.append(answer.headers["foedus-release"])
                of_one_release(answer)

    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        asking = [asyncio.create_task(one(client, number)) for number in range(CLIENTS)]
        await happening
        over = time.monotonic() + 1
        await asyncio.gather(*asking)
    return heard


def of_one_release(answer: httpx.Response) -> None:
    """Assert that nothing in an answer is of another release than its header says."""
    named = {one.decode() for one in RELEASE.findall(answer.content)}
    assert named <= {answer.headers["foedus-release"]}
    assert len(set(MARK.findall(answer.content))) <= 1


def asked(server: Server, target: str, status: int = 200) -> httpx.Response:
    """Ask, and expect a status."""
    answer = httpx.get(f"{server.url}{target}", timeout=30)
    assert answer.status_code == status, f"{target}: {answer.status_code} {answer.text[:300]}"
    return answer


def read_from(cluster: Cluster) -> list[Postgres]:
    """Return the servers that an API is connected to."""
    found = []
    for one in (cluster.primary, *cluster.standbys):
        with one.connect() as connection:
            count = connection.execute(b"SELECT count(*) FROM pg_stat_activity WHERE application_name = 'foedus'")
            if count.fetchone() != (0,):
                found.append(one)
    return found


def test_servers_die_one_after_the_other_and_nobody_is_refused(
    cluster: Cluster, some: list[Edition], start: Start
) -> None:
    some[0].load_here(cluster.database.load)
    cluster.caught_up()
    # Nothing is remembered: every question is the database's.
    server = start(cluster.database.read, FOEDUS_CACHE_BYTES="0")
    before = {question: asked(server, question).content for question in QUESTIONS}
    (first,) = read_from(cluster)
    assert first in cluster.standbys, "standbys are preferred"

    heard = asyncio.run(crowd(server, first.kill))
    assert set(heard.statuses) == {200}
    left = [one for one in cluster.standbys if one is not first]
    # The primary dies: what is left goes on, which never could load anything.
    heard = asyncio.run(crowd(server, cluster.primary.kill))
    assert set(heard.statuses) == {200}
    assert {question: asked(server, question).content for question in QUESTIONS} == before
    assert asked(server, "/readyz").json() == {"status": "ready"}

    # What is not here may be where nobody answers: it is not called gone.
    problem = asked(server, "/facts?release=0123456789ab", 503)
    assert int(problem.headers["retry-after"]) > 0
    assert "may have it" in problem.json()["detail"]

    first.start()
    heard = asyncio.run(crowd(server, left[0].kill))
    assert set(heard.statuses) == {200}
    first.kill()
    asked(server, "/facts", 503)
    asked(server, "/healthz")
    first.start()
    assert {question: asked(server, question).content for question in QUESTIONS} == before
    assert "Traceback" not in server.log.read_text()


def test_a_server_that_lags_answers_its_own_release_and_is_led_to_newer_ones_by_their_name(
    cluster: Cluster, some: list[Edition], start: Start
) -> None:
    old, new, third = some
    old.load_here(cluster.database.load)
    cluster.caught_up()
    server = start(cluster.database.read)
    assert asked(server, "/version").json()["release"] == old.release
    (mine,) = read_from(cluster)
    hold_back(mine, back=True)
    new.load_here(cluster.database.load)
    # By the other servers, this one's answers are those of yesterday; and it says so, whatever is asked.
    for question in QUESTIONS:
        answer = asked(server, question)
        assert answer.headers["foedus-release"] == old.release
        of_one_release(answer)
    assert [one["id"] for one in asked(server, "/releases").json()["data"]] == [old.release]
    assert asked(server, "/readyz").json() == {"status": "ready"}
    # A page that was begun elsewhere goes on from where its release is held.
    ahead = start(cluster.database.load)
    page = asked(ahead, "/facts?modality=any&limit=5").json()
    assert page["meta"]["release"] == new.release
    assert asked(server, page["links"]["next"]).content == asked(ahead, page["links"]["next"]).content
    named = f"/facts?modality=any&release={new.release}"
    assert asked(server, named).content == asked(ahead, named).content
    assert asked(server, "/facts").headers["foedus-release"] == old.release
    # What no server has is gone, and all were asked.
    problem = asked(server, "/facts?release=0123456789ab", 410).json()
    assert problem["type"] == "/problems/release-gone"
    # Since a release that is newer than the one that answers, nothing was compiled.
    asked(server, f"/changes?since={new.release}", 422)
    asked(server, "/changes?since=0123456789ab", 410)
    hold_back(mine, back=False)
    until(lambda: asked(server, "/version").json()["release"] == new.release)
    third.load_here(cluster.database.load)
    until(lambda: asked(server, "/version").json()["release"] == third.release)


def test_a_release_that_was_remembered_is_not_answered_by_a_server_that_lags(
    cluster: Cluster, some: list[Edition], start: Start
) -> None:
    old, new, *_ = some
    old.load_here(cluster.database.load)
    cluster.caught_up()
    server = start(cluster.database.read)
    asked(server, "/facts")
    (mine,) = read_from(cluster)
    (other,) = [one for one in cluster.standbys if one is not mine]
    hold_back(other, back=True)
    new.load_here(cluster.database.load)
    until(lambda: asked(server, "/facts").headers["foedus-release"] == new.release)
    for one in (mine, cluster.primary):
        one.kill()
    # What is left has not heard of the newest: that was remembered, and is forgotten.
    until(lambda: asked(server, "/facts").headers["foedus-release"] == old.release)
    for question in QUESTIONS:
        answer = asked(server, question)
        assert answer.headers["foedus-release"] == old.release
        of_one_release(answer)
    hold_back(other, back=False)
    until(lambda: asked(server, "/facts").headers["foedus-release"] in (old.release, new.release))


def test_releases_are_loaded_while_two_workers_serve(cluster: Cluster, some: list[Edition], start: Start) -> None:
    some[0].load_here(cluster.database.load)
    cluster.caught_up()
    server = start(cluster.database.read, workers=2)

    def load() -> None:
        for edition in (some[1], some[2], some[0]):
            edition.load_here(cluster.database.load)

    heard = asyncio.run(crowd(server, load))
    assert set(heard.statuses) == {200}
    assert len(set(heard.releases)) > 1
    cluster.caught_up()
    until(lambda: asked(server, "/version").json()["release"] == some[0].release)


def test_a_release_goes_into_another_database_and_answers_alike(
    postgres: Postgres, some: list[Edition], start: Start
) -> None:
    for name in ("saved", "restored"):
        postgres.create(name)
    some[0].load_here(postgres.url("saved"))
    postgres.copy("saved", "restored", ("foedus", f"r_{some[0].release}"))
    there, here = (start(postgres.url(name, READER)) for name in ("saved", "restored"))
    for question in (*QUESTIONS, "/readyz", "/version", "/datapackage.zip"):
        assert asked(here, question).content == asked(there, question).content
