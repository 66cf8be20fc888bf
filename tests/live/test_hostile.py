"""Odd requests over the wire: nothing crashes, nothing is ignored or answered otherwise than it was asked."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import pytest

from seed import corpus
from tests.conftest import compiled
from tests.live.conftest import started

if TYPE_CHECKING:
    from tests.conftest import Database
    from tests.live.conftest import Server

LIMIT = 10.0
NOWHERE = """
    /facts/ //facts /facts//x /facts/..%2f /facts/../countries /countries/TR%2F /countries/TR/AZ /countries/%ff
    /countries/% /countries/!TR /countries/TR,AZ /relations/TR%2FAZ/UA /relations/%2e%2e/TR /facts;x=1 /TRANSFERS
    /docs/ /vocab/ /vocab/%00 /evidence/%00 /evidence/.. /assets/ /assets/..%2f..%2fmain.py
    /assets/%2e%2e/%2e%2e/main.py /assets/docs.js%00 /quotes/verify /transfers.xml * /docs.csv /docs.json /metrics.json
    /.csv /facts..csv /facts.CSV /facts.csv.csv /facts.json.csv /facts.csv/ /facts.csv%00 /facts%0d%0aX:1.csv
    /search.csv?q=a /resolve.bib?q=TR /vocab.csv /countries/TR.csv /datapackage.zip.csv /openapi.json.csv /healthz.csv
