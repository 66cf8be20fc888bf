"""The cost of a question is bounded: a statement that runs too long is stopped on both engines, a body is cut off."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import pytest
from fastapi import Depends, Request
from sqlalchemy import text

from app.core import choosing
from app.kit.bodies import bounded
from app.main import create_app
from app.settings import Settings
from tests.conftest import Api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from anyio.from_thread import BlockingPortal

    from tests.conftest import Database

SECONDS = 0.3
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT count(*) FROM n"


@pytest.fixture
def impatient(small_database: Database, portal: BlockingPortal) -> Iterator[Api]:
    """The API with a low limit, with one question that would take minutes, and one that takes a body."""
    app = create_app(Settings(database_url=small_database.read, question_seconds=SECONDS, access_log=False))

    @app.get("/endless")
    def endless(request: Request) -> int:
        with choosing.releases(request).current().connect() as connection:
            return int(connection.execute(text(ENDLESS)).scalar_one())

    @app.post("/sent")
    def sent(body: Annotated[bytes, Depends(bounded(1_000))]) -> int:
        return len(body)

    yield Api(app, small_database.read, portal)
    app.state.releases.close()


def test_a_question_that_takes_too_long_is_stopped_and_told_so(impatient: Api) -> None:
    before = time.monotonic()
    answer = impatient.get("/endless")
    assert time.monotonic() - before < SECONDS + 5
    assert answer.status_code == 503
    problem = answer.json()
    assert problem["type"] == "/problems/too-costly"
    assert "took too long" in problem["detail"]
    assert answer.headers["Cache-Control"] == "no-store"
    # Coming again would not help.
    assert "Retry-After" not in answer.headers


def test_the_connection_of_a_stopped_question_answers_the_next_one(impatient: Api) -> None:
    for _ in range(3):
        assert impatient.get("/endless").status_code == 503
        assert impatient.get("/facts?modality=any").status_code == 200


@pytest.mark.parametrize(("size", "status"), [(0, 200), (1_000, 200), (1_001, 413), (5_000_000, 413)])
@pytest.mark.parametrize("said", [True, False])
def test_a_body_is_read_up_to_its_bound(impatient: Api, size: int, status: int, *, said: bool) -> None:
    async def unsaid() -> AsyncIterator[bytes]:  # a generator's length is not known: it is sent in chunks
        for at in range(0, size, 500):
            yield b"x" * min(500, size - at)

    answer = impatient.request("POST", "/sent", content=b"x" * size if said else unsaid())
    assert answer.status_code == status
    if status == 413:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["title"] == "Content Too Large"
        assert answer.headers["Cache-Control"] == "no-store"
