"""Work in a process of its own, beside the one that needs it: what comes next is made while what came is used."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

T = TypeVar("T")


def has_room_beside() -> bool:
    """Whether another process would help: Linux, a second processor, and no threads, which a copy would not have."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1


def beside(make: Callable[[], Iterable[T]]) -> Iterator[T]:
    """Yield what `make()` yields, in order; it runs in a copy of this process, one step ahead.

    RuntimeError, with what was told of it, if it fails there or dies. Whichever process ends first, the other ends too.
    """
    # A copy of this process as it is: nothing need be sent to it.
    context = get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(make, here, there), daemon=True)
    process.start()
    there.close()
    try:
        while True:
            try:
                told, one = here.recv()
            except EOFError:
                process.join()
                raise RuntimeError(f"the process that made rows died (exit code {process.exitcode})") from None
            if told is not None:
                raise RuntimeError(told)
            if one is None:
                return
            yield from one
    finally:
        here.close()
        process.join()


def _work(make: Callable[[], Iterable[T]], here: Connection, there: Connection) -> None:
    # Of the copy of its end nobody reads: kept open, writing would wait for ever when the reader is gone.
    here.close()
    # What interrupts the load ends this one by the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(BrokenPipeError):
        try:
            for one in make():
                there.send((None, [one]))
            there.send((None, None))
        except BrokenPipeError:
            raise
        except Exception:  # noqa: BLE001  # whatever it is, it is told in the other process
            there.send((traceback.format_exc(), None))
