"""The drawing process is bounded: who waits too long, or comes when many wait, is told so and sent to the table."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from app.kit.problems import Problem
from app.web.pictures.drawer import Drawer

A_POINT: dict[str, Any] = {
    "$schema": "https://vega.github.io/schema/vega/v5.json",
    "width": 10,
    "height": 10,
    "marks": [{"type": "symbol", "encode": {"enter": {"x": {"value": 5}, "y": {"value": 5}}}}],
}


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    """A drawer with a process of its own."""
    with closing(Drawer()) as found:
        yield found


def drawing() -> list[int]:
    """Return the drawing processes that this thread started."""
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()
    return [
        int(child) for child in children if b"app.web.pictures.drawing" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def refusal(drawer: Drawer) -> Problem:
    """Have it refuse."""
    with pytest.raises(Problem) as refused:
        drawer.svg(A_POINT)
    assert refused.value.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert refused.value.headers == {"Retry-After": "5"}
    assert "the same address with .csv" in refused.value.detail
    return refused.value


def test_what_takes_too_long_is_given_up() -> None:
    """To start the process takes longer than this."""
    with closing(Drawer(seconds=0.001)) as hurried:
        assert refusal(hurried).detail.startswith("The picture could not be drawn in time.")


def test_when_too_many_wait_nobody_waits() -> None:
    assert refusal(Drawer(waiting=0)).detail.startswith("Too many pictures are being drawn.")


def test_a_process_that_died_is_started_again(drawer: Drawer) -> None:
    first = drawer.svg(A_POINT)
    assert first.startswith("<svg")
    (child,) = drawing()
    os.kill(child, signal.SIGKILL)
    # Until it is known to have ended, a picture may find it dying: that one is refused, and the next is drawn.
    with suppress(Problem):
        drawer.svg(A_POINT)
    assert drawer.svg(A_POINT) == first
    assert drawing() != [child]


def test_what_cannot_be_drawn_is_our_mistake_and_harms_no_other_picture(drawer: Drawer) -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        drawer.svg({"$schema": A_POINT["$schema"], "marks": [{"type": "nothing"}]})
    assert drawer.svg(A_POINT).startswith("<svg")
