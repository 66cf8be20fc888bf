"""Work in a process of its own, beside the one that needs it: what comes next is made while what came is used."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from copy import copy
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pickle import PicklingError
from typing import TypeVar

T = TypeVar("T")
# In bytes: as much as a pipe may hold that anybody opens, so that what was made need not wait for who uses it.
_WAITING = 1 << 20
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


def has_room_beside() -> bool:
    """Whether another process would help: Linux, a second processor, and no threads, which a copy would not have."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1


def beside(make: Callable[[], Iterable[T]]) -> Iterator[T]:
    """Yield what `make()` yields, in order; it runs in a copy of this process, as far ahead as a pipe holds.

    An error there is raised here; RuntimeError if it cannot be, or if that process dies. Whichever ends first, the
    other ends too.
    """
    # A copy of this process as it is: nothing need be sent to it.
    context = get_context("fork")
    here, there = context.Pipe(duplex=False)
    # Whoever has very many pipes may have no more room for one.
    with suppress(OSError):
        fcntl.fcntl(there.fileno(), fcntl.F_SETPIPE_SZ, _WAITING)
    process = context.Process(target=_work, args=(make, here, there), daemon=True)
    process.start()
    there.close()
    try:
        while True:
            try:
                error, one = here.recv()
            # The second, if it dies in the midst of writing.
            except (EOFError, OSError):
                process.join()
                raise RuntimeError(f"the process that made rows died (exit code {process.exitcode})") from None
            if error is not None:
                raise error
            if one is None:
                process.join()
                return
            yield from one
    finally:
        here.close()
        # It may be at work that nobody waits for any more.
        process.kill()
        process.join()


def _work(make: Callable[[], Iterable[T]], here: Connection, there: Connection) -> None:
    # Of the copy of its end nobody reads: kept open, writing would wait for ever when the reader is gone.
    here.close()
    # What interrupts the load ends this one by the pipe; what kills it, at once, for the locks that both hold.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    with suppress(BrokenPipeError):
        try:
            for one in make():
                there.send((None, [one]))
            there.send((None, None))
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, it is told in the other process
            there.send((_told(error), None))


def _told(error: Exception) -> Exception:
    """Return what the other process is to raise: the error, or one that tells of it if it cannot be sent."""
    where = "".join(traceback.format_exception(error))
    try:
        # What is not made again from its parts here is not there either.
        ForkingPickler.dumps(copy(error))
    except (TypeError, AttributeError, PicklingError):
        return RuntimeError(where)
    error.add_note(where)
    return error
