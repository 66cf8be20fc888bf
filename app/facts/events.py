"""Events: visits, signings, wars, captures, remarks and what else happened between states or to them."""

from __future__ import annotations

from typing import Any, Literal

from sqlmodel import col

from app.core import tables
from app.core.answers import ActorAnswer, Answer, FactAnswer
from app.core.entries import ActorRef, FactEntry, PartyEntry, party
from app.core.filters import of_codes, taking_part
from app.core.questions import FACT_PARAMETERS
from app.core.resource import Resource
from app.core.vocabulary import Role
from app.kit.codes import Code


class EventType(Code):
    """What happened."""

    visit = "visit", "Somebody goes to a place or state."
    meeting = "meeting", "People or delegations meet."
    signing = "signing", "An agreement is signed."
    war = "war", "A war or armed conflict."
    ceasefire = "ceasefire", "Fighting stops or pauses."
    capture = "capture", "A place is taken by force."
    combat_use = "combat_use", "Equipment is used in combat."
    remark = "remark", "Something said matters as an event."
    reaction = "reaction", "A state reacts, or would react, to what another does."
    other = "other", "None of these."


class Event(tables.Detail, table=True):
    """The event's row."""

    event_type: str


class EventFields(Answer):
    """What an event says beyond the envelope."""

    event_type: EventType


class EventAnswer(EventFields, FactAnswer):
    """An event, with the passages that attest it."""

    kind: Literal["event"]
    participants: list[ActorAnswer]


class EventEntry(EventFields, FactEntry):
    """An event as a curator writes it; roles beyond participant are written as parties."""

    kind: Literal["event"]
    participants: list[ActorRef] = []

    def derived_parties(self) -> list[PartyEntry]:
        """Return the participants."""
        return party(Role.participant, *self.participants)

    def detail(self) -> dict[str, Any]:
        """Return the row."""
        return {"event_type": self.event_type}


EVENTS = Resource(
    kind="event",
    collection="events",
    doc="Visits, meetings, signings, wars, captures, combat use, remarks and reactions.",
    row=Event,
    answer=EventAnswer,
    entry=EventEntry,
    parameters=(
        of_codes("type", EventType, col(Event.n), col(Event.event_type), "What happened."),
        taking_part("participant", "Who takes part, in whatever role."),
        *FACT_PARAMETERS,
    ),
    vocabulary=(EventType,),
    example="/events?type=signing",
)
