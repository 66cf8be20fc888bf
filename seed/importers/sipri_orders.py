"""SIPRI's trade register as a table of orders: one row is one order. What a row does not state stays null."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.core.answers import Estimate
from app.core.entries import DateEntry, PartyEntry
from app.core.vocabulary import ArmamentCategory, Modality, Role
from app.facts.transfers import DealStatus, DeliveryEntry, ItemCondition, TransferEntry
from seed.datasets import UNFIT, Importer, Made, Odd, Outcome, Reading, Reported, refused
from seed.importers import sipri, sipri_comments
from seed.importers.sipri import Years
from seed.importers.sipri_comments import Comments
from seed.parties import Parties, distinct_ids, slug_of
from seed.tabular import Row, row_passages, unquoted, whole

COLUMNS = (
    "Recipient",
    "Supplier",
    "Year of order",
    " ",
    "Number ordered",
    " ",
    "Weapon designation",
    "Weapon description",
    "Number delivered",
    " ",
    "Year(s) of delivery",
    "status",
    "Comments",
    "SIPRI TIV per unit",
    "SIPRI TIV for total order",
    "SIPRI TIV of delivered weapons",
)
CONDITIONS = {
    "New": ItemCondition.new,
    "Second hand": ItemCondition.second_hand,
    "Second hand but modernized": ItemCondition.second_hand_modernized,
}


def read(file: Path, parties: Parties) -> Reading:
    """Read the table; SIPRI's own estimates of value (TIV) are not looked at."""
    sheet = whole(file, unquoted(file, COLUMNS), COLUMNS)
    source = sipri.source("sipri-orders", "SIPRI Arms Transfers Database: trade register", file, sheet.preamble)
    years = sipri.years(sheet.preamble)
    scope = sipri.scope(sheet.preamble)
    return Reading(source, scope, lambda: len(sheet.rows), _outcomes(sheet.rows, years, parties))


def _outcomes(rows: list[Row], years: Years, parties: Parties) -> Iterator[Outcome]:
    sound = [row for row in rows if len(row.cells) == len(COLUMNS)]
    ids = dict(zip((row.first for row in sound), distinct_ids([_key(row) for row in sound]), strict=True))
    for row in rows:
        try:
            row.refuse_misshapen(COLUMNS)
            fact, odd = _order(ids[row.first], row, years, parties)
        except UNFIT as error:
            yield refused(row.where, error)
            continue
        yield Made(fact)
        yield from (Reported(row.where, reason, what) for reason, what in odd)


def _key(row: Row) -> tuple[str, list[str], list[str]]:
    """Return what tells an order apart: who, whom, when, what, how many. The rest is what later releases mend."""
    recipient, supplier, ordered, _, number, _, designation, description, *rest = row.cells
    start = f"sipri-{slug_of(recipient)[:16]}-{slug_of(supplier)[:16]}-{ordered[:4]}".replace("--", "-")
    core = [recipient, supplier, ordered, designation, description, number]
    return start.lower(), core, [*core, *rest[:5]]


def _order(id: str, row: Row, exported: Years, parties: Parties) -> tuple[TransferEntry, list[tuple[str, str]]]:
    """Return the row's fact, and what is odd about it; Odd if there is no reading it."""
    recipient, supplier, ordered, ordered_q, number, number_q, designation, description = row.cells[:8]
    delivered, delivered_q, years, status, said = row.cells[8:13]
    if not (recipient and supplier and designation):
        raise Odd("no recipient, no supplier or no designation")
    if status not in CONDITIONS:
        raise Odd("the status is none of New, Second hand, Second hand but modernized", status)
    flags = [_flag(cell) for cell in (ordered_q, number_q, delivered_q)]
    comments = sipri_comments.read(said)
    order_date = sipri.year(ordered, flags[0], "the year of order")
    number_ordered = _estimate(sipri.number(number, "the number ordered"), flags[1])
    number_delivered = _estimate(sipri.number(delivered, "the number delivered"), flags[2])
    dates = [sipri.year(one.strip(), is_estimate=False, what="a year of delivery") for one in years.split(";") if one]
    handed_over = bool(dates or (number_delivered and number_delivered.value))
    # An export of some years has only their deliveries: the number is not all that was delivered.
    total = None if exported.stated and not exported.hold_all(order_date) else number_delivered
    actors = {name: sipri.actor(parties, name) for name in (supplier, recipient)}
    # Of one year alone, all that was delivered was delivered in it; the share of one of several is not told.
    share = number_delivered if len(dates) == 1 else None
    fact = TransferEntry(
        id=id,
        kind="transfer",
        summary=_summary(row, order_date, sipri.span(dates), comments, handed_over),
        modality=Modality.actual if handed_over else Modality.planned,
        date=sipri.span(dates) or order_date,
        parties=_hedged(actors[supplier][0], comments),
        hedges=comments.hedges,
        evidence=[row.evidence()],
        coded_on=sipri.CODED_ON,
        supplier=actors[supplier][0],
        recipient=actors[recipient][0],
        system=system_of(parties, designation, description),
        designation=designation,
        description=description or None,
        production=comments.production,
        terms=comments.terms,
        condition=CONDITIONS[status],
        deal_status=_deal_status(number_ordered, total, comments, handed_over),
        order_date=order_date,
        number_ordered=number_ordered,
        number_delivered=total,
        deliveries=[DeliveryEntry(date=date, number=share) for date in dates],
    )
    unknown = [("the name is not known: an actor of kind unknown", name) for name in actors if not actors[name][1]]
    return fact, [*unknown, *_contradictions(fact, dates, comments, status)]


