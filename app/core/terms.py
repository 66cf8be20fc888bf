"""Terms: the names and values under which facts are listed, said once for who lists them and for who asks.

A list holds the numbers of the facts of one kind and modality that have a term. It is what a filter reads: no filter
of facts looks at the rows that the term was taken from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product

from app.core.vocabulary import Role, SystemRole
from app.kit.parameters import Term

# Every fact, whatever it says; of this alone there is a list for all kinds together, whose kind is empty.
EVERY: Term = ("every", "")
ALL_KINDS = ""
TWO_STATES = 2
# From which role to which a kind goes.
Direction = tuple[Role, Role]


@dataclass(frozen=True)
class PartyTold:
    """A party as terms see it: `chosen` means that `country=` finds it, `state` is the country that it counts for."""

    actor: str
    state: str | None
    role: Role
    chosen: bool

    @property
    def names(self) -> Iterable[str]:
        """By whom it is asked for: a state counts with its organs, anybody else for itself."""
        return {self.actor, self.state or self.actor}


def taking_part(names: Iterable[str]) -> list[Term]:
    """Who takes part (a quote: whom it is about), or an organ of it."""
    return [("part", name) for name in names]


def in_role(names: Iterable[str], roles: Iterable[Role]) -> list[Term]:
    """Who, or an organ of whom, has one of these roles."""
    return [(f"role:{role.value}", name) for role in roles for name in names]


def directed(names: Iterable[str], others: Iterable[str]) -> list[Term]:
    """From one of the names to one of the others, in the direction of the kind; organs as above.

    Of two states that each have very many facts few may be between them, and it is these that are asked for.
    """
    return [("directed", f"{one}/{other}") for one, other in product(names, others)]


def exactly(actors: Iterable[str], roles: Iterable[Role] | None) -> list[Term]:
    """Exactly these actors, their organs apart, in one of these roles; None: taking part."""
    if roles is None:
        return [("actor", actor) for actor in actors]
    return [(f"actor:{role.value}", actor) for role in roles for actor in actors]


def anybody_in(roles: Iterable[Role]) -> list[Term]:
    """Somebody has one of these roles."""
    return [("role", role.value) for role in roles]


def mentioned(names: Iterable[str]) -> list[Term]:
    """Who is only mentioned."""
    return [("mentioned", name) for name in names]


def between(first: str, second: str) -> list[Term]:
    """Both take part."""
    return [("pair", "/".join(sorted((first, second))))]


def bilateral(answers: Iterable[str]) -> list[Term]:
    """Whether exactly two states take part."""
    return [("bilateral", answer) for answer in answers]


def system(systems: Iterable[str], roles: Iterable[SystemRole] | None) -> list[Term]:
    """A system, in one of these roles; None: in any."""
    if roles is None:
        return [("system", one) for one in systems]
    return [(f"system:{role.value}", one) for role in roles for one in systems]


def envelope(name: str, values: Iterable[str]) -> list[Term]:
    """What the envelope says under a name: `place`, `source`, and others."""
    return [(name, value) for value in values]


def begun(earliest: str | None) -> list[Term]:
    """In which year its date begins, for the kinds that have no filter by which they count in years."""
    return [("begun", earliest[:4])] if earliest else []


def own(name: str, values: Iterable[str]) -> list[Term]:
    """What a kind's own filter of this name asks for; no kind's term is another kind's, or the envelope's."""
    return [(f"own:{name}", value) for value in values]


def of_parties(parties: Sequence[PartyTold], direction: Direction | None) -> Iterator[Term]:
    """Yield the terms of a fact's parties and of its pairs of states; direction: that of its kind."""
    for party in parties:
        yield from _of_party(party)
    states = {party.state for party in parties if party.state and party.role.takes_part}
    yield from bilateral(["true" if len(states) == TWO_STATES else "false"])
    chosen = {party.state for party in parties if party.state and party.chosen}
    for one, other in combinations(sorted(chosen), 2):
        yield from between(one, other)
    if direction:
        first, second = (
            sorted({name for party in parties if party.role is role for name in party.names}) for role in direction
        )
        yield from directed(first, second)


# The same few have the same few roles in fact after fact.
@lru_cache(maxsize=16_384)
def _of_party(party: PartyTold) -> tuple[Term, ...]:
    names = sorted(party.names)
    found: list[Term] = []
    if party.chosen:
        found += [*taking_part(names), *exactly([party.actor], None)]
    if not party.role.takes_part:
        found += mentioned(names)
    return *found, *in_role(names, [party.role]), *exactly([party.actor], [party.role]), *anybody_in([party.role])


def of_systems(uses: Iterable[tuple[str, SystemRole]]) -> Iterator[Term]:
    """Yield the terms of the systems that a fact is about."""
    for one, role in uses:
        yield from system([one], None)
        yield from system([one], [role])
        yield from envelope("system_role", [role.value])
