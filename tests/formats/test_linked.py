"""GeoJSON and JSON-LD: points only where there are some, and the same exact words, read by a JSON-LD processor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app.facts import FACTS

if TYPE_CHECKING:
    from tests.conftest import Api

OA = "http://www.w3.org/ns/oa#"
LISTS = [
    "/facts.jsonld?modality=any",
    *(f"/{name}.jsonld" for name in ("countries", "organizations", "people", "systems", "places", "sources")),
]


def refuse(url: str, _: Any) -> Any:
    """Fetch nothing: a context is in its document."""
    raise AssertionError(f"{url} was to be fetched")


def expanded(document: Any) -> list[Any]:
    """Expand a document, and compact it again by its own context."""
    # Imported here: it is slow to load, and only these tests need it.
    from pyld import jsonld

    options = {"documentLoader": refuse, "base": "http://test/"}
    found: list[Any] = jsonld.expand(document, options)
    compacted = jsonld.compact(found, document["@context"], options)
    assert jsonld.expand(compacted, options) == found
    return found


def annotated(node: Any) -> list[Any]:
    """Return every annotation in a document, wherever it stands."""
    if isinstance(node, list):
        return [one for part in node for one in annotated(part)]
    if not isinstance(node, dict):
        return []
    here = [node] if f"{OA}Annotation" in node.get("@type", []) else []
    return here + [one for part in node.values() for one in annotated(part)]


def value(node: Any, *path: str) -> Any:
    """Follow properties to a value."""
    for name in path:
        node = node[f"{OA}{name}"][0]
    return node["@value"]


@pytest.mark.parametrize("resource", FACTS, ids=lambda one: one.kind)
def test_a_fact_expands_and_its_passages_are_the_same_words(small: Api, resource: Any) -> None:
    for fact in small.json(f"/{resource.collection}?modality=any")["data"]:
        (node,) = expanded(small.json(f"/{resource.collection}/{fact['id']}.jsonld"))
        assert node["@id"] == f"http://test/{resource.collection}/{fact['id']}"
        assert "https://schema.org/Claim" in node["@type"]
        found = annotated(node)
        assert [one["@id"] for one in found] == [f"http://test/evidence/{one['id']}" for one in fact["evidence"]]
        for annotation, passage in zip(found, fact["evidence"], strict=True):
            target = annotation[f"{OA}hasTarget"][0]
            quoted, positioned = target[f"{OA}hasSelector"]
            assert value(quoted, "exact") == passage["exact"]
            assert (value(quoted, "prefix"), value(quoted, "suffix")) == (passage["prefix"], passage["suffix"])
            assert (value(positioned, "start"), value(positioned, "end")) == (passage["start"], passage["end"])
            assert target[f"{OA}hasSource"][0]["@id"] == f"http://test/sources/{passage['source']['id']}"


@pytest.mark.parametrize("target", LISTS)
def test_a_list_is_a_graph_of_all_its_records(small: Api, target: str) -> None:
    nodes = {node["@id"] for node in expanded(small.json(target))}
    collection = target.removesuffix(".jsonld").partition(".")[0]
    ids = small.ids(target.replace(".jsonld", "") + ("&" if "?" in target else "?") + "limit=500")
    assert {f"http://test{collection}/{one}" for one in ids} <= nodes


@pytest.mark.parametrize(
    "target",
    ["/countries/TR", "/organizations/FCF", "/people/lars-vinter", "/systems/H7", "/places/amber-coast"],
)
def test_an_entity_expands(small: Api, target: str) -> None:
    (node,) = expanded(small.json(f"{target}.jsonld"))
    assert node["https://schema.org/name"]
    assert all(kind.startswith("https://schema.org/") for kind in node["@type"])


def test_a_passage_alone_is_an_annotation(small: Api) -> None:
    (node,) = annotated(expanded(small.json("/evidence/harbour-gazette-2019.41-156.jsonld")))
    target = node[f"{OA}hasTarget"][0]
    assert value(target[f"{OA}hasSelector"][0], "exact").startswith("In March 2016, Turkey delivered")


def test_a_feature_is_a_fact_at_its_place(small: Api) -> None:
    found = small.json("/facts.geojson?modality=any")
    placed = {
        record["id"]: record
        for record in small.json("/facts?modality=any&limit=500")["data"]
        if record["place"] and record["place"]["id"] == "amber-coast"
    }
    assert found["type"] == "FeatureCollection"
    assert [one["id"] for one in found["features"]] == list(placed)
    for feature in found["features"]:
        assert feature["geometry"] == {"type": "Point", "coordinates": [13.9, -21.5]}
        assert feature["properties"] == {**placed[feature["id"]], "point_precision": "region"}
    about = found["foedus"]
    total = small.json("/facts?modality=any")["meta"]["total"]
    assert (about["features"], about["without_point"]) == (len(placed), total - len(placed))
    assert about["release"] == small.json("/version")["release"]


def test_places_are_features_where_a_source_gives_a_point(small: Api) -> None:
    found = small.json("/places.geojson")
    assert [one["id"] for one in found["features"]] == ["amber-coast"]
    assert found["foedus"]["without_point"] == 1


def test_a_fact_alone_without_a_point_is_a_feature_that_is_nowhere(small: Api) -> None:
    feature = small.json("/facts/tr-no-heron-2016.geojson")
    assert (feature["type"], feature["geometry"]) == ("Feature", None)
    assert small.json("/places/amber-coast.geojson")["geometry"]["coordinates"] == [13.9, -21.5]


@pytest.mark.parametrize("suffix", ["geojson", "jsonld"])
def test_parts_join_to_one_document(small: Api, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = small.get(f"/facts.{suffix}?modality=any").content
    monkeypatch.setattr("app.core.answering.MAX_LIMIT", 3)
    assert small.get(f"/facts.{suffix}?modality=any").content == whole
    assert json.loads(whole)
