"""The statements of lists of facts: a page in order of date or of id, and counts; which lists they read, plans say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, asc, desc, func, literal, select, union, union_all
from sqlmodel import col

from app.core.dating import EVERYWHERE, reaches_of
from app.core.postings import Part, Plan
from app.core.selecting import Selecting, values_of
from app.core.tables import Fact
from app.kit.parameters import Asked

UNDATED = "undated"
Arm = tuple[Any, ...]
Written = tuple[Callable[[Selecting], Select[Any]], dict[str, Any], tuple[Arm, ...]]


def by_date(
    lists: Plan, shown: set[str], sort: str, asked: Asked, *, first: bool, past_dated: bool, numbers: bool = False
) -> Written:
    """Return what writes the page's statement, what it takes, and what it hangs on.

    Downwards, the undated (numbered after `dated`) still come last. first: it is the first page. past_dated: it goes
    on among the undated. numbers: the numbers alone are wanted.
    """
    down = sort.startswith("-")
    reaches = reaches_of(asked, few=lists.few(shown))
    start = asked.start
    parts = [part for part in [lists.asking(shown)] if part] if start else lists.parts(shown, len(reaches))
    after = () if first else ("before" if down else "after",)
    stretches: list[tuple[int, tuple[str, ...]]] = [(0, after)]
    if down:
        dated = [] if past_dated else [(0, ("dated", *after))]
        stretches = [*dated, (1, ("undated", *(after if past_dated else ())))]
        if reaches != (EVERYWHERE,):
            stretches = dated
    arms = tuple(
        (at, part.shape, reach, late, only)
        for late, only in stretches
        for at, part in enumerate(parts)
        for reach in reaches
    )

    def write(selecting: Selecting) -> Select[Any]:
        limit = selecting.number("limit")
        found = []
        for at, _, reach, late, only in arms:
            rows, key = selecting.rows(at, parts[at], reach, only)
            some = rows.order_by(key.desc() if down else key).limit(limit).subquery()
            found.append(select(some.c.n, literal(late).label("late")))
        merged = (union(*found) if len(found) > 1 else found[0]).subquery()
        order = (merged.c.late, merged.c.n.desc() if down else merged.c.n)
        numbered = select(merged.c.n, merged.c.late).order_by(*order).limit(limit)
        if numbers:
            return numbered
        page = numbered.subquery()
        order = (page.c.late, page.c.n.desc() if down else page.c.n)
        return _answers(page).order_by(*order)

    return write, values_of(asked, parts), arms


def by_id(lists: Plan, shown: set[str], sort: str, asked: Asked, *, first: bool) -> Written:
    """Return the same for a page in order of id: few facts are sorted, of many the lists are walked in this order."""
    down = sort.startswith("-")
    only = () if first else ("before" if down else "after",)
    parts = [part for part in [lists.asking(shown)] if part] if asked.start else lists.parts(shown)
    arms: tuple[Arm, ...] = tuple((at, part.shape) for at, part in enumerate(parts))

    def write(selecting: Selecting) -> Select[Any]:
        limit = selecting.number("limit")
        found = [selecting.ranks(at, part, only) for at, part in enumerate(parts)]
        ordered = [one.order_by(desc("n") if down else asc("n")).limit(limit).subquery() for one in found]
        merged = (
            union(*(select(one.c.n) for one in ordered)) if len(ordered) > 1 else select(ordered[0].c.n)
        ).subquery()
        page = select(merged.c.n).order_by(merged.c.n.desc() if down else merged.c.n).limit(limit).subquery()
        of_rank = select(col(Fact.answer)).where(col(Fact.id_rank) == page.c.n).correlate(page).scalar_subquery()
        chosen: Select[Any, Any] = select(page.c.n.label("key"), of_rank.label("answer"))
        return chosen.order_by(page.c.n.desc() if down else page.c.n)

    return write, values_of(asked, parts), arms


def _answers(page: Any) -> Select[Any, Any]:
    """Return the answers of a page's facts, each looked up by itself: there is no other way that an engine could go."""
    of_number = select(col(Fact.answer)).where(col(Fact.n) == page.c.n).correlate(page).scalar_subquery()
    return select(page.c.n.label("key"), of_number.label("answer"))


def counts_of_start(selecting: Selecting, every: Part, shown: Part | None = None) -> Any:
    """Count by modality what is found otherwise than by lists, up to the bound in all; of `shown`, the undated."""
    (reach,) = reaches_of(selecting.asked, few=True)
    begun = selecting.rows(0, every, reach)[0].subquery()
    some = select(col(Fact.modality)).join_from(begun, Fact, col(Fact.n) == begun.c.n)
    found = some.limit(selecting.number("bound")).subquery()
    counts: Select[Any] = select(found.c.modality.label("name"), func.count().label("count"))
    counts = counts.group_by(found.c.modality)
    if shown is None:
        return counts
    undated, _ = selecting.rows(1, shown, only=("undated",), dates=False)
    return union_all(counts, bounded(UNDATED, undated, selecting.number("bound")))


def counts(selecting: Selecting, parts: list[tuple[str, Part, bool]]) -> Any:
    """Count each part up to the bound, under its name; the last of the three: whether it has few facts."""
    counted = []
    for at, (name, part, few) in enumerate(parts):
        bound = selecting.number("bound")
        if name == UNDATED:
            counted.append(bounded(name, selecting.rows(at, part, only=("undated",), dates=False)[0], bound))
            continue
        some = [selecting.rows(at, part, reach)[0] for reach in reaches_of(selecting.asked, few=few)]
        counted.append(_found(name, some, bound))
    return union_all(*counted) if len(counted) > 1 else counted[0]


def _found(name: str, some: list[Select[Any]], bound: Any) -> Select[Any, Any]:
    return bounded(name, select(union_all(*some).subquery().c.n) if len(some) > 1 else some[0], bound)


def bounded(name: str, statement: Select[Any], bound: Any) -> Select[Any, Any]:
    """Count what a statement selects, up to a bound, under a name."""
    limited = statement.limit(bound).subquery()
    found: Select[Any, Any] = select(literal(name).label("name"), func.count().label("count")).select_from(limited)
    return found
