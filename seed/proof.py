"""Verification of the corpus against its sources: digests, passages, quotation marks, sentences; exact, never fuzzy."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from itertools import pairwise

from app.facts.quotes import QuoteEntry
from seed.article import Article
from seed.rules import cited_sentences

_MARKS = re.compile('"([^"]*)"')


@dataclass
class Proof:
    """What was checked of one article, and what failed."""

    source: str
    checked: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def claim(self, holds: bool, what: str) -> None:
        """Note a check and its outcome."""
        (self.checked if holds else self.failed).append(what)


def without_text(article: Article) -> Proof:
    """Check what can be checked without the source: that no passage was altered since it was anchored."""
    proof = Proof(article.head.source.id)
    for fact in article.facts:
        for evidence in fact.evidence:
            sound = hashlib.sha256(evidence.exact.encode()).hexdigest() == evidence.sha256
            proof.claim(sound, f"{fact.id}: sha256 of the passage at {evidence.span[0]}")
    return proof


def against_text(article: Article, text: str, share: float) -> Proof:
    """Check everything against the source's text; `share` caps how much of it the corpus may hold."""
    source = article.head.source
    proof = Proof(source.id)
    proof.claim(hashlib.sha256(text.encode()).hexdigest() == source.sha256, f"sha256 of the text of {source.id}")
    proof.claim(len(text) == source.characters, f"{source.characters} characters, {len(text)} in the text")
    for fact in article.facts:
        for evidence in fact.evidence:
            start, end = evidence.span
            where = f"{fact.id}: passage {start}-{end}"
            proof.claim(text[start:end] == evidence.exact, f"{where} is exact")
            before, after = text[:start], text[end:]
            proof.claim(
                before.endswith(evidence.prefix) and after.startswith(evidence.suffix),
                f"{where} has its prefix and suffix",
            )
    _marks(article, text, proof)
    _sentences(article, text, proof)
    held = held_characters(article)
    proof.claim(
        len(held) <= share * len(text), f"the corpus holds {len(held) / len(text):.1%} of the text, at most {share:.1%}"
    )
    return proof


def held_characters(article: Article) -> set[int]:
    """Return the offsets of every character of the source that the corpus holds, prefixes and suffixes included."""
    held: set[int] = set()
    for fact in article.facts:
        for evidence in fact.evidence:
            start, end = evidence.span
            held.update(range(start - len(evidence.prefix), end + len(evidence.suffix)))
    return held


def _marks(article: Article, text: str, proof: Proof) -> None:
    """Every pair of quotation marks is a segment of exactly one quote, or listed."""
    listed = {one.start for one in article.head.marks_without_quote}
    found: dict[int, list[str]] = {}
    for fact in article.facts:
        if isinstance(fact, QuoteEntry):
            for segment, evidence in zip(fact.segments, fact.evidence, strict=False):
                offset = evidence.span[0] + evidence.exact.index(segment)
                found.setdefault(offset, []).append(fact.id)
    proof.claim(text.count('"') % 2 == 0, "quotation marks come in pairs")
    pairs = list(_MARKS.finditer(text))
    for pair in pairs:
        owners = [id_ for offset, ids in found.items() if offset == pair.start(1) for id_ in ids]
        whole = [id_ for id_ in owners if any(pair[1] == segment for segment in _segments(article, id_))]
        accounted = len(whole) + (pair.start() in listed) == 1
        proof.claim(accounted, f"the words in marks at {pair.start()} belong to {whole or 'no quote'}")
    proof.checked.append(f"{len(pairs)} pairs of quotation marks looked at")


def _segments(article: Article, id: str) -> list[str]:
    return next(fact.segments for fact in article.facts if isinstance(fact, QuoteEntry) and fact.id == id)


def _sentences(article: Article, text: str, proof: Proof) -> None:
    starts = [*article.head.sentences, len(text)]
    whole = "".join(text[start:end] for start, end in pairwise(starts))
    proof.claim(whole == text, "the sentences partition the text")
    for number, start in enumerate(article.head.sentences, 1):
        begins = start == 0 or text[start - 1].isspace()
        proof.claim(begins and not text[start : start + 1].isspace(), f"sentence {number} begins at a word")
    cited = cited_sentences(article)
    listed = {one.sentence for one in article.head.without_facts}
    proof.claim(
        len(cited | listed) == len(article.head.sentences) and not cited & listed,
        f"{len(article.head.sentences)} sentences: {len(cited)} cited, {len(listed)} listed as carrying no fact",
    )
