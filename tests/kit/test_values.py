"""Values: each type takes what it says and refuses the rest with a remedy; it never clamps and never guesses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.codes import Code
from app.kit.values import Refused, code, day, identifier, name_of, near, number, text, word, year


class FlagColour(Code):
    """The tests' own list."""

    red = "red", "As blood."
    dark_blue = "dark_blue", "As the sea."


def test_a_code_list_knows_its_name_and_its_definitions() -> None:
    assert FlagColour.list_name() == "flag_colour"
    assert [str(one) for one in FlagColour] == ["red", "dark_blue"]
    assert FlagColour.dark_blue.definition == "As the sea."


def test_a_code_is_refused_with_what_is_near_and_all_that_is_allowed() -> None:
    colour = code(FlagColour, "any")
    assert colour.schema == {"type": "string", "enum": ["red", "dark_blue", "any"]}
    assert [colour.read(one) for one in ("red", "any")] == ["red", "any"]
    with pytest.raises(Refused, match=r"'dark-blue' is not in the list /vocab/flag_colour") as refused:
        colour.read("dark-blue")
    assert refused.value.suggestions == ["dark_blue"]
    assert refused.value.allowed == ["red", "dark_blue", "any"]
    for other in ("RED", " red", "", "FlagColour.red"):
        with pytest.raises(Refused):
            colour.read(other)


def test_a_word_is_one_of_a_few() -> None:
    sort = word("date", "-date")
    assert sort.read("-date") == "-date"
    with pytest.raises(Refused, match="'dat' is not one of date, -date") as refused:
        sort.read("dat")
    assert refused.value.suggestions[0] == "date"


@given(st.integers(-(10**12), 10**12))
def test_a_number_outside_its_bounds_is_refused_never_clamped(given_: int) -> None:
    limit = number(1, 500)
    if 1 <= given_ <= 500:
        assert limit.read(str(given_)) == str(given_)
    else:
        with pytest.raises(Refused, match="is no whole number from 1 to 500"):
            limit.read(str(given_))


@pytest.mark.parametrize(
    "given_", ["", "+5", " 5", "5 ", "5.0", "5e1", "0x5", "\N{ARABIC-INDIC DIGIT FIVE}", "5_0", "²", "-0", "9" * 5_000]
)
def test_a_number_has_only_digits(given_: str) -> None:
    with pytest.raises(Refused):
        number(0, 500).read(given_)


def test_a_number_has_one_canonical_spelling() -> None:
    assert number(1, 500).read("050") == "50"


def test_years_and_days_have_four_digits() -> None:
    assert year().read("2021") == "2021"
    for given_ in ("21", "0021", "20211", "2021-06", "", "٢٠٢١", "2021\n"):
        with pytest.raises(Refused, match="is no year of four digits"):
            year().read(given_)
    assert [day().read(one) for one in ("2021", "2021-06", "2021-06-15")] == ["2021", "2021-06", "2021-06-15"]
    for given_ in ("2021-6", "2021-02-30", "2021/2022", "15-06-2021", "", "2021\n"):
        with pytest.raises(Refused):
            day().read(given_)


@pytest.mark.parametrize("given_", ["a", "forbes-turkey-azerbaijan-2021.738-906", "TR", "7", "a" * 96])
def test_an_id_has_letters_digits_dots_and_hyphens(given_: str) -> None:
    assert identifier().read(given_) == given_


@pytest.mark.parametrize("given_", ["", "-a", ".a", "a b", "a/b", "ä", "a" * 97, "a\n", "a_b"])
def test_what_cannot_be_an_id_is_refused(given_: str) -> None:
    with pytest.raises(Refused, match="cannot be an id"):
        identifier().read(given_)


@given(st.text(max_size=120))
def test_the_documented_pattern_of_an_id_is_what_is_read(given_: str) -> None:
    pattern = identifier().schema["pattern"]
    try:
        identifier().read(given_)
    except Refused:
        assert not re.fullmatch(pattern, given_) or given_.endswith("\n")
    else:
        assert re.fullmatch(pattern, given_)


def test_names_and_texts_have_a_length() -> None:
    assert name_of("country").names == {"country"}
    assert name_of("country").read("T" * 200) == "T" * 200
    with pytest.raises(Refused, match="at most 200 characters"):
        name_of("country").read("T" * 201)
    assert text(5).read("words") == "words"
    for given_ in ("", "longer"):
        with pytest.raises(Refused, match="write 1 to 5 characters"):
            text(5).read(given_)


@given(st.text(), st.lists(st.text(max_size=20), max_size=10), st.integers(0, 5))
def test_what_is_near_is_known_and_not_too_much(given_: str, known: list[str], limit: int) -> None:
    found = near(given_, known, limit)
    assert len(found) <= limit
    assert set(found) <= set(known)


def test_a_slip_of_the_finger_is_near() -> None:
    assert near("form", ["from", "to", "supplier"])[0] == "from"
    assert near("qqqq", ["from", "to", "supplier"]) == []
