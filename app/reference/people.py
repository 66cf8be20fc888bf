"""People, with their offices as the sources state them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from sqlalchemy import and_
from sqlmodel import col

from app.core import tables
from app.core.answers import ActorAnswer, Answer, EntityAnswer
from app.core.entries import ActorRef, Entry, Slug, SourceRef
from app.core.filters import ACTOR, PAGING, of_column, text_of_entities
from app.core.resource import Catalogue
from app.kit.parameters import Asked, Match, Parameter


class Office(Answer):
    """An office or post, as a source states it."""

    title: str
    at: ActorAnswer | None = None
    source: str = Field(description="Id of the source that states it.")


class OfficeEntry(Entry):
    """An office or post, as a source states it."""

    title: str
    at: ActorRef | None = None
    source: SourceRef


class PersonFields(Answer):
    """What a person is called."""

    name: str
    variants: list[str] = Field(default=[], description="Other spellings of the name.")


class PersonAnswer(PersonFields, EntityAnswer):
    """A person."""

    kind: Literal["person"]
    offices: list[Office]


class PersonEntry(PersonFields, Entry):
    """A person as a curator writes it."""

    id: Slug
    offices: list[OfficeEntry] = []
    note: str | None = None

    def spellings(self) -> list[str]:
        """Return every spelling of the name."""
        return [self.name, *self.variants]

    def last_name(self) -> str:
        """Return the name by which the person is known once introduced."""
        return self.name.split()[-1]


def _affiliation(values: tuple[str, ...], _: Asked) -> Match:
    return Match(col(tables.Affiliation.n), and_(col(tables.Affiliation.at).in_(values)))


def _more(id: str) -> dict[str, str]:
    return {"quotes": f"/quotes?speaker={id}", "claims": f"/facts?asserted_by={id}&modality=any"}


PEOPLE = Catalogue(
    kind="person",
    collection="people",
    doc="People who act or speak, with their offices as stated.",
    row=tables.Person,
    answer=PersonAnswer,
    parameters=(
        of_column("id", ACTOR, col(tables.Person.n), col(tables.Person.id), "These people, by id or name."),
        Parameter(
            "affiliation", "An organization or country where they have an office.", ACTOR, _affiliation, several=True
        ),
        text_of_entities("person", tables.Person),
        *PAGING,
    ),
    more=_more,
    takes_part=True,
    example="/people",
    sample="/people/Erdoğan",
)
