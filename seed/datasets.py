"""Data sets on their way into a release: what an importer is, and the receipt of each file: no row goes unaccounted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from app.core.entries import FactEntry
from app.core.scope import Scope
from app.reference.sources import SourceEntry
from seed.corpus import Corpus, Imported
from seed.findings import Finding, Rejected
from seed.parties import Parties
from seed.spool import Spool

T = TypeVar("T")
MOST_SHOWN = 10
LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Made:
    """A fact, and how many rows were merged into it."""

    fact: FactEntry
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Refused:
    """A row of which no fact was made: where it stands (`17`, `17-18`), a reason that is counted, what it says."""

    where: str
    reason: str
    what: str = ""


class Odd(ValueError):
    """A row says what cannot be read: it becomes `Refused`. The reason is counted, `what` is the cell."""

    def __init__(self, reason: str, what: str = "") -> None:
        """Say why."""
        super().__init__(reason)
        self.reason = reason
        self.what = what


# A cell may be too long or too odd for the field that it is of, which only the entry's own checks find.
UNFIT = (Odd, ValidationError)


def refused(where: str, error: Odd | ValidationError) -> Refused:
    """Refuse one row, not its file."""
    if isinstance(error, Odd):
        return Refused(where, error.reason, error.what)
    told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False))
    return Refused(where, "a cell, or what a sentence is made of, does not fit its field", told)


@dataclass(frozen=True, slots=True)
class Reported:
    """Something about a row that is kept: where it stands, a reason that is counted, what it says."""

    where: str
    reason: str
    what: str = ""


Outcome = Made | Refused | Reported


@dataclass(frozen=True)
class Reading:
    """A file that is what its importer expects: its source record, its rows as far as known, what becomes of them.

    scope: what the file can speak of: outside of it, that it has no row says nothing.
    """

    source: SourceEntry
    scope: Scope
    rows: Callable[[], int]
    outcomes: Iterator[Outcome]


Passage = Callable[[dict[str, Any]], str]


@dataclass(frozen=True)
class Importer:
    """What brings one data set in. `read` refuses a file that is not its own before it yields anything.

    `passages` opens a file and returns a function from a citation (as it is served) to the words that stand there:
    `verify` proves by it what `read` made, so it shares no code with it.
    """

    name: str
    doc: str
    columns: tuple[str, ...]
    read: Callable[[Path, Parties], Reading]
    passages: Callable[[Path], Passage]


@dataclass
class Receipt:
    """What became of every row of a file."""

    name: str
    file: str
    sha256: str
    rows: int = 0
    facts: int = 0
    merged: int = 0
    refused: list[Refused] = field(default_factory=list)
    reported: list[Reported] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Say it to a human being."""
        yield (
            f"{self.name} ({self.file}): {self.rows} rows read = {self.facts} facts + {self.merged} rows merged"
            f" + {len(self.refused)} rows refused; {len(self.reported)} reported"
        )
        for what, some in (("refused", self.refused), ("reported", self.reported)):
            for reason, count in sorted(Counter(one.reason for one in some).items()):
                yield f"  {count} {what}: {reason}"
                alike = [one for one in some if one.reason == reason]
                # Every refused row is told; of what is only remarked upon, the first: `--json` has all.
                for one in alike if what == "refused" else alike[:MOST_SHOWN]:
                    yield f"    {self.file}:{one.where}" + (f": {one.what}" if one.what else "")
                if what == "reported" and len(alike) > MOST_SHOWN:
                    yield f"    and {len(alike) - MOST_SHOWN} more (`--json` lists all)"

    def plain(self) -> dict[str, Any]:
        """Say it to a machine."""
        told = {
            key: [{"where": one.where, "reason": one.reason, "what": one.what} for one in some]
            for key, some in (("refused", self.refused), ("reported", self.reported))
        }
        counts = {
            f"{key}_by_reason": dict(sorted(Counter(one["reason"] for one in some).items()))
            for key, some in told.items()
        }
        head = {"name": self.name, "file": self.file, "sha256": self.sha256}
        return head | {"rows": self.rows, "facts": self.facts, "merged": self.merged} | told | counts


class Track(Protocol):
    """Shows how far a long work is."""

    def __call__(self, items: Iterable[T], what: str, total: int | None = None) -> Iterable[T]:
        """Hand the items on, counting them."""


def untracked(items: Iterable[T], what: str, total: int | None = None) -> Iterable[T]:  # noqa: ARG001  # as Track
    """Hand the items on and show nothing."""
    return items


