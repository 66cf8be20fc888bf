"""Where the facts of a time are, by the moments of a release, is what the dates of each fact say."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from app.core import moments
from app.core.windows import Numbers, Seen
from app.kit import edtf

# Of few years: spans of a day, of months and of years meet each other, and leap days are among them.
DAYS = st.dates(date(2019, 1, 1), date(2024, 12, 31)).map(str)
SPANS = st.tuples(st.none() | DAYS, st.none() | DAYS).map(
    lambda ends: tuple(sorted(ends)) if None not in ends else ends  # type: ignore[type-var]  # none of them is None
)


def in_order(span: tuple[str | None, str | None]) -> str:
    return span[0] or span[1] or ""


@given(st.lists(SPANS.filter(any), max_size=30), st.none() | DAYS, st.none() | DAYS, st.booleans())
def test_a_time_finds_the_facts_that_may_be_or_certainly_are_of_it(
    spans: list[tuple[str | None, str | None]], since: str | None, until: str | None, certain: bool
) -> None:
    spans = sorted(spans, key=lambda span: (in_order(span), str(span)))
    numbered = list(enumerate(spans, 1))
    rows = []
    for (first, last), some in groupby(numbered, key=lambda one: one[1]):
        numbers = [n for n, _ in some]
        starts = first or last or ""
        rows.append((starts, numbers[0], numbers[-1], last, first is not None, edtf.lasts(starts, last).value))
    found = moments.of(rows)
    window = found.window(since, until, certain=certain)
    every = BitMap(range(1, len(spans) + 1))
    facts = Numbers(every, every & found.endless)
    expected = []
    for n, (first, last) in numbered:
        begins, ends = (first, last) if certain else (last, first)
        is_in = since is None or (begins is None and not certain) or (begins is not None and begins >= since)
        is_in &= until is None or (ends is None and not certain) or (ends is not None and ends <= until)
        if is_in:
            expected.append(n)
    if since is None or until is None or since <= until:
        assert Seen(facts, window).between(0, len(spans)) == expected
        assert window.count(facts, len(spans)) == len(expected)
