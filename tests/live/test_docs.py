"""`/docs` in a real browser: it shows every operation, obeys its own policy, and asks no other host for anything."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Request, expect, sync_playwright

if TYPE_CHECKING:
    from tests.live.conftest import Server

CHROMIUM = shutil.which("chromium")
# The browser's own business, switched off: what is left in the log is the page's.
ALONE = [
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REFUSALS = """
    window.refused = [];
    document.addEventListener("securitypolicyviolation", (event) => {
        window.refused.push(`${event.violatedDirective}: ${event.blockedURI}`);
    });
"""


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: /docs cannot be seen in a real browser")
def test_the_page_of_the_documentation_needs_no_internet(server: Server) -> None:
    document = httpx.get(f"{server.url}/openapi.json").json()
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    asked: list[str] = []
    complaints: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    with sync_playwright() as playwright:
        # Chromium's sandbox wants a kernel that containers seldom offer; it sees our own page only.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=False, args=ALONE)
        page = browser.new_page()
        page.on("request", note)
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.add_init_script(REFUSALS)
        page.goto(f"{server.url}/docs")
        expect(page.locator(".opblock")).to_have_count(len(operations))
        summaries = page.locator(".opblock-summary-description").all_inner_texts()

        # One operation in use: its parameters, its example, and an answer asked for from the page.
        transfers = page.locator("#operations-facts-list_transfers")
        transfers.locator(".opblock-summary-control").click()
        transfers.get_by_role("button", name="Try it out").click()
        transfers.get_by_placeholder("limit").fill("1")
        transfers.get_by_role("button", name="Execute").click()
        expect(transfers.locator(".live-responses-table tr.response .response-col_status")).to_contain_text("200")
        refused = page.evaluate("window.refused")
        browser.close()

    assert sorted(summaries) == sorted(operation["summary"] for operation in operations)
    assert complaints == []
    assert refused == []
    elsewhere = [url for url in asked if urlsplit(url).scheme != "data" and not url.startswith(f"{server.url}/")]
    assert elsewhere == []
    assert any(urlsplit(url).path == "/transfers" for url in asked)
