"""Pages over HTTP: who gets one, by what it is known again, what a mistake looks like; JSON stays as it was."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest

from app.main import create_app
from app.settings import Settings
from tests.conftest import Api
from tests.web.conftest import BROWSER, OF_A_SCRIPT, TURNED_ROUND

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    from anyio.from_thread import BlockingPortal

FACT = "/facts/tr-ua-navy-bayraktar-tb2"
PASSAGE = "/evidence/forbes-turkey-azerbaijan-2021.1859-1909"
PAGES = [
    "/",
    "/search",
    "/search?q=drone*",
    "/facts",
    "/transfers?from=TR",
    "/relations",
    "/relations/TR/AZ",
    "/countries",
    "/countries/TR",
    "/systems/bayraktar-tb2",
    "/organizations/ukrainian-navy",
    "/people/ali-bakir",
    "/places/ganja-international-airport",
    "/sources",
    "/sources/forbes-turkey-azerbaijan-2021",
    FACT,
    PASSAGE,
    "/quotes/verify",
    "/quotes?speaker=Aliyev",
    "/coverage?between=TR,IL",
    "/vocab",
    "/vocab/modality",
    "/releases",
    "/panel?unit=directed-dyad-year&kind=transfer&source=forbes-turkey-azerbaijan-2021&since=2019&until=2021&country=AZ",
]
LARGEST = 200_000


def page(api: Api, target: str, status: int = 200, **headers: str) -> httpx.Response:
    """Ask as a browser does, for what must be a page."""
    answer = api.get(target, headers={"Accept": BROWSER, **headers})
    assert answer.status_code == status, f"{target}: {answer.status_code} {answer.text[:300]}"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>")
    return answer


@pytest.mark.parametrize("target", PAGES)
def test_a_browser_gets_a_page_and_anybody_else_the_json(pages: Api, target: str) -> None:
    answer = page(pages, target)
    assert len(answer.content) < LARGEST
    assert answer.headers["vary"] == "Accept, Accept-Encoding"
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; object-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    plain = pages.get(target, headers={"Accept": "application/json"})
    assert "html" not in plain.headers["content-type"]
    for accept in ("*/*", "", "application/json, text/html", "text/html;q=0.5, */*"):
        again = pages.get(target, headers={"Accept": accept})
        assert (again.status_code, again.content) == (plain.status_code, plain.content), accept
    assert page(pages, target).content == answer.content


@pytest.mark.parametrize("target", ["/", "/transfers", FACT, "/countries/TR"])
def test_a_page_is_known_again_by_a_tag_of_its_own(pages: Api, target: str) -> None:
    answer = page(pages, target)
    tag = answer.headers["etag"]
    assert tag != pages.get(target).headers["etag"]
    assert answer.headers["foedus-release"] == pages.get("/version").json()["release"]
    known = pages.get(target, headers={"Accept": BROWSER, "If-None-Match": tag})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
    # The same tag is none of the JSON's.
    assert pages.get(target, headers={"If-None-Match": tag}).status_code == 200
    head = pages.request("HEAD", target, headers={"Accept": BROWSER})
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)
    assert head.headers["content-length"] == answer.headers["content-length"]
    plain = pages.get(target, headers={"Accept": BROWSER, "Accept-Encoding": "identity"})
    assert (plain.content, answer.headers["content-encoding"]) == (answer.content, "zstd")


@pytest.mark.parametrize("target", ["/facts.json?limit=1", "/transfers.csv", f"{FACT}.bib", "/docs", "/healthz"])
def test_what_has_its_own_format_is_no_page(pages: Api, target: str) -> None:
    answer = pages.get(target, headers={"Accept": BROWSER})
    assert (answer.status_code, answer.content) == (200, pages.get(target).content)


@pytest.mark.parametrize(
    ("target", "status", "said"),
    [
        ("/transfers?form=TR", 422, "did you mean <code>from</code>?"),
        ("/countries/Xyzzy", 404, "Xyzzy"),
        ("/nothing", 404, "There is nothing at this address"),
        ("/transfers.xml", 404, ".geojson"),
        ("/transfers.csv?form=TR", 422, "did you mean <code>from</code>?"),
        ("/facts/none-such", 404, "none-such"),
        ("/changes", 422, "is required"),
        ("/facts?q=" + "a" * 8000, 414, "longer than 8000 bytes"),
        ("/quotes/verify?text=too+short", 422, "12 characters"),
        ("/facts?release=000000000000", 410, "Held are"),
    ],
)
def test_a_mistake_gets_a_page_that_says_what_is_wrong(pages: Api, target: str, status: int, said: str) -> None:
    answer = page(pages, target, status)
    assert said in answer.text
    assert "etag" not in answer.headers
    problem = pages.get(target)
    assert problem.headers["content-type"] == "application/problem+json"


def test_other_methods_are_refused_as_they_were(pages: Api) -> None:
    answer = pages.request("POST", "/facts", headers={"Accept": BROWSER})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert pages.get("/quotes/verify").status_code == 404


def test_the_empty_fields_of_a_form_are_no_questions(pages: Api) -> None:
    away = pages.get("/transfers?from=TR&to=&q=+&category=aircraft", headers={"Accept": BROWSER})
    assert (away.status_code, away.headers["location"]) == (303, "/transfers?from=TR&category=aircraft")
    assert pages.get("/transfers?from=TR&to=").status_code == 422


def test_a_failure_gets_a_page_too(portal: BlockingPortal, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'foedus.sqlite'}"
    app = create_app(Settings(database_url=url, access_log=False))

    def fail() -> None:
        raise RuntimeError("on purpose")

    app.add_api_route("/failing", fail)
    api = Api(app, url, portal)
    assert "The server failed; the question is not to blame." in page(api, "/failing", 500).text
    assert api.get("/failing").json()["status"] == 500
    # There is no database either.
    assert "run <code>python -m seed load</code>" in page(api, "/facts", 503).text
    api.app.state.releases.close()


def test_a_merged_id_leads_to_its_successor(small_pages: Api) -> None:
    retired = [
        one["id"]
        for one in small_pages.json("/facts?modality=any&limit=500")["data"]
        if small_pages.get(f"/facts/{one['id']}", headers={"Accept": BROWSER}).status_code != 200
    ]
    assert retired == []
    moved = small_pages.get("/facts/norwegian-pike-order", headers={"Accept": BROWSER})
    plain = small_pages.get("/facts/norwegian-pike-order")
    assert (moved.status_code, moved.headers.get("location")) == (plain.status_code, plain.headers.get("location"))


def test_every_link_of_every_page_leads_somewhere(pages: Api) -> None:
    targets = {target for one in PAGES for target in links(page(pages, one).text)}
    assert len(targets) > 300
    broken = {
        target: answer.status_code
        for target in sorted(targets)
        if (answer := pages.get(target.partition("#")[0], headers={"Accept": BROWSER})).status_code != 200
    }
    assert broken == {}


def test_a_page_of_an_earlier_release_leads_on_within_it(pages: Api) -> None:
    release = pages.get("/version").json()["release"]
    text = page(pages, f"/countries/TR?release={release}").text
    inside = [link for link in links(text) if re.match(r"/(facts|transfers|relations|countries|sources)\b", link)]
    assert inside
    # But for the one that leads out of it.
    assert [link for link in inside if f"release={release}" not in link] == ["/countries/TR"]
    plain = links(page(pages, "/countries/TR").text)
    assert [link for link in plain if "release=" in link] == [f"/countries/TR?release={release}"]


def test_where_the_api_has_an_id_a_page_has_the_name(pages: Api) -> None:
    title = "<bdi>The Growing Military Cooperation Between Turkey And Azerbaijan</bdi>"
    for target in ("/coverage?between=TR,IL", "/relations/TR/AZ", "/systems/bayraktar-tb2"):
        text = page(pages, target).text
        assert f'<a href="/sources/forbes-turkey-azerbaijan-2021">{title}</a>' in text, target
        assert ">forbes-turkey-azerbaijan-2021<" not in text, target
    assert '<a href="/countries/IL"><bdi>Israel</bdi></a>' in page(pages, "/coverage?between=TR,IL").text
    assert '<a href="/countries/SUHH"><bdi>Soviet Union</bdi></a>' in page(pages, "/countries/RU").text
    assert "forbes-turkey-azerbaijan-2021<" not in page(pages, "/people").text


def test_every_collection_is_one_step_from_another(pages: Api) -> None:
    for target, others in (("/facts", ("/quotes", "/transfers")), ("/countries", ("/people", "/places", "/sources"))):
        text = page(pages, target).text
        for other in others:
            assert f'<li><a href="{other}">' in text
    kinds = re.findall(r'<li><a href="(/[a-z]+)\?modality=any">', page(pages, "/").text)
    assert "/cooperation" in kinds
    for kind in kinds:
        page(pages, f"{kind}?modality=any")


def test_a_mistake_is_told_in_words_before_its_code(pages: Api) -> None:
    for target, status, heading in (
        ("/countries/Xyzzy", 404, "There is no such page"),
        ("/transfers?form=TR", 422, "That cannot be answered as it is asked"),
        ("/facts?release=000000000000", 410, "That is no longer here"),
    ):
        text = page(pages, target, status).text
        assert f"<h1>{heading}</h1>" in text
        # What is not held is not said to be read.
        assert "You read release" not in text


def test_every_page_says_which_question_it_answers(pages: Api) -> None:
    text = page(pages, "/transfers?to=UKR&from=Turkey").text
    assert "GET /transfers?to=UKR&amp;from=Turkey</code>" in text
    assert "curl &#39;http://test/transfers?supplier=TR&amp;recipient=UA&#39;" in text
    assert "pd.read_csv(&#34;http://test/transfers.csv?supplier=TR&amp;recipient=UA&#34;)" in text


@pytest.mark.parametrize(
    ("targets", "most"),
    [
        (["/"], 20),
        (["/countries/TR", "/countries/NO"], 30),
        (["/relations/TR/NO", "/relations/RU/TR"], 20),
        (["/facts/tr-no-heron-2016", "/facts/ru-no-kite-2017"], 20),
        (["/sources/harbour-gazette-2019", "/sources/river-almanac-1999"], 25),
        (["/transfers", "/transfers?from=TR", "/facts"], 12),
    ],
)
def test_a_page_takes_few_statements_whatever_it_holds(small: Api, targets: list[str], most: int) -> None:
    for target in targets:
        page(small, target)
        assert 0 < len(small.statements) <= most, f"{target}: {len(small.statements)}"


def test_what_is_never_added_up_stands_apart(pages: Api) -> None:
    (pair,) = pages.json("/relations?between=TR,AZ&kind=transfer")["data"]
    assert [(one["granularity"], one["count"]) for one in pair["facts"]] == [("aggregate", 2), ("instance", 1)]
    text = page(pages, "/relations?between=TR,AZ&kind=transfer").text
    cells = re.findall(
        r'<span class="cell"><span class="number">([^<]+)</span>(?: <span class="note">(\w+)</span>)?', text
    )
    assert cells == [("1", ""), ("2", "several")]


def test_a_form_gets_its_verdict_without_a_script(pages: Api) -> None:
    words = {"text": "Azerbaijan will build a smaller version of the Turkish army", "speaker": "Aliyev", "source": ""}
    answer = pages.request("POST", "/quotes/verify", data=words, headers={"Accept": BROWSER})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert "etag" not in answer.headers
    assert "Not found" in answer.text
    assert "<del><bdi>create</bdi></del> <ins><bdi>build</bdi></ins>" in answer.text
    asked = page(pages, "/quotes/verify?text=Azerbaijan+will+create+a+smaller+version+of+the+Turkish+army")
    assert "Verified" in asked.text
    assert 'href="/people/ilham-aliyev"' in asked.text
    wrong = words | {"speaker": "Nobody of that name"}
    refused = pages.request("POST", "/quotes/verify", data=wrong, headers={"Accept": BROWSER})
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert "Azerbaijan will build a smaller version" in refused.text


def test_a_fact_is_cited_in_three_ways(pages: Api) -> None:
    text = html.unescape(page(pages, FACT).text)
    release = pages.get("/version").json()["release"]
    assert (
        "Foedus. (2026). Ukraine's navy was lately handed TB2 drones by Turkey "
        f"[Data set, release {release}]. In Foedus: facts about defence relations between countries. "
        f"http://test/transfers/tr-ua-navy-bayraktar-tb2?release={release}"
    ) in text
    assert "@misc{tr-ua-navy-bayraktar-tb2," in text
    assert "TY  - DATA" in text


def test_errors_are_reported_where_the_setting_says(pages: Api, small_pages: Api) -> None:
    address = "https://example.org/new?title=http%3A%2F%2Ftest%2Ftransfers%2Ftr-ua-navy-bayraktar-tb2"
    assert f'href="{address}"' in page(pages, FACT).text
    # Where it says nothing, the reader is told what to send to whoever runs the service.
    silent = page(small_pages, "/facts/tr-no-heron-2016").text
    release = small_pages.get("/version").json()["release"]
    assert "<summary>Report an error</summary>" in silent
    assert f"tr-no-heron-2016, release {release}\n" in silent


def test_the_source_is_linked_at_the_very_words(small_pages: Api) -> None:
    text = page(small_pages, "/facts/su-tz-kite-1985").text
    words = "In%201985%2C%20the%20Soviet%20Union%20supplied%20Kite%2D29%20jets%20to%20Tanzania%20as%20aid."
    assert f'href="https://example.org/almanac#:~:text={words}"' in text


def test_what_is_not_stated_is_not_shown_as_anything(pages: Api) -> None:
    text = page(pages, FACT).text
    assert re.search(r"Not stated: [^<]*number delivered", text)


@pytest.mark.parametrize(
    ("sought", "expected"),
    [
        ("cow:640", "/countries/TR"),
        ("Turkiye", "/countries/TR"),
        ("TB2", "/systems/bayraktar-tb2"),
        ("Turkey, Azerbaijan", "/relations/TR/AZ"),
        ("TUR - UKR", "/relations/TR/UA"),
        ("Armenia and Russia", "/relations/AM/RU"),
    ],
)
def test_the_search_understands_names_codes_and_pairs(pages: Api, sought: str, expected: str) -> None:
    assert f'href="{expected}"' in pages.get("/search", params={"q": sought}, headers={"Accept": BROWSER}).text


def test_hostile_facts_are_text_and_nothing_else(hostile_pages: Api) -> None:
    kite = hostile_pages.json("/facts/su-tz-kite-1985")["data"]
    assert (OF_A_SCRIPT in kite["summary"], TURNED_ROUND in kite["summary"]) == (True, True)
    source = "/sources/river-almanac-1999"
    targets = ["/", "/facts", "/facts/su-tz-kite-1985", source, "/sources", "/countries/TZ", "/relations/SUHH/TZ"]
    for target in [*targets, "/search?q=Kite*", f"/evidence/{kite['evidence'][0]['id']}", "/transfers"]:
        text = page(hostile_pages, target).text
        assert re.findall(r"<script.{7}", text) == ['<script src="/']
        assert "<img" not in text
        assert not re.search(r"<[a-z][^<>]* onload=", text)
        assert 'href="javascript:' not in text
    assert html.escape(OF_A_SCRIPT, quote=False) in page(hostile_pages, source).text


def test_what_is_asked_is_escaped_too(pages: Api) -> None:
    asked: dict[str, Any] = {"params": {"q": OF_A_SCRIPT}, "headers": {"Accept": BROWSER}}
    assert OF_A_SCRIPT not in pages.get("/search", **asked).text
    assert OF_A_SCRIPT not in pages.get("/facts", **asked).text
    host = pages.get("/transfers", headers={"Accept": BROWSER, "Host": "x'$(id)"}).text
    assert "x'$(id)" not in html.unescape(host).partition("curl '")[2].partition("\n")[0].rstrip("'</code>")


def test_the_explorers_own_files_are_kept_for_good(pages: Api) -> None:
    text = page(pages, "/").text
    for name, media_type in (("css", "text/css"), ("js", "text/javascript"), ("svg", "image/svg+xml")):
        (address,) = re.findall(rf'"(/explorer/[a-z]+\.{name}\?[0-9a-f]+)"', text)
        answer = pages.get(address)
        assert answer.headers["content-type"].startswith(media_type)
        assert "immutable" in answer.headers["cache-control"]
        assert "immutable" not in pages.get(address.partition("?")[0]).headers["cache-control"]
    assert pages.get("/explorer/..%2fexplorer.py").status_code == 404


def links(text: str) -> list[str]:
    """Return the links of a page that stay with us, each once."""
    found = re.findall(r'<a [^>]*href="(/[^"]*)"', text)
    return list(dict.fromkeys(html.unescape(link) for link in found))
