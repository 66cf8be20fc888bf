"""Names in data sets to ids: exact known names only; what nobody knows becomes an entity of its own, never a guess."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence

from app.core.vocabulary import ArmamentCategory
from app.kit.folding import fold
from app.reference.organizations import OrganizationEntry, OrganizationType
from app.reference.places import PlaceEntry
from app.reference.systems import SystemEntry
from seed.article import VoiceEntry
from seed.corpus import Corpus

_LONGEST_ID = 64


class Parties:
    """What a data set's names stand for. A name is exact but for case, accents and punctuation, as in the API."""

    def __init__(self, corpus: Corpus, data_set: str) -> None:
        """Take the entities that are known, and the data set whose pinned names (`reference/names.yml`) hold."""
        self._corpus = corpus
        self._pinned = {fold(pin.name): str(pin.id) for pin in corpus.pinned if data_set in pin.data_sets}
        self._countries: dict[str, set[str]] = defaultdict(set)
        self._organizations: dict[str, set[str]] = defaultdict(set)
        self._unknown = {fold(one.words): one.id for one in corpus.unknown}
        self._systems: dict[str, set[str]] = defaultdict(set)
        self._places: dict[str, set[str]] = defaultdict(set)
        for country in corpus.countries:
            for name in filter(None, (country.name, country.official_name, *country.names)):
                self._countries[fold(name)].add(country.id)
        for organization in corpus.organizations:
            for name in (organization.name, *organization.aliases):
                self._organizations[fold(name)].add(organization.id)
        for system in corpus.systems:
            for name in (system.name, *system.aliases):
                self._systems[fold(name)].add(system.id)
        for place in corpus.places:
            for name in (place.name, *place.aliases):
                self._places[fold(name)].add(place.id)
        self._categories = {system.id: system for system in corpus.systems}
        self._made: set[str] = set()
        self._taken = {
            *(country.id for country in corpus.countries),
            *(organization.id for organization in corpus.organizations),
            *(person.id for person in corpus.people),
            *(party.id for party in corpus.unknown),
            *(voice.id for article in corpus.articles for voice in article.head.voices),
        }

    def find(self, name: str) -> str | None:
        """Return the country or organization of this name; None if there is none, or more than one."""
        key = fold(name)
        if key in self._pinned:
            return self._pinned[key]
        return _only(self._countries.get(key, set()) | self._organizations.get(key, set()))

    def organization(self, name: str, type: OrganizationType) -> str:
        """Return the organization of this name, never a country; make it if there is none."""
        key = fold(name)
        found = _only(self._organizations.get(key, set()))
        if found is None:
            found = self._new_id(name, self._taken)
            self._organizations[key] = {found}
            self._corpus.organizations.append(OrganizationEntry(id=found, name=name, organization_type=type))
        return found

    def unknown(self, name: str) -> str:
        """Return the actor of kind `unknown` that goes by this name: all that is known of it is what it is called."""
        key = fold(name)
        if key not in self._unknown:
            self._unknown[key] = self._new_id(name, self._taken)
            self._corpus.unknown.append(VoiceEntry(id=self._unknown[key], words=name))
        return self._unknown[key]

    def known_system(self, name: str) -> str | None:
        """Return the system of this name; None if there is none, or more than one."""
        return _only(self._systems.get(fold(name), set()))

    def system(self, name: str, category: ArmamentCategory | None = None) -> str:
        """Return the system of this name; make it if there is none, with its category as far as rows agree on it."""
        found = self.known_system(name)
        if found is None:
            found = self._new_id(name, set(self._categories))
            entry = SystemEntry(id=found, name=name, category=category)
            self._systems[fold(name)] = {found}
            self._categories[found] = entry
            self._made.add(found)
            self._corpus.systems.append(entry)
        elif found in self._made and category and self._categories[found].category is not category:
            self._categories[found].category = None
        return found

    def place(self, entry: PlaceEntry) -> str:
        """Return the place of this entry's name; take the entry if there is none."""
        key = fold(entry.name)
        found = _only(self._places.get(key, set()))
        if found is None:
            self._places[key] = {entry.id}
            self._corpus.places.append(entry)
            return entry.id
        return found

    def _new_id(self, name: str, taken: set[str]) -> str:
        slug = slug_of(name)
        if slug in taken:
            slug = f"{slug[: _LONGEST_ID - 7]}-{digest(name)[:6]}"
        taken.add(slug)
        return slug


def slug_of(name: str) -> str:
    """Return a name as an id: plain letters, digits and hyphens; a long or empty one ends in a digest."""
    slug = fold(name).replace(" ", "-")
    if slug and len(slug) <= _LONGEST_ID:
        return slug
    return f"{slug[: _LONGEST_ID - 9]}-{digest(name)[:8]}".strip("-")


def digest(*parts: str) -> str:
    """Return the sha256 of some texts, told apart."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def distinct_ids(rows: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> list[str]:
    """Return an id for every row of a table without a key, from (words to begin with, core cells, all cells).

    It follows from the row's core alone. Rows that share a core are told apart by all their cells, none of them going
    by the core's id: another row of that core never takes an id over. Rows alike in every cell are numbered.
    """
    cores = Counter(tuple(core) for _, core, _ in rows)
    twins: Counter[str] = Counter()
    found = []
    for start, core, cells in rows:
        id_ = f"{start}-{digest(*core)[:8]}"
        if cores[tuple(core)] > 1:
            id_ += f"-{digest(*cells)[:6]}"
            twins[id_] += 1
            id_ += f"-{twins[id_]}" if twins[id_] > 1 else ""
        found.append(id_)
    return found


def _only(ids: set[str]) -> str | None:
    return next(iter(ids)) if len(ids) == 1 else None
