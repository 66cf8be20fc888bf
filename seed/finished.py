"""Entries to finished answers: JSON as the answer's own fields have it, what ids stand for written only once.

An entry was validated when it was read. A second validation as an answer, and the dump of that, would take half of a
load's time; that both ways write the same bytes is for the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from app.core.answers import (
    ActorRecord,
    CitationAnswer,
    DateRecord,
    FactAnswer,
    FactDate,
    Known,
    PlaceRecord,
    SourceRecord,
    SystemRecord,
)
from app.core.entries import DateEntry, EvidenceEntry, FactEntry
from app.core.resource import Resource

Write = Callable[[Any], str]
# How a member begins, its name, how its value is written, and the whole of it where it has none, if it may have none.
Member = tuple[str, str, Write, str | None]
_DATE: TypeAdapter[DateRecord] = TypeAdapter(FactDate)
# What a curator writes for himself: no answer has it.
_NOT_SERVED = {"note"}


class Named(dict[str, str]):
    """What the ids of one sort stand for, as JSON; ValueError for an id that is none of them."""

    def __init__(self, what: str, shape: type[BaseModel], records: Mapping[str, Any]) -> None:
        """Write all of them."""
        super().__init__((id_, shape.model_validate(record).model_dump_json()) for id_, record in records.items())
        self._what = what

    def __missing__(self, id: str) -> str:
        """Refuse it."""
        raise ValueError(f"{id!r} is none of the {self._what}")


class Finisher:
    """Writes the answers of one corpus."""

    def __init__(self, known: Known, kinds: Mapping[str, Resource]) -> None:
        """Take what ids stand for, and the kinds of fact; TypeError if an entry says what its answer has not."""
        self._known: dict[Any, Named] = {
            ActorRecord: Named("actors", ActorRecord, known.actors),
            SystemRecord: Named("systems", SystemRecord, known.systems),
            PlaceRecord: Named("places", PlaceRecord, known.places),
            SourceRecord: Named("sources", SourceRecord, known.sources),
        }
        for one in kinds.values():
            unsaid = set(one.entry.model_fields) - set(one.answer.model_fields) - _NOT_SERVED
            if unsaid:
                raise TypeError(f"{one.answer.__name__} has not what its entry says: {', '.join(sorted(unsaid))}")
        self._facts = {kind: self._members(one.answer) for kind, one in kinds.items()}
        self._citation = self._members(CitationAnswer)

    def fact(self, fact: FactEntry, told: Mapping[str, Any], citations: list[str]) -> str:
        """Return a fact's answer; `told` stands in for what its entry says, `citations` are finished."""
        given = {**vars(fact), **told, "evidence": citations}
        return _object(self._facts[fact.kind], given)

    def citation(self, id: str, source: str, evidence: EvidenceEntry, *, quotable: bool) -> str:
        """Return a passage's answer, without its words if they may not be passed on."""
        given = {
            **vars(evidence),
            "id": id,
            "source": source,
            "selector": evidence.selector(),
            "end": None if evidence.start is None else evidence.span[1],
        }
        if not quotable:
            given |= dict.fromkeys(("exact", "prefix", "suffix"))
        return _object(self._citation, given)

    def _members(self, shape: type[BaseModel]) -> list[Member]:
        """Return every member of an answer, in order."""
        found: list[Member] = []
        for name, field in shape.model_fields.items():
            key = field.alias if field.alias and shape.model_config.get("serialize_by_alias") else name
            begin, write = f"{',' if found else '{'}{quoted(key)}:", self._of_field(shape, name, field)
            optional = NoneType in get_args(field.annotation)
            found.append((begin, name, write, begin + write(None) if optional else None))
        return found

    def _of_field(self, shape: type[BaseModel], name: str, field: FieldInfo) -> Write:
        if issubclass(shape, FactAnswer) and name == "evidence":
            return _joined
        return self._of(field.annotation)

    def _of(self, annotation: Any) -> Write:
        """Return how a value of a type is written."""
        origin, of = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self._of(of[0])
        if origin is list:
            one = self._of(of[0])
            return lambda values: _joined([one(value) for value in values])
        if origin in {Union, UnionType}:
            (inner,) = [one for one in of if one is not NoneType]
            some = self._of(inner)
            return lambda value: "null" if value is None else some(value)
        if annotation in self._known:
            return self._known[annotation].__getitem__
        return _code if origin is Literal else self._of_class(annotation)

    def _of_class(self, shape: Any) -> Write:
        for plain, write in _PLAIN:
            if issubclass(shape, plain):
                return write
        if issubclass(shape, BaseModel):
            members = self._members(shape)
            return lambda value: _object(members, vars(value))
        dump = TypeAdapter(shape).dump_json
        return lambda value: dump(value).decode()


def _object(members: list[Member], given: Mapping[str, Any]) -> str:
    # Most of what a fact may have it has not.
    return (
        "".join(
            [
                begin + write(value) if (value := given[name]) is not None or nothing is None else nothing
                for begin, name, write, nothing in members
            ]
        )
        + "}"
    )


def _joined(finished: list[str]) -> str:
    return f"[{','.join(finished)}]"


@lru_cache(maxsize=10_000)
def _code(value: str) -> str:
    return quoted(str(value))


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _date(date: DateEntry | None) -> str:
    return _dated(None, None, None) if date is None else _dated(date.edtf, date.basis, date.note)


# Facts come in order of date: the same few come together.
@lru_cache(maxsize=10_000)
def _dated(edtf: str | None, basis: str | None, note: str | None) -> str:
    # By the answer's own shape, which knows the bounds, and what it is to have no date.
    given = None if edtf is None else {"edtf": edtf, "basis": basis, "note": note}
    return _DATE.validate_python(given, context=Known()).model_dump_json()


_PLAIN: tuple[tuple[type, Write], ...] = (
    (DateRecord, _date),
    (Enum, _code),
    (bool, _truth),
    (int, str),
    (str, quoted),
)
