"""Values remembered up to a size in all; the one that was not asked for longest goes first. What, is others'."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Bounded(Generic[Key, Value]):
    """Values by key, for any thread; who asks for one must not change it."""

    def __init__(self, most: int, size_of: Callable[[Key, Value], int]) -> None:
        """Take how much they may be in all, and how much one is with its key."""
        self._most = most
        self._size_of = size_of
        self._size = 0
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, keys: Iterable[Key]) -> dict[Key, Value]:
        """Return those of these keys that are remembered."""
        with self._lock:
            found = {key: self._values[key] for key in keys if key in self._values}
            for key in found:
                self._values.move_to_end(key)
        return found

    def keep(self, values: Iterable[tuple[Key, Value]]) -> None:
        """Remember these, and forget what has no room beside them."""
        with self._lock:
            for key, value in values:
                if key not in self._values:
                    self._values[key] = value
                    self._size += self._size_of(key, value)
            while self._size > self._most:
                self._size -= self._size_of(*self._values.popitem(last=False))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._size = 0
