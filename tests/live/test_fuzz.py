"""Whatever is asked, the answer is as the OpenAPI document says: schemathesis everywhere, and questions in order."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kit.openapi import plain
from app.main import create_app
from app.settings import Settings

if TYPE_CHECKING:
    from tests.live.conftest import Server

ROOT = Path(__file__).parent.parent.parent
SETTINGS = tomllib.loads((ROOT / "schemathesis.toml").read_text(encoding="utf-8"))
# The default of schemathesis 4, and what the settings may add to it.
ACCEPTED = {"2xx", "3xx", "401", "403", "404", "409", "429", "5xx", "422"}
LEAST = 2000


@pytest.fixture(scope="session")
def session() -> Iterator[requests.Session]:
    """Connections that are kept: a new one per question would take most of the time."""
    with requests.Session() as kept:
        yield kept


DESCRIBED = plain(create_app(Settings()))


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
SHAPING = {"fields", "facet", "group_by", "sum"}
STATES = ["TR", "Türkiye", "cow:373", "iso:792", "Ukraine", "Tanzania, the United Republic of", "kosovo"]


def test_every_answer_is_as_described(server: Server) -> None:
    """All checks of schemathesis, on examples, boundary values, random questions and chains of them."""
    command = [str(Path(sys.executable).parent / "schemathesis"), "run", f"{server.url}/openapi.json", "--checks=all"]
    # One worker: Python 3.11 may fail to parse in two threads at once ("AST constructor recursion depth mismatch").
    options = ["--continue-on-failure", "--workers=1", "--no-color", "--suppress-health-check=all", "--warnings=off"]
    run = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    (generated,) = re.findall(r"(\d+) generated", run.stdout)
    assert int(generated) >= LEAST
    phases = re.findall(r"✅ (\w+)", run.stdout)
    assert {"Examples", "Coverage", "Fuzzing", "Stateful"} <= set(phases)
    assert "Traceback" not in server.log.read_text()


def test_the_settings_of_schemathesis_loosen_one_check_by_one_status() -> None:
    assert SETTINGS["checks"] == {"positive_data_acceptance": {"expected-statuses": sorted(ACCEPTED)}}
    assert "checks" not in {key for operation in SETTINGS["operations"] for key in operation}


def lists() -> list[tuple[str, list[dict[str, Any]]]]:
    """Return every list with the parameters that choose among its records."""
    found = []
    read = [(path, methods["get"]) for path, methods in DESCRIBED["paths"].items() if "get" in methods]
    for path, operation in read:
        declared = [one for one in operation.get("parameters", []) if one["name"] not in SHAPING]
        chosen = [one for one in declared if one["schema"]["type"] == "array"]
        usable = [one for one in chosen if values(one)]
        paged = any(one["name"] == "cursor" for one in operation.get("parameters", []))
        # These want words, a release or a unit beside; pictures and their tables are no pages.
        if "{" not in path and usable and paged and path not in {"/resolve", "/search", "/changes", "/panel"}:
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
