"""SIPRI's newer export: one row is a year's deliveries of a deal; the rows of a deal are one transfer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from app.core.answers import Estimate
from app.core.entries import DateEntry
from app.core.vocabulary import ArmamentCategory, Modality
from app.facts.transfers import DealStatus, DeliveryEntry, TransferEntry
from seed.datasets import UNFIT, Importer, Made, Odd, Outcome, Reading, Reported, refused
from seed.importers import sipri
from seed.importers.sipri import Years
from seed.importers.sipri_orders import CONDITIONS, system_of
from seed.parties import Parties
from seed.tabular import Row, row_passages, unquoted, whole

COLUMNS = (
    "SIPRI AT Database ID",
    "Supplier",
    "Recipient",
    "Designation",
    "Description",
    "Armament category",
    "Order date",
    "Order date is estimate",
    "Numbers delivered",
    "Numbers delivered is estimate",
    "Delivery year",
    "Delivery year is estimate",
    "Status",
    "SIPRI estimate",
    "TIV deal unit",
    "TIV delivery values",
    "Local production",
)
CATEGORIES = {category.value.replace("_", " "): category for category in ArmamentCategory}
_SAID = {"Yes": True, "No": False}


def read(file: Path, parties: Parties) -> Reading:
    """Read the table; the preamble says of which years it has deliveries."""
    sheet = whole(file, unquoted(file, COLUMNS), COLUMNS)
    source = sipri.source("sipri-deliveries", "SIPRI Arms Transfers Database: deliveries", file, sheet.preamble)
    years = sipri.years(sheet.preamble)
    scope = sipri.scope(sheet.preamble)
    return Reading(source, scope, lambda: len(sheet.rows), _outcomes(sheet.rows, years, parties))


def _outcomes(rows: list[Row], years: Years, parties: Parties) -> Iterator[Outcome]:
    if not years.stated:
        yield Reported("1", sipri.NO_RANGE)
    deals: dict[str, list[Row]] = {}
    for row in rows:
        try:
            _refuse_odd(row, deals.get(row.cells[0], []))
        except Odd as odd:
            yield refused(row.where, odd)
        else:
            deals.setdefault(row.cells[0], []).append(row)
    for id_, some in deals.items():
        try:
            fact = _deal(id_, some, years, parties)
        except UNFIT as error:
            yield from (refused(row.where, error) for row in some)
            continue
        yield Made(fact, len(some))
        yield from (Reported(some[0].where, reason, what) for reason, what in _odd(fact, some, parties))


def _odd(fact: TransferEntry, rows: list[Row], parties: Parties) -> Iterator[tuple[str, str]]:
    """Yield what is odd about a deal that is served as it stands."""
    for year in (year for year, count in Counter(row.cells[10] for row in rows).items() if count > 1):
        yield "several rows of a deal are of one year: all are counted", year
    for name in rows[0].cells[1:3]:
        if not sipri.actor(parties, name)[1]:
            yield "the name is not known: an actor of kind unknown", name
    if fact.order_date and any(one.date.edtf[:4] < fact.order_date.edtf[:4] for one in fact.deliveries):
        yield "a year of delivery is before the year of order", fact.order_date.edtf


def _refuse_odd(row: Row, others: list[Row]) -> None:
    """Refuse a row of which no fact can be made; the rows of a deal must tell of one deal."""
    row.refuse_misshapen(COLUMNS)
    again = next((other for other in others if other.cells == row.cells), None)
    if again:
        raise Odd("it stands there twice: to add it again would double what was delivered", f"as row {again.where}")
    if others and _core(row) != _core(others[0]):
        raise Odd("it contradicts the first row of its deal", f"deal {row.cells[0]}, row {others[0].where}")
    _delivery(row)
    sipri.year(row.cells[6], is_estimate=_said(row.cells[7]), what="the order date")
    if not (row.cells[0].isdigit() and all(row.cells[1:4])):
        raise Odd("no deal id, no supplier, no recipient or no designation")
    if row.cells[5].lower() not in CATEGORIES:
        raise Odd("the armament category is none of SIPRI's", row.cells[5])
    if row.cells[12] not in CONDITIONS:
        raise Odd("the status is none of New, Second hand, Second hand but modernized", row.cells[12])


def _core(row: Row) -> tuple[str, ...]:
    return (*row.cells[1:8], row.cells[12])


def _said(cell: str) -> bool:
    if cell not in _SAID:
        raise Odd("an estimate column holds neither Yes nor No", cell)
    return _SAID[cell]


def _delivery(row: Row) -> DeliveryEntry:
    value = sipri.number(row.cells[8], "the number delivered")
    number = None if value is None else Estimate(value=value, is_estimate=_said(row.cells[9]))
    return DeliveryEntry(date=sipri.year(row.cells[10], _said(row.cells[11]), "the delivery year"), number=number)


def _deal(id: str, rows: list[Row], years: Years, parties: Parties) -> TransferEntry:
    _, supplier, recipient, designation, description, category = rows[0].cells[:6]
    order_date = sipri.year(rows[0].cells[6], _said(rows[0].cells[7]), "the order date")
    # Rows come in no order of time; nothing but 0 was delivered is nothing delivered.
    deliveries = [one for one in sorted(map(_delivery, rows), key=_year) if one.number is None or one.number.value]
    span = sipri.span([one.date for one in deliveries])
    total = _total(deliveries) if years.hold_all(order_date) else None
    kind = CATEGORIES[category.lower()]
    return TransferEntry(
        id=f"sipri-deal-{id}",
        kind="transfer",
        summary=_summary(rows[0], order_date, span, total),
        modality=Modality.actual if deliveries else Modality.planned,
        date=span or order_date,
        evidence=[row.evidence() for row in rows],
        coded_on=sipri.CODED_ON,
        supplier=sipri.actor(parties, supplier)[0],
        recipient=sipri.actor(parties, recipient)[0],
        system=system_of(parties, designation, description, kind),
        designation=designation,
        description=description or None,
        category=kind,
        condition=CONDITIONS[rows[0].cells[12]],
        # Without a number ordered nobody can tell delivered from delivering.
        deal_status=None if deliveries else DealStatus.ordered,
        order_date=order_date,
        number_delivered=total,
        deliveries=deliveries,
    )


def _year(delivery: DeliveryEntry) -> str:
    return delivery.date.edtf


def _total(deliveries: list[DeliveryEntry]) -> Estimate | None:
    """Add up what was delivered; None if of some year the number is not told."""
    numbers = [one.number for one in deliveries if one.number]
    if len(numbers) < len(deliveries):
        return None
    return Estimate(value=sum(one.value for one in numbers), is_estimate=any(one.is_estimate for one in numbers))


def _summary(row: Row, ordered: DateEntry, span: DateEntry | None, total: Estimate | None) -> str:
    supplier, recipient = map(sipri.spoken, row.cells[1:3])
    designation, description = row.cells[3:5]
    what = designation if designation.lower() == description.lower() else f"{designation} ({description})"
    when = sipri.about(ordered)
    if span is None:
        text = f"{recipient} ordered {what} from {supplier} in {when}; no delivery is recorded."
    else:
        number = "" if total is None else f"{total.value} "
        text = f"{supplier} delivered {number}{what} to {recipient} in {sipri.about(span)}, ordered in {when}."
    return text[0].upper() + text[1:]


SIPRI_DELIVERIES = Importer(
    name="sipri-deliveries",
    doc="SIPRI's trade register, one row = one year's deliveries of a deal: CSV, Latin-1 or UTF-8 with a BOM, with "
    "SIPRI's lines above the header, no quotation marks. It has no number ordered. Major arms only.",
    columns=COLUMNS,
    read=read,
    passages=row_passages(latin_1=True),
)
