"""Pictures in a real browser: their policy changes nothing that is seen, articles may frame them, words stay words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import httpx
import pytest
from playwright.sync_api import Page, Route

from tests.web.conftest import OF_A_SCRIPT, OF_AN_IMAGE

if TYPE_CHECKING:
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


def test_an_article_may_frame_it(page: Page, web_server: Server) -> None:
    page.goto("/docs")
    page.evaluate("document.documentElement.remove()")
    page.goto("data:text/html,<iframe src='" + f"{web_server.url}/network.svg" + "' width=900 height=700></iframe>")
    frame = page.frames[1]
    frame.wait_for_selector("svg title", state="attached")
    assert frame.locator("svg > title").text_content() == "Who is tied to whom"
    marks = frame.locator("a[target=_top]")
    assert marks.count() > 0


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
