"""How an answer is cited: release, address, the sources behind it in few words, licence; the answer is not parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from app.core.snapshot import HeldRelease

TERMS = "Facts and summaries: CC BY 4.0. Quoted passages: their publishers, quoted with attribution."
MOST_NAMED = 5
# As the compiler writes a citation's source, and as a count names one. Inside a text the quotation marks are escaped.
_MARKS = (re.compile(rb'"source":\{"id":"([^"]+)"'), re.compile(rb'"source":"([^"]+)"'))
_SOURCES_THEMSELVES = re.compile(rb'\{"id":"([^"]+)","kind":"source",')


def citation(held: HeldRelease, address: str, sources: Iterable[str] = ()) -> str:
    """Say how an answer is cited; `sources`: those that its records rest on.

    Where they rest on none, as counts and names do not, it is the release's own that are named.
    """
    named, more = _some(sources)
    of = ""
    if not named:
        named, more = _some(held.about.sources)
        of = " of the release"
    titles = [_title(held, source) for source in sorted(named)]
    others = ["others: /sources"] if more else []
    told = f"Sources{of}: {'; '.join([*titles, *others])}. " if titles else ""
    return f"Foedus, release {held.id}, {address}. {told}{TERMS}"


def behind(data: bytes) -> Iterator[str]:
    """Yield the ids of the sources that finished records name, each once, as they come."""
    for mark in _MARKS:
        if seen := dict.fromkeys(mark.findall(data)):
            yield from (source.decode() for source in seen)
            return
    if _SOURCES_THEMSELVES.match(data):
        yield from dict.fromkeys(one.decode() for one in _SOURCES_THEMSELVES.findall(data))


def _some(found: Iterable[str]) -> tuple[list[str], bool]:
    """Return as many as are named, and whether there are others."""
    some: list[str] = []
    for source in found:
        if len(some) == MOST_NAMED:
            return some, True
        some.append(source)
    return some, False


def _title(held: HeldRelease, source: str) -> str:
    told = held.about.sources.get(source)
    if told is None:
        return source
    return f"{told['title']} ({told['publisher']})" if told["publisher"] else str(told["title"])
