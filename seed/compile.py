"""Corpus to rows: what tables will hold, answers finished, facts numbered in order of date; no release is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import chain, combinations, groupby, islice
from operator import itemgetter

from app.core import tables
from app.core.listed import Counted
from app.core.resource import Resource
from app.core.vocabulary import CoverageStatus, Modality
from app.kit.textindex import Document
from app.views.coverage import answer as coverage_answer
from seed import entities, names
from seed.beside import beside, has_room_beside
from seed.corpus import Corpus
from seed.datasets import Track, untracked
from seed.making import Made, Maker
from seed.postings import Postings
from seed.rows import Lines, Rows, Values, into, line, lines
from seed.spool import Spool
from seed.tallies import Bins, Pairs, Seen
from seed.texts import Texts

# So many facts go through a load together; so many are worth a process that makes their rows.
RUN = 250
MANY = 5_000
_COUNTED = into(Counted, "parameter", "value", "kind", "modality", "source", "count", "aggregates")
_RELATION = into(
    tables.Relation, "pair", "a", "b", "source", "kind", "modality", "granularity", "multilateral", "count"
)
_COVERAGE = into(tables.Coverage, "n", "id", "answer", "source", "a", "b", "kind", "status")
_CITATION = into(tables.Citation, "id", "source", "answer")


class Compiler:
    """One corpus on its way to rows."""

    def __init__(self, corpus: Corpus, facts: tuple[Resource, ...], spool: Spool, track: Track = untracked) -> None:
        """Take a corpus that was checked, the kinds of fact, and the facts, of data sets too."""
        self.corpus = corpus
        self.spool = spool
        self.track = track
        self.by_kind = {resource.kind: resource for resource in facts}
        self.kinds = [resource.kind for resource in facts]
        self.known = entities.known(corpus)
        self.texts = Texts(corpus)
        self.maker = Maker(corpus, self.known, self.texts, facts)
        self.pairs = Pairs()
        self.counts = Bins()
        self.active: set[str] = set()
        self.users: set[tuple[str, str]] = set()
        self.postings = Postings()
        self.dated = 0

    def rows(self) -> Iterator[tuple[str, Rows]]:
        """Yield (what, rows), in an order in which foreign keys hold."""
        yield "actors", entities.actors(self.known)
        yield "reference", entities.reference(self.corpus, self.known)
        yield "names", list(names.rows(self.corpus))
        yield "search", [one for pair in self.texts.indexed() for one in pair]
        yield "facts", self.facts()
        yield "terms", chain(self.postings.terms(), self.postings.moments(), self._users())
        yield "counts", lines(_COUNTED, self.counts.apart())
        yield "relations", lines(_RELATION, self._relations())
        yield "coverage", lines(_COVERAGE, self._coverage())
        yield (
            "retired ids",
            [
                line(tables.Retired, id=entry.id, reason=entry.reason, successor=entry.successor)
                for entry in self.corpus.retired
            ],
        )

    def predecessors(self) -> dict[str, list[str]]:
        """For each state, the gone states before it that take part in some fact."""
        return {
            state: found
            for state, gone in entities.predecessors(self.corpus).items()
            if (found := [one for one in gone if one in self.active])
        }

    def facts(self) -> Iterator[Lines | Document]:
        """Yield the rows of all facts, in order of date; those of some hundred facts together, and once only."""
        cited = Seen()
        for made in self._made():
            new = [(id_, *told) for id_, told in made.citations.items() if cited.add(id_)]
            if new:
                yield _CITATION, new
            yield from ((where, rows) for where, rows in made.lines.items() if rows)
            yield from made.documents
            yield self.postings.of_facts(made.filed)
            self.pairs.add(made.pairs)
            self.counts.add(made.bins)
            self.active |= made.active
            self.users |= made.users
            self.dated += sum(one.bounds is not None for one in made.filed)
        self.spool.let_go()

    def _made(self) -> Iterable[Made]:
        number = len(self.spool)
        runs = beside(self._runs) if number >= MANY and has_room_beside() else self._runs()
        return self.track(runs, f"facts, {RUN} at a time", -(-number // RUN))

    def _runs(self) -> Iterator[Made]:
        in_time = ((n, *told) for n, told in enumerate(self.spool.in_time(), 1))
        while run := list(islice(in_time, RUN)):
            yield self.maker.made(run)

    def _users(self) -> Iterator[Lines]:
        numbers = {id_: n for n, id_ in enumerate(sorted(entry.id for entry in self.corpus.systems), 1)}
        for system, country in sorted(self.users):
            yield line(tables.SystemUser, n=numbers[system], country=country)

    def _relations(self) -> Iterator[Values]:
        number, pair = 0, ("", "")
        for key, count in self.pairs.counts():
            if key[:2] != pair:
                number, pair = number + 1, key[:2]
            yield number, *key, count

    def _read(self) -> Iterator[tuple[str, list[str], str | None]]:
        """Yield (source, the states of which every pair has a line, the years that it can speak of)."""
        for article in self.corpus.articles:
            scope = article.head.scope
            yield article.head.source.id, sorted(scope.countries), scope.period.edtf if scope.period else None
        for one in self.corpus.imported:
            # Of a data set only what it records has a line: on all other pairs it says by its scope what it is silent
            # on, when it is asked; lines for every pair of states would be more than the facts.
            yield one.source.id, [], one.scope.period

    def _coverage(self) -> Iterator[Values]:
        n = 0
        for source, countries, period in sorted(self._read()):
            read = set(combinations(countries, 2))
            for (a, b), modalities in self._found(source, read):
                for kind in self.kinds:
                    # The rest is said of whatever pair is asked for, so it needs no line.
                    if kind in modalities or (a, b) in read:
                        n += 1
                        status = _status(modalities.get(kind, set()))
                        answer = coverage_answer(source, a, b, kind, period, status).model_dump_json()
                        yield n, str(n), answer, source, a, b, kind, status.value

    def _found(self, source: str, read: set[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], dict[str, set[str]]]]:
        """Yield, of a source, each pair of states that it was read for or tells of, and the modalities by kind."""
        nothing: dict[str, set[str]] = {}
        both = merge(self.pairs.of(source), ((pair, nothing) for pair in sorted(read)), key=itemgetter(0))
        for pair, some in groupby(both, key=itemgetter(0)):
            yield pair, {kind: modalities for _, kinds in some for kind, modalities in kinds.items()}


def _status(modalities: set[str]) -> CoverageStatus:
    if not modalities:
        return CoverageStatus.none_recorded
    return CoverageStatus.denied if modalities == {Modality.denied.value} else CoverageStatus.found
