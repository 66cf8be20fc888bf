"""Makers of parameters: each makes one filter (type, doc, SQL), and every filter is one set of facts or of entities."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped
from sqlmodel import col

from app.core import resolution, terms
from app.core.listed import Term
from app.core.tables import Entity, Fact, FactValue, Indexed, Party, key_of
from app.core.vocabulary import Modality, Role
from app.kit import edtf, fulltext, grammar, parameters
from app.kit.codes import Code
from app.kit.fulltext import full_text
from app.kit.pages import DEFAULT_LIMIT, MAX_LIMIT
from app.kit.parameters import Asked, Dimension, Match, Matcher, Parameter, Where, as_they_are, by_name
from app.kit.textindex import SEARCH, Sought, matches
from app.kit.values import Value, code, day, identifier, name_of, number, text, word, year

ACTOR = name_of(*resolution.ACTORS)
COUNTRY = name_of(resolution.COUNTRY)
SYSTEM = name_of("system")
PLACE = name_of("place")
SOURCE = name_of("source")
FACT_ID = identifier(resolution.FACT)
PASSAGE_ID = identifier(resolution.PASSAGE)
GRAMMAR = (
    'All words are wanted; `"a phrase"`, `pre*`, `OR`, `NOT` and brackets; case and accents do not matter: `Erdogan`.'
)
MOST_GROUPS = 3
NAMES = "Any code or name: `TR`, `TUR`, `cow:640`, `iso:792`, `792`, `Türkiye`."


def fact_column(column: Mapped[Any]) -> Matcher:
    """Match on a column of the envelope."""
    return lambda values, _: Match(col(Fact.n), column.in_(values))


def by_fact_column(column: Mapped[Any]) -> Callable[[Asked], Dimension]:
    """Count by a column of the envelope."""
    return lambda _: Dimension(col(Fact.n), (column,), single=True)


def by_party(name: str, where: Where) -> Callable[[Asked], Dimension]:
    """Count by who has a role: by the state that an actor counts for, else by the actor itself."""

    def dimension(asked: Asked) -> Dimension:
        parameter = by_name(asked.parameters)[name]
        wanted = [choice.values for choice in asked.given.get(name, ()) if not choice.negated]
        # Only what was asked for, and as it was asked: `norwegian-navy`, not its state.
        among = wanted[0] if wanted and not parameter.several else ()
        return Dimension(col(Party.n), (col(Party.state), col(Party.actor)), where, among)

    return dimension


def having_role(roles: Iterable[Role]) -> Where:
    """Let through who has one of these roles."""
    return col(Party.role), frozenset(role.value for role in roles)


TAKING_PART: Where = (col(Party.chosen), frozenset({True}))


def with_role(name: str, role: Role, doc: str, also: str | None = None, several: bool = False) -> Parameter:
    """Ask for who has a role; a state counts with its organs."""
    return Parameter(
        name,
        f"{doc} {NAMES}",
        ACTOR,
        also=also,
        several=several,
        terms=lambda values, _: terms.in_role(values, [role]),
        dimension=by_party(name, having_role([role])),
    )


def directed(first: Parameter, second: Parameter, direction: terms.Direction) -> tuple[Parameter, Parameter]:
    """Let two filters by the roles of a kind's direction, where both are asked, read who goes with whom."""

    def both(asked: Asked) -> list[parameters.Term] | None:
        sides = [asked.given.get(one.name, ()) for one in (first, second)]
        if any(len(side) != 1 or side[0].negated for side in sides):
            return None
        names, others = (side[0].values for side in sides)
        return terms.directed(names, others) if len(names) * len(others) <= grammar.MAX_VALUES else None

    def of(one: Parameter, role: Role) -> Parameter:
        return replace(one, terms=lambda values, asked: both(asked) or terms.in_role(values, [role]))

    return of(first, direction[0]), of(second, direction[1])


def taking_part(name: str, doc: str) -> Parameter:
    """Ask for who takes part, in whatever role."""
    return Parameter(
        name,
        f"{doc} {NAMES}",
        ACTOR,
        several=True,
        terms=lambda values, _: terms.taking_part(values),
        dimension=by_party(name, TAKING_PART),
    )


def of_column(name: str, value: Value, key: Mapped[int], column: Mapped[Any], doc: str) -> Parameter:
    """Ask for a value of a column of the kind's own table; `key` is that table's `n`."""

    def match(values: tuple[str, ...], _: Asked) -> Match:
        return Match(key, column.in_(values))

    return Parameter(
        name,
        doc,
        value,
        match,
        bind=as_they_are,
        dimension=lambda _: Dimension(key, (column,), single=True),
        terms=lambda values, _: terms.own(name, values),
        column=cast("InstrumentedAttribute[Any]", column).key,
    )


def of_codes(
    name: str,
    codes: type[Code],
    key: Mapped[int],
    column: Mapped[Any],
    doc: str,
    implies: tuple[str, Mapping[str, frozenset[str]]] | None = None,
) -> Parameter:
    """Ask for codes of a closed list in a column of the kind's own table."""
    return replace(of_column(name, code(codes), key, column, doc), implies=implies)


