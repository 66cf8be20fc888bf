"""Which lists of facts a question is answered from, and with which a statement begins; the SQL is for `lists`.

Facts of a kind and modality that have a term are a list of numbers, in order of date, whose length is known. A filter
is the union of some lists. Where one filter finds few facts, all of these are taken; else the shortest lists are walked
in order, a part for each, until the page is full, and the other filters are asked of each fact. Where nothing is asked
but lists, dates and words, and no list is short, they meet as bitmaps instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection, select, tuple_
from sqlmodel import col

from app.core.listed import Term
from app.core.snapshot import Cell, Cells, HeldRelease, Listed
from app.core.terms import ALL_KINDS, EVERY
from app.kit import parameters
from app.kit.parameters import Asked

# So few facts are sorted faster than lists are merged.
FEW = 2_000
# So few are each asked for their date faster than dates are sought in lists.
FEW_BY_DATE = 300
# So few are met by looking each up in the other lists.
FEW_TO_MEET = 16
# So many parts a statement may have.
MOST_PARTS = 60
# So many terms are remembered in a release.
MOST_TERMS = 20_000
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
    """Lists of one modality: facts in any list of each of `wanted`, in none of `unwanted`; none, if none is wanted."""

    wanted: tuple[tuple[Listed, ...], ...]
    unwanted: tuple[tuple[Listed, ...], ...]

    def all(self) -> Iterable[tuple[Listed, ...]]:
        """Return the lists of each filter."""
        return (*self.wanted, *self.unwanted)


@dataclass(frozen=True)
class _Filter:
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
    """

    every: _Filter
    asserted: tuple[_Filter, ...]
    negated: tuple[_Filter, ...]
    cells: tuple[Cell, ...]
    others: frozenset[str]
    many: frozenset[str]
    single: bool

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

    def meeting(self, modality: str) -> Meeting:
        """Return the lists of a modality as they are to meet."""
        cells = self._of([modality])
        wanted = tuple(one.of(cells) for one in (self.asserted or (self.every,))) if cells else ()
        return Meeting(wanted, tuple(lists for one in self.negated if (lists := one.of(cells))))

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

    def _of(self, modalities: Iterable[str]) -> list[Cell]:
        wanted = set(modalities)
        return [cell for cell in self.cells if cell[1] in wanted]

    def _few(self, cells: list[Cell]) -> bool:
        return self._first.total(cells) <= (FEW_BY_DATE if self.others & BETWEEN else FEW)

    @cached_property
    def _first(self) -> _Filter:
        return min(self.asserted, key=lambda one: one.total(self.cells), default=self.every)

    def _part(self, cells: list[Cell], first: _Filter | None, lists: Ids) -> Part:
        others = [one for one in self.asserted if one is not first]
        if first is None:
            others.append(self.every)
        return Part(
            lists,
            tuple(one.ids(cells) for one in others),
            tuple(ids for one in self.negated if (ids := one.ids(cells))),
            first is None or first.once,
        )


def plan(connection: Connection, held: HeldRelease, asked: Asked, kind: str | None) -> Plan:
    """Return the lists behind a question about facts of a kind, or of all; by one statement, if terms are new to it."""
    wanted: list[tuple[bool, list[parameters.Term]]] = []
    others: set[str] = set()
    for parameter in asked.parameters:
        choices = asked.given.get(parameter.name)
        if not choices:
            continue
        if parameter.terms is None:
            chooses = parameter.match or parameter.starts or parameter.name in BESIDE
            if chooses or (parameter.name, choices[0].values) == CERTAIN:
                others.add(parameter.name)
            continue
        for choice in choices:
            found = parameter.terms(choice.values, asked)
            one = None if found is None else (choice.negated, list(found))
            # Two filters may read the same lists.
            if one and one not in wanted:
                wanted.append(one)
    listed = _listed(connection, held, [EVERY, *(term for _, some in wanted for term in some)])
    filters = [(negated, _filter(listed, some)) for negated, some in wanted]
    every = _filter(listed, [EVERY])
    asserted = tuple(one for negated, one in filters if not negated)
    refused = tuple(one for negated, one in filters if negated)
    of_kind = _kinds(asked, kind)
    if of_kind is None and not asserted:
        cells = [cell for cell in every.cells if cell[0] == ALL_KINDS]
        refused = tuple(_of_all_kinds(one) for one in refused)
    else:
        cells = [cell for cell in every.cells if cell[0] and (of_kind is None or of_kind(cell[0]))]
    cells = [cell for cell in cells if all(cell in one.cells for one in asserted)]
    single = len(filters) <= 1 and all(one.once for _, one in filters)
    many = frozenset(one.name for one in asked.parameters if one.starts == "many" and one.name in others)
    return Plan(every, asserted, refused, tuple(cells), frozenset(others), many, single)


def _kinds(asked: Asked, kind: str | None) -> Callable[[str], bool] | None:
    """Return which kinds are asked for; None for all."""
    if kind is not None:
        return lambda one: one == kind
    choices = asked.given.get("kind", ())
    return (lambda one: all((one in choice.values) != choice.negated for choice in choices)) if choices else None


def _filter(listed: Mapping[parameters.Term, Cells], wanted: Sequence[parameters.Term]) -> _Filter:
    if len(wanted) == 1:
        return _Filter(listed[wanted[0]])
    cells: dict[Cell, list[Listed]] = {}
    for term in dict.fromkeys(wanted):
        for cell, some in listed[term].items():
            cells.setdefault(cell, []).extend(some)
    return _Filter(cells)


def _of_all_kinds(given: _Filter) -> _Filter:
    """Return a filter with its lists of all kinds together, beside those of each."""
    together: dict[Cell, list[Listed]] = {}
    for (_, modality), some in given.cells.items():
        together.setdefault((ALL_KINDS, modality), []).extend(some)
    return _Filter({**given.cells, **together})


def _listed(
    connection: Connection, held: HeldRelease, wanted: Iterable[parameters.Term]
) -> dict[parameters.Term, Cells]:
    """Return the lists of terms, of which a release remembers those that were asked last."""
    known = held.about.listed
    # Another thread may forget them all at any time.
    found = {term: cells for term in wanted if (cells := known.get(term)) is not None}
    missing = sorted(set(wanted) - found.keys())
    if missing:
        rows: dict[parameters.Term, dict[Cell, list[Listed]]] = {term: {} for term in missing}
        statement = select(
            col(Term.name), col(Term.value), col(Term.kind), col(Term.modality), col(Term.id), col(Term.count)
        )
        asked = statement.where(tuple_(col(Term.name), col(Term.value)).in_(missing)).order_by(col(Term.id))
        for name, value, kind, modality, id_, count in connection.execute(asked):
            rows[name, value][kind, modality] = [Listed(id_, count)]
        if len(known) + len(rows) > MOST_TERMS:
            known.clear()
        known.update(rows)
        found.update(rows)
    return found
