"""Full-text questions: words, phrases, AND, OR, NOT and brackets, over folded words; which engine asks is not known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.kit.folding import fold, spell
from app.kit.values import Refused, Value, text

LONGEST_QUESTION = 300
LONGEST_WORD = 64
MOST_TERMS = 32
DEEPEST = 8
SHORTEST_PREFIX = 2
# ASCII goes by whole words, the rest letter by letter: a letter may be spelled by none, by several, by two words.
_RUN = re.compile(r"[A-Za-z0-9]+|[^\x00-\x7f]")
_PIECE = re.compile(r"[a-z0-9]+|[^a-z0-9]+")
_LEXEME = re.compile(r'\s+|(?P<bracket>[()])|"(?P<phrase>[^"]*)"(?P<more>\*?)|(?P<word>[^\s()"]+)')


@dataclass(frozen=True)
class Phrase:
    """Words that follow one another; `prefix`: the last may go on."""

    words: tuple[str, ...]
    prefix: bool = False

    def __str__(self) -> str:
        """Write it as a question."""
        plain = " ".join(self.words)
        return (f'"{plain}"' if len(self.words) > 1 else plain) + "*" * self.prefix


@dataclass(frozen=True)
class All:
    """All of several, and none of others; no part is itself an All, which would say the same."""

    parts: tuple[Expression, ...]
    without: tuple[Expression, ...] = ()

    def __str__(self) -> str:
        """Write it as a question."""
        wanted = (f"({part})" if isinstance(part, Either) else str(part) for part in self.parts)
        unwanted = (str(part) if isinstance(part, Phrase) else f"({part})" for part in self.without)
        return " ".join([*wanted, *(f"NOT {part}" for part in unwanted)])


@dataclass(frozen=True)
class Either:
    """Any of several; no part is itself an Either."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        """Write it as a question."""
        return " OR ".join(map(str, self.parts))


Expression = Phrase | All | Either


def words(text: str) -> list[str]:
    """Return the folded words of a text, as they are indexed."""
    return [word[:LONGEST_WORD] for word in fold(text).split()]


def placed(text: str) -> list[tuple[str, int, int]]:
    """Return the folded words of a text, each with where it stands there, in code points, end exclusive."""
    found: list[tuple[str, int, int]] = []
    inside, last = False, 0
    for run in _RUN.finditer(text):
        at, end = run.span()
        inside, last = inside and at == last, end
        for piece in _PIECE.findall(spell(run[0])):
            if not piece.isalnum():
                inside = False
            elif inside:
                word, start, _ = found[-1]
                found[-1] = (word + piece, start, end)
            else:
                inside = True
                found.append((piece, at, end))
    return [(word[:LONGEST_WORD], start, end) for word, start, end in found]


def marks(text: str, expression: Expression) -> list[tuple[int, int]]:
    """Return where a text has what is sought, in code points: spans in order that do not overlap."""
    there = placed(text)
    where: dict[str, list[int]] = {}
    for at, (word, _, _) in enumerate(there):
        where.setdefault(word, []).append(at)
    spans: list[tuple[int, int]] = []
    for phrase in dict.fromkeys(phrases(expression)):
        last = len(phrase.words) - 1
        spans += [
            (there[first][1], there[first + last][2])
            for first in _starts(phrase, where)
            if first + last < len(there) and all(_same(phrase, at, there[first + at][0]) for at in range(1, last + 1))
        ]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def phrases(expression: Expression) -> Iterator[Phrase]:
    """Yield what is wanted, not what is excluded."""
    if isinstance(expression, Phrase):
        yield expression
    else:
        for part in expression.parts:
            yield from phrases(part)


def full_text() -> Value:
    """A full-text question; it becomes its canonical form."""
    plain = text(LONGEST_QUESTION)

    def canonical(given: str) -> str:
        found = str(read(plain.read(given)))
        # Links carry the canonical form: one that is too long to be asked would lead nowhere.
        if len(found) > LONGEST_QUESTION:
            raise Refused(f"in plain letters it has more than {LONGEST_QUESTION} characters: ask for fewer words")
        return found

    return Value(plain.schema, canonical)


def read(question: str) -> Expression:
    """Read words, `"phrases"`, `pre*`, AND, OR, NOT and brackets; Refused if it cannot be read.

    Words side by side are all wanted. AND binds closer than OR. A word of several (`MiG-29`) is a phrase.
    """
    found, rest = _either(list(_lexemes(question)), 0)
    if rest:
        raise Refused("a bracket is closed that was never opened")
    if found is None:
        raise Refused("write letters or digits")
    if sum(1 for _ in _every(found)) > MOST_TERMS:
        raise Refused(f"more than {MOST_TERMS} words and phrases")
    return found


def _lexemes(question: str) -> Iterator[str | Phrase]:
    at = 0
    while at < len(question):
        match = _LEXEME.match(question, at)
        if match is None:
            raise Refused('a quotation mark stands alone: a phrase is written "like this"')
        at = match.end()
        bare = match["word"]
        if match["bracket"]:
            yield match["bracket"]
        elif bare in {"AND", "OR", "NOT"}:
            yield bare
        elif bare is not None or match["phrase"] is not None:
            prefix = bool(match["more"]) if bare is None else bare.endswith("*")
            parts = tuple(words(match["phrase"] if bare is None else bare))
            if prefix and parts and len(parts[-1]) < SHORTEST_PREFIX:
                raise Refused(f"`{parts[-1]}*` would find too much: write {SHORTEST_PREFIX} letters or more before `*`")
            if parts:
                yield Phrase(parts, prefix)


def _either(rest: list[str | Phrase], depth: int) -> tuple[Expression | None, list[str | Phrase]]:
    """Read alternatives up to a closing bracket or the end; return what is left, too."""
    if depth > DEEPEST:
        raise Refused(f"brackets stand more than {DEEPEST} deep")
    found, rest = _all(rest, depth)
    parts = [found]
    while rest and rest[0] == "OR":
        found, rest = _all(rest[1:], depth)
        parts.append(found)
    if len(parts) > 1 and None in parts:
        raise Refused("`OR` wants something on both sides")
    told = tuple(
        one for part in parts if part is not None for one in (part.parts if isinstance(part, Either) else (part,))
    )
    return (Either(told) if len(told) > 1 else told[0] if told else None), rest


def _all(rest: list[str | Phrase], depth: int) -> tuple[Expression | None, list[str | Phrase]]:
    wanted: list[Expression] = []
    unwanted: list[Expression] = []
    pending: str | None = None
    while rest and rest[0] not in {"OR", ")"}:
        first, rest = rest[0], rest[1:]
        if first in {"AND", "NOT"}:
            if pending == "NOT" or (first == "AND" and (pending or not (wanted or unwanted))):
                raise Refused(f"`{first}` stands where a word is expected")
            pending = str(first)
            continue
        part: Expression | None
        if isinstance(first, Phrase):
            part = first
        else:
            part, rest = _either(rest, depth + 1)
            if not rest:
                raise Refused("a bracket is opened and never closed")
            rest = rest[1:]
        if part is not None:
            (unwanted if pending == "NOT" else wanted).append(part)
            pending = None
    if pending:
        raise Refused(f"`{pending}` wants a word after it")
    if unwanted and not wanted:
        raise Refused("it only says what is not wanted: give a word that is")
    if len(wanted) == 1 and not unwanted:
        return wanted[0], rest
    return (_joined(wanted, unwanted) if wanted else None), rest


def _joined(wanted: list[Expression], unwanted: list[Expression]) -> All:
    within = [part for part in wanted if isinstance(part, All)]
    parts = (one for part in wanted for one in (part.parts if isinstance(part, All) else (part,)))
    return All(tuple(parts), (*unwanted, *(one for part in within for one in part.without)))


def _every(expression: Expression) -> Iterator[Phrase]:
    if isinstance(expression, Phrase):
        yield expression
    else:
        excluded = expression.without if isinstance(expression, All) else ()
        for part in (*expression.parts, *excluded):
            yield from _every(part)


def _starts(phrase: Phrase, where: dict[str, list[int]]) -> list[int]:
    """Return the places of a phrase's first word; `where`: the places of each word."""
    first = phrase.words[0]
    if not phrase.prefix or len(phrase.words) > 1:
        return where.get(first, [])
    return [at for word, places in where.items() if word.startswith(first) for at in places]


def _same(phrase: Phrase, at: int, word: str) -> bool:
    if phrase.prefix and at == len(phrase.words) - 1:
        return word.startswith(phrase.words[at])
    return word == phrase.words[at]
