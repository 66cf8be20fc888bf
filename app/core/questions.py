"""What may be asked of every kind of fact; a kind's own parameters are in its file."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, true
from sqlmodel import col

from app.core.filters import (
    ACTOR,
    COUNTRY,
    FACT_ID,
    NAMES,
    PAGING,
    PASSAGE_ID,
    PLACE,
    SOURCE,
    SYSTEM,
    by_fact_column,
    by_party,
    fact_column,
    states_and_actors,
    text_of_facts,
)
from app.core.tables import Fact, FactCitation, FactSource, FactSystem, FactVoice, Pair, Party
from app.core.vocabulary import Granularity, Modality, Role, SystemRole, Voice
from app.kit import edtf
from app.kit.parameters import Asked, Dimension, Match, Parameter, as_they_are
from app.kit.values import code, day, word

ANY_MODALITY = "any"


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


_MENTIONED = col(Party.role).in_([role.value for role in Role if not role.takes_part])


def _mentions(values: tuple[str, ...], _: Asked) -> Match:
    return Match(col(Party.n), and_(states_and_actors(values), _MENTIONED))


def _between(values: tuple[str, ...], _: Asked) -> Match:
    first, second = values
    return Match(col(Pair.n), and_(col(Pair.a) == first, col(Pair.b) == second))


def _system(values: tuple[str, ...], asked: Asked) -> Match:
    condition = col(FactSystem.system).in_(values)
    return Match(col(FactSystem.n), and_(condition, *_system_roles(asked)))


def _system_roles(asked: Asked) -> list[ColumnElement[bool]]:
    return [
        col(FactSystem.role).not_in(choice.values) if choice.negated else col(FactSystem.role).in_(choice.values)
        for choice in asked.given.get("system_role", ())
    ]


def _system_role(values: tuple[str, ...], asked: Asked) -> Match | None:
    # Beside `system` it says which role that system has; alone, that any system has it.
    if "system" in asked.given:
        return None
    return Match(col(FactSystem.n), col(FactSystem.role).in_(values))


def _role(values: tuple[str, ...], asked: Asked) -> Match | None:
    # Beside `country` or `actor` it says which role they have; alone, that anybody has it.
    if "country" in asked.given or "actor" in asked.given:
        return None
    return Match(col(Party.n), col(Party.role).in_(values))


def _source(values: tuple[str, ...], _: Asked) -> Match:
    return Match(col(FactSource.n), col(FactSource.source).in_(values))


def _evidence(values: tuple[str, ...], _: Asked) -> Match:
    return Match(col(FactCitation.n), col(FactCitation.citation).in_(values))


def _asserted_by(values: tuple[str, ...], _: Asked) -> Match:
    return Match(col(FactVoice.n), col(FactVoice.actor).in_(values))


def _modality(values: tuple[str, ...], _: Asked) -> Match | None:
    if ANY_MODALITY in values:
        return None
    return Match(col(Fact.n), col(Fact.modality).in_(values))


def _in_order(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(values))


def _first_day(values: tuple[str, ...]) -> tuple[str]:
    return (edtf.whole(values[0])[0],)


def _last_day(values: tuple[str, ...]) -> tuple[str]:
    return (edtf.whole(values[0])[1],)


def _since(values: tuple[str, ...], asked: Asked) -> Match:
    (first,) = values
    if asked.one("date_match") == "certain":
        return Match(col(Fact.n), col(Fact.earliest) >= first)
    open_end = and_(col(Fact.dated).is_(True), col(Fact.latest).is_(None))
    return Match(col(Fact.n), or_(col(Fact.latest) >= first, open_end))


def _until(values: tuple[str, ...], asked: Asked) -> Match:
    (last,) = values
    if asked.one("date_match") == "certain":
        return Match(col(Fact.n), col(Fact.latest) <= last)
    open_start = and_(col(Fact.dated).is_(True), col(Fact.earliest).is_(None))
    return Match(col(Fact.n), or_(col(Fact.earliest) <= last, open_start))


SORTS = ("date", "-date", "id", "-id")

FACT_PARAMETERS = (
    Parameter("id", "These facts.", FACT_ID, fact_column(col(Fact.id)), bind=as_they_are),
    Parameter(
        "country",
        f"A state that takes part, or an organ of it (a quote: that it is about). {NAMES}",
        COUNTRY,
        _country,
        several=True,
        bind=as_they_are,
        dimension=lambda asked: Dimension(col(Party.n), col(Party.state), _roles(asked)),
    ),
    Parameter(
        "between",
        f"Two states that both take part, in any direction. {NAMES}",
        COUNTRY,
        _between,
        "pair",
        bind=_in_order,
    ),
    Parameter(
        "actor",
        f"Whoever takes part: exactly this country, organization or person. {NAMES}",
        ACTOR,
        _actor,
        several=True,
        bind=as_they_are,
        dimension=lambda asked: Dimension(col(Party.n), col(Party.actor), _roles(asked)),
    ),
    Parameter(
        "role",
        "The role that every `country` and `actor` asked for has; alone: that anybody has.",
        code(Role),
        _role,
        several=False,
    ),
    Parameter(
        "mentions",
        f"Who is only mentioned: state of origin, speaker, about … {NAMES}",
        ACTOR,
        _mentions,
        several=True,
        bind=as_they_are,
        dimension=by_party("mentions", _MENTIONED),
    ),
    Parameter(
        "system",
        "A weapon system, by id or any of its names: `TB2`.",
        SYSTEM,
        _system,
        several=True,
        bind=as_they_are,
        dimension=lambda asked: Dimension(
            col(FactSystem.n), col(FactSystem.system), and_(true(), *_system_roles(asked))
        ),
    ),
    Parameter(
        "system_role",
        "The role that every `system` asked for has; alone: that any has.",
        code(SystemRole),
        _system_role,
    ),
    Parameter(
        "place",
        "Where it was, by id or any of its names.",
        PLACE,
        fact_column(col(Fact.place)),
        bind=as_they_are,
        dimension=by_fact_column(col(Fact.place)),
    ),
    Parameter(
        "source",
        "The source that is cited.",
        SOURCE,
        _source,
        several=True,
        bind=as_they_are,
        dimension=lambda _: Dimension(col(FactSource.n), col(FactSource.source)),
    ),
    Parameter(
        "evidence", "The passage that is cited, by its id.", PASSAGE_ID, _evidence, several=True, bind=as_they_are
    ),
    Parameter(
        "asserted_by",
        "Whose claim it is: any voice of the chain.",
        ACTOR,
        _asserted_by,
        several=True,
        bind=as_they_are,
        dimension=lambda _: Dimension(col(FactVoice.n), col(FactVoice.actor)),
    ),
    Parameter(
        "voice",
        "Whether the source itself, somebody named or somebody unnamed asserts it.",
        code(Voice),
        fact_column(col(Fact.voice)),
        dimension=by_fact_column(col(Fact.voice)),
    ),
    Parameter(
        "modality",
        "Whether it is so: `actual` unless told; `any` for all. `meta.withheld` counts what is left out.",
        code(Modality, ANY_MODALITY),
        _modality,
        default=Modality.actual.value,
        every=ANY_MODALITY,
        dimension=by_fact_column(col(Fact.modality)),
    ),
    Parameter(
        "granularity",
        "One thing, or several at once.",
        code(Granularity),
        fact_column(col(Fact.granularity)),
        dimension=by_fact_column(col(Fact.granularity)),
    ),
    Parameter(
        "since", "Facts whose date may lie on or after the start of this.", day(), _since, "one", bind=_first_day
    ),
    Parameter("until", "Facts whose date may lie on or before the end of this.", day(), _until, "one", bind=_last_day),
    Parameter(
        "date_match",
        "`overlap`: the date may lie between `since` and `until`; `certain`: it lies wholly inside.",
        word("overlap", "certain"),
        takes="one",
        default="overlap",
    ),
    text_of_facts(),
    Parameter("sort", "Order; undated facts come last both ways.", word(*SORTS), takes="one", default="date"),
    *PAGING,
)
