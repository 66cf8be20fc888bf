"""Which lists of facts a question is answered from, and with which a statement begins; the SQL is for `lists`.

Facts of a kind and modality that have a term are a list of numbers, in order of date, whose length is known. A filter
is the union of some lists. Where one filter finds few facts, all of these are taken; else the shortest lists are walked
in order, a part for each, until the page is full, and the other filters are asked of each fact. Where nothing is asked
but lists, dates and words, and no list is short, they meet as bitmaps instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.core.snapshot import Cell, Cells, Listed

# So few facts are sorted faster than lists are merged.
FEW = 2_000
# So few are each asked for their date faster than dates are sought in lists.
FEW_BY_DATE = 300
# So few are met by looking each up in the other lists.
FEW_TO_MEET = 16
# So many parts a statement may have.
MOST_PARTS = 60
# They choose among the facts of the lists.
BESIDE = ("since", "until")
BETWEEN = frozenset(BESIDE)
# So they choose by more than where dates begin.
MATCH = "date_match"
CERTAIN = (MATCH, ("certain",))
DATES = BETWEEN | {MATCH}
Ids = tuple[int, ...]


def filled(ids: Sequence[int]) -> Ids:
    """Return ids filled up to a power of two by their last: so there are fewer shapes of statement."""
    return (*ids, *ids[-1:] * (2 ** (len(ids) - 1).bit_length() - len(ids))) if ids else ()


@dataclass(frozen=True)
class Part:
    """Facts that are in any of `lists`, in all of `wanted` and in none of `unwanted`; without `lists`, any facts.

    once: no fact is in two of `lists`.
    """

    lists: Ids
    wanted: tuple[Ids, ...]
    unwanted: tuple[Ids, ...]
    once: bool

    @property
    def shape(self) -> tuple[object, ...]:
        """What the SQL's text hangs on."""
        return len(self.lists), tuple(map(len, self.wanted)), tuple(map(len, self.unwanted)), self.once


@dataclass(frozen=True)
class Meeting:
    """Lists of one modality: facts in any list of each of `wanted`, in none of `unwanted`."""

    wanted: tuple[tuple[Listed, ...], ...]
    unwanted: tuple[tuple[Listed, ...], ...]

    def all(self) -> Iterable[tuple[Listed, ...]]:
        """Return the lists of each filter."""
        return (*self.wanted, *self.unwanted)


@dataclass(frozen=True)
class Filter:
    """One filter: its lists, by kind and modality."""

    cells: Cells

    def ids(self, cells: Iterable[Cell]) -> Ids:
        """Return its lists in some cells, filled up."""
        return filled([one.id for one in self.of(cells)])

    @property
    def once(self) -> bool:
        """Whether no fact is in two of its lists."""
        return all(len(some) == 1 for some in self.cells.values())

    def of(self, cells: Iterable[Cell]) -> tuple[Listed, ...]:
        """Return its lists in some cells."""
        return tuple(one for cell in cells for one in self.cells.get(cell, ()))

    def total(self, cells: Iterable[Cell]) -> int:
        """Return the sum of its lists' lengths."""
        return sum(one.count for one in self.of(cells))


@dataclass(frozen=True)
class Plan:
    """The lists behind a question.

    every: the lists of all facts. cells: the kinds and modalities in which each asserted filter has lists; the kind is
    empty where all facts of a modality are meant.
    others: what is asked that is in no list. many: those of them that may find very many facts.
    single: one filter at most is asked, and no fact is in two of its lists.
    size: how many bytes it takes in memory, about. number: tells it from all others.
    """

    every: Filter
    asserted: tuple[Filter, ...]
    negated: tuple[Filter, ...]
    cells: tuple[Cell, ...]
    others: frozenset[str]
    many: frozenset[str]
    single: bool
    size: int
    number: int

    @property
    def counted(self) -> bool:
        """Whether nothing but lists decides, and no fact is in two of them: their lengths are the counts."""
        return not self.others and self.single

    @property
    def kinds(self) -> set[str]:
        """The kinds in which its lists are; the empty one stands for all."""
        return {kind for kind, _ in self.cells}

    @property
    def unfiltered(self) -> bool:
        """Whether no filter has a list."""
        return not self.asserted and not self.negated

    @property
    def timed(self) -> bool:
        """Whether dates are asked for."""
        return bool(self.others & BETWEEN)

    @property
    def meets(self) -> bool:
        """Whether lists that are not short meet each other, dates or words, and nothing else is asked."""
        if self.counted or not self.others - self.many <= DATES:
            return False
        return bool(self.many) or self._first.total(self.cells) > FEW_TO_MEET

    @cached_property
    def meetings(self) -> dict[str, Meeting]:
        """The lists of each modality in which there are any, as they are to meet."""
        return {modality: self._meeting(modality) for modality in dict.fromkeys(modality for _, modality in self.cells)}

    def parts(self, modalities: Iterable[str], reaches: int = 1) -> list[Part]:
        """Return the facts of some modalities in parts, each of which is to be walked in order.

        One part of several lists has few facts: they are sorted. reaches: how often each part stands in the statement.
        """
        cells = self._of(modalities)
        if not cells:
            return []
        if self._few(cells):
            return [self._part(cells, self._first, self._first.ids(cells))]
        merged = [self._part([cell], self._first, (one.id,)) for cell in cells for one in self._first.cells[cell]]
        if len(merged) * reaches <= MOST_PARTS:
            return merged
        return [self._part([cell], self.every, self.every.ids([cell])) for cell in cells]

    def whole(self, modalities: Iterable[str]) -> Part | None:
        """Return the facts of some modalities as one part, in no order; None if there are none."""
        cells = self._of(modalities)
        return self._part(cells, self._first, self._first.ids(cells)) if cells else None

    def asking(self, modalities: Iterable[str]) -> Part | None:
        """Return what is asked of facts that are found otherwise than by lists; None if nothing can be found."""
        cells = self._of(modalities)
        return self._part(cells, None, ()) if cells else None

    def few(self, modalities: Iterable[str]) -> bool:
        """Whether the lists of one filter have so few facts that they are all taken."""
        return self._few(self._of(modalities))

    def count(self, modality: str) -> int:
        """Return how many facts there are of a modality, where lengths tell."""
        cells = self._of([modality])
        return self._first.total(cells) - sum(one.total(cells) for one in self.negated)

    def _meeting(self, modality: str) -> Meeting:
        cells = self._of([modality])
        wanted = tuple(one.of(cells) for one in (self.asserted or (self.every,)))
        return Meeting(wanted, tuple(lists for one in self.negated if (lists := one.of(cells))))

    def _of(self, modalities: Iterable[str]) -> list[Cell]:
        wanted = set(modalities)
        return [cell for cell in self.cells if cell[1] in wanted]

    def _few(self, cells: list[Cell]) -> bool:
        return self._first.total(cells) <= (FEW_BY_DATE if self.others & BETWEEN else FEW)

    @cached_property
    def _first(self) -> Filter:
        return min(self.asserted, key=lambda one: one.total(self.cells), default=self.every)

    def _part(self, cells: list[Cell], first: Filter | None, lists: Ids) -> Part:
        others = [one for one in self.asserted if one is not first]
        if first is None:
            others.append(self.every)
        return Part(
            lists,
            tuple(one.ids(cells) for one in others),
            tuple(ids for one in self.negated if (ids := one.ids(cells))),
            first is None or first.once,
        )