def one_of_several(name: str, value: Value, doc: str) -> Parameter:
    """Ask for a value of a field of which a fact can have several; the entry's `filter_values()` fill it."""
    dimension = Dimension(col(FactValue.n), (col(FactValue.value),), (col(FactValue.name), frozenset({name})))
    return Parameter(
        name,
        doc,
        value,
        several=True,
        terms=lambda values, _: terms.own(name, values),
        dimension=lambda _: dimension,
    )


def active_on(key: Mapped[int], first: Mapped[str | None], last: Mapped[str | None], doc: str) -> Parameter:
    """Ask for what may have held on a day, month or year: the span of two columns overlaps it; null is open."""

    def match(values: tuple[str, ...], _: Asked) -> Match:
        start, end = values
        began = or_(first.is_(None), first <= end)
        lasted = or_(last.is_(None), last >= start)
        # What has no date at all is left out, as by since/until, and a note counts it.
        told = or_(first.is_not(None), last.is_not(None))
        return Match(key, and_(told, began, lasted))

    return Parameter(
        "active_on",
        doc,
        day(),
        match,
        takes="one",
        bind=lambda values: edtf.whole(values[0]),
        span=(cast("InstrumentedAttribute[Any]", first).key, cast("InstrumentedAttribute[Any]", last).key),
    )


def years(name: str, doc: str) -> Parameter:
    """Ask for years; the entry's `filter_values()` give every year that the date may mean."""
    return one_of_several(name, year(), doc)


def _in_text(sought: Any) -> Select[tuple[int]]:
    return select(SEARCH.c.rowid).where(matches(sought))


def _sought(values: tuple[str, ...]) -> tuple[Sought]:
    return (Sought(fulltext.read(values[0])),)


def text_of_facts() -> Parameter:
    """Ask for words in a fact's names, summary and passages, and in the names of those who take part."""

    def match(values: tuple[Any, ...], _: Asked) -> Match:
        # Entities are in the index too, numbered below zero.
        return Match(SEARCH.c.rowid, and_(matches(values[0]), SEARCH.c.rowid > 0))

    doc = f"Words in the fact's names, summary, passages and quotes, or in any name of who takes part. {GRAMMAR}"
    return Parameter("q", doc, full_text(), match, takes="one", bind=_sought, starts="many")


def text_of_entities(kind: str, row: type[Entity]) -> Parameter:
    """Ask for words in the names and descriptions of entities of a kind."""

    def match(values: tuple[str, ...], _: Asked) -> Match:
        found = select(col(Indexed.id)).where(col(Indexed.kind) == kind, col(Indexed.n).in_(_in_text(values[0])))
        return Match(key_of(row), col(row.id).in_(found))

    return Parameter(
        "q", f"Words in its names and description. {GRAMMAR}", full_text(), match, takes="one", bind=_sought
    )


def shaping(keys: Iterable[str], declared: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """Return what shapes the answer of a list of facts: which keys, and what its facts are counted by."""
    dimensions = word(*(parameter.name for parameter in declared if parameter.dimension))
    return (
        with_fields(keys),
        Parameter(
            "facet",
            "Count what is found by these filters: `meta.facets` has the values of each, with the question for them.",
            dimensions,
            takes="set",
        ),
        Parameter(
            "group_by",
            f"Not the facts, but how many there are for each value of these filters, at most {MOST_GROUPS}.",
            dimensions,
            takes="set",
            most=MOST_GROUPS,
        ),
    )


def with_fields(keys: Iterable[str]) -> Parameter:
    """Ask for some keys of the records only."""
    doc = "Only these keys of a record; `id` and `kind` always stay, in tables modality, voices and hedges too."
    return Parameter("fields", doc, word(*keys))


PAGING = (
    Parameter(
        "limit",
        f"How many records a page has: {DEFAULT_LIMIT} unless told, at most {MAX_LIMIT}.",
        number(1, MAX_LIMIT),
        takes="one",
        default=str(DEFAULT_LIMIT),
    ),
    Parameter("cursor", "Where the next page starts: take it from `links.next`; opaque.", text(400), takes="one"),
)


def kinds(names: Iterable[str]) -> Value:
    """A kind of fact, of those that this application serves."""
    return word(*names)


def having_facts(key: Mapped[int], id: Mapped[str], kind: Value) -> Parameter:
    """Ask a catalogue of actors for those that take part in facts of these kinds."""

    def match(values: tuple[str, ...], _: Asked) -> Match:
        names = {name for name, _ in (*terms.taking_part([""]), *terms.in_role([""], [Role.speaker]))}
        listed = select(col(Term.value)).where(
            col(Term.name).in_(sorted(names)), col(Term.kind).in_(values), col(Term.modality) == Modality.actual.value
        )
        return Match(key, id.in_(listed))

    doc = "Those that take part in actual facts of this kind, or speak in its quotes: `transfer`."
    return Parameter("has", doc, kind, match, several=True)


def of_kind(kind: Value) -> Parameter:
    """Ask for kinds of fact, where all kinds are listed together."""
    return Parameter("kind", "Kinds of fact.", kind, dimension=by_fact_column(col(Fact.kind)))
