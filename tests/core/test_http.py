"""The HTTP of every answer: ETags and 304, codings, links, CORS and what may be asked, on both engines."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.conftest import Api

LIST = "/facts?country=NO&modality=any&limit=2"
EVERY_KIND_OF_ANSWER = [LIST, "/countries/TR", "/vocab", "/vocab/modality", "/", "/version", "/docs", "/openapi.json"]
PLAIN = {"Accept-Encoding": "identity"}


def tag(api: Api, target: str, **headers: str) -> str:
    """Ask, and return the ETag."""
    found: str = api.get(target, headers=PLAIN | headers).headers["ETag"]
    return found


def again(api: Api, target: str, **headers: str) -> httpx.Response:
    """Ask with conditions."""
    return api.get(target, headers=PLAIN | {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("target", [*EVERY_KIND_OF_ANSWER, "/assets/docs.js"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_the_asker_has_is_not_sent_again(small: Api, target: str, method: str) -> None:
    first = small.get(target, headers=PLAIN)
    second = small.request(method, target, headers=PLAIN | {"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.content) == (304, b"")
    for name in ("ETag", "Vary", "Access-Control-Allow-Origin"):
        assert second.headers[name] == first.headers[name], name
    assert second.headers.get("Cache-Control") == first.headers["Cache-Control"]
    assert "Content-Type" not in second.headers
    assert "Content-Length" not in second.headers


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("{}", 304),
        ("W/{}", 304),
        ('"a", {} , "b"', 304),
        ('"a,b",W/{}', 304),
        ("*", 304),
        ('"a"', 200),
        ("a", 200),
        ("", 200),
        ('"', 200),
    ],
)
def test_tags_are_compared_as_rfc_9110_says(small: Api, given: str, status: int) -> None:
    found = again(small, LIST, If_None_Match=given.format(tag(small, LIST)))
    assert found.status_code == status


def test_a_known_list_is_not_read_from_the_database_again(small: Api) -> None:
    known = tag(small, "/transfers")
    assert again(small, "/transfers", If_None_Match=known).status_code == 304
    assert [one for one in small.statements if "FROM fact" in one] == []


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/facts?country=Atlantis", 422),
        ("/facts?form=TR", 422),
        ("/facts?cursor=x", 422),
        ("/facts/nothing", 404),
        ("/countries/Atlantis", 404),
        ("/nowhere", 404),
    ],
)
def test_a_wrong_question_stays_wrong_whatever_the_asker_has(small: Api, target: str, status: int) -> None:
    assert again(small, target, If_None_Match="*").status_code == status
    assert again(small, target, If_Modified_Since="Thu, 01 Jan 2099 00:00:00 GMT").status_code == status


def test_a_tag_is_of_one_answer(small: Api) -> None:
    targets = [*EVERY_KIND_OF_ANSWER, "/facts", "/facts?limit=3", small.json("/facts?limit=2")["links"]["next"]]
    tags = [tag(small, target) for target in targets]
    assert len(set(tags)) == len(tags)
    assert all(one.startswith('"') and one.endswith('"') for one in tags)


def test_equal_questions_have_equal_tags(small: Api) -> None:
    assert tag(small, "/facts?country=TUR,NO") == tag(small, "/facts?country=Norway,TR&limit=50")


def test_a_date_decides_only_without_tags_and_only_if_it_is_the_very_one(small: Api) -> None:
    modified = small.get(LIST).headers["Last-Modified"]
    assert modified.endswith(" GMT")
    assert again(small, LIST, If_Modified_Since=modified).status_code == 304
    assert again(small, LIST, If_Modified_Since=modified, If_None_Match='"other"').status_code == 200
    # A release that is taken back is older than what the asker has, and another answer.
    assert again(small, LIST, If_Modified_Since="Thu, 01 Jan 2099 00:00:00 GMT").status_code == 200
    assert again(small, LIST, If_Modified_Since="yesterday").status_code == 200


@pytest.mark.parametrize("target", EVERY_KIND_OF_ANSWER)
@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_coded_answer_is_the_same_answer_under_a_tag_of_its_own(small: Api, target: str, coding: str) -> None:
    plain = small.get(target, headers=PLAIN)
    coded = small.get(target, headers={"Accept-Encoding": coding})
    assert coded.content == plain.content
    assert coded.headers["ETag"] == plain.headers["ETag"][:-1] + f'-{coding}"'
    known = small.get(target, headers={"Accept-Encoding": coding, "If-None-Match": coded.headers["ETag"]})
    assert (known.status_code, known.headers["ETag"]) == (304, coded.headers["ETag"])
    other = small.get(target, headers={"Accept-Encoding": coding, "If-None-Match": plain.headers["ETag"]})
    assert other.status_code == 200
    assert again(small, target, If_None_Match=coded.headers["ETag"]).status_code == 200


def test_an_answer_worth_it_is_coded_and_a_tiny_one_is_not(small: Api) -> None:
    long, short = (small.get(target, headers={"Accept-Encoding": "gzip"}) for target in ("/vocab", "/healthz"))
    assert long.headers["Content-Encoding"] == "gzip"
    assert int(long.headers["Content-Length"]) < len(long.content) / 2
    assert "Content-Encoding" not in short.headers
    asked_for = small.get("/healthz", headers={"Accept-Encoding": "gzip, identity;q=0"})
    assert (asked_for.headers["Content-Encoding"], asked_for.json()) == ("gzip", {"status": "alive"})


def test_a_coding_that_is_not_known_is_not_acceptable_if_nothing_else_is(small: Api) -> None:
    found = small.get("/facts", headers={"Accept-Encoding": "br, identity;q=0"})
    assert found.status_code == 406
    assert found.headers["Content-Type"] == "application/problem+json"
    assert small.get("/facts", headers={"Accept-Encoding": "br"}).status_code == 200


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
@pytest.mark.parametrize("target", [*EVERY_KIND_OF_ANSWER, "/facts?form=TR", "/nowhere", "/healthz"])
def test_head_has_the_headers_of_get(small: Api, target: str, coding: str) -> None:
    got = small.get(target, headers={"Accept-Encoding": coding})
    head = small.request("HEAD", target, headers={"Accept-Encoding": coding})
    assert head.content == b""
    assert head.status_code == got.status_code
    assert {name: value for name, value in head.headers.items() if name != "x-request-id"} == {
        name: value for name, value in got.headers.items() if name != "x-request-id"
    }


def test_the_links_of_a_page_are_in_its_header_too(small: Api) -> None:
    found = small.get("/facts?country=TUR&limit=1&modality=any")
    links = found.json()["links"]
    assert found.links["canonical"]["url"] == links["self"]
    assert found.links["next"]["url"] == links["next"]
    assert found.links["describedby"]["url"] == "/openapi.json"
    assert found.links["service-doc"]["url"] == "/docs"
    assert "next" not in small.get("/countries/TR").links


def test_a_name_of_any_script_makes_a_header_of_ascii(small: Api) -> None:
    found = small.get('/resolve?q="Türkiye>,<x>; rel=next')
    assert found.status_code == 200
    assert found.headers["Link"].isascii()
    assert found.links["canonical"]["url"] == found.json()["links"]["self"]
    assert "next" not in found.links


@pytest.mark.parametrize(
    ("target", "policy"),
    [
        ("/facts", "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"),
        ("/version", "no-cache"),
        ("/healthz", "no-store"),
        ("/readyz", "no-store"),
        ("/metrics", "no-store"),
        ("/nowhere", "public, max-age=10"),
        ("/facts?form=TR", "public, max-age=10"),
    ],
)
def test_caches_are_told_what_to_keep(small: Api, target: str, policy: str) -> None:
    assert small.get(target).headers["Cache-Control"] == policy


@pytest.mark.parametrize("target", ["/facts", "/nowhere", "/facts?form=TR", "/docs", "/assets/docs.js", "/healthz"])
def test_every_answer_can_be_read_from_any_page_and_framed_by_none(small: Api, target: str) -> None:
    headers = small.get(target, headers={"Origin": "https://example.org"}).headers
    assert headers["Access-Control-Allow-Origin"] == headers["Access-Control-Expose-Headers"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Vary"] == "Accept, Accept-Encoding"
    assert "Origin" not in headers["Vary"]


def test_a_browser_may_ask_before_it_asks(small: Api) -> None:
    asked = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    found = small.request("OPTIONS", "/resolve", headers=asked)
    assert (found.status_code, found.content) == (204, b"")
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert found.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS, POST"
    assert "Content-Type" in found.headers["Access-Control-Allow-Headers"]
    assert found.headers["Access-Control-Max-Age"] == "86400"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        *((one, "GET, HEAD, OPTIONS") for one in ("/facts", "/countries/TR", "/docs", "/relations/TR/NO", "/healthz")),
        ("/resolve", "GET, HEAD, OPTIONS, POST"),
        ("/quotes/verify", "OPTIONS, POST"),
    ],
)
def test_options_says_what_may_be_asked(small: Api, target: str, expected: str) -> None:
    found = small.request("OPTIONS", target)
    assert (found.status_code, found.content, found.headers["Allow"]) == (204, b"", expected)
    refused = small.request("DELETE", target)
    assert (refused.status_code, refused.headers["Allow"]) == (405, expected)


def test_options_of_nothing_is_not_found(small: Api) -> None:
    assert small.request("OPTIONS", "/nowhere").status_code == 404


@pytest.mark.parametrize("target", ["/facts?q=" + "x" * 8000, "/countries/" + "x" * 8000])
def test_an_address_that_is_too_long_is_a_problem_of_its_own(small: Api, target: str) -> None:
    found = small.get(target)
    assert found.status_code == 414
    document = json.loads(found.text)
    assert (document["title"], document["status"]) == ("URI Too Long", 414)
    assert found.headers["Content-Type"] == "application/problem+json"
    assert found.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(("length", "status"), [(7_800, 200), (7_950, 414)])
def test_a_question_is_short_enough_for_the_link_to_its_next_page(small: Api, length: int, status: int) -> None:
    states = [state for state in small.ids("/countries?limit=150") if state not in ("NO", "TR")]
    question, left_out = "/facts?modality=any&limit=1", 0
    while (room := length - len(question)) > 20:
        left_out += 1
        some = [state for at, state in enumerate(states) if at != left_out]
        question += "&country=!" + ",".join(some[: (room - 10) // 3])
    found = small.get(question)
    assert found.status_code == status
    if status == 200:
        assert small.get(found.links["next"]["url"]).status_code == 200


def test_gzip_is_really_gzip(small: Api) -> None:
    async def ask() -> bytes:
        import httpx

        transport = httpx.ASGITransport(small.app)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://test") as client,
            client.stream("GET", "/vocab", headers={"Accept-Encoding": "gzip"}) as answer,
        ):
            return b"".join([part async for part in answer.aiter_raw()])

    assert gzip.decompress(small.portal.call(ask)) == small.get("/vocab", headers=PLAIN).content
