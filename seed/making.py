"""Facts to rows: what tables hold of each, told by itself and the corpus; what hangs on others `compile` adds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from itertools import combinations
from typing import Any, NamedTuple

from app.core import tables
from app.core.answers import Estimate, Known
from app.core.entries import FactEntry
from app.core.resource import Resource
from app.core.terms import TWO_STATES
from app.core.vocabulary import Modality, Role, SystemRole, Voice
from app.kit import edtf
from app.kit.textindex import Document
from app.reference.sources import Redistribution
from seed.corpus import Corpus
from seed.counting import CountedAs, Counting
from seed.finished import Finisher
from seed.rows import Into, Values, into
from seed.tallies import Pair
from seed.texts import Texts

FACT = into(
    tables.Fact,
    *("n", "id", "id_rank", "kind", "modality", "granularity", "voice", "earliest", "latest", "place", "answer"),
)
PARTY = into(tables.Party, "n", "position", "actor", "state", "role", "chosen")
SYSTEM = into(tables.FactSystem, "n", "position", "system", "role", "by")
VOICE = into(tables.FactVoice, "n", "position", "actor")
VALUE = into(tables.FactValue, "n", "name", "value")
SOURCE = into(tables.FactSource, "n", "source")
_AMOUNT = into(tables.Amount, "n", "name", "part", "value", "estimated", "untold")
_CITATION = into(tables.FactCitation, "n", "position", "citation")


@dataclass
class Made:
    """What a run of facts gives.

    lines: their rows. citations: source and answer of each passage, by id; an earlier run may have had it.
    dated: how many of them have a date; they come first.
    active: states that take part. users: who fields a system.
    """

    lines: dict[Into, list[Values]]
    documents: list[Document] = field(default_factory=list)
    citations: dict[str, tuple[str, str]] = field(default_factory=dict)
    dated: int = 0
    active: set[str] = field(default_factory=set)
    users: set[tuple[str, str]] = field(default_factory=set)


class CountedBy(NamedTuple):
    """What a run of facts is counted by: a pair for each two states of one, a bin for each value of a filter."""

    pairs: list[Pair]
    bins: Iterable[str]


# A fact's number, its rank in order of id, its source, and what was read of it.
InTime = tuple[int, int, str, FactEntry]


class Maker:
    """Makes rows of the facts of one corpus."""

    def __init__(self, corpus: Corpus, known: Known, texts: Texts, facts: Iterable[Resource]) -> None:
        """Take a corpus that was checked, what its ids stand for, its texts, and the kinds of fact."""
        self._kinds = {resource.kind: resource for resource in facts}
        self._countries = {entry.id for entry in corpus.countries}
        self._organs = {entry.id: entry.organ_of for entry in corpus.organizations if entry.organ_of}
        self._unnamed = {id_ for id_, actor in known.actors.items() if actor["kind"] == "unnamed"}
        self._finisher = Finisher(known, self._kinds)
        self._texts = texts
        self._counting = Counting(self._kinds.values())
        sources = [*(article.head.source for article in corpus.articles), *(one.source for one in corpus.imported)]
        self._unquotable = {source.id for source in sources if source.redistribute is Redistribution.none}

    def made(self, facts: Iterable[InTime]) -> tuple[Made, CountedBy]:
        """Return what some facts give, in their order, and what they are counted by."""
        made = Made({one: [] for one in (FACT, PARTY, SYSTEM, VOICE, VALUE, SOURCE, _AMOUNT, _CITATION)})
        pairs: list[Pair] = []
        counted_as = {n: self._fact(made, pairs, n, rank, source, fact) for n, rank, source, fact in facts}
        return made, CountedBy(pairs, self._counting.bins(made.lines, counted_as))

    def _state(self, actor: str | None) -> str | None:
        """Return the country that an actor counts for: itself, or whose organ it is."""
        return actor if actor in self._countries else self._organs.get(actor or "")

    def _fact(self, made: Made, pairs: list[Pair], n: int, rank: int, source: str, fact: FactEntry) -> CountedAs:
        """Add what a fact gives, and the pairs of its states; return what it is counted as."""
        lines, resource = made.lines, self._kinds[fact.kind]
        parties, uses = fact.all_parties(), fact.all_systems()
        quotable = source not in self._unquotable
        # Here, and not format by format: what may not be passed on is in no release, and so in no export of it.
        citations: list[str] = []
        for position, evidence in enumerate(fact.evidence):
            id_ = f"{source}.{evidence.locator()}"
            citations.append(self._finisher.citation(id_, source, evidence, quotable=quotable))
            made.citations[id_] = source, citations[-1]
            lines[_CITATION].append((n, position, id_))
        said = {**fact.words(quotable=quotable), "parties": parties, "systems": uses}
        answer = self._finisher.fact(fact, said, citations)
        made.dated += fact.date is not None
        earliest, latest = edtf.bounds(fact.date.edtf) if fact.date else (None, None)
        codes = fact.kind, fact.modality.value, fact.granularity.value, self._voice(fact).value
        lines[FACT].append((n, fact.id, rank, *codes, earliest, latest, _plain(fact.place), answer))
        detail = {name: _plain(value) for name, value in fact.detail().items()}
        lines.setdefault(into(resource.row, "n", *detail), []).append((n, *detail.values()))
        made.documents.append(self._texts.document(n, resource, fact, parties, uses, quotable=quotable))
        between: set[str] = set()
        for position, party in enumerate(parties):
            state, chosen = _plain(self._state(party.actor)), _chosen(fact, party.role)
            lines[PARTY].append((n, position, _plain(party.actor), state, party.role.value, chosen))
            if state and party.role.takes_part:
                made.active.add(state)
            if state and chosen:
                between.add(state)
        for position, use in enumerate(uses):
            system, by = _plain(use.system), _plain(use.by)
            lines[SYSTEM].append((n, position, system, use.role.value, by))
            if use.role is SystemRole.fielded and fact.modality is Modality.actual and (user := self._state(by)):
                made.users.add((system, user))
        lines[VOICE] += [(n, position, _plain(actor)) for position, actor in enumerate(fact.asserted_by)]
        lines[VALUE] += [(n, name, value) for name, value in sorted(set(fact.filter_values()))]
        lines[SOURCE].append((n, source))
        lines[_AMOUNT] += [(n, name, part, *_added(numbers)) for name, part, numbers in fact.amounts()]
        kind, modality, granularity, _ = codes
        several = len(between) > TWO_STATES
        pairs += [(a, b, source, kind, modality, granularity, several) for a, b in combinations(sorted(between), 2)]
        return kind, modality, source, granularity

    def _voice(self, fact: FactEntry) -> Voice:
        if not fact.asserted_by:
            return Voice.source
        return Voice.unnamed if self._unnamed.issuperset(fact.asserted_by) else Voice.named


def _plain(value: Any) -> Any:
    """Return a code, or an id of a class of its own, as a plain text: it goes from process to process much faster."""
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, str) else value


def _added(numbers: list[Estimate]) -> tuple[int, int, int]:
    return (
        sum(one.value for one in numbers),
        sum(one.value for one in numbers if one.is_estimate),
        sum(one.value for one in numbers if one.is_estimate is None),
    )


def _chosen(fact: FactEntry, role: Role) -> bool:
    return role.takes_part or (fact.kind == "quote" and role is Role.about)
