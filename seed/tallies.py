"""What a load remembers of the facts that went by: counted and noted on disk where it is much, so memory stays flat."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Generic, TypeVar
from weakref import finalize

from pyroaring import BitMap

from app.core.vocabulary import Granularity
from app.kit.parameters import Term

# The empty name is a temporary file of SQLite's own, which it removes itself, even if the process is killed.
_TEMPORARY = ""
# Two states, source, kind, modality, granularity, and whether further states take part.
Pair = tuple[str, str, str, str, str, str, bool]
# Between the parts of a bin: it sorts before all that stands in one.
APART = "\x1f"
# A term's number, the fact's, and the fact's rank.
Posted = tuple[int, int, int]
K = TypeVar("K", bound=Hashable)
_MARK = 0xFFFFFFFF


def _opened(table: str) -> sqlite3.Connection:
    # Whichever thread lets go of it last closes it: a load may be run in one and be forgotten in another.
    database = sqlite3.connect(_TEMPORARY, isolation_level=None, check_same_thread=False)
    for statement in ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -8000", table):
        database.execute(statement)
    database.execute("BEGIN")
    return database


class Seen:
    """Which of very many ids came before."""

    def __init__(self) -> None:
        """Begin with none."""
        self._database = _opened("CREATE TABLE seen (id TEXT PRIMARY KEY) WITHOUT ROWID")
        finalize(self, self._database.close)
        self._execute = self._database.execute

    def add(self, id: str) -> bool:
        """Note an id; say whether it is new."""
        return self._execute("INSERT OR IGNORE INTO seen VALUES (?)", (id,)).rowcount == 1


class Numbered:
    """Terms of a kind and modality: the number of each, in the order in which they were met, and how often it was."""

    def __init__(self, most: int = 50_000) -> None:
        """Begin with none; hold at most about so many in memory."""
        self._most = most
        self._held: defaultdict[tuple[str, str], dict[Term, list[int]]] = defaultdict(dict)
        self._holding = 0
        self._numbers = 0
        # Half of those that are not held are new; to be told so by the database takes as long as to be told the number.
        self._marks = BitMap()
        self._database = _opened(
            "CREATE TABLE term (kind, modality, name, value, id, count, PRIMARY KEY (kind, modality, name, value))"
            " WITHOUT ROWID"
        )
        finalize(self, self._database.close)

    def met(self, kind: str, modality: str, terms: Iterable[Term], n: int, rank: int) -> list[Posted]:
        """Return what there is to say of terms that are met once more, in the fact `n`."""
        held = self._held[kind, modality]
        met: list[Posted] = []
        for term in terms:
            found = held.get(term)
            if found is None:
                found = held[term] = self._found(kind, modality, term)
                self._holding += 1
            found[1] += 1
            met.append((found[0], n, rank))
        if self._holding > self._most:
            self._put_down()
        return met

    def all(self) -> Iterator[tuple[int, int, str, str, str, str]]:
        """Yield (number, how often, kind, modality, name, value) of each, in order."""
        self._put_down()
        yield from self._database.execute("SELECT id, count, kind, modality, name, value FROM term ORDER BY id")

    def _found(self, kind: str, modality: str, term: Term) -> list[int]:
        """Return the number of a term that is not held, and how often it was met: it was put down, or is new."""
        mark = hash((kind, modality, term)) & _MARK
        if mark in self._marks:
            statement = "SELECT id, count FROM term WHERE kind = ? AND modality = ? AND name = ? AND value = ?"
            found = self._database.execute(statement, (kind, modality, *term)).fetchone()
            if found is not None:
                return [*found]
        self._marks.add(mark)
        self._numbers += 1
        return [self._numbers, 0]

    def _put_down(self) -> None:
        for (kind, modality), held in self._held.items():
            rows = [(kind, modality, *term, *found) for term, found in sorted(held.items())]
            self._database.executemany("INSERT OR REPLACE INTO term VALUES (?, ?, ?, ?, ?, ?)", rows)
            held.clear()
        self._holding = 0


class Tally(ABC, Generic[K]):
    """How many facts there are of each key."""

    def __init__(self, columns: Sequence[str], most: int) -> None:
        """Name the parts of a key; begin with none, and hold at most so many keys in memory."""
        self._most = most
        self._some: Counter[K] = Counter()
        self._take = f"INSERT INTO part VALUES ({', '.join('?' * (len(columns) + 1))})"  # noqa: S608  # ours
        self._database = _opened(f"CREATE TABLE part ({', '.join(columns)}, count)")
        finalize(self, self._database.close)

    def add(self, keys: Iterable[K]) -> None:
        """Count one more of each, as often as it comes."""
        self._some.update(keys)
        if len(self._some) > self._most:
            self._put_down()

    def _put_down(self) -> None:
        if self._some:
            self._database.executemany(self._take, self._rows(self._some.items()))
            self._some.clear()

    @abstractmethod
    def _rows(self, counts: Iterable[tuple[K, int]]) -> Iterable[tuple[object, ...]]:
        """Return the parts of each key, and its count."""


def bin_of(*parts: str) -> str:
    """Return the key of a bin: filter, value, kind, modality, source, granularity; or the end of one."""
    return APART.join(parts)


class Bins(Tally[str]):
    """How many facts have each value of a filter; a bin is one text, counted in half of the time of its parts."""

    def __init__(self, most: int = 20_000) -> None:
        """Begin with none; hold at most so many in memory."""
        super().__init__(("bin",), most)

    def _rows(self, counts: Iterable[tuple[str, int]]) -> Iterable[tuple[object, ...]]:
        return counts

    def apart(self) -> Iterator[tuple[str, str, str, str, str, int, int]]:
        """Yield, in order, all but the granularity, and how many there are of one thing each, and of several."""
        self._put_down()
        rows = self._database.execute("SELECT bin, sum(count) FROM part GROUP BY bin ORDER BY bin")
        one, several = Granularity.instance.value, Granularity.aggregate.value
        for of, some in groupby(rows, key=lambda row: row[0].rpartition(APART)[0]):
            counts = {bin_.rpartition(APART)[2]: count for bin_, count in some}
            parameter, _, others = of.partition(APART)
            value, kind, modality, source = others.rsplit(APART, 3)
            yield parameter, value, kind, modality, source, counts.get(one, 0), counts.get(several, 0)


class Pairs(Tally[Pair]):
    """How many facts there are of two states, by what tells them apart."""

    def __init__(self, most: int = 20_000) -> None:
        """Begin with none; hold at most so many in memory."""
        super().__init__(("a", "b", "source", "kind", "modality", "granularity", "multilateral"), most)

    def _rows(self, counts: Iterable[tuple[Pair, int]]) -> Iterable[tuple[object, ...]]:
        return ((*key, count) for key, count in counts)

    def counts(self) -> Iterator[tuple[Pair, int]]:
        """Yield every key with its count, in order."""
        self._put_down()
        of = "a, b, source, kind, modality, granularity, multilateral"
        rows = self._database.execute(f"SELECT {of}, sum(count) FROM part GROUP BY {of} ORDER BY {of}")  # noqa: S608  # ours
        for a, b, source, kind, modality, granularity, multilateral, count in rows:
            # SQLite has no truths of its own.
            yield (a, b, source, kind, modality, granularity, bool(multilateral)), count

    def of(self, source: str) -> Iterator[tuple[tuple[str, str], dict[str, set[str]]]]:
        """Yield, in order, each pair of states that a source has facts on, with the modalities of each kind."""
        self._put_down()
        self._database.execute("CREATE INDEX IF NOT EXISTS of_source ON part (source, a, b, kind, modality)")
        rows = self._database.execute(
            "SELECT DISTINCT a, b, kind, modality FROM part WHERE source = ? ORDER BY a, b", (source,)
        )
        for pair, some in groupby(rows, key=itemgetter(0, 1)):
            modalities: dict[str, set[str]] = defaultdict(set)
            for _, _, kind, modality in some:
                modalities[kind].add(modality)
            yield pair, modalities
