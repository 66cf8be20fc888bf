"""What a corpus is made of: the files' shapes. Rules that look across records are in `rules`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from app.core.entries import ActorRef, DateEntry, Entry, FactEntry, FactRef, Slug
from app.reference.sources import SourceEntry


class Reason(StrEnum):
    """Why a sentence carries no fact."""

    heading = "heading"
    repeated = "repeated"
    normative = "normative"
    not_relational = "not_relational"
    context_of = "context_of"


class WithoutFact(Entry):
    """A sentence, by its number from 1, that no passage touches, and why."""

    sentence: int = Field(ge=1)
    reason: Reason
    of: FactRef | None = None


class MarksWithoutQuote(Entry):
    """A pair of quotation marks that is nobody's quotation, by its offset, and why."""

    start: int = Field(ge=0)
    reason: str


class VoiceEntry(Entry):
    """A voice that the source does not name: an actor of kind `unnamed`."""

    id: Slug
    words: str


class ScopeEntry(Entry):
    """What a source was read for: every pair of these states, in this period."""

    countries: list[str] = Field(min_length=2)
    period: DateEntry | None = None


class ArticleEntry(Entry):
    """An article's file, facts aside: they are validated by their kinds."""

    source: SourceEntry
    scope: ScopeEntry
    voices: list[VoiceEntry] = []
    sentences: list[int] = Field(min_length=1)
    without_facts: list[WithoutFact] = []
    marks_without_quote: list[MarksWithoutQuote] = []
    facts: list[Any] = Field(min_length=1)


class PinnedName(Entry):
    """What a data set's name stands for, where our own lists of names leave it open; the note has the source."""

    name: str
    data_sets: list[str] = Field(min_length=1)
    id: ActorRef
    note: str


class RetiredEntry(Entry):
    """A fact's id that is used no more, and why; `successor` if another took its place."""

    id: Slug
    reason: str
    successor: FactRef | None = None


class Expectation(Entry):
    """What a load must come to, at least; and at most, what share of a source's text it may hold."""

    minimum: dict[str, int]
    share_of_text: float = Field(gt=0, le=1)


class Article:
    """A source with its facts, validated."""

    def __init__(self, file: str, head: ArticleEntry, facts: list[FactEntry]) -> None:
        """Put together what one file says."""
        self.file = file
        self.head = head
        self.facts = facts

    @property
    def characters(self) -> int:
        """How long the source's text is; `corpus` refuses an article that does not say it."""
        return self.head.source.characters or 0
