"""What search finds each record by: its names, its summary, its passages, the names of those who take part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from app.core.entries import FactEntry
from app.core.resource import Resource, names_of
from app.core.tables import Indexed
from app.kit.textindex import Document
from seed.corpus import Corpus


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
        self._names = {entity.id: [*entity.names, *of.get(entity.id, [])] for entity in self.entities}
        self._names |= {voice.id: [voice.words] for article in corpus.articles for voice in article.head.voices}
        self._names |= {party.id: [party.words] for party in corpus.unknown}

    def indexed(self) -> Iterator[tuple[Indexed, Document]]:
        """Yield the row and the document of every entity."""
        for n, entity in enumerate(self.entities, -len(self.entities)):
            described = [entity.description] if entity.description else []
            texts = json.dumps({"names": entity.names, "description": entity.description}, ensure_ascii=False)
            row = Indexed(n=n, kind=entity.kind, id=entity.id, label=entity.names[0], texts=texts)
            yield row, Document(n, (entity.names, described, (), ()))

    def document(self, n: int, resource: Resource, fact: FactEntry, *, quotable: bool) -> Document:
        """Return the document of a fact; words that may not be passed on are not found either."""
        linked = [party.actor for party in fact.all_parties()]
        linked += [*fact.asserted_by, *(use.system for use in fact.all_systems()), *filter(None, [fact.place])]
        names = [name for id_ in dict.fromkeys(linked) for name in self._names[id_]]
        passages = [evidence.exact for evidence in fact.evidence] if quotable else []
        return Document(n, (names_of(resource, vars(fact)), [fact.summary], passages, list(dict.fromkeys(names))))


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
