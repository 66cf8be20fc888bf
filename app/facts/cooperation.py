"""Cooperation: joint development, production, training and other programmes, and what each partner contributes."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field
from sqlmodel import col

from app.core import tables
from app.core.answers import ActorAnswer, Answer, FactAnswer, StateId
from app.core.entries import ActorRef, Entry, FactEntry, PartyEntry, Slug, party
from app.core.filters import of_codes, taking_part
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource
from app.core.vocabulary import Role
from app.kit.codes import Code


class CooperationType(Code):
    """What the partners do together."""

    joint_development = "joint_development", "Research and development of equipment."
    co_production = "co_production", "Production of equipment by both."
    licensed_production = "licensed_production", "Production by one under the other's licence."
    financing = "financing", "One pays for the other's development or production."
    general = (
        "general",
        "Ties, reform or help that is none of these, or more than one of them; teaching people is a training.",
    )


class Cooperation(tables.Detail, table=True):
    """The cooperation's row."""

    cooperation_type: str


class Partner(Answer):
    """Who takes part, as what, and with what."""

    actor: ActorAnswer
    role: Role
    contribution: str | None = None


class PartnerEntry(Entry):
    """Who takes part, as what, and with what."""

    actor: ActorRef
    role: Role = Role.participant
    contribution: str | None = None


class CooperationFields(Answer):
    """What a cooperation says beyond the envelope."""

    cooperation_type: CooperationType
    subject: str | None = Field(default=None, description="What is developed, built or taught, in the source's words.")
    site: StateId | None = Field(default=None, description="Where, as the id of a country or place.")
    status: Slug | None = Field(default=None, description="As told: `under-way`, `ended`; null if not told.")


class CooperationAnswer(CooperationFields, FactAnswer):
    """A joint programme, with the passages that attest it."""

    kind: Literal["cooperation"]
    partners: list[Partner]


class CooperationEntry(CooperationFields, FactEntry):
    """A joint programme as a curator writes it."""

    kind: Literal["cooperation"]
    partners: list[PartnerEntry] = Field(min_length=1)

    def derived_parties(self) -> list[PartyEntry]:
        """The partners, each in its role."""
        return [one for partner in self.partners for one in party(partner.role, partner.actor)]

    def detail(self) -> dict[str, Any]:
        """Return the row."""
        return {"cooperation_type": self.cooperation_type}


COOPERATION = Resource(
    kind="cooperation",
    collection="cooperation",
    doc="Joint programmes: development, production, financing, help, and what each partner contributes.",
    row=Cooperation,
    answer=CooperationAnswer,
    entry=CooperationEntry,
    parameters=(
        taking_part("partner", "Who is a partner."),
        of_codes(
            "type", CooperationType, col(Cooperation.n), col(Cooperation.cooperation_type), "What they do together."
        ),
        *FACT_PARAMETERS,
    ),
    vocabulary=(CooperationType,),
    example="/cooperation?partner=UA",
)
