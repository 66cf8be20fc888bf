"""Organizations: armed forces, ministries, agencies, companies, alliances, think tanks, armed groups."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator
from sqlmodel import col

from app.core import tables
from app.core.answers import ActorAnswer, Answer, EntityAnswer
from app.core.entries import ActorRef, Entry, Slug
from app.core.filters import ACTOR, COUNTRY, PAGING, of_codes, of_column, text_of_entities
from app.core.resource import Catalogue
from app.kit.codes import Code


class OrganizationType(Code):
    """What an organization is."""

    armed_force = "armed_force", "The forces of a state, a service or a unit of them."
    ministry = "ministry", "A ministry or department of a state."
    agency = "agency", "Another organ of a state."
    company = "company", "A company."
    think_tank = "think_tank", "An institute of research or analysis."
    university = "university", "A university or a part of one."
    media = "media", "A newspaper, magazine, news agency, site."
    alliance = "alliance", "An alliance or organization of states."
    armed_group = "armed_group", "An armed group that is no state's."
    other = "other", "None of these, or not told."


class OrganizationFields(Answer):
    """What an organization is called and is."""

    name: str
    aliases: list[str] = []
    organization_type: OrganizationType | None = None


class OrganizationAnswer(OrganizationFields, EntityAnswer):
    """An organization. An organ counts for its state in country filters; one that is only based there does not."""

    kind: Literal["organization"]
    organ_of: ActorAnswer | None = Field(description="The state whose organ it is.")
    based_in: ActorAnswer | None = Field(description="The state where it sits.")


class OrganizationEntry(OrganizationFields, Entry):
    """An organization as a curator writes it."""

    id: Slug
    organ_of: ActorRef | None = None
    based_in: ActorRef | None = None
    note: str | None = None

    def spellings(self) -> list[str]:
        """Return every name by which it is asked for."""
        return [self.name, *self.aliases]

    @model_validator(mode="after")
    def _either(self) -> OrganizationEntry:
        if self.organ_of and self.based_in:
            raise ValueError("an organ of a state is not `based_in` one: leave `based_in` out")
        return self


def _more(id: str) -> dict[str, str]:
    return {
        "facts": f"/facts?actor={id}",
        "claims": f"/facts?asserted_by={id}&modality=any",
        "quotes": f"/quotes?affiliation={id}",
        "people": f"/people?affiliation={id}",
    }


ORGANIZATIONS = Catalogue(
    kind="organization",
    collection="organizations",
    doc="Armed forces, ministries, agencies, companies, alliances, think tanks, armed groups.",
    row=tables.Organization,
    answer=OrganizationAnswer,
    parameters=(
        of_column(
            "id", ACTOR, col(tables.Organization.n), col(tables.Organization.id), "These organizations, by id or name."
        ),
        of_codes(
            "type",
            OrganizationType,
            col(tables.Organization.n),
            col(tables.Organization.organization_type),
            "What it is.",
        ),
        of_column(
            "organ_of", COUNTRY, col(tables.Organization.n), col(tables.Organization.organ_of), "Whose organ it is."
        ),
        of_column("based_in", COUNTRY, col(tables.Organization.n), col(tables.Organization.based_in), "Where it sits."),
        text_of_entities("organization", tables.Organization),
        *PAGING,
    ),
    more=_more,
    takes_part=True,
    example="/organizations?organ_of=UA",
    sample="/organizations/NATO",
)
