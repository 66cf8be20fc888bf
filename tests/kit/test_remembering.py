"""What is remembered, for how long and how much of it, whatever application stands behind; the API's is in core."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from app.kit.remembering import OF_A_QUESTION, OF_AN_ANSWER, Remember, question_of
from app.kit.watching import Watch

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal
    from starlette.types import Receive, Scope, Send

MOST = 200_000


@dataclass
class Counting:
    """An application that says how often it was asked, behind a memory; `mark` is what its answers hang on."""

    portal: BlockingPortal
    headers: dict[str, str] = field(default_factory=lambda: {"ETag": '"a"'})
    status: int = 200
    pieces: int = 1
    padding: int = 0
    asked: int = 0
    mark: Any = 1
    moves: bool = False
    at_once: bool = True
    slow: float = 0.0

    def __post_init__(self) -> None:
        """Put the memory in front."""
        self.app = Remember(self._answer, Watch(self._look, 0.0 if self.at_once else 0.4, at_once=self.at_once), MOST)

    def _look(self) -> Any:
        time.sleep(self.slow)
        return self.mark

    async def _answer(self, scope: Scope, _: Receive, send: Send) -> None:
        self.asked += 1
        if self.moves:
            self.mark += 1
        body = json.dumps([self.asked, " " * self.padding]).encode()
        tag = self.headers.get("ETag", "").replace("%", scope["path"])
        given = self.headers | ({"ETag": tag} if tag else {})
        headers = [(name.lower().encode(), value.encode()) for name, value in given.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        for number in range(self.pieces):
            more = number + 1 < self.pieces
            await send({"type": "http.response.body", "body": b"" if more else body, "more_body": more})

    def ask(self, path: str = "/", method: str = "GET", **headers: str) -> httpx.Response:
        """Ask."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return await client.request(method, path, headers=named)

        return self.portal.call(ask)

    def times(self, *paths: str, **headers: str) -> int:
        """Ask, and return how often the application was asked."""
        before = self.asked
        for path in paths:
            self.ask(path, **headers)
        return self.asked - before


@pytest.fixture
def counting(portal: BlockingPortal) -> Counting:
    """An application whose answers are remembered."""
    return Counting(portal)


def test_an_answer_is_given_again(counting: Counting) -> None:
    first, again = counting.ask(), counting.ask()
    assert counting.asked == 1
    assert (again.status_code, again.headers, again.content) == (200, first.headers, first.content)
    assert counting.times("/other", "/?q=1", "/?q=2", "/") == 3


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"ETag": '"a"', "Cache-Control": "no-store"},
        {"ETag": '"a"', "Cache-Control": "private, max-age=60"},
        {"ETag": '"a"', "Vary": "Accept, Cookie"},
        {"ETag": '"a"', "Vary": "*"},
        {"ETag": '"a"', "Set-Cookie": "a=b"},
    ],
)
def test_what_is_not_for_everybody_is_not_kept(counting: Counting, headers: dict[str, str]) -> None:
    counting.headers = headers
    assert counting.times("/", "/") == 2


@pytest.mark.parametrize("status", [206, 301, 304, 404, 422, 500, 503])
def test_what_is_no_answer_is_not_kept(counting: Counting, status: int) -> None:
    counting.status = status
    assert counting.times("/", "/") == 2


def test_what_is_streamed_is_not_kept(counting: Counting) -> None:
    counting.pieces = 2
    assert counting.times("/", "/") == 2


@pytest.mark.parametrize(
    "name", ["Range", "Cookie", "Authorization", "If-Match", "If-Range", "If-Unmodified-Since", "Content-Length"]
)
def test_other_questions_are_passed_on(counting: Counting, name: str) -> None:
    counting.ask()
    headers = {name.replace("-", "_"): "0"}
    assert counting.times("/", "/", **headers) == 2
    assert counting.times("/new", **headers) + counting.times("/new") == 2


def test_a_post_is_neither_answered_nor_kept(counting: Counting) -> None:
    counting.ask()
    assert json.loads(counting.ask(method="POST").content)[0] == 2
    counting.ask("/new", "POST")
    assert counting.times("/new") == 1


def test_head_is_answered_and_not_kept(counting: Counting) -> None:
    counting.ask(method="HEAD")
    first = counting.ask()
    assert counting.asked == 2
    head = counting.ask(method="HEAD")
    assert (counting.asked, head.headers, head.content) == (2, first.headers, b"")


@pytest.mark.parametrize(
    ("given", "status"), [('"a"', 304), ('W/"a"', 304), ('"b", "a"', 304), ("*", 304), ('"b"', 200)]
)
def test_who_has_the_answer_is_told_so(counting: Counting, given: str, status: int) -> None:
    counting.headers = {"ETag": '"a"', "Content-Type": "text/plain", "Cache-Control": "no-cache"}
    counting.ask()
    for method in ("GET", "HEAD"):
        answer = counting.ask(method=method, If_None_Match=given)
        assert answer.status_code == status
        assert status == 200 or (answer.content, "content-type" in answer.headers) == (b"", False)
        assert (answer.headers["etag"], answer.headers["cache-control"]) == ('"a"', "no-cache")
    assert counting.asked == 1


