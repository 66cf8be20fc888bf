"""The explorer in a real browser: the walk from a name to the words, without a script too, dark, narrow and for all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.live.conftest import started
from tests.web.conftest import AXE
from tests.web.test_answers import LARGEST

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Response, ViewportSize

    from tests.live.conftest import Server

SOURCE = "/sources/forbes-turkey-azerbaijan-2021"
PAGES = [
    "/",
    "/search?q=drone*",
    "/search?q=Turkey, Azerbaijan",
    "/facts?country=AZ&modality=any&limit=5",
    "/transfers?category=aircraft",
    "/relations?modality=any",
    "/relations/TR/AZ?modality=any&limit=12",
    "/countries?limit=5",
    "/countries/TR",
    "/systems/bayraktar-tb2",
    "/organizations/ukrainian-navy",
    "/people/ali-bakir",
    "/places/ganja-international-airport",
    SOURCE,
    "/facts/tr-az-f-16-ganja-2020",
    "/quotes/quote-aliyev-smaller-turkish-army",
    "/evidence/forbes-turkey-azerbaijan-2021.1859-1909",
    "/quotes/verify",
    "/quotes/verify?text=Azerbaijan will build a smaller version of the Turkish army",
    "/coverage?between=TR,IL",
    "/vocab",
    "/vocab/modality",
    "/releases",
    "/panel",
    "/panel?unit=directed-dyad-year&kind=transfer&source=forbes-turkey-azerbaijan-2021&since=2019&until=2021&country=AZ",
    "/transfers?form=TR",
    "/nothing",
]
PHONE: ViewportSize = {"width": 360, "height": 740}
ASK_AXE = """async (rules) => {
    const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
    const wrong = found.violations.map((one) => [one.id, one.nodes.map((node) => node.html.slice(0, 120))]);
    return {wrong, passes: found.passes.length};
}"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def test_from_a_name_over_a_pair_to_the_very_words(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("the sentence that proves it")
    page.get_by_role("searchbox").fill("TUR")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Türkiye").first.click()
    expect(page).to_have_url(re.compile(r"/countries/TR$"))
    page.get_by_role("region", name="Relations by kind").get_by_role("link", name="Azerbaijan").click()
    expect(page).to_have_url(re.compile(r"/relations/AZ/TR$"))
    expect(page.locator(".lane h2").first).to_contain_text("Agreements")
    expect(page.get_by_role("region", name="Coverage")).to_contain_text("none recorded")
    page.get_by_role("link", name="For a short time Turkey had six F-16s").click()
    expect(page.locator(".is-it")).to_contain_text("actual")
    expect(page.locator(".proof mark").first).to_contain_text("briefly stationed six F-16s")
    page.locator(".proof figcaption a").first.click()
    expect(page).to_have_url(re.compile(rf"{SOURCE}#at-[0-9]+$"))
    expect(page.locator(".run:target")).to_contain_text("briefly stationed six F-16s")


@pytest.mark.parametrize("target", ["/", "/countries/TR", "/relations/TR/AZ"])
def test_the_marks_of_a_picture_lead_on(page: Page, target: str) -> None:
    page.goto(target)
    picture = next(frame for frame in page.frames if frame.url.partition("?")[0].endswith(".svg"))
    mark = picture.locator("a").first
    leads_to = mark.get_attribute("href")
    assert leads_to
    mark.focus()
    page.keyboard.press("Enter")
    # Over the page, not within the picture.
    page.wait_for_url(f"**{leads_to}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_words_light_up_their_facts_and_facts_their_words(page: Page) -> None:
    page.goto(SOURCE)
    piece = page.locator(".piece", has_text="briefly stationed six F-16s")
    fact = page.locator(".drawn li", has_text="six F-16s")
    piece.hover()
    expect(fact).to_have_class("lit")
    page.get_by_role("heading", level=1).hover()
    expect(fact).not_to_have_class("lit")
    fact.get_by_role("link").last.focus()
    expect(piece).to_have_class("piece cited lit")


def test_a_quotation_is_checked(page: Page) -> None:
    page.goto("/quotes/verify")
    page.get_by_label("The words").fill("Azerbaijan will create a smaller version of the Turkish army")
    page.get_by_label("Said by").fill("Erdogan")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", level=2).first).to_contain_text("Misattributed")
    expect(page.locator(".proof")).to_contain_text("said by Ilham Aliyev")


def test_filters_facets_order_and_pages(page: Page) -> None:
    page.goto("/facts")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_role("combobox", name="Kind").select_option("transfer")
    page.get_by_label("Records on a page").select_option("20")
    page.get_by_role("combobox", name="Modality").select_option("any")
    page.get_by_role("button", name="Show").click()
    # What was left empty is not in the address.
    expect(page).to_have_url(re.compile(r"/facts\?kind=transfer&modality=any&limit=20$"))
    expect(page.locator("tbody tr")).to_have_count(14)
    page.locator(".facet").get_by_role("link", name="Russia").click()
    # Waited for: a click does not wait until the page that it leads to is there.
    expect(page.locator("tbody tr")).to_have_count(4)
    page.get_by_role("link", name="Take off the filter Kind").click()
    expect(page.locator("tbody tr")).to_have_count(13)
    page.goto("/facts?limit=20")
    page.get_by_role("columnheader").get_by_role("link", name="Date").click()
    expect(page).to_have_url(re.compile(r"/facts\?limit=20&sort=-date$"))
    expect(page.get_by_role("columnheader", name="Date")).to_have_attribute("aria-sort", "descending")
    first = page.locator("tbody th").first.inner_text()
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("tbody th").first).not_to_have_text(first)
    page.get_by_role("link", name="First page").click()
    expect(page.locator("tbody th").first).to_have_text(first)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all as CSV").click()
    assert download.value.path().read_text().splitlines()[0].startswith("id,kind,")


