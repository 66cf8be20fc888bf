"""Arms transfers: who supplied which system to whom, and how far it got, in SIPRI's words."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator
from sqlmodel import col

from app.core import amounts, tables
from app.core.answers import ActorAnswer, AmountStated, Answer, DateAnswer, Estimate, FactAnswer, SystemAnswer
from app.core.entries import (
    ActorRef,
    DateEntry,
    Entry,
    FactEntry,
    PartyEntry,
    SystemRef,
    SystemUseEntry,
    party,
    use,
)
from app.core.filters import directed, of_codes, one_of_several, with_role, years
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource, Summed
from app.core.vocabulary import ArmamentCategory, Modality, Role, SystemRole
from app.kit import edtf
from app.kit.codes import Code
from app.kit.values import code


class DealStatus(Code):
    """How far a deal got."""

    requested = "requested", "Asked for by the recipient; planned."
    announced = "announced", "Said to come by whoever controls it; planned."
    offered = "offered", "Offered by the supplier; planned."
    authorised = "authorised", "Permitted by the supplier's authorities; planned."
    selected = "selected", "Chosen by the recipient, not yet ordered; planned."
    ordered = "ordered", "Ordered, nothing handed over yet; planned."
    delivering = "delivering", "Handed over in part; actual."
    delivered = "delivered", "Handed over; actual."
    suspended = "suspended", "Halted: denied if nothing was handed over, else actual."
    cancelled = "cancelled", "Called off: denied if nothing was handed over, else actual."
    rejected = "rejected", "Refused: denied if nothing was handed over, else actual."


_STOPPED = frozenset({DealStatus.suspended, DealStatus.cancelled, DealStatus.rejected})
_DONE = frozenset({DealStatus.delivering, DealStatus.delivered})
IMPLIED: dict[str, frozenset[str]] = {
    status.value: frozenset(
        {Modality.denied.value, Modality.actual.value}
        if status in _STOPPED
        else {Modality.actual.value if status in _DONE else Modality.planned.value}
    )
    for status in DealStatus
}


class TransferItem(Code):
    """What is handed over."""

    system = "system", "A whole weapon system."
    component = "component", "A part of one: an engine, a sensor."
    ammunition = "ammunition", "Ammunition."
    technology = "technology", "Knowledge, designs, a licence."
    service = "service", "Maintenance, modernization, training that is part of a deal."


class Production(Code):
    """Where it is made."""

    supplier = "supplier", "By the supplier."
    kit_assembly = "kit_assembly", "Assembled by the recipient from kits."
    licensed = "licensed", "By the recipient under licence."
    co_production = "co_production", "By both."


class TransferTerms(Code):
    """On which terms it is handed over."""

    sale = "sale", "Sold."
    aid = "aid", "Military aid."
    lease = "lease", "Leased."
    loan = "loan", "Lent, or sold on credit."
    gift = "gift", "Given."
    barter = "barter", "For goods or services."


class ItemCondition(Code):
    """Whether it was used before."""

    new = "new", "New."
    second_hand = "second_hand", "Second hand."
    second_hand_modernized = "second_hand_modernized", "Second hand, but modernized."


class Transfer(tables.Detail, table=True):
    """The transfer's row."""

    category: str | None
    deal_status: str | None
    item: str | None
    condition: str | None


class QuantityStated(Answer):
    """A number on the way to a transfer, as stated: `requested`, `allocated`, `accepted`, `rejected`."""

    what: str = Field(description="What was done with so many.")
    number: Estimate


class Delivery(Answer):
    """What was handed over in a span of time; the number is null when not told."""

    date: DateAnswer
    number: Estimate | None = None


class DeliveryEntry(Entry):
    """What was handed over in a span of time."""

    date: DateEntry
    number: Estimate | None = None


class TransferFields(Answer):
    """What a transfer says beyond the envelope."""

    designation: str | None = Field(default=None, description="The system's designation as stated.")
    description: str | None = Field(default=None, description="What it is, as stated: `armed drones`.")
    category: ArmamentCategory | None = Field(
        default=None, description="SIPRI armament category; null: not classified."
    )
    item: TransferItem | None = None
    production: Production | None = None
    terms: list[TransferTerms] = []
    values: list[AmountStated] = []
    condition: ItemCondition | None = None
    deal_status: DealStatus | None = Field(default=None, description="null if not told.")
    quantities: list[QuantityStated] = Field(
        default=[], description="Other numbers than ordered and delivered: requested, allocated, accepted, rejected."
    )
    number_ordered: Estimate | None = None
    number_delivered: Estimate | None = None


class TransferAnswer(TransferFields, FactAnswer):
    """An arms transfer, with the passages that attest it; it is `actual` only if something was handed over."""

    kind: Literal["transfer"]
    supplier: ActorAnswer | None = None
    recipient: ActorAnswer | None = None
    end_user: ActorAnswer | None = None
    system: SystemAnswer | None = None
    request_date: DateAnswer | None = None
    order_date: DateAnswer | None = None
    deliveries: list[Delivery] = []
    state_of_origin: ActorAnswer | None = None


