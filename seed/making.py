"""Facts to rows: what tables hold of each, told by itself and the corpus; what hangs on others `compile` adds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from itertools import combinations
from typing import Any, NamedTuple

from app.core import tables, terms
from app.core.answers import Estimate, Known
from app.core.entries import FactEntry
from app.core.resource import Resource
from app.core.vocabulary import Modality, Role, SystemRole, Voice
from app.kit import edtf
from app.kit.parameters import Term
from app.kit.textindex import Document
from app.reference.sources import Redistribution
from seed.corpus import Corpus
from seed.counting import CountedAs, Counting
from seed.finished import Finisher
from seed.rows import Into, Values, into
from seed.tallies import Pair
from seed.texts import Texts

_FACT = into(
    tables.Fact,
    *("n", "id", "id_rank", "kind", "modality", "granularity", "voice", "earliest", "latest", "place", "answer"),
)
_PARTY = into(tables.Party, "n", "position", "actor", "state", "role", "chosen")
_SYSTEM = into(tables.FactSystem, "n", "position", "system", "role", "by")
_VOICE = into(tables.FactVoice, "n", "position", "actor")
_VALUE = into(tables.FactValue, "n", "name", "value")
_SOURCE = into(tables.FactSource, "n", "source")
_AMOUNT = into(tables.Amount, "n", "name", "part", "value", "estimated", "untold")
_CITATION = into(tables.FactCitation, "n", "position", "citation")


class Filed(NamedTuple):
    """A fact as it is put into lists: `bounds` of its date, None if it has none."""

    n: int
    rank: int
    kind: str
    modality: str
    bounds: tuple[str | None, str | None] | None
    terms: list[Term]


@dataclass
class Made:
    """What a run of facts gives.

    lines: their rows. citations: source and answer of each passage, by id; an earlier run may have had it.
    active: states that take part. users: who fields a system.
    """

    lines: dict[Into, list[Values]]
    documents: list[Document] = field(default_factory=list)
    citations: dict[str, tuple[str, str]] = field(default_factory=dict)
    filed: list[Filed] = field(default_factory=list)
    active: set[str] = field(default_factory=set)
    users: set[tuple[str, str]] = field(default_factory=set)


class Counted(NamedTuple):
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
        self._columns = {
            kind: [(one.name, one.column) for one in resource.parameters if one.column]
            for kind, resource in self._kinds.items()
        }
        self._countries = {entry.id for entry in corpus.countries}
        self._organs = {entry.id: entry.organ_of for entry in corpus.organizations if entry.organ_of}
        self._unnamed = {id_ for id_, actor in known.actors.items() if actor["kind"] == "unnamed"}
        self._finisher = Finisher(known, self._kinds)
        self._texts = texts
        self._counting = Counting(self._kinds.values())
        # The same come again with fact after fact.
        self._party_told = cache(self._party)
        sources = [*(article.head.source for article in corpus.articles), *(one.source for one in corpus.imported)]
        self._unquotable = {source.id for source in sources if source.redistribute is Redistribution.none}

    def made(self, facts: Iterable[InTime]) -> tuple[Made, Counted]:
        """Return what some facts give, in their order, and what they are counted by."""
        made = Made({one: [] for one in (_FACT, _PARTY, _SYSTEM, _VOICE, _VALUE, _SOURCE, _AMOUNT, _CITATION)})
        pairs: list[Pair] = []
        counted_as = {n: self._fact(made, pairs, n, rank, source, fact) for n, rank, source, fact in facts}
        return made, Counted(pairs, self._counting.bins(made.lines, counted_as))

    def _state(self, actor: str | None) -> str | None:
        """Return the country that an actor counts for: itself, or whose organ it is."""
        return actor if actor in self._countries else self._organs.get(actor or "")

    def _party(self, actor: str, role: Role, chosen: bool) -> terms.PartyTold:
        return terms.PartyTold(_plain(actor), _plain(self._state(actor)), role, chosen)

    def _fact(self, made: Made, pairs: list[Pair], n: int, rank: int, source: str, fact: FactEntry) -> CountedAs:
        """Add what a fact gives, and the pairs of its states; return what it is counted as."""
        lines, resource = made.lines, self._kinds[fact.kind]
        parties, uses = fact.all_parties(), fact.all_systems()
        place, voices = _plain(fact.place), [_plain(actor) for actor in fact.asserted_by]
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
        bounds = edtf.bounds(fact.date.edtf) if fact.date else None
        codes = fact.kind, fact.modality.value, fact.granularity.value, self._voice(fact).value
        lines[_FACT].append((n, fact.id, rank, *codes, *(bounds or (None, None)), place, answer))
        detail = {name: _plain(value) for name, value in fact.detail().items()}
        lines.setdefault(into(resource.row, "n", *detail), []).append((n, *detail.values()))
        made.documents.append(self._texts.document(n, resource, fact, parties, uses, quotable=quotable))
        told = [self._party_told(party.actor, party.role, _chosen(fact, party.role)) for party in parties]
        for position, one in enumerate(told):
            lines[_PARTY].append((n, position, one.actor, one.state, one.role.value, one.chosen))
            if one.state and one.role.takes_part:
                made.active.add(one.state)
        systems = [(_plain(use.system), use.role, _plain(use.by)) for use in uses]
        for position, (system, role, by) in enumerate(systems):
            lines[_SYSTEM].append((n, position, system, role.value, by))
            if role is SystemRole.fielded and fact.modality is Modality.actual and (user := self._state(by)):
                made.users.add((system, user))
        values = sorted(set(fact.filter_values()))
        lines[_VOICE] += [(n, position, actor) for position, actor in enumerate(voices)]
        lines[_VALUE] += [(n, name, value) for name, value in values]
        lines[_SOURCE].append((n, source))
        lines[_AMOUNT] += [(n, name, part, *_added(numbers)) for name, part, numbers in fact.amounts()]
        kind, modality, granularity, voice = codes
        chosen = sorted({one.state for one in told if one.state and one.chosen})
        for a, b in combinations(chosen, 2):
            pairs.append((a, b, source, kind, modality, granularity, len(chosen) > terms.TWO_STATES))
        listed = [
            *terms.of_parties(told, resource.direction),
            *terms.of_systems((system, role) for system, role, _ in systems),
            *terms.envelope("place", [place] if place else []),
            *terms.envelope("source", [source]),
            *terms.envelope("asserted_by", voices),
            *terms.envelope("voice", [voice]),
            *terms.envelope("granularity", [granularity]),
            *terms.begun(bounds[0] if bounds and not resource.years else None),
            *(term for name, value in values for term in terms.own(name, [value])),
            *(
                term
                for name, column in self._columns[kind]
                if (value := detail[column]) is not None
                for term in terms.own(name, [value])
            ),
        ]
        made.filed.append(Filed(n, rank, kind, modality, bounds, listed))
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
