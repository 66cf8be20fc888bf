"""One drawing process for a worker, started by the first picture: who may ask it, how many wait, and for how long."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from http import HTTPStatus
from threading import BoundedSemaphore, Lock, Timer
from typing import Any

from app.kit.problems import Problem

SECONDS = 20.0
WAITING = 8


class Drawer:
    """Draws one picture at a time; those that wait are few, and none waits longer than `seconds`."""

    def __init__(self, seconds: float = SECONDS, waiting: int = WAITING) -> None:
        """Start nothing yet."""
        self._seconds = seconds
        self._places = BoundedSemaphore(waiting)
        self._turn = Lock()
        self._child: subprocess.Popen[str] | None = None

    def svg(self, specification: dict[str, Any]) -> str:
        """Return the drawing; 503 when too many are waiting, or when it takes too long."""
        if not self._places.acquire(blocking=False):
            raise _unavailable("Too many pictures are being drawn.")
        try:
            if not self._turn.acquire(timeout=self._seconds):
                raise _unavailable("Other pictures are being drawn.")
            try:
                return self._drawn(json.dumps(specification))
            finally:
                self._turn.release()
        finally:
            self._places.release()

    def close(self) -> None:
        """End the process, if there is one."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def _drawn(self, line: str) -> str:
        child = self._started()
        # Killed, it closes its end: whoever reads from it reads nothing.
        limit = Timer(self._seconds, child.kill)
        limit.start()
        try:
            if child.stdin is None or child.stdout is None:
                raise TypeError("the process has pipes")
            child.stdin.write(f"{line}\n")
            child.stdin.flush()
            answer = child.stdout.readline()
        except OSError:
            answer = ""
        finally:
            limit.cancel()
        if not answer:
            self.close()
            raise _unavailable("The picture could not be drawn in time.")
        told = json.loads(answer)
        if "error" in told:
            raise ValueError(f"a specification that cannot be drawn: {told['error']}")
        drawn: str = told["svg"]
        return drawn

    def _started(self) -> subprocess.Popen[str]:
        if self._child is not None and self._child.poll() is not None:
            self.close()
        if self._child is None:
            self._child = subprocess.Popen(  # it is our own module
                [sys.executable, "-m", "app.web.pictures.drawing"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                # Ctrl-C is the server's business: the process ends when nobody asks it any more.
                start_new_session=True,
            )
        return self._child


def _unavailable(what: str) -> Problem:
    detail = f"{what} Ask again, or for the table behind it: the same address with .csv."
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "5"})


DRAWER = Drawer()
atexit.register(DRAWER.close)
