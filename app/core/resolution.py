"""Any name or code in, one entity out; a name of two is refused with both. It guesses nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core.snapshot import HeldRelease
from app.core.tables import Citation, Fact, Name
from app.kit.folding import fold
from app.kit.values import Refused, scored

COUNTRY = "country"
ACTORS = (COUNTRY, "organization", "person", "unnamed", "unknown")
FACT = "fact"
PASSAGE = "passage"
EXACT_IDS = frozenset({FACT, PASSAGE})
ISO_DIGITS = 3
MOST_NAMES = 20_000
MOST_HINTS = 5
MOST_REMEMBERED = 10_000
SHORTEST_HINT = 3
NAMES_EACH = 8
SCHEMES = ("iso2", "iso3", "iso", "cow", "gw")
_CODE = re.compile(r"([a-z0-9]+):(.*)", re.DOTALL)


@dataclass(frozen=True)
class Found:
    """An entity that a text names: under which scheme, and by which of its names."""

    kind: str
    id: str
    scheme: str
    label: str


def keys(text: str) -> list[str]:
    """Return the keys under which the name table may hold `text`: as an id, as a code, as a folded name."""
    code = _CODE.fullmatch(text.strip().lower())
    if code and code[1] in SCHEMES:
        return [f"{code[1]}:{code[2].strip()}"]
    if text.isascii() and text.isdigit():
        number = text.lstrip("0")
        return [f"iso:{text}", f"cow:{number}", f"gw:{number}", f"id:{text}", f"name:{text}"]
    plain = text.strip().lower()
    return list(dict.fromkeys([f"id:{plain}", f"iso2:{plain}", f"iso3:{plain}", f"name:{fold(text)}"]))


def candidates(connection: Connection, texts: Iterable[str]) -> dict[str, list[Found]]:
    """Look up all texts in one statement; for each, whatever it may name."""
    wanted = {text: keys(text) for text in texts}
    every = sorted({key for some in wanted.values() for key in some})
    by_key: dict[str, list[Found]] = {}
    statement = select(col(Name.key), col(Name.kind), col(Name.id), col(Name.scheme), col(Name.label)).where(
        col(Name.key).in_(every)
    )
    for key, kind, id_, scheme, label in connection.execute(statement.order_by(col(Name.id), col(Name.scheme))):
        by_key.setdefault(key, []).append(Found(kind, id_, scheme, label))
    return {text: [found for key in some for found in by_key.get(key, [])] for text, some in wanted.items()}


def resolve(connection: Connection, wanted: Sequence[tuple[frozenset[str], str]]) -> list[str | Refused]:
    """Answer each (kinds, text) with an id or a refusal, in order.

    Names take one statement, and one more if any is refused; ids of facts and of passages one each.
    """
    names_wanted = [text for kinds, text in wanted if not kinds & EXACT_IDS]
    found = candidates(connection, names_wanted) if names_wanted else {}
    exact = _exact(connection, wanted)
    answers = [
        exact[text] if kinds & EXACT_IDS else decide(text, kinds, [one for one in found[text] if one.kind in kinds])
        for kinds, text in wanted
    ]
    lost = [at for at, answer in enumerate(answers) if answer is None]
    if lost:
        nearby = Nearby(connection, frozenset().union(*(wanted[at][0] for at in lost)))
        for number, at in enumerate(lost):
            kinds, text = wanted[at]
            # Near misses cost a millisecond each: the first few wrong names get them.
            close = nearby.to(text, kinds) if number < MOST_HINTS else []
            answers[at] = unknown(text, kinds, [one for one, _ in close])
    return [answer for answer in answers if answer is not None]


def resolved(held: HeldRelease, wanted: Sequence[tuple[frozenset[str], str]]) -> list[str | Refused]:
    """Answer as `resolve` does, and remember what was found: in one release a name stands for the same for ever."""
    known = held.about.names
    answers: list[str | Refused | None] = [known.get(one) for one in wanted]
    lost = [one for one, answer in zip(wanted, answers, strict=True) if answer is None]
    if lost:
        with held.connect() as connection:
            found = dict(zip(lost, resolve(connection, lost), strict=True))
        if len(known) > MOST_REMEMBERED:
            known.clear()
        known.update((one, answer) for one, answer in found.items() if isinstance(answer, str))
        answers = [found[one] if answer is None else answer for one, answer in zip(wanted, answers, strict=True)]
    return [answer for answer in answers if answer is not None]


def _exact(connection: Connection, wanted: Sequence[tuple[frozenset[str], str]]) -> dict[str, str | Refused]:
    """Look up ids of facts and of passages, which go by no other name."""
    answers: dict[str, str | Refused] = {}
    for kind, column in ((FACT, col(Fact.id)), (PASSAGE, col(Citation.id))):
        ids = sorted({text for kinds, text in wanted if kind in kinds})
        if not ids:
            continue
        there = set(connection.execute(select(column).where(column.in_(ids))).scalars())
        for id_ in ids:
            refused = Unknown(f"there is no {kind} {id_!r}; ask for it alone if it may be retired")
            answers[id_] = id_ if id_ in there else refused
    return answers


def decide(text: str, kinds: frozenset[str], found: list[Found]) -> str | Refused | None:
    """Choose among what a text may name: its id or code before its name; None if it names nothing."""
    number = text.isascii() and text.isdigit()
    for schemes in (("id",), ("iso2", "iso3"), () if number else ("iso", "cow", "gw"), ("name",)):
        chosen = {one.id: one for one in found if one.scheme in schemes}
        if len(chosen) == 1:
            return next(iter(chosen))
        if chosen:
            named = " and ".join(f"{one.label} ({one.id})" for one in chosen.values())
            return Refused(f"{text!r} is the name of {named}: say which", list(chosen))
    return _bare_number(text, found) if number and COUNTRY in kinds else None


class Nearby:
    """Names that are close to what names nothing: read once, then sought in memory."""

    def __init__(self, connection: Connection, kinds: frozenset[str]) -> None:
        """Read the names of these kinds, the first twenty thousand."""
        self._found: dict[str, list[Found]] = {}
        self._of_kinds: dict[frozenset[str], list[str]] = {}
        statement = (
            select(col(Name.key), col(Name.kind), col(Name.id), col(Name.scheme), col(Name.label))
            .where(col(Name.kind).in_(sorted(kinds)), col(Name.scheme) == "name")
            .order_by(col(Name.key), col(Name.id))
            .limit(MOST_NAMES)
        )
        for key, kind, id_, scheme, label in connection.execute(statement):
            self._found.setdefault(key.removeprefix("name:"), []).append(Found(kind, id_, scheme, label))

    def to(self, text: str, kinds: frozenset[str], limit: int = 5) -> list[tuple[Found, float]]:
        """Return at most `limit` entities of these kinds with a name close to `text`, best first, and how close."""
        folded = fold(text)
        if len(folded) < SHORTEST_HINT:
            return []
        if kinds not in self._of_kinds:
            self._of_kinds[kinds] = [
                name for name, found in self._found.items() if any(one.kind in kinds for one in found)
            ]
        close: dict[tuple[str, str], tuple[Found, float]] = {}
        # One entity may have several of the nearest names.
        for name, score in scored(folded, self._of_kinds[kinds], NAMES_EACH * limit):
            for one in self._found[name]:
                if one.kind in kinds:
                    close.setdefault((one.kind, one.id), (one, score))
        return list(close.values())[:limit]


class Unknown(Refused):
    """A text that names nothing."""


def unknown(text: str, kinds: frozenset[str], close: list[Found]) -> Unknown:
    """Refuse a text that names nothing, with near misses."""
    what = " or ".join(sorted(kinds - {"unnamed", "unknown"} or kinds))
    ids = [one.id for one in close[:3]]
    named = [f"{one.label} ({one.id})" for one in close[:3]]
    hint = f": did you mean {', '.join(named)}?" if ids else f"; `/resolve?q={quote(text[:40])}` may help"
    return Unknown(f"{text!r} names no {what} that is known here{hint}", ids)


def _bare_number(text: str, found: list[Found]) -> str | Refused:
    if len(text) != ISO_DIGITS:
        return Refused(f"{text!r}: a bare number is an ISO code of three digits; write cow:{text} or gw:{text}")
    iso = [one for one in found if one.scheme == "iso"]
    others = [one for one in found if one.scheme in ("cow", "gw") and one.id not in {same.id for same in iso}]
    if iso and not others:
        return iso[0].id
    if not found:
        return Refused(f"{text!r} is no ISO 3166-1 numeric code")
    named = ", ".join(f"{one.scheme}:{text} is {one.label} ({one.id})" for one in [*iso, *others])
    remedy = "say which" if iso else "it is no ISO code: write the scheme"
    return Refused(
        f"{text!r} is a code in more than one scheme: {named}; {remedy}",
        [f"{one.scheme}:{text}" for one in [*iso, *others]],
    )
