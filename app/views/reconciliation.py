"""The W3C Reconciliation API 0.2, as OpenRefine speaks it: its manifest, its queries, its extension by codes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from sqlalchemy import Connection, select
from sqlmodel import col

from app.core.answers import Answer
from app.core.tables import Country
from app.kit.bodies import read_as, read_json, refused, tidy
from app.kit.problems import Culprit, unprocessable
from app.kit.values import LONGEST_NAME
from app.views.candidates import candidates, certain

MOST_NAMES = 500
CODES = {
    "iso2": "ISO 3166-1 alpha-2",
    "iso3": "ISO 3166-1 alpha-3",
    "iso_num": "ISO 3166-1 numeric",
    "cow": "Correlates of War",
    "gw": "Gleditsch and Ward",
}
Text = Annotated[str, StringConstraints(max_length=LONGEST_NAME)]


class _Query(BaseModel):
    """One query of the Reconciliation API; how properties and strictness are considered is left to the service."""

    model_config = ConfigDict(extra="forbid")

    query: str | None = None
    type: str | Annotated[list[str], Field(max_length=20)] | None = None
    limit: int | None = Field(default=None, ge=1)
    properties: list[Any] = []
    type_strict: str | None = None

    @model_validator(mode="after")
    def _asks(self) -> _Query:
        if self.query is None and not self.properties:
            raise ValueError("a query has `query` or `properties`")
        return self

    def name(self) -> str:
        """Return the name that is sought; none is as long as a cell of a spreadsheet may be."""
        plain = tidy(self.query or "")
        return plain if len(plain) <= LONGEST_NAME else ""


class _Property(BaseModel):
    id: str


class _Extension(BaseModel):
    ids: list[Text] = Field(max_length=MOST_NAMES)
    properties: list[_Property] = Field(max_length=20)


_QUERIES = TypeAdapter(Annotated[dict[str, _Query], Field(min_length=1, max_length=MOST_NAMES)])


class _Told(Answer):
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)


class TypeAnswer(Answer):
    """A kind of entity."""

    id: str
    name: str


class ViewAnswer(Answer):
    """Where people look at an entity: `{{id}}` stands for it."""

    url: str


class ProposalAnswer(Answer):
    """Where the columns are asked for that may be added."""

    service_url: str
    service_path: str


class ExtendAnswer(Answer):
    """How what was reconciled is extended."""

    propose_properties: ProposalAnswer
    property_settings: list[str]


class ManifestAnswer(_Told):
    """What OpenRefine wants to know of this service."""

    versions: list[str]
    name: str
    identifier_space: str = Field(alias="identifierSpace")
    schema_space: str = Field(alias="schemaSpace")
    default_types: list[TypeAnswer] = Field(alias="defaultTypes")
    view: ViewAnswer
    extend: ExtendAnswer
    batch_size: int = Field(alias="batchSize")


def manifest(name: str, kinds: list[str], at: str) -> ManifestAnswer:
    """Say what the service at this address is."""
    return ManifestAnswer(
        versions=["0.2"],
        name=name,
        identifier_space=f"{at}/",
        schema_space=f"{at}/vocab/",
        default_types=[TypeAnswer(id=kind, name=kind) for kind in kinds],
        view=ViewAnswer(url=f"{at}/{{{{id}}}}"),
        extend=ExtendAnswer(
            propose_properties=ProposalAnswer(service_url=at, service_path="/resolve/properties"),
            property_settings=[],
        ),
        batch_size=MOST_NAMES // 10,
    )


def properties(kind: str, limit: int | None) -> dict[str, Any]:
    """Say which columns may be added to what was reconciled: a country's codes."""
    known = [{"id": id_, "name": label} for id_, label in CODES.items()] if kind == "country" else []
    return {"type": kind, "properties": known[:limit]} | ({} if limit is None else {"limit": limit})


def reconciled(connection: Connection, fields: dict[str, str], collections: Mapping[str, str]) -> dict[str, Any]:
    """Answer a form of the API: a batch of queries, or an extension."""
    if fields.keys() == {"queries"}:
        return _queries(connection, read_json(fields["queries"]), collections)
    if fields.keys() == {"extend"}:
        return _extended(connection, read_as(_Extension, read_json(fields["extend"])))
    raise unprocessable([Culprit(parameter=None, detail="the form has one field: `queries` or `extend`")])


def _queries(connection: Connection, given: Any, collections: Mapping[str, str]) -> dict[str, Any]:
    try:
        queries = _QUERIES.validate_python(given)
    except ValidationError as error:
        raise refused(error) from None
    every = frozenset(collections)
    wanted = {
        key: (
            query.name(),
            kinds_of([query.type] if isinstance(query.type, str) else query.type or [], every, f"{key[:80]}.type"),
        )
        for key, query in queries.items()
    }
    found = candidates(connection, wanted.values())
    return {
        key: {
            "result": [
                {
                    "id": f"{collections[one.found.kind]}/{one.found.id}",
                    "name": one.found.label,
                    "type": [{"id": one.found.kind, "name": one.found.kind}],
                    "score": one.score,
                    "match": one is certain(*wanted[key], found[wanted[key]]),
                }
                for one in found[wanted[key]][: queries[key].limit]
            ]
        }
        for key in queries
    }


def _extended(connection: Connection, asked: _Extension) -> dict[str, Any]:
    unknown = [one.id for one in asked.properties if one.id not in CODES]
    if unknown:
        detail = f"{unknown[0][:LONGEST_NAME]!r} is no property: there are {', '.join(CODES)}"
        raise unprocessable([Culprit(parameter="extend", detail=detail, allowed=list(CODES))])
    ids = {one: tidy(one).removeprefix("countries/") for one in asked.ids}
    statement = select(col(Country.id), col(Country.answer)).where(col(Country.id).in_(sorted(set(ids.values()))))
    codes = {id_: json.loads(answer)["codes"] for id_, answer in connection.execute(statement)}
    names = [one.id for one in asked.properties]
    return {
        "meta": [{"id": one, "name": CODES[one]} for one in names],
        "rows": {
            written: {one: [{"str": codes[id_][one]}] if codes.get(id_, {}).get(one) else [] for one in names}
            for written, id_ in ids.items()
        },
    }


def kinds_of(given: list[str], every: frozenset[str], parameter: str) -> frozenset[str]:
    """Return the kinds that are asked for, all if none is; 422 that blames the parameter for one that is not there."""
    for kind in given:
        if kind not in every:
            detail = f"{kind[:LONGEST_NAME]!r} is none of {', '.join(sorted(every))}"
            raise unprocessable([Culprit(parameter=parameter, detail=detail, allowed=sorted(every))])
    return frozenset(given) or every
