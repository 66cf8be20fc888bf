"""Corpus to rows: what tables will hold, answers finished, facts numbered in order of date; it touches no database."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from sqlmodel import SQLModel

from app.core import tables
from app.core.answers import CitationAnswer, FactAnswer
from app.core.entries import EvidenceEntry, FactEntry
from app.core.resource import Resource
from app.core.vocabulary import CoverageStatus, Modality, Role, Voice
from app.kit import edtf
from app.kit.textindex import Document
from app.reference.sources import Redistribution
from app.views.coverage import answer as coverage_answer
from seed import entities, names
from seed.article import Article
from seed.corpus import Corpus
from seed.texts import Texts

Rows = Sequence[SQLModel | Document]


class Compiler:
    """One corpus on its way to rows."""

    def __init__(self, corpus: Corpus, facts: tuple[Resource, ...]) -> None:
        """Take a corpus that was checked, and the kinds of fact."""
        self.corpus = corpus
        self.by_kind = {resource.kind: resource for resource in facts}
        self.kinds = [resource.kind for resource in facts]
        self.countries = {entry.id for entry in corpus.countries}
        self.organs = {entry.id: entry.organ_of for entry in corpus.organizations if entry.organ_of}
        self.known = entities.known(corpus)
        self.texts = Texts(corpus)
        self.pairs: dict[tuple[str, str], Counter[tuple[str, str, str, str]]] = defaultdict(Counter)
        self.active: set[str] = set()
        self.dated = 0

    def rows(self) -> Iterator[tuple[str, Rows]]:
        """Yield (what, rows), in an order in which foreign keys hold."""
        yield "actors", entities.actors(self.known)
        yield "reference", entities.reference(self.corpus, self.known)
        yield "names", list(names.rows(self.corpus))
        yield "search", [one for pair in self.texts.indexed() for one in pair]
        for batch in self.batches():
            yield "facts", batch
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

    def batches(self) -> Iterator[Rows]:
        """Yield the rows of all facts, in order of date; those of one fact together."""
        yield list(self._facts())

    def _facts(self) -> Iterator[SQLModel | Document]:
        in_time = sorted(self.corpus.facts(), key=lambda pair: moment(pair[1]))
        rank = {id_: number for number, id_ in enumerate(sorted(fact.id for _, fact in in_time), 1)}
        cited: set[str] = set()
        for n, (article, fact) in enumerate(in_time, 1):
            self.dated += fact.date is not None
            yield from self.fact(n, rank[fact.id], article, fact, cited)

    def fact(
        self, n: int, rank: int, article: Article, fact: FactEntry, cited: set[str]
    ) -> Iterator[SQLModel | Document]:
        """Yield the rows of fact number `n`, `rank` in order of id; `cited`: the passages that have a row already."""
        source = article.head.source.id
        quotable = article.head.source.redistribute is not Redistribution.none
        citations = [_citation(source, evidence, quotable=quotable) for evidence in fact.evidence]
        answer = self._answer(fact, citations, quotable=quotable)
        states = sorted(
            {state for party in fact.all_parties() if party.role.takes_part and (state := self.state(party.actor))}
        )
        self.active.update(states)
        earliest, latest = edtf.bounds(fact.date.edtf) if fact.date else (None, None)
        yield tables.Fact(
            n=n,
            id=fact.id,
            id_rank=rank,
            kind=fact.kind,
            modality=fact.modality,
            granularity=fact.granularity,
            voice=self._voice(fact),
            states=len(states),
            dated=fact.date is not None,
            earliest=earliest,
            latest=latest,
            place=fact.place,
            answer=answer.model_dump_json(),
        )
        yield fact.detail(n)
        yield self.texts.document(n, self.by_kind[fact.kind], fact, quotable=quotable)
        for position, party in enumerate(fact.all_parties()):
            yield tables.Party(
                n=n,
                position=position,
                actor=party.actor,
                state=self.state(party.actor),
                role=party.role,
                chosen=_chosen(fact, party.role),
            )
        for position, use in enumerate(fact.all_systems()):
            yield tables.FactSystem(
                n=n, position=position, system=use.system, role=use.role, by=use.by, by_state=self.state(use.by)
            )
        for position, voice in enumerate(fact.asserted_by):
            yield tables.FactVoice(n=n, position=position, actor=voice)
        for name, value in sorted(set(fact.filter_values())):
            yield tables.FactValue(name=name, value=value, n=n)
        yield tables.FactSource(source=source, n=n)
        for position, citation in enumerate(citations):
            if citation["id"] not in cited:
                cited.add(citation["id"])
                text = CitationAnswer.model_validate(citation, context=self.known).model_dump_json()
                yield tables.Citation(id=citation["id"], source=source, answer=text)
            yield tables.FactCitation(n=n, position=position, citation=citation["id"])
        yield from self._pairs(n, source, fact)

    def _answer(self, fact: FactEntry, citations: list[dict[str, Any]], *, quotable: bool) -> FactAnswer:
        given = fact.model_dump(exclude={"note"}) | {
            "parties": [party.model_dump() for party in fact.all_parties()],
            "systems": [use.model_dump() for use in fact.all_systems()],
            "evidence": citations,
        }
        # Here, and not format by format: what may not be passed on is in no release, and so in no export of it.
        given |= {} if quotable else fact.without_words()
        return self.by_kind[fact.kind].answer.model_validate(given, context=self.known)

    def _pairs(self, n: int, source: str, fact: FactEntry) -> Iterator[SQLModel]:
        states = {self.state(party.actor) for party in fact.all_parties() if _chosen(fact, party.role)}
        for a, b in combinations(sorted(state for state in states if state), 2):
            self.pairs[a, b][source, fact.kind, fact.modality.value, fact.granularity.value] += 1
            yield tables.Pair(a=a, b=b, n=n)

    def _voice(self, fact: FactEntry) -> Voice:
        if not fact.asserted_by:
            return Voice.source
        named = any(self.known.actors[voice]["kind"] != "unnamed" for voice in fact.asserted_by)
        return Voice.named if named else Voice.unnamed

    def _relations(self) -> Rows:
        return [
            tables.Relation(
                pair=number, a=a, b=b, source=source, kind=kind, modality=modality, granularity=granularity, count=count
            )
            for number, ((a, b), counts) in enumerate(sorted(self.pairs.items()), 1)
            for (source, kind, modality, granularity), count in sorted(counts.items())
        ]

    def _coverage(self) -> Rows:
        found: list[SQLModel] = []
        for article in sorted(self.corpus.articles, key=lambda article: article.head.source.id):
            source, scope = article.head.source.id, article.head.scope
            period = scope.period.edtf if scope.period else None
            read = set(combinations(sorted(scope.countries), 2))
            recorded = {pair for pair, counts in self.pairs.items() if any(key[0] == source for key in counts)}
            for a, b in sorted(read | recorded):
                for kind in self.kinds:
                    modalities = {key[2] for key in self.pairs.get((a, b), ()) if key[:2] == (source, kind)}
                    if not modalities and (a, b) not in read:
                        # Out of scope: said of whatever pair is asked for, so it needs no line.
                        continue
                    status = _status(modalities)
                    line = json.dumps(coverage_answer(source, a, b, kind, period, status), separators=(",", ":"))
                    n = len(found) + 1
                    found.append(
                        tables.Coverage(n=n, id=str(n), answer=line, source=source, a=a, b=b, kind=kind, status=status)
                    )
        return found


def moment(fact: FactEntry) -> tuple[bool, str, str, str]:
    """Order by the first known day, then the last; undated facts come last."""
    if fact.date is None:
        return True, "", "", fact.id
    earliest, latest = edtf.bounds(fact.date.edtf)
    return False, earliest or latest or "", latest or "", fact.id


def _chosen(fact: FactEntry, role: Role) -> bool:
    return role.takes_part or (fact.kind == "quote" and role is Role.about)


def _citation(source: str, evidence: EvidenceEntry, *, quotable: bool) -> dict[str, Any]:
    return {
        "id": f"{source}.{evidence.start}-{evidence.end}",
        "source": source,
        "exact": evidence.exact if quotable else None,
        "prefix": evidence.prefix if quotable else None,
        "suffix": evidence.suffix if quotable else None,
        "start": evidence.start,
        "end": evidence.end,
        "sha256": evidence.sha256,
    }


def _status(modalities: set[str]) -> CoverageStatus:
    if not modalities:
        return CoverageStatus.none_recorded
    return CoverageStatus.denied if modalities == {Modality.denied.value} else CoverageStatus.found
