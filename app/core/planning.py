"""Plans of questions: which lists their terms have, looked up once in a release; what follows, `postings` says."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from sqlalchemy import Connection, select, tuple_
from sqlmodel import col

from app.core.listed import Term
from app.core.postings import BESIDE, CERTAIN, MATCH, Filter, Plan
from app.core.snapshot import Cell, Cells, HeldRelease, Listed
from app.core.terms import ALL_KINDS, EVERY
from app.kit import parameters
from app.kit.bounded import Bounded
from app.kit.parameters import Asked, Parameter

# So many terms are remembered in a release.
MOST_TERMS = 20_000
# What a plan takes in memory, and a list in it, and a value that it is of beside its letters: at the most, about.
OF_A_PLAN, OF_A_LIST, OF_A_VALUE = 6_000, 200, 64
# They choose among what is found, and change nothing in what finds it.
OF_THE_PAGE = ("limit", "cursor", "fields", "facet", "group_by")
# Nor does a plan hang on these: it is of all modalities, in any order.
_NOT_PLANNED = frozenset({*OF_THE_PAGE, "sum", "modality", "sort", "release"})
_NUMBERS = itertools.count()


def plan(connection: Connection, held: HeldRelease, asked: Asked, kind: str | None) -> Plan:
    """Return the lists behind a question about facts of a kind, or of all; by one statement, if terms are new to it.

    A release remembers it, for all questions that differ in days, pages, order and modality alone.
    """
    key: Hashable = (
        kind,
        *(
            (parameter.name, choices if _by_values(parameter) else ())
            for parameter, choices in asked.chosen
            if parameter.name not in _NOT_PLANNED
        ),
    )
    plans: Bounded[Hashable, Plan] = held.about.plans
    if known := plans.find([key]):
        return known[key]
    made = _planned(connection, held, asked, kind)
    plans.keep([(key, made)])
    # Another thread may have been first; what it found is remembered by its plan.
    return plans.find([key]).get(key, made)


def _by_values(parameter: Parameter) -> bool:
    """Whether a plan hangs on what is asked for by a parameter; of days and the like, it only knows that they are."""
    return parameter.terms is not None or parameter.starts == "many" or parameter.name in ("kind", MATCH)


def _planned(connection: Connection, held: HeldRelease, asked: Asked, kind: str | None) -> Plan:
    wanted: list[tuple[bool, list[parameters.Term]]] = []
    others: set[str] = set()
    for parameter, choices in asked.chosen:
        if parameter.terms is None:
            chooses = parameter.match or parameter.starts or parameter.name in BESIDE
            if chooses or (parameter.name, choices[0].values) == CERTAIN:
                others.add(parameter.name)
            continue
        for choice in choices:
            found = parameter.terms(choice.values, asked)
            one = None if found is None else (choice.negated, list(found))
            # Two filters may read the same lists.
            if one and one not in wanted:
                wanted.append(one)
    listed = _listed(connection, held, [EVERY, *(term for _, some in wanted for term in some)])
    filters = [(negated, _filter(listed, some)) for negated, some in wanted]
    every = _filter(listed, [EVERY])
    asserted = tuple(one for negated, one in filters if not negated)
    refused = tuple(one for negated, one in filters if negated)
    of_kind = _kinds(asked, kind)
    if of_kind is None and not asserted:
        cells = [cell for cell in every.cells if cell[0] == ALL_KINDS]
        refused = tuple(_of_all_kinds(one) for one in refused)
    else:
        cells = [cell for cell in every.cells if cell[0] and (of_kind is None or of_kind(cell[0]))]
    cells = [cell for cell in cells if all(cell in one.cells for one in asserted)]
    single = len(filters) <= 1 and all(one.once for _, one in filters)
    many = frozenset(one.name for one, _ in asked.chosen if one.starts == "many" and one.name in others)
    every_list = (some for one in (every, *asserted, *refused) for some in one.cells.values())
    size = OF_A_PLAN + OF_A_LIST * sum(map(len, every_list))
    values = (value for _, choices in asked.chosen for choice in choices for value in choice.values)
    size += sum(OF_A_VALUE + len(value) for value in values)
    return Plan(every, asserted, refused, tuple(cells), frozenset(others), many, single, size, next(_NUMBERS))


def _kinds(asked: Asked, kind: str | None) -> Callable[[str], bool] | None:
    """Return which kinds are asked for; None for all."""
    if kind is not None:
        return lambda one: one == kind
    choices = asked.given.get("kind", ())
    return (lambda one: all((one in choice.values) != choice.negated for choice in choices)) if choices else None


def _filter(listed: Mapping[parameters.Term, Cells], wanted: Sequence[parameters.Term]) -> Filter:
    if len(wanted) == 1:
        return Filter(listed[wanted[0]])
    cells: dict[Cell, list[Listed]] = {}
    for term in dict.fromkeys(wanted):
        for cell, some in listed[term].items():
            cells.setdefault(cell, []).extend(some)
    return Filter(cells)


def _of_all_kinds(given: Filter) -> Filter:
    """Return a filter with its lists of all kinds together, beside those of each."""
    together: dict[Cell, list[Listed]] = {}
    for (_, modality), some in given.cells.items():
        together.setdefault((ALL_KINDS, modality), []).extend(some)
    return Filter({**given.cells, **together})


def _listed(
    connection: Connection, held: HeldRelease, wanted: Iterable[parameters.Term]
) -> dict[parameters.Term, Cells]:
    """Return the lists of terms, of which a release remembers those that were asked last."""
    known = held.about.listed
    # Another thread may forget them all at any time.
    found = {term: cells for term in wanted if (cells := known.get(term)) is not None}
    missing = sorted(set(wanted) - found.keys())
    if missing:
        rows: dict[parameters.Term, dict[Cell, list[Listed]]] = {term: {} for term in missing}
        statement = select(
            col(Term.name), col(Term.value), col(Term.kind), col(Term.modality), col(Term.id), col(Term.count)
        )
        asked = statement.where(tuple_(col(Term.name), col(Term.value)).in_(missing)).order_by(col(Term.id))
        for name, value, kind, modality, id_, count in connection.execute(asked):
            rows[name, value][kind, modality] = [Listed(id_, count)]
        if len(known) + len(rows) > MOST_TERMS:
            known.clear()
        known.update(rows)
        found.update(rows)
    return found
