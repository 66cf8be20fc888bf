"""What search finds each record by: its names, its summary, its passages, the names of those who take part."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.core.entries import FactEntry, PartyEntry, SystemUseEntry
from app.core.resource import Resource, names_of
from app.core.tables import Indexed
from app.kit.textindex import Document, folded
from seed.corpus import Corpus
from seed.rows import Lines, line


@dataclass(frozen=True)
class Named:
    """An entity with all that it is called, its own name first, and what describes it."""

    kind: str
    id: str
    names: list[str]
    description: str | None = None


class Texts:
    """The texts of one corpus."""

    def __init__(self, corpus: Corpus) -> None:
        """Take a corpus that was checked."""
        self.entities = list(_entities(corpus))
        states = {entity.id: entity.names for entity in self.entities if entity.kind == "country"}
        of = {entry.id: states[entry.organ_of] for entry in corpus.organizations if entry.organ_of}
        # An organ counts for its state, and is found by the state's names too.
        names = {entity.id: [*entity.names, *of.get(entity.id, [])] for entity in self.entities}
        names |= {voice.id: [voice.words] for article in corpus.articles for voice in article.head.voices}
        names |= {party.id: [party.words] for party in corpus.unknown}
        # Folded once, for they come again with fact after fact; each once, as it is spelled, to a fact.
        self._names = {id_: {name: folded(name) for name in some} for id_, some in names.items()}

    def indexed(self) -> Iterator[tuple[Lines, Document]]:
        """Yield the row and the document of every entity."""
        for n, entity in enumerate(self.entities, -len(self.entities)):
            described = [entity.description] if entity.description else []
            texts = json.dumps({"names": entity.names, "description": entity.description}, ensure_ascii=False)
            row = line(Indexed, n=n, kind=entity.kind, id=entity.id, label=entity.names[0], texts=texts)
            yield row, Document(n, (_folded(entity.names), _folded(described), (), ()))

    def document(
        self,
        n: int,
        resource: Resource,
        fact: FactEntry,
        parties: list[PartyEntry],
        uses: list[SystemUseEntry],
        *,
        quotable: bool,
    ) -> Document:
        """Return the document of a fact; words that may not be passed on are not found either."""
        linked: list[str] = [party.actor for party in parties]
        linked += [*fact.asserted_by, *(use.system for use in uses), *filter(None, [fact.place])]
        names: dict[str, str] = {}
        for id_ in linked:
            names |= self._names[id_]
        passages = _folded(evidence.exact for evidence in fact.evidence) if quotable else []
        called = _folded(names_of(resource, vars(fact)))
        return Document(n, (called, [folded(fact.summary)], passages, list(names.values())))


def _folded(texts: Iterable[str]) -> list[str]:
    return [folded(text) for text in texts]


def _entities(corpus: Corpus) -> Iterator[Named]:
    """Yield every entity, kind by kind, in order of id."""
    for country in sorted(corpus.countries, key=lambda entry: entry.id):
        codes = [code.upper() for scheme, code in country.codes() if scheme in ("iso2", "iso3")]
        yield Named("country", country.id, [*country.spellings(), *country.adjectives, *codes])
    for organization in sorted(corpus.organizations, key=lambda entry: entry.id):
        yield Named("organization", organization.id, organization.spellings())
    for person in sorted(corpus.people, key=lambda entry: entry.id):
        yield Named("person", person.id, person.spellings())
    for system in sorted(corpus.systems, key=lambda entry: entry.id):
        yield Named("system", system.id, system.spellings(), system.description)
    for place in sorted(corpus.places, key=lambda entry: entry.id):
        yield Named("place", place.id, place.spellings())
    sources = [*(article.head.source for article in corpus.articles), *(one.source for one in corpus.imported)]
    for source in sorted(sources, key=lambda source: source.id):
        yield Named("source", source.id, [source.title], source.publisher)
