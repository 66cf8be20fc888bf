"""What one value of a parameter may be: how it is read, how it is documented, how it is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.kit import edtf
from app.kit.codes import Code
from app.kit.folding import fold

LONGEST_NAME = 200
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,95}")
_YEAR = re.compile(r"[1-9][0-9]{3}")


class Refused(ValueError):
    """A value that is not valid: why, what is close, and all that is valid where the list is closed."""

    def __init__(self, detail: str, suggestions: Iterable[str] = (), allowed: Iterable[str] | None = None) -> None:
        """Say what is wrong and what to write instead."""
        super().__init__(detail)
        self.detail = detail
        self.suggestions = list(suggestions)
        self.allowed = None if allowed is None else list(allowed)


@dataclass(frozen=True)
class Value:
    """A type of value. `names`: the kinds of entity that the text may name, resolved later in one batch."""

    schema: dict[str, Any]
    read: Callable[[str], str]
    names: frozenset[str] = field(default=frozenset())


def near(text: str, known: Sequence[str], limit: int = 3) -> list[str]:
    """Return at most `limit` of the known strings that are close to `text`, best first."""
    return [name for name, _ in scored(text, known, limit)]


def scored(text: str, known: Sequence[str], limit: int) -> list[tuple[str, float]]:
    """Return the same with how close each is, of 1: a millisecond or two for twenty thousand."""
    # Imported here: only a wrong question needs it.
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    # Insertions, deletions, changes and swaps of neighbours; the unrestricted distance takes nine times as long.
    found = process.extract(text[:64], known, scorer=OSA.normalized_similarity, limit=limit, score_cutoff=0.59)
    return [(name, score) for name, score, _ in found]


def code(codes: type[Code], *more: str) -> Value:
    """One code of a closed list, or one of the extra words."""
    allowed = [*codes, *more]

    def read(text: str) -> str:
        if text in allowed:
            return text
        raise Refused(f"{text!r} is not in the list /vocab/{codes.list_name()}", near(text, allowed), allowed)

    return Value({"type": "string", "enum": [str(one) for one in allowed]}, read)


def word(*allowed: str) -> Value:
    """One of a few words."""

    def read(text: str) -> str:
        if text in allowed:
            return text
        raise Refused(f"{text!r} is not one of {', '.join(allowed)}", near(text, allowed), allowed)

    return Value({"type": "string", "enum": list(allowed)}, read)


def name_of(*kinds: str) -> Value:
    """Any name or code of an entity of these kinds; it becomes the entity's id."""
    return Value({"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}, _short, frozenset(kinds))


def identifier(*kinds: str) -> Value:
    """An id: letters, digits, dots and hyphens; of entities of these kinds, which must be there, or of any."""

    def read(text: str) -> str:
        if _SLUG.fullmatch(text):
            return text
        raise Refused(f"{text!r} cannot be an id: letters, digits, dots and hyphens")

    return Value({"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9.-]{0,95}$"}, read, frozenset(kinds))


def day() -> Value:
    """A year, month or day: `2021`, `2021-06`, `2021-06-15`."""

    def read(text: str) -> str:
        try:
            edtf.whole(text)
        except edtf.EdtfError as error:
            raise Refused(str(error)) from None
        return text

    return Value({"type": "string", "pattern": r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", "example": "2021-06"}, read)


def year() -> Value:
    """A year of four digits."""

    def read(text: str) -> str:
        if _YEAR.fullmatch(text):
            return text
        raise Refused(f"{text!r} is no year of four digits")

    return Value({"type": "string", "pattern": r"^[1-9][0-9]{3}$"}, read)


def number(lowest: int, highest: int) -> Value:
    """A whole number within bounds; outside them it is refused, never clamped."""

    def read(text: str) -> str:
        if text.isascii() and text.isdigit() and len(text) <= len(str(highest)) and lowest <= int(text) <= highest:
            return str(int(text))
        raise Refused(f"{text!r} is no whole number from {lowest} to {highest}")

    return Value({"type": "integer", "minimum": lowest, "maximum": highest}, read)


def text(longest: int) -> Value:
    """Free text up to a length."""

    def read(given: str) -> str:
        if given.strip() and len(given) <= longest:
            return given
        raise Refused(f"write 1 to {longest} characters, not only blanks")

    return Value({"type": "string", "minLength": 1, "maxLength": longest, "pattern": r"\S"}, read)


def folded(longest: int) -> Value:
    """Free text of which case, accents and punctuation do not matter."""
    plain = text(longest)

    def read(given: str) -> str:
        found = fold(plain.read(given))
        if not found:
            raise Refused("write letters or digits")
        return found

    return Value(plain.schema, read)


def _short(given: str) -> str:
    if len(given) <= LONGEST_NAME:
        return given
    raise Refused(f"a name has at most {LONGEST_NAME} characters")
