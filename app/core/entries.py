"""What a curator writes: the shapes of the corpus' files; unknown keys are refused, what is not stated is left out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Hashable, Iterator
from datetime import date as day
from functools import lru_cache
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, model_validator

from app.core.answers import Estimate
from app.core.vocabulary import (
    DateBasis,
    Granularity,
    Modality,
    Relation,
    Role,
    Selector,
    SystemRole,
)
from app.kit import edtf

T = TypeVar("T")


class ActorId(str):
    """The id of an actor."""

    __slots__ = ()


class SystemId(str):
    """The id of a system."""

    __slots__ = ()


class PlaceId(str):
    """The id of a place."""

    __slots__ = ()


class FactId(str):
    """The id of another fact."""

    __slots__ = ()


class SourceId(str):
    """The id of a source."""

    __slots__ = ()


_LONGEST_OF_TEXT = 1000
DIGITS = 8
_NOT_ID = re.compile(r"[^A-Za-z0-9-]+")
_POSITION = re.compile(r"\[([0-9]+)\]")
_SLUG = StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
_ANY_ID = StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$")
Slug = Annotated[str, _SLUG]
ActorRef = Annotated[str, _ANY_ID, AfterValidator(ActorId)]
SystemRef = Annotated[str, _SLUG, AfterValidator(SystemId)]
PlaceRef = Annotated[str, _SLUG, AfterValidator(PlaceId)]
FactRef = Annotated[str, _SLUG, AfterValidator(FactId)]
SourceRef = Annotated[str, _SLUG, AfterValidator(SourceId)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"^\S.*\S$")]


class Entry(BaseModel):
    """What every shape a curator writes has in common: nothing that is not foreseen."""

    # Built when the first is read: the API, which reads none, starts without them.
    model_config = ConfigDict(extra="forbid", populate_by_name=True, serialize_by_alias=True, defer_build=True)

    def references(self) -> Iterator[tuple[str, str]]:
        """Yield (field path, id) of everything that this entry refers to; the id's class says of what."""
        yield from _references(self, "")


