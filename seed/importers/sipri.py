"""What SIPRI's exports share: the actors' names, the preamble, the source record, estimates. TIVs are left alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.core.entries import DateEntry
from app.core.scope import Scope
from app.core.vocabulary import DateBasis
from app.kit import edtf
from app.reference.organizations import OrganizationType
from app.reference.sources import Redistribution, SourceEntry
from seed.datasets import Odd, sha256_of
from seed.parties import Parties

CODED_ON = "2026-11-22"
_GENERATED = re.compile(r"Data generated: (\d{1,2} [A-Z][a-z]{2} \d{4})\b")
_RANGE = re.compile(r"year range '([^']*)' to '([^']*)'")
_ALL = re.compile(r"\bfrom All (countries|suppliers) +to All (countries|recipients)\b", re.IGNORECASE)
FIRST_YEAR = 1950
LIMITS = (
    "Major conventional arms only, as SIPRI defines them: no small arms, hardly any ammunition or components, no "
    "services; transfers that SIPRI could not identify are not in it."
)
NO_RANGE = "the file does not say of which years it has deliveries: totals are null"
_YEAR = re.compile(r"[12][0-9]{3}")
_UNKNOWN = re.compile(r"unknown (supplier|recipient)\(s\)")


def source(id: str, title: str, file: Path, preamble: list[str]) -> SourceEntry:
    """Return the record of an export: the day when it was generated is in its preamble."""
    generated = next((found[1] for line in preamble if (found := _GENERATED.search(line))), None)
    day = generated and datetime.strptime(generated, "%d %b %Y").date().isoformat()  # noqa: DTZ007  # a day
    return SourceEntry(
        id=id,
        title=title,
        publisher="Stockholm International Peace Research Institute (SIPRI)",
        url="https://www.sipri.org/databases/armstransfers",
        language="en",
        sha256=sha256_of(file),
        redistribute=Redistribution.passages,
        rights="SIPRI Arms Transfers Database (c) SIPRI. See SIPRI's terms before passing on more than short passages.",
        published=DateEntry(edtf=day, basis=DateBasis.stated) if day else None,
    )


@dataclass(frozen=True)
class Years:
    """Of which years an export has deliveries, by its preamble; what it was generated in tells what came later."""

    stated: bool
    first: int
    complete: bool
    last: int | None = None

    def hold_all(self, ordered: DateEntry) -> bool:
        """Say whether all deliveries until now of a deal ordered then are in the export."""
        return self.stated and self.complete and int(ordered.edtf[:4]) >= self.first


def scope(preamble: list[str]) -> Scope:
    """Return what an export can speak of: its preamble says of which suppliers, recipients and years it is."""
    asked = years(preamble)
    return Scope(
        kinds=["transfer"] if _whole(preamble) else [],
        period=f"{max(asked.first, FIRST_YEAR)}/{asked.last}" if asked.stated and asked.last else None,
        limits=LIMITS,
    )


def _whole(preamble: list[str]) -> bool:
    """Whether the export is of all suppliers and recipients; of some, its silence on others says nothing."""
    return any(_ALL.search(line) for line in preamble)


def years(preamble: list[str]) -> Years:
    """Read the preamble; a deal that began before these years, or went on after them, has no total here."""
    generated = next((int(found[1][-4:]) for line in preamble if (found := _GENERATED.search(line))), None)
    found = next((found for line in preamble if (found := _RANGE.search(line))), None)
    if found is None:
        return Years(stated=False, first=0, complete=False)
    first, last = (int(one) if _YEAR.fullmatch(one) else None for one in found.groups())
    complete = last is None or generated is None or last >= generated - 1
    # Of the year in which it was generated it does not have all.
    return Years(stated=True, first=first or 0, complete=complete, last=last or (generated and generated - 1))


def actor(parties: Parties, name: str) -> tuple[str, bool]:
    """Return an actor's id, and whether the name is known: `*` marks an armed group, `**` an organization of states."""
    if name.endswith("**"):
        return parties.organization(name.rstrip("* "), OrganizationType.alliance), True
    if name.endswith("*"):
        return parties.organization(name.rstrip("* "), OrganizationType.armed_group), True
    if _UNKNOWN.fullmatch(name):
        # Known to be unknown: SIPRI says so itself.
        return parties.unknown(name.removesuffix("(s)")), True
    found = parties.find(name)
    return (found, True) if found else (parties.unknown(name), False)


def spoken(name: str) -> str:
    """Return a name as a sentence has it."""
    found = _UNKNOWN.fullmatch(name)
    return f"an unknown {found[1]}" if found else name.rstrip("* ")


def year(cell: str, is_estimate: bool, what: str) -> DateEntry:
    """Return a year as a date, approximate if it is an estimate; Odd if it is none."""
    if not _YEAR.fullmatch(cell):
        raise Odd(f"{what} is no year", cell)
    return DateEntry(edtf=f"{cell}~" if is_estimate else cell, basis=DateBasis.stated)


def number(cell: str, what: str) -> int | None:
    """Return a whole number; None if nothing is said, Odd if it is none."""
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) < 10):  # noqa: PLR2004  # fits the column of any database
        raise Odd(f"{what} is no whole number", cell)
    return int(cell)


def span(dates: list[DateEntry]) -> DateEntry | None:
    """Return the span of several dates, from the first to the last; None if there is none."""
    ordered = sorted({one.edtf for one in dates}, key=lambda text: (edtf.bounds(text), text))
    if not ordered:
        return None
    return DateEntry(edtf=ordered[0] if len(ordered) == 1 else f"{ordered[0]}/{ordered[-1]}", basis=DateBasis.stated)


def about(date: DateEntry) -> str:
    """Return a year, or a span of years, as a sentence has it."""
    return " to ".join(f"about {one[:-1]}" if one.endswith("~") else one for one in date.edtf.split("/"))
