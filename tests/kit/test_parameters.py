"""Canonical questions: however it is spelled, one question has one spelling, and its own spelling is read as itself."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.openapi import schema
from app.kit.parameters import Asked, Parameter
from app.kit.problems import Problem
from app.kit.reading import read
from app.kit.values import Refused, name_of, number, text, word

COLOURS = word("red", "green", "blue")
NICKNAMES = {"Rot": "red", "Grün": "green", "azure, sky": "blue"}
DECLARED = (
    Parameter("colour", "Its colours.", COLOURS, several=True, also="color"),
    Parameter("nick", "A colour by nickname.", name_of("colour")),
    Parameter("pair", "Two colours.", COLOURS, takes="pair"),
    Parameter(
        "state",
        "Its state; asks for colours.",
        word("hot", "cold"),
        implies=(
            "colour",
            {
                "hot": frozenset({"red"}),
                "cold": frozenset({"blue", "green"}),
            },
        ),
    ),
    Parameter("limit", "How many.", number(1, 500), takes="one", default="50"),
    Parameter("q", "Words.", text(20), takes="one"),
)


def resolve(wanted: list[tuple[frozenset[str], str]]) -> list[str | Refused]:
    """Look nicknames up, all at once."""
    return [NICKNAMES.get(name) or Refused(f"{name!r} is nobody", list(NICKNAMES)) for _, name in wanted]


def asked(query: str) -> Asked:
    """Read a question."""
    return read(DECLARED, query.encode(), resolve)


def culprits(query: str) -> list[dict[str, Any]]:
    """Read a question that must be refused; return what the 422 says is wrong."""
    with pytest.raises(Problem) as refused:
        asked(query)
    document = json.loads(bytes(refused.value.response("/things").body))
    assert document["status"] == 422
    assert document["errors"]
    found: list[dict[str, Any]] = document["errors"]
    return found


colour_lists = st.lists(st.sampled_from(["red", "green", "blue"]), min_size=1, max_size=5)
one_choice = st.builds(lambda mark, values: mark + ",".join(values), st.sampled_from(["", "!"]), colour_lists)
questions = st.fixed_dictionaries(
    {},
    optional={
        "colour": st.lists(one_choice, min_size=1, max_size=3),
        "nick": st.sampled_from(["Rot", "Grün,Rot", '"azure, sky"', '!Rot,"azure, sky"']).map(lambda one: [one]),
        "pair": st.sampled_from(["red,blue", "blue,red"]).map(lambda one: [one]),
        "limit": st.sampled_from(["1", "50", "050", "500"]).map(lambda one: [one]),
        "q": st.sampled_from(["a,b", 'a"b', "!a", "ü & + % #"]).map(lambda one: [one]),
    },
)


def written(fields: list[tuple[str, str]]) -> bytes:
    """Write fields as a form does."""
    return urlencode(fields).encode()


@given(questions, st.randoms(use_true_random=False))
def test_equal_questions_have_equal_spellings(question: dict[str, list[str]], random: Any) -> None:
    fields = [(name, text) for name, texts in question.items() for text in texts]
    shuffled = [(name, _shuffled(text, random) if name != "q" and '"' not in text else text) for name, text in fields]
    random.shuffle(shuffled)
    first, second = read(DECLARED, written(fields), resolve), read(DECLARED, written(shuffled), resolve)
    assert first.query() == second.query()


def _shuffled(text: str, random: Any) -> str:
    mark = "!" if text.startswith("!") else ""
    values = text.removeprefix("!").split(",")
    random.shuffle(values)
    return mark + ",".join(values)


@given(questions)
def test_a_canonical_spelling_is_read_as_itself(question: dict[str, list[str]]) -> None:
    # Names are ids once they are resolved, so they are looked up as such here.
    fields = [(name, text) for name, texts in question.items() for text in texts]
    canonical = read(DECLARED, written(fields), resolve).query()
    again = read(DECLARED, canonical.encode(), lambda wanted: [name for _, name in wanted])
    assert again.query() == canonical


@pytest.mark.parametrize(
    ("question", "canonical"),
    [
        ("", ""),
        ("limit=50", ""),
        ("limit=010", "limit=10"),
        ("color=red", "colour=red"),
        ("colour=red&color=red", "colour=red"),
        ("colour=red,green,red", "colour=green,red"),
        ("colour=red&colour=green", "colour=green&colour=red"),
        ("colour=red&colour=red", "colour=red"),
        ("q=x&colour=!red,blue", "colour=!blue,red&q=x"),
        ("pair=red,blue", "pair=blue,red"),
        ("nick=Gr%C3%BCn,%22azure,%20sky%22", "nick=blue,green"),
        ("state=cold", "colour=blue,green&state=cold"),
        ("state=hot&colour=red", "colour=red&state=hot"),
        ("state=!hot", "state=!hot"),
        ("q=a+b", "q=a%20b"),
    ],
)
def test_a_question_has_one_spelling(question: str, canonical: str) -> None:
    assert asked(question).query() == canonical


def test_a_link_changes_only_what_it_says() -> None:
    question = asked("limit=10&colour=red")
    assert question.query(limit="20") == "colour=red&limit=20"
    assert question.query(limit=None) == "colour=red"
    assert question.query(q="n,m") == "colour=red&limit=10&q=n,m"
    assert (question.one("limit"), question.one("q"), asked("").one("limit")) == ("10", None, "50")


@pytest.mark.parametrize(
    ("question", "parameter", "why"),
    [
        ("colur=red", "colur", "unknown parameter: did you mean `colour`"),
        ("zzzzzz=1", "zzzzzz", "unknown parameter: it is not known here"),
        ("colour=pink", "colour", "'pink' is not one of red, green, blue"),
        ("colour=", "colour", "a value is empty"),
        ("colour=red,!blue", "colour", "stands once, before the whole list"),
        ("colour=red&color=blue", "colour", "are the same parameter and were given different values"),
        ("nick=Nobody", "nick", "'Nobody' is nobody"),
        ("nick=Rot&nick=Rot", "nick", "was given 2 times, but a record has only one: for any of"),
        ("pair=red", "pair", "takes two values: `pair=TR,AZ`"),
        ("pair=red,green,blue", "pair", "takes two values"),
        ("pair=!red,blue", "pair", "takes no `!`"),
        ("pair=red,red", "pair", "names the same one twice"),
        ("limit=501", "limit", "is no whole number from 1 to 500"),
        ("limit=1,2", "limit", "is no whole number"),
        ("limit=1&limit=2", "limit", "was given 2 times"),
        ("state=hot&colour=blue", "colour", "contradicts `state`, which asks for colour=red"),
        ("state=hot&colour=!red", "colour", "contradicts `state`"),
        ("q=" + "a" * 21, "q", "write 1 to 20 characters"),
        ("q=%00", "q", "control characters are refused"),
    ],
)
def test_a_wrong_question_names_the_culprit_and_the_remedy(question: str, parameter: str | None, why: str) -> None:
    found = culprits(question)
    assert [one["parameter"] for one in found] == [parameter]
    assert why in found[0]["detail"]


def test_every_culprit_is_named_at_once() -> None:
    found = culprits("colur=red&limit=0&nick=Nobody")
    assert [one["parameter"] for one in found] == ["colur", "limit", "nick"]
    assert found[0]["suggestions"][0] == "colour"
    assert found[0]["allowed"] == ["color", "colour", "limit", "nick", "pair", "q", "state"]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_question_or_a_422(query: bytes) -> None:
    try:
        read(DECLARED, query, resolve)
    except Problem as problem:
        assert problem.status == 422  # noqa: PT017  # being refused is one of the two right outcomes


def test_openapi_says_of_each_parameter_what_it_takes_aliases_included() -> None:
    by_name = {one["name"]: one for one in schema(DECLARED)}
    assert list(by_name) == ["colour", "color", "nick", "pair", "state", "limit", "q"]
    assert by_name["color"]["schema"] == by_name["colour"]["schema"]
    assert by_name["color"]["description"] == "Its colours. The same as `colour`."
    assert by_name["colour"]["explode"] is False
    assert by_name["colour"]["schema"]["items"] == {"type": "string", "enum": ["red", "green", "blue"]}
    assert (by_name["pair"]["schema"]["minItems"], by_name["pair"]["schema"]["maxItems"]) == (2, 2)
    assert by_name["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 500, "default": 50}
