"""What a source can speak of: outside of it, its silence says nothing; inside of it, that it records none."""

from __future__ import annotations

from pydantic import Field

from app.core.answers import Answer, StateId
from app.kit import edtf


class Scope(Answer):
    """Which facts a source would have if they were so, as far as it states it; null: it sets no bound."""

    kinds: list[str] | None = Field(default=None, description="Kinds of fact; null: any.")
    countries: list[StateId] | None = Field(
        default=None, description="Both states of a pair are among these; null: any states."
    )
    senders: list[StateId] | None = Field(
        default=None, description="Only what these supply, provide or send; null: any state may."
    )
    period: str | None = Field(default=None, description="EDTF: of which years; null: the source does not tell.")
    gaps: list[str] = Field(default=[], description="Years within the period of which it does not speak.")
    limits: str | None = Field(default=None, description="What it leaves out by its own rules, in words.")

    def speaks_of(self, kind: str, a: str, b: str) -> bool:
        """Whether its silence on a kind of fact between two states says that it records none."""
        return (
            (self.kinds is None or kind in self.kinds)
            and (self.countries is None or {a, b} <= set(self.countries))
            and (self.senders is None or not {a, b}.isdisjoint(self.senders))
        )

    def years(self) -> tuple[int, int] | None:
        """Return the first and last year of the period; None where it is not told, or open."""
        first, last = edtf.bounds(self.period) if self.period else (None, None)
        return (int(first[:4]), int(last[:4])) if first and last else None

    def speaks_of_year(self, year: int) -> bool:
        """Whether its silence on a year says that it records none."""
        known = self.years()
        return known is not None and known[0] <= year <= known[1] and str(year) not in self.gaps
