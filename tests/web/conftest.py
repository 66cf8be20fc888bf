"""The explorer over the article, over the tests' own corpus and over hostile facts; a browser, where there is one."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal
from playwright.sync_api import Browser, Page, Request, sync_playwright

from app.main import create_app
from app.settings import Settings
from tests.conftest import Api, compiled, small_corpus
from tests.live.conftest import Server, started

# As Chromium sends it.
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"
CHROMIUM = shutil.which("chromium")
AXE = Path("build/axe/node_modules/axe-core/axe.min.js")
# The browser's own business, switched off: what is left in the log is the page's.
ALONE = [
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REPORT = "https://example.org/new?title={page}"
OF_A_SCRIPT = "<script>owned=1</script>"
OF_AN_IMAGE = "<img src=x onerror=owned=1>"
OF_AN_ATTRIBUTE = "\"' onload='"
TURNED_ROUND = "\u202edesrever\u202c \u200fRTL"


@pytest.fixture(scope="session")
def pages(article_url: str, portal: BlockingPortal) -> Iterator[Api]:
    """The application over the article, with a place to report errors to, remembering what it answered."""
    api = Api(create_app(Settings(database_url=article_url, report=REPORT, access_log=False)), article_url, portal)
    yield api
    api.app.state.releases.close()


@pytest.fixture(scope="session")
def small_pages(tmp_path_factory: pytest.TempPathFactory, portal: BlockingPortal) -> Iterator[Api]:
    """The application over the tests' own corpus, whose sources have addresses; errors are reported nowhere."""
    url = f"sqlite:///{tmp_path_factory.mktemp('small') / 'foedus.sqlite'}"
    compiled(small_corpus(tmp_path_factory.mktemp("corpus")), url)
    api = Api(create_app(Settings(database_url=url, access_log=False)), url, portal)
    yield api
    api.app.state.releases.close()


def hostile_corpus(into: Path) -> Path:
    """Copy the tests' corpus, with what would run, break out or turn text round wherever a fact has words."""
    root = small_corpus(into)
    almanac = root / "articles" / "river-almanac-1999.yml"
    text = almanac.read_text()
    summary = f"Once {OF_A_SCRIPT}{OF_AN_IMAGE} {OF_AN_ATTRIBUTE} {TURNED_ROUND} Kite-29 jets."
    exact = "In 1985, the Soviet Union supplied Kite-29 jets to Tanzania as aid."
    # As long as what it stands for, so that the passages after it stay where they are.
    words = f"{OF_A_SCRIPT}{OF_AN_ATTRIBUTE}"
    words += exact[len(words) :]
    assert f"summary: {exact}" in text
    text = text.replace(f"summary: {exact}", f"summary: {_quoted(summary)}")
    text = text.replace(f"exact: {exact}", f"exact: {_quoted(words)}")
    text = text.replace(hashlib.sha256(exact.encode()).hexdigest(), hashlib.sha256(words.encode()).hexdigest())
    text = text.replace("title: An Invented Almanac of the Rivers", f"title: {_quoted(OF_A_SCRIPT + OF_AN_IMAGE)}")
    text = text.replace("publisher: River Press", f"publisher: {_quoted(OF_AN_ATTRIBUTE)}")
    text = text.replace("url: https://example.org/almanac", "url: javascript:owned=1")
    almanac.write_text(text)
    return root


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


@pytest.fixture(scope="session")
def hostile_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Hostile facts, compiled."""
    url = f"sqlite:///{tmp_path_factory.mktemp('hostile') / 'foedus.sqlite'}"
    compiled(hostile_corpus(tmp_path_factory.mktemp("corpus")), url)
    return url


@pytest.fixture(scope="session")
def hostile_pages(hostile_url: str, portal: BlockingPortal) -> Iterator[Api]:
    """The application over hostile facts."""
    api = Api(create_app(Settings(database_url=hostile_url, access_log=False)), hostile_url, portal)
    yield api
    api.app.state.releases.close()


@pytest.fixture(scope="session")
def web_server(article_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server on the article."""
    found = started(article_url, tmp_path_factory.mktemp("web") / "server.log")
    yield found
    found.kill()


# Not longer than the module: while it is driven, nobody else can drive another.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One real browser for all tests of a module."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: pages cannot be seen in a real browser")
    with sync_playwright() as playwright:
        # Chromium's sandbox wants a kernel that containers seldom offer; it sees our own pages only.
        found = playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=False, args=ALONE)
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, web_server: Server) -> Iterator[Page]:
    """A fresh page of a browser: when it is done with, it has asked nobody but us, and its policy refused nothing."""
    context = browser.new_context(base_url=web_server.url, viewport={"width": 1280, "height": 900})
    found = context.new_page()
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    found.on("request", note)
    complaints: list[str] = []
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.on(
        "console",
        lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None,
    )
    yield found
    context.close()
    assert asked
    assert [url for url in asked if not url.startswith((f"{web_server.url}/", "data:"))] == []
    assert complaints == []
