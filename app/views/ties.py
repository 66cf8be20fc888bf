"""Who takes part in facts with whom, counted by kind and modality: pairs of states, and flows from one to another."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, not_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core import terms
from app.core.answers import ActorRecord
from app.core.listed import Term
from app.core.lists import FactList, modalities
from app.core.tables import Actor, Country, Fact, Party
from app.core.vocabulary import Role
from app.kit.pages import EXACT
from app.kit.parameters import Asked

# The parameters that the compiler's counts of pairs can answer.
COMPILED = frozenset({"kind", "modality", "release"})
MOST_FLOWING = 100_000


@dataclass(frozen=True)
class Tie:
    """How many facts of a kind and modality there are between two, `a` being the one who gives where it is a flow."""

    a: str
    b: str
    kind: str
    modality: str
    count: int


def pairs(connection: Connection, listing: FactList, state: str | None = None) -> list[Tie]:
    """Count the facts found, at most 10,000, by the pairs of states that take part; `state`: pairs with it alone."""
    found = listing.found(connection).subquery()
    one, other = aliased(Party), aliased(Party)
    columns = (col(one.state), col(other.state), col(Fact.kind), col(Fact.modality))
    statement: Any = (
        select(*columns, func.count(func.distinct(col(Fact.n))).label("count"))
        .join_from(found, Fact, col(Fact.n) == found.c.n)
        .join(one, (col(one.n) == col(Fact.n)) & col(one.chosen).is_(True))
        .join(other, (col(other.n) == col(Fact.n)) & col(other.chosen).is_(True) & (col(one.state) < col(other.state)))
    )
    if state is not None:
        statement = statement.where(or_(col(one.state) == state, col(other.state) == state))
    return _ties(connection, statement, columns)


def compiled_pairs(connection: Connection, asked: Asked, state: str | None = None) -> list[Tie]:
    """Count by the compiler's own counts, of however many facts: for questions of `COMPILED` parameters alone."""
    ((name, _),) = terms.between("", "")
    statement = select(col(Term.value), col(Term.kind), col(Term.modality), col(Term.count)).where(
        col(Term.name) == name, col(Term.modality).in_(sorted(modalities(asked)))
    )
    for choice in asked.given.get("kind", ()):
        within = col(Term.kind).in_(choice.values)
        statement = statement.where(not_(within) if choice.negated else within)
    rows = connection.execute(statement.order_by(col(Term.value), col(Term.kind), col(Term.modality)))
    ties = []
    for pair, kind, modality, count in rows:
        a, _, b = pair.partition("/")
        if state in (None, a, b):
            ties.append(Tie(a, b, kind, modality, count))
    return ties


def flows(connection: Connection, listing: FactList) -> list[Tie]:
    """Count the facts found, at most 10,000, by supplier and recipient: the states they count for, else themselves."""
    return _flows(connection, listing.found(connection))


def all_flows(connection: Connection, kind: str, asked: Asked) -> list[Tie]:
    """Count all facts of a kind, at most 100,000: for questions of nothing but the modality."""
    numbers = select(col(Fact.n)).where(col(Fact.kind) == kind, col(Fact.modality).in_(sorted(modalities(asked))))
    return _flows(connection, numbers.limit(MOST_FLOWING))


def _flows(connection: Connection, numbers: Select[Any]) -> list[Tie]:
    found = numbers.subquery()
    giver, taker = aliased(Party), aliased(Party)
    ends = tuple(func.coalesce(col(party.state), col(party.actor)) for party in (giver, taker))
    columns = (*ends, col(Fact.kind), col(Fact.modality))
    statement: Any = (
        select(*columns, func.count(func.distinct(col(Fact.n))).label("count"))
        .join_from(found, Fact, col(Fact.n) == found.c.n)
        .join(giver, (col(giver.n) == col(Fact.n)) & (col(giver.role) == Role.supplier.value))
        .join(taker, (col(taker.n) == col(Fact.n)) & (col(taker.role) == Role.recipient.value))
    )
    return _ties(connection, statement, columns)


def actors(connection: Connection, ids: Iterable[str]) -> dict[str, ActorRecord]:
    """Return who these are."""
    statement = select(col(Actor.id), col(Actor.kind), col(Actor.name)).where(col(Actor.id).in_(sorted(set(ids))))
    return {row[0]: ActorRecord(id=row[0], kind=row[1], name=row[2]) for row in connection.execute(statement)}


def numeric_codes(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Return the ISO 3166-1 numeric codes of those actors that are states and have one."""
    statement = select(col(Country.id), col(Country.answer)).where(col(Country.id).in_(sorted(set(ids))))
    codes = {row[0]: json.loads(row[1])["codes"]["iso_num"] for row in connection.execute(statement)}
    return {state: code for state, code in codes.items() if code}


def _ties(connection: Connection, statement: Any, columns: Iterable[Any]) -> list[Tie]:
    grouped = statement.group_by(*columns).order_by(*columns).limit(EXACT)
    return [Tie(*row) for row in connection.execute(grouped)]
