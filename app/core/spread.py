"""Of which sources all pages of a list are, and what it withholds, where that was counted; facts are not looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, literal, or_, select, union_all
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.core.asking import Question, address
from app.core.attribution import MOST_NAMED
from app.core.listed import Counted
from app.core.lists import OF_LISTS, FactList, modalities
from app.core.planning import OF_THE_PAGE
from app.core.questions import ANY_MODALITY
from app.core.tables import Relation
from app.core.vocabulary import Modality
from app.kit.grammar import AnyOf
from app.kit.prepared import Statements, slot

_BETWEEN, _KIND, _SHOWN, _OTHER = "between", "kind", "shown", "other"
_STATEMENTS = Statements()
_SEVERAL = 2


@dataclass(frozen=True)
class Spread:
    """The sources of what is shown and of what is withheld: one more of each than are named, at the most."""

    shown: frozenset[str]
    withheld: frozenset[str]


def note(page: frozenset[str], known: Spread | None, question: Question, *, paged: bool) -> list[dict[str, Any]]:
    """Return the note on a list whose facts rest on several sources, or may: what is on other pages, what is withheld.

    page: the sources of this page. known: of all pages, where that was counted. The link counts facts by source.
    """
    shown, withheld = (page, frozenset[str]()) if known is None else (known.shown, known.withheld - known.shown)
    link = _by_source(question) if paged else None
    if known is None and page and paged:
        first = f"The facts of this page are of {_named(page)}, those of other pages may be of others"
    elif len(shown) >= _SEVERAL:
        first = f"These facts are of {_named(shown)}"
    elif shown and withheld:
        first = f"These facts are of {_named(shown)}, of what is withheld some are of {_named(withheld)}"
        link = _by_source(question, modality=ANY_MODALITY)
    else:
        return []
    text = (
        f"{first}: what two sources tell of one deal is two facts. `total` counts facts; `facet=source` counts them by "
        "source."
    )
    return [{"code": "several_sources", "text": text, "link": link}]


def _by_source(question: Question, **more: str) -> str:
    # The release is said where links are made of it.
    plain = question.asked.query(facet="source", cursor=None, limit=None, fields=None, release=None, **more)
    return address(question.path, plain)


def _named(sources: Collection[str]) -> str:
    named = ", ".join(sorted(sources)[:MOST_NAMED])
    if len(sources) > MOST_NAMED:
        return f"more than {MOST_NAMED} sources ({named}, …)"
    return f"one source ({named})" if len(sources) == 1 else f"{len(sources)} sources ({named})"


def sources(connection: Connection, listing: FactList) -> Spread | None:
    """Return the sources of a list, which a release remembers; None if it is chosen by more than one filter."""
    asked = listing.asked
    kinds = _plain(asked.given.get(_KIND, ())) if listing.kind is None else (listing.kind,)
    filters = sorted(asked.given.keys() - {*OF_LISTS, *OF_THE_PAGE})
    chosen = _plain(asked.given[filters[0]]) if filters else kinds
    if len(filters) > 1 or kinds is None or chosen is None:
        return None
    # Where nothing chooses, it is the kinds themselves that are counted.
    name = filters[0] if filters else _KIND
    if filters and name != _BETWEEN and all(one.dimension is None for one in asked.parameters if one.name == name):
        return None
    shown = tuple(sorted(modalities(asked)))
    known = listing.question.held.about.spread
    key = (name, chosen, kinds, shown)
    found = known.find([key]).get(key)
    if found is None:
        found = _counted(connection, name, {"value": chosen, "kind": kinds, _SHOWN: shown})
        known.keep([(key, found)])
    return Spread(*found)


def _counted(
    connection: Connection, name: str, given: dict[str, Sequence[str]]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the sources of what is shown and of what is withheld, by one statement."""
    given |= {_OTHER: sorted({*Modality} - {*given[_SHOWN]})}
    marked = {part: [slot(f"{part}{n}") for n in range(len(values))] for part, values in given.items()}
    shape = (name == _BETWEEN, *map(len, marked.values()))
    statement = _STATEMENTS.of(connection, shape, lambda: _between(marked) if name == _BETWEEN else _by_filter(marked))
    values = {f"{part}{n}": value for part, some in given.items() for n, value in enumerate(some)}
    rows = statement.rows(connection, {"name": name, **values})
    shown, withheld = ({source for which, source in rows if which == part} for part in (_SHOWN, _OTHER))
    return frozenset(shown), frozenset(withheld)


def _plain(choices: Sequence[AnyOf]) -> tuple[str, ...] | None:
    """Return the values of which a fact has any; none if nothing is asked, None if it is not so plain."""
    if not choices:
        return ()
    return None if len(choices) > 1 or choices[0].negated else choices[0].values


def _by_filter(marked: dict[str, list[str]]) -> Any:
    wanted = [col(Counted.parameter) == slot("name"), col(Counted.source) != literal("")]
    wanted += [*_any(col(Counted.value), marked["value"]), *_any(col(Counted.kind), marked["kind"])]
    return _some(col(Counted.source), col(Counted.modality), wanted, marked)


def _between(marked: dict[str, list[str]]) -> Any:
    first, second = marked["value"]
    a, b = col(Relation.a), col(Relation.b)
    wanted = [or_(and_(a == first, b == second), and_(a == second, b == first))]
    return _some(
        col(Relation.source), col(Relation.modality), [*wanted, *_any(col(Relation.kind), marked["kind"])], marked
    )


def _any(column: Mapped[str], values: Sequence[str]) -> Iterable[ColumnElement[bool]]:
    return [column.in_(values)] if values else []


def _some(
    source: Mapped[str], modality: Mapped[str], wanted: Sequence[ColumnElement[bool]], marked: dict[str, list[str]]
) -> Any:
    parts: list[Select[Any]] = []
    for part in (_SHOWN, _OTHER):
        if marked[part]:
            some = select(source).where(*wanted, modality.in_(marked[part])).distinct().limit(MOST_NAMED + 1).subquery()
            parts.append(select(literal(part), some.c[0]))
    return union_all(*parts)
