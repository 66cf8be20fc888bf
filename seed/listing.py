"""Under which terms facts are listed, read off their rows; what the terms are is `app`'s."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlmodel import SQLModel

from app.core import terms
from app.core.resource import Resource
from app.core.vocabulary import Role, SystemRole
from app.kit.parameters import Term
from seed.making import FACT, PARTY, SOURCE, SYSTEM, VALUE, VOICE
from seed.rows import Into, Values

_ROLES = {role.value: role for role in Role}
_SYSTEM_ROLES = {role.value: role for role in SystemRole}


class Filed(NamedTuple):
    """A fact as it is put into lists."""

    n: int
    rank: int
    kind: str
    modality: str
    earliest: str | None
    latest: str | None
    terms: list[Term]


class Listing:
    """Knows what the facts of these kinds are listed under."""

    def __init__(self, facts: Iterable[Resource]) -> None:
        """Take the kinds."""
        self._kinds = {resource.kind: resource for resource in facts}
        self._own: dict[type[SQLModel], list[tuple[str, str]]] = {
            resource.row: [(one.name, one.column) for one in resource.parameters if one.column]
            for resource in self._kinds.values()
        }
        # The same few take part in fact after fact, and the same systems are in them.
        self._of_parties = lru_cache(2_048)(self._parties)
        self._of_systems = lru_cache(1_024)(_systems)

    def filed(self, lines: Mapping[Into, Sequence[Values]]) -> Iterator[Filed]:
        """Yield the facts of some rows, in their order."""
        parties, systems, voices, values, sources = (
            _by_fact(lines[where]) for where in (PARTY, SYSTEM, VOICE, VALUE, SOURCE)
        )
        own = self._own_terms(lines)
        for n, _, rank, kind, modality, granularity, voice, earliest, latest, place, _ in lines[FACT]:
            listed = [
                *self._of_parties(kind, tuple(row[2:] for row in parties[n])),
                *self._of_systems(tuple(row[2:4] for row in systems[n])),
                *terms.envelope("place", [place] if place else []),
                *terms.envelope("source", [source for _, source in sources[n]]),
                *terms.envelope("asserted_by", [actor for _, _, actor in voices[n]]),
                *terms.envelope("voice", [voice]),
                *terms.envelope("granularity", [granularity]),
                *terms.begun(None if self._kinds[kind].years else earliest),
                *(term for _, name, value in values[n] for term in terms.own(name, [value])),
                *own[n],
            ]
            yield Filed(n, rank, kind, modality, earliest, latest, listed)

    def _own_terms(self, lines: Mapping[Into, Sequence[Values]]) -> dict[int, list[Term]]:
        """Return, by fact, the terms of what the table of its kind alone has."""
        found: dict[int, list[Term]] = defaultdict(list)
        for where, rows in lines.items():
            for name, column in self._own.get(where.model, ()):
                at = where.columns.index(column)
                for row in rows:
                    if row[at] is not None:
                        found[row[0]] += terms.own(name, [row[at]])
        return found

    def _parties(self, kind: str, parties: tuple[Values, ...]) -> tuple[Term, ...]:
        told = [terms.PartyTold(actor, state, _ROLES[role], chosen) for actor, state, role, chosen in parties]
        return tuple(terms.of_parties(told, self._kinds[kind].direction))


def _systems(uses: tuple[Values, ...]) -> tuple[Term, ...]:
    return tuple(terms.of_systems((system, _SYSTEM_ROLES[role]) for system, role in uses))


def _by_fact(rows: Iterable[Values]) -> dict[int, list[Values]]:
    found: dict[int, list[Values]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return found
