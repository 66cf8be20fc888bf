"""The budgets of the design, each with what was measured against it, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """A ratio that must be at least, or at most, so much."""

    what: str
    wanted: float
    found: float | None
    at_most: bool = False

    @property
    def verdict(self) -> str:
        """Say whether it holds."""
        if self.found is None:
            return ""
        held = self.found <= self.wanted if self.at_most else self.found >= self.wanted
        return "holds" if held else "**fails**"

    def row(self) -> list[str]:
        """Return what a table says of it."""
        wanted = f"{'≤' if self.at_most else '≥'} {self.wanted:g}"
        return [self.what, wanted, "not measured" if self.found is None else f"{self.found:.2f}", self.verdict]


def ratio(above: float, below: float) -> float | None:
    """Return a ratio, or None where one of the two was not measured."""
    return above / below if above and below else None
