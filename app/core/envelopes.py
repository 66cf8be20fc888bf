"""The shapes around records: pages, what is said about them, facets and groups; what a record is, `answers` says."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from app.core.answers import Answer
from app.core.vocabulary import TotalIs


class Note(Answer):
    """Something to know about the answer."""

    code: str
    text: str
    link: str | None


class FacetValue(Answer):
    """A value of a filter: how many of the records found have it, and the question that finds these."""

    value: str
    label: str = Field(description="Its name; of a code, the code.")
    count: int = Field(description="Records, as `total` counts them: what two sources tell of one deal is two.")
    by_source: dict[str, int] = Field(description="How many of them each source has.")
    link: str | None = Field(description="null where the grammar has no question for it.")


class Facet(Answer):
    """What is found, counted by a filter; a record that has several values counts once under each."""

    parameter: str
    values: list[FacetValue] = Field(description="At most 100, most frequent first.")
    more: bool = Field(description="Whether there are further values.")


class GroupValue(Answer):
    """A value of a filter, with its name."""

    value: str
    label: str


class SumAnswer(Answer):
    """What the facts of a group that are one thing each come to, and how much of it is an estimate."""

    sum: int | None = Field(description="null if none of them gives the number.")
    sum_estimated: int | None = Field(description="How much of it the source calls an estimate.")
    sum_untold: int | None = Field(description="Of how much of it the source does not say whether it is an estimate.")
    without_number: int = Field(description="How many of them do not give the number: the sum lacks theirs.")


class GroupAnswer(Answer):
    """What `group_by` answers: how many facts of one source have these values; no count or sum adds up sources.

    Aggregates are never added to instances.
    """

    group: dict[str, GroupValue] = Field(description="By filter.")
    source: str = Field(description="Whose facts they are: each source has its own groups.")
    sums: dict[str, SumAnswer] = Field(description="What `sum` asks for, by its name; else empty.")
    count: int = Field(description="Facts that are one thing each.")
    aggregates: int = Field(description="Facts that stand for several things.")
    link: str | None = Field(description="Finds both; null where the grammar has no question for them.")


class Meta(Answer):
    """About a list. Counts are of records; none adds up sources."""

    count: int = Field(description="Records on this page.")
    total: int = Field(description="Records that the question finds; exact to 10,000, then a floor.")
    total_is: TotalIs
    withheld: dict[str, int] = Field(
        description="By modality: what the same question would have found besides; 10,001 means more than 10,000."
    )
    release: str
    citation: str = Field(description="How to cite this answer.")
    notes: list[Note]
    facets: list[Facet] = Field(
        description="Empty unless `facet` asks for them; of at most 10,000 records, or of a whole collection."
    )


class Links(Answer):
    """Root-relative, canonical addresses."""

    self: str
    next: str | None = Field(description="The next page; null on the last.")


class OneMeta(Answer):
    """About a single record."""

    release: str
    citation: str
    notes: list[Note]


class OneLinks(Answer):
    """Root-relative addresses."""

    self: str
    more: dict[str, str] = Field(description="Where to go from here, by name.")


T = TypeVar("T")


class ListAnswer(Answer, Generic[T]):
    """A page of records."""

    data: list[T]
    meta: Meta
    links: Links


class OneAnswer(Answer, Generic[T]):
    """One record."""

    data: T
    meta: OneMeta
    links: OneLinks


class Some(BaseModel, Generic[T]):
    """Some keys of a record: what `fields` asks for."""

    model_config = ConfigDict(extra="allow")

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Say that it lacks some key of each: a whole record has to be as its own schema says."""
        (shape,) = cls.__pydantic_generic_metadata__["args"]
        whole = [{"required": list(model.model_fields)} for model in _models(shape)]
        found = handler.resolve_ref_schema(handler(core))
        found.pop("properties", None)
        found["not"] = {"anyOf": whole}
        return found


def _models(shape: Any) -> list[type[BaseModel]]:
    """Return the models of a union."""
    if isinstance(shape, type):
        return [shape]
    return [model for part in get_args(shape) for model in _models(part)]


def list_of(shape: Any) -> Any:
    """Return the shape of a page of these records."""
    return ListAnswer[shape | Some[shape]]


def list_of_facts(shape: Any) -> Any:
    """Return the shape of a page of these facts, or of groups of them."""
    return ListAnswer[shape | GroupAnswer | Some[shape]]


def one_of(shape: Any) -> Any:
    """Return the shape of one such record alone."""
    return OneAnswer[shape]