class TransferEntry(TransferFields, FactEntry):
    """An arms transfer as a curator writes it."""

    kind: Literal["transfer"]
    supplier: ActorRef | None = None
    recipient: ActorRef | None = None
    end_user: ActorRef | None = None
    system: SystemRef | None = None
    request_date: DateEntry | None = None
    order_date: DateEntry | None = None
    deliveries: list[DeliveryEntry] = []
    state_of_origin: ActorRef | None = None

    @model_validator(mode="after")
    def _handed_over(self) -> TransferEntry:
        if self.deal_status is None:
            return self
        if self.deal_status in _STOPPED:
            handed_over = bool(self.deliveries or (self.number_delivered and self.number_delivered.value))
            right = Modality.actual if handed_over else Modality.denied
        else:
            right = Modality.actual if self.deal_status in _DONE else Modality.planned
        if self.modality is not right:
            raise ValueError(
                f"deal_status {self.deal_status.value} makes this transfer {right.value}, not {self.modality.value}"
            )
        return self

    def derived_parties(self) -> list[PartyEntry]:
        """Supplier, recipient, end user, state of origin."""
        return [
            *party(Role.supplier, self.supplier),
            *party(Role.recipient, self.recipient),
            *party(Role.end_user, self.end_user),
            *party(Role.state_of_origin, self.state_of_origin),
        ]

    def derived_systems(self) -> list[SystemUseEntry]:
        """Return the system as transferred by its supplier."""
        return use(SystemRole.transferred, self.system, self.supplier)

    def detail(self) -> dict[str, Any]:
        """Return the row."""
        return {
            "category": self.category,
            "deal_status": self.deal_status,
            "item": self.item,
            "condition": self.condition,
        }

    def values_of(self, name: str, date: DateEntry | None) -> list[tuple[str, str]]:
        """Return every year that a date may mean."""
        return [(name, str(year)) for year in edtf.years(date.edtf)] if date else []

    def filter_values(self) -> list[tuple[str, str]]:
        """Terms, order and delivery years."""
        # Deliveries tell the years; where none is told, the date of a transfer that was made does.
        made = [self.date] if self.deal_status in _DONE and not self.deliveries else []
        dates = [*(one.date for one in self.deliveries), *made]
        delivered = [pair for date in dates for pair in self.values_of("delivery_year", date)]
        return [
            *(("terms", one.value) for one in self.terms),
            *self.values_of("order_year", self.order_date),
            *delivered,
        ]

    def amounts(self) -> list[tuple[str, str, list[Estimate]]]:
        """Numbers ordered and delivered; and of each year what the deliveries of that year say, if all of them do."""
        ordered = amounts.by_year([(self.order_date, self.number_ordered)] if self.order_date else [])
        # Handed over at a date, and no other: all of it was.
        at_once = [(self.date, self.number_delivered)] if self.deal_status in _DONE and self.date else []
        delivered = amounts.by_year([(one.date, one.number) for one in self.deliveries] or at_once)
        in_all = amounts.in_all(self.number_delivered, [one.number for one in self.deliveries])
        return [
            *([("number_ordered", "", [self.number_ordered])] if self.number_ordered else []),
            *(("number_ordered", year, numbers) for year, numbers in ordered.items()),
            *([("number_delivered", "", in_all)] if in_all else []),
            *(("number_delivered", year, numbers) for year, numbers in delivered.items()),
        ]


DIRECTION = (Role.supplier, Role.recipient)
TRANSFERS = Resource(
    kind="transfer",
    collection="transfers",
    doc="Arms transfers in SIPRI's words: supplier, recipient, system, numbers, how far the deal got. "
    "A list answers what was handed over (`modality=actual`); ask `modality=any` for orders and forecasts.",
    row=Transfer,
    answer=TransferAnswer,
    entry=TransferEntry,
    parameters=(
        *directed(
            with_role("supplier", Role.supplier, "Who supplies.", also="from"),
            with_role("recipient", Role.recipient, "Who receives.", also="to"),
            DIRECTION,
        ),
        of_codes("category", ArmamentCategory, col(Transfer.n), col(Transfer.category), "SIPRI armament category."),
        of_codes(
            "deal_status",
            DealStatus,
            col(Transfer.n),
            col(Transfer.deal_status),
            "How far the deal got; asks for the modality that it implies.",
            implies=("modality", IMPLIED),
        ),
        of_codes("item", TransferItem, col(Transfer.n), col(Transfer.item), "What is handed over."),
        one_of_several("terms", code(TransferTerms), "On which terms."),
        of_codes("condition", ItemCondition, col(Transfer.n), col(Transfer.condition), "New or second hand."),
        with_role("origin", Role.state_of_origin, "Where it was designed or built; no supply is implied."),
        years("order_year", "A year in which it may have been ordered."),
        years("delivery_year", "A year in which some may have been delivered."),
        *FACT_PARAMETERS,
    ),
    vocabulary=(DealStatus, TransferItem, Production, TransferTerms, ItemCondition),
    example="/transfers?from=TR",
    sums=(
        Summed("number_ordered", "How many were ordered.", by="order_year"),
        Summed("number_delivered", "How many were handed over; by year: in that year.", by="delivery_year"),
    ),
    direction=DIRECTION,
    years="delivery_year",
)
