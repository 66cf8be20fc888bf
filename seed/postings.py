"""The lists of facts by term, and the runs of one date, gathered as facts are numbered; what terms are is `app`'s."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.core import listed
from app.core.entries import FactEntry
from app.core.terms import ALL_KINDS, EVERY
from app.kit import edtf
from app.kit.parameters import Term
from seed.rows import Lines, Values, into, line
from seed.tallies import Numbered

_POSTING = into(listed.Posting, "term", "n", "place", "rank")
_MOMENT = into(listed.Moment, "first", "last", "starts", "latest", "begun", "long")


class Postings:
    """Terms, numbered as they are met, with the lengths of their lists; and moments."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lists = Numbered()
        self._moments: list[tuple[int, str, str | None, bool]] = []
        self._of: tuple[str | None, str | None] | None = None
        self._last = 0

    def of_fact(self, n: int, rank: int, fact: FactEntry, terms: Iterable[Term]) -> Lines:
        """Return a row for each term that a fact is listed under; facts come in the order of their numbers."""
        rows: list[Values] = []
        # In the order in which they were met, and so in the same order by every load.
        listed = ((ALL_KINDS, (EVERY,)), (fact.kind, dict.fromkeys((EVERY, *terms))))
        for kind, some in listed:
            rows += [(id_, n, place, rank) for id_, place in self._lists.met(kind, fact.modality.value, some)]
        if fact.date is not None:
            self._run(n, *edtf.bounds(fact.date.edtf))
        return _POSTING, rows

    def terms(self) -> Iterator[Lines]:
        """Yield the terms."""
        for id_, count, kind, modality, name, value in self._lists.all():
            yield line(listed.Term, id=id_, name=name, value=value, kind=kind, modality=modality, count=count)

    def moments(self) -> Iterator[Lines]:
        """Yield the runs of facts of one date."""
        # Runs follow each other: where one ends the next begins. A corpus may have no dated fact, and so no run.
        following = [first for first, *_ in self._moments[1:]]
        ends = [*(first - 1 for first in following), self._last]
        for (first, starts, latest, begun), last in zip(self._moments, ends, strict=False):
            yield _MOMENT, ((first, last, starts, latest, begun, edtf.is_long(starts, latest)),)

    def _run(self, n: int, earliest: str | None, latest: str | None) -> None:
        self._last = n
        if (earliest, latest) != self._of:
            self._of = earliest, latest
            self._moments.append((n, earliest or latest or "", latest, earliest is not None))
