"""What a synthetic fact of each kind says of itself; the envelope is for `facts`. A kind that is not here has none."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from app.core.vocabulary import ArmamentCategory, Modality
from app.facts.agreements import AgreementStatus, AgreementType, Obligation
from app.facts.cooperation import CooperationType
from app.facts.events import EventType
from app.facts.exercises import Domain
from app.facts.quotes import QuoteForm
from app.facts.transfers import IMPLIED, DealStatus, ItemCondition, TransferItem, TransferTerms
from bench.world import Skewed, World, word

Given = dict[str, Any]
Maker = Callable[[random.Random, World, list[str], str], Given]

SERIES = [
    f"{first} {second}" for first in ("Amber", "Iron", "Silver", "Storm") for second in ("Eagle", "Shield", "Tide")
]
SECTORS = ("training", "exercises", "procurement-industry", "intelligence", "logistics")
_STATUS = {
    modality.value: [status.value for status in DealStatus if IMPLIED[status] == {modality.value}]
    for modality in Modality
} | {"denied": [DealStatus.suspended.value, DealStatus.cancelled.value, DealStatus.rejected.value]}


def _transfer(dice: random.Random, world: World, states: list[str], modality: str) -> Given:
    supplier, recipient = states
    if dice.random() < 0.2 and recipient in world.organs:
        recipient = dice.choice(world.organs[recipient])
    found: Given = {
        "supplier": supplier,
        "recipient": recipient,
        "item": dice.choice(list(TransferItem)),
        "category": dice.choice(list(ArmamentCategory)) if dice.random() < 0.8 else None,
        "condition": dice.choice(list(ItemCondition)) if dice.random() < 0.4 else None,
        "terms": [dice.choice(list(TransferTerms))] if dice.random() < 0.5 else [],
        "number_ordered": {"value": dice.randrange(1, 200), "is_estimate": dice.choice((True, False, None))},
        "order_date": {"edtf": str(dice.randrange(1950, 2025)), "basis": "stated"} if dice.random() < 0.6 else None,
    }
    if dice.random() < 0.8:
        found["system"] = world.systems.one(dice)
        found["state_of_origin"] = world.origins[found["system"]]
    if _STATUS[modality] and dice.random() < 0.9:
        found["deal_status"] = dice.choice(_STATUS[modality])
    return found


def _agreement(dice: random.Random, world: World, states: list[str], _: str) -> Given:
    more = world.countries.several(dice, dice.choice((1, 1, 2, 12))) if dice.random() < 0.2 else []
    began = dice.randrange(1950, 2020)
    return {
        "title": f"{word(dice.randrange(5_000))} Agreement",
        "agreement_type": dice.choice(list(AgreementType)),
        "status": dice.choice(list(AgreementStatus)) if dice.random() < 0.7 else None,
        "sectors": dice.sample(SECTORS, 2) if dice.random() < 0.4 else [],
        "obligations": {dice.choice(list(Obligation)): True} if dice.random() < 0.4 else {},
        "signature_date": {"edtf": str(began), "basis": "stated"},
        "termination_date": {"edtf": str(began + dice.randrange(1, 40)), "basis": "stated"}
        if dice.random() < 0.3
        else None,
        "parties": [{"actor": one, "role": "party"} for one in dict.fromkeys([*states, *more])],
    }


def _cooperation(dice: random.Random, world: World, states: list[str], _: str) -> Given:
    partners = [*states, world.organizations.one(dice)] if dice.random() < 0.3 else states
    return {
        "cooperation_type": dice.choice(list(CooperationType)),
        "subject": f"the {word(dice.randrange(5_000))} programme",
        "partners": [{"actor": one, "role": dice.choice(("participant", "financier", "producer"))} for one in partners],
    }


def _exercise(dice: random.Random, world: World, states: list[str], _: str) -> Given:
    more = world.countries.several(dice, dice.choice((1, 3, 9))) if dice.random() < 0.4 else []
    return {
        "series": Skewed(SERIES).one(dice) if dice.random() < 0.6 else None,
        "domains": dice.sample(list(Domain), dice.choice((1, 1, 2))),
        "host": states[0],
        "participants": list(dict.fromkeys([*states, *more])),
        "systems": [{"system": world.systems.one(dice), "role": "fielded", "by": states[1]}],
    }


def _deployment(dice: random.Random, world: World, states: list[str], _: str) -> Given:
    forces = [{"system": world.systems.one(dice), "number": dice.randrange(1, 60)}] if dice.random() < 0.5 else []
    return {
        "sending": states[0],
        "host": states[1],
        "duration": dice.choice(("temporary", "permanent", None)),
        "facility_type": dice.choice(("base", "airport", "port", "other")),
        "forces": forces,
    }


def _holding(dice: random.Random, world: World, states: list[str], _: str) -> Given:
    system = world.systems.one(dice)
    operator = dice.choice(world.organs.get(states[0], [states[0]]))
    number = {"value": dice.randrange(1, 400), "is_estimate": True} if dice.random() < 0.6 else None
    return {"operator": operator, "system": system, "origin": [world.origins[system]], "number": number}


def _event(dice: random.Random, world: World, states: list[str], _: str) -> Given:
    people = [world.people.one(dice)] if dice.random() < 0.5 else []
    return {"event_type": dice.choice(list(EventType)), "participants": [*states, *people]}


def _quote(dice: random.Random, world: World, states: list[str], _: str) -> Given:
    return {
        "modality": "actual",
        "form": dice.choice(list(QuoteForm)),
        "said_to": dice.choice(("author", "elsewhere", "not_stated")),
        "speaker": world.people.one(dice),
        "affiliation": world.organizations.one(dice) if dice.random() < 0.5 else None,
        "about": states,
    }


MAKERS: dict[str, Maker] = {
    "transfer": _transfer,
    "quote": _quote,
    "cooperation": _cooperation,
    "event": _event,
    "agreement": _agreement,
    "exercise": _exercise,
    "deployment": _deployment,
    "holding": _holding,
}
