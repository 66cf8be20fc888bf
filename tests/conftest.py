"""What all tests share: compiled corpora, the application over them, one way to ask. Real SQLite and HTTP; no mocks."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from app.facts import FACTS
from app.main import create_app
from app.settings import MIGRATIONS, Settings
from seed import corpus, rules
from seed.load import load
from tests.postgresql import READER, Postgres, running
from tests.statements import noted

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared" / "data"
TEXT = SHARED / "article.txt"
ENGINES = os.environ.get("FOEDUS_TEST_ENGINES", "sqlite,postgresql").split(",")
_NUMBER = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what these tests can be asked for."""
    parser.addoption("--golden", action="store_true", help="write the golden files anew instead of comparing them")


def pytest_report_header() -> str:
    """Say which tests are not collected for want of the texts and data sets that are never committed."""
    if TEXT.exists():
        return "sources: their texts are here, and the corpus is verified against them"
    return "sources: ../shared/data is absent, so tests/sources (verification against the texts) is not collected"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out the tests that read the sources where these are absent; the header says so."""
    return True if collection_path == HERE / "sources" and not TEXT.exists() else None


@dataclass
class Api:
    """An application over one compiled corpus, asked through httpx."""

    app: FastAPI
    url: str
    portal: BlockingPortal
    statements: list[str] = field(default_factory=list)

    def get(self, target: str, **more: Any) -> httpx.Response:
        """Ask, and note the SQL statements that the answer took in `statements`."""
        return self.request("GET", target, **more)

    def request(self, method: str, target: str, **more: Any) -> httpx.Response:
        """Ask by any method."""
        self.statements.clear()

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(method, target, **more)

        return self.portal.call(ask)

    def json(self, target: str) -> Any:
        """Ask for what must be found, and return it."""
        answer = self.get(target)
        assert answer.status_code == 200, f"{target}: {answer.status_code} {answer.text}"
        return answer.json()

    def ids(self, target: str) -> list[str]:
        """Return the ids of a list, in its order."""
        return [record["id"] for record in self.json(target)["data"]]

    def finds(self, target: str, expected: str) -> None:
        """Assert that a list has these ids, in this order; and that its canonical address gives the same bytes."""
        answer = self.json(target)
        found = [record["id"] for record in answer["data"]]
        assert found == expected.split(), f"{target}: {' '.join(found)}"
        assert answer["meta"]["count"] == answer["meta"]["total"] == len(found)
        assert self.get(answer["links"]["self"]).content == self.get(target).content

    def problem(self, target: str, status: int = 422) -> Any:
        """Ask for what must be refused, and return the problem document."""
        answer = self.get(target)
        assert answer.status_code == status, f"{target}: {answer.status_code} {answer.text[:300]}"
        assert answer.headers["content-type"] == "application/problem+json"
        document = json.loads(answer.text)
        assert document["status"] == status
        return document

    def forget(self) -> None:
        """Have the current release forget what it remembers of earlier questions."""
        about = self.app.state.releases.current().about
        for remembered in (about.names, about.listed, about.spread, about.bitmaps, about.plans):
            remembered.clear()


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """An event loop in a thread of its own."""
    with start_blocking_portal() as found:
        yield found


def compiled(root: Path, url: str) -> None:
    """Compile the corpus under `root` into a database."""
    found = corpus.read(root, FACTS)
    rules.check(found)
    load(found, url, FACTS, MIGRATIONS, lambda _: None)


@dataclass(frozen=True)
class Database:
    """A database of one test's or session's own: where to load it, and where to read it as the API's role does."""

    load: str
    read: str


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL."""
    with running() as server:
        yield server


@pytest.fixture(scope="session", params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Database]:
    """A maker of empty databases, on each engine in turn: every test that hangs on it runs on both."""
    if request.param == "sqlite":

        def file(name: str) -> Database:
            url = f"sqlite:///{tmp_path_factory.mktemp(name) / 'foedus.sqlite'}"
            return Database(url, url)

        return file
    server: Postgres = request.getfixturevalue("postgres")

    def schema(name: str) -> Database:
        unique = f"{name}_{next(_NUMBER)}"
        server.create(unique)
        return Database(server.url(unique), server.url(unique, READER))

    return schema


def small_corpus(into: Path) -> Path:
    """Copy the tests' corpus, with the real list of countries, into a folder where it may be altered."""
    shutil.copytree(HERE / "corpus", into, dirs_exist_ok=True)
    shutil.copy(corpus.HERE / "reference" / "countries.yml", into / "reference" / "countries.yml")
    return into


def examples_corpus(into: Path) -> Path:
    """Copy the tests' corpus and the examples of kinds that it lacks: a new kind's fact upsets no other test."""
    shutil.copytree(HERE / "examples", small_corpus(into), dirs_exist_ok=True)
    return into


def api_of(url: str, portal: BlockingPortal, cache_bytes: int = 0) -> Iterator[Api]:
    """Serve a database, counting SQL statements; unless told, every answer is made anew."""
    api = Api(create_app(Settings(database_url=url, cache_bytes=cache_bytes)), url, portal)

    with noted(lambda statement, _: api.statements.append(statement)):
        yield api
    api.app.state.releases.close()


@pytest.fixture(scope="session")
def article_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The article corpus, compiled once into SQLite."""
    url = f"sqlite:///{tmp_path_factory.mktemp('article') / 'foedus.sqlite'}"
    compiled(corpus.HERE, url)
    return url


@pytest.fixture(scope="session")
def article(database: Callable[[str], Database], portal: BlockingPortal) -> Iterator[Api]:
    """The API over the article corpus, on each engine."""
    made = database("article")
    compiled(corpus.HERE, made.load)
    yield from api_of(made.read, portal)


@pytest.fixture(scope="session")
def small_database(database: Callable[[str], Database], tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The tests' own corpus (tests/corpus), compiled once on each engine."""
    made = database("small")
    compiled(small_corpus(tmp_path_factory.mktemp("corpus")), made.load)
    return made


@pytest.fixture(scope="session")
def small(small_database: Database, portal: BlockingPortal) -> Iterator[Api]:
    """The API over the tests' own corpus, on each engine."""
    yield from api_of(small_database.read, portal)


@pytest.fixture(scope="session")
def examples(
    database: Callable[[str], Database], portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    """The API over a corpus that has an example of every kind (tests/corpus and tests/examples), on each engine."""
    made = database("examples")
    compiled(examples_corpus(tmp_path_factory.mktemp("corpus")), made.load)
    yield from api_of(made.read, portal)
