"""Corpus to rows: what tables will hold, answers finished, facts numbered in order of date; it touches no database."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from sqlmodel import SQLModel

from app.core import tables, terms
from app.core.answers import Estimate, FactAnswer
from app.core.entries import EvidenceEntry, FactEntry, PartyEntry, SystemUseEntry
from app.core.resource import Resource
from app.core.vocabulary import CoverageStatus, Modality, Role, SystemRole, Voice
from app.kit import edtf
from app.kit.textindex import Document
from app.reference.sources import Redistribution
from app.views.coverage import answer as coverage_answer
from seed import entities, names
from seed.corpus import Corpus
from seed.datasets import Track, untracked
from seed.postings import Postings
from seed.spool import Spool
from seed.texts import Texts

# A row as its columns' values: making a table's object of each would take half of the time of a load.
Line = tuple[type[SQLModel], dict[str, Any]]
Rows = Iterable[SQLModel | Line | Document]


class Compiler:
    """One corpus on its way to rows."""

    def __init__(
        self, corpus: Corpus, facts: tuple[Resource, ...], spool: Spool | None, track: Track = untracked
    ) -> None:
        """Take a corpus that was checked, the kinds of fact, and the facts, of data sets too."""
        self.corpus = corpus
        self.spool = spool
        self.track = track
        self.by_kind = {resource.kind: resource for resource in facts}
        self.kinds = [resource.kind for resource in facts]
        self.countries = {entry.id for entry in corpus.countries}
        self.organs = {entry.id: entry.organ_of for entry in corpus.organizations if entry.organ_of}
        self.known = entities.known(corpus)
        self.texts = Texts(corpus)
        sources = [*(article.head.source for article in corpus.articles), *(one.source for one in corpus.imported)]
        self.unquotable = {source.id for source in sources if source.redistribute is Redistribution.none}
        self.pairs: dict[tuple[str, str], Counter[tuple[str, str, str, str, bool]]] = defaultdict(Counter)
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
        yield "terms", [*self.postings.terms(), *self.postings.moments(), *self._users()]
        yield "relations", self._relations()
        yield "coverage", self._coverage()
        yield (
            "retired ids",
            [
                tables.Retired(id=entry.id, reason=entry.reason, successor=entry.successor)
                for entry in self.corpus.retired
            ],
        )

    def state(self, actor: str | None) -> str | None:
        """Return the country that an actor counts for: itself, or whose organ it is."""
        return actor if actor in self.countries else self.organs.get(actor or "")

    def predecessors(self) -> dict[str, list[str]]:
        """For each state, the gone states before it that take part in some fact."""
        return {
            state: found
            for state, gone in entities.predecessors(self.corpus).items()
            if (found := [one for one in gone if one in self.active])
        }

    def in_time(self) -> Iterator[tuple[int, str, FactEntry]]:
        """Yield (rank in order of id, source, fact), in order of date."""
        return iter(()) if self.spool is None else self.spool.in_time()

    def facts(self) -> Iterator[Line | Document]:
        """Yield the rows of all facts, in order of date; those of one fact together."""
        cited: set[str] = set()
        total = None if self.spool is None else len(self.spool)
        for n, (rank, source, fact) in enumerate(self.track(self.in_time(), "facts", total), 1):
            self.dated += fact.date is not None
            yield from self._fact(n, rank, source, fact, cited)

    def _fact(self, n: int, rank: int, source: str, fact: FactEntry, cited: set[str]) -> Iterator[Line | Document]:
        parties, uses = fact.all_parties(), fact.all_systems()
        answer = self._answer(source, fact, parties, uses)
        states = {state for party in parties if party.role.takes_part and (state := self.state(party.actor))}
        self.active |= states
        earliest, latest = edtf.bounds(fact.date.edtf) if fact.date else (None, None)
        voice = self._voice(fact)
        yield _line(
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
            answer=answer.model_dump_json(),
        )
        detail = fact.detail(n)
        yield type(detail), dict(detail)
        yield self.texts.document(n, self.by_kind[fact.kind], fact, quotable=source not in self.unquotable)
        told = [
            terms.PartyTold(party.actor, self.state(party.actor), party.role, _chosen(fact, party.role))
            for party in parties
        ]
        for position, one in enumerate(told):
            yield _line(tables.Party, n=n, position=position, **vars(one))
        for position, use in enumerate(uses):
            yield _line(
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
            yield _line(tables.FactVoice, n=n, position=position, actor=actor)
        values = sorted(set(fact.filter_values()))
        for name, value in values:
            yield _line(tables.FactValue, n=n, name=name, value=value)
        yield _line(tables.FactSource, n=n, source=source)
        for name, part, numbers in fact.amounts():
            yield _line(tables.Amount, n=n, name=name, part=part, **_added(numbers))
        for position, citation in enumerate(answer.evidence):
            if citation.id not in cited:
                cited.add(citation.id)
                yield _line(tables.Citation, id=citation.id, source=source, answer=citation.model_dump_json())
            yield _line(tables.FactCitation, n=n, position=position, citation=citation.id)
        chosen = sorted({one.state for one in told if one.state and one.chosen})
        counted = source, fact.kind, fact.modality.value, fact.granularity.value, len(chosen) > terms.TWO_STATES
        for pair in combinations(chosen, 2):
            self.pairs[pair][counted] += 1
        listed = {
            *terms.of_parties(told),
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
                for parameter in self.by_kind[fact.kind].parameters
                if parameter.column and (value := getattr(detail, parameter.column)) is not None
                for term in terms.own(parameter.name, [value])
            ),
        }
        yield from self.postings.of_fact(n, fact, listed)

    def _answer(
        self, source: str, fact: FactEntry, parties: list[PartyEntry], uses: list[SystemUseEntry]
    ) -> FactAnswer:
        quotable = source not in self.unquotable
        given = fact.model_dump(exclude={"note", "parties", "systems", "evidence"}) | {
            "parties": [party.model_dump() for party in parties],
            "systems": [use.model_dump() for use in uses],
            "evidence": [_citation(source, evidence, quotable=quotable) for evidence in fact.evidence],
        }
        # Here, and not format by format: what may not be passed on is in no release, and so in no export of it.
        given |= {} if quotable else fact.without_words()
        return self.by_kind[fact.kind].answer.model_validate(given, context=self.known)

    def _voice(self, fact: FactEntry) -> Voice:
        if not fact.asserted_by:
            return Voice.source
        named = any(self.known.actors[voice]["kind"] != "unnamed" for voice in fact.asserted_by)
        return Voice.named if named else Voice.unnamed

    def _users(self) -> Iterator[Line]:
        numbers = {id_: n for n, id_ in enumerate(sorted(entry.id for entry in self.corpus.systems), 1)}
        for system, country in sorted(self.users):
            yield _line(tables.SystemUser, n=numbers[system], country=country)

    def _relations(self) -> Iterator[Line]:
        key = ("source", "kind", "modality", "granularity", "multilateral")
        for number, (pair, counts) in enumerate(sorted(self.pairs.items()), 1):
            for counted, count in sorted(counts.items()):
                told = dict(zip(key, counted, strict=True))
                yield _line(tables.Relation, pair=number, a=pair[0], b=pair[1], count=count, **told)

    def _read(self) -> Iterator[tuple[str, list[str], str | None]]:
        """Yield (source, the states of which every pair has a line, the years that it can speak of)."""
        for article in self.corpus.articles:
            scope = article.head.scope
            yield article.head.source.id, sorted(scope.countries), scope.period.edtf if scope.period else None
        for one in self.corpus.imported:
            # Of a data set only what it records has a line: on all other pairs it says by its scope what it is silent
            # on, when it is asked; lines for every pair of states would be more than the facts.
            yield one.source.id, [], one.scope.period

    def _coverage(self) -> Rows:
        found: list[SQLModel] = []
        for source, countries, period in sorted(self._read()):
            read = set(combinations(countries, 2))
            recorded = {pair for pair, counts in self.pairs.items() if any(key[0] == source for key in counts)}
            for a, b in sorted(read | recorded):
                for kind in self.kinds:
                    modalities = {key[2] for key in self.pairs.get((a, b), ()) if key[:2] == (source, kind)}
                    if not modalities and (a, b) not in read:
                        # Said of whatever pair is asked for, so it needs no line.
                        continue
                    status = _status(modalities)
                    line = json.dumps(coverage_answer(source, a, b, kind, period, status), separators=(",", ":"))
                    n = len(found) + 1
                    found.append(
                        tables.Coverage(n=n, id=str(n), answer=line, source=source, a=a, b=b, kind=kind, status=status)
                    )
        return found


def _added(numbers: list[Estimate]) -> dict[str, int]:
    return {
        "value": sum(one.value for one in numbers),
        "estimated": sum(one.value for one in numbers if one.is_estimate),
        "untold": sum(one.value for one in numbers if one.is_estimate is None),
    }


def _line(table: type[SQLModel], **columns: Any) -> Line:
    return table, columns


def _chosen(fact: FactEntry, role: Role) -> bool:
    return role.takes_part or (fact.kind == "quote" and role is Role.about)


def _citation(source: str, evidence: EvidenceEntry, *, quotable: bool) -> dict[str, Any]:
    return {
        "id": f"{source}.{evidence.locator()}",
        "source": source,
        "selector": evidence.selector(),
        "exact": evidence.exact if quotable else None,
        "prefix": evidence.prefix if quotable else None,
        "suffix": evidence.suffix if quotable else None,
        "start": evidence.start,
        "end": None if evidence.start is None else evidence.span[1],
        "fragment": evidence.fragment,
        "file": evidence.file,
        "xpath": evidence.xpath,
        "sha256": evidence.sha256,
    }


def _status(modalities: set[str]) -> CoverageStatus:
    if not modalities:
        return CoverageStatus.none_recorded
    return CoverageStatus.denied if modalities == {Modality.denied.value} else CoverageStatus.found
