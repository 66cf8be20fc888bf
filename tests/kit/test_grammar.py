"""The grammar of a query string: what is written is read back, and nothing crashes it or slows it down."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.kit.grammar import MAX_PARAMETERS, MAX_VALUES, AnyOf, GrammarError, encode, pairs, read, write
from tests.costs import least

values = st.text(min_size=1).map(str.strip).filter(bool)
choices = st.builds(AnyOf, st.lists(values, min_size=1, max_size=8).map(tuple), st.booleans())


@given(choices)
@example(AnyOf(("Tanzania, the United Republic of", 'a "b" c', "!x", '"', ",", '""', '!"')))
def test_what_is_written_is_read_back(choice: AnyOf) -> None:
    assert read(write(choice), "country") == choice


@given(choices)
def test_canonical_values_are_sorted_and_each_once(choice: AnyOf) -> None:
    canonical = choice.canonical()
    assert list(canonical.values) == sorted(set(choice.values))
    assert canonical.negated == choice.negated
    assert canonical.canonical() == canonical


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TR", AnyOf(("TR",))),
        ("TR,AZ", AnyOf(("TR", "AZ"))),
        (" TR , AZ ", AnyOf(("TR", "AZ"))),
        ("!TR,RU", AnyOf(("TR", "RU"), negated=True)),
        ('"Tanzania, the United Republic of",TR', AnyOf(("Tanzania, the United Republic of", "TR"))),
        ('"the ""Blue Homeland"""', AnyOf(('the "Blue Homeland"',))),
        ('"!x"', AnyOf(("!x",))),
        ('!"!x"', AnyOf(("!x",), negated=True)),
    ],
)
def test_commas_join_quotes_protect_and_a_mark_negates(text: str, expected: AnyOf) -> None:
    assert read(text, "country") == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a value is empty"),
        ("TR,", "a value is empty"),
        (",TR", "a value is empty"),
        ("!", "a value is empty"),
        ('""', "a value is empty"),
        ('" "', "a value is empty"),
        ("TR,!AZ", "stands once, before the whole list"),
        ("!!TR", "stands once, before the whole list"),
        ('"TR', "a quotation mark stands alone"),
        ('T"R', "a quotation mark stands alone"),
        ('"T"R', "a quotation mark stands alone"),
        (",".join(["TR"] * (MAX_VALUES + 1)), f"more than {MAX_VALUES} values"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_reason(text: str, why: str) -> None:
    with pytest.raises(GrammarError, match=why) as refused:
        read(text, "country")
    assert refused.value.parameter == "country"


def test_two_hundred_values_and_sixty_parameters_are_allowed_and_no_more() -> None:
    assert len(read(",".join(["TR"] * MAX_VALUES), "country").values) == MAX_VALUES
    assert len(pairs(b"&".join([b"a=b"] * MAX_PARAMETERS))) == MAX_PARAMETERS
    with pytest.raises(GrammarError, match=f"more than {MAX_PARAMETERS} parameters"):
        pairs(b"&".join([b"a=b"] * (MAX_PARAMETERS + 1)))


@given(st.binary(max_size=300))
@example(b"a=%zz&b=%&c=%u0041&=&&d")
@example(b"a=%ff")
def test_any_bytes_are_read_or_refused(query: bytes) -> None:
    try:
        found = pairs(query)
    except GrammarError as error:
        assert error.detail  # noqa: PT017  # being refused is one of the two right outcomes
        return
    for name, text in found:
        try:
            choice = read(text, name)
        except GrammarError as error:
            assert error.parameter == name  # noqa: PT017  # as above
            continue
        assert read(write(choice), name) == choice


@given(st.text(alphabet='a,"! ', max_size=40))
def test_any_marks_are_read_or_refused(text: str) -> None:
    try:
        choice = read(text, "q")
    except GrammarError as error:
        assert error.parameter == "q"  # noqa: PT017  # being refused is one of the two right outcomes
        return
    assert choice.values
    assert all(value == value.strip() and value for value in choice.values)


@given(st.sampled_from([*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029]).map(chr), st.sampled_from(["TR", ""]))
def test_control_characters_are_refused_in_names_and_values(control: str, beside: str) -> None:
    raw = quote(beside + control).encode()
    with pytest.raises(GrammarError, match="control characters are refused") as in_value:
        pairs(b"from=" + raw)
    assert in_value.value.parameter == "from"
    with pytest.raises(GrammarError, match="control characters are refused") as in_name:
        pairs(raw + b"=TR")
    assert in_name.value.parameter is None


def test_bytes_that_are_no_utf8_are_refused_with_their_parameter() -> None:
    with pytest.raises(GrammarError, match="not UTF-8") as refused:
        pairs(b"to=AZ&from=T%FCrkei")
    assert refused.value.parameter == "from"


readable = st.text().filter(lambda text: all(c.isprintable() or c == "\xa0" for c in text))


@given(readable, readable)
def test_an_encoded_pair_is_decoded_again(name: str, text: str) -> None:
    assert pairs(encode(name, text).encode()) == [(name, text)]


def test_plus_and_percent_both_mean_a_space_and_order_is_kept() -> None:
    assert pairs(b"b=South+Sudan&a=South%20Sudan&b") == [("b", "South Sudan"), ("a", "South Sudan"), ("b", "")]


@pytest.mark.parametrize(
    "text",
    [" " * 1_500 + '"', "a" + " " * 1_500 + '"', '"' + "a" * 1_500, '"' * 1_501, '"a"' + " " * 1_500 + "x"],
    ids=["spaces", "word and spaces", "open quotation", "odd marks", "words after a quotation"],
)
def test_no_text_takes_long_to_refuse(text: str) -> None:
    def refused() -> None:
        with pytest.raises(GrammarError, match="stands alone"):
            read(text, "country")

    assert least(refused) < 0.5
