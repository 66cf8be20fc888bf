"""Countries of today and gone ones, with every code that names them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from sqlmodel import col

from app.core import tables
from app.core.answers import Answer, EntityAnswer, StateId
from app.core.entries import ActorRef, Entry
from app.core.filters import COUNTRY, PAGING, of_column, text_of_entities
from app.core.resource import Catalogue

Year = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
Number = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,2}$")]


class Codes(Answer):
    """A country's codes, as strings; null where the scheme has none, or names another bearer today."""

    iso2: StateId | None
    iso3: str | None
    iso_num: str | None = Field(description="Three digits, with leading zeros.")
    cow: str | None = Field(description="Correlates of War, unpadded.")
    gw: str | None = Field(description="Gleditsch and Ward, unpadded.")


class CountryAnswer(EntityAnswer):
    """A country: its id is ISO 3166-1 alpha-2; a gone state's is ISO 3166-3's, else a slug."""

    id: StateId
    kind: Literal["country"]
    name: str
    official_name: str | None
    names: list[str] = Field(description="Other names in use, former ones included.")
    codes: Codes
    codes_shared: list[str] = Field(description="Codes that it bore and another bears today: `cow:365`.")
    valid_from: str | None = Field(description="First year, where the state is younger than the lists.")
    valid_until: str | None = Field(description="Last year of a gone state.")
    successors: list[StateId]
    predecessors: list[StateId]


class CountryEntry(Entry):
    """A country as a curator writes it."""

    id: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}|[A-Z]{4}|[a-z][a-z-]{2,63})$")]
    name: str
    official_name: str | None = None
    names: list[str] = []
    adjectives: list[str] = Field(default=[], description="`Turkish`: what a text may call it; for checks and search.")
    iso2: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    iso3: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    iso_num: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")] | None = None
    cow: Number | None = None
    gw: Number | None = None
    cow_shared: Number | None = None
    gw_shared: Number | None = None
    valid_from: Year | None = None
    valid_until: Year | None = None
    successors: list[ActorRef] = []
    note: str | None = Field(default=None, description="Where an exception is curated, with its source; not served.")

    def spellings(self) -> list[str]:
        """Return every name by which it is asked for."""
        return [self.name, *filter(None, [self.official_name]), *self.names]

    def codes(self) -> list[tuple[str, str]]:
        """Return (scheme, code) of every code that names it today."""
        found = (("iso2", self.iso2), ("iso3", self.iso3), ("iso", self.iso_num), ("cow", self.cow), ("gw", self.gw))
        return [(scheme, code.lower()) for scheme, code in found if code]

    def shared(self) -> list[str]:
        """Return the codes that another bears today."""
        return [f"{scheme}:{code}" for scheme, code in (("cow", self.cow_shared), ("gw", self.gw_shared)) if code]

    def compiled(self, predecessors: list[str]) -> CountryAnswer:
        """Return the finished answer."""
        return CountryAnswer(
            id=self.id,
            kind="country",
            name=self.name,
            official_name=self.official_name,
            names=self.names,
            codes=Codes(iso2=self.iso2, iso3=self.iso3, iso_num=self.iso_num, cow=self.cow, gw=self.gw),
            codes_shared=self.shared(),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            successors=list(self.successors),
            predecessors=predecessors,
        )


def _more(id: str) -> dict[str, str]:
    return {
        "facts": f"/facts?country={id}",
        "supplied": f"/transfers?supplier={id}",
        "received": f"/transfers?recipient={id}",
        "relations": f"/relations?country={id}",
    }


COUNTRIES = Catalogue(
    kind="country",
    collection="countries",
    doc="All of ISO 3166-1 and the states that are gone, with ISO, Correlates of War and Gleditsch-Ward codes.",
    row=tables.Country,
    answer=CountryAnswer,
    parameters=(
        of_column(
            "id", COUNTRY, col(tables.Country.n), col(tables.Country.id), "These countries, by any code or name."
        ),
        text_of_entities("country", tables.Country),
        *PAGING,
    ),
    more=_more,
    takes_part=True,
    example="/countries?has=transfer",
    sample="/countries/TUR",
)
