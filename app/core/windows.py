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
class Window:
    """Numbers from `first` to `last`, less those of `but` among them, and those of `beside`, which are none of them."""

    first: int
    last: int
    beside: FrozenBitMap = NONE
    but: FrozenBitMap = NONE

    @property
    def size(self) -> int:
        """How many bytes it takes in memory, about."""
        return size_of(self.beside) + size_of(self.but)

    def count(self, numbers: AnyBitMap, enough: int) -> int:
        """Return how many of a list are seen; of more than enough, any such number, for which it is not walked."""
        numbers = numbers - self.but if self.but else numbers
        before = numbers.rank(self.first - 1) if self.first else 0
        within = max(0, numbers.rank(self.last) - before)
        return within if within > enough else within + numbers.intersection_cardinality(self.beside)


class Seen:
    """The numbers of a list that are seen through a window, in order."""

    def __init__(self, numbers: AnyBitMap, window: Window) -> None:
        """Take the list."""
        numbers = numbers - window.but if window.but else numbers
        start = numbers.rank(window.first - 1) if window.first else 0
        beside = numbers & window.beside
        before = beside.rank(window.first)
        self._parts = (
            (beside, 0, before),
            (numbers, start, max(start, numbers.rank(window.last))),
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
