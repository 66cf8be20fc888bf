"""Cursors and pages: a cursor comes back as it was, and no text that is not ours is taken for one."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.kit.pages import Cursor, dump, list_bytes, one_bytes, question_digest

releases = st.from_regex(r"[0-9a-f]{12}", fullmatch=True)
questions = st.text().map(lambda query: question_digest("/facts", query))
cursors = st.builds(Cursor, releases, questions, st.integers(0, 2**31 - 1))


@given(cursors)
def test_a_cursor_comes_back_as_it_was(cursor: Cursor) -> None:
    written = cursor.write()
    assert Cursor.read(written) == cursor
    assert written.isascii()
    assert len(written) < 100
    assert not set(written) & set("+/=&%")


def encoded(value: object) -> str:
    """Write a value as a cursor is written."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(
    st.one_of(
        st.text(),
        st.text(alphabet="ABCWyJhIiwx-_=", max_size=40),
        st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=5).map(
            encoded
        ),
    )
)
@example("")
@example("=")
@example("é")
@example(encoded(["abc", "date", True]))
@example(encoded(["abc", "date", 1.0]))
@example(encoded(["abc", "date", -1]))
@example(encoded(["abc", "date", 2**31]))
@example(encoded(["../../etc/passwd", "date", 1]))
@example(encoded(["", "date", 1]))
@example(encoded({"a": 1, "b": 2, "c": 3}))
@example(base64.urlsafe_b64encode(b"[" * 100_000).decode())
@example(base64.urlsafe_b64encode(b'["abc","date",' + b"9" * 10_000 + b"]").decode())
def test_any_text_is_refused_or_is_ours(text: str) -> None:
    try:
        cursor = Cursor.read(text)
    except ValueError as error:
        assert str(error) == "no cursor"  # noqa: PT017  # being refused is one of the two right outcomes
        return
    assert cursor.write() == text


@given(cursors, st.data())
def test_an_altered_cursor_is_refused_or_is_another(cursor: Cursor, data: st.DataObject) -> None:
    written = cursor.write()
    at = data.draw(st.integers(0, len(written) - 1))
    altered = written[:at] + data.draw(st.characters(max_codepoint=127)) + written[at + 1 :]
    try:
        found = Cursor.read(altered)
    except ValueError:
        return
    assert found.write() == altered


def test_each_question_has_its_own_cursors() -> None:
    asked = [("/facts", ""), ("/facts", "sort=id"), ("/transfers", ""), ("/facts", "sort=-id")]
    assert len({question_digest(path, query) for path, query in asked}) == len(asked)
    assert question_digest("/facts", "sort=id") == question_digest("/facts", "sort=id")


def test_padding_and_spaces_do_not_make_a_second_spelling() -> None:
    written = Cursor("0123456789ab", "date", 5).write()
    for other in (written + "=", written + " ", written + "\n", " " + written, written + "A"):
        with pytest.raises(ValueError, match="no cursor"):
            Cursor.read(other)


def test_finished_answers_are_joined_without_being_parsed() -> None:
    body = list_bytes('{"id":"a"},{"id":"ü"}'.encode(), {"count": 2}, {"self": "/x", "next": None})
    assert json.loads(body) == {
        "data": [{"id": "a"}, {"id": "ü"}],
        "meta": {"count": 2},
        "links": {"self": "/x", "next": None},
    }
    assert list(json.loads(body)) == ["data", "meta", "links"]
    assert json.loads(list_bytes(b"", {}, {})) == {"data": [], "meta": {}, "links": {}}
    assert json.loads(one_bytes(b'{"id":"a"}', {}, {})) == {"data": {"id": "a"}, "meta": {}, "links": {}}
    assert dump({"a": "ü", "b": None}) == '{"a":"ü","b":null}'.encode()
