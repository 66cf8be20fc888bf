"""The name table: every id, code, name and alias of every entity, folded, with the entities that it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.core.tables import Name
from app.kit.folding import fold
from seed.corpus import Corpus
from seed.rows import Lines, into

Called = tuple[str, str, str, str, str]
_INTO = into(Name, "key", "kind", "id", "scheme", "label")


def rows(corpus: Corpus) -> list[Lines]:
    """Return the name table's rows, each once."""
    found = {row[:-1]: row for row in _all(corpus)}
    return [(_INTO, [found[key] for key in sorted(found)])]


def _all(corpus: Corpus) -> Iterator[Called]:
    for country in corpus.countries:
        yield from _named("country", country.id, country.name, country.spellings())
        for scheme, code in country.codes():
            yield f"{scheme}:{code}", "country", country.id, scheme, country.name
    for organization in corpus.organizations:
        yield from _named("organization", organization.id, organization.name, organization.spellings())
    for person in corpus.people:
        # Who is known by the last name alone is asked for by it; two of one name are refused with both.
        last = [person.last_name()]
        yield from _named("person", person.id, person.name, [*person.spellings(), *last])
    for system in corpus.systems:
        yield from _named("system", system.id, system.name, system.spellings())
    for place in corpus.places:
        yield from _named("place", place.id, place.name, place.spellings())
    yield from _sources(corpus)
    yield from _voices(corpus)


def _sources(corpus: Corpus) -> Iterator[Called]:
    for source in (*(article.head.source for article in corpus.articles), *(one.source for one in corpus.imported)):
        yield from _named("source", source.id, source.title, [source.title])


def _voices(corpus: Corpus) -> Iterator[Called]:
    for party in corpus.unknown:
        yield from _named("unknown", party.id, party.words, [party.words])
    for article in corpus.articles:
        for voice in article.head.voices:
            yield from _named("unnamed", voice.id, voice.words, [voice.words])


def _named(kind: str, id: str, label: str, names: Sequence[str]) -> Iterator[Called]:
    yield f"id:{id.lower()}", kind, id, "id", label
    for name in names:
        folded = fold(name)
        for form in {folded, folded.removeprefix("the "), folded.removesuffix(" the")} - {""}:
            yield f"name:{form}", kind, id, "name", label
