"""JSON-LD: facts as schema.org claims with PROV-O provenance, passages as Web Annotations; nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from app.kit.pages import dump

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_RFC_7111 = "http://tools.ietf.org/rfc/rfc7111"
_WHOLE = "http://www.w3.org/2001/XMLSchema#nonNegativeInteger"
_DAY = "http://www.w3.org/2001/XMLSchema#date"
CONTEXT: dict[str, Any] = {
    "schema": "https://schema.org/",
    "prov": "http://www.w3.org/ns/prov#",
    "oa": "http://www.w3.org/ns/oa#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dcterms": "http://purl.org/dc/terms/",
    "id": "@id",
    "type": "@type",
    "name": "schema:name",
    "alternateName": "schema:alternateName",
    "text": "schema:text",
    "abstract": "schema:abstract",
    "version": "schema:version",
    "license": {"@id": "schema:license", "@type": "@id"},
    "isPartOf": {"@id": "schema:isPartOf", "@type": "@id"},
    "temporalCoverage": "schema:temporalCoverage",
    "spatialCoverage": "schema:spatialCoverage",
    "geo": "schema:geo",
    "latitude": "schema:latitude",
    "longitude": "schema:longitude",
    "publisher": "schema:publisher",
    "author": "schema:author",
    "inLanguage": "schema:inLanguage",
    "url": {"@id": "schema:url", "@type": "@id"},
    "identifier": "schema:identifier",
    "additionalProperty": "schema:additionalProperty",
    "propertyID": "schema:propertyID",
    "value": "schema:value",
    "mentions": "schema:mentions",
    "roleName": "schema:roleName",
    "parentOrganization": "schema:parentOrganization",
    "category": "schema:category",
    "description": "schema:description",
    "isRelatedTo": {"@id": "schema:isRelatedTo", "@type": "@id"},
    "wasAttributedTo": "prov:wasAttributedTo",
    "wasDerivedFrom": {"@id": "prov:wasDerivedFrom", "@type": "@id"},
    "generatedAtTime": {"@id": "prov:generatedAtTime", "@type": _DAY},
    "evidence": {"@id": "schema:citation"},
    "body": {"@id": "oa:hasBody", "@type": "@id"},
    "target": "oa:hasTarget",
    "source": "oa:hasSource",
    "selector": "oa:hasSelector",
    "rdfValue": "rdf:value",
    "conformsTo": {"@id": "dcterms:conformsTo", "@type": "@id"},
    "refinedBy": "oa:refinedBy",
    "exact": "oa:exact",
    "prefix": "oa:prefix",
    "suffix": "oa:suffix",
    "start": {"@id": "oa:start", "@type": _WHOLE},
    "end": {"@id": "oa:end", "@type": _WHOLE},
}
_COLLECTIONS = {
    "country": "countries",
    "organization": "organizations",
    "person": "people",
    "system": "systems",
    "place": "places",
    "source": "sources",
}
_ACTORS = {"country": "schema:Country", "organization": "schema:Organization", "person": "schema:Person"}
_CODED = ("modality", "denies", "granularity", "hedges")


class LinkedWriter:
    """One document: the data set, then every record, in one graph."""

    def __init__(self, at: str, release: str) -> None:
        """Take the address of the question and the release that answers it."""
        data_set = {
            "id": at,
            "type": ["schema:Dataset", "prov:Entity"],
            "name": f"Foedus {at}",
            "version": release,
            "license": LICENCE,
        }
        self._at = at
        self.head = b'{"@context":' + dump(CONTEXT) + b',"@graph":[' + dump(data_set)

    def write(self, _: Connection, answers: Sequence[str]) -> bytes:
        """Return the records' nodes."""
        return b"".join(b"," + dump({**node(json.loads(one)), "isPartOf": self._at}) for one in answers)

    def tail(self) -> bytes:
        """Close the graph."""
        return b"]}"


def alone(record: Any, at: str, release: str) -> bytes:
    """Return one record as a document of its own."""
    about = {"isPartOf": "/", "version": release, "license": LICENCE}
    return dump({"@context": CONTEXT, **node(record), **about, "id": at})


def node(record: Any) -> dict[str, Any]:
    """Return a fact, an entity or a passage as a node."""
    if "evidence" in record:
        return _fact(record)
    if "exact" in record:
        return passage(record)
    made = _ENTITIES[record["kind"]](record)
    return {"id": f"/{_COLLECTIONS[record['kind']]}/{record['id']}", **made}


def _selector(citation: Any) -> dict[str, Any]:
    """Return where a passage stands: in a text, in a table, in an XML file."""
    if citation["fragment"] is not None:
        return {"type": "oa:FragmentSelector", "rdfValue": citation["fragment"], "conformsTo": _RFC_7111}
    if citation["xpath"] is None:
        return {"type": "oa:TextPositionSelector", "start": citation["start"], "end": citation["end"]}
    element = {"type": "oa:XPathSelector", "rdfValue": citation["xpath"]}
    if citation["file"] is None:
        return element
    return {"type": "oa:FragmentSelector", "rdfValue": citation["file"], "refinedBy": element}


