"""What a new release adds, changes and retires, against the one that it replaces; it compares finished answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_NAMED = 1_000
Answers = Iterable[tuple[str, str]]


@dataclass
class Difference:
    """How many, and the ids of the first thousand."""

    count: int = 0
    ids: list[str] = field(default_factory=list)

    def note(self, id: str) -> None:
        """Count one more."""
        self.count += 1
        if len(self.ids) < MOST_NAMED:
            self.ids.append(id)


@dataclass
class Changes:
    """Facts that the old release has not, has otherwise, or alone has."""

    added: Difference = field(default_factory=Difference)
    changed: Difference = field(default_factory=Difference)
    retired: Difference = field(default_factory=Difference)

    def __str__(self) -> str:
        """Say it to a human being."""
        return (
            f"against the release before: {self.added.count} facts added, "
            f"{self.changed.count} changed, {self.retired.count} retired"
        )

    def plain(self) -> dict[str, Any]:
        """Say it to a machine."""
        return asdict(self)


def between(old: Answers, new: Answers) -> Changes:
    """Compare two releases, each as (id, answer) in order of id; one pass, whatever their size."""
    changes = Changes()
    before, after = iter(old), iter(new)
    one, other = next(before, None), next(after, None)
    while one or other:
        if one is None or (other is not None and other[0] < one[0]):
            changes.added.note(_id(other))
            other = next(after, None)
        elif other is None or one[0] < other[0]:
            changes.retired.note(one[0])
            one = next(before, None)
        else:
            if one[1] != other[1]:
                changes.changed.note(one[0])
            one, other = next(before, None), next(after, None)
    return changes


def _id(answer: tuple[str, str] | None) -> str:
    return answer[0] if answer else ""


def pairs(rows: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Return a database's rows as (id, answer)."""
    return ((row[0], row[1]) for row in rows)
