"""Whether two texts say the same words: verbatim, or but for punctuation and case; what they mean is not asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

# An accent that stands by itself belongs to its letter, and what cannot be seen to nothing; a sign of money is a word.
_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_LETTER = rf"[^\W_][\u0300-\u036f{_UNSEEN}]*"
_WORD = re.compile(rf"(?:{_LETTER})+(?:['’‘ʼ´`][{_UNSEEN}]*(?:{_LETTER})+)*|[$¢-¥₠-⃏%‰]")
_NOT_SPELLED = str.maketrans("", "", "'’‘ʼ´`" + _UNSEEN)
_ELISION = re.compile(r"\[\s*(?:…|\.\.\.)\s*\]|\(\s*(?:…|\.\.\.)\s*\)|…|\.\.\.+|(?:\.\s){2,}\.")
_TYPOGRAPHIC = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛‹›′ʼ´`", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
        **dict.fromkeys(_UNSEEN),
    }
)
_EDGES = " \"'"


@dataclass(frozen=True)
class Word:
    """A word as it is compared, and where it stands in its text."""

    plain: str
    start: int
    end: int


@dataclass(frozen=True)
class Run:
    """Where a text's words were found: how faithfully, and the span of them."""

    verbatim: bool
    start: int
    end: int


def words(text: str) -> list[Word]:
    """Return a text's words; case, apostrophes and how accents are composed do not tell two apart, accents do."""
    found = (
        Word(unicodedata.normalize("NFC", match[0].translate(_NOT_SPELLED)).casefold(), match.start(), match.end())
        for match in _WORD.finditer(text)
    )
    return [word for word in found if word.plain]


def plain(text: str) -> str:
    """Return a text without what a printer decides: white space, kinds of quotation marks and dashes."""
    return " ".join(unicodedata.normalize("NFC", text.translate(_TYPOGRAPHIC)).split()).strip(_EDGES)


def parts(text: str) -> list[str]:
    """Return what stands between marked elisions: `…`, `...`, `[…]`."""
    return [part for part in _ELISION.split(text) if words(part)]


def find(sought: str, within: str) -> Run | None:
    """Find a text in another, word by word and in order; parts between elisions may stand apart. None: not there."""
    there = words(within)
    spelled = [word.plain for word in there]
    at, first, last = 0, -1, -1
    for section in parts(sought):
        wanted = [word.plain for word in words(section)]
        found = _run(wanted, spelled, at)
        if found is None:
            return None
        first = found if first < 0 else first
        at = found + len(wanted)
        last = at - 1
    if last < 0:
        return None
    return Run(plain(sought) in plain(within), there[first].start, there[last].end)


def difference(sought: str, there: str) -> list[dict[str, Any]]:
    """Return, word by word, what is the `same`, what only the first has (`added`), what only the second (`missing`)."""
    # Imported here: only what is not found needs it. difflib takes seconds for words that come again and again.
    from rapidfuzz.distance import Indel

    ours, theirs = words(sought), words(there)
    found: list[dict[str, Any]] = []
    for step in Indel.opcodes([word.plain for word in ours], [word.plain for word in theirs]):
        a, b, c, d = step.src_start, step.src_end, step.dest_start, step.dest_end
        if step.tag == "equal":
            found.append(_piece("same", there, theirs[c:d]))
            continue
        if b > a:
            found.append(_piece("added", sought, ours[a:b]))
        if d > c:
            found.append(_piece("missing", there, theirs[c:d]))
    return found


def _piece(what: Literal["same", "added", "missing"], text: str, some: Sequence[Word]) -> dict[str, Any]:
    return {"op": what, "text": text[some[0].start : some[-1].end]}


def _run(wanted: list[str], there: list[str], start: int) -> int | None:
    last = len(there) - len(wanted)
    return next((at for at in range(start, last + 1) if there[at : at + len(wanted)] == wanted), None)
