"""What is promised, kept in a file: the OpenAPI document, byte for byte. Its examples are the API's own answers.

`pytest --golden` writes the file anew; the difference is then for a person to read.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema.validators import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.facts import FACTS
from app.kit import openapi
from app.kit.problems import MEDIA_TYPE
from app.main import create_app
from app.reference import CATALOGUES
from app.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Api

GOLDEN = Path(__file__).parent / "golden" / "openapi.json"
# Its example is the first change that there is: tests/views/test_releases.py.
NEEDS_TWO_RELEASES = "/changes"
ANSWERED_BY = re.compile(r"\n\nThe example answers `([^`]+)`\.\Z")


def promised() -> str:
    """Return the document without examples, as it is kept: one line per value, so that differences can be read."""
    plain = openapi.plain(create_app(Settings(database_url="sqlite:///nothing.sqlite")))
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def test_the_contract_is_the_golden_file(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--golden"):
        GOLDEN.write_text(promised(), encoding="utf-8")
    kept = GOLDEN.read_text(encoding="utf-8")
    assert promised() == kept, "the contract changed: run `pytest --golden`, and read the difference"


def test_two_applications_promise_the_same() -> None:
    assert promised() == promised()


@pytest.fixture(scope="module")
def document(article: Api) -> Any:
    """The document as it is served, examples included."""
    return article.json("/openapi.json")


def in_json(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield (path, operation) of those that answer JSON."""
    for path, operation in operations(document):
        if "application/json" in operation["responses"]["200"]["content"]:
            yield path, operation


def operations(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield (path, operation): all read, though what is long to say is sent by POST."""
    for path, methods in document["paths"].items():
        assert set(methods) <= {"get", "post"}, path
        for operation in methods.values():
            yield path, operation


def test_it_is_openapi_3_1(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_every_address_is_in_it(document: Any) -> None:
    collections = {"/facts", *(f"/{one.collection}" for one in FACTS), *(f"/{one.collection}" for one in CATALOGUES)}
    items = {f"/{one.collection}/{{id}}" for one in FACTS} | {f"/{one.collection}/{{name}}" for one in CATALOGUES}
    others = {"/facts/{id}", "/relations", "/relations/{a}/{b}", "/resolve", "/coverage", "/evidence/{id}"}
    service = {"/", "/healthz", "/readyz", "/version", "/vocab", "/vocab/{name}"}
    assert collections | items | others | service <= set(document["paths"])


def test_every_operation_has_a_true_example(article: Api, document: Any) -> None:
    """The description names the question; asked again, the answer is the example."""
    for path, operation in in_json(document):
        if path == NEEDS_TWO_RELEASES:
            continue
        found = ANSWERED_BY.search(operation["description"])
        assert found, f"{path} has no example"
        example = operation["responses"]["200"]["content"]["application/json"]["example"]
        asked = found[1].removeprefix("POST ")
        if asked != found[1]:
            sent = operation["requestBody"]["content"]["application/json"]["example"]
            assert article.request("POST", asked, json=sent).json() == example
        else:
            assert article.json(asked) == example
        assert example.get("data") != [], f"{path}: an example that finds nothing teaches nothing"
        assert re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)), asked.split("?")[0])


def test_every_example_is_valid_by_its_own_schema(document: Any) -> None:
    for path, operation in in_json(document):
        content = operation["responses"]["200"]["content"]["application/json"]
        schema = {**content["schema"], "components": document["components"]}
        if path == NEEDS_TWO_RELEASES:
            continue
        errors = [error.message for error in Draft202012Validator(schema).iter_errors(content["example"])]
        assert not errors, f"{path}: {errors[:3]}"


def test_served_without_examples_it_is_what_is_promised(document: Any) -> None:
    stripped = json.loads(json.dumps(document))
    for _, operation in in_json(stripped):
        operation["responses"]["200"]["content"]["application/json"].pop("example", None)
        operation["description"] = ANSWERED_BY.sub("", operation["description"])
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                parameter.pop("example", None)
    assert stripped == json.loads(promised())


def test_operations_are_named_once_summed_up_and_tagged(document: Any) -> None:
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(set(ids)) == len(ids)
    tags = {tag["name"] for tag in document["tags"]}
    for path, operation in operations(document):
        assert operation["summary"], path
        assert set(operation["tags"]) <= tags


def test_every_error_is_a_problem_document(document: Any) -> None:
    for path, operation in operations(document):
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == [MEDIA_TYPE], f"{path} {status}"
                schema = response["content"][MEDIA_TYPE]["schema"]
                assert schema == {"$ref": "#/components/schemas/ProblemAnswer"}


def test_every_operation_documents_the_errors_that_it_answers(document: Any) -> None:
    """422 wherever anything may be asked or named, 404 for single records, 410 for facts and cursors."""
    for path, operation in operations(document):
        statuses = set(operation["responses"])
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert "422" in statuses, path  # even where nothing may be asked, something can be
        assert ("404" in statuses) == ("{" in path), path
        assert "cursor" not in names or "410" in statuses, path


def test_every_key_of_an_answer_is_required_and_no_other_is_allowed(document: Any) -> None:
    for name, schema in document["components"]["schemas"].items():
        if schema.get("type") == "object" and "properties" in schema and name not in {"ProblemAnswer", "Culprit"}:
            assert set(schema["required"]) == set(schema["properties"]), name
            assert schema["additionalProperties"] is False, name


def test_enums_and_bounds_stand_in_the_schema(document: Any) -> None:
    parameters = {one["name"]: one for one in document["paths"]["/transfers"]["get"]["parameters"]}
    assert parameters["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 500, "default": 50}
    assert parameters["sort"]["schema"]["enum"] == ["date", "-date", "id", "-id"]
    assert "planned" in parameters["modality"]["schema"]["items"]["enum"]
    assert parameters["modality"]["schema"]["default"] == ["actual"]
    assert parameters["from"]["schema"] == parameters["supplier"]["schema"]
    assert (parameters["from"]["style"], parameters["from"]["explode"]) == ("form", False)
    schemas = document["components"]["schemas"]
    for name in ("Modality", "Role", "SystemRole", "Granularity", "DealStatus", "EventType", "QuoteForm", "Relation"):
        assert schemas[name]["enum"]
