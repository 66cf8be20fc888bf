"""What a summary names, against what its passages name: actors, systems, places and numbers; no other word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from app.core.entries import FactEntry
from app.kit.folding import fold
from seed.corpus import Corpus
from seed.findings import Finding

_NUMBERS = dict(
    zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        (str(number) for number in range(1, 13)),
        strict=True,
    )
)
# "one" and "two" are as often pronouns and articles as numbers: they are no claim.
_PRONOUNS = {"1", "2"}
_LONGEST = 9


def summaries_say_no_more(corpus: Corpus) -> Iterator[Finding]:
    """A summary names no actor, system, place or number that its passages do not, unless `inferred` says so."""
    names = _names(corpus)
    for article, fact in corpus.facts():
        passages = " . ".join(evidence.exact for evidence in fact.evidence)
        named = _entities(fact.summary, names)
        proven = {one for some in _entities(passages, names).values() for one in some}
        excused = set(_inferred(fact))
        for word, meant in sorted(named.items()):
            if not meant & proven and not meant & excused and "summary" not in excused:
                yield _finding(corpus, article.file, fact, f"the summary names {word!r}, which its passages do not")
        for number in sorted(_numbers(fact.summary) - _numbers(passages)):
            if "summary" not in excused:
                yield _finding(
                    corpus, article.file, fact, f"the summary gives the number {number}, which its passages do not"
                )


def _finding(corpus: Corpus, file: str, fact: FactEntry, what: str) -> Finding:
    remedy = "cite the passage that does, reword it, or say in `inferred` (field: summary) from which words"
    return Finding(file, corpus.line_of_id(file, fact.id), f"{fact.id}: {what}", remedy)


def _inferred(fact: FactEntry) -> Iterator[str]:
    """Yield the inferred fields, and the ids that stand in them."""
    given = fact.model_dump(mode="json")
    for inference in fact.inferred:
        yield inference.field
        value = given.get(inference.field.split(".")[0])
        for one in value if isinstance(value, list) else [value]:
            yield from (str(part) for part in (one.values() if isinstance(one, dict) else [one]) if part is not None)


def _names(corpus: Corpus) -> dict[str, set[str]]:
    """Return, for every folded name, the ids of what it names."""
    names: dict[str, set[str]] = defaultdict(set)
    spelled = [
        *((entry.id, (entry.name, *entry.names, *entry.adjectives)) for entry in corpus.countries),
        *((entry.id, (entry.name, *entry.aliases)) for entry in corpus.organizations),
        *((entry.id, (entry.name, *entry.variants, entry.last_name())) for entry in corpus.people),
        *((entry.id, (entry.name, *entry.aliases)) for entry in corpus.systems),
        *((entry.id, (entry.name, *entry.aliases)) for entry in corpus.places),
    ]
    for id_, some in spelled:
        for name in some:
            folded = fold(name)
            for form in (folded, f"{folded}s"):
                names[form].add(id_)
    return names


def _entities(text: str, names: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return the names in a text, the longest first, with what each may stand for."""
    words = fold(text).split()
    found: dict[str, set[str]] = {}
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            name = " ".join(words[at : at + length])
            if name in names and (len(name) > 2 or name.isdigit()):  # noqa: PLR2004  # "us", "it", "no" are words
                found[name] = names[name]
                at += length - 1
                break
        at += 1
    return found


def _numbers(text: str) -> set[str]:
    words = fold(text).split()
    return {_NUMBERS.get(word, word) for word in words if word.isdigit() or word in _NUMBERS} - _PRONOUNS
