"""What a load remembers is the same however little of it is held in memory."""

from __future__ import annotations

import random

from seed.tallies import Numbered, Tally


def test_terms_are_numbered_as_they_are_met_and_counted() -> None:
    terms = Numbered()
    assert [*map(tuple, terms.met("transfer", "actual", [("part", "TR"), ("part", "AZ")]))] == [(1, 1), (2, 1)]
    assert [*map(tuple, terms.met("transfer", "actual", [("part", "AZ")]))] == [(2, 2)]
    assert [*map(tuple, terms.met("transfer", "planned", [("part", "AZ")]))] == [(3, 1)]
    assert [*terms.all()] == [
        (1, 1, "transfer", "actual", "part", "TR"),
        (2, 2, "transfer", "actual", "part", "AZ"),
        (3, 1, "transfer", "planned", "part", "AZ"),
    ]


def test_terms_that_are_put_down_are_known_again() -> None:
    dice = random.Random(7)
    met = [(dice.choice("ab"), "actual", [("part", str(dice.randrange(40))) for _ in range(3)]) for _ in range(400)]
    much, little = Numbered(), Numbered(most=5)
    for kind, modality, terms in met:
        distinct = [*dict.fromkeys(terms)]
        wanted = [tuple(one) for one in much.met(kind, modality, distinct)]
        assert [tuple(one) for one in little.met(kind, modality, distinct)] == wanted
    assert [*little.all()] == [*much.all()]


def test_pairs_that_are_put_down_are_added_up() -> None:
    dice = random.Random(7)
    much, little = Tally(), Tally(most=5)
    for _ in range(400):
        key = (dice.choice("ab"), dice.choice("cd"), "gazette", dice.choice("tu"), "actual", "instance", False)
        much.add(key)
        little.add(key)
    assert [*little.counts()] == [*much.counts()]
    assert [*little.of("gazette")] == [*much.of("gazette")]
