"""Nobody waits for ever: 256 connections at once, half-open connections, and an orderly end under both."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import httpx
import pytest

from seed import corpus
from tests.conftest import compiled

if TYPE_CHECKING:
    from tests.conftest import Database
    from tests.live.conftest import Server, Start

CONNECTIONS = 256
SECONDS = float(os.environ.get("FOEDUS_LOAD_SECONDS", "4"))
RESTARTS = 3
# As long as the fixture waits for a start, and its stop.
RESTARTED_WITHIN = 45.0
# Generous on purpose: it tells starvation (a pool's time-out is 30 s) from slowness, and is no budget.
LONGEST_WAIT = 10.0
STOPPED_WITHIN = 10.0
HALF_OPEN = 200

QUESTIONS = (
    ("/transfers?from=TR", 200),
    ("/facts?country=AZ&modality=any&limit=500", 200),
    ("/healthz", 200),
    ("/facts?between=TR,AZ&sort=-date", 200),
    ("/transfers?form=TR", 422),
    ("/relations?country=TR", 200),
    ("/countries/cow:640", 200),
    ("/facts?country=Congo", 422),
    ("/countries?has=transfer", 200),
    ("/transfers/no-such-transfer", 404),
    ("/resolve?q=Turkye", 200),
    ("/search?q=drone*&highlight=true", 200),
    ("/facts?q=military&facet=kind,country", 200),
    ("/transfers?group_by=supplier,recipient", 200),
    ("/transfers.metadata.json", 200),
)


@dataclass
class Tally:
    """What the clients saw."""

    answers: list[int] = field(default_factory=list)
    longest: float = 0.0
    wrong: list[str] = field(default_factory=list)


async def close(writers: Iterable[asyncio.StreamWriter]) -> None:
    """Close connections, whatever became of them."""
    for writer in writers:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: str) -> int:
    """Ask over an open connection, read the whole answer, return its status."""
    writer.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
    await reader.readexactly(length)
    return int(head.split(" ", 2)[1])


async def keep_asking(server: Server, first: int, until: float, tally: Tally) -> None:
    """Ask one question after the other over one connection, each client from another one on."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    answered = 0
    for turn in count(first):
        target, expected = QUESTIONS[turn % len(QUESTIONS)]
        before = time.monotonic()
        try:
            status = await asyncio.wait_for(ask(reader, writer, target), LONGEST_WAIT)
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            tally.wrong.append(f"{target}: {error!r}")
            break
        tally.longest = max(tally.longest, time.monotonic() - before)
        answered += 1
        if status != expected:
            tally.wrong.append(f"{target}: {status}, not {expected}")
        if time.monotonic() > until:
            break
    tally.answers.append(answered)
    await close([writer])


@pytest.fixture(scope="module")
def url(database: Callable[[str], Database]) -> str:
    """The article corpus on each engine, as the API's role reads it."""
    made = database("load")
    compiled(corpus.HERE, made.load)
    return made.read


async def crowd(server: Server, seconds: float = SECONDS) -> Tally:
    """Let all clients ask at once."""
    tally = Tally()
    until = time.monotonic() + seconds
    await asyncio.gather(*(keep_asking(server, first, until, tally) for first in range(CONNECTIONS)))
    return tally


def test_no_request_starves_under_256_connections(start: Start, url: str) -> None:
    server = start(url)
    tally = asyncio.run(crowd(server))
    assert tally.wrong == []
    assert len(tally.answers) == CONNECTIONS
    assert min(tally.answers) > 0
    assert tally.longest < LONGEST_WAIT
    assert httpx.get(f"{server.url}/transfers?from=TR").status_code == 200
    assert server.stop(STOPPED_WITHIN) == 0
    assert "Traceback" not in server.log.read_text()


def test_a_server_that_is_asked_to_stop_finishes_its_answers(start: Start, url: str) -> None:
    server = start(url)

    async def stopped_amid() -> list[int | BaseException]:
        opened = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(CONNECTIONS)]
        # A first answer each, so that every connection is accepted, and not only queued, when the signal comes.
        await asyncio.gather(*(ask(reader, writer, "/healthz") for reader, writer in opened))
        asking = [asyncio.create_task(ask(reader, writer, "/facts?limit=500")) for reader, writer in opened]
        await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        server.process.terminate()
        answers = await asyncio.gather(*asking, return_exceptions=True)
        await close(writer for _, writer in opened)
        return answers

    answers = asyncio.run(stopped_amid())
    assert server.process.wait(STOPPED_WITHIN) == 0
    answered = [answer for answer in answers if isinstance(answer, int)]
    assert set(answered) == {200}
    # Whoever was not yet being answered is let go by a closed connection, never by half an answer.
    broken = [answer for answer in answers if not isinstance(answer, int)]
    assert all(
        isinstance(error, OSError) or (isinstance(error, asyncio.IncompleteReadError) and not error.partial)
        for error in broken
    ), broken


def test_half_open_connections_stop_nobody(start: Start, url: str) -> None:
    server = start(url)
    waiting = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(HALF_OPEN)]
    try:
        for silent in waiting:
            silent.sendall(b"GET /transfers?from=TR HTTP/1.1\r\nHost: lo")
        with closing(httpx.Client(base_url=server.url, timeout=LONGEST_WAIT)) as client:
            for target, expected in QUESTIONS:
                assert client.get(target).status_code == expected, target
        assert server.stop(STOPPED_WITHIN) == 0
    finally:
        for silent in waiting:
            silent.close()


def test_a_restart_under_load_loses_no_answer(start: Start, url: str) -> None:
    """Whoever asks again on a new connection is answered: no answer is half, none is an error, nobody gives up."""
    server = start(url)
    answered: list[int] = []
    lost: list[str] = []
    over = asyncio.Event()

    async def keep_on(first: int) -> None:
        for turn in count(first):
            target, expected = QUESTIONS[turn % len(QUESTIONS)]
            patience = time.monotonic() + RESTARTED_WITHIN
            while True:
                try:
                    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                    try:
                        status = await asyncio.wait_for(ask(reader, writer, target), LONGEST_WAIT)
                    finally:
                        await close([writer])
                    break
                except (OSError, asyncio.IncompleteReadError) as error:
                    # Not accepted, or let go before a word was said: anything else is a lost answer.
                    if getattr(error, "partial", b"") or time.monotonic() > patience:
                        lost.append(f"{target}: {error!r}")
                        return
                    await asyncio.sleep(0.05)
            answered.append(status)
            if status != expected:
                lost.append(f"{target}: {status}, not {expected}")
            if over.is_set():
                return

    async def restarted() -> Server:
        latest = server
        clients = [asyncio.create_task(keep_on(first)) for first in range(24)]
        for _ in range(RESTARTS):
            await asyncio.sleep(0.5)
            assert await asyncio.to_thread(latest.stop, STOPPED_WITHIN) == 0
            latest = await asyncio.to_thread(start, url, FOEDUS_PORT=str(server.port))
        before = len(answered)
        over.set()
        await asyncio.gather(*clients)
        # Each is answered once more by the last server.
        assert len(answered) >= before + len(clients) - len(lost)
        return latest

    latest = asyncio.run(restarted())
    assert lost == []
    assert latest.stop(STOPPED_WITHIN) == 0
