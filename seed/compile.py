"""Corpus to rows: what tables will hold, answers finished, facts numbered in order of date; no release is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import chain, islice

from app.core import tables
from app.core.resource import Resource
from app.kit.textindex import Document
from seed import entities, names
from seed.beside import beside, has_room_beside
from seed.corpus import Corpus
from seed.datasets import Track, untracked
from seed.listing import Listing
from seed.making import Made, Maker
from seed.postings import Postings
from seed.rows import Lines, Rows, into, line
from seed.spool import Spool
from seed.tallies import Seen
from seed.texts import Texts
from seed.totals import Totals

# So many facts go through a load together, few enough that a pipe holds what some are made into; so many are worth a
# process that makes their rows.
RUN = 50
MANY = 5_000
_CITATION = into(tables.Citation, "id", "source", "answer")
# What rows are of, and they themselves.
Parts = Iterable[tuple[str, Rows]]


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
        self.active: set[str] = set()
        self.users: set[tuple[str, str]] = set()
        self.listing = Listing(facts)
        self.postings = Postings()
        self.dated = 0

    @contextmanager
    def rows(self) -> Iterator[tuple[Parts, Iterable[Lines]]]:
        """Give (what, rows), in an order in which foreign keys hold; and the rows of totals, which come after all."""
        with self._at_work() as (made, totals):
            yield self._parts(made), totals

    def predecessors(self) -> dict[str, list[str]]:
        """For each state, the gone states before it that take part in some fact."""
        return {
            state: found
            for state, gone in entities.predecessors(self.corpus).items()
            if (found := [one for one in gone if one in self.active])
        }

    def _at_work(self) -> AbstractContextManager[tuple[Iterable[Made], Iterable[Lines]]]:
        many = len(self.spool) >= MANY and has_room_beside()
        return beside(self._work) if many else nullcontext(self._work())

    def _work(self) -> tuple[Iterator[Made], Iterator[Lines]]:
        """Return what facts are made into, run by run; and what they all come to, for when that has been read."""
        totals = Totals(self.corpus, self.kinds)

        def runs() -> Iterator[Made]:
            in_time = ((n, *told) for n, told in enumerate(self.spool.in_time(), 1))
            while run := list(islice(in_time, RUN)):
                made, counted = self.maker.made(run)
                totals.add(counted)
                yield made

        return runs(), totals.rows()

    def _parts(self, made: Iterable[Made]) -> Iterator[tuple[str, Rows]]:
        yield "actors", entities.actors(self.known)
        yield "reference", entities.reference(self.corpus, self.known)
        yield "names", list(names.rows(self.corpus))
        yield "search", [one for pair in self.texts.indexed() for one in pair]
        yield "facts", self._facts(made)
        yield "terms", chain(self.postings.terms(), self.postings.moments(), self._users())
        yield (
            "retired ids",
            [
                line(tables.Retired, id=entry.id, reason=entry.reason, successor=entry.successor)
                for entry in self.corpus.retired
            ],
        )

    def _facts(self, runs: Iterable[Made]) -> Iterator[Lines | Document]:
        """Yield the rows of all facts, in order of date; those of a run together, and once only."""
        cited = Seen()
        for made in self.track(runs, f"facts, {RUN} at a time", -(-len(self.spool) // RUN)):
            new = [(id_, *told) for id_, told in made.citations.items() if cited.add(id_)]
            if new:
                yield _CITATION, new
            yield from ((where, rows) for where, rows in made.lines.items() if rows)
            yield from made.documents
            yield self.postings.of_facts(self.listing.filed(made.lines), made.dated)
            self.active |= made.active
            self.users |= made.users
            self.dated += made.dated
        self.spool.let_go()

    def _users(self) -> Iterator[Lines]:
        numbers = {id_: n for n, id_ in enumerate(sorted(entry.id for entry in self.corpus.systems), 1)}
        for system, country in sorted(self.users):
            yield line(tables.SystemUser, n=numbers[system], country=country)
