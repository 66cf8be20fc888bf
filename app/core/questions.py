"""What may be asked of every kind of fact, and the makers of a kind's own parameters; each filter is one set of facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute
from sqlmodel import col, select

from app.core import resolution
from app.core.tables import (
    Fact,
    FactCitation,
    FactSource,
    FactSystem,
    FactValue,
    FactVoice,
    Pair,
    Party,
)
from app.core.vocabulary import Granularity, Modality, Role, SystemRole, Voice
from app.kit import edtf
from app.kit.codes import Code
from app.kit.pages import DEFAULT_LIMIT, MAX_LIMIT
from app.kit.parameters import Asked, Match, Matcher, Parameter
from app.kit.values import Value, code, day, identifier, name_of, number, text, word, year

ANY_MODALITY = "any"
ACTOR = name_of(*resolution.ACTORS)
COUNTRY = name_of(resolution.COUNTRY)
SYSTEM = name_of("system")
PLACE = name_of("place")
SOURCE = name_of("source")
_NAMES = "Any code or name: `TR`, `TUR`, `cow:640`, `iso:792`, `792`, `Türkiye`."


def _states_and_actors(values: tuple[str, ...]) -> ColumnElement[bool]:
    """A state counts with its organs; anybody else counts for itself."""
    states = [value for value in values if value.isupper()]
    others = [value for value in values if not value.isupper()]
    found = []
    if states:
        found.append(col(Party.state).in_(states))
    if others:
        found.append(col(Party.actor).in_(others))
    return or_(*found)


def _roles(asked: Asked) -> ColumnElement[bool]:
    """What `role` restricts `country` and `actor` to; by default the roles that take part."""
    if "role" not in asked.given:
        return col(Party.chosen).is_(True)
    return and_(
        *(
            col(Party.role).not_in(choice.values) if choice.negated else col(Party.role).in_(choice.values)
            for choice in asked.given["role"]
        )
    )


def _country(values: tuple[str, ...], asked: Asked) -> Match:
    return Match(col(Party.n), and_(col(Party.state).in_(values), _roles(asked)))


def _actor(values: tuple[str, ...], asked: Asked) -> Match:
    return Match(col(Party.n), and_(col(Party.actor).in_(values), _roles(asked)))


def _mentions(values: tuple[str, ...], _: Asked) -> Match:
    mentioned = [role.value for role in Role if not role.takes_part]
    return Match(col(Party.n), and_(_states_and_actors(values), col(Party.role).in_(mentioned)))


def _between(values: tuple[str, ...], _: Asked) -> Match:
    first, second = sorted(values)
    return Match(col(Pair.n), and_(col(Pair.a) == first, col(Pair.b) == second))


def _system(values: tuple[str, ...], asked: Asked) -> Match:
    condition = col(FactSystem.system).in_(values)
    return Match(col(FactSystem.n), and_(condition, *_system_roles(asked)))


def _system_roles(asked: Asked) -> list[ColumnElement[bool]]:
    return [
        col(FactSystem.role).not_in(choice.values) if choice.negated else col(FactSystem.role).in_(choice.values)
        for choice in asked.given.get("system_role", ())
    ]


def _system_role(values: tuple[str, ...], asked: Asked) -> Match:
    # Beside `system` it says which role that system has; alone, that any system has it.
    if "system" in asked.given:
        return Match(col(Fact.n), col(Fact.n) > 0)
    return Match(col(FactSystem.n), col(FactSystem.role).in_(values))


def _role(values: tuple[str, ...], asked: Asked) -> Match:
    # Beside `country` or `actor` it says which role they have; alone, that anybody has it.
    if "country" in asked.given or "actor" in asked.given:
        return Match(col(Fact.n), col(Fact.n) > 0)
    return Match(col(Party.n), col(Party.role).in_(values))


def _source(values: tuple[str, ...], _: Asked) -> Match:
    return Match(col(FactSource.n), col(FactSource.source).in_(values))


def _evidence(values: tuple[str, ...], _: Asked) -> Match:
    return Match(col(FactCitation.n), col(FactCitation.citation).in_(values))


def _asserted_by(values: tuple[str, ...], _: Asked) -> Match:
    return Match(col(FactVoice.n), col(FactVoice.actor).in_(values))


def _modality(values: tuple[str, ...], _: Asked) -> Match:
    if ANY_MODALITY in values:
        return Match(col(Fact.n), col(Fact.n) > 0)
    return Match(col(Fact.n), col(Fact.modality).in_(values))


def _since(values: tuple[str, ...], asked: Asked) -> Match:
    first = edtf.whole(values[0])[0]
    if asked.one("date_match") == "certain":
        return Match(col(Fact.n), col(Fact.earliest) >= first)
    open_end = and_(col(Fact.dated).is_(True), col(Fact.latest).is_(None))
    return Match(col(Fact.n), or_(col(Fact.latest) >= first, open_end))


def _until(values: tuple[str, ...], asked: Asked) -> Match:
    last = edtf.whole(values[0])[1]
    if asked.one("date_match") == "certain":
        return Match(col(Fact.n), col(Fact.latest) <= last)
    open_start = and_(col(Fact.dated).is_(True), col(Fact.earliest).is_(None))
    return Match(col(Fact.n), or_(col(Fact.earliest) <= last, open_start))


def fact_column(column: ColumnElement[str]) -> Matcher:
    """Match on a column of the envelope."""
    return lambda values, _: Match(col(Fact.n), column.in_(values))


def with_role(name: str, role: Role, doc: str, also: str | None = None, several: bool = False) -> Parameter:
    """Ask for who has a role; a state counts with its organs."""

    def match(values: tuple[str, ...], _: Asked) -> Match:
        return Match(col(Party.n), and_(col(Party.role) == role.value, _states_and_actors(values)))

    return Parameter(name, f"{doc} {_NAMES}", ACTOR, match, also=also, several=several)


def taking_part(name: str, doc: str) -> Parameter:
    """Ask for who takes part, in whatever role."""

    def match(values: tuple[str, ...], _: Asked) -> Match:
        return Match(col(Party.n), and_(col(Party.chosen).is_(True), _states_and_actors(values)))

    return Parameter(name, f"{doc} {_NAMES}", ACTOR, match, several=True)


def of_column(name: str, value: Value, key: object, column: object, doc: str) -> Parameter:
    """Ask for a value of a column of the kind's own table; `key` is that table's `n`."""

    def match(values: tuple[str, ...], _: Asked) -> Match:
        return Match(col(key), col(column).in_(values))

    return Parameter(name, doc, value, match)


def of_codes(
    name: str,
    codes: type[Code],
    key: object,
    column: object,
    doc: str,
    implies: tuple[str, Mapping[str, frozenset[str]]] | None = None,
) -> Parameter:
    """Ask for codes of a closed list in a column of the kind's own table."""
    return replace(of_column(name, code(codes), key, column, doc), implies=implies)


