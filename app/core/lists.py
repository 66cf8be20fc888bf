"""Lists and single records: the few statements behind an answer, and what its `meta` and `links` say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request
from sqlalchemy import ColumnElement, Connection, Select, func, literal, select, union_all
from sqlmodel import col

from app.core import resolution
from app.core.questions import ANY_MODALITY
from app.core.snapshot import FactReleases, HeldRelease
from app.core.tables import Entity, Fact, key_of
from app.core.vocabulary import Modality
from app.kit import edtf, reading
from app.kit.engines import Gone
from app.kit.pages import EXACT, Cursor, list_bytes, question_digest
from app.kit.parameters import Asked, Parameter
from app.kit.problems import Culprit, Problem, unprocessable

TIMES = frozenset({"since", "until", "active_on"})
TERMS = "Facts and summaries: CC BY 4.0. Quoted passages: their publishers, quoted with attribution."


def releases(request: Request) -> FactReleases:
    """Return the releases that this application serves."""
    found: FactReleases = request.app.state.releases
    return found


def read(connection: Connection, declared: tuple[Parameter, ...], request: Request) -> Asked:
    """Read the question, names resolved; raise the 422 that teaches."""
    query: bytes = request.scope["query_string"]
    asked = reading.read(declared, query, lambda wanted: resolution.resolve(connection, wanted))
    since, until = (asked.given.get(name) for name in ("since", "until"))
    if since and until and edtf.whole(since[0].values[0])[0] > edtf.whole(until[0].values[0])[1]:
        raise unprocessable([Culprit(parameter="until", detail="lies before `since`: no date lies between them")])
    matched = asked.given.get("date_match")
    if matched and matched[0].values == ("certain",) and not since and not until:
        raise unprocessable([Culprit(parameter="date_match", detail="says how `since` and `until` match: give one")])
    return asked


def read_nothing(request: Request) -> None:
    """Refuse any parameter where none is taken."""
    reading.read((), request.scope["query_string"], lambda _: [])


def question(
    request: Request, declared: tuple[Parameter, ...], path: str | Callable[[Connection], str]
) -> tuple[HeldRelease, Asked, int | None]:
    """Return the release to answer from, the question as understood there, and the record to go on after.

    The pointer is read once. A cursor's release is the one in which names are looked up, and the `path` made, too.
    """
    served = releases(request)
    cursor = _cursor(request)
    current = served.current()
    held = current if cursor is None or cursor.release == current.id else _held(served, cursor.release)
    with held.connect() as connection:
        at = path if isinstance(path, str) else path(connection)
        asked = read(connection, declared, request)
    if "cursor" not in asked.given:
        return held, asked, None
    if cursor is None or cursor.question != _question(asked, at):
        detail = "is none of this question's: take it from `links.next`, and change nothing but `limit`"
        raise unprocessable([Culprit(parameter="cursor", detail=detail)])
    return held, asked, cursor.after


def _cursor(request: Request) -> Cursor | None:
    """Return the cursor that is asked for, if one is and it is ours; whether it fits is for the question to say."""
    for field in request.scope["query_string"].split(b"&"):
        if field.startswith(b"cursor="):
            try:
                return Cursor.read(field.removeprefix(b"cursor=").decode("ascii"))
            except ValueError:
                return None
    return None


def _held(served: FactReleases, release: str) -> HeldRelease:
    try:
        return served.held(release)
    except Gone:
        detail = f"The cursor is of release {release}, which is not held any more: start again without it."
        raise Problem(HTTPStatus.GONE, detail, slug="release-gone") from None


def address(path: str, query: str) -> str:
    """Join path and canonical query."""
    return f"{path}?{query}" if query else path


def citation(release: str, address: str) -> str:
    """Say how an answer is cited."""
    return f"Foedus, release {release}, {address}. {TERMS}"


def one_meta(release: str, address: str) -> dict[str, Any]:
    """Return the `meta` of a single record."""
    return {"release": release, "citation": citation(release, address), "notes": []}


def _question(asked: Asked, path: str) -> str:
    return question_digest(path, asked.query(cursor=None, limit=None))


def fact_page(
    connection: Connection, held: HeldRelease, asked: Asked, path: str, after: int | None, *fixed: ColumnElement[bool]
) -> bytes:
    """Answer a page of facts, in two statements: the page and the counts."""
    sort = asked.one("sort") or "date"
    limit = int(asked.one("limit") or 0)
    where = [*fixed, *_fact_conditions(asked)]
    rows = connection.execute(_ordered(where, sort, after, limit + 1, held.about.dated)).all()
    counts = {row[0]: row[1] for row in connection.execute(_counts(asked, fixed))}
    shown = [modality for modality in Modality if counts.get(f"+{modality}") is not None]
    total = sum(counts[f"+{modality}"] for modality in shown)
    exact = all(counts[f"+{modality}"] <= EXACT for modality in shown) and total <= EXACT
    withheld = {modality.value: counts[f"-{modality}"] for modality in Modality if f"-{modality}" in counts}
    notes = _notes(asked, held, counts.get("undated", 0))
    return page(
        [row.answer for row in rows[:limit]],
        links(asked, path, held, rows[limit - 1].key if len(rows) > limit else None),
        {"total": total if exact else EXACT, "total_is": "exact" if exact else "at_least", "withheld": withheld},
        held.id,
        notes,
    )


def entity_page(
    connection: Connection,
    held: HeldRelease,
    asked: Asked,
    path: str,
    after: int | None,
    table: type[Entity],
    if_empty: tuple[dict[str, Any], ...] = (),
) -> bytes:
    """Answer a page of entities in order of id, in two statements; `if_empty`: the notes of an empty one."""
    limit = int(asked.one("limit") or 0)
    key = key_of(table)
    where = asked.conditions(key)
    beyond = [] if after is None else [key > after]
    rows: Sequence[Any] = connection.execute(
        select(key.label("key"), col(table.answer).label("answer"))
        .where(*where, *beyond)
        .order_by(key)
        .limit(limit + 1)
    ).all()
    found = connection.execute(_bounded("total", select(key).where(*where))).one()[1]
    last = rows[limit - 1].key if len(rows) > limit else None
    answers = [row.answer for row in rows[:limit]]
    return page(answers, links(asked, path, held, last), totals(found), held.id, [] if found else list(if_empty))


def whole_page(held: HeldRelease, asked: Asked, path: str, after: int | None, answers: Sequence[str]) -> bytes:
    """Answer a page of a list that is short enough to be held whole."""
    first = after or 0
    last = first + int(asked.one("limit") or 0)
    onward = links(asked, path, held, last if last < len(answers) else None)
    return page(answers[first:last], onward, totals(len(answers)), held.id, [])


def totals(found: int) -> dict[str, Any]:
    """Return the counts of a list of which `found` records were counted, up to one more than the bound."""
    return {"total": min(found, EXACT), "total_is": "exact" if found <= EXACT else "at_least", "withheld": {}}


def page(
    answers: Sequence[str], links: dict[str, Any], counts: dict[str, Any], release: str, notes: list[dict[str, Any]]
) -> bytes:
    """Put a list together."""
    meta = {
        "count": len(answers),
        **counts,
        "release": release,
        "citation": citation(release, links["self"]),
        "notes": notes,
    }
    return list_bytes(answers, meta, links)


def links(asked: Asked, path: str, held: HeldRelease, last: int | None) -> dict[str, Any]:
    """Return the addresses of this page and the next, canonical and root-relative."""
    following = None
    if last is not None:
        following = address(path, asked.query(cursor=Cursor(held.id, _question(asked, path), last).write()))
    return {"self": address(path, asked.query()), "next": following}


def modalities(asked: Asked) -> set[str]:
    """Return the modalities that the question shows."""
    if "modality" not in asked.given:
        return {Modality.actual.value}
    every = {modality.value for modality in Modality}
    choice = asked.given["modality"][0]
    if ANY_MODALITY in choice.values:
        return every
    return every - set(choice.values) if choice.negated else set(choice.values)


def _fact_conditions(asked: Asked) -> list[ColumnElement[bool]]:
    modality = col(Fact.modality).in_(sorted(modalities(asked)))
    return [modality, *asked.conditions(key_of(Fact), without=["modality"])]


def _ordered(
    where: list[ColumnElement[bool]], sort: str, after: int | None, limit: int, dated: int
) -> Select[Any, Any]:
    """Return the page's statement. Downwards, the undated (numbered after `dated`) still come last."""
    by_id = sort.removeprefix("-") == "id"
    key = col(Fact.id_rank) if by_id else col(Fact.n)
    chosen: Select[Any, Any] = select(key.label("key"), col(Fact.answer).label("answer")).where(*where)
    if not sort.startswith("-"):
        beyond = [] if after is None else [key > after]
        return chosen.where(*beyond).order_by(key).limit(limit)
    below = [] if after is None else [key < after]
    if by_id:
        return chosen.where(*below).order_by(key.desc()).limit(limit)
    past_dated = after is not None and after > dated
    in_time = chosen.where(key <= (0 if past_dated else dated), *below).order_by(key.desc()).limit(limit).subquery()
    undated = chosen.where(key > dated, *(below if past_dated else [])).order_by(key.desc()).limit(limit).subquery()
    both = union_all(
        select(in_time.c.key, in_time.c.answer, literal(0).label("late")),
        select(undated.c.key, undated.c.answer, literal(1).label("late")),
    ).subquery()
    return select(both.c.key, both.c.answer).order_by(both.c.late, both.c.key.desc()).limit(limit)


