"""Bitmaps of long lists: each is its list, and pages out of them are in the order of dates, both ways."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap, FrozenBitMap
from sqlalchemy import create_engine

from app.core.bitmaps import EVERYTHING, LONG, Met
from app.core.windows import Numbers, Window, size_of
from seed import bitmaps as made

NUMBERS = st.sets(st.integers(min_value=1, max_value=40))
ENDS = st.integers(0, 41)


# Of all numbers, those of facts without an end.
ENDLESS = set(range(3, 40, 4))


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, set[int]]:
    """Draw a window, and what is seen through it; some have nothing between their ends, as a time without facts has."""
    first, last, apart = draw(ENDS), draw(ENDS), draw(NUMBERS)
    before, but = draw(st.sampled_from([(False, False), (True, False), (False, True)]))
    within = set(range(first, last + 1))
    # What has no end is told of as such alone.
    beside, less = apart - within - (ENDLESS if before else set()), apart & within
    window = Window(first, last, FrozenBitMap(beside), FrozenBitMap(less), before, but)
    seen = within - less | beside | {n for n in ENDLESS if before and n < first}
    seen -= ENDLESS if but else set()
    return draw(st.sampled_from([(window, seen), (EVERYTHING, set(range(50)))]))


def test_every_long_list_has_a_bitmap_of_its_facts_and_no_other_has(article_url: str) -> None:
    lists: dict[int, list[int]] = {}
    with closing(sqlite3.connect(article_url.removeprefix("sqlite:///"))) as database:
        for term, n in database.execute("SELECT term, n FROM posting ORDER BY term, n"):
            lists.setdefault(term, []).append(n)
        found = database.execute("SELECT term, numbers FROM bitmap").fetchall()
    long = {term: numbers for term, numbers in lists.items() if len(numbers) > LONG}
    assert {term: list(BitMap.deserialize(numbers)) for term, numbers in found} == long
    assert 5 < len(long) < len(lists)


def test_a_bitmap_of_few_numbers_takes_more_memory_than_its_bytes() -> None:
    # What was measured of a hundred numbers at random among ten million, and of half of them.
    few = FrozenBitMap(n * n for n in range(0, 3_162, 31))
    assert size_of(few) == pytest.approx(5_600, rel=0.3)
    many = FrozenBitMap(range(0, 10_000_000, 2))
    assert size_of(many) == pytest.approx(1_250_000, rel=0.05)


@given(st.dictionaries(st.sampled_from("abc"), NUMBERS), st.sets(st.sampled_from("abc")), windows(), st.data())
def test_pages_follow_each_other(
    facts: dict[str, set[int]], shown: set[str], window: tuple[Window, set[int]], data: st.DataObject
) -> None:
    dated, limit = data.draw(ENDS), data.draw(st.integers(1, 7))
    through, seen = window
    met = Met(
        {modality: Numbers(BitMap(numbers), BitMap(numbers & ENDLESS)) for modality, numbers in facts.items()}, through
    )
    expected = {modality: len(numbers & seen) for modality, numbers in facts.items()}
    assert met.counts(50) == expected
    for enough in (0, 5):
        counted = met.counts(enough)
        assert all(counted[one] == told or min(counted[one], told) > enough for one, told in expected.items())
    numbers = sorted(seen & set().union(*(facts.get(modality, set()) for modality in shown)))
    in_time, undated = [n for n in numbers if n <= dated], [n for n in numbers if n > dated]
    for down, in_order in ((False, numbers), (True, in_time[::-1] + undated[::-1])):
        found: list[int] = []
        while page := met.page(shown, dated, found[-1] if found else None, limit, down=down):
            found += page
        assert found == in_order


@given(NUMBERS, st.integers(0, 41), st.sampled_from([0, 1, 7, 41, 2**31 - 1]), st.integers(1, 50))
def test_a_page_begins_after_any_number(numbers: set[int], dated: int, after: int, limit: int) -> None:
    met = Met({"a": Numbers(BitMap(numbers))}, EVERYTHING)
    assert met.page("a", dated, after, limit, down=False) == [n for n in sorted(numbers) if n > after][:limit]
    undated = [n for n in sorted(numbers, reverse=True) if n > dated and (after <= dated or n < after)]
    in_time = [n for n in sorted(numbers, reverse=True) if n <= dated and n < after <= dated]
    assert met.page("a", dated, after, limit, down=True) == (in_time + undated)[:limit]


@pytest.mark.parametrize("at_once", [2, 20])
def test_a_very_long_list_is_read_some_at_a_time(
    article_url: str, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    engine = create_engine(article_url)
    with engine.connect() as connection:
        expected: dict[int, bytes] = dict(row for _, rows in made.bitmaps(connection) for row in rows)
        monkeypatch.setattr(made, "_AT_ONCE", at_once)
        assert dict(row for _, rows in made.bitmaps(connection) for row in rows) == expected
    engine.dispose()
