"""What may be asked of every kind of fact; a kind's own parameters are in its file."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlmodel import col

from app.core import terms
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
    TAKING_PART,
    by_fact_column,
    by_party,
    fact_column,
    having_role,
    text_of_facts,
)
from app.core.tables import Fact, FactCitation, FactSource, FactSystem, FactVoice, Party
from app.core.vocabulary import Granularity, Modality, Role, SystemRole, Voice
from app.kit import edtf
from app.kit.parameters import Asked, Dimension, Match, Parameter, Term, Where, as_they_are
from app.kit.values import code, day, word

ANY_MODALITY = "any"


def _roles(asked: Asked) -> list[Role] | None:
    """Return the roles to which `role` restricts `country` and `actor`; None where it does not: who takes part."""
    if "role" not in asked.given:
        return None
    (choice,) = asked.given["role"]
    return [role for role in Role if (role.value in choice.values) != choice.negated]


def _system_roles(asked: Asked) -> list[SystemRole] | None:
    if "system_role" not in asked.given:
        return None
    (choice,) = asked.given["system_role"]
    return [role for role in SystemRole if (role.value in choice.values) != choice.negated]


def _country(values: tuple[str, ...], asked: Asked) -> Iterable[Term]:
    roles = _roles(asked)
    return terms.taking_part(values) if roles is None else terms.in_role(values, roles)


def _role(values: tuple[str, ...], asked: Asked) -> Iterable[Term] | None:
    # Beside `country` or `actor` it says which role they have; alone, that anybody has it.
    if "country" in asked.given or "actor" in asked.given:
        return None
    return terms.anybody_in(role for role in Role if role.value in values)


def _system_role(values: tuple[str, ...], asked: Asked) -> Iterable[Term] | None:
    # Beside `system` it says which role that system has; alone, that any system has it.
    return None if "system" in asked.given else terms.envelope("system_role", values)


def _evidence(values: tuple[str, ...], _: Asked) -> Match:
    return Match(col(FactCitation.n), col(FactCitation.citation).in_(values))


def _had_role(asked: Asked) -> Where:
    roles = _roles(asked)
    return TAKING_PART if roles is None else having_role(roles)


def _had_system_role(asked: Asked) -> Where | None:
    roles = _system_roles(asked)
    return None if roles is None else (col(FactSystem.role), frozenset(role.value for role in roles))


_MENTIONED = having_role(role for role in Role if not role.takes_part)


def _of_envelope(name: str) -> Callable[[tuple[str, ...], Asked], list[Term]]:
    return lambda values, _: terms.envelope(name, values)


def _first_day(values: tuple[str, ...]) -> tuple[str]:
    return (edtf.whole(values[0])[0],)


def _last_day(values: tuple[str, ...]) -> tuple[str]:
    return (edtf.whole(values[0])[1],)


SORTS = ("date", "-date", "id", "-id")

FACT_PARAMETERS = (
    Parameter("id", "These facts.", FACT_ID, fact_column(col(Fact.id)), bind=as_they_are, starts="few"),
    Parameter(
        "country",
        f"A state that takes part, or an organ of it (a quote: that it is about). {NAMES}",
        COUNTRY,
        terms=_country,
        several=True,
        dimension=lambda asked: Dimension(col(Party.n), (col(Party.state),), _had_role(asked)),
    ),
    Parameter(
        "between",
        f"Two states that both take part, in any direction. {NAMES}",
        COUNTRY,
        takes="pair",
        terms=lambda values, _: terms.between(*values),
    ),
    Parameter(
        "actor",
        f"Whoever takes part: exactly this country, organization or person. {NAMES}",
        ACTOR,
        several=True,
        terms=lambda values, asked: terms.exactly(values, _roles(asked)),
        dimension=lambda asked: Dimension(col(Party.n), (col(Party.actor),), _had_role(asked)),
    ),
    Parameter(
        "role",
        "The role that every `country` and `actor` asked for has; alone: that anybody has.",
        code(Role),
        terms=_role,
    ),
    Parameter(
        "mentions",
        f"Who is only mentioned: state of origin, speaker, about … {NAMES}",
        ACTOR,
        several=True,
        terms=lambda values, _: terms.mentioned(values),
        dimension=by_party("mentions", _MENTIONED),
    ),
    Parameter(
        "system",
        "A weapon system, by id or any of its names: `TB2`.",
        SYSTEM,
        several=True,
        terms=lambda values, asked: terms.system(values, _system_roles(asked)),
        dimension=lambda asked: Dimension(col(FactSystem.n), (col(FactSystem.system),), _had_system_role(asked)),
    ),
    Parameter(
        "system_role",
        "The role that every `system` asked for has; alone: that any has.",
        code(SystemRole),
        terms=_system_role,
    ),
    Parameter(
        "place",
        "Where it was, by id or any of its names.",
        PLACE,
        terms=_of_envelope("place"),
        dimension=by_fact_column(col(Fact.place)),
    ),
    Parameter(
        "source",
        "The source that is cited.",
        SOURCE,
        several=True,
        terms=_of_envelope("source"),
        dimension=lambda _: Dimension(col(FactSource.n), (col(FactSource.source),)),
    ),
    Parameter(
        "evidence",
        "The passage that is cited, by its id.",
        PASSAGE_ID,
        _evidence,
        several=True,
        bind=as_they_are,
        starts="few",
    ),
    Parameter(
        "asserted_by",
        "Whose claim it is: any voice of the chain.",
        ACTOR,
        several=True,
        terms=_of_envelope("asserted_by"),
        dimension=lambda _: Dimension(col(FactVoice.n), (col(FactVoice.actor),)),
    ),
    Parameter(
        "voice",
        "Whether the source itself, somebody named or somebody unnamed asserts it.",
        code(Voice),
        terms=_of_envelope("voice"),
        dimension=by_fact_column(col(Fact.voice)),
    ),
    Parameter(
        "modality",
        "Whether it is so: `actual` unless told; `any` for all. `meta.withheld` counts what is left out.",
        code(Modality, ANY_MODALITY),
        default=Modality.actual.value,
        every=ANY_MODALITY,
        dimension=by_fact_column(col(Fact.modality)),
    ),
    Parameter(
        "granularity",
        "One thing, or several at once.",
        code(Granularity),
        terms=_of_envelope("granularity"),
        dimension=by_fact_column(col(Fact.granularity)),
    ),
    Parameter("since", "Facts whose date may lie on or after the start of this.", day(), takes="one", bind=_first_day),
    Parameter("until", "Facts whose date may lie on or before the end of this.", day(), takes="one", bind=_last_day),
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
