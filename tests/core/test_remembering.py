"""Answers that are remembered are those that would be made, to the byte, and go when they would be others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from app.kit.engines import KEPT
from tests.conftest import Api, Database, api_of
from tests.core.conftest import released

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    from anyio.from_thread import BlockingPortal

BYTES = 4_000_000
TARGETS = (
    "/",
    "/version",
    "/facts?modality=any",
    "/facts.csv?limit=x",
    "/transfers?from=TUR",
    "/transfers.metadata.json",
    "/facts/tr-no-heron-2016",
    "/facts/tr-no-heron-2016.bib",
    "/countries/cow:385",
    "/relations/NO/TR",
    "/resolve?q=NOR",
    "/vocab/modality",
    "/nothing",
    "/facts?form=TR",
    "/openapi.json",
    "/healthz",
    "/readyz",
)
KEPT_TARGETS = tuple(
    one for one in TARGETS if one not in ("/facts.csv?limit=x", "/nothing", "/facts?form=TR", "/healthz")
)
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Accept": "application/json"},
    {"Accept": "text/csv"},
    {"Accept": "application/ld+json, */*;q=0.1"},
    {"Accept": "image/png"},
    {"Accept-Encoding": "gzip"},
    {"Accept-Encoding": "zstd, br"},
    {"Accept-Encoding": "identity;q=0"},
    {"Accept-Encoding": "br, identity;q=0"},
    {"Range": "bytes=0-9"},
    {"If-None-Match": "*"},
    {"If-None-Match": '"other"'},
    {"Origin": "https://example.org"},
)


@pytest.fixture(scope="module")
def remembering(small_database: Database, portal: BlockingPortal) -> Iterator[Api]:
    """The API over the tests' own corpus, with a memory; the pointer has been looked at once."""
    with contextmanager(api_of)(small_database.read, portal, BYTES) as api:
        _until_looked(api)
        yield api


def _until_looked(api: Api) -> None:
    """Ask until an answer is remembered: the very first ones wait for no look at PostgreSQL's pointer."""
    deadline = time.monotonic() + 10
    while made_anew(api, "/countries/TR"):
        assert time.monotonic() < deadline


def said(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return all of an answer but the request's id."""
    headers = [(name, value) for name, value in answer.headers.multi_items() if name != "x-request-id"]
    return answer.status_code, headers, answer.content


def made_anew(api: Api, target: str, **more: Any) -> bool:
    """Ask, and say whether the database was asked."""
    api.get(target, **more)
    return bool(api.statements)


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_a_remembered_answer_is_the_one_that_would_be_made(
    remembering: Api, small: Api, headers: dict[str, str]
) -> None:
    for target in TARGETS:
        made = small.get(target, headers=headers)
        for _ in range(3):
            same(remembering.get(target, headers=headers), made)


@pytest.mark.parametrize("target", KEPT_TARGETS)
def test_head_and_conditions_are_answered_as_without_a_memory(remembering: Api, small: Api, target: str) -> None:
    for headers in ({}, {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "zstd"}):
        answer = remembering.get(target, headers=headers)
        remembering.get(target, headers=headers)
        assert said(remembering.request("HEAD", target, headers=headers)) == said(
            small.request("HEAD", target, headers=headers)
        )
        for given in (answer.headers.get("etag", '"none"'), f"W/{answer.headers.get('etag')}", '"none"', "nonsense"):
            asked = headers | {"If-None-Match": given}
            same(remembering.get(target, headers=asked), small.get(target, headers=asked))
        if since := answer.headers.get("last-modified"):
            for given in (since, "Sun, 06 Nov 1994 08:49:37 GMT", "nonsense"):
                asked = headers | {"If-Modified-Since": given}
                same(remembering.get(target, headers=asked), small.get(target, headers=asked))


def same(found: httpx.Response, made: httpx.Response) -> None:
    """Assert that two answers are one; a 304 that was remembered may say more of what it stands for."""
    if made.status_code != 304:
        assert said(found) == said(made)
        return
    assert (found.status_code, found.content) == (304, b"")
    assert set(said(made)[1]) <= set(said(found)[1])
    assert "content-length" not in found.headers


def test_it_asks_no_database_and_has_an_id_of_its_own(remembering: Api) -> None:
    first = remembering.get("/exercises?limit=2")
    again = remembering.get("/exercises?limit=2", headers={"X-Request-Id": "mine"})
    assert remembering.statements == []
    assert again.headers["x-request-id"] == "mine" != first.headers["x-request-id"]


@pytest.mark.parametrize(
    "target", ["/facts?form=TR", "/facts?country=Atlantis", "/countries/Atlantis", "/facts/none-such", "/facts.csv"]
)
def test_what_is_wrong_or_streamed_is_asked_anew(remembering: Api, target: str) -> None:
    made_anew(remembering, target)
    answer = remembering.get(target)
    assert answer.status_code in (404, 422) or remembering.statements


def test_a_post_is_asked_anew(remembering: Api) -> None:
    text = {"text": "Nothing that anybody said."}
    for _ in range(2):
        remembering.request("POST", "/quotes/verify", json=text)
        assert remembering.statements


def test_a_hit_is_counted(remembering: Api) -> None:
    for _ in range(3):
        remembering.get("/agreements?limit=7")
    written = remembering.get("/metrics").text
    labels = 'method="GET",route="/agreements",status="200"'
    assert f"foedus_cache_hits_total{{{labels}}} 2.0" in written
    assert f"foedus_request_seconds_count{{{labels}}} 3.0" in written


def test_a_load_is_seen_and_what_was_let_go_is_gone(
    root: Path, database: Callable[[str], Database], portal: BlockingPortal
) -> None:
    made = database("remembering")
    first = released(root, made.load, 0)
    with contextmanager(api_of)(made.read, portal, BYTES) as api:
        _until_looked(api)
        _load_and_ask(api, root, made, first)


def _load_and_ask(api: Api, root: Path, made: Database, first: str) -> None:
    target = "/organizations/quiet-order"
    walk = api.json("/organizations?limit=3")["links"]["next"]
    page = api.json(walk)
    for number in range(1, KEPT + 1):
        release = released(root, made.load, number)
        for anew in (True, False):
            answer = api.json(target)
            assert (answer["data"]["name"], answer["meta"]["release"]) == (f"Quiet Order {number}", release)
            assert bool(api.statements) is anew
            if number < KEPT:
                assert api.json(walk) == page
                assert bool(api.statements) is anew
            else:
                assert first in api.problem(walk, 410)["detail"]
