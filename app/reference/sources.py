"""Sources: what was read, its digest, and whether its words may be passed on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from sqlmodel import col

from app.core import tables
from app.core.answers import Answer, DateAnswer, EntityAnswer
from app.core.entries import DateEntry, Entry, Slug
from app.core.filters import PAGING, SOURCE, of_column, text_of_entities
from app.core.resource import Catalogue
from app.core.scope import Scope
from app.kit.codes import Code


class Redistribution(Code):
    """Whether a source's words may be passed on."""

    all = "all", "The whole text may be passed on."
    passages = "passages", "Only short passages, with attribution."
    none = "none", "No passage: every answer and export leaves its words out; their offsets and digests stay."


class SourceFields(Answer):
    """What a source says of itself; authors are empty and the date null where it does not tell."""

    id: Slug
    title: str
    publisher: str | None = None
    url: str | None = None
    authors: list[str] = []
    language: str
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="Of the text as it was read, in UTF-8; of a data set, of the file's bytes."
    )
    characters: int | None = Field(
        default=None, gt=0, description="Unicode code points of the text as it was read; null for a data set."
    )
    rows: int | None = Field(default=None, ge=0, description="Records of a data set that were read; null for a text.")
    redistribute: Redistribution
    rights: str


class SourceDetailAnswer(SourceFields, EntityAnswer):
    """A source, and how its passages can be verified again."""

    kind: Literal["source"]
    published: DateAnswer | None
    scope: Scope = Field(description="What it can speak of: outside of it, its silence says nothing.")
    facts: int = Field(description="Facts that cite it.")
    passages: int = Field(description="Passages of it that are cited.")


class SourceEntry(SourceFields, Entry):
    """A source as a curator writes it."""

    published: DateEntry | None = None


def _more(id: str) -> dict[str, str]:
    return {"facts": f"/facts?source={id}&modality=any", "coverage": f"/coverage?source={id}"}


SOURCES = Catalogue(
    kind="source",
    collection="sources",
    doc="What was read: title, publisher, digest of the text, and whether its words may be passed on.",
    row=tables.Source,
    answer=SourceDetailAnswer,
    parameters=(
        of_column("id", SOURCE, col(tables.Source.n), col(tables.Source.id), "These sources, by id or title."),
        text_of_entities("source", tables.Source),
        *PAGING,
    ),
    more=_more,
    takes_part=False,
    example="/sources",
    sample="/sources/forbes-turkey-azerbaijan-2021",
)
