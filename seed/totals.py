"""What all facts come to: rows that count them by filter and by pair of states, and say what sources cover."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import chain, combinations, groupby
from operator import itemgetter

from app.core import listed, tables
from app.core.vocabulary import CoverageStatus, Modality
from app.views.coverage import answer as coverage_answer
from seed.corpus import Corpus
from seed.making import CountedBy
from seed.rows import Lines, Values, into, lines
from seed.tallies import Bins, Pairs

_COUNTED = into(listed.Counted, "parameter", "value", "kind", "modality", "source", "count", "aggregates")
_RELATION = into(
    tables.Relation, "pair", "a", "b", "source", "kind", "modality", "granularity", "multilateral", "count"
)
_COVERAGE = into(tables.Coverage, "n", "id", "answer", "source", "a", "b", "kind", "status")
# The tables that they are in; no other refers to one of these.
TABLES = frozenset(where.table.name for where in (_COUNTED, _RELATION, _COVERAGE))


class Totals:
    """Counts what goes by; it is opened in the process that uses it, for what it keeps aside is that process' own."""

    def __init__(self, corpus: Corpus, kinds: list[str]) -> None:
        """Take a corpus that was checked, and the kinds of fact."""
        self._corpus = corpus
        self._kinds = kinds
        self._pairs = Pairs()
        self._bins = Bins()

    def add(self, counted: CountedBy) -> None:
        """Count some facts more."""
        self._pairs.add(counted.pairs)
        self._bins.add(counted.bins)

    def rows(self) -> Iterator[Lines]:
        """Yield the rows of all that was counted."""
        of_pairs = chain(lines(_RELATION, self._relations()), lines(_COVERAGE, self._coverage()))
        return chain(lines(_COUNTED, self._bins.apart()), of_pairs)

    def _relations(self) -> Iterator[Values]:
        number, pair = 0, ("", "")
        for key, count in self._pairs.counts():
            if key[:2] != pair:
                number, pair = number + 1, key[:2]
            yield number, *key, count

    def _read(self) -> Iterator[tuple[str, list[str], str | None]]:
        """Yield (source, the states of which every pair has a line, the years that it can speak of)."""
        for article in self._corpus.articles:
            scope = article.head.scope
            yield article.head.source.id, sorted(scope.countries), scope.period.edtf if scope.period else None
        for one in self._corpus.imported:
            # Of a data set only what it records has a line: on all other pairs it says by its scope what it is silent
            # on, when it is asked; lines for every pair of states would be more than the facts.
            yield one.source.id, [], one.scope.period

    def _coverage(self) -> Iterator[Values]:
        n = 0
        for source, countries, period in sorted(self._read()):
            read = set(combinations(countries, 2))
            for (a, b), modalities in self._found(source, read):
                for kind in self._kinds:
                    # The rest is said of whatever pair is asked for, so it needs no line.
                    if kind in modalities or (a, b) in read:
                        n += 1
                        status = _status(modalities.get(kind, set()))
                        answer = coverage_answer(source, a, b, kind, period, status).model_dump_json()
                        yield n, str(n), answer, source, a, b, kind, status.value

    def _found(self, source: str, read: set[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], dict[str, set[str]]]]:
        """Yield, of a source, each pair of states that it was read for or tells of, and the modalities by kind."""
        nothing: dict[str, set[str]] = {}
        both = merge(self._pairs.of(source), ((pair, nothing) for pair in sorted(read)), key=itemgetter(0))
        for pair, some in groupby(both, key=itemgetter(0)):
            yield pair, {kind: modalities for _, kinds in some for kind, modalities in kinds.items()}


def _status(modalities: set[str]) -> CoverageStatus:
    if not modalities:
        return CoverageStatus.none_recorded
    return CoverageStatus.denied if modalities == {Modality.denied.value} else CoverageStatus.found
