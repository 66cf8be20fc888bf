"""Sanctions: who bars arms from whom. A toy ninth kind, in one file, as any kind is written."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Index
from sqlmodel import col

from app.core import tables
from app.core.answers import ActorAnswer, Answer, FactAnswer
from app.core.entries import ActorRef, FactEntry, PartyEntry, party
from app.core.filters import of_codes, with_role
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource
from app.core.vocabulary import Role
from app.kit.codes import Code


class SanctionScope(Code):
    """What is barred."""

    arms = "arms", "All arms."
    parts = "parts", "Only parts."


class Sanction(tables.Detail, table=True):
    """The sanction's row."""

    __table_args__ = (Index("ix_sanction_scope", "scope", "n"),)
    scope: str


class SanctionFields(Answer):
    """What a sanction says beyond the envelope."""

    scope: SanctionScope


class SanctionAnswer(SanctionFields, FactAnswer):
    """A sanction, with the passages that attest it."""

    kind: Literal["sanction"]
    by: ActorAnswer
    against: ActorAnswer


class SanctionEntry(SanctionFields, FactEntry):
    """A sanction as a curator writes it."""

    kind: Literal["sanction"]
    by: ActorRef
    against: ActorRef

    def derived_parties(self) -> list[PartyEntry]:
        """Both take part."""
        return [*party(Role.participant, self.by), *party(Role.recipient, self.against)]

    def detail(self) -> dict[str, Any]:
        """Return the row."""
        return {"scope": self.scope}


SANCTIONS = Resource(
    kind="sanction",
    collection="sanctions",
    doc="Who bars arms from whom.",
    row=Sanction,
    answer=SanctionAnswer,
    entry=SanctionEntry,
    parameters=(
        with_role("by", Role.participant, "Who bars."),
        with_role("against", Role.recipient, "Who is barred."),
        of_codes("scope", SanctionScope, col(Sanction.n), col(Sanction.scope), "What is barred."),
        *FACT_PARAMETERS,
    ),
    vocabulary=(SanctionScope,),
    example="/sanctions?by=NO",
)