def _references(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _references(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for position, one in enumerate(value):
            yield from _references(one, f"{path}.{position}")
    elif isinstance(value, (ActorId, SystemId, PlaceId, FactId, SourceId)):
        yield path, value


def _is_edtf(text: str) -> str:
    edtf.bounds(text)
    return text


def _is_day(text: str) -> str:
    day.fromisoformat(text)
    return text


Day = Annotated[str, AfterValidator(_is_day)]


class DateEntry(Entry):
    """A date: EDTF, and whether it is stated or from which words it was inferred."""

    edtf: Annotated[str, AfterValidator(_is_edtf)]
    basis: DateBasis
    note: str | None = None

    @model_validator(mode="after")
    def _explained(self) -> DateEntry:
        if self.basis is DateBasis.none:
            raise ValueError("basis `none` is the compiler's: leave the date out")
        if self.basis is DateBasis.inferred and not self.note:
            raise ValueError("an inferred date needs a `note` that says from which words")
        return self


def _short(exact: str, info: ValidationInfo) -> str:
    if info.data.get("start") is not None and len(exact) > _LONGEST_OF_TEXT:
        raise ValueError(f"a passage of a text should have at most {_LONGEST_OF_TEXT} characters")
    return exact


class EvidenceEntry(Entry):
    """A passage: where it stands in the source, and its exact words. `seed anchor` fills in the last three.

    In a text it stands at `start`; importers place it by row of a table (`fragment`), or by `xpath` in a `file`.
    """

    start: int | None = Field(default=None, ge=0)
    fragment: Annotated[str, StringConstraints(pattern=r"^row=[1-9][0-9]*(-[1-9][0-9]*)?$")] | None = None
    file: str | None = None
    xpath: str | None = None
    exact: Annotated[str, AfterValidator(_short)] = Field(min_length=1, max_length=20_000)
    prefix: str = Field(max_length=32)
    suffix: str = Field(max_length=32)
    sha256: str

    @model_validator(mode="after")
    def _unaltered(self) -> EvidenceEntry:
        if hashlib.sha256(self.exact.encode()).hexdigest() != self.sha256:
            raise ValueError("`sha256` is not that of `exact`: the passage was altered, or run `seed anchor`")
        if sum(one is not None for one in (self.start, self.fragment, self.xpath)) != 1:
            raise ValueError("a passage stands at a `start`, in a `fragment`, or under an `xpath`")
        return self

    @property
    def span(self) -> tuple[int, int]:
        """Where the passage starts and ends in its text, the end exclusive; an error if it stands in a table."""
        if self.start is None:
            raise TypeError(f"{self.locator()} is no passage of a text")
        return self.start, self.start + len(self.exact)

    def locator(self) -> str:
        """Return what names the passage within its source: `120-180`, `row-17.1f0a93bc`, `fy2004.12-3.77de0c42`.

        A data set's next edition has other words in row 17: they are another passage, by the digest of the words.
        """
        if self.fragment is not None:
            return f"{self.fragment.replace('=', '-')}.{self.sha256[:DIGITS]}"
        if self.xpath is not None:
            file = _NOT_ID.sub("-", self.file or "").strip("-")
            return f"{file}.{'-'.join(_POSITION.findall(self.xpath))}.{self.sha256[:DIGITS]}".strip(".")
        return "-".join(map(str, self.span))

    def selector(self) -> Selector:
        """Return how it is placed."""
        if self.fragment is not None:
            return Selector.fragment
        return Selector.text_position if self.xpath is None else Selector.xpath


class PartyEntry(Entry):
    """An actor's role that the kind's own fields do not tell."""

    actor: ActorRef
    role: Role
    hedge: str | None = None


class SystemUseEntry(Entry):
    """A system's role that the kind's own fields do not tell."""

    system: SystemRef
    role: SystemRole
    by: ActorRef | None = None


class InferenceEntry(Entry):
    """A field whose value the passages do not state, and what it was concluded from."""

    field: str
    from_: str = Field(alias="from")
    note: str | None = None


class RelatedEntry(Entry):
    """Another fact that this one is related to."""

    relation: Relation
    id: FactRef


class FactEntry(Entry):
    """The envelope as a curator writes it."""

    id: Slug
    kind: str
    summary: Sentence
    modality: Modality
    denies: Modality | None = None
    granularity: Granularity = Granularity.instance
    asserted_by: list[ActorRef] = []
    date: DateEntry | None = None
    place: PlaceRef | None = None
    parties: list[PartyEntry] = []
    systems: list[SystemUseEntry] = []
    hedges: list[str] = []
    inferred: list[InferenceEntry] = []
    related: list[RelatedEntry] = []
    evidence: list[EvidenceEntry] = Field(min_length=1)
    coded_on: Day
    note: str | None = Field(default=None, description="For curators; not served.")

    @model_validator(mode="after")
    def _negated(self) -> FactEntry:
        if (self.modality is Modality.denied) != (self.denies is not None):
            raise ValueError("`denies` names what is negated if, and only if, the modality is `denied`")
        if self.denies is Modality.denied:
            raise ValueError("a denial of a denial is no claim")
        return self

    def derived_parties(self) -> list[PartyEntry]:
        """Return the roles that the kind's own fields tell."""
        return []

    def derived_systems(self) -> list[SystemUseEntry]:
        """Return the uses of systems that the kind's own fields tell."""
        return []

    def all_parties(self) -> list[PartyEntry]:
        """Return every role, each once, the kind's own first."""
        return _once([*self.derived_parties(), *self.parties], lambda party: (party.actor, party.role))

    def all_systems(self) -> list[SystemUseEntry]:
        """Return every use of a system, each once, the kind's own first."""
        return _once([*self.derived_systems(), *self.systems], lambda use: (use.system, use.role, use.by))

    def detail(self) -> dict[str, Any]:
        """Return what the kind's own table has of it: a value per column, but for the number."""
        return {}

    def words(self, *, quotable: bool) -> dict[str, Any]:  # noqa: ARG002  # quotes override it and ask; other kinds have no words
        """Return what the answer says of its words, which not every source lets pass on, and the entry does not."""
        return {}

    def filter_values(self) -> list[tuple[str, str]]:
        """Return (filter, value) for the fields of which a fact can have several."""
        return []

    def amounts(self) -> list[tuple[str, str, list[Estimate]]]:
        """Return (amount, year, numbers) of what is added up: the numbers of a year, or, the year empty, in all."""
        return []


def _once(items: list[T], key: Callable[[T], Hashable]) -> list[T]:
    # What is written by hand replaces, in its place, what was derived: it may add a hedge.
    return list({key(item): item for item in items}.values())


def party(role: Role, *actors: str | None) -> list[PartyEntry]:
    """Return the parties that have this role, leaving out what is not told."""
    return [_party(role, actor) for actor in actors if actor]


def use(role: SystemRole, system: str | None, by: str | None = None) -> list[SystemUseEntry]:
    """Return the use of a system, or nothing if it is not told."""
    return [_use(role, system, by)] if system else []


# The same few have the same few roles again and again, and nobody writes into what was derived.
@lru_cache(maxsize=16_384)
def _party(role: Role, actor: str) -> PartyEntry:
    return PartyEntry(actor=ActorId(actor), role=role)


@lru_cache(maxsize=16_384)
def _use(role: SystemRole, system: str, by: str | None) -> SystemUseEntry:
    return SystemUseEntry(system=SystemId(system), role=role, by=by and ActorId(by))
