"""Room on disks: asked for before a release is begun; what is full in the midst of a load is said in the same words."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_REMEDY = "Make room and load again; what was current still is"
# The disk is full, or a quota or a limit is reached.
_NO_ROOM = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE"})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def aside() -> Path:
    """Return the folder of what a load keeps aside: where SQLite too has its temporary files."""
    named = (os.environ.get("SQLITE_TMPDIR"), os.environ.get("TMPDIR"), "/var/tmp")  # noqa: S108  # what is made there has a name that nobody foresees
    usable = (Path(one) for one in named if one and os.access(one, os.W_OK | os.X_OK))
    return next(usable, Path(tempfile.gettempdir()))


def make_sure(of: Iterable[tuple[Path, int]]) -> None:
    """Ask for so many bytes in folders that are there; OSError naming the first disk that has not so many.

    Less than none: so many will be given back by the time when the others are needed.
    """
    wanted: defaultdict[int, int] = defaultdict(int)
    folders: dict[int, Path] = {}
    for folder, size in of:
        disk = folder.stat().st_dev
        wanted[disk] += size
        folders.setdefault(disk, folder)
    for disk, size in wanted.items():
        free = shutil.disk_usage(folders[disk]).free
        if free < size:
            what = f"a release of so many facts takes about {size:,} bytes"
            raise OSError(f"{what}; {folders[disk]} has {free:,} bytes free. {_REMEDY}")


@contextmanager
def writing(what: str, folder: Path, full: type[Exception]) -> Iterator[None]:
    """Write in a folder; OSError that says so where an error, of SQLite's or the system's, is that no more can be."""
    try:
        yield
    except full as error:
        told = getattr(error, "orig", error)
        if getattr(told, "sqlite_errorname", None) not in _NO_ROOM and getattr(told, "errno", None) not in _FULL:
            raise
        free = shutil.disk_usage(folder).free
        raise OSError(f"{what} could not be written: {told}; {folder} has {free:,} bytes free. {_REMEDY}") from error