def named(importers: Sequence[Importer], given: Iterable[str]) -> list[tuple[Importer, Path]]:
    """Read `NAME=FILE` arguments; Rejected naming what is wrong with each."""
    by_name = {importer.name: importer for importer in importers}
    found: list[tuple[Importer, Path]] = []
    findings: list[Finding] = []
    for one in given:
        name, equals, file = one.partition("=")
        known = f"one of {', '.join(by_name)}; `python -m seed importers` describes them"
        if not equals or not file:
            findings.append(Finding("--dataset", 0, f"{one!r} is not NAME=FILE", f"NAME is {known}"))
        elif name not in by_name:
            findings.append(Finding("--dataset", 0, f"there is no importer {name!r}", f"use {known}"))
        elif not Path(file).is_file():
            findings.append(Finding("--dataset", 0, f"{name}: there is no file {file}", "mend the path"))
        elif name in {other.name for other, _ in found}:
            what = f"{name} is given twice"
            findings.append(Finding("--dataset", 0, what, "a release holds one file of a data set: export it whole"))
        else:
            found.append((by_name[name], Path(file)))
    if findings:
        raise Rejected(findings)
    return found


def gather(
    corpus: Corpus, given: Sequence[tuple[Importer, Path]], spool: Spool, track: Track = untracked
) -> list[Receipt]:
    """Read data sets: facts into the spool, sources and entities into the corpus; Rejected if a file is not right."""
    receipts: list[Receipt] = []
    findings: list[Finding] = []
    for importer, file in given:
        try:
            receipts.append(_one(corpus, importer, file, spool, track))
        except Rejected as rejected:
            findings += rejected.findings
    if findings:
        raise Rejected(findings)
    return receipts


def _one(corpus: Corpus, importer: Importer, file: Path, spool: Spool, track: Track) -> Receipt:
    reading = importer.read(file, Parties(corpus, importer.name))
    source = reading.source
    receipt = Receipt(importer.name, file.name, source.sha256)
    imported = Imported(source, reading.scope)
    related: dict[str, str] = {}
    # Several facts may rest on one passage: hashes, for there are hundreds of thousands.
    passages: set[int] = set()

    def facts() -> Iterator[tuple[str, FactEntry]]:
        for outcome in track(reading.outcomes, importer.name):
            if isinstance(outcome, Made):
                receipt.facts += 1
                receipt.merged += outcome.rows - 1
                imported.facts += 1
                passages.update(hash(evidence.locator()) for evidence in outcome.fact.evidence)
                related.update((other.id, outcome.fact.id) for other in outcome.fact.related)
                yield source.id, outcome.fact
            elif isinstance(outcome, Refused):
                receipt.refused.append(replace(outcome, what=_shown(outcome.what)))
            else:
                receipt.reported.append(replace(outcome, what=_shown(outcome.what)))

    try:
        spool.extend(facts())
    except ValueError as error:
        raise Rejected([Finding(file.name, 0, str(error), "this is the importer's error")]) from None
    receipt.rows = imported.source.rows = reading.rows()
    imported.passages = len(passages)
    corpus.imported.append(imported)
    _refuse_odd(corpus, receipt, related, spool)
    return receipt


def _shown(what: str) -> str:
    return what if len(what) <= LONGEST_SHOWN else f"{what[:LONGEST_SHOWN]} … ({len(what):,} characters)"


def _refuse_odd(corpus: Corpus, receipt: Receipt, related: dict[str, str], spool: Spool) -> None:
    findings = [
        Finding(receipt.file, 0, f"{fact}: there is no fact {other!r} that it could be related to", "importer's error")
        for other, fact in sorted(related.items())
        if not spool.holds(other)
    ]
    findings += [
        Finding("retired.yml", corpus.line_of_id("retired.yml", one.id), f"{one.id!r} is a fact of {receipt.name}", "")
        for one in corpus.retired
        if spool.holds(one.id)
    ]
    accounted = receipt.facts + receipt.merged + len(receipt.refused)
    if accounted != receipt.rows:
        what = f"{receipt.rows} rows were read, but {accounted} accounted for"
        findings.append(Finding(receipt.file, 0, what, "this is the importer's error: no row is dropped silently"))
    if receipt.facts == 0 and not findings:
        what = f"no row of it is a fact of {receipt.name}" if receipt.rows else "it has no row"
        findings.append(Finding(receipt.file, 0, what, "see why" if receipt.rows else "download it again"))
        findings += [
            Finding(f"{receipt.file}:{one.where}", 0, one.reason, one.what) for one in receipt.refused[:MOST_SHOWN]
        ]
    if findings:
        raise Rejected(findings)


def sha256_of(file: Path) -> str:
    """Return the digest of a file's bytes."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
