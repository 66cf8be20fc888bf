"""Holdings: who operates whose equipment. Where it is from says nothing of who supplied it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from app.core import tables
from app.core.answers import ActorAnswer, Answer, DateAnswer, Estimate, FactAnswer, SystemAnswer
from app.core.entries import ActorRef, DateEntry, FactEntry, PartyEntry, SystemRef, SystemUseEntry, party, use
from app.core.filters import with_role
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource, Summed
from app.core.vocabulary import Role, SystemRole


class Holding(tables.Detail, table=True):
    """The holding's row; all that is asked of it hangs on the envelope."""


class HoldingFields(Answer):
    """What a holding says beyond the envelope."""

    description: str | None = Field(default=None, description="The equipment as stated, where no system is named.")
    number: Estimate | None = None


class HoldingAnswer(HoldingFields, FactAnswer):
    """Equipment that somebody operates, with the passages that attest it."""

    kind: Literal["holding"]
    operator: ActorAnswer
    origin: list[ActorAnswer]
    system: SystemAnswer | None = None
    as_of: DateAnswer | None = None


class HoldingEntry(HoldingFields, FactEntry):
    """A holding as a curator writes it."""

    kind: Literal["holding"]
    operator: ActorRef
    origin: list[ActorRef] = []
    system: SystemRef | None = None
    as_of: DateEntry | None = None

    @model_validator(mode="after")
    def _of_something(self) -> HoldingEntry:
        if self.system is None and self.description is None:
            raise ValueError("say what is held: a `system`, or a `description` as stated")
        return self

    def derived_parties(self) -> list[PartyEntry]:
        """The operator takes part; states of origin are only mentioned."""
        return [*party(Role.operator, self.operator), *party(Role.state_of_origin, *self.origin)]

    def derived_systems(self) -> list[SystemUseEntry]:
        """Return the system as fielded by its operator."""
        return use(SystemRole.fielded, self.system, self.operator)

    def detail(self) -> dict[str, Any]:
        """Return the row."""
        return {}

    def amounts(self) -> list[tuple[str, str, list[Estimate]]]:
        """How many."""
        return [("number", "", [self.number])] if self.number else []


HOLDINGS = Resource(
    kind="holding",
    collection="holdings",
    doc="Who operates whose equipment. `origin` is where it was built; no supply is implied.",
    row=Holding,
    answer=HoldingAnswer,
    entry=HoldingEntry,
    parameters=(
        with_role("operator", Role.operator, "Who operates it."),
        with_role("origin", Role.state_of_origin, "Where it was designed or built.", several=True),
        *FACT_PARAMETERS,
    ),
    vocabulary=(),
    example="/holdings?operator=AZ",
    sums=(Summed("number", "How many are operated."),),
)
