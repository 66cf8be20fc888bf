"""What a text may stand for: exact matches, else near ones with how close they are; nobody is asked here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field
from sqlalchemy import Connection

from app.core import resolution
from app.core.answers import Answer
from app.core.resolution import Found, Nearby
from app.core.vocabulary import Matched

CERTAIN = 100
MOST_NEAR = 5


class ResolvedAnswer(Answer):
    """An entity that the text stands for, and by what: `code` and `name` are exact, `near` is a guess."""

    kind: str
    id: str
    matched: Matched
    by: str
    score: int = Field(ge=0, le=CERTAIN, description="100: exact; less: how close the nearest of its names is.")
    link: str


@dataclass(frozen=True)
class Candidate:
    """An entity that a text may stand for."""

    found: Found
    matched: Matched
    score: int

    def answer(self, collections: Mapping[str, str]) -> dict[str, Any]:
        """Return it as it is served; `collections`: kind → collection."""
        return {
            "kind": self.found.kind,
            "id": self.found.id,
            "matched": self.matched,
            "by": self.found.label,
            "score": self.score,
            "link": f"/{collections[self.found.kind]}/{self.found.id}",
        }


def candidates(
    connection: Connection, wanted: Iterable[tuple[str, frozenset[str]]]
) -> dict[tuple[str, frozenset[str]], list[Candidate]]:
    """Return, for each (text, kinds), every exact match, or if there is none up to five near ones, best first.

    It takes one statement, and one more if any text stands for nothing.
    """
    asked = list(dict.fromkeys(wanted))
    exact = resolution.candidates(connection, (name for name, _ in asked))
    found = {(name, kinds): _exact(one for one in exact[name] if one.kind in kinds) for name, kinds in asked}
    lost = [key for key, some in found.items() if not some]
    if lost:
        nearby = Nearby(connection, frozenset().union(*(kinds for _, kinds in lost)))
        for name, kinds in lost:
            close = nearby.to(name, kinds, MOST_NEAR)
            # Near is never certain, however close: the rounding must not say so.
            found[name, kinds] = [
                Candidate(one, Matched.nearly, min(round(score * CERTAIN), CERTAIN - 1)) for one, score in close
            ]
    return found


def _exact(some: Iterable[Found]) -> list[Candidate]:
    # The first way in which an entity is found says how: its id or code comes before its name.
    first: dict[tuple[str, str], Found] = {}
    for one in some:
        first.setdefault((one.kind, one.id), one)
    return [
        Candidate(one, Matched.by_name if one.scheme == "name" else Matched.by_code, CERTAIN) for one in first.values()
    ]


def certain(text: str, kinds: frozenset[str], found: list[Candidate]) -> Candidate | None:
    """Return the one that is certain, if one is: by the rules of a filter."""
    exact = [one.found for one in found if one.matched is not Matched.nearly]
    id_ = resolution.decide(text, kinds, exact) if exact else None
    of_that_id = [one for one in found if one.found.id == id_]
    return of_that_id[0] if len(of_that_id) == 1 else None