def test_what_is_to_be_copied_is_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/facts/tr-az-f-16-ganja-2020")
    page.get_by_text("BibTeX", exact=True).click()
    page.get_by_role("button", name="Copy BibTeX").click()
    expect(page.get_by_role("button", name="Copy BibTeX")).to_have_text("Copied")
    copied: str = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("@misc{tr-az-f-16-ganja-2020,")


def test_by_keyboard_alone(page: Page) -> None:
    page.goto("/countries/TR")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("drone*")
    page.keyboard.press("Enter")
    expect(page.locator(".results mark").first).to_be_visible()


def test_without_a_script_everything_works(browser: Browser, web_server: Server) -> None:
    context = browser.new_context(base_url=web_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.locator("#q").fill("Turkey, Azerbaijan")
    page.locator("form.large button").click()
    page.locator(".card a").first.click()
    page.locator("details.filters > summary").click()
    page.locator("#f-modality").select_option("denied")
    page.locator("form.form button").click()
    # The empty fields are taken off by the service then.
    assert page.url.endswith("/relations/AZ/TR?modality=denied")
    assert page.locator(".mark-denied").count() > 0
    page.goto(SOURCE)
    number = page.locator("a.ref").first
    number.click()
    assert page.locator(".drawn li:target").count() == 1
    page.locator(".drawn li:target a.back").click()
    assert page.locator(".run:target").count() == 1
    page.goto("/quotes/verify")
    page.locator("#text").fill("Azerbaijan will build a smaller version of the Turkish army")
    page.locator("form.checker button").click()
    # The answer has the form's own address: it is waited for, not the address.
    expect(page.locator(".verdict-not_found")).to_have_count(1)
    context.close()


def test_a_phone_shows_every_page_without_moving_it_sideways(browser: Browser, web_server: Server) -> None:
    context = browser.new_context(base_url=web_server.url, viewport=PHONE)
    page = context.new_page()
    wider = {}
    for target in PAGES:
        page.goto(target)
        by: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if by:
            wider[target] = by
    context.close()
    assert wider == {}


def test_dark_is_dark_and_light_is_light(browser: Browser, web_server: Server) -> None:
    def paper(scheme: Any) -> list[int]:
        context = browser.new_context(base_url=web_server.url, color_scheme=scheme)
        page = context.new_page()
        page.goto("/")
        colour: str = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        context.close()
        return [int(number) for number in re.findall(r"[0-9]+", colour)]

    assert max(paper("dark")) < 60
    assert min(paper("light")) > 200


def test_every_page_is_for_everybody(browser: Browser, web_server: Server) -> None:
    if not AXE.exists():
        pytest.skip(f"no {AXE}: pages cannot be checked by axe-core; .ci/run fetches it")
    # The checker is put in by the test, which the pages' own policy would forbid.
    context = browser.new_context(base_url=web_server.url, bypass_csp=True)
    context.add_init_script(path=AXE)
    page = context.new_page()
    found = {}
    for target in PAGES:
        page.emulate_media(color_scheme="light")
        page.goto(target)
        # What is folded is checked as well.
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        light = page.evaluate(ASK_AXE, {"type": "tag", "values": RULES})
        # The dark differs in its colours alone.
        page.emulate_media(color_scheme="dark")
        dark = page.evaluate(ASK_AXE, ["color-contrast"])
        assert light["passes"] > dark["passes"] > 0
        if light["wrong"] or dark["wrong"]:
            found[target] = light["wrong"], dark["wrong"]
    context.close()
    assert found == {}


def test_the_first_page_is_small_with_all_that_belongs_to_it(page: Page) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  # it marks what it is given
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert {answer.url.partition("?")[0].rpartition(".")[2] for answer in answers} >= {"css", "js", "svg"}
    # As they are sent.
    sizes = [answer.request.sizes() for answer in answers]
    sent = sum(one["responseHeadersSize"] + one["responseBodySize"] for one in sizes)
    assert 0 < sent < LARGEST


def test_hostile_facts_do_nothing(browser: Browser, hostile_url: str, tmp_path: Path) -> None:
    server = started(hostile_url, tmp_path / "server.log")
    context = browser.new_context(base_url=server.url)
    page = context.new_page()
    try:
        for target in ("/", "/facts/su-tz-kite-1985", "/sources/river-almanac-1999", "/facts", "/search?q=Kite*"):
            page.goto(target)
            assert "<script>owned=1</script>" in page.locator("main").inner_text()
            assert page.evaluate("typeof owned") == "undefined"
        page.goto("/facts/su-tz-kite-1985")
        # A mark of direction turns its own words round, and nothing beside them.
        assert page.locator("h1 bdi").evaluate("(one) => getComputedStyle(one).unicodeBidi") == "isolate"
    finally:
        context.close()
        server.kill()
