"""The lists of facts by term, and the runs of one date, gathered as facts are numbered; what terms are is `app`'s."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.core import listed
from app.core.terms import ALL_KINDS, EVERY
from app.kit import edtf
from seed.listing import Filed
from seed.rows import Lines, Values, into, lines
from seed.tallies import Numbered

_POSTING = into(listed.Posting, "term", "n", "rank")
_TERM = into(listed.Term, "id", "count", "kind", "modality", "name", "value")
_MOMENT = into(listed.Moment, "first", "last", "starts", "latest", "begun", "lasts")


class Postings:
    """Terms, numbered as they are met, with the lengths of their lists; and moments."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lists = Numbered()
        self._moments: list[tuple[int, str, str | None, bool]] = []
        self._of: tuple[str | None, str | None] | None = None
        self._last = 0

    def of_facts(self, facts: Iterable[Filed], dated: int) -> Lines:
        """Return a row for each term that a fact is listed under; facts come in the order of their numbers.

        dated: how many of these have a date, which come first.
        """
        rows: list[Values] = []
        met = self._lists.met
        for at, (n, rank, kind, modality, earliest, latest, terms) in enumerate(facts):
            # In the order in which they were met, and so in the same order by every load.
            rows += met(ALL_KINDS, modality, (EVERY,), n, rank)
            rows += met(kind, modality, dict.fromkeys((EVERY, *terms)), n, rank)
            if at < dated:
                self._run(n, earliest, latest)
        return _POSTING, rows

    def terms(self) -> Iterator[Lines]:
        """Return the terms."""
        return lines(_TERM, self._lists.all())

    def moments(self) -> Iterator[Lines]:
        """Return the runs of facts of one date."""
        # Runs follow each other: where one ends the next begins. A corpus may have no dated fact, and so no run.
        following = [first for first, *_ in self._moments[1:]]
        ends = [*(first - 1 for first in following), self._last]
        return lines(
            _MOMENT,
            (
                (first, last, starts, latest, begun, edtf.lasts(starts, latest).value)
                for (first, starts, latest, begun), last in zip(self._moments, ends, strict=False)
            ),
        )

    def _run(self, n: int, earliest: str | None, latest: str | None) -> None:
        self._last = n
        if (earliest, latest) != self._of:
            self._of = earliest, latest
            self._moments.append((n, earliest or latest or "", latest, earliest is not None))
