"""What a running server tells its house: a line per request, counts of all workers; and how it ends."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.live.slow import ROWS

if TYPE_CHECKING:
    from tests.live.conftest import Start

SLOW = "import sys; sys.path.insert(0, '.'); from app.__main__ import serve; serve('tests.live.slow:application')"


def test_every_request_is_a_line_of_json(start: Start, article_url: str) -> None:
    server = start(article_url, FOEDUS_ACCESS_LOG="true")
    answer = httpx.get(f"{server.url}/facts?country=TR&limit=1", headers={"X-Request-Id": "mine"})
    httpx.get(f"{server.url}/countries/%1b%5b31m", headers={"traceparent": "x"})
    server.stop(10)
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    said = next(line for line in lines if line["path"] == "/facts")
    assert answer.headers["X-Request-Id"] == said["id"] == "mine"
    assert (said["method"], said["query"], said["status"]) == ("GET", "country=TR&limit=1", 200)
    assert said["bytes"] == int(answer.headers["Content-Length"])
    assert said["release"] == answer.json()["meta"]["release"]
    assert 0 < said["ms"] < 10_000
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", said["time"])
    assert [line["status"] for line in lines if line["path"].startswith("/countries")] == [422]
    # uvicorn's own lines of requests would say everything twice.
    assert '"GET /facts' not in server.log.read_text()


@pytest.mark.parametrize("workers", [1, 2])
def test_prometheus_sees_what_all_workers_answered(start: Start, article_url: str, workers: int) -> None:
    server = start(article_url, workers)
    for number in range(40):
        # A connection each: whichever worker takes it.
        assert httpx.get(f"{server.url}/countries/{'TR' if number % 2 else 'Atlantis'}").status_code in (200, 404)
    if workers > 1:
        time.sleep(1.5)  # what a worker knows of the others is at most a second old
    written = httpx.get(f"{server.url}/metrics").text
    for status in (200, 404):
        said = f'foedus_request_seconds_count{{method="GET",route="/countries/{{name}}",status="{status}"}} 20.0'
        assert said in written, written
    assert server.stop(10) == 0


def test_garbage_is_looked_for_as_soon_as_the_application_is_made() -> None:
    made = "import gc; gc.disable(); from app.main import application; application()"
    told = "print(gc.isenabled(), gc.get_freeze_count() > 50_000, gc.get_threshold()[0])"
    done = subprocess.run([sys.executable, "-c", f"{made}; {told}"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "5000"]


def test_what_is_turned_off_is_not_there(start: Start, article_url: str) -> None:
    server = start(article_url, FOEDUS_METRICS="false", FOEDUS_ACCESS_LOG="false")
    assert httpx.get(f"{server.url}/metrics").status_code == 404
    assert "X-Request-Id" not in httpx.get(f"{server.url}/facts").headers
    server.stop(10)
    assert "{" not in server.log.read_text()


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_a_stream_that_was_begun_is_finished_and_nobody_new_is_let_in(
    start: Start, article_url: str, coding: str
) -> None:
    server = start(article_url, program=SLOW)
    with httpx.stream("GET", f"{server.url}/slow", headers={"Accept-Encoding": coding}, timeout=20) as answer:
        pieces = answer.iter_bytes()
        got = next(pieces)
        server.process.terminate()
        time.sleep(0.5)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port), timeout=2)
        got += b"".join(pieces)
    assert got == b"".join(b"%d,row\n" % number for number in range(ROWS))
    assert server.process.wait(10) == 0
