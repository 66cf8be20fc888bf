"""Synthetic facts, one at a time: every kind, modality, precision of date and length of passage."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from itertools import pairwise
from math import gcd
from typing import Any

from app.core.entries import FactEntry
from app.core.resource import Resource
from app.core.vocabulary import Modality
from bench.kinds import MAKERS
from bench.world import Skewed, World, word

WORDS = 3_000
FIRST_YEAR, LAST_YEAR = 1950, 2024
UNDATED = 0.08
Made = tuple[str, FactEntry]


class Facts:
    """The facts of a world; their ids are in another order than their dates, as in any corpus."""

    def __init__(self, world: World, number: int, seed: int, kinds: tuple[Resource, ...]) -> None:
        """Take how many there are to be, and of which kinds; a kind that has no maker is left out."""
        self._world = world
        self._number = number
        self._dice = random.Random(seed)
        self._entries = {resource.kind: resource.entry for resource in kinds}
        self._kinds = Skewed([kind for kind in MAKERS if kind in self._entries], 0.7)
        self._modalities = Skewed([Modality.actual, *(one for one in Modality if one is not Modality.actual)], 1.9)
        self._words = Skewed([word(one).lower() for one in range(WORDS)], 0.9)
        # Stepping by what has no divisor in common with the number meets every place once.
        self._step = next(step for step in range(number * 5 // 8 + 1, 2 * number + 2) if gcd(step, number) == 1)
        self._end: dict[str, int] = {}
        self._last: dict[str, dict[str, Any]] = {}

    def __iter__(self) -> Iterator[Made]:
        """Yield (source, fact), year by year; last the undated. Within a year, unordered."""
        dated = self._number - int(self._number * UNDATED)
        span = LAST_YEAR - FIRST_YEAR + 1
        # Later years have more.
        bounds = [round(dated * (year / span) ** 2) for year in range(span + 1)]
        for year, (first, end) in enumerate(pairwise(bounds), FIRST_YEAR):
            for number in range(first, end):
                yield self._one(number, year)
        for number in range(dated, self._number):
            yield self._one(number, None)

    def _one(self, number: int, year: int | None) -> Made:
        dice, world = self._dice, self._world
        rank = number * self._step % self._number
        kind = self._kinds.one(dice)
        source = world.sources.one(dice)
        states = world.countries.several(dice, 2)
        modality = self._modalities.one(dice).value
        names = [world.names[state] for state in states]
        own = MAKERS[kind](dice, world, states, modality)
        evidence = [self._passage(source.head.source.id, names) for _ in range(dice.choice((1, 1, 1, 2)))]
        given = {
            "id": f"s{rank:08}-{kind}",
            "kind": kind,
            "summary": f"{names[0]} and {names[1]}: {kind} number {number}.",
            "modality": modality,
            "granularity": "aggregate" if dice.random() < 0.06 else "instance",
            "asserted_by": self._voices() if dice.random() < 0.3 else [],
            "date": {"edtf": _date(dice, year), "basis": "stated"} if year else None,
            "place": world.places.one(dice) if dice.random() < 0.25 else None,
            "hedges": ["reportedly"] if dice.random() < 0.1 else [],
            "evidence": evidence,
            "coded_on": "2024-11-22",
            **own,
        }
        given["denies"] = "actual" if given["modality"] == "denied" else None
        if kind == "quote":
            given["segments"] = [one["exact"] for one in evidence]
        return source.head.source.id, self._entries[kind].model_validate(given)

    def _voices(self) -> list[str]:
        """Return a chain of one or two voices."""
        dice, world = self._dice, self._world
        chain = [world.people.one(dice) if dice.random() < 0.8 else dice.choice(world.voices)]
        return [*chain, world.organizations.one(dice)] if dice.random() < 0.2 else chain

    def _passage(self, source: str, names: list[str]) -> dict[str, Any]:
        """Return a passage of a source, now and then the one before: several facts rest on one."""
        dice = self._dice
        if source in self._last and dice.random() < 0.15:
            return self._last[source]
        exact = " ".join([*names, *self._words.some(dice, dice.randrange(6, 30))])
        start = self._end.get(source, 0) + dice.randrange(2, 40)
        self._end[source] = start + len(exact)
        sha256 = hashlib.sha256(exact.encode()).hexdigest()
        found = {
            "start": start,
            "exact": exact,
            "prefix": "words before it ",
            "suffix": " and after.",
            "sha256": sha256,
        }
        self._last[source] = found
        return found


def _date(dice: random.Random, year: int) -> str:
    """Return a date that begins in a year, at one of the precisions that sources have."""
    month = f"{dice.randrange(1, 13):02}"
    day = f"{dice.randrange(1, 29):02}"
    forms = (
        f"{year}-{month}-{day}",
        f"{year}-{month}",
        f"{year}",
        f"{year}/{year + dice.randrange(3)}",
        f"{year}~",
        f"{year}-{month}/..",
    )
    return dice.choices(forms, weights=(45, 25, 20, 5, 3, 2))[0]
