"""Quotes: who said what, word for word, to whom, and what it is about. What a quote claims is a fact of its own."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator
from sqlmodel import col

from app.core import tables
from app.core.answers import ActorAnswer, Answer, FactAnswer
from app.core.entries import ActorRef, FactEntry, FactRef, PartyEntry, party
from app.core.filters import ACTOR, of_codes, of_column, with_role
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource
from app.core.vocabulary import Modality, Role
from app.kit.codes import Code


class QuoteForm(Code):
    """How the words are given."""

    direct = "direct", "Whole clauses or sentences in quotation marks."
    partial = "partial", "A fragment in quotation marks inside the source's own sentence."
    indirect = "indirect", "Reported without quotation marks."


class SaidTo(Code):
    """To whom the words were said."""

    author = "author", "To the source's author: `told me`."
    elsewhere = "elsewhere", "To or through somebody else: another publication, a speech."
    not_stated = "not_stated", "The source does not tell."


class Quote(tables.Detail, table=True):
    """The quote's row."""

    form: str
    affiliation: str | None


class QuoteFields(Answer):
    """What a quote says beyond the envelope."""

    segments: list[str] = Field(
        description="The words as printed, one per unbroken run; each stands in the passage of its number. "
        "Empty where the source does not let its words be passed on.",
    )
    form: QuoteForm
    speaker_role: str | None = Field(default=None, description="Office or post, as stated there.")
    said_to: SaidTo
    nested_in: str | None = Field(default=None, description="The quote inside which it stands.")
    about_facts: list[str] = Field(default=[], description="Facts that it is about.")
    claims_modality: Modality | None = Field(default=None, description="Of what it claims; null if it claims nothing.")


class QuoteAnswer(QuoteFields, FactAnswer):
    """A quotation; it is `actual` because it was said, whatever it claims."""

    kind: Literal["quote"]
    text: str | None = Field(
        description="The segments joined by one space; null where the source does not let its words be passed on."
    )
    speaker: ActorAnswer | None = None
    affiliation: ActorAnswer | None = None
    relayed_by: ActorAnswer | None = None
    addressee: ActorAnswer | None = None
    about: list[ActorAnswer]


class QuoteEntry(QuoteFields, FactEntry):
    """A quotation as a curator writes it: one passage per segment, in order, which contains it."""

    kind: Literal["quote"]
    segments: list[str] = Field(
        min_length=1,
        description="The words as printed, one per unbroken run; each stands in the passage of its number.",
    )
    nested_in: FactRef | None = None
    about_facts: list[FactRef] = []
    speaker: ActorRef | None = None
    affiliation: ActorRef | None = None
    relayed_by: ActorRef | None = None
    addressee: ActorRef | None = None
    about: list[ActorRef] = []

    @model_validator(mode="after")
    def _said(self) -> QuoteEntry:
        if self.modality is not Modality.actual:
            raise ValueError("a quote is actual, for it was said: what it claims goes into `claims_modality`")
        return self

    @model_validator(mode="after")
    def _verbatim(self) -> QuoteEntry:
        for number, segment in enumerate(self.segments):
            if number >= len(self.evidence) or segment not in self.evidence[number].exact:
                raise ValueError(f"segment {number + 1} does not stand, word for word, in passage {number + 1}")
        return self

    def derived_parties(self) -> list[PartyEntry]:
        """Speaker, addressee and what it is about: all are only mentioned."""
        return [
            *party(Role.speaker, self.speaker),
            *party(Role.addressee, self.addressee),
            *party(Role.about, *self.about),
        ]

    def words(self, *, quotable: bool) -> dict[str, Any]:
        """Join the words, or leave them out."""
        return {"text": " ".join(self.segments)} if quotable else {"segments": [], "text": None}

    def detail(self) -> dict[str, Any]:
        """Return the row."""
        return {"form": self.form, "affiliation": self.affiliation}


QUOTES = Resource(
    kind="quote",
    collection="quotes",
    doc="Quotations and attributed statements, word for word, with speaker, role as stated and what they are about.",
    row=Quote,
    answer=QuoteAnswer,
    entry=QuoteEntry,
    parameters=(
        with_role("speaker", Role.speaker, "Who says it."),
        with_role("about", Role.about, "What it is about.", several=True),
        of_codes("form", QuoteForm, col(Quote.n), col(Quote.form), "How the words are given."),
        of_column("affiliation", ACTOR, col(Quote.n), col(Quote.affiliation), "The speaker's organization, as stated."),
        *FACT_PARAMETERS,
    ),
    vocabulary=(QuoteForm, SaidTo),
    example="/quotes?about=AZ",
)
