"""US Excess Defense Articles: one row is one request and what became of it. Authorised is not delivered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from app.core.answers import AmountStated, Estimate
from app.core.entries import DateEntry
from app.core.scope import Scope
from app.core.vocabulary import DateBasis, Modality
from app.facts.transfers import DealStatus, QuantityStated, TransferEntry, TransferTerms
from app.reference.sources import Redistribution, SourceEntry
from seed.datasets import UNFIT, Importer, Made, Odd, Outcome, Reading, Reported, refused, sha256_of
from seed.parties import Parties, distinct_ids, slug_of
from seed.tabular import Row, quoted, row_passages, whole

COLUMNS = (
    "Transfer Authority",
    "Fiscal Year of Request",
    "Implementing Agency",
    "Country (Transfer to)",
    "Item Description",
    "Status",
    "Status Date",
    "Qty Requested",
    "Qty Allocated",
    "Qty Accepted",
    "Qty Rejected",
    "Total Delivered Qty",
    "Total Acquisition Value",
    "Total Current Value",
)
CODED_ON = "2026-11-22"
STATUSES = {
    "Service Authorized to Supply EDA": DealStatus.authorised,
    "LOA Offered": DealStatus.offered,
    "EDA Accepted/LOA Implemented": DealStatus.ordered,
    "EDA Delivered": DealStatus.delivered,
    "EDA Cancelled": DealStatus.cancelled,
    "EDA Rejected": DealStatus.rejected,
}
TERMS = {"Grant Authority": TransferTerms.gift, "FMS Sales": TransferTerms.sale}
_STOPPED = (DealStatus.cancelled, DealStatus.rejected)
_VERBS = {
    DealStatus.authorised: "authorised the supply of",
    DealStatus.offered: "offered",
    DealStatus.delivered: "delivered",
}
_YEAR = re.compile(r"[12][0-9]{3}")
_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{2})")
_DOLLARS = re.compile(r"\$[0-9]{1,3}(,?[0-9]{3})*(\.[0-9]{1,2})?")


def read(file: Path, parties: Parties) -> Reading:
    """Read the table."""
    sheet = whole(file, quoted(file, COLUMNS), COLUMNS)
    source = SourceEntry(
        id="us-eda",
        title="Excess Defense Articles: public report",
        publisher="Defense Security Cooperation Agency, United States",
        url="https://www.dsca.mil/programs/excess-defense-articles-eda",
        language="en",
        sha256=sha256_of(file),
        redistribute=Redistribution.all,
        rights="A work of the United States government.",
    )
    scope = Scope(
        kinds=["transfer"],
        senders=["US"],
        period=_period(sheet.rows),
        limits="Excess Defense Articles of the United States only: no sale of new arms, no other aid.",
    )
    return Reading(source, scope, lambda: len(sheet.rows), _outcomes(sheet.rows, parties))


def _period(rows: list[Row]) -> str | None:
    """Return the years of which the report has requests, as far as rows tell."""
    years = [row.cells[1] for row in rows if len(row.cells) == len(COLUMNS) and _YEAR.fullmatch(row.cells[1])]
    return f"{min(years)}/{max(years)}" if years else None


def _outcomes(rows: list[Row], parties: Parties) -> Iterator[Outcome]:
    sound = [row for row in rows if len(row.cells) == len(COLUMNS)]
    ids = dict(zip((row.first for row in sound), distinct_ids([_key(row) for row in sound]), strict=True))
    for row in rows:
        try:
            row.refuse_misshapen(COLUMNS)
            fact, odd = _transfer(ids[row.first], row, parties)
        except UNFIT as error:
            yield refused(row.where, error)
            continue
        yield Made(fact)
        yield from (Reported(row.where, reason, what) for reason, what in odd)


def _key(row: Row) -> tuple[str, list[str], list[str]]:
    """Return what tells a request apart; status and what follows from it are what later reports mend."""
    start = f"us-eda-{slug_of(row.cells[3])[:20]}-{slug_of(row.cells[1])[:4]}".replace("--", "-")
    return start, [*row.cells[:5], row.cells[7], row.cells[12]], row.cells


def _transfer(id: str, row: Row, parties: Parties) -> tuple[TransferEntry, list[tuple[str, str]]]:
    authority, year, _, recipient, item, status, status_date = row.cells[:7]
    if status not in STATUSES:
        raise Odd("the status is not known", status)
    if authority not in TERMS:
        raise Odd("the transfer authority is not known", authority)
    if not (recipient and item):
        raise Odd("no country or no item")
    deal_status = STATUSES[status]
    delivered = _number(row.cells[11])
    handed_over = deal_status is DealStatus.delivered or (
        deal_status in _STOPPED and bool(delivered and delivered.value)
    )
    modality = Modality.denied if deal_status in _STOPPED else Modality.planned
    found = parties.find(recipient)
    fact = TransferEntry(
        id=id,
        kind="transfer",
        summary=_summary(deal_status, recipient, item),
        modality=Modality.actual if handed_over else modality,
        denies=Modality.planned if not handed_over and modality is Modality.denied else None,
        date=_day(status_date),
        evidence=[row.evidence()],
        coded_on=CODED_ON,
        supplier="US",
        recipient=found or parties.unknown(recipient),
        system=parties.known_system(item),
        description=item,
        terms=[TERMS[authority]],
        values=list(_values(row)),
        deal_status=deal_status,
        request_date=_fiscal_year(year),
        quantities=list(_quantities(row)),
        number_delivered=delivered,
    )
    return fact, list(_odd(fact, recipient, known=found is not None))


def _odd(fact: TransferEntry, recipient: str, known: bool) -> Iterator[tuple[str, str]]:
    """Yield what is odd about a row that is served as it stands."""
    delivered = fact.number_delivered.value if fact.number_delivered else None
    if not known:
        yield "the name is not known: an actor of kind unknown", recipient
    if fact.deal_status is DealStatus.delivered and delivered == 0:
        yield "its status is delivered, but the number delivered is 0", fact.description or ""
    if fact.deal_status is not DealStatus.delivered and delivered:
        yield "a number is delivered, but its status is not", f"{delivered}, {fact.deal_status}"


def _number(cell: str) -> Estimate | None:
    """Return a quantity; None for N/A and where nothing is said."""
    if cell in ("", "N/A"):
        return None
    plain = cell.replace(",", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) < 10):  # noqa: PLR2004  # fits any database's column
        raise Odd("a quantity is no whole number", cell)
    return Estimate(value=int(plain))


def _quantities(row: Row) -> Iterator[QuantityStated]:
    for what, cell in zip(("requested", "allocated", "accepted", "rejected"), row.cells[7:11], strict=True):
        number = _number(cell)
        if number is not None:
            yield QuantityStated(what=what, number=number)


def _values(row: Row) -> Iterator[AmountStated]:
    for what, cell in zip(("total acquisition value", "total current value"), row.cells[12:14], strict=True):
        if not cell:
            continue
        if not _DOLLARS.fullmatch(cell):
            raise Odd("a value is no sum of dollars", cell)
        yield AmountStated(what=what, amount=float(cell[1:].replace(",", "")), currency="USD", as_stated=cell)


def _day(cell: str) -> DateEntry:
    """Return the day when the status was set: month, day, year."""
    found = _DAY.fullmatch(cell)
    try:
        if not found:
            raise ValueError
        day = date(2000 + int(found[3]), int(found[1]), int(found[2]))
    except ValueError:
        raise Odd("the status date is no day (month/day/year)", cell) from None
    return DateEntry(edtf=day.isoformat(), basis=DateBasis.stated, note="The date of its status.")


def _fiscal_year(cell: str) -> DateEntry:
    """Return a US fiscal year: it starts in October of the year before."""
    if not _YEAR.fullmatch(cell):
        raise Odd("the fiscal year is no year", cell)
    note = f"US fiscal year {cell}."
    return DateEntry(edtf=f"{int(cell) - 1}-10-01/{cell}-09-30", basis=DateBasis.stated, note=note)


def _summary(status: DealStatus, recipient: str, item: str) -> str:
    what = f"{' '.join(item.split())[:200]} (excess defense articles)"
    if status is DealStatus.cancelled:
        return f"The supply of {what} by the United States to {recipient} was cancelled."
    if status is DealStatus.rejected:
        return f"The supply of {what} by the United States to {recipient} was rejected."
    if status is DealStatus.ordered:
        return f"The United States agreed with {recipient} to supply {what}."
    return f"The United States {_VERBS[status]} {what} to {recipient}."


US_EDA = Importer(
    name="us-eda",
    doc="US Excess Defense Articles, the public report, one row = one request: CSV, UTF-8.",
    columns=COLUMNS,
    read=read,
    passages=row_passages(latin_1=False),
)
