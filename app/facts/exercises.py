"""Military exercises: who trained with whom, where, in which domains, with what equipment."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field
from sqlmodel import col

from app.core import tables, terms
from app.core.answers import ActorAnswer, Answer, FactAnswer
from app.core.entries import ActorRef, FactEntry, PartyEntry, party
from app.core.filters import of_column, one_of_several, taking_part, with_role
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource
from app.core.vocabulary import Role
from app.kit.codes import Code
from app.kit.folding import fold
from app.kit.parameters import Parameter
from app.kit.values import code, folded, word


class Domain(Code):
    """Where forces train."""

    land = "land", "On land."
    air = "air", "In the air."
    sea = "sea", "At sea."
    amphibious = "amphibious", "From sea to land."
    cyber = "cyber", "In networks."


class Purpose(Code):
    """What they train for."""

    warfighting = "warfighting", "Fighting a war."
    peacekeeping = "peacekeeping", "Keeping a peace."
    humanitarian = "humanitarian", "Help in disasters, rescue."


class Exercise(tables.Detail, table=True):
    """The exercise's row; the series is folded, as questions are."""

    series: str | None


class ExerciseFields(Answer):
    """What an exercise says beyond the envelope."""

    name: str | None = None
    series: str | None = Field(default=None, description="The series that it belongs to: `Anatolian Eagle`.")
    edition: str | None = Field(default=None, description="Which of the series, as stated.")
    domains: list[Domain] = []
    command_post: bool | None = Field(default=None, description="Whether it was played on maps only; null if not told.")
    purposes: list[Purpose] = []
    participants_complete: bool | None = Field(
        default=None, description="Whether all participants are named; null if the source does not tell."
    )


class ExerciseAnswer(ExerciseFields, FactAnswer):
    """An exercise, with the passages that attest it; equipment is in `systems`, with who fields it."""

    kind: Literal["exercise"]
    host: ActorAnswer | None = None
    participants: list[ActorAnswer]


class ExerciseEntry(ExerciseFields, FactEntry):
    """An exercise as a curator writes it."""

    kind: Literal["exercise"]
    host: ActorRef | None = None
    participants: list[ActorRef] = []

    def derived_parties(self) -> list[PartyEntry]:
        """Host and participants."""
        return [*party(Role.host, self.host), *party(Role.participant, *self.participants)]

    def detail(self) -> dict[str, Any]:
        """Return the row."""
        return {"series": fold(self.series) if self.series else None}

    def filter_values(self) -> list[tuple[str, str]]:
        """Domains."""
        return [("domain", domain.value) for domain in self.domains]


EXERCISES = Resource(
    kind="exercise",
    collection="exercises",
    doc="Military exercises: participants, host, series, domains, equipment.",
    row=Exercise,
    answer=ExerciseAnswer,
    entry=ExerciseEntry,
    parameters=(
        taking_part("participant", "Who takes part."),
        with_role("host", Role.host, "On whose soil it is held."),
        of_column(
            "series", folded(200), col(Exercise.n), col(Exercise.series), "The series, as stated: `Anatolian Eagle`."
        ),
        one_of_several("domain", code(Domain), "Where forces train."),
        Parameter(
            "bilateral",
            "`true`: exactly two states are named as taking part; `false`: fewer or more.",
            word("true", "false"),
            takes="one",
            terms=lambda values, _: terms.bilateral(values),
        ),
        *FACT_PARAMETERS,
    ),
    vocabulary=(Domain, Purpose),
    example="/exercises?participant=AZ",
    names=("name", "series"),
)
