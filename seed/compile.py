"""Corpus to rows: what tables will hold, answers finished, facts numbered in order of date; it touches no database."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from heapq import merge
from itertools import chain, combinations, groupby
from operator import itemgetter

from app.core import tables, terms
from app.core.answers import Estimate
from app.core.entries import FactEntry
from app.core.resource import Resource
from app.core.vocabulary import CoverageStatus, Modality, Role, SystemRole, Voice
from app.kit import edtf
from app.kit.textindex import Document
from app.reference.sources import Redistribution
from app.views.coverage import answer as coverage_answer
from seed import entities, names
from seed.corpus import Corpus
from seed.datasets import Track, untracked
from seed.finished import Finisher
from seed.postings import Postings
from seed.rows import Lines, Rows, line
from seed.spool import Spool
from seed.tallies import Seen, Tally
from seed.texts import Texts


class Compiler:
    """One corpus on its way to rows."""

    def __init__(self, corpus: Corpus, facts: tuple[Resource, ...], spool: Spool, track: Track = untracked) -> None:
        """Take a corpus that was checked, the kinds of fact, and the facts, of data sets too."""
        self.corpus = corpus
        self.spool = spool
        self.track = track
        self.by_kind = {resource.kind: resource for resource in facts}
        self.kinds = [resource.kind for resource in facts]
        self.columns = {
            resource.kind: [(one.name, one.column) for one in resource.parameters if one.column] for resource in facts
        }
        self.countries = {entry.id for entry in corpus.countries}
        self.organs = {entry.id: entry.organ_of for entry in corpus.organizations if entry.organ_of}
        self.known = entities.known(corpus)
        self.finisher = Finisher(self.known, self.by_kind)
        self.texts = Texts(corpus)
        sources = [*(article.head.source for article in corpus.articles), *(one.source for one in corpus.imported)]
        self.unquotable = {source.id for source in sources if source.redistribute is Redistribution.none}
        self.pairs = Tally()
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
        yield "relations", self._relations()
        yield "coverage", self._coverage()
        yield (
            "retired ids",
            [
                line(tables.Retired, id=entry.id, reason=entry.reason, successor=entry.successor)
                for entry in self.corpus.retired
            ],
        )

    def state(self, actor: str | None) -> str | None:
        """Return the country that an actor counts for: itself, or whose organ it is."""
        return actor if actor in self.countries else self.organs.get(actor or "")

    @cache  # noqa: B019  # a compiler lives as long as its load
    def _told(self, actor: str, role: Role, chosen: bool) -> terms.PartyTold:
        return terms.PartyTold(actor, self.state(actor), role, chosen)

    def predecessors(self) -> dict[str, list[str]]:
        """For each state, the gone states before it that take part in some fact."""
        return {
            state: found
            for state, gone in entities.predecessors(self.corpus).items()
            if (found := [one for one in gone if one in self.active])
        }

    def facts(self) -> Iterator[Lines | Document]:
        """Yield the rows of all facts, in order of date; those of one fact together."""
        cited = Seen()
        for n, (rank, source, fact) in enumerate(self.track(self.spool.in_time(), "facts", len(self.spool)), 1):
            self.dated += fact.date is not None
            yield from self._fact(n, rank, source, fact, cited)

    def _fact(self, n: int, rank: int, source: str, fact: FactEntry, cited: Seen) -> Iterator[Lines | Document]:
        parties, uses = fact.all_parties(), fact.all_systems()
        quotable = source not in self.unquotable
        # Here, and not format by format: what may not be passed on is in no release, and so in no export of it.
        passages = [(f"{source}.{one.locator()}", one) for one in fact.evidence]
        citations = [self.finisher.citation(id_, source, one, quotable=quotable) for id_, one in passages]
        told = {**fact.words(quotable=quotable), "parties": parties, "systems": uses}
        parties_told = [self._told(party.actor, party.role, _chosen(fact, party.role)) for party in parties]
        self.active.update(one.state for one in parties_told if one.state and one.role.takes_part)
        earliest, latest = edtf.bounds(fact.date.edtf) if fact.date else (None, None)
        voice = self._voice(fact)
        yield line(
            tables.Fact,
            n=n,
            id=fact.id,
            id_rank=rank,
            kind=fact.kind,
            modality=fact.modality,
            granularity=fact.granularity,
            voice=voice,
            earliest=earliest,
            latest=latest,
            place=fact.place,
            answer=self.finisher.fact(fact, told, citations),
        )
        resource = self.by_kind[fact.kind]
        detail = fact.detail()
        yield line(resource.row, n=n, **detail)
        yield self.texts.document(n, resource, fact, parties, uses, quotable=quotable)
        for position, one in enumerate(parties_told):
            yield line(tables.Party, n=n, position=position, **vars(one))
        for position, use in enumerate(uses):
            yield line(
                tables.FactSystem,
                n=n,
                position=position,
                system=use.system,
                role=use.role,
                by=use.by,
            )
            if use.role is SystemRole.fielded and fact.modality is Modality.actual and (user := self.state(use.by)):
                self.users.add((use.system, user))
        for position, actor in enumerate(fact.asserted_by):
            yield line(tables.FactVoice, n=n, position=position, actor=actor)
        values = sorted(set(fact.filter_values()))
        for name, value in values:
            yield line(tables.FactValue, n=n, name=name, value=value)
        yield line(tables.FactSource, n=n, source=source)
        for name, part, numbers in fact.amounts():
            yield line(tables.Amount, n=n, name=name, part=part, **_added(numbers))
        for position, ((id_, _), citation) in enumerate(zip(passages, citations, strict=True)):
            if cited.add(id_):
                yield line(tables.Citation, id=id_, source=source, answer=citation)
            yield line(tables.FactCitation, n=n, position=position, citation=id_)
        chosen = sorted({one.state for one in parties_told if one.state and one.chosen})
        many = len(chosen) > terms.TWO_STATES
        for a, b in combinations(chosen, 2):
            self.pairs.add((a, b, source, fact.kind, fact.modality.value, fact.granularity.value, many))
        listed = [
            *terms.of_parties(parties_told, resource.direction),
            *terms.of_systems((use.system, use.role) for use in uses),
            *terms.envelope("place", [fact.place] if fact.place else []),
            *terms.envelope("source", [source]),
            *terms.envelope("asserted_by", fact.asserted_by),
            *terms.envelope("voice", [voice.value]),
            *terms.envelope("granularity", [fact.granularity.value]),
            *terms.begun(None if self.by_kind[fact.kind].years else earliest),
            *(term for name, value in values for term in terms.own(name, [value])),
            *(
                term
                for name, column in self.columns[fact.kind]
                if (value := detail[column]) is not None
                for term in terms.own(name, [value])
            ),
        ]
        yield self.postings.of_fact(n, rank, fact, listed)

    def _voice(self, fact: FactEntry) -> Voice:
        if not fact.asserted_by:
            return Voice.source
        named = any(self.known.actors[voice]["kind"] != "unnamed" for voice in fact.asserted_by)
        return Voice.named if named else Voice.unnamed

    def _users(self) -> Iterator[Lines]:
        numbers = {id_: n for n, id_ in enumerate(sorted(entry.id for entry in self.corpus.systems), 1)}
        for system, country in sorted(self.users):
            yield line(tables.SystemUser, n=numbers[system], country=country)

    def _relations(self) -> Iterator[Lines]:
        number, pair = 0, ("", "")
        for (a, b, source, kind, modality, granularity, many), count in self.pairs.counts():
            if (a, b) != pair:
                number, pair = number + 1, (a, b)
            yield line(
                tables.Relation,
                pair=number,
                a=a,
                b=b,
                source=source,
                kind=kind,
                modality=modality,
                granularity=granularity,
                multilateral=many,
                count=count,
            )

    def _read(self) -> Iterator[tuple[str, list[str], str | None]]:
        """Yield (source, the states of which every pair has a line, the years that it can speak of)."""
        for article in self.corpus.articles:
            scope = article.head.scope
            yield article.head.source.id, sorted(scope.countries), scope.period.edtf if scope.period else None
        for one in self.corpus.imported:
            # Of a data set only what it records has a line: on all other pairs it says by its scope what it is silent
            # on, when it is asked; lines for every pair of states would be more than the facts.
            yield one.source.id, [], one.scope.period

    def _coverage(self) -> Iterator[Lines]:
        n = 0
        for source, countries, period in sorted(self._read()):
            read = set(combinations(countries, 2))
            for (a, b), modalities in self._found(source, read):
                for kind in self.kinds:
                    # The rest is said of whatever pair is asked for, so it needs no line.
                    if kind in modalities or (a, b) in read:
                        n += 1
                        status = _status(modalities.get(kind, set()))
                        yield line(
                            tables.Coverage,
                            n=n,
                            id=str(n),
                            answer=coverage_answer(source, a, b, kind, period, status).model_dump_json(),
                            source=source,
                            a=a,
                            b=b,
                            kind=kind,
                            status=status,
                        )

    def _found(self, source: str, read: set[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], dict[str, set[str]]]]:
        """Yield, of a source, each pair of states that it was read for or tells of, and the modalities by kind."""
        nothing: dict[str, set[str]] = {}
        both = merge(self.pairs.of(source), ((pair, nothing) for pair in sorted(read)), key=itemgetter(0))
        for pair, some in groupby(both, key=itemgetter(0)):
            yield pair, {kind: modalities for _, kinds in some for kind, modalities in kinds.items()}


def _added(numbers: list[Estimate]) -> dict[str, int]:
    return {
        "value": sum(one.value for one in numbers),
        "estimated": sum(one.value for one in numbers if one.is_estimate),
        "untold": sum(one.value for one in numbers if one.is_estimate is None),
    }


def _chosen(fact: FactEntry, role: Role) -> bool:
    return role.takes_part or (fact.kind == "quote" and role is Role.about)


def _status(modalities: set[str]) -> CoverageStatus:
    if not modalities:
        return CoverageStatus.none_recorded
    return CoverageStatus.denied if modalities == {Modality.denied.value} else CoverageStatus.found
