"""The grammar of a query string: commas, quotes and `!`. It knows no parameter and no value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

MAX_PARAMETERS = 60
MAX_VALUES = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_QUOTED = re.compile(r'\s*+"((?:[^"]|"")*+)"\s*+(?:,|\Z)')
_BARE = re.compile(r'([^",]*+)(?:,|\Z)')


class GrammarError(ValueError):
    """A query string or a value that cannot be read; `parameter` is None when no parameter is to blame."""

    def __init__(self, detail: str, parameter: str | None = None) -> None:
        """Say what is wrong, and where."""
        super().__init__(detail)
        self.detail = detail
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One occurrence of a parameter: any of the values, or (negated) none of them."""

    values: tuple[str, ...]
    negated: bool = False

    def canonical(self) -> AnyOf:
        """Return the same question with its values sorted, each once."""
        return AnyOf(tuple(sorted(set(self.values))), self.negated)


def pairs(query: bytes) -> list[tuple[str, str]]:
    """Split a query string into decoded (name, text) pairs; GrammarError on controls, bad UTF-8 or too many."""
    found: list[tuple[str, str]] = []
    for field in query.split(b"&"):
        if not field:
            continue
        name, _, text = field.partition(b"=")
        decoded = _decode(name, None)
        found.append((decoded, _decode(text, decoded)))
        if len(found) > MAX_PARAMETERS:
            raise GrammarError(f"more than {MAX_PARAMETERS} parameters")
    return found


def read(text: str, parameter: str) -> AnyOf:
    """Read `a,"b, c"` or `!a,b`; GrammarError on an empty value, an open quote or more than 200 values."""
    negated = text.startswith("!")
    values: list[str] = []
    for quoted, value in _values(text[1:] if negated else text, parameter):
        if not value:
            raise GrammarError("a value is empty: write `a,b`, or leave the parameter out", parameter)
        if value.startswith("!") and not quoted:
            raise GrammarError("`!` stands once, before the whole list: `!a,b` means neither", parameter)
        values.append(value)
        if len(values) > MAX_VALUES:
            raise GrammarError(f"more than {MAX_VALUES} values", parameter)
    return AnyOf(tuple(values), negated)


def _values(text: str, parameter: str) -> Iterator[tuple[bool, str]]:
    """Yield (quoted, value). Each pattern takes what it can and gives nothing back: the time is linear in the text."""
    at = 0
    while True:
        match = _QUOTED.match(text, at) or _BARE.match(text, at)
        if match is None:
            raise GrammarError(
                'a quotation mark stands alone: a name with a comma is written "Name, the", a mark inside it twice',
                parameter,
            )
        quoted = match.re is _QUOTED
        yield quoted, match[1].replace('""', '"').strip() if quoted else match[1].strip()
        if match.end() == len(text) and not match[0].endswith(","):
            return
        at = match.end()


def write(choice: AnyOf) -> str:
    """Write a choice so that `read` gives it back."""
    return ("!" if choice.negated else "") + ",".join(_quoted(value) for value in choice.values)


def encode(name: str, text: str) -> str:
    """Write one `name=text` of a canonical query string."""
    return f"{quote(name, safe='')}={quote(text, safe=',:!*.-_~/')}"


def _quoted(value: str) -> str:
    plain = not ('"' in value or "," in value or value.startswith("!") or value != value.strip())
    return value if plain else '"' + value.replace('"', '""') + '"'


def _decode(raw: bytes, parameter: str | None) -> str:
    try:
        text = unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        raise GrammarError("the query string is not UTF-8", parameter) from None
    if _CONTROL.search(text):
        raise GrammarError("control characters are refused", None if parameter is None else parameter)
    return text
