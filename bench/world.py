"""Who and what synthetic facts are about: real countries, invented organizations, people, systems, places, sources.

A few countries have very many facts and many have few (Zipf); the same seed gives the same world.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Generic, TypeVar

from app.core.vocabulary import ArmamentCategory
from app.facts import FACTS
from app.reference.organizations import OrganizationEntry, OrganizationType
from app.reference.people import PersonEntry
from app.reference.places import PlaceEntry
from app.reference.systems import SystemEntry
from seed import corpus
from seed.article import Article, ArticleEntry
from seed.corpus import Corpus

T = TypeVar("T")

# Who has most: the rest follow in order of their ids.
BUSIEST = ("US", "RU", "CN", "FR", "DE", "TR", "GB", "UA", "IN", "IL", "IT", "KR", "ES", "SA", "AZ", "PK", "JP", "PL")
ZIPF = 1.05
MOST_SOURCES = 60
CONSONANTS, VOWELS = "bdklmnrstvz", "aeo"
SYLLABLES = [first + second for first in CONSONANTS for second in VOWELS]


class Skewed(Generic[T]):
    """A choice among many, of which the first are chosen most (Zipf)."""

    def __init__(self, chosen: Sequence[T], exponent: float = ZIPF) -> None:
        """Take what is chosen from, the most frequent first."""
        self.all = list(chosen)
        self._weights = list(accumulate(1 / rank**exponent for rank in range(1, len(self.all) + 1)))

    def one(self, dice: random.Random) -> T:
        """Choose one."""
        return dice.choices(self.all, cum_weights=self._weights)[0]

    def some(self, dice: random.Random, number: int) -> list[T]:
        """Choose so many, some perhaps more than once."""
        return dice.choices(self.all, cum_weights=self._weights, k=number)

    def several(self, dice: random.Random, number: int) -> list[T]:
        """Choose so many, each once."""
        found: dict[T, None] = {}
        while len(found) < number:
            found[self.one(dice)] = None
        return list(found)


@dataclass(frozen=True)
class World:
    """Everything that a synthetic fact can refer to, with the skew that it is referred to."""

    corpus: Corpus
    countries: Skewed[str]
    organs: dict[str, list[str]]
    organizations: Skewed[str]
    people: Skewed[str]
    voices: list[str]
    systems: Skewed[str]
    origins: dict[str, str]
    names: dict[str, str]
    places: Skewed[str]
    sources: Skewed[Article]


def world(facts: int, seed: int) -> World:
    """Return the world of a corpus of so many facts; its catalogues grow with it, up to a size."""
    dice = random.Random(seed)
    made = Corpus(countries=corpus.read(corpus.HERE, FACTS).countries)
    rest = sorted(country.id for country in made.countries if country.id not in BUSIEST)
    countries = Skewed([*BUSIEST, *rest])
    organs = _organizations(made, countries.all, min(120, 10 + facts // 50))
    _systems(made, dice, countries, min(1_500, 20 + facts // 20))
    _places(made, dice, countries, min(1_000, 10 + facts // 50))
    sources = [_source(number, countries, dice) for number in range(min(MOST_SOURCES, max(2, facts // 100)))]
    made.articles = sources
    organizations = [entry.id for entry in made.organizations]
    _people(made, dice, organizations, [one.head.source.id for one in sources], min(2_000, 10 + facts // 50))
    names = {entry.id: entry.name for some in (made.countries, made.organizations, made.systems) for entry in some}
    return World(
        corpus=made,
        countries=countries,
        organs=organs,
        organizations=Skewed(organizations),
        people=Skewed([entry.id for entry in made.people]),
        voices=[voice.id for one in sources for voice in one.head.voices],
        systems=Skewed([entry.id for entry in made.systems]),
        origins={entry.id: entry.origin[0] for entry in made.systems},
        names=names,
        places=Skewed([entry.id for entry in made.places]),
        sources=Skewed(sources),
    )


def word(number: int) -> str:
    """Return an invented word; another for every number."""
    text = ""
    rest = number + len(SYLLABLES)
    while rest:
        rest, last = divmod(rest, len(SYLLABLES))
        text += SYLLABLES[last]
    return text.capitalize()


def _organizations(made: Corpus, countries: list[str], states: int) -> dict[str, list[str]]:
    organs: dict[str, list[str]] = {}
    for number, state in enumerate(countries[:states]):
        low = state.lower()
        organs[state] = [f"{low}-navy", f"{low}-ministry"]
        made.organizations += [
            OrganizationEntry(
                id=f"{low}-navy",
                name=f"{word(number)} Navy",
                organization_type=OrganizationType.armed_force,
                organ_of=state,
            ),
            OrganizationEntry(
                id=f"{low}-ministry",
                name=f"{word(number)} Ministry of Defence",
                organization_type=OrganizationType.ministry,
                organ_of=state,
            ),
            OrganizationEntry(
                id=f"{low}-works",
                name=f"{word(number)} Works",
                organization_type=OrganizationType.company,
                based_in=state,
            ),
        ]
    made.organizations.append(
        OrganizationEntry(id="the-alliance", name="The Alliance", organization_type=OrganizationType.alliance)
    )
    return organs


def _systems(made: Corpus, dice: random.Random, countries: Skewed[str], number: int) -> None:
    categories = Skewed(list(ArmamentCategory), 0.8)
    for one in range(number):
        name = f"{word(one)} Mk{one % 7 + 1}"
        made.systems.append(
            SystemEntry(
                id=f"system-{one:04}",
                name=name,
                aliases=[f"XM-{one}"],
                category=categories.one(dice),
                origin=[countries.one(dice)],
            )
        )


def _places(made: Corpus, dice: random.Random, countries: Skewed[str], number: int) -> None:
    made.places += [
        PlaceEntry(id=f"place-{one:04}", name=f"{word(one)} Bay", country=countries.one(dice)) for one in range(number)
    ]


def _people(made: Corpus, dice: random.Random, at: list[str], sources: list[str], number: int) -> None:
    for one in range(number):
        office = {"title": "Minister", "at": dice.choice(at), "source": dice.choice(sources)}
        given = {"id": f"person-{one:04}", "name": f"{word(one % 40)} {word(one + 50)}", "offices": [office]}
        made.people.append(PersonEntry.model_validate(given))


def _source(number: int, countries: Skewed[str], dice: random.Random) -> Article:
    head: dict[str, Any] = {
        "source": {
            "id": f"source-{number:03}",
            "title": f"{word(number)} Monthly, issue {number}",
            "publisher": f"www.{word(number).lower()}.example",
            "language": "en",
            "sha256": "0" * 64,
            "characters": 10**9,
            "redistribute": "passages",
            "rights": "Invented.",
        },
        "scope": {"countries": countries.several(dice, 12), "period": {"edtf": "/2024", "basis": "stated"}},
        "voices": [{"id": f"unnamed-{number:03}", "words": f"officials in issue {number}"}],
        "sentences": [0],
        "facts": [None],
    }
    return Article(f"articles/source-{number:03}.yml", ArticleEntry.model_validate(head), [])