def one_of_several(name: str, value: Value, doc: str) -> Parameter:
    """Ask for a value of a field of which a fact can have several; the entry's `filter_values()` fill it."""

    def match(values: tuple[str, ...], _: Asked) -> Match:
        return Match(col(FactValue.n), and_(col(FactValue.name) == name, col(FactValue.value).in_(values)))

    return Parameter(name, doc, value, match, several=True)


def active_on(key: object, first: object, last: object, doc: str) -> Parameter:
    """Ask for what may have held on a day, month or year: the span of two columns overlaps it; null is open."""

    def match(values: tuple[str, ...], _: Asked) -> Match:
        start, end = edtf.whole(values[0])
        began = or_(col(first).is_(None), col(first) <= end)
        lasted = or_(col(last).is_(None), col(last) >= start)
        return Match(col(key), and_(began, lasted))

    return Parameter("active_on", doc, day(), match, takes="one")


def years(name: str, doc: str) -> Parameter:
    """Ask for years; the entry's `filter_values()` give every year that the date may mean."""
    return one_of_several(name, year(), doc)


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

SORTS = ("date", "-date", "id", "-id")

FACT_PARAMETERS = (
    Parameter("id", "These facts.", identifier(), fact_column(col(Fact.id))),
    Parameter(
        "country",
        f"A state that takes part, or an organ of it (a quote: that it is about). {_NAMES}",
        COUNTRY,
        _country,
        several=True,
    ),
    Parameter("between", f"Two states that both take part, in any direction. {_NAMES}", COUNTRY, _between, "pair"),
    Parameter(
        "actor",
        f"Whoever takes part: exactly this country, organization or person. {_NAMES}",
        ACTOR,
        _actor,
        several=True,
    ),
    Parameter(
        "role",
        "The role that every `country` and `actor` asked for has; alone: that anybody has.",
        code(Role),
        _role,
        several=False,
    ),
    Parameter(
        "mentions", f"Who is only mentioned: state of origin, speaker, about … {_NAMES}", ACTOR, _mentions, several=True
    ),
    Parameter("system", "A weapon system, by id or any of its names: `TB2`.", SYSTEM, _system, several=True),
    Parameter(
        "system_role",
        "The role that every `system` asked for has; alone: that any has.",
        code(SystemRole),
        _system_role,
    ),
    Parameter("place", "Where it was, by id or any of its names.", PLACE, fact_column(col(Fact.place))),
    Parameter("source", "The source that is cited.", SOURCE, _source, several=True),
    Parameter("evidence", "The passage that is cited, by its id.", identifier(), _evidence, several=True),
    Parameter("asserted_by", "Whose claim it is: any voice of the chain.", ACTOR, _asserted_by, several=True),
    Parameter(
        "voice",
        "Whether the source itself, somebody named or somebody unnamed asserts it.",
        code(Voice),
        fact_column(col(Fact.voice)),
    ),
    Parameter(
        "modality",
        "Whether it is so: `actual` unless told; `any` for all. `meta.withheld` counts what is left out.",
        code(Modality, ANY_MODALITY),
        _modality,
        default=Modality.actual.value,
    ),
    Parameter("granularity", "One thing, or several at once.", code(Granularity), fact_column(col(Fact.granularity))),
    Parameter("since", "Facts whose date may lie on or after the start of this.", day(), _since, "one"),
    Parameter("until", "Facts whose date may lie on or before the end of this.", day(), _until, "one"),
    Parameter(
        "date_match",
        "`overlap`: the date may lie between `since` and `until`; `certain`: it lies wholly inside.",
        word("overlap", "certain"),
        takes="one",
        default="overlap",
    ),
    Parameter("sort", "Order; undated facts come last both ways.", word(*SORTS), takes="one", default="date"),
    *PAGING,
)


CATALOGUE_PARAMETERS = PAGING


def kinds(names: Iterable[str]) -> Value:
    """A kind of fact, of those that this application serves."""
    return word(*names)


def having_facts(
    key: InstrumentedAttribute[int], id: ColumnElement[str], party: ColumnElement[str], kind: Value
) -> Parameter:
    """Ask a catalogue of actors for those that take part in facts of these kinds."""

    def match(values: tuple[str, ...], _: Asked) -> Match:
        facts = (
            select(party)
            .join(Fact, col(Fact.n) == col(Party.n))
            .where(col(Party.chosen).is_(True), col(Fact.kind).in_(values), party.is_not(None))
        )
        return Match(key, id.in_(facts))

    return Parameter("has", "Those that take part in facts of this kind: `transfer`.", kind, match, several=True)


def of_kind(kind: Value) -> Parameter:
    """Ask for kinds of fact, where all kinds are listed together."""
    return Parameter("kind", "Kinds of fact.", kind, fact_column(col(Fact.kind)))
