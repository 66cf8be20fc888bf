"""What a call costs at the least: a bound against texts that take ages, whatever else a machine does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable


def least(ask: Callable[[], object]) -> float:
    """Return the seconds of CPU that a call takes in this thread, the least of three: a machine may stand still."""
    took = []
    for _ in range(3):
        began = time.thread_time()
        ask()
        took.append(time.thread_time() - began)
    return min(took)
