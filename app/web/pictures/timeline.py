"""What there is between two states, along time: a lane for each kind, a bar for each fact, or their number by year."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.answers import Answer
from app.core.vocabulary import Modality, Role
from app.web.pictures.paper import counted

MOST_BARS = 60
GIVES = (Role.supplier, Role.licensor, Role.provider, Role.sending, Role.financier)
TAKES = (Role.recipient, Role.trainee, Role.host, Role.end_user)
_YEAR = 4


class TimelineMark(Answer):
    """A mark: a fact, or, where there are many, how many of a kind may be of a year (null: they have no date)."""

    kind: str
    modality: Modality
    direction: str | None
    fact: str | None
    year: int | None
    edtf: str | None
    earliest: str | None
    latest: str | None
    uncertain: bool | None
    count: int
    says: str
    link: str


@dataclass(frozen=True)
class Dated:
    """What of a fact a timeline shows."""

    id: str
    kind: str
    modality: str
    direction: str | None
    edtf: str | None
    earliest: str | None
    latest: str | None
    uncertain: bool
    summary: str

    @property
    def dated(self) -> bool:
        """Whether any bound is told."""
        return self.earliest is not None or self.latest is not None


def dated(answers: Iterable[str], pair: Sequence[str]) -> Iterator[Dated]:
    """Yield of finished facts what is shown."""
    for answer in answers:
        fact = json.loads(answer)
        told = fact["date"]
        edtf = told["edtf"]
        unsure = told["basis"] == "inferred" or (edtf is not None and any(mark in edtf for mark in "?~%X["))
        yield Dated(
            fact["id"],
            fact["kind"],
            fact["modality"],
            _direction(fact["parties"], pair),
            edtf,
            told["earliest"],
            told["latest"],
            unsure,
            fact["summary"],
        )


def bars(facts: Sequence[Dated], link: Callable[[str], str]) -> list[TimelineMark]:
    """Return a mark for each fact."""
    return [
        TimelineMark(
            kind=fact.kind,
            modality=Modality[fact.modality],
            direction=fact.direction,
            fact=fact.id,
            year=None,
            edtf=fact.edtf,
            earliest=fact.earliest,
            latest=fact.latest,
            uncertain=fact.uncertain,
            count=1,
            says=fact.summary,
            link=link(fact.id),
        )
        for fact in facts
    ]


def by_year(
    facts: Iterable[Dated], within: tuple[int | None, int | None], link: Callable[[str, str, int | None], str]
) -> list[TimelineMark]:
    """Return how many facts of a kind and modality may be of each year: an open end reaches to the picture's."""
    spans: Counter[tuple[str, str, int | None, int | None, bool]] = Counter(
        (fact.kind, fact.modality, _year(fact.earliest), _year(fact.latest), fact.dated) for fact in facts
    )
    told = [year for _, _, first, last, _ in spans for year in (first, last) if year is not None]
    first_year = max(within[0] or 0, min(told, default=0))
    last_year = min(within[1] or 9999, max(told, default=0))
    counts: Counter[tuple[str, str, int | None]] = Counter()
    for (kind, modality, first, last, is_dated), count in spans.items():
        if not is_dated:
            counts[kind, modality, None] += count
            continue
        begins = first_year if first is None else max(first, first_year)
        for year in range(begins, (last_year if last is None else min(last, last_year)) + 1):
            counts[kind, modality, year] += count
    return [
        TimelineMark(
            kind=kind,
            modality=Modality[modality],
            direction=None,
            fact=None,
            year=year,
            edtf=None,
            earliest=None,
            latest=None,
            uncertain=None,
            count=count,
            says=f"{counted(count, f'{modality} {kind} fact')} that may be of {year}"
            if year is not None
            else f"{counted(count, f'{modality} {kind} fact')} without a date",
            link=link(kind, modality, year),
        )
        for (kind, modality, year), count in counts.items()
    ]


def _year(day: str | None) -> int | None:
    return None if day is None else int(day[:_YEAR])


def _direction(parties: Iterable[Any], pair: Sequence[str]) -> str | None:
    """Return who gives and who takes, where the two do."""
    roles = {(party["role"], party["actor"]["id"]) for party in parties}
    for giver, taker in (pair, pair[::-1]):
        if any((role.value, giver) in roles for role in GIVES) and any((role.value, taker) in roles for role in TAKES):
            return f"{giver} → {taker}"
    return None
