"""Bodies of requests: bounded, of two kinds, and what does not fit is refused with its name."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from app.kit.bodies import FORM, JSON, MAX_BODY_BYTES, body, media_type, read_as, read_form, read_json, tidy
from app.kit.problems import Problem


class Shape(BaseModel):
    """What is sent."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Annotated[str, Field(max_length=5)]
    many: list[int] = []


def request(parts: list[bytes], **headers: str) -> Request:
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Any:
        return messages.pop(0)

    named = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": named}, receive)


async def whole(sent: Request) -> bytes:
    return await body(sent)


def status(error: pytest.ExceptionInfo[Problem]) -> int:
    return error.value.status.value


def test_a_body_is_read_whole() -> None:
    assert asyncio.run(whole(request([b"ab", b"", b"cd"]))) == b"abcd"
    assert asyncio.run(whole(request([b"x" * MAX_BODY_BYTES]))) == b"x" * MAX_BODY_BYTES


@pytest.mark.parametrize("announced", [{}, {"content_length": "10"}, {"content_length": "junk"}])
def test_a_body_that_is_too_long_is_refused_whatever_was_announced(announced: dict[str, str]) -> None:
    with pytest.raises(Problem) as error:
        asyncio.run(whole(request([b"x" * MAX_BODY_BYTES, b"x"], **announced)))
    assert status(error) == 413


def test_a_body_that_is_announced_too_long_is_not_read() -> None:
    with pytest.raises(Problem) as error:
        asyncio.run(whole(request([], content_length=str(MAX_BODY_BYTES + 1))))
    assert status(error) == 413


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("application/json", JSON),
        ("Application/JSON; charset=utf-8", JSON),
        ("application/x-www-form-urlencoded", FORM),
        ("application/x-www-form-urlencoded;charset=UTF-8", FORM),
    ],
)
def test_a_body_is_json_or_a_form(said: str, expected: str) -> None:
    assert media_type(request([], content_type=said)) == expected


@pytest.mark.parametrize("said", ["", "text/plain", "multipart/form-data; boundary=x", "application/jsonx", "json"])
def test_any_other_type_is_415(said: str) -> None:
    with pytest.raises(Problem) as error:
        media_type(request([], content_type=said))
    assert status(error) == 415


@pytest.mark.parametrize(
    "given_",
    [
        b"",
        b"{",
        b"\xff\xfe\xfd",
        b'{"a": "\xff"}',
        b"[" * 200_000,
        b'{"a":' * 40_000,
        b"1" * 5_000,
        b'{"\\ud800": 1}',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
    ],
)
def test_what_is_no_json_or_says_a_name_twice_is_refused(given_: bytes) -> None:
    with pytest.raises(Problem) as error:
        read_json(given_)
    assert status(error) == 422


@given(st.recursive(st.none() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)))
def test_json_is_read_as_it_was_written(value: Any) -> None:
    assert read_json(json.dumps(value).encode()) == value
    assert read_json(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary())
def test_any_bytes_are_read_or_refused(given_: bytes) -> None:
    for reader in (read_json, read_form):
        try:
            reader(given_)
        except Problem as problem:
            assert problem.status.value == 422  # noqa: PT017  # most bytes are refused, some are not


def test_a_form_is_read() -> None:
    assert read_form(b"queries=%7B%7D&b=&c=%C3%BC+x") == {"queries": "{}", "b": "", "c": "ü x"}
    assert read_form(b"") == {}


@pytest.mark.parametrize("given_", [b"a=%ff", "a=ü".encode(), b"a=1&a=2", b"a=1&a=1", b"a&b&c&d&e" * 20])
def test_a_form_that_is_none_or_says_a_field_twice_is_refused(given_: bytes) -> None:
    with pytest.raises(Problem) as error:
        read_form(given_)
    assert status(error) == 422


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" Türkiye\u00a0 ", "Türkiye"), ("a\tb\r\nc", "a b c"), ("a\x00b", "a b"), ("\u202eabc", "abc"), ("\x00", "")],
)
def test_a_cell_becomes_one_line(text: str, expected: str) -> None:
    assert tidy(text) == expected


@given(st.text())
def test_a_tidy_text_is_printable_and_tidy(text: str) -> None:
    assert tidy(text).isprintable()
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(
    ("given_", "culprits"),
    [
        ({}, ["text"]),
        ([], [None]),
        (None, [None]),
        ({"text": 1, "other": 2}, ["text", "other"]),
        ({"text": "too long"}, ["text"]),
        ({"text": "a", "many": [1, "2"]}, ["many.1"]),
        ({"text": "a", "many": ["x"] * 100}, [f"many.{n}" for n in range(20)]),
        ({"text": "\ud800"}, ["text"]),
    ],
)
def test_what_does_not_fit_is_named(given_: Any, culprits: list[str | None]) -> None:
    with pytest.raises(Problem) as error:
        read_as(Shape, given_)
    assert status(error) == 422
    assert [culprit.parameter for culprit in error.value.errors] == culprits


def test_what_fits_is_its_shape() -> None:
    assert read_as(Shape, {"text": "a"}) == Shape(text="a")
