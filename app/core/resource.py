"""What a kind of fact and a catalogue of entities are to the rest of the house: two small records and no behaviour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.answers import Answer, FactAnswer
from app.core.entries import FactEntry
from app.core.tables import Detail, Entity
from app.core.terms import Direction
from app.kit.codes import Code
from app.kit.parameters import Parameter


@dataclass(frozen=True)
class Summed:
    """A number of a kind of fact that `sum` adds up.

    by: the filter by whose values it is told in parts, as what was delivered is by years; None if it is told whole.
    """

    name: str
    doc: str
    by: str | None = None


@dataclass(frozen=True)
class Resource:
    """A kind of fact: its names, its four shapes, its code lists and a question that has answers.

    names: the fields that say what such a fact is called, a text or several each: search finds these first.
    sums: the numbers that are added up.
    direction: from which role to which it goes between two states; None if it has no direction.
    years: the filter that says in which years it counts; None: in the year in which its date begins.
    """

    kind: str
    collection: str
    doc: str
    row: type[Detail]
    answer: type[FactAnswer]
    entry: type[FactEntry]
    parameters: tuple[Parameter, ...]
    vocabulary: tuple[type[Code], ...]
    example: str
    names: tuple[str, ...] = ()
    sums: tuple[Summed, ...] = ()
    direction: Direction | None = None
    years: str | None = None


def names_of(resource: Resource, record: Mapping[str, Any]) -> list[str]:
    """Return what a fact is called, by its entry or its answer."""
    told = [record[name] for name in resource.names]
    return [name for one in told if one for name in ([one] if isinstance(one, str) else one)]


@dataclass(frozen=True)
class Catalogue:
    """A collection of entities: its kind and name, its table and answer, what may be asked, where an item leads.

    takes_part: whether they take part in facts.
    """

    kind: str
    collection: str
    doc: str
    row: type[Entity]
    answer: type[Answer]
    parameters: tuple[Parameter, ...]
    more: Callable[[str], dict[str, str]]
    takes_part: bool
    example: str
    sample: str