def _flag(cell: str) -> bool:
    if cell not in ("", "?"):
        raise Odd("an uncertainty column holds neither ? nor nothing", cell)
    return cell == "?"


def _estimate(value: int | None, is_estimate: bool) -> Estimate | None:
    return None if value is None else Estimate(value=value, is_estimate=is_estimate)


def system_of(
    parties: Parties, designation: str, description: str, category: ArmamentCategory | None = None
) -> str | None:
    """Return the system: a designation that only repeats the description (`ship engine`) names none."""
    return None if designation.lower() == description.lower() else parties.system(designation, category)


def _hedged(supplier: str, comments: Comments) -> list[PartyEntry]:
    hedge = comments.supplier_hedge
    return [PartyEntry(actor=supplier, role=Role.supplier, hedge=hedge)] if hedge else []


def _deal_status(
    ordered: Estimate | None, delivered: Estimate | None, comments: Comments, handed_over: bool
) -> DealStatus | None:
    if not handed_over:
        return DealStatus.selected if comments.selected else DealStatus.ordered
    if ordered is None or delivered is None:
        return None  # handed over, whether all of it is not told
    return DealStatus.delivered if delivered.value >= ordered.value else DealStatus.delivering


def _contradictions(
    fact: TransferEntry, dates: list[DateEntry], comments: Comments, status: str
) -> Iterator[tuple[str, str]]:
    """Yield what a row says against itself: it is served as it stands."""
    ordered = fact.number_ordered.value if fact.number_ordered else None
    delivered = fact.number_delivered.value if fact.number_delivered else 0
    if fact.condition and comments.contradict(fact.condition):
        yield "the column status and the comments differ on the condition", status
    if ordered is not None and delivered > ordered:
        yield "more was delivered than ordered", f"{delivered} of {ordered}"
    if bool(delivered) != bool(dates):
        yield "a number delivered without years of delivery, or years without a number", str(delivered)
    if fact.order_date and any(date.edtf < fact.order_date.edtf[:4] for date in dates):
        yield "a year of delivery is before the year of order", f"{dates[0].edtf} < {fact.order_date.edtf}"
    if comments.selected and dates:
        yield "the comments say not yet ordered, but there are deliveries", dates[0].edtf


def _summary(row: Row, ordered: DateEntry, delivered: DateEntry | None, comments: Comments, handed_over: bool) -> str:
    recipient, supplier = map(sipri.spoken, row.cells[:2])
    number, designation, description, count = row.cells[4], *row.cells[6:9]
    what = designation if designation.lower() == description.lower() else f"{designation} ({description})"
    when = sipri.about(ordered)
    if handed_over:
        years = f" in {sipri.about(delivered)}" if delivered else ""
        text = f"{supplier} delivered {count} {what} to {recipient}{years}, ordered in {when}."
    elif comments.selected:
        text = f"{recipient} selected {number} {what} from {supplier}, not yet ordered; no delivery is recorded."
    else:
        text = f"{recipient} ordered {number} {what} from {supplier} in {when}; no delivery is recorded."
    return text[0].upper() + " ".join(text.split())[1:]


SIPRI_ORDERS = Importer(
    name="sipri-orders",
    doc="SIPRI's trade register, one row = one order: CSV, Latin-1 or UTF-8 with a BOM, with SIPRI's lines above "
    "the header, no quotation marks. Major arms only.",
    columns=COLUMNS,
    read=read,
    passages=row_passages(latin_1=True),
)
