"""Places, with every name that the sources give them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from sqlmodel import col

from app.core import tables
from app.core.answers import ActorAnswer, Answer, EntityAnswer, PlaceAnswer
from app.core.entries import ActorRef, Entry, PlaceRef, Slug
from app.core.filters import COUNTRY, PAGING, PLACE, of_column, text_of_entities
from app.core.resource import Catalogue
from app.core.vocabulary import PointPrecision


class Point(Answer):
    """A point on the globe (WGS 84) and how near it is."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    precision: PointPrecision


class PlaceFields(Answer):
    """What a place is called and is."""

    name: str
    aliases: list[str] = []
    disputed: bool | None = Field(default=None, description="Whether it is disputed; null if the sources do not tell.")
    point: Point | None = Field(default=None, description="null: no source gives one.")


class PlaceDetailAnswer(PlaceFields, EntityAnswer):
    """A place; its country is the one that a source states."""

    kind: Literal["place"]
    country: ActorAnswer | None
    within: PlaceAnswer | None


class PlaceEntry(PlaceFields, Entry):
    """A place as a curator writes it."""

    id: Slug
    country: ActorRef | None = None
    within: PlaceRef | None = None
    note: str | None = None

    def spellings(self) -> list[str]:
        """Return every name by which it is asked for."""
        return [self.name, *self.aliases]


def _more(id: str) -> dict[str, str]:
    return {"facts": f"/facts?place={id}&modality=any"}


PLACES = Catalogue(
    kind="place",
    collection="places",
    doc="Places with all their names; the country is as stated, never guessed from a point.",
    row=tables.Place,
    answer=PlaceDetailAnswer,
    parameters=(
        of_column("id", PLACE, col(tables.Place.n), col(tables.Place.id), "These places, by id or name."),
        of_column("country", COUNTRY, col(tables.Place.n), col(tables.Place.country), "The country as stated."),
        text_of_entities("place", tables.Place),
        *PAGING,
    ),
    more=_more,
    takes_part=False,
    example="/places",
    sample="/places/Shushi",
)
