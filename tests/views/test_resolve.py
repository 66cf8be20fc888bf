"""Any name or code to what it may stand for: every exact match; if there is none, what is near."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import jsonschema
import pytest

from app.core.envelopes import ListAnswer
from app.reference import CATALOGUES
from app.views.candidates import ResolvedAnswer
from app.views.resolve import NameAnswer

if TYPE_CHECKING:
    from tests.conftest import Api


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("q=Turkiye", ["TR name"]),
        ("q=Türkiye", ["TR name"]),
        ("q=TUR", ["TR code"]),
        ("q=cow:640", ["TR code"]),
        ("q=792", ["TR code"]),
        ("q=NO", ["NO code"]),
        ("q=NA", ["NA code"]),
        # More than one scheme, more than one bearer: all are told.
        ("q=710", ["ZA code", "CN code"]),
        ("q=Congo", ["CD name", "CG name"]),
        ("q=Berg", ["ida-berg name", "jon-berg name"]),
        ("q=h7", ["heron-seven name"]),
        ("q=Amber Bay", ["port-amber name"]),
        ("q=turkish-navy", ["turkish-navy code"]),
        ("q=An Invented Almanac of the Rivers", ["river-almanac-1999 name"]),
        ("q=Tanzania, the United Republic of", ["TZ name"]),
        ("q=Turkey&kind=country,system", ["TR name"]),
        ("q=Turkey&kind=!country", []),
        ("q=Berg&kind=person", ["ida-berg name", "jon-berg name"]),
        ("q=Turkish Navi&kind=organization", ["turkish-navy near"]),
        ("q=Okonyo&kind=person", ["mara-okonjo near"]),
        ("q=qzx", []),
    ],
)
def test_resolve(small: Api, question: str, expected: list[str]) -> None:
    answer = small.json(f"/resolve?{question}")
    assert [f"{one['id']} {one['matched']}" for one in answer["data"]] == expected
    assert answer["meta"]["total"] == len(expected)
    for one in answer["data"]:
        assert small.json(one["link"])["data"]["id"] == one["id"]
    assert small.json(answer["links"]["self"]) == answer


def test_near_ones_come_best_first_and_are_at_most_five(small: Api) -> None:
    found = [one["id"] for one in small.json("/resolve?q=Namib")["data"]]
    assert found[0] == "NA"
    assert len(found) <= 5


def test_every_answer_is_its_model(small: Api) -> None:
    answer = small.json("/resolve?q=Congo")
    assert ListAnswer[ResolvedAnswer].model_validate_json(json.dumps(answer)).model_dump(mode="json") == answer


# Many names at once.


def post(api: Api, names: list[str], *kinds: str) -> list[Any]:
    """Resolve these names; return what is said of each."""
    sent = {"names": names, "kind": list(kinds)} if kinds else {"names": names}
    answer = api.request("POST", "/resolve", json=sent)
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert ListAnswer[NameAnswer].model_validate_json(answer.text).model_dump(mode="json") == document
    assert [one["name"] for one in document["data"]] == names
    assert document["meta"]["total"] == document["meta"]["count"] == len(names)
    assert document["links"]["next"] is None
    return list(document["data"])


def refused(api: Api, **more: Any) -> Any:
    """Send what must be refused; return the problem document."""
    answer = api.request("POST", "/resolve", **more)
    assert answer.status_code in {413, 415, 422}, f"{answer.status_code} {answer.text[:300]}"
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


@pytest.mark.parametrize(
    ("name", "kinds", "id_", "candidates"),
    [
        ("Turkiye", (), "TR", ["TR 100"]),
        ("  TURKEY\u00a0\n", (), "TR", ["TR 100"]),
        ("TUR", (), "TR", ["TR 100"]),
        ("cow:640", (), "TR", ["TR 100"]),
        ("792", (), "TR", ["TR 100"]),
        ("Amber Bay", (), "port-amber", ["port-amber 100"]),
        # By the rules of a filter it names nobody for certain: what it may be is told.
        ("710", (), None, ["ZA 100", "CN 100"]),
        ("Congo", (), None, ["CD 100", "CG 100"]),
        ("Berg", ("person",), None, ["ida-berg 100", "jon-berg 100"]),
        ("Turkey", ("system", "person"), None, []),
        ("Heron Sevn", ("system",), None, ["heron-seven 91"]),
        ("Okonyo", ("person",), None, ["mara-okonjo 83"]),
        ("", (), None, []),
        ("\x00\x1f", (), None, []),
        ("qzx", (), None, []),
        ("中国", (), None, []),
        ("'; DROP TABLE name; --", (), None, []),
    ],
)
def test_a_name_is_resolved_or_its_candidates_are_told(
    small: Api, name: str, kinds: tuple[str, ...], id_: str | None, candidates: list[str]
) -> None:
    (one,) = post(small, [name], *kinds)
    assert one["id"] == id_
    assert (one["kind"] is None) is (id_ is None)
    assert [f"{candidate['id']} {candidate['score']}" for candidate in one["candidates"]] == candidates


def test_names_are_answered_in_their_order_each_by_itself(small: Api) -> None:
    names = ["Norway", "qzx", "Norway", "Turkie", "TR", "Congo"]
    together = post(small, names)
    assert together == [post(small, [name])[0] for name in names]
    assert [one["id"] for one in together] == ["NO", None, "NO", None, "TR", None]


def test_what_is_found_is_what_the_filters_find(small: Api) -> None:
    for name in ("TR", "TUR", "Türkiye", "Turkish Navy", "FCF", "Lars Vinter", "Okonjo"):
        (one,) = post(small, [name], "country", "organization", "person")
        assert small.json(f"/facts?actor={name}")["links"]["self"] == f"/facts?actor={one['id']}"


@pytest.mark.parametrize("name", ["Namib", "Norwey", "Congoo", "Turkie", "Germny", "Navy", "Heron"])
def test_near_ones_are_ranked_and_never_certain(small: Api, name: str) -> None:
    (one,) = post(small, [name])
    scores = [candidate["score"] for candidate in one["candidates"]]
    assert one["id"] is None
    assert scores == sorted(scores, reverse=True)
    assert all(59 <= score <= 99 for score in scores)
    assert all(candidate["matched"] == "near" for candidate in one["candidates"])
    assert len({(candidate["kind"], candidate["id"]) for candidate in one["candidates"]}) == len(scores) <= 5
    assert small.json(f"/resolve?q={name}")["data"] == one["candidates"]


def test_an_entity_of_many_near_names_leaves_room_for_others(small: Api) -> None:
    """Türkiye has six names near to this; other countries come all the same."""
    (one,) = post(small, ["Turkiya"], "country")
    assert one["candidates"][0]["id"] == "TR"
    (one,) = post(small, ["Republic of Turkmen"], "country")
    assert len({candidate["id"] for candidate in one["candidates"]}) == len(one["candidates"]) == 5


def test_500_names_take_as_many_statements_as_one(small: Api) -> None:
    post(small, ["Turkey"])
    assert len(small.statements) == 1
    post(small, ["Turkey", "NOR", "cow:565", "Russia", "804"] * 100)
    assert len(small.statements) == 1
    post(small, ["Turkie"])
    assert len(small.statements) == 2
    post(small, [f"Turkie {n}" for n in range(500)])
    assert len(small.statements) == 2


@pytest.mark.parametrize(
    ("sent", "parameter"),
    [
        ({"names": ["Turkey"] * 501}, "names"),
        ({"names": []}, "names"),
        ({}, "names"),
        ({"names": "Turkey"}, "names"),
        ({"names": ["Turkey", 1]}, "names.1"),
        ({"names": ["Turkey", None]}, "names.1"),
        ({"names": ["x" * 201]}, "names.0"),
        ({"names": ["Turkey"], "kind": ["planet"]}, "kind"),
        ({"names": ["Turkey"], "kind": "country"}, "kind"),
        ({"names": ["Turkey"], "sort": "id"}, "sort"),
        ([], None),
        ("Turkey", None),
    ],
)
def test_what_is_no_list_of_names_is_refused_with_its_culprit(small: Api, sent: Any, parameter: str | None) -> None:
    problem = refused(small, json=sent)
    assert problem["status"] == 422
    assert problem["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize(
    ("content", "said", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"x", "multipart/form-data; boundary=x", 415),
        (b"", "application/json", 422),
        (b"{", "application/json", 422),
        (b"null", "application/json", 422),
        (b"[" * 200_000, "application/json", 422),
        (b'{"names": ["\\ud800"]}', "application/json", 422),
        (b'{"names": ["\xff"]}', "application/json", 422),
        (b'{"names": ["a"], "names": ["b"]}', "application/json", 422),
        (b'{"names": [' + b'"a",' * 100_000 + b'"a"]}', "application/json", 413),
        (b"queries=%7B%7D", "application/json", 422),
        (b"", "application/x-www-form-urlencoded", 422),
        (b'{"names": ["a"]}', "application/x-www-form-urlencoded", 422),
        (b"queries=%ff", "application/x-www-form-urlencoded", 422),
        (b"queries={}&queries={}", "application/x-www-form-urlencoded", 422),
        (b"queries={}&extend={}", "application/x-www-form-urlencoded", 422),
        (b"other=1", "application/x-www-form-urlencoded", 422),
        (b"queries=" + b"%5B" * 80_000, "application/x-www-form-urlencoded", 422),
    ],
)
def test_hostile_bodies_are_refused(small: Api, content: bytes, said: str, status: int) -> None:
    assert refused(small, content=content, headers={"content-type": said})["status"] == status


def test_parameters_beside_a_body_are_refused(small: Api) -> None:
    answer = small.request("POST", "/resolve?kind=country", json={"names": ["Turkey"]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "kind"


# The W3C Reconciliation API 0.2: https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/


def object_(required: str = "", **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


STRING = {"type": "string"}
NAMED = object_("id name", id=STRING, name=STRING)
TEMPLATE = {"type": "string", "pattern": r"\{\{id\}\}"}
# What the specification asks of each answer, and no key that it does not know.
MANIFEST = object_(
    "versions name identifierSpace schemaSpace",
    versions={"type": "array", "items": STRING, "contains": {"const": "0.2"}},
    name=STRING,
    identifierSpace={"type": "string", "pattern": "^https?://"},
    schemaSpace={"type": "string", "pattern": "^https?://"},
    defaultTypes={"type": "array", "items": NAMED, "uniqueItems": True},
    view=object_("url", url=TEMPLATE),
    extend=object_(
        propose_properties=object_("service_url service_path", service_url=STRING, service_path=STRING),
        property_settings={"type": "array", "maxItems": 0},
    ),
    batchSize={"type": "integer", "minimum": 1},
)
CANDIDATE = object_(
    "id name score match type",
    id=STRING,
    name=STRING,
    score={"type": "number"},
    match={"type": "boolean"},
    type={"type": "array", "items": NAMED, "minItems": 1},
)
RESULTS = {"type": "object", "additionalProperties": object_("result", result={"type": "array", "items": CANDIDATE})}
CELL = {"type": "array", "items": object_("str", str=STRING)}
EXTENSION = object_(
    "meta rows",
    meta={"type": "array", "items": NAMED},
    rows={"type": "object", "additionalProperties": {"type": "object", "additionalProperties": CELL}},
)
PROPOSAL = object_(
    "type properties", type=STRING, limit={"type": "integer"}, properties={"type": "array", "items": NAMED}
)


def reconcile(api: Api, queries: Any, method: str = "POST") -> Any:
    """Send a batch of queries, as a form or in the address; return the results, which are as specified."""
    sent = {"queries": json.dumps(queries)}
    answer = api.request(method, "/resolve", **({"data": sent} if method == "POST" else {"params": sent}))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    results = answer.json()
    jsonschema.validate(results, RESULTS)
    assert results.keys() == queries.keys()
    for result in results.values():
        scores = [one["score"] for one in result["result"]]
        assert scores == sorted(scores, reverse=True)
    return results


def extend(api: Api, sent: Any, method: str = "POST") -> Any:
    """Ask for columns; return them, which are as specified."""
    form = {"extend": json.dumps(sent)}
    answer = api.request(method, "/resolve", **({"data": form} if method == "POST" else {"params": form}))
    assert answer.status_code == 200, answer.text
    jsonschema.validate(answer.json(), EXTENSION)
    return answer.json()


def test_without_parameters_the_service_says_what_it_is(small: Api) -> None:
    manifest = small.json("/resolve")
    jsonschema.validate(manifest, MANIFEST)
    assert [one["id"] for one in manifest["defaultTypes"]] == [catalogue.kind for catalogue in CATALOGUES]
    proposed = manifest["extend"]["propose_properties"]
    assert small.get(proposed["service_url"] + proposed["service_path"] + "?type=country").status_code == 200


def test_queries_are_answered_each_under_its_key(small: Api) -> None:
    results = reconcile(
        small,
        {
            "q0": {"query": "Turkiye", "type": "country", "limit": 3},
            "q1": {"query": "Okonyo", "type": ["person", "organization"], "type_strict": "any"},
            "q2": {"query": "Berg", "properties": [{"pid": "office", "v": ["minister", {"id": "x"}]}]},
            "q3": {"query": "Congo", "limit": 1},
            "a key, {}": {"query": "qzx"},
        },
    )
    assert {key: [f"{one['id']} {one['match']}" for one in some["result"]] for key, some in results.items()} == {
        "q0": ["countries/TR True"],
        "q1": ["people/mara-okonjo False"],
        "q2": ["people/ida-berg False", "people/jon-berg False"],
        "q3": ["countries/CD False"],
        "a key, {}": [],
    }
    assert results["q0"]["result"][0] == {
        "id": "countries/TR",
        "name": "Türkiye",
        "type": [{"id": "country", "name": "country"}],
        "score": 100,
        "match": True,
    }


def test_queries_may_stand_in_the_address(small: Api) -> None:
    queries = {"q0": {"query": "Turkiye"}, "q1": {"query": "Okonyo"}}
    assert reconcile(small, queries, "GET") == reconcile(small, queries)


def test_an_id_that_was_given_is_found_again_and_leads_to_its_record(small: Api) -> None:
    view = small.json("/resolve")["view"]["url"]
    for name in ("Turkey", "Turkish Navy", "Lars Vinter", "H7", "Amber Bay", "An Invented Almanac of the Rivers"):
        one = reconcile(small, {"q": {"query": name}})["q"]["result"][0]
        assert one["match"]
        # Clients encode the id as a URI component.
        for id_ in (one["id"], quote(one["id"], safe="")):
            assert small.json(view.replace("{{id}}", id_))["data"]["id"] == one["id"].partition("/")[2]


@pytest.mark.parametrize("cell", ["", "  ", "x" * 201, "word " * 2_000, "\x00", "\ud800", "😀", "ﷺ" * 150])
def test_no_cell_of_a_spreadsheet_fails_its_batch(small: Api, cell: str) -> None:
    results = reconcile(small, {"q0": {"query": cell}, "q1": {"query": "Turkey"}})
    assert results["q0"]["result"] == []
    assert results["q1"]["result"][0]["match"]


def test_a_query_by_properties_alone_finds_nothing(small: Api) -> None:
    assert reconcile(small, {"q": {"properties": [{"pid": "iso3", "v": "TUR"}]}})["q"]["result"] == []


def test_500_queries_take_as_many_statements_as_one(small: Api) -> None:
    for count in (1, 500):
        reconcile(small, {f"q{n}": {"query": f"Turkie {n}"} for n in range(count)})
        assert len(small.statements) == 2


@pytest.mark.parametrize(
    ("queries", "parameter"),
    [
        ("[]", None),
        ("{}", None),
        ("null", None),
        ("{", None),
        ('{"\\ud800": {"query": "a"}}', None),
        ('{"a": {"query": "a"}, "a": {"query": "b"}}', None),
        ('{"a": "Turkey"}', "a"),
        ('{"a": {}}', "a"),
        ('{"a": {"qeury": "a"}}', "a.qeury"),
        ('{"a": {"query": 1}}', "a.query"),
        ('{"a": {"query": "a", "limit": 0}}', "a.limit"),
        ('{"a": {"query": "a", "limit": 1.5}}', "a.limit"),
        ('{"a": {"query": "a", "type": "planet"}}', "a.type"),
        (json.dumps({f"q{n}": {"query": "a"} for n in range(501)}), None),
    ],
)
def test_queries_that_are_none_are_refused_with_their_culprit(small: Api, queries: str, parameter: str | None) -> None:
    problem = refused(small, data={"queries": queries})
    assert problem["status"] == 422
    assert problem["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_codes_are_added_to_what_was_reconciled(small: Api, method: str) -> None:
    asked: dict[str, Any] = {
        "ids": ["countries/TR", "countries/SUHH", "TR", "people/lars-vinter", "countries/nowhere", ""],
        "properties": [{"id": "iso3"}, {"id": "cow", "settings": {"count": "on"}}],
    }
    turkey = {"iso3": [{"str": "TUR"}], "cow": [{"str": "640"}]}
    nothing: dict[str, Any] = {"iso3": [], "cow": []}
    found = extend(small, asked, method)
    assert found["meta"] == [
        {"id": "iso3", "name": "ISO 3166-1 alpha-3"},
        {"id": "cow", "name": "Correlates of War"},
    ]
    assert found["rows"].keys() == set(asked["ids"])
    assert found["rows"]["countries/TR"] == found["rows"]["TR"] == turkey
    assert found["rows"]["people/lars-vinter"] == found["rows"]["countries/nowhere"] == found["rows"][""] == nothing
    assert len(small.statements) == 1


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"ids": ["countries/TR"], "properties": [{"id": "capital"}]}, "is no property"),
        ({"ids": ["countries/TR"] * 501, "properties": []}, "at most 500"),
        ({"ids": ["countries/TR"], "properties": [{"id": "iso3"}] * 21}, "at most 20"),
        ({"ids": ["countries/TR"]}, "required"),
        ({"ids": "countries/TR", "properties": []}, "list"),
    ],
)
def test_an_extension_that_is_none_is_refused(small: Api, asked: Any, why: str) -> None:
    assert why in refused(small, data={"extend": json.dumps(asked)})["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("asked", "count"), [("type=country", 5), ("type=country&limit=2", 2), ("type=person", 0), ("type=%00", 0)]
)
def test_columns_are_proposed_by_type(small: Api, asked: str, count: int) -> None:
    proposal = small.json(f"/resolve/properties?{asked}")
    jsonschema.validate(proposal, PROPOSAL)
    assert len(proposal["properties"]) == count
    ids = [one["id"] for one in proposal["properties"]]
    assert [one["id"] for one in extend(small, {"ids": [], "properties": proposal["properties"]})["meta"]] == ids


@pytest.mark.parametrize("limit", ["0", "-1", "x", "501", "1.0"])
def test_a_limit_of_columns_is_a_number(small: Api, limit: str) -> None:
    assert small.problem(f"/resolve/properties?type=country&limit={limit}")["errors"][0]["parameter"] == "limit"


@pytest.mark.parametrize("asked", ["queries=%ff", "queries={", "queries={}&q=x", "extend={}", "queries={}&queries={}"])
def test_an_address_with_bad_queries_is_refused(small: Api, asked: str) -> None:
    small.problem(f"/resolve?{asked}")