def passage(citation: Any, fact: str | None = None) -> dict[str, Any]:
    """Return a citation as a Web Annotation of its source; its body is the fact that it proves."""
    quote = {key: citation[key] for key in ("exact", "prefix", "suffix") if citation[key] is not None}
    selectors: list[dict[str, Any]] = [{"type": "oa:TextQuoteSelector", **quote}] if quote else []
    selectors.append(_selector(citation))
    return {
        "id": f"/evidence/{citation['id']}",
        "type": "oa:Annotation",
        **({"body": fact} if fact else {}),
        "target": {"type": "oa:SpecificResource", "source": _source(citation["source"]), "selector": selectors},
        "identifier": _property("sha256", citation["sha256"]),
    }


def _fact(fact: Any) -> dict[str, Any]:
    at = f"/facts/{fact['id']}"
    sources = sorted({f"/sources/{one['source']['id']}" for one in fact["evidence"]})
    envelope = {"id", "kind", "summary", "asserted_by", "date", "place", "parties", "systems", "related", "evidence"}
    rest = {key: value for key, value in fact.items() if key not in {*envelope, *_CODED, "inferred", "coded_on"}}
    return {
        "id": at,
        "type": ["schema:Claim", "prov:Entity"],
        "identifier": fact["id"],
        "category": fact["kind"],
        "text": fact["summary"],
        **({"temporalCoverage": fact["date"]["edtf"]} if fact["date"]["edtf"] else {}),
        **({"spatialCoverage": _place(fact["place"])} if fact["place"] else {}),
        "mentions": [_role(one["role"], _actor(one["actor"])) for one in fact["parties"]]
        + [_role(one["role"], _thing("systems", "schema:Product", one["system"])) for one in fact["systems"]],
        "additionalProperty": [
            _property(key, value)
            for key, value in [*((key, fact[key]) for key in _CODED), *rest.items()]
            if value not in (None, [], {})
        ],
        "isRelatedTo": [f"/facts/{one['id']}" for one in fact["related"]],
        "wasAttributedTo": [_actor(one) for one in fact["asserted_by"]],
        "wasDerivedFrom": sources,
        "generatedAtTime": fact["coded_on"],
        "evidence": [passage(one, at) for one in fact["evidence"]],
    }


def _property(name: str, value: Any) -> dict[str, Any]:
    """Return a value under its own name; what is no plain value is written as JSON."""
    plain = value if isinstance(value, (str, int, float)) else dump(value).decode()
    return {"type": "schema:PropertyValue", "propertyID": name, "value": plain}


def _role(role: str, thing: dict[str, Any]) -> dict[str, Any]:
    return {"type": "schema:Role", "roleName": role, "mentions": thing}


def _thing(collection: str, type_: str, record: Any) -> dict[str, Any]:
    return {"id": f"/{collection}/{record['id']}", "type": type_, "name": record["name"]}


def _actor(actor: Any) -> dict[str, Any]:
    if actor["kind"] == "unnamed":
        return {"type": "prov:Agent", "name": actor["name"], "identifier": actor["id"]}
    return _thing(_COLLECTIONS[actor["kind"]], _ACTORS[actor["kind"]], actor) | {
        "type": [_ACTORS[actor["kind"]], "prov:Agent"]
    }


def _place(place: Any) -> dict[str, Any]:
    return _thing("places", "schema:Place", place)


def _source(source: Any) -> dict[str, Any]:
    made = {
        "id": f"/sources/{source['id']}",
        "type": ["schema:CreativeWork", "prov:Entity"],
        "name": source["title"],
        "publisher": source["publisher"],
        "url": source["url"],
    }
    return {key: value for key, value in made.items() if value is not None}


def _country(one: Any) -> dict[str, Any]:
    codes = [_property(scheme, code) for scheme, code in one["codes"].items() if code]
    return {"type": "schema:Country", "name": one["name"], "alternateName": one["names"], "identifier": codes}


def _organization(one: Any) -> dict[str, Any]:
    of = {"parentOrganization": _actor(one["organ_of"])} if one["organ_of"] else {}
    return {"type": "schema:Organization", "name": one["name"], "alternateName": one["aliases"], **of}


def _person(one: Any) -> dict[str, Any]:
    return {"type": "schema:Person", "name": one["name"], "alternateName": one["variants"]}


def _system(one: Any) -> dict[str, Any]:
    told = {key: one[key] for key in ("category", "description") if one[key]}
    return {"type": "schema:Product", "name": one["name"], "alternateName": one["aliases"], **told}


def _full_place(one: Any) -> dict[str, Any]:
    point = one["point"] and {
        "type": "schema:GeoCoordinates",
        "latitude": one["point"]["latitude"],
        "longitude": one["point"]["longitude"],
    }
    at = {"geo": point} if point else {}
    return {"type": "schema:Place", "name": one["name"], "alternateName": one["aliases"], **at}


def _full_source(one: Any) -> dict[str, Any]:
    dated = {"temporalCoverage": one["published"]["edtf"]} if one["published"] else {}
    return _source(one) | {
        "author": [{"type": "schema:Person", "name": name} for name in one["authors"]],
        "inLanguage": one["language"],
        "identifier": _property("sha256", one["sha256"]),
        **dated,
    }


_ENTITIES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "country": _country,
    "organization": _organization,
    "person": _person,
    "system": _system,
    "place": _full_place,
    "source": _full_source,
}
