"""Bounds of EDTF dates: every form that the corpus writes, open and unknown ends as None, the calendar kept."""

from __future__ import annotations

import calendar
import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.kit.edtf import EdtfError, Lasts, bounds, lasts, whole, years

days = st.dates(min_value=dt.date(1, 1, 1))


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2021", "2021-01-01", "2021-12-31"),
        ("2021-06", "2021-06-01", "2021-06-30"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2021-06-15", "2021-06-15", "2021-06-15"),
        ("/2021", None, "2021-12-31"),
        ("../2021", None, "2021-12-31"),
        ("2019/", "2019-01-01", None),
        ("2019/..", "2019-01-01", None),
        ("[2019..2020]", "2019-01-01", "2020-12-31"),
        ("[..2020]", None, "2020-12-31"),
        ("[2019..]", "2019-01-01", None),
        ("2020/2021", "2020-01-01", "2021-12-31"),
        ("2020-09-27/2020-11-10", "2020-09-27", "2020-11-10"),
        ("2009-10-01/2010-09-30", "2009-10-01", "2010-09-30"),
        ("2010?", "2010-01-01", "2010-12-31"),
        ("2010-06?", "2010-06-01", "2010-06-30"),
        ("2020~", "2020-01-01", "2020-12-31"),
        ("2020%", "2020-01-01", "2020-12-31"),
        ("2020~/2021", "2020-01-01", "2021-12-31"),
        ("2020?/..", "2020-01-01", None),
        ("1980-01-XX", "1980-01-01", "1980-01-31"),
        ("1980-XX-XX", "1980-01-01", "1980-12-31"),
        ("199X", "1990-01-01", "1999-12-31"),
    ],
)
def test_every_form_of_the_corpus_has_its_bounds(text: str, earliest: str | None, latest: str | None) -> None:
    assert bounds(text) == (earliest, latest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 2021",
        "2021 ",
        "2021\n",
        "unknown",
        "June 2021",
        "21",
        "2021-6",
        "2021-13",
        "2021-00",
        "2021-02-29",
        "1900-02-29",
        "2021-06-31",
        "2021-06-00",
        "0000",
        "/",
        "..",
        "../..",
        "/..",
        "2021/2020",
        "[2021..2020]",
        "2021-06-15/2021-06-14",
        "2020/2021/2022",
        "Y12000",
        "-0044",
        "XXXX",
        "2021/" + "0" * 64,
        "٢٠٢١",
    ],
)
def test_what_is_no_date_or_has_no_bounds_is_refused(text: str) -> None:
    with pytest.raises(EdtfError):
        bounds(text)


@given(days)
def test_a_plain_day_is_itself(day: dt.date) -> None:
    assert bounds(day.isoformat()) == (day.isoformat(), day.isoformat())
    assert years(day.isoformat()) == range(day.year, day.year + 1)


@given(st.integers(1, 9999), st.integers(1, 12))
def test_a_month_and_a_year_end_as_the_calendar_says(year: int, month: int) -> None:
    last = calendar.monthrange(year, month)[1]
    assert bounds(f"{year:04}-{month:02}") == (f"{year:04}-{month:02}-01", f"{year:04}-{month:02}-{last:02}")
    assert bounds(f"{year:04}") == (f"{year:04}-01-01", f"{year:04}-12-31")


@given(st.integers(1, 9999), st.integers(0, 99), st.integers(0, 99))
@example(2100, 2, 29)
def test_plain_dates_agree_with_datetime(year: int, month: int, day: int) -> None:
    text = f"{year:04}-{month:02}-{day:02}"
    try:
        expected = dt.date(year, month, day).isoformat()
    except ValueError:
        with pytest.raises(EdtfError):
            bounds(text)
    else:
        assert bounds(text) == (expected, expected)


@given(days, days)
def test_an_interval_runs_from_one_day_to_another_never_backwards(start: dt.date, end: dt.date) -> None:
    text = f"{start}/{end}"
    if start <= end:
        assert bounds(text) == (start.isoformat(), end.isoformat())
        assert years(text) == range(start.year, end.year + 1)
    else:
        with pytest.raises(EdtfError, match="ends before it starts"):
            bounds(text)


plain = st.one_of(days.map(str), days.map(lambda day: str(day)[:7]), days.map(lambda day: str(day)[:4]))
ends = st.one_of(st.sampled_from(["", ".."]), plain, plain.map("{}?".format), plain.map("{}~".format))


@given(ends, ends)
def test_an_open_or_unknown_end_is_none_and_a_known_one_never(start: str, end: str) -> None:
    try:
        earliest, latest = bounds(f"{start}/{end}")
    except EdtfError:
        known = [text for text in (start, end) if text not in ("", "..")]
        assert not known or bounds(start)[0] > bounds(end)[1]  # type: ignore[operator]  # both ends are known here
        return
    assert (earliest is None) == (start in ("", ".."))
    assert (latest is None) == (end in ("", ".."))
    assert earliest is None or latest is None or earliest <= latest


@given(st.one_of(st.text(max_size=20), st.text(alphabet="0129X-/.?~%[]{},.Y+SE", max_size=24)))
@example("2021/[2020..2021]")
@example("[..]")
@example("{}")
def test_any_text_has_ordered_bounds_or_is_refused(text: str) -> None:
    try:
        earliest, latest = bounds(text)
    except EdtfError:
        return
    assert earliest or latest
    for end in filter(None, (earliest, latest)):
        assert dt.date.fromisoformat(end).isoformat() == end
    assert earliest is None or latest is None or earliest <= latest


def test_years_of_an_open_date_are_those_that_are_known() -> None:
    assert years("2020/2022") == range(2020, 2023)
    assert years("2019/..") == range(2019, 2020)
    assert years("/2021") == range(2021, 2022)


def test_a_question_takes_only_whole_years_months_and_days() -> None:
    assert whole("2021-06") == ("2021-06-01", "2021-06-30")
    for text in ("2021/2022", "2021?", "202X", "2021-06-15T00:00", "..", ""):
        with pytest.raises(EdtfError, match="is no year, month or day"):
            whole(text)


@pytest.mark.parametrize(
    ("starts", "latest", "expected"),
    [
        ("2020-01-01", "2020-01-01", Lasts.day),
        ("2020-01-01", "2020-01-02", Lasts.short),
        ("2020-01-01", "2021-01-01", Lasts.short),
        ("2020-01-01", "2021-01-02", Lasts.long),
        ("2020-01-01", None, Lasts.endless),
    ],
)
def test_how_long_a_span_lasts(starts: str, latest: str | None, expected: Lasts) -> None:
    assert lasts(starts, latest) is expected
