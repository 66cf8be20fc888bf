"""What holds for every kind of fact: a new one is held to it as soon as it stands in FACTS."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from app.core.choosing import RELEASE
from app.core.envelopes import one_of
from app.core.resource import Resource
from app.core.routes import parameters_of
from app.facts import FACTS

if TYPE_CHECKING:
    from tests.conftest import Api

pytestmark = pytest.mark.parametrize("resource", FACTS, ids=lambda resource: resource.kind)


def every(api: Api, resource: Resource) -> list[Any]:
    """Return all facts of a kind."""
    found = api.json(f"/{resource.collection}?modality=any&limit=500")
    assert found["links"]["next"] is None
    facts: list[Any] = found["data"]
    return facts


@pytest.fixture(params=["examples", "article"])
def api(request: pytest.FixtureRequest, examples: Api, article: Api) -> Api:
    """Each of the two corpora in turn."""
    return {"examples": examples, "article": article}[request.param]


def test_there_is_a_fact_of_it_and_its_example_question_has_answers(
    article: Api, examples: Api, resource: Resource
) -> None:
    assert every(examples, resource)
    assert article.json(resource.example)["data"]


def test_an_item_of_a_list_is_the_item_alone(api: Api, resource: Resource) -> None:
    for fact in every(api, resource):
        alone = api.json(f"/{resource.collection}/{fact['id']}")
        assert alone["data"] == fact
        assert alone["links"]["self"] == f"/{resource.collection}/{fact['id']}"
        assert alone["meta"]["release"] in alone["meta"]["citation"]
        assert api.get(f"/facts/{fact['id']}").content == api.get(alone["links"]["self"]).content


def test_in_the_list_of_all_kinds_it_is_the_same(api: Api, resource: Resource) -> None:
    assert api.json(f"/facts?kind={resource.kind}&modality=any&limit=500")["data"] == every(api, resource)


def test_every_answer_is_its_model(api: Api, resource: Resource) -> None:
    """It validates, has exactly the model's keys, and is what the model would write."""
    for fact in every(api, resource):
        answer = resource.answer.model_validate_json(json.dumps(fact), strict=False)
        assert answer.model_dump(mode="json") == fact
        assert list(fact) == list(resource.answer.model_fields)
        assert fact["kind"] == resource.kind


def test_an_item_alone_is_its_documented_shape(api: Api, resource: Resource) -> None:
    shape = one_of(resource.answer)
    for fact in every(api, resource):
        answer = api.json(f"/{resource.collection}/{fact['id']}")
        assert shape.model_validate_json(json.dumps(answer)).model_dump(mode="json") == answer


def test_every_fact_has_its_receipt(api: Api, resource: Resource) -> None:
    for fact in every(api, resource):
        assert fact["evidence"]
        for passage in fact["evidence"]:
            assert hashlib.sha256(passage["exact"].encode()).hexdigest() == passage["sha256"]
            assert passage["end"] - passage["start"] == len(passage["exact"])
            assert passage["id"] == f"{passage['source']['id']}.{passage['start']}-{passage['end']}"
            assert len(passage["prefix"]) <= 32 >= len(passage["suffix"])
            assert api.json(f"/evidence/{passage['id']}")["data"] == passage


def test_an_unknown_parameter_is_refused_by_name(examples: Api, resource: Resource) -> None:
    (culprit,) = examples.problem(f"/{resource.collection}?colour=red")["errors"]
    assert culprit["parameter"] == "colour"
    assert set(culprit["allowed"]) == names(resource)


def names(resource: Resource) -> set[str]:
    """Return the names of all that may be asked, aliases included."""
    return {name for one in (*parameters_of(resource), RELEASE) for name in (one.name, one.also) if name}


def test_every_parameter_is_documented(article: Api, resource: Resource) -> None:
    document = article.json("/openapi.json")
    documented = {one["name"]: one for one in document["paths"][f"/{resource.collection}"]["get"]["parameters"]}
    assert set(documented) == names(resource)
    for parameter in documented.values():
        assert parameter["in"] == "query"
        assert len(parameter["description"]) > len("Order.")
        assert parameter["schema"]


def enums_of(part: Any) -> Iterator[list[str]]:
    """Yield every closed list of a document."""
    if isinstance(part, dict):
        yield from [part["enum"]] if "enum" in part else []
        for one in part.values():
            yield from enums_of(one)
    elif isinstance(part, list):
        for one in part:
            yield from enums_of(one)


def test_its_code_lists_are_enums_and_served(article: Api, resource: Resource) -> None:
    enums = list(enums_of(article.json("/openapi.json")))
    for codes in resource.vocabulary:
        assert [code.value for code in codes] in enums
        served = article.json(f"/vocab/{codes.list_name()}")["data"]["codes"]
        assert [(one["code"], one["definition"]) for one in served] == [(code.value, code.definition) for code in codes]
        assert all(code.definition for code in codes)


def test_every_operation_is_tagged_and_summed_up(article: Api, resource: Resource) -> None:
    paths = article.json("/openapi.json")["paths"]
    for path in (f"/{resource.collection}", f"/{resource.collection}/{{id}}"):
        operation = paths[path]["get"]
        assert operation["tags"] == ["facts"]
        assert operation["summary"]
        assert operation["description"].startswith(resource.doc)
