"""Room on disks, asked for before a load begins to write; what is full in the midst of it, the engine says."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path


def make_sure(of: Iterable[tuple[Path, int]]) -> None:
    """Ask for so many bytes in folders that are there; OSError naming the first disk that has not so many."""
    wanted: defaultdict[int, int] = defaultdict(int)
    folders: dict[int, Path] = {}
    for folder, size in of:
        disk = folder.stat().st_dev
        wanted[disk] += size
        folders.setdefault(disk, folder)
    for disk, size in wanted.items():
        free = shutil.disk_usage(folders[disk]).free
        if free < size:
            what = f"a release of so many facts takes about {size:,} bytes; {folders[disk]} has {free:,} bytes free"
            raise OSError(f"{what}. Make room and load again; what was current still is")
