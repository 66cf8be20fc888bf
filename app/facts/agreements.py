"""Agreements: treaties, pacts, memberships and declarations between states, and how far they got."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlmodel import col

from app.core import tables
from app.core.answers import Answer, DateAnswer, FactAnswer
from app.core.entries import DateEntry, FactEntry, Slug
from app.core.filters import active_on, of_codes, one_of_several, taking_part
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource
from app.kit import edtf
from app.kit.codes import Code
from app.kit.values import code, identifier


class AgreementType(Code):
    """What an agreement is about, as a whole."""

    alliance = "alliance", "A defence pact or alliance: help in war is promised or meant."
    defense_cooperation = "defense_cooperation", "General or sectoral cooperation between armed forces."
    status_of_forces = "status_of_forces", "The standing of forces of one state in another."
    basing = "basing", "The use of bases or facilities."
    procurement = "procurement", "The purchase or supply of arms."
    ceasefire = "ceasefire", "An end or pause of fighting."
    declaration = "declaration", "A joint declaration of intent or of allied relations."
    membership = "membership", "A state's membership of an organization or alliance."
    other = "other", "None of these, or the source does not tell."


class AgreementStatus(Code):
    """How far an agreement got."""

    signed = "signed", "Signed; whether it is in force is not told."
    ratified = "ratified", "Ratified by at least one party."
    in_force = "in_force", "In force."
    terminated = "terminated", "Ended, denounced or replaced."


class Obligation(Code):
    """What an agreement obliges its parties to, as in ATOP."""

    defense = "defense", "To help a party that is attacked."
    offense = "offense", "To help a party that attacks."
    neutrality = "neutrality", "To stay neutral in a party's war."
    nonaggression = "nonaggression", "Not to attack each other."
    consultation = "consultation", "To consult or cooperate in crises."


class Agreement(tables.Detail, table=True):
    """The agreement's row."""

    agreement_type: str
    status: str | None
    active_from: str | None
    active_until: str | None


class Obligations(BaseModel):
    """True: obliged; false: expressly not; null: not told."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)

    defense: bool | None = None
    offense: bool | None = None
    neutrality: bool | None = None
    nonaggression: bool | None = None
    consultation: bool | None = None


class AgreementFields(Answer):
    """What an agreement says beyond the envelope."""

    title: str | None = Field(default=None, description="As the source gives it; null if it gives none.")
    aliases: list[str] = []
    agreement_type: AgreementType
    status: AgreementStatus | None = None
    sectors: list[Slug] = Field(default=[], description="training, exercises, procurement_industry …")
    obligations: Obligations = Obligations()


class AgreementAnswer(AgreementFields, FactAnswer):
    """An agreement, with the passages that attest it; its members are parties with the role `party`."""

    kind: Literal["agreement"]
    signature_date: DateAnswer | None = None
    entry_into_force_date: DateAnswer | None = None
    termination_date: DateAnswer | None = None


class AgreementEntry(AgreementFields, FactEntry):
    """An agreement as a curator writes it; its members are written as parties."""

    kind: Literal["agreement"]
    signature_date: DateEntry | None = None
    entry_into_force_date: DateEntry | None = None
    termination_date: DateEntry | None = None

    @model_validator(mode="after")
    def _in_order(self) -> AgreementEntry:
        steps = ("signature_date", "entry_into_force_date", "termination_date")
        told = [(name, edtf.bounds(date.edtf)) for name in steps if (date := getattr(self, name))]
        for (earlier, first), (later, second) in pairwise(told):
            if first[0] and second[1] and first[0] > second[1]:
                raise ValueError(f"{earlier} lies after {later}: mend the dates")
        return self

    def detail(self) -> dict[str, Any]:
        """Return the row; it is active from its beginning, or from when the fact is dated, to its end, if told."""
        began = self.entry_into_force_date or self.signature_date or self.date
        ended = self.termination_date
        return {
            "agreement_type": self.agreement_type,
            "status": self.status,
            "active_from": edtf.bounds(began.edtf)[0] if began else None,
            "active_until": edtf.bounds(ended.edtf)[1] if ended else None,
        }

    def filter_values(self) -> list[tuple[str, str]]:
        """Sectors and obligations."""
        obliged = [name for name, value in self.obligations.model_dump().items() if value]
        return [*(("sector", sector) for sector in self.sectors), *(("obligation", name) for name in obliged)]


AGREEMENTS = Resource(
    kind="agreement",
    collection="agreements",
    doc="Agreements between states: who is bound, by what, since when, how far it got.",
    row=Agreement,
    answer=AgreementAnswer,
    entry=AgreementEntry,
    parameters=(
        taking_part("party", "Who is bound by it or signs it."),
        of_codes("status", AgreementStatus, col(Agreement.n), col(Agreement.status), "How far it got."),
        of_codes("type", AgreementType, col(Agreement.n), col(Agreement.agreement_type), "What it is about."),
        one_of_several("obligation", code(Obligation), "What it obliges to."),
        one_of_several("sector", identifier(), "A sector that it names: `training`."),
        active_on(
            col(Agreement.n),
            col(Agreement.active_from),
            col(Agreement.active_until),
            "Agreements that may have been active on this day, month or year: not begun later, not ended before.",
        ),
        *FACT_PARAMETERS,
    ),
    vocabulary=(AgreementType, AgreementStatus, Obligation),
    example="/agreements?party=TR",
    names=("title", "aliases"),
)