def test_accept_and_coding_make_other_questions(counting: Counting) -> None:
    assert counting.times("/", Accept="text/csv") == 1
    assert counting.times("/", Accept="application/json") == 1
    assert counting.times("/", Accept="*/*", Accept_Encoding="identity") == 1
    assert counting.times("/", Accept="*/*", Accept_Encoding="gzip, deflate") == 1
    # Said otherwise, it is the same coding.
    assert counting.times("/", Accept="*/*", Accept_Encoding="gzip;q=0.5") == 0
    assert counting.times("/", Accept="*/*", Accept_Encoding="zstd, gzip") == 1
    assert counting.times("/", Accept="*/*", Accept_Encoding="zstd") == 0
    # The same, but nothing may be left as it is.
    assert counting.times("/", Accept="*/*", Accept_Encoding="zstd, identity;q=0") == 1


def test_no_accept_takes_anything() -> None:
    scope = {"raw_path": b"/", "query_string": b"", "headers": [], "scheme": "http"}
    anything = question_of({**scope, "headers": [(b"accept", b"*/*"), (b"accept-encoding", b"identity")]})
    assert question_of(scope) == anything
    assert question_of({**scope, "headers": [(b"accept", b"x" * 2_000)]}) is None


def test_another_host_is_another_question(counting: Counting) -> None:
    assert counting.times("/", "/", Host="one.example") == 1
    assert counting.times("/", "/", Host="two.example") == 1


def test_everything_goes_when_the_mark_moves_and_nothing_is_believed_without(counting: Counting) -> None:
    counting.ask("/a")
    counting.mark = 2
    assert counting.times("/a", "/a") == 1
    counting.mark = None
    assert counting.times("/a", "/a") == 2
    # What it was before still holds.
    counting.mark = 2
    assert counting.times("/a") == 0


def test_what_changed_while_it_was_made_is_not_kept(counting: Counting) -> None:
    counting.moves = True
    assert counting.times("/", "/") == 2


def test_a_slow_look_is_taken_ahead_and_never_believed_for_too_long(portal: BlockingPortal) -> None:
    counting = Counting(portal, at_once=False)
    # The first question is not made to wait for the first look.
    counting.ask()
    time.sleep(0.1)
    assert counting.times("/", "/") == 1
    counting.mark = 2
    time.sleep(0.5)
    # Too old to be believed: it is waited for, and has moved.
    assert counting.times("/") == 1
    assert counting.times("/") == 0
    time.sleep(0.25)
    counting.slow = 1
    counting.mark = 3
    began = time.monotonic()
    # Old, but not too old: it is believed while a thread looks.
    assert counting.times("/") == 0
    assert time.monotonic() - began < 1
    time.sleep(1.5)
    assert counting.times("/") == 1


def test_the_least_asked_for_goes_first_and_no_more_is_kept_than_has_room(counting: Counting) -> None:
    counting.headers = {"ETag": '"%"'}
    counting.padding = 5_000
    most = MOST // (OF_AN_ANSWER + OF_A_QUESTION + 5_000)
    paths = [f"/{number}" for number in range(100)]
    assert counting.times(*paths) == 100
    assert counting.times(*paths[-most + 2 :]) == 0
    assert counting.times(*paths[:5]) == 5
    memory = counting.app._memory  # noqa: SLF001  # what it holds is seen nowhere else
    assert MOST - 10_000 < memory.size <= MOST
    # One that is asked for again and again stays.
    for number in range(100, 200):
        counting.times(f"/{number}", "/3")
    assert counting.times("/3") == 0


def test_what_would_drive_out_many_others_is_not_kept(counting: Counting) -> None:
    counting.padding = MOST // 10
    assert counting.times("/", "/") == 2


def test_questions_that_are_answered_alike_share_one_answer(portal: BlockingPortal) -> None:
    class Alike(Counting):
        async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
            await super()._answer(scope, receive, send)
            self.asked = 0

    alike = Alike(portal, padding=10_000)
    for number in range(100):
        alike.ask(f"/?spelling={number}")
    size = alike.app._memory.size  # noqa: SLF001  # what it holds is seen nowhere else
    assert size < 10_000 + OF_AN_ANSWER + 110 * (OF_A_QUESTION + 30)


def test_many_at_once_wait_for_one_look(portal: BlockingPortal) -> None:
    looks: list[float] = []

    def look() -> int:
        looks.append(time.monotonic())
        time.sleep(0.05)
        return 1

    async def crowd() -> None:
        watch = Watch(look, 0.4, at_once=False)
        await watch.look(time.monotonic())
        await asyncio.sleep(0.1)
        assert watch.mark == 1
        await asyncio.sleep(0.4)
        await asyncio.gather(*(watch.look(time.monotonic()) for _ in range(50)))

    portal.call(crowd)
    assert len(looks) == 2
