"""Dates and addresses as people read them."""

from __future__ import annotations

import pytest

from app.web.words import (
    at_the_words,
    counted_up,
    edtf_words,
    from_a_word,
    grouped,
    moment_words,
    report_address,
    to_a_word,
    web_address,
)


@pytest.mark.parametrize(
    ("edtf", "expected"),
    [
        ("2020", "2020"),
        ("2020-09", "September 2020"),
        ("2020-09-27", "27 September 2020"),
        ("1980-01-XX", "a day in January 1980"),
        ("1980-XX", "1980, month not known"),
        ("199X", "the 1990s"),
        ("2010?", "perhaps 2010"),
        ("2020~", "about 2020"),
        ("2020-09%", "perhaps about September 2020"),
        ("[2019..2020]", "once between 2019 and 2020"),
        ("2020/2021", "2020 to 2021"),
        ("2009-10-01/2010-09-30", "1 October 2009 to 30 September 2010"),
        ("1980-05-06/1980-05-18", "6 to 18 May 1980"),
        ("1981-09-09/1981-10-02", "9 September to 2 October 1981"),
        ("1981-12-30/1982-01-02", "30 December 1981 to 2 January 1982"),
        ("1981-09-10/1981-09-XX", "10 September 1981 to a day in September 1981"),
        ("2020~/2021~", "about 2020 to about 2021"),
        ("/2021", "by 2021"),
        ("../2021", "ever until 2021"),
        ("2021/..", "since 2021"),
        ("2021/", "since 2021, end not known"),
        ("2020-22", "summer 2020"),
        ("Y170000002", "Y170000002"),
    ],
)
def test_a_date_in_words_says_no_more_than_it_does(edtf: str, expected: str) -> None:
    assert edtf_words(edtf) == expected


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x", "ftp://x/y", "https:", "http://[", None]
)
def test_only_addresses_of_the_web_are_followed(url: str | None) -> None:
    assert web_address(url) is None


@pytest.mark.parametrize(
    ("exact", "expected"),
    [
        ("a-b, c & d", "a%2Db%2C%20c%20%26%20d"),
        (
            "one two three four five\nsix seven eight nine ten eleven",
            "one%20two%20three%20four%20five,seven%20eight%20nine%20ten%20eleven",
        ),
        ("one\ntwo", "one%20two"),
        ("w " * 150, "w%20w%20w%20w%20w,w%20w%20w%20w%20w"),
    ],
)
def test_a_fragment_names_the_words_or_their_ends(exact: str, expected: str) -> None:
    citation = {"source": {"url": "https://example.org/a"}, "exact": exact, "selector": "text_position"}
    assert at_the_words(citation) == f"https://example.org/a#:~:text={expected}"


def test_reports_go_to_mail_or_to_a_tracker() -> None:
    page = "http://test/facts/x"
    assert report_address(None, page) is None
    assert (
        report_address("mailto:a@example.org", page)
        == "mailto:a@example.org?subject=Error%3A%20http%3A%2F%2Ftest%2Ffacts%2Fx"
    )
    assert report_address("https://example.org/new", page) == "https://example.org/new"


def test_numbers_and_moments_are_read_at_a_glance() -> None:
    assert [grouped(number) for number in (2007, 9999, 10000, 253878, 1.5)] == [
        "2007",
        "9999",
        "10,000",
        "253,878",
        "1.5",
    ]
    # The API counts exactly as far as that.
    assert [counted_up(count) for count in (10000, 10001)] == ["10,000", "more than 10,000"]
    assert moment_words("2026-11-27T02:01:24+00:00") == "27 November 2026, 02:01 UTC"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ('nal influence."\n', ' influence."\n'),
        ("ry drills since ", " drills since "),
        ('"\nNevertheless, ', "\nNevertheless, "),
        ("Turkey and ", "Turkey and "),
    ],
)
def test_what_stands_before_begins_with_a_word(before: str, expected: str) -> None:
    assert from_a_word(before) == expected


@pytest.mark.parametrize(
    ("behind", "expected"),
    [(" and Ukraine sup", " and Ukraine "), (" signed between ", " signed between "), (" in recent", " in recent")],
)
def test_what_stands_behind_ends_with_a_word(behind: str, expected: str) -> None:
    assert to_a_word(behind) == expected
