"""Weapon systems and their parts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from sqlalchemy import and_
from sqlmodel import col

from app.core import tables
from app.core.answers import ActorAnswer, Answer, EntityAnswer
from app.core.entries import ActorRef, Entry, Slug, SourceRef
from app.core.filters import COUNTRY, PAGING, SYSTEM, of_codes, of_column, text_of_entities
from app.core.resource import Catalogue
from app.core.vocabulary import ArmamentCategory
from app.kit.parameters import Asked, Match, Parameter


class SystemFields(Answer):
    """What a system is called and is."""

    name: str
    aliases: list[str] = []
    category: ArmamentCategory | None = Field(
        default=None, description="SIPRI armament category; null: not classified."
    )
    description: str | None = Field(default=None, description="As a source states it.")
    source: str | None = Field(default=None, description="Id of the source of origin and description.")


class SystemDetailAnswer(SystemFields, EntityAnswer):
    """A weapon system or part of one."""

    kind: Literal["system"]
    origin: list[ActorAnswer] = Field(description="Where it was designed or built, where a source states it.")


class SystemEntry(SystemFields, Entry):
    """A system as a curator writes it."""

    id: Slug
    origin: list[ActorRef] = []
    source: SourceRef | None = None
    note: str | None = None

    def spellings(self) -> list[str]:
        """Return every name by which it is asked for."""
        return [self.name, *self.aliases]


def _origin(values: tuple[str, ...], _: Asked) -> Match:
    return Match(col(tables.SystemOrigin.n), and_(col(tables.SystemOrigin.country).in_(values)))


def _used_by(values: tuple[str, ...], _: Asked) -> Match:
    return Match(col(tables.SystemUser.n), col(tables.SystemUser.country).in_(values))


def _more(id: str) -> dict[str, str]:
    return {"facts": f"/facts?system={id}", "transfers": f"/transfers?system={id}"}


SYSTEMS = Catalogue(
    kind="system",
    collection="systems",
    doc="Weapon systems and their parts, with SIPRI category and, where a source states it, origin.",
    row=tables.System,
    answer=SystemDetailAnswer,
    parameters=(
        of_column("id", SYSTEM, col(tables.System.n), col(tables.System.id), "These systems, by id or name."),
        of_codes(
            "category", ArmamentCategory, col(tables.System.n), col(tables.System.category), "SIPRI armament category."
        ),
        Parameter("origin", "Where it was designed or built.", COUNTRY, _origin, several=True),
        Parameter(
            "used_by",
            "A state that fields it in an actual fact, or whose organ does.",
            COUNTRY,
            _used_by,
            several=True,
        ),
        text_of_entities("system", tables.System),
        *PAGING,
    ),
    more=_more,
    takes_part=False,
    example="/systems?used_by=AZ",
    sample="/systems/TB2",
)
