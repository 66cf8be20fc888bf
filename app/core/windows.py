"""A time as a window on the numbers of facts, and lists as they are seen through it; which lists, others say."""

from __future__ import annotations

from dataclasses import dataclass
from sys import getsizeof

from pyroaring import BitMap, FrozenBitMap

AnyBitMap = BitMap | FrozenBitMap
NONE = FrozenBitMap()
# What a bitmap takes in memory beside its bytes: measured, of seventeen numbers and of a thousand.
OF_A_BITMAP, OF_A_CONTAINER = 300, 64


@dataclass(frozen=True)
class Numbers:
    """The numbers of some facts. endless: those of them that have no known end, where a window asks for them."""

    all: AnyBitMap
    endless: AnyBitMap = NONE


@dataclass(frozen=True)
class Window:
    """Numbers from `first` to `last`, less those of `but` among them, and those of `beside`, which are none of them.

    endless_before: facts without a known end that are numbered before `first` are seen, too. but_endless: none without
    a known end is seen.
    """

    first: int
    last: int
    beside: AnyBitMap = NONE
    but: AnyBitMap = NONE
    endless_before: bool = False
    but_endless: bool = False

    @property
    def of_endless(self) -> bool:
        """Whether it has to be known what has no end."""
        return self.endless_before or self.but_endless

    def within(self, numbers: Numbers) -> AnyBitMap:
        """Return numbers without those that are never seen, wherever they are."""
        found = numbers.all - self.but if self.but else numbers.all
        return found - numbers.endless if self.but_endless else found

    def count(self, numbers: Numbers, enough: int) -> int:
        """Return how many of a list are seen; of more than enough, any such number, for which it is not walked."""
        found = self.within(numbers)
        before = found.rank(max(self.first, 1) - 1)
        within = max(0, found.rank(self.last) - before)
        if within > enough:
            return within
        endless = numbers.endless.rank(max(self.first, 1) - 1) if self.endless_before else 0
        return within + found.intersection_cardinality(self.beside) + endless


class Seen:
    """The numbers of a list that are seen through a window, in order."""

    def __init__(self, numbers: Numbers, window: Window) -> None:
        """Take the list."""
        found = window.within(numbers)
        start = found.rank(max(window.first, 1) - 1)
        beside = found & window.beside
        if window.endless_before:
            endless = BitMap(numbers.endless)
            endless.remove_range(window.first, 2**32)
            beside = beside | endless
        before = beside.rank(window.first)
        self._parts = (
            (beside, 0, before),
            (found, start, max(start, found.rank(window.last))),
            (beside, before, len(beside)),
        )

    def __len__(self) -> int:
        """Return how many there are."""
        return sum(end - start for _, start, end in self._parts)

    def rank(self, number: int) -> int:
        """Return how many are at most this."""
        return sum(min(max(some.rank(number), start), end) - start for some, start, end in self._parts)

    def between(self, start: int, end: int) -> list[int]:
        """Return those from one place among them up to another."""
        found: list[int] = []
        for some, first, last in self._parts:
            found += some[min(first + max(start, 0), last) : max(first, min(first + end, last))]
            start, end = start - (last - first), end - (last - first)
        return found


def size_of(numbers: FrozenBitMap) -> int:
    """Return how many bytes a bitmap takes in memory, about."""
    return getsizeof(numbers) + OF_A_BITMAP + OF_A_CONTAINER * int(numbers.get_statistics()["n_containers"])
