"""Answers as table columns, derived from their models: one record a row, everything that it holds in some cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from app.core.answers import STATE_ID, ActorRecord, CitationAnswer, DateRecord, Estimate
from app.core.states import States
from app.kit.tabular import SEPARATOR, Column, Datatype

# Passages are prose, and prose has semicolons.
BETWEEN_PASSAGES = " ¶ "
_DATATYPES: dict[type, Datatype] = {bool: "boolean", int: "integer", float: "number", str: "string"}


@dataclass(frozen=True)
class _Part:
    """A column on its way: what is added to the field's name, and how its cell comes out of the field's value."""

    ending: str
    datatype: Datatype
    doc: str
    value: Callable[[Any, States], Any]
    separator: str | None = None


def columns_of(model: type[BaseModel]) -> tuple[Column, ...]:
    """Return the columns of a model's records, in the order of its fields."""
    return tuple(
        Column(
            name=name + part.ending,
            key=name,
            datatype=part.datatype,
            doc=part.doc,
            value=_from_key(name, part.value),
            separator=part.separator,
        )
        for name, part in _fields(model)
    )


def columns_of_all(models: Iterable[type[BaseModel]]) -> tuple[Column, ...]:
    """Return the columns of records of several models, those of one name as one column."""
    found: dict[str, Column] = {}
    for model in models:
        for column in columns_of(model):
            known = found.setdefault(column.name, column)
            if (known.datatype, known.separator, known.key) != (column.datatype, column.separator, column.key):
                raise TypeError(f"{model.__name__}: column {column.name} is another thing elsewhere: rename the field")
    return tuple(found.values())


def _fields(model: type[BaseModel]) -> list[tuple[str, _Part]]:
    found = []
    for name, field in model.model_fields.items():
        annotation: Any = field.annotation
        for marker in field.metadata:
            annotation = Annotated[annotation, marker]
        for part in _parts(annotation):
            doc = " ".join(filter(None, (field.description, part.doc)))
            found.append((field.serialization_alias or field.alias or name, replace(part, doc=doc)))
    return found


def _parts(annotation: Any) -> list[_Part]:
    bare, is_state = _bare(annotation)
    if get_origin(bare) is list:
        return _joined(get_args(bare)[0])
    if get_origin(bare) is Literal:
        return [_Part("", "string", "", _same)]
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return _SPECIAL[bare]() if bare in _SPECIAL else [_below(name, part) for name, part in _fields(bare)]
    if is_state:
        doc = "A state of today is written with its scheme, `iso2:NA`: a bare NA is read as missing."
        return [_Part("", "string", doc, lambda value, _: value and state_id(value))]
    if isinstance(bare, type) and issubclass(bare, Enum):
        return [_Part("", "string", "", _same)]
    return [_Part("", _DATATYPES[bare], "", _same)]


def _bare(annotation: Any) -> tuple[Any, bool]:
    """Take off `| None` and `Annotated`; say whether it is marked as the id of a state."""
    is_state = False
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *markers = get_args(annotation)
            is_state = is_state or STATE_ID in [one for one in markers if isinstance(one, str)]
        elif get_origin(annotation) in (Union, UnionType):
            (annotation,) = (one for one in get_args(annotation) if one is not NoneType)
        else:
            return annotation, is_state


def _joined(item: Any) -> list[_Part]:
    bare, _ = _bare(item)
    if bare is CitationAnswer:
        return _evidence()
    parts = []
    for part in _parts(item):
        # The names stand under the field's own name: `asserted_by`, `participants`.
        ending = "" if bare is ActorRecord and part.ending == "_name" else part.ending
        parts.append(replace(part, ending=ending, value=_each(part), separator=part.separator or SEPARATOR))
    return parts


def _each(part: _Part) -> Callable[[Any, States], Any]:
    def values(items: Sequence[Any] | None, states: States) -> list[Any]:
        found = [part.value(item, states) for item in items or ()]
        return [one for some in found for one in some] if part.separator else found

    return values


def _below(name: str, part: _Part) -> _Part:
    return replace(part, ending=f"_{name}{part.ending}", value=_from_key(name, part.value))


def _from_key(name: str, value: Callable[[Any, States], Any]) -> Callable[[Any, States], Any]:
    return lambda record, states: value(None if record is None else record.get(name), states)


def _same(value: Any, _: States) -> Any:
    return value


def _key(name: str) -> Callable[[Any, States], Any]:
    return _from_key(name, _same)


def state_id(id: str) -> str:
    """Write a state's id so that nothing reads it as missing: `NA` as `iso2:NA`, which every question takes too."""
    return f"iso2:{id}" if len(id) == len("NA") and id.isupper() else id


def _actor() -> list[_Part]:
    def id_(actor: Mapping[str, Any] | None, _: States) -> Any:
        return None if actor is None else state_id(actor["id"]) if actor["kind"] == "country" else actor["id"]

    def code(scheme: str) -> Callable[[Any, States], Any]:
        return lambda actor, states: None if actor is None else states.code(actor["id"], scheme)

    counts = "of the state that it is, or, for an organ, that it counts for."
    return [
        _Part("_kind", "string", "What it is.", _key("kind")),
        _Part("_id", "string", "Its id; of a state of today with its scheme, `iso2:NA`.", id_),
        _Part("_name", "string", "Its name.", _key("name")),
        _Part("_iso3", "string", f"ISO 3166-1 alpha-3, {counts}", code("iso3")),
        _Part("_cow", "string", f"Correlates of War code, {counts}", code("cow")),
        _Part("_gw", "string", f"Gleditsch-Ward code, {counts}", code("gw")),
    ]


def _date() -> list[_Part]:
    return [
        _Part("_edtf", "string", "The date as EDTF.", _key("edtf")),
        _Part("_earliest", "date", "First day that it may mean.", _key("earliest")),
        _Part("_latest", "date", "Last day that it may mean.", _key("latest")),
        _Part("_basis", "string", "Whether it is stated or inferred.", _key("basis")),
    ]


def _estimate() -> list[_Part]:
    return [
        _Part("", "integer", "", _key("value")),
        _Part("_is_estimate", "boolean", "Empty: the source does not say.", _key("is_estimate")),
    ]


def _evidence() -> list[_Part]:
    def each(value: Callable[[Any], Any]) -> Callable[[Any, States], Any]:
        return lambda passages, _: [value(one) for one in passages or ()]

    def withheld(passages: Sequence[Any] | None, _: States) -> list[str]:
        return [one["id"] for one in passages or () if one["exact"] is None]

    return [
        _Part(
            "_ids",
            "string",
            "The passages; an id ends in offsets, rows or an element.",
            each(lambda one: one["id"]),
            SEPARATOR,
        ),
        _Part("_sources", "string", "Their sources.", each(lambda one: one["source"]["id"]), SEPARATOR),
        _Part("_exact", "string", "Their words.", each(lambda one: one["exact"]), BETWEEN_PASSAGES),
        _Part("_sha256", "string", "Of the words.", each(lambda one: one["sha256"]), SEPARATOR),
        _Part("_withheld", "string", "Those whose source does not let its words be passed on.", withheld, SEPARATOR),
    ]


_SPECIAL: dict[type[BaseModel], Callable[[], list[_Part]]] = {
    ActorRecord: _actor,
    DateRecord: _date,
    Estimate: _estimate,
}
