"""Trainings: whose people were trained by whom, in what, when, at what cost; what is proposed is `planned`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator
from sqlmodel import col

from app.core import tables
from app.core.answers import ActorAnswer, AmountStated, Answer, Estimate, FactAnswer
from app.core.entries import ActorRef, FactEntry, PartyEntry, party
from app.core.filters import directed, of_column, with_role
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource, Summed
from app.core.vocabulary import Role
from app.kit.folding import fold
from app.kit.values import folded, year


class Training(tables.Detail, table=True):
    """The training's row; course and programme are folded, as questions are."""

    course: str | None
    programme: str | None
    fiscal_year: str | None


class TrainingFields(Answer):
    """What a training says beyond the envelope; what is `as stated` is the source's words, never mended."""

    provider_unit: str | None = Field(default=None, description="Who teaches, as stated.")
    recipient_unit: str | None = Field(default=None, description="Who is taught, as stated.")
    course: str | None = Field(default=None, description="What is taught, as stated.")
    programme: str | None = Field(default=None, description="Under which programme, as stated: `IMET-1`.")
    fiscal_year: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{3}$")] | None = Field(
        default=None, description="The provider's fiscal year in which it is reported or proposed."
    )
    location: str | None = Field(default=None, description="Where, as stated.")
    start_as_stated: str | None = Field(default=None, description="The first day, as stated.")
    end_as_stated: str | None = Field(default=None, description="The last day, as stated.")
    people: Estimate | None = Field(default=None, description="How many are trained.")
    cost: AmountStated | None = None


class TrainingAnswer(TrainingFields, FactAnswer):
    """A training, with the passages that attest it; equal records are as many trainings, never one."""

    kind: Literal["training"]
    provider: ActorAnswer | None = None
    recipient: ActorAnswer | None = None


class TrainingEntry(TrainingFields, FactEntry):
    """A training as a curator writes it."""

    kind: Literal["training"]
    provider: ActorRef | None = None
    recipient: ActorRef | None = None

    @model_validator(mode="after")
    def _of_somebody(self) -> TrainingEntry:
        if self.provider is None and self.recipient is None:
            raise ValueError("say who trains or who is trained: `provider`, `recipient`")
        return self

    def derived_parties(self) -> list[PartyEntry]:
        """Who trains, who is trained."""
        return [*party(Role.provider, self.provider), *party(Role.trainee, self.recipient)]

    def detail(self) -> dict[str, Any]:
        """Return the row."""
        return {
            "course": self.course and fold(self.course),
            "programme": self.programme and fold(self.programme),
            "fiscal_year": self.fiscal_year,
        }

    def amounts(self) -> list[tuple[str, str, list[Estimate]]]:
        """How many people."""
        return [("people", "", [self.people])] if self.people else []


DIRECTION = (Role.provider, Role.trainee)
TRAININGS = Resource(
    kind="training",
    collection="trainings",
    doc="Military training: who trained whose people, in what, when, where, how many, at what cost. "
    "A list answers what was done (`modality=actual`); what was proposed for a year is `planned`.",
    row=Training,
    answer=TrainingAnswer,
    entry=TrainingEntry,
    parameters=(
        *directed(
            with_role("provider", Role.provider, "Who trains."),
            with_role("recipient", Role.trainee, "Whose people are trained."),
            DIRECTION,
        ),
        of_column("course", folded(400), col(Training.n), col(Training.course), "The course, as stated."),
        of_column(
            "programme",
            folded(200),
            col(Training.n),
            col(Training.programme),
            "The programme that pays or orders it, as stated: `IMET-1`.",
        ),
        of_column(
            "fiscal_year",
            year(),
            col(Training.n),
            col(Training.fiscal_year),
            "The provider's fiscal year in which it is reported or proposed; of the US, 2010 ends on 30 September.",
        ),
        *FACT_PARAMETERS,
    ),
    vocabulary=(),
    example="/trainings?recipient=AZ&modality=any",
    sums=(Summed("people", "How many people were trained; who takes two courses counts twice."),),
    direction=DIRECTION,
    years="fiscal_year",
)
