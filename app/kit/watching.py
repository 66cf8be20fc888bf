"""What tells whether old answers still hold, looked at seldom enough to cost nothing; it knows no answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from time import monotonic


class Watch:
    """A mark that changes whenever answers may, and never older than `within` seconds where it is believed.

    read: looks at the mark; None when it cannot be known. at_once: whether that takes microseconds, so that the event
    loop can wait for it; otherwise a thread looks, ahead of time while requests come.
    """

    def __init__(self, read: Callable[[], Hashable | None], within: float, *, at_once: bool) -> None:
        """Take how to look, and how old what was seen may be."""
        self._read = read
        self._within = within
        self._at_once = at_once
        self._looking: asyncio.Future[None] | None = None
        self.mark: Hashable | None = None
        self.due = 0.0
        self._until = 0.0

    async def look(self, now: float) -> None:
        """Look again, for the mark is `due`; wait for it only if what is known is too old, and anything is known.

        While nothing can be known, who asks is not made to wait for a database that hangs.
        """
        if self._at_once:
            self._saw(now, self._read())
            return
        if self._looking is None:
            self._looking = asyncio.ensure_future(self._look())
        if now > self._until and self.mark is not None:
            await asyncio.shield(self._looking)

    async def _look(self) -> None:
        began, found = monotonic(), None
        try:
            # Not among the threads of the endpoints: these may all be busy.
            found = await asyncio.get_running_loop().run_in_executor(None, self._read)
        finally:
            self._saw(began, found)
            self._looking = None

    def _saw(self, began: float, mark: Hashable | None) -> None:
        self.mark = mark
        self._until = began + self._within
        self.due = self._until if self._at_once else began + self._within / 2
