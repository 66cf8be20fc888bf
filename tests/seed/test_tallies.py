"""What a load remembers is the same however little of it is held in memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.kit.parameters import Term
from seed.tallies import Bins, Numbered, Pairs, bin_of


def test_terms_are_numbered_as_they_are_met_and_counted() -> None:
    terms = Numbered()
    assert terms.met("transfer", "actual", [("part", "TR"), ("part", "AZ")], 1, 9) == [(1, 1, 9), (2, 1, 9)]
    assert terms.met("transfer", "actual", [("part", "AZ")], 2, 8) == [(2, 2, 8)]
    assert terms.met("transfer", "planned", [("part", "AZ")], 3, 7) == [(3, 3, 7)]
    assert [*terms.all()] == [
        (1, 1, "transfer", "actual", "part", "TR"),
        (2, 2, "transfer", "actual", "part", "AZ"),
        (3, 1, "transfer", "planned", "part", "AZ"),
    ]


TERMS = st.lists(st.tuples(st.just("part"), st.sampled_from("ABCDEFGHIJ")), unique=True)


@given(st.lists(st.tuples(st.sampled_from(["transfer", "event"]), TERMS), max_size=60))
def test_terms_that_are_put_down_are_known_again(facts: list[tuple[str, list[Term]]]) -> None:
    much, little = Numbered(), Numbered(most=5)
    for n, (kind, terms) in enumerate(facts):
        assert little.met(kind, "actual", terms, n, n) == much.met(kind, "actual", terms, n, n)
    assert [*little.all()] == [*much.all()]


@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("CD"), st.sampled_from(["gazette", "herald"]))))
def test_pairs_that_are_put_down_are_added_up(pairs: list[tuple[str, str, str]]) -> None:
    much, little = Pairs(), Pairs(most=3)
    for a, b, source in pairs:
        for tally in (much, little):
            tally.add([(a, b, source, "transfer", "actual", "instance", False)])
    assert [*little.counts()] == [*much.counts()]
    assert [*little.of("gazette")] == [*much.of("gazette")]


BIN = st.tuples(*[st.sampled_from(["", "A", "A B", "AB"])] * 5, st.sampled_from(["instance", "aggregate"]))


@given(st.lists(st.dictionaries(BIN, st.integers(min_value=1, max_value=9)), max_size=12))
def test_bins_that_are_put_down_are_added_up_apart(runs: list[dict[tuple[str, ...], int]]) -> None:
    little = Bins(most=3)
    expected: dict[tuple[str, ...], list[int]] = {}
    for run in runs:
        little.add(bin_of(*parts) for parts, count in run.items() for _ in range(count))
        for (*key, granularity), count in run.items():
            expected.setdefault(tuple(key), [0, 0])[granularity == "aggregate"] += count
    assert [*little.apart()] == [(*key, *counts) for key, counts in sorted(expected.items())]