""".split()  # noqa: SIM905  # as a list, the cases would be half a page of quotation marks
TOO_LONG = "/countries/" + "x" * 7000
OUT_OF_ORDER = """
    country=%00 country=TR%0A country=TR%C2%85 %00=1 country=%ff country=%ED%A0%80 country= country country=,
    country=TR, country=! country=!!TR country=TR,!AZ country=%22TR country=TR%22 =x country=0640 country=cow:
    country=cow:0640
    country=%D9%A7%D9%A9%D9%A2 country=710 country=Congo limit=0 limit=-1 limit=1e3 limit=%D9%A3 limit=501
    q= q=%22 q=* q=a* q=%22a q=a+OR q=NOT q=NOT+NOT+a q=(a q=((((((((((a)))))))))) q=a%00 q=a%0d%0ab q=a&q=b
    facet=q facet=limit fields= fields=__class__ group_by=country,actor,system,source group_by=kind&sort=id
    from=TR%0d%0aX-Evil:1 id=%27%20OR%201=1-- place=%27;DROP%20TABLE%20fact;-- source=../../etc/passwd
    limit=1;sort=id limit=5&limit=5 limit=5,6 limit=%2B5 since=0000 since=2021-13 since=2021-02-30 since=!2021
    since=2020,2021 since=%D9%A2%D9%A0%D9%A2%D9%A1 until=%EF%BC%92%EF%BC%90%EF%BC%92%EF%BC%91 between=TR between=TR,TUR
    between=TR,AZ,UA between=!TR,AZ between=TR,AZ&between=TR,UA modality=Actual modality=!any sort= sort=date,id
    cursor=x cursor=W10 cursor=%00 form=TR COUNTRY=TR fields=colour release=x since=2022&until=2020
""".split()  # noqa: SIM905  # as a list, the cases would be half a page of quotation marks
TOO_MUCH = [
    "limit=" + "9" * 5000,
    "&".join(["country=TR"] * 61),
    "&".join(f"x{n}=1" for n in range(1000)),
    "country=" + ",".join(["TR"] * 201),
    "country=" + "a" * 7980,
    "country=" + "%22" * 2000,
    "q=" + "a+" * 300,
    "q=" + "a*+OR+" * 40 + "b",
    "q=" + "(" * 200,
    "facet=" + ",".join(["kind"] * 300),
]
# What means something to a database, and nothing to us but its words.
INJECTED = """
    %27%20OR%201=1-- %27;DROP%20TABLE%20fact;-- NEAR(aa%20bb,5) {texts}:aa texts:aa ^aa aa%26bb|!cc%3C-%3Edd $$aa$$
    aa:bb:cc %5C%27 aa%20--%20bb /*aa*/ %F0%9F%98%80aa%E2%80%AE %25aa_ %7Baa%7D @@aa -aa +aa
""".split()  # noqa: SIM905  # as a list, the cases would be half a page of quotation marks
ODD_HEADERS = [
    "Accept: " + "a/b," * 2500 + "*/*",
    "Accept: text/csv" + ";a=b" * 2500,
    "Accept: ;;;,,,/",
    "Accept: \xff\xfe",
    "Accept: text/csv;q=nan",
    "Accept: */*;q=-1, text/csv;q=1e999",
    "Accept-Encoding: " + "gzip," * 2500,
    "Accept-Encoding: \xff;q=x, gzip;q=2",
    *(
        f"If-None-Match: {tag}"
        for tag in ('"', "W/*", '*, "a"', '"a" "b"', "\xff", '"' * 5000, '""', ",,,", '"a' * 3000)
    ),
    *(f"If-Modified-Since: {date}" for date in ("0", "\xff", "x" * 9000, "Mon, 01 Jan 0000 00:00:00 GMT")),
    "If-Modified-Since: Sun, 99 Nov 99999 18:55:45 GMT",
    "Range: bytes=99999999-1,5-",
    "X-Request-Id: " + "x" * 9000,
]
POSTED = ("/resolve", "/quotes/verify")
BODIES = [
    *(b"", b"null", b"[]", b'"x"', b"[" * 100_000, b'{"a":' * 30_000, b'{"names":NaN}', b'{"names":["\xff"]}'),
    *(b'{"names":[' + b"9" * 100_000 + b"]}", b'{"names":["\\ud800"],"text":"\\ud800abcdefghijkl"}', b'{"text":1}'),
    *(b'{"text":"' + b"a" * 2001 + b'"}', b'{"text":"...............","source":"nowhere"}', b'{"text":"a","text":"b"}'),
]


@pytest.fixture(scope="module")
def server(database: Callable[[str], Database], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on the article corpus, on each engine; whatever is asked, it never fails."""
    made = database("hostile")
    compiled(corpus.HERE, made.load)
    found = started(made.read, tmp_path_factory.mktemp("hostile") / "server.log")
    yield found
    assert httpx.get(f"{found.url}/readyz").status_code == 200
    found.kill()
    assert "Traceback" not in found.log.read_text()


def raw(
    server: Server, method: str, target: str, headers: str = "Host: localhost\r\n"
) -> tuple[int, dict[str, str], bytes]:
    """Ask with a target that no client library would send as it is."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=LIMIT) as connection:
        connection.sendall(f"{method} {target} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n".encode("latin-1"))
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    return (
        int(first.split(" ")[1]),
        {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)},
        body,
    )


def sent(server: Server, target: str, body: bytes, headers: str = "", kind: str = "application/json") -> int:
    """Send a body as it is, all of it at once; return the status, 0 if there was none."""
    head = f"POST {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {kind}\r\n{headers}"
    length = "" if "Transfer-Encoding" in headers else f"Content-Length: {len(body)}\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=LIMIT) as connection:
        connection.sendall(f"{head}{length}\r\n".encode())
        # What is refused before it was read whole may meet a closed connection: the answer came before.
        with suppress(ConnectionError):
            connection.sendall(body)
        answer = connection.recv(65536)
    return int(answer.split(b" ")[1])


def problem(server: Server, target: str, status: int, method: str = "GET") -> dict[str, object]:
    """Ask for what must be refused with a problem document."""
    found, headers, body = raw(server, method, target)
    assert found == status, f"{target}: {found} {body[:300]!r}"
    assert headers["content-type"] == "application/problem+json"
    document: dict[str, object] = json.loads(body)
    assert document["status"] == status
    return document


def total(server: Server, question: str) -> int:
    """Return how many records a question finds."""
    answer = httpx.get(server.url + question)
    assert answer.status_code == 200, f"{question}: {answer.text[:300]}"
    found: int = answer.json()["meta"]["total"]
    return found


@pytest.mark.parametrize("target", NOWHERE)
def test_an_address_of_nothing_is_not_found(server: Server, target: str) -> None:
    problem(server, target, 404)


@pytest.mark.parametrize("target", ["/countries/%00", "/countries/%0aTR", "/countries/T%C3%BCrkiye%00", TOO_LONG])
def test_a_name_that_cannot_be_one_is_refused(server: Server, target: str) -> None:
    problem(server, target, 422)


@pytest.mark.parametrize("question", [*OUT_OF_ORDER, *TOO_MUCH])
def test_a_question_out_of_order_is_refused_and_says_why(server: Server, question: str) -> None:
    document = problem(server, f"/facts?{question}", 422)
    assert document["detail"]
    assert document["errors"]


@pytest.mark.parametrize("words", INJECTED)
@pytest.mark.parametrize("path", ["/facts?q=", "/search?q=", "/resolve?q=", "/facts.csv?q="])
def test_what_would_mean_something_to_a_database_is_words(server: Server, path: str, words: str) -> None:
    status, _, body = raw(server, "GET", path + words)
    assert status in (200, 422), body[:300]
    assert total(server, "/facts?modality=any") > 90


@pytest.mark.parametrize("header", ODD_HEADERS)
@pytest.mark.parametrize("target", ["/facts", "/docs", "/datapackage.zip", "/nope", "/assets/docs.js"])
def test_odd_headers_are_passed_over_or_refused(server: Server, target: str, header: str) -> None:
    status, headers, _ = raw(server, "GET", target, f"Host: localhost\r\n{header}\r\n")
    assert status in (200, 206, 304, 404, 406, 416), header[:80]
    assert "x-evil" not in headers


@pytest.mark.parametrize("target", POSTED)
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_body_out_of_order_is_refused(server: Server, target: str, body: bytes) -> None:
    assert sent(server, target, body) == 422


@pytest.mark.parametrize("target", POSTED)
def test_a_body_that_is_coded_too_large_or_cut_off_is_refused(server: Server, target: str) -> None:
    bomb = gzip.compress(b'{"names":["' + b"a" * 50_000_000 + b'"]}')
    assert sent(server, target, bomb, "Content-Encoding: gzip\r\n") == 415
    assert sent(server, target, b"{}", kind="text/plain") == 415
    assert sent(server, target, b'{"names":["' + b"a" * 300_000 + b'"]}') == 413
    chunk = b"8000\r\n" + b"a" * 0x8000 + b"\r\n"
    chunked = "Transfer-Encoding: chunked\r\n"
    assert sent(server, target, chunk * 9, chunked) == 413
    assert sent(server, target, b"2\r\n{}\r\n0\r\n\r\n", chunked) == 422
    assert sent(server, target, b"zz\r\n{}", chunked) == 400
    assert sent(server, target, b"{}", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n") == 400
    assert sent(server, f"{target}.csv", b"{}") == 404
    assert sent(server, f"{target}?x=1", b"{}") == 422


def test_bodies_that_come_slowly_or_never_end_stop_nobody(server: Server) -> None:
    head = b"POST /resolve HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    waiting = [socket.create_connection(("127.0.0.1", server.port), timeout=LIMIT) for _ in range(100)]
    for slow in waiting:
        slow.sendall(head + b'{"na')
    before = time.monotonic()
    assert total(server, "/facts") > 0
    assert sent(server, "/resolve", b'{"names":["TR"]}') == 200
    assert time.monotonic() - before < LIMIT
    for slow in waiting:
        slow.close()


def test_an_address_that_is_too_long_is_refused(server: Server) -> None:
    problem(server, "/facts?country=" + "a" * 9000, 414)
    problem(server, "/countries/" + "x" * 60_000, 414)


def test_a_long_value_that_cannot_be_read_is_refused_at_once(server: Server) -> None:
    before = time.monotonic()
    problem(server, "/facts?country=" + "+" * 3000 + "%22", 422)
    problem(server, "/facts?country=" + "%22+" * 1500 + "x", 422)
    problem(server, "/facts?country=" + "+,+" * 150 + "+" * 2000 + "%22", 422)
    assert time.monotonic() - before < 2


@pytest.mark.parametrize("host", ["Host: [\r\n", "Host: a/b?c#d\r\n", "Host: \xff\r\n", "Host: x:99999999\r\n", ""])
def test_the_host_that_was_written_changes_no_answer(server: Server, host: str) -> None:
    assert raw(server, "GET", "/facts?limit=1", host)[2] == raw(server, "GET", "/facts?limit=1")[2]
    assert raw(server, "GET", "/nope", host)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize(
    "target", ["/", "/facts", "/countries/TR", "/relations/TR/AZ", "/healthz", "/docs", "/openapi.json"]
)
def test_other_methods_than_reading_are_refused(server: Server, method: str, target: str) -> None:
    problem(server, target, 405, method)
    assert "GET" in raw(server, method, target)[1]["allow"].split(", ")


@pytest.mark.parametrize(
    "target",
    ["/", "/facts?limit=1", "/countries/TR", "/relations/TR/AZ", "/healthz", "/docs", "/openapi.json", "/nope"],
)
def test_head_is_get_without_its_body(server: Server, target: str) -> None:
    status, headers, body = raw(server, "HEAD", target)
    got, expected, whole = raw(server, "GET", target)
    assert (status, body) == (got, b"")
    assert headers["content-length"] == expected["content-length"] == str(len(whole))
    assert headers["content-type"] == expected["content-type"]


@pytest.mark.parametrize("target", ["/countries/TR", "/vocab/modality", "/systems/TB2"])
@pytest.mark.parametrize("question", ["fields=id", "release=x", "modality=denied"])
def test_an_item_takes_no_parameters(server: Server, target: str, question: str) -> None:
    problem(server, f"{target}?{question}", 422)


def test_the_negation_of_a_role_is_the_other_roles(server: Server) -> None:
    supplied = total(server, "/facts?country=TR&role=supplier&modality=any")
    otherwise = total(server, "/facts?country=TR&role=!supplier&modality=any")
    every = total(server, "/facts?country=TR&modality=any")
    assert 0 < supplied < every
    # A country that does two things in one fact is found by both; `role=!` also finds what is only mentioned.
    assert otherwise >= every - supplied


def test_the_negation_of_a_systems_role_is_the_other_roles(server: Server) -> None:
    every = total(server, "/facts?system=TB2&modality=any")
    handed_over = total(server, "/facts?system=TB2&system_role=transferred&modality=any")
    assert 0 < handed_over < every
    assert total(server, "/facts?system=TB2&system_role=!transferred&modality=any") >= every - handed_over


@pytest.mark.parametrize("sort", ["date", "-date", "id", "-id"])
def test_pages_are_the_whole_list_in_its_order(server: Server, sort: str) -> None:
    whole = httpx.get(f"{server.url}/facts?modality=any&limit=500&sort={sort}").json()["data"]
    found: list[object] = []
    following: str | None = f"/facts?modality=any&limit=7&sort={sort}"
    while following:
        page = httpx.get(server.url + following).json()
        found += page["data"]
        following = page["links"]["next"]
    assert found == whole


@pytest.mark.parametrize(
    "other",
    [
        "/transfers?limit=2",
        "/facts?limit=2&sort=id",
        "/facts?limit=2&sort=-date",
        "/facts?limit=2&country=AZ",
        "/countries?limit=2",
    ],
)
def test_a_cursor_is_of_one_question_only(server: Server, other: str) -> None:
    cursor = httpx.get(f"{server.url}/facts?limit=2").json()["links"]["next"].partition("cursor=")[2]
    problem(server, f"{other}&cursor={cursor}", 422)


@pytest.mark.parametrize("name", ["Tanzania, the United Republic of", '"x"', "!a", "!!!", "a,b", "TR"])
def test_a_name_is_resolved_to_the_same_by_its_self_link(server: Server, name: str) -> None:
    found = httpx.get(f"{server.url}/resolve?q={quote(name)}")
    assert found.status_code == 200
    assert httpx.get(server.url + found.json()["links"]["self"]).content == found.content


def test_coverage_is_the_same_however_the_two_states_are_asked_for(server: Server) -> None:
    between = total(server, "/coverage?between=TR,ZA")
    assert between > 0
    assert total(server, "/coverage?between=TR,ZA&country=TR&country=ZA") == between
    assert total(server, "/coverage?between=TR,ZA&country=!TR") == 0


def test_a_page_of_coverage_is_no_longer_than_its_limit(server: Server) -> None:
    page = httpx.get(f"{server.url}/coverage?between=TR,ZA&limit=1").json()
    assert len(page["data"]) == 1
    assert page["meta"]["total"] > 1
    assert page["links"]["next"]