def _counts(asked: Asked, fixed: tuple[ColumnElement[bool], ...]) -> Any:
    """Count, up to the bound, what is shown (+) and withheld (-) by modality, and what lacks the date asked for."""
    shown = modalities(asked)
    where = [*fixed, *asked.conditions(key_of(Fact), without=["modality"])]
    parts = []
    for modality in Modality:
        sign = "+" if modality.value in shown else "-"
        of_it = select(col(Fact.n)).where(col(Fact.modality) == modality.value, *where)
        parts.append(_bounded(f"{sign}{modality}", of_it))
    if TIMES & asked.given.keys():
        elsewhere = asked.conditions(key_of(Fact), without=["modality", *TIMES])
        undated = select(col(Fact.n)).where(
            col(Fact.modality).in_(sorted(shown)), col(Fact.dated).is_(False), *fixed, *elsewhere
        )
        parts.append(_bounded("undated", undated))
    return union_all(*parts)


def _bounded(name: str, statement: Select[Any]) -> Select[Any, Any]:
    limited = statement.limit(EXACT + 1).subquery()
    found: Select[Any, Any] = select(literal(name).label("name"), func.count().label("count")).select_from(limited)
    return found


def _notes(asked: Asked, held: HeldRelease, undated: int) -> list[dict[str, Any]]:
    notes: list[dict[str, Any]] = []
    if undated:
        notes.append(
            {
                "code": "undated",
                "text": f"{undated} facts that would be found have no date and are left out.",
                "link": None,
            }
        )
    named = {value for choices in asked.given.values() for choice in choices for value in choice.values}
    for state in sorted(named & held.about.predecessors.keys()):
        for predecessor in held.about.predecessors[state]:
            text = f"{state} does not include its predecessor {predecessor}, under which there are facts too."
            notes.append({"code": "predecessor", "text": text, "link": f"/facts?country={predecessor}"})
    return notes
