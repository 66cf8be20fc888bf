"""The tables that facts and entities hang on; only the compiler writes them. Answers are stored finished, as text."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlmodel import Field, col

from app.kit.rows import Row


class Actor(Row, table=True):
    """Whoever can have a role: a country, an organization, a person, an unnamed voice, an unknown party."""

    id: str = Field(primary_key=True)
    kind: str
    name: str


class Entity(Row):
    """What all reference tables share: `n` counts in order of id and is sort key and keyset."""

    n: int = Field(primary_key=True)
    id: str = Field(unique=True)
    answer: str


class Country(Entity, table=True):
    """A state of today or gone."""

    id: str = Field(unique=True, foreign_key="actor.id")


class Organization(Entity, table=True):
    """An organization; `organ_of` is the state for which it counts."""

    id: str = Field(unique=True, foreign_key="actor.id")
    organization_type: str | None = Field(index=True)
    organ_of: str | None = Field(foreign_key="country.id", index=True)
    based_in: str | None = Field(foreign_key="country.id", index=True)


class Person(Entity, table=True):
    """A person."""

    id: str = Field(unique=True, foreign_key="actor.id")


class Affiliation(Row, table=True):
    """An office or post of a person, at an organization or country."""

    __table_args__ = (Index("ix_affiliation_at", "at", "n"),)
    n: int = Field(primary_key=True, foreign_key="person.n")
    at: str = Field(primary_key=True, foreign_key="actor.id")


class System(Entity, table=True):
    """A weapon system or a part of one."""

    name: str
    category: str | None = Field(index=True)


class SystemOrigin(Row, table=True):
    """A state where a system is from."""

    __table_args__ = (Index("ix_systemorigin_country", "country", "n"),)
    n: int = Field(primary_key=True, foreign_key="system.n")
    country: str = Field(primary_key=True, foreign_key="country.id")


class SystemUser(Row, table=True):
    """A state that fields a system, with its organs, in some actual fact."""

    __table_args__ = (Index("ix_systemuser_country", "country", "n"),)
    n: int = Field(primary_key=True, foreign_key="system.n")
    country: str = Field(primary_key=True, foreign_key="country.id")


class Place(Entity, table=True):
    """A place."""

    name: str
    country: str | None = Field(foreign_key="country.id", index=True)


class Source(Entity, table=True):
    """A source, with its digest."""


class Name(Row, table=True):
    """A name or code, folded, of an entity: what any code in, all codes out rests on."""

    key: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    scheme: str = Field(primary_key=True)
    label: str


class Indexed(Row, table=True):
    """An entity in the full-text index, where facts go by their own `n`: numbered below zero, so that it comes first.

    texts: its names, best first, and what describes it, as JSON: what is marked in a highlight.
    """

    __table_args__ = (Index("ix_indexed_id", "kind", "id", unique=True),)
    n: int = Field(primary_key=True)
    kind: str
    id: str
    label: str
    texts: str


class Relation(Row, table=True):
    """How many facts of a kind a source has between two states; `pair` counts the pairs in order of their ids.

    multilateral: further states take part in these facts.
    """

    __table_args__ = (
        Index("ix_relation_a", "a", "pair"),
        Index("ix_relation_b", "b", "pair"),
        Index("ix_relation_kind", "kind", "pair"),
        Index("ix_relation_source", "source", "pair"),
    )
    pair: int = Field(primary_key=True)
    source: str = Field(primary_key=True, foreign_key="source.id")
    kind: str = Field(primary_key=True)
    modality: str = Field(primary_key=True)
    granularity: str = Field(primary_key=True)
    multilateral: bool = Field(primary_key=True)
    a: str = Field(foreign_key="country.id")
    b: str = Field(foreign_key="country.id")
    count: int


class Coverage(Entity, table=True):
    """What a source has on a pair of states and a kind of fact, where it was read for them."""

    __table_args__ = (
        Index("ix_coverage_pair", "a", "b", "n"),
        Index("ix_coverage_b", "b", "n"),
        Index("ix_coverage_source", "source", "n"),
        Index("ix_coverage_kind", "kind", "n"),
        Index("ix_coverage_status", "status", "n"),
    )
    source: str = Field(foreign_key="source.id")
    a: str = Field(foreign_key="country.id")
    b: str = Field(foreign_key="country.id")
    kind: str
    status: str


class Fact(Row, table=True):
    """The envelope. `n` counts in order of date and is sort key and keyset; `id_rank` counts in order of id.

    What it is found by is in its terms; its own columns are what it is counted by.
    """

    __table_args__ = (
        # What is asked of very many facts at once, without their answers.
        Index("ix_fact_told", "n", "kind", "modality", "granularity", "voice", "earliest", "latest", "place"),
    )
    n: int = Field(primary_key=True)
    id: str = Field(unique=True)
    id_rank: int = Field(unique=True)
    kind: str
    modality: str
    granularity: str
    voice: str
    earliest: str | None
    latest: str | None
    place: str | None = Field(foreign_key="place.id")
    answer: str


class Detail(Row):
    """What the table of every kind has: the number of its fact."""

    n: int = Field(primary_key=True, foreign_key="fact.n")


class Party(Row, table=True):
    """An actor's role in a fact. `state` is the country for which it counts; `chosen` means `country=` finds it."""

    n: int = Field(primary_key=True, foreign_key="fact.n")
    position: int = Field(primary_key=True)
    actor: str = Field(foreign_key="actor.id")
    state: str | None = Field(foreign_key="country.id")
    role: str
    chosen: bool


