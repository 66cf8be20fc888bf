"""What SIPRI's Comments say in set phrases, each a whole part between semicolons; anything else stays a quotation."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.facts.transfers import ItemCondition, Production, TransferTerms

HEDGE = re.compile(r"\b(possibl[ey]|probabl[ey]|perhaps|reportedly|uncertain|could be|may be)\b", re.IGNORECASE)
_SELECTED = re.compile(
    r"selected(?: \d{4})? but (?:not yet ordered|contract not yet signed) by end[- ]\d{4}", re.IGNORECASE
)
_TERMS = (
    (TransferTerms.aid, re.compile(r"(?:'[^']+' )?aid(?: (?:after|during) .+)?", re.IGNORECASE)),
    (TransferTerms.lease, re.compile(r"(?:on )?(?:\d+-year )?lease(?: until .+)?", re.IGNORECASE)),
)
_PRODUCTION = (
    (Production.licensed, re.compile(r"produced under licence in .+", re.IGNORECASE)),
    (Production.kit_assembly, re.compile(r"assembled from kits in .+", re.IGNORECASE)),
)
_SECOND_HAND = re.compile(r"second-hand\b", re.IGNORECASE)
_MODERNIZED = re.compile(r"second-hand but modernized before delivery", re.IGNORECASE)


@dataclass(frozen=True)
class Comments:
    """A row's comments, read."""

    terms: list[TransferTerms]
    production: Production | None
    selected: bool
    hedges: list[str]
    supplier_hedge: str | None
    second_hand: bool
    modernized: bool

    def contradict(self, condition: ItemCondition) -> bool:
        """Say whether the comments deny what the column says of the condition."""
        new = condition is ItemCondition.new and self.second_hand
        return new or (condition is ItemCondition.second_hand and self.modernized)


def read(cell: str) -> Comments:
    """Read the Comments; a phrase with `possibly`, `probably` and the like is a hedge and gives no value."""
    phrases = [phrase.strip() for phrase in cell.split(";") if phrase.strip()]
    hedges = [phrase for phrase in phrases if HEDGE.search(phrase)]
    plain = [phrase for phrase in phrases if not HEDGE.search(phrase)]
    made = [way for way, pattern in _PRODUCTION if any(pattern.fullmatch(phrase) for phrase in plain)]
    return Comments(
        terms=[terms for terms, pattern in _TERMS if any(pattern.fullmatch(phrase) for phrase in plain)],
        production=made[0] if len(made) == 1 else None,
        selected=any(_SELECTED.fullmatch(phrase) for phrase in plain),
        hedges=list(dict.fromkeys(hedges)),
        supplier_hedge=next((phrase for phrase in hedges if phrase.lower() == "supplier uncertain"), None),
        second_hand=any(_SECOND_HAND.match(phrase) for phrase in plain),
        modernized=any(_MODERNIZED.fullmatch(phrase) for phrase in plain),
    )
