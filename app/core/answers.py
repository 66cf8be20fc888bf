"""What callers get: the shapes of the envelope, compiled once per fact; keys never come and go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationInfo

from app.core.vocabulary import (
    ActorKind,
    ArmamentCategory,
    DateBasis,
    Granularity,
    Modality,
    Relation,
    Role,
    Selector,
    SystemRole,
)
from app.kit import edtf


class Answer(BaseModel):
    """What every shape of an answer has in common: all keys, always."""

    # Built when the first is made, or described: answers that are served were finished by the compiler.
    model_config = ConfigDict(json_schema_serialization_defaults_required=True, extra="forbid", defer_build=True)


@dataclass
class Known:
    """What ids stand for, while answers are compiled."""

    actors: dict[str, dict[str, Any]] = field(default_factory=dict)
    systems: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)


def _expanded(what: str) -> BeforeValidator:
    def expand(value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str) and isinstance(info.context, Known):
            known: Mapping[str, Any] = getattr(info.context, what)
            if value not in known:
                raise ValueError(f"{value!r} is none of the {what}")
            return known[value]
        return value

    return BeforeValidator(expand)


# Marks the id of a state: in a table it is written so that nobody reads Namibia's as missing.
STATE_ID = "id of a state"
StateId = Annotated[str, STATE_ID]


class ActorRecord(Answer):
    """Who: a country (id is ISO alpha-2), an organization, a person, an unnamed voice, an unknown party."""

    id: str
    kind: ActorKind
    name: str


class SystemRecord(Answer):
    """A weapon system or part."""

    id: str
    name: str
    category: ArmamentCategory | None = Field(description="SIPRI armament category; null if not classified.")


class PlaceRecord(Answer):
    """A place."""

    id: str
    name: str


class SourceRecord(Answer):
    """The source of a passage."""

    id: str
    title: str
    publisher: str | None
    url: str | None


ActorAnswer = Annotated[ActorRecord, _expanded("actors")]
SystemAnswer = Annotated[SystemRecord, _expanded("systems")]
PlaceAnswer = Annotated[PlaceRecord, _expanded("places")]
SourceAnswer = Annotated[SourceRecord, _expanded("sources")]


class DateRecord(Answer):
    """A date as EDTF (ISO 8601-2) and the days that bound it; an open or unknown end is null."""

    edtf: str | None
    earliest: str | None = Field(description="First day that it may mean, `YYYY-MM-DD`.")
    latest: str | None = Field(description="Last day that it may mean, `YYYY-MM-DD`.")
    basis: DateBasis
    note: str | None = Field(description="From which words it was inferred.")


def _bounded(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, dict) and isinstance(info.context, Known):
        earliest, latest = edtf.bounds(value["edtf"])
        return {"note": None, **value, "earliest": earliest, "latest": latest}
    return value


def _dated(value: Any, info: ValidationInfo) -> Any:
    if value is None and isinstance(info.context, Known):
        return DateRecord(edtf=None, earliest=None, latest=None, basis=DateBasis.none, note=None)
    return _bounded(value, info)


DateAnswer = Annotated[DateRecord, BeforeValidator(_bounded)]
FactDate = Annotated[DateRecord, BeforeValidator(_dated)]


class Estimate(Answer):
    """A number; `is_estimate` is null when the source does not say."""

    value: int = Field(ge=0)
    is_estimate: bool | None = None


class AmountStated(Answer):
    """A sum of money, as stated."""

    what: str = Field(description="What it pays for or is worth.")
    amount: float | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = Field(
        default=None, description="ISO 4217."
    )
    is_estimate: bool | None = None
    as_stated: str


class PartyAnswer(Answer):
    """An actor's role in the fact, with the words that hedge it."""

    actor: ActorAnswer
    role: Role
    hedge: str | None = None


class SystemUse(Answer):
    """A system's role in the fact, and whose it is or who uses it."""

    system: SystemAnswer
    role: SystemRole
    by: ActorAnswer | None = None


class Inference(Answer):
    """A field whose value the passages do not state, and what it was concluded from."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    field: str
    from_: str = Field(alias="from")
    note: str | None = None


class RelatedAnswer(Answer):
    """Another fact that this one is related to."""

    relation: Relation
    id: str


class CitationAnswer(Answer):
    """A passage, as a W3C Web Annotation selector: a position in a text, a row of a table, an element of XML."""

    id: str
    source: SourceAnswer
    selector: Selector
    exact: str | None = Field(
        description="The passage, to the character, line breaks included; null where its source does not let "
        "its words be passed on."
    )
    prefix: str | None = Field(description="At most 32 characters before it; null like `exact`.")
    suffix: str | None = Field(description="At most 32 characters after it; null like `exact`.")
    start: int | None = Field(description="In a text: offset of its first code point in the source as it was read.")
    end: int | None = Field(description="In a text: offset of the code point after its last.")
    fragment: str | None = Field(
        description="In a table: its rows by RFC 7111, `row=17`; every row of the file counts, header and preamble too."
    )
    file: str | None = Field(description="In an archive: the file that it stands in.")
    xpath: str | None = Field(description="In XML: the element.")
    sha256: str = Field(description="Of `exact` in UTF-8.")


class FactAnswer(Answer):
    """The envelope: what every fact says, whatever its kind."""

    id: str = Field(description="Readable; never changes, never reused.")
    kind: str
    summary: str = Field(description="One sentence in our words that says no more than the passages.")
    modality: Modality
    denies: Modality | None = Field(description="What is negated, if the modality is `denied`.")
    granularity: Granularity
    asserted_by: list[ActorAnswer] = Field(
        description="Whose claim it is, innermost voice first; empty: the source in its own voice."
    )
    date: FactDate
    place: PlaceAnswer | None
    parties: list[PartyAnswer]
    systems: list[SystemUse]
    hedges: list[str] = Field(description="Words that hedge the claim, verbatim.")
    inferred: list[Inference]
    related: list[RelatedAnswer]
    evidence: list[CitationAnswer] = Field(min_length=1)
    coded_on: str = Field(description="The day when it was curated.")


class EntityAnswer(Answer):
    """What every entity says: its id and what it is."""

    id: str
    kind: str
