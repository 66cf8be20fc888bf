"""Deployments: forces or a base of one state on another's soil, existing, past, possible or denied."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field
from sqlmodel import col

from app.core import tables
from app.core.answers import ActorAnswer, Answer, Estimate, FactAnswer, SystemAnswer
from app.core.entries import ActorRef, Entry, FactEntry, PartyEntry, SystemRef, SystemUseEntry, party, use
from app.core.filters import active_on, directed, of_codes, with_role
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource, Summed
from app.core.vocabulary import Role, SystemRole
from app.kit import edtf
from app.kit.codes import Code


class FacilityType(Code):
    """What the forces are at."""

    base = "base", "A military base."
    airport = "airport", "A civilian or joint airport."
    port = "port", "A port."
    other = "other", "Something else."


class Duration(Code):
    """For how long they are meant to stay."""

    temporary = "temporary", "For a time: an exercise, a crisis, a rotation."
    permanent = "permanent", "With no end in view."


class Deployment(tables.Detail, table=True):
    """The deployment's row."""

    duration: str | None
    active_from: str | None
    active_until: str | None


class Force(Answer):
    """Equipment that was sent; the number is null when not told."""

    system: SystemAnswer
    number: int | None = Field(default=None, ge=0)
    is_estimate: bool | None = None


class ForceEntry(Entry):
    """Equipment that was sent."""

    system: SystemRef
    number: int | None = Field(default=None, ge=0)
    is_estimate: bool | None = None


class DeploymentFields(Answer):
    """What a deployment says beyond the envelope."""

    facility: str | None = Field(default=None, description="The facility's name as stated.")
    facility_type: FacilityType | None = None
    duration: Duration | None = Field(default=None, description="null if not told.")
    mission: str | None = None
    personnel: Estimate | None = None


class DeploymentAnswer(DeploymentFields, FactAnswer):
    """A deployment or base, with the passages that attest, or deny, it."""

    kind: Literal["deployment"]
    sending: ActorAnswer | None = None
    host: ActorAnswer | None = None
    forces: list[Force]


class DeploymentEntry(DeploymentFields, FactEntry):
    """A deployment as a curator writes it."""

    kind: Literal["deployment"]
    sending: ActorRef | None = None
    host: ActorRef | None = None
    forces: list[ForceEntry] = []

    def derived_parties(self) -> list[PartyEntry]:
        """Who sends, who hosts."""
        return [*party(Role.sending, self.sending), *party(Role.host, self.host)]

    def derived_systems(self) -> list[SystemUseEntry]:
        """Return the forces' systems as fielded by who sends them."""
        return [one for force in self.forces for one in use(SystemRole.fielded, force.system, self.sending)]

    def detail(self) -> dict[str, Any]:
        """Return the row."""
        first, last = edtf.bounds(self.date.edtf) if self.date else (None, None)
        return {"duration": self.duration, "active_from": first, "active_until": last}

    def amounts(self) -> list[tuple[str, str, list[Estimate]]]:
        """How many people."""
        return [("personnel", "", [self.personnel])] if self.personnel else []


DIRECTION = (Role.sending, Role.host)
DEPLOYMENTS = Resource(
    kind="deployment",
    collection="deployments",
    doc="Forces or a base of one state in another: who sends, who hosts, what, for how long.",
    row=Deployment,
    answer=DeploymentAnswer,
    entry=DeploymentEntry,
    parameters=(
        *directed(
            with_role("sending", Role.sending, "Whose forces or base."),
            with_role("host", Role.host, "On whose soil."),
            DIRECTION,
        ),
        of_codes("duration", Duration, col(Deployment.n), col(Deployment.duration), "For how long."),
        active_on(
            col(Deployment.n),
            col(Deployment.active_from),
            col(Deployment.active_until),
            "Deployments that may have been there on this day, month or year.",
        ),
        *FACT_PARAMETERS,
    ),
    vocabulary=(FacilityType, Duration),
    example="/deployments?sending=TR&modality=any",
    sums=(Summed("personnel", "How many people were sent."),),
    direction=DIRECTION,
)
