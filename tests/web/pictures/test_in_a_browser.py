"""Pictures in a real browser: their policy changes nothing that is seen, articles may frame them, words stay words."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route

from tests.web.conftest import OF_A_SCRIPT, OF_AN_IMAGE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Api
    from tests.live.conftest import Server

PICTURES = [
    "/relations/TR/AZ/timeline.svg?modality=any",
    "/countries/TR/network.svg",
    "/network.svg",
    "/transfers/flows.svg",
    "/coverage.svg",
]
HOSTILE = ["/relations/SUHH/TZ/timeline.svg", "/countries/TZ/network.svg", "/transfers/flows.svg", "/coverage.svg"]


class Quiet(SimpleHTTPRequestHandler):
    """Another's server, which says nothing of what it is asked."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def seen(page: Page, target: str, scheme: str) -> bytes:
    """Return what a picture looks like alone in a window, on a light or a dark machine."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(target)
    return page.screenshot()


@pytest.mark.parametrize("target", PICTURES)
def test_its_policy_changes_nothing_that_is_seen(page: Page, web_server: Server, target: str) -> None:
    drawn = httpx.get(f"{web_server.url}{target}")
    as_it_is = seen(page, target, "light")

    def without_policy(route: Route) -> None:
        route.fulfill(body=drawn.content, content_type="image/svg+xml")

    page.route(f"{web_server.url}{target}", without_policy)
    assert seen(page, target, "light") == as_it_is
    # Paper stays paper: ink would not be read on a dark page.
    assert seen(page, target, "dark") == as_it_is


def test_an_article_may_frame_it(browser: Browser, web_server: Server, tmp_path: Path) -> None:
    article = f"<!doctype html><title>An article</title><iframe src='{web_server.url}/network.svg'></iframe>"
    (tmp_path / "index.html").write_text(article)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as elsewhere:
        Thread(target=elsewhere.serve_forever).start()
        page = browser.new_page()
        try:
            page.goto(f"http://127.0.0.1:{elsewhere.server_port}/")
            frame = page.frames[1]
            frame.wait_for_selector("svg > title", state="attached")
            assert frame.locator("svg > title").text_content() == "Who is tied to whom"
            assert frame.locator("a[target=_top]").count() > 0
        finally:
            page.close()
            elsewhere.shutdown()


def test_every_mark_is_reached_by_keyboard(page: Page) -> None:
    page.goto("/relations/TR/AZ/timeline.svg")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')").startswith("/facts/")
    page.keyboard.press("Enter")
    page.wait_for_url("**/facts/**")


@pytest.mark.parametrize("target", HOSTILE)
def test_hostile_words_stay_words(hostile_pages: Api, target: str) -> None:
    answer = hostile_pages.get(target)
    assert answer.status_code == 200
    picture = ET.fromstring(answer.content)  # noqa: S314  # it is ours
    assert not [element for element in picture.iter() if element.tag.endswith(("}script", "}img", "}image"))]
    assert b"javascript:" not in answer.content
    assert "\u202e" not in answer.text
    written = " ".join(picture.itertext())
    assert OF_A_SCRIPT + OF_AN_IMAGE in written.replace("… ", "")
