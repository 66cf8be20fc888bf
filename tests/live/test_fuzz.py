"""Whatever is asked, the answer is as the OpenAPI document says: schemathesis everywhere, and questions in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    ensure_resource_availability,
    ignored_auth,
    missing_required_header,
    positive_data_acceptance,
    use_after_free,
)

from app.kit.openapi import plain
from app.main import create_app
from app.settings import Settings

if TYPE_CHECKING:
    from tests.live.conftest import Server

WORDS = [
    "TR",
    "Türkiye",
    "cow:640",
    "710",
    "Congo",
    "TB2",
    "!TR",
    '"TR',
    "2021",
    "1980-01",
    "actual",
    "any",
    "٣",
    "a b",
]
CONFIG = {
    "seed": 1,
    "dictionaries": {"words": {"values": WORDS}},
    # Its boundary values make seven thousand questions, most of them of the parameters that all kinds share.
    "phases": {"coverage": {"enabled": False}},
    # Its own statuses of refused data, and 414: a list that is too long is mostly too long an address as well.
    "checks": {
        "negative_data_rejection": {
            "expected-statuses": [
                "400",
                "401",
                "403",
                "404",
                "405",
                "406",
                "409",
                "414",
                "415",
                "422",
                "428",
                "429",
                "5xx",
            ]
        }
    },
    "generation": {"dictionaries": {"string": {"dictionary": "words", "probability": 0.5}}},
}
# All other checks of schemathesis apply: no 5xx, declared status, media type, headers and shape, wrong data refused,
# undeclared methods refused with a true `Allow`.
LEFT_OUT = [
    positive_data_acceptance,  # a schema cannot say which names exist; test_true_questions_are_answered does it
    missing_required_header,  # no header is required
    ignored_auth,  # no key, no sign-up
    use_after_free,  # nothing can be deleted
    ensure_resource_availability,  # nothing can be created
]


@pytest.fixture(scope="session")
def session() -> Iterator[requests.Session]:
    """Connections that are kept: a new one per question would take most of the time."""
    with requests.Session() as kept:
        yield kept


# Operations are known when tests are collected: the document is made from the declarations, and opens no database.
DESCRIBED = schemathesis.openapi.from_dict(plain(create_app(Settings())), config=schemathesis.Config.from_dict(CONFIG))


ALL = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
# A name that is known for every parameter whose values a schema cannot list.
KNOWN = {
    "system": ["TB2", "bayraktar-tb2"],
    "place": ["Shusha"],
    "source": ["forbes-turkey-azerbaijan-2021"],
    "id": [],
    "evidence": ["forbes-turkey-azerbaijan-2021.1025-1037"],
    "series": ["Anatolian Eagle", "a, b"],
}
# These choose among keys and counts, not among records.
SHAPING = {"fields", "facet", "group_by"}
STATES = ["TR", "Türkiye", "cow:373", "iso:792", "Ukraine", "Tanzania, the United Republic of", "kosovo"]


@DESCRIBED.parametrize()
@settings(ALL, max_examples=20)
def test_every_answer_is_as_described(case: schemathesis.Case[Any], server: Server, session: requests.Session) -> None:
    case.call_and_validate(base_url=server.url, session=session, excluded_checks=LEFT_OUT)


def lists() -> list[tuple[str, list[dict[str, Any]]]]:
    """Return every list with the parameters that choose among its records."""
    found = []
    for path, operation in ((path, methods["get"]) for path, methods in DESCRIBED.raw_schema["paths"].items()):
        declared = [one for one in operation.get("parameters", []) if one["name"] not in SHAPING]
        chosen = [one for one in declared if one["schema"]["type"] == "array"]
        usable = [one for one in chosen if values(one)]
        if "{" not in path and usable and path != "/resolve":
            found.append((path, usable))
    return found


def values(parameter: dict[str, Any]) -> list[str]:
    """Return values that are known for a parameter."""
    items = parameter["schema"]["items"]
    if "enum" in items:
        return list(items["enum"])
    if "pattern" in items and parameter["name"].endswith("_year"):
        return ["2020"]
    return KNOWN.get(parameter["name"], STATES)


def written(names: list[str], *, negated: bool = False) -> str:
    """Write a list of values as a caller would."""
    quoted = ['"' + name + '"' if "," in name or name.startswith("!") else name for name in names]
    return quote(("!" if negated else "") + ",".join(quoted), safe=",!:")


@st.composite
def true_questions(draw: st.DrawFn) -> str:
    """Questions that are in order: up to three parameters of one list, with known values."""
    path, declared = draw(st.sampled_from(lists()))
    usable = {one["name"]: one for one in declared}
    names = draw(st.lists(st.sampled_from(sorted(usable)), min_size=1, max_size=3, unique=True))
    # Two names of one parameter, and a deal status beside a modality that it excludes, are refused.
    names = [name for name in names if name not in ("from", "to") and not (name == "modality" and len(names) > 1)]
    asked = []
    for name in names:
        if name == "between":
            asked.append(f"between={written(draw(st.permutations(['TR', 'AZ', 'UA']))[:2])}")
            continue
        several = st.lists(st.sampled_from(values(usable[name])), min_size=1, max_size=3)
        nothing = "any" in values(usable[name])
        asked.append(f"{name}={written(draw(several), negated=draw(st.booleans()) and not nothing)}")
    return f"{path}?{'&'.join(asked)}"


@settings(ALL, max_examples=150)
@given(question=true_questions())
def test_a_question_in_order_is_answered_and_its_self_link_is_the_same_answer(
    question: str, server: Server, session: requests.Session
) -> None:
    found = session.get(server.url + question)
    assert found.status_code == 200, f"{question}: {found.text}"
    answer = found.json()
    assert answer["meta"]["count"] == len(answer["data"]) <= 50
    assert session.get(server.url + answer["links"]["self"]).content == found.content, question


@settings(ALL, max_examples=150)
@given(asked=st.sampled_from(lists()), data=st.data())
def test_what_is_asked_for_and_its_negation_are_the_whole_list(
    asked: tuple[str, list[dict[str, Any]]], data: st.DataObject, server: Server, session: requests.Session
) -> None:
    path, declared = asked
    # /relations counts within a pair: what is left of a pair without a kind is still a pair.
    usable = [one for one in declared if one["name"] not in ("between", "modality") and path != "/relations"]
    if not usable:
        return
    parameter = data.draw(st.sampled_from(usable))
    value = written([data.draw(st.sampled_from(values(parameter)))])
    every = "&modality=any" if any(one["name"] == "modality" for one in declared) else ""

    def total(question: str) -> int:
        found = session.get(f"{server.url}{path}?{question}{every}")
        assert found.status_code == 200, f"{path}?{question}{every}: {found.text}"
        answered: int = found.json()["meta"]["total"]
        return answered

    name = parameter["name"]
    assert total(f"{name}={value}") + total(f"{name}=!{value}") == total(""), f"{path}?{name}={value}"
