"""Entities to rows: actors, countries, organizations, people, systems, places, sources, with finished answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from app.core import tables
from app.core.answers import EntityAnswer, Known
from app.core.scope import Scope
from app.reference.organizations import OrganizationAnswer
from app.reference.people import PersonAnswer
from app.reference.places import PlaceDetailAnswer
from app.reference.sources import SourceDetailAnswer, SourceEntry
from app.reference.systems import SystemDetailAnswer
from seed.corpus import Corpus
from seed.rows import Lines, line


def known(corpus: Corpus) -> Known:
    """Return what every id stands for inside a fact's answer."""
    actors: list[tuple[str, str, str]] = [
        *((entry.id, "country", entry.name) for entry in corpus.countries),
        *((entry.id, "organization", entry.name) for entry in corpus.organizations),
        *((entry.id, "person", entry.name) for entry in corpus.people),
        *((voice.id, "unnamed", voice.words) for article in corpus.articles for voice in article.head.voices),
    ]
    actors += [(one.id, "unknown", one.words) for one in corpus.unknown]
    sources = [*(article.head.source for article in corpus.articles), *(one.source for one in corpus.imported)]
    return Known(
        actors={id_: {"id": id_, "kind": kind, "name": name} for id_, kind, name in actors},
        systems={
            entry.id: {"id": entry.id, "name": entry.name, "category": entry.category} for entry in corpus.systems
        },
        places={entry.id: {"id": entry.id, "name": entry.name} for entry in corpus.places},
        sources={
            entry.id: {"id": entry.id, "title": entry.title, "publisher": entry.publisher, "url": entry.url}
            for entry in sources
        },
    )


def predecessors(corpus: Corpus) -> dict[str, list[str]]:
    """Return, for each state, the gone states before it."""
    found: dict[str, list[str]] = defaultdict(list)
    for country in corpus.countries:
        for successor in country.successors:
            found[successor].append(country.id)
    return dict(found)


def actors(known: Known) -> list[Lines]:
    """Return the row of everybody who can have a role."""
    return [line(tables.Actor, **record) for record in known.actors.values()]


def reference(corpus: Corpus, known: Known) -> list[Lines]:
    """Return the rows of every catalogue."""
    return [
        *_countries(corpus),
        *_organizations(corpus, known),
        *_people(corpus, known),
        *_systems(corpus, known),
        *_places(corpus, known),
        *_sources(corpus, known),
    ]


def _countries(corpus: Corpus) -> Iterator[Lines]:
    gone = predecessors(corpus)
    for n, country in _numbered(corpus.countries):
        answer = country.compiled(gone.get(country.id, []))
        yield line(tables.Country, n=n, id=country.id, answer=answer.model_dump_json())


def _organizations(corpus: Corpus, known: Known) -> Iterator[Lines]:
    for n, entry in _numbered(corpus.organizations):
        yield line(
            tables.Organization,
            n=n,
            id=entry.id,
            answer=_finished(OrganizationAnswer, entry, known, kind="organization"),
            organization_type=entry.organization_type,
            organ_of=entry.organ_of,
            based_in=entry.based_in,
        )


def _people(corpus: Corpus, known: Known) -> Iterator[Lines]:
    for n, entry in _numbered(corpus.people):
        yield line(tables.Person, n=n, id=entry.id, answer=_finished(PersonAnswer, entry, known, kind="person"))
        for at in sorted({office.at for office in entry.offices if office.at}):
            yield line(tables.Affiliation, n=n, at=at)


def _systems(corpus: Corpus, known: Known) -> Iterator[Lines]:
    for n, entry in _numbered(corpus.systems):
        answer = _finished(SystemDetailAnswer, entry, known, kind="system")
        yield line(tables.System, n=n, id=entry.id, answer=answer, name=entry.name, category=entry.category)
        for country in entry.origin:
            yield line(tables.SystemOrigin, n=n, country=country)


def _places(corpus: Corpus, known: Known) -> Iterator[Lines]:
    for n, entry in _numbered(corpus.places):
        answer = _finished(PlaceDetailAnswer, entry, known, kind="place")
        yield line(tables.Place, n=n, id=entry.id, answer=answer, name=entry.name, country=entry.country)


def _sources(corpus: Corpus, known: Known) -> Iterator[Lines]:
    counted = [(one.source, one.scope, one.facts, one.passages) for one in corpus.imported]
    for article in corpus.articles:
        passages = {evidence.span for fact in article.facts for evidence in fact.evidence}
        read = article.head.scope
        scope = Scope(countries=sorted(read.countries), period=read.period.edtf if read.period else None)
        counted.append((article.head.source, scope, len(article.facts), len(passages)))
    for n, (source, scope, facts, cited) in enumerate(sorted(counted, key=_source_id), 1):
        answer = _finished(
            SourceDetailAnswer, source, known, kind="source", scope=scope.model_dump(), facts=facts, passages=cited
        )
        yield line(tables.Source, n=n, id=source.id, answer=answer)


def _finished(shape: type[EntityAnswer], entry: BaseModel, known: Known, **more: Any) -> str:
    given = entry.model_dump(exclude={"note"}) | more
    return shape.model_validate(given, context=known).model_dump_json()


def _source_id(counted: tuple[SourceEntry, Scope, int, int]) -> str:
    return counted[0].id


def _numbered(entries: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    return enumerate(sorted(entries, key=lambda entry: entry.id), 1)
