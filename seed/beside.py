"""Work in a process of its own, beside the one that needs it: what comes next is made while what came is used."""

from __future__ import annotations

import ctypes
import fcntl
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from tempfile import TemporaryFile
from typing import IO, TypeVar

from seed.room import aside, writing

T = TypeVar("T")
U = TypeVar("U")
# What is handed over as it is made, and what is made of all that.
Make = Callable[[], tuple[Iterable[T], Iterable[U]]]
# In bytes: as much as a pipe may hold that anybody opens, so that what was made need not wait for who uses it.
_WAITING = 1 << 20
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


def has_room_beside() -> bool:
    """Whether another process would help: Linux, a second processor, and no threads, which a copy would not have."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1


@contextmanager
def beside(make: Make[T, U]) -> Iterator[tuple[Iterator[T], Iterator[U]]]:
    """Give what `make()` returns, in order; it runs in a copy of this process.

    The first comes as far ahead as a pipe holds; the second, once all of that was taken, at its own pace, and is kept
    aside on disk until it is wanted. An error there is raised here, where its part is read; RuntimeError if it cannot
    be, or if that process dies. Whichever ends first, the other ends too.
    """
    # A copy of this process as it is: nothing need be sent to it.
    context = get_context("fork")
    here, there = context.Pipe(duplex=False)
    # Whoever has very many pipes may have no more room for one.
    with suppress(OSError):
        fcntl.fcntl(there.fileno(), fcntl.F_SETPIPE_SZ, _WAITING)
    with TemporaryFile(dir=aside()) as kept:
        process = context.Process(target=_work, args=(make, here, there, kept), daemon=True)
        process.start()
        there.close()
        try:
            yield _received(here, process), _kept(here, process, kept)
        finally:
            here.close()
            # It may be at work that nobody waits for any more.
            process.kill()
            process.join()


def _received(here: Connection, process: BaseProcess) -> Iterator[T]:
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
            return
        yield from one


def _kept(here: Connection, process: BaseProcess, kept: IO[bytes]) -> Iterator[U]:
    # Nothing comes but the end, or an error.
    yield from _received(here, process)
    kept.seek(0)
    with suppress(EOFError):
        while True:
            yield pickle.load(kept)  # noqa: S301  # written by a copy of this process, into a file that has no name


def _work(make: Make[T, U], here: Connection, there: Connection, kept: IO[bytes]) -> None:
    # Of the copy of its end nobody reads: kept open, writing would wait for ever when the reader is gone.
    here.close()
    # What interrupts the load ends this one by the pipe; what kills it, at once, for the locks that both hold.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    with suppress(BrokenPipeError):
        try:
            first, second = make()
            for one in first:
                there.send((None, [one]))
            there.send((None, None))
            with writing("what a load keeps aside", aside(), OSError):
                for other in second:
                    pickle.dump(other, kept, pickle.HIGHEST_PROTOCOL)
                kept.flush()
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
    except (TypeError, AttributeError, pickle.PicklingError):
        return RuntimeError(where)
    error.add_note(where)
    return error
