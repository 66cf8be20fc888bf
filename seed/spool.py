"""Facts on their way into a release: kept on disk, handed back in order of date, however many there are."""

from __future__ import annotations

import copyreg
import fcntl
import os
import pickle
import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from app.core.entries import ActorId, Entry, FactEntry, FactId, PlaceId, SourceId, SystemId
from app.kit import edtf
from app.kit.codes import Code
from seed.room import aside

_BATCH = 1_000
_PREFIX = "foedus-spool-"
# In seconds: a folder that was just made may not be held yet.
_YOUNG = 60
# Told without the facts themselves, which would be sorted with them, on disk.
_IN_TIME = """
SELECT rank, at FROM fact
JOIN (SELECT rowid AS at, row_number() OVER (ORDER BY id) AS rank FROM fact) ON fact.rowid = at
ORDER BY undated, first, last, id
"""


# By module and name, the number by which a pickle names a class.
_NUMBERS: dict[tuple[str, str], int] = {}


class Spool:
    """Facts with the source that attests each; ids are unique."""

    def __init__(self) -> None:
        """Open an empty one in a folder of its own; remove those that loads left behind which were killed."""
        _shorten_pickles()
        _clear(aside())
        self._folder = TemporaryDirectory(prefix=_PREFIX, dir=aside())
        self._held = os.open(self._folder.name, os.O_RDONLY)
        fcntl.flock(self._held, fcntl.LOCK_EX)
        self._file = Path(self._folder.name) / "facts.sqlite"
        self._database = sqlite3.connect(self._file, isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "temp_store = FILE"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute(
            "CREATE TABLE fact (undated INT, first TEXT, last TEXT, id TEXT UNIQUE, source TEXT, payload BLOB)"
        )

    def __enter__(self) -> Self:
        """Keep it until the block ends."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Throw it away."""
        self._database.close()
        self._folder.cleanup()
        os.close(self._held)

    def extend(self, facts: Iterable[tuple[str, FactEntry]]) -> None:
        """Take (source, fact) pairs; ValueError naming an id that was taken before."""
        batch: list[tuple[object, ...]] = []
        for source, fact in facts:
            # Pickled, not dumped: what comes back was validated and needs no second validation.
            batch.append((*moment(fact), source, pickle.dumps(fact, pickle.HIGHEST_PROTOCOL)))
            if len(batch) == _BATCH:
                self._take(batch)
                batch = []
        self._take(batch)

    def _take(self, batch: list[tuple[object, ...]]) -> None:
        try:
            self._database.execute("BEGIN")
            self._database.executemany("INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?)", batch)
            self._database.execute("COMMIT")
        except sqlite3.IntegrityError:
            ids = [str(row[3]) for row in batch]
            twice = next((one for one in ids if ids.count(one) > 1 or self.holds(one)), ids[0])
            raise ValueError(f"the id {twice!r} is two facts'") from None

    def holds(self, id: str) -> bool:
        """Say whether there is a fact of this id."""
        return self._database.execute("SELECT 1 FROM fact WHERE id = ?", (id,)).fetchone() is not None

    def __len__(self) -> int:
        """Return how many there are."""
        count: int = self._database.execute("SELECT count(*) FROM fact").fetchone()[0]
        return count

    @property
    def size(self) -> int:
        """Return how many bytes it takes on disk."""
        return self._file.stat().st_size

    def let_go(self) -> None:
        """Give its room on disk back, now that all has been read: what is made of the facts needs it."""
        self._database.close()
        self._file.unlink()

    def in_time(self) -> Iterator[tuple[int, str, FactEntry]]:
        """Yield (rank in order of id, source, fact), in order of date; undated facts come last.

        It is read by a connection of its own, in whichever process that is.
        """
        with closing(sqlite3.connect(self._file, isolation_level=None)) as database:
            database.execute("PRAGMA temp_store = FILE")
            read = database.cursor().execute
            for rank, at in database.execute(_IN_TIME):
                source, payload = read("SELECT source, payload FROM fact WHERE rowid = ?", (at,)).fetchone()
                yield rank, source, pickle.loads(payload)  # noqa: S301  # written above, by this process or the one that it is a copy of


def _shorten_pickles() -> None:
    """Have what facts are made of pickled in short, in this process and its copies: numbered classes, values alone.

    Names were half of a pickle; to look classes up by theirs took a third of the time in which a fact is read back.
    """
    waiting: list[type] = [Entry, Code, ActorId, SystemId, PlaceId, FactId, SourceId]
    while waiting:
        shape = waiting.pop()
        waiting += shape.__subclasses__()
        named = shape.__module__, shape.__qualname__
        if named not in _NUMBERS:
            _NUMBERS[named] = len(_NUMBERS) + 1
            copyreg.add_extension(*named, _NUMBERS[named])
        if issubclass(shape, Entry):
            copyreg.pickle(shape, _values)


def _values(entry: Entry) -> tuple[Any, ...]:
    shape = type(entry)
    return _made_again, (shape, *map(vars(entry).__getitem__, _names(shape)))


def _made_again(shape: type[Entry], *values: Any) -> Entry:
    """Return an entry of values that were validated before."""
    found = shape.__new__(shape)
    told = dict(zip(_names(shape), values, strict=True))
    nothing = {"__pydantic_extra__": None, "__pydantic_private__": None}
    found.__setstate__({"__dict__": told, "__pydantic_fields_set__": set(told), **nothing})
    return found


@cache
def _names(shape: type[Entry]) -> tuple[str, ...]:
    return tuple(shape.model_fields)


def _clear(where: Path) -> None:
    """Remove the folders of spools that nobody holds any more: the kernel lets go of the lock of one that dies."""
    for folder in where.glob(f"{_PREFIX}*"):
        # Of another user, or removed this moment: it is not ours to care.
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime < _YOUNG:
                continue
            held = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(held)


def moment(fact: FactEntry) -> tuple[bool, str, str, str]:
    """Order by the first known day, then the last; undated facts come last."""
    if fact.date is None:
        return True, "", "", fact.id
    earliest, latest = edtf.bounds(fact.date.edtf)
    return False, earliest or latest or "", latest or "", fact.id