class FactSystem(Row, table=True):
    """A system's role in a fact."""

    n: int = Field(primary_key=True, foreign_key="fact.n")
    position: int = Field(primary_key=True)
    system: str = Field(foreign_key="system.id")
    role: str
    by: str | None = Field(foreign_key="actor.id")


class FactVoice(Row, table=True):
    """A voice of the chain that asserts a fact, innermost first."""

    n: int = Field(primary_key=True, foreign_key="fact.n")
    position: int = Field(primary_key=True)
    actor: str = Field(foreign_key="actor.id")


class FactValue(Row, table=True):
    """One of several values of a field of a kind."""

    n: int = Field(primary_key=True, foreign_key="fact.n")
    name: str = Field(primary_key=True)
    value: str = Field(primary_key=True)


class Amount(Row, table=True):
    """A number of a fact that is added up, in all (`part` is empty) or in one year; what it is made of.

    estimated: how much of it the source calls an estimate; untold: of how much it does not say whether it is.
    """

    n: int = Field(primary_key=True, foreign_key="fact.n")
    name: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    value: int
    estimated: int
    untold: int


class Citation(Row, table=True):
    """A passage of a source; several facts may rest on one."""

    id: str = Field(primary_key=True)
    source: str = Field(foreign_key="source.id", index=True)
    answer: str


class FactCitation(Row, table=True):
    """A passage that proves a fact."""

    __table_args__ = (Index("ix_factcitation_citation", "citation", "n"),)
    n: int = Field(primary_key=True, foreign_key="fact.n")
    position: int = Field(primary_key=True)
    citation: str = Field(foreign_key="citation.id")


class FactSource(Row, table=True):
    """A source that a fact cites."""

    n: int = Field(primary_key=True, foreign_key="fact.n")
    source: str = Field(primary_key=True, foreign_key="source.id")


class Retired(Row, table=True):
    """An id that is no longer a fact's: never reused, answered 410 with its reason, or sent on to its successor."""

    id: str = Field(primary_key=True)
    reason: str
    successor: str | None


class Change(Entity, table=True):
    """A fact that is not the same as in an earlier release, `since`; the id is that release's and the fact's."""

    __table_args__ = (Index("ix_change_since", "since", "n"), Index("ix_change_of", "since", "change", "kind", "n"))
    since: str
    kind: str
    change: str


class Release(Row, table=True):
    """The one row that says which release this is; written last, so a database without it is not whole."""

    id: str = Field(primary_key=True)
    loaded_at: str
    dated: int
    counts: str
    coverage: str


def key_of(table: type[Entity | Fact]) -> Mapped[int]:
    """Return the column `n` of a table."""
    return col(table.n)
