"""Rounds: everybody in turn, again and again, so that what the machine does meanwhile falls on all; medians."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median

from bench.load import Run


@dataclass
class Subject:
    """Who is measured, at what; `absent` says why not."""

    name: str
    what: str
    run: Callable[[], Run] | None
    absent: str = ""
    runs: list[Run] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """The median of the rounds; 0 when it is absent."""
        return self._median(lambda run: run.per_second)

    @property
    def p50(self) -> float:
        """Milliseconds that half of the answers took at most: the median of the rounds."""
        return self._median(lambda run: run.p50)

    @property
    def p99(self) -> float:
        """Milliseconds that 99 of 100 answers took at most: the median of the rounds."""
        return self._median(lambda run: run.p99)

    @property
    def failed(self) -> int:
        """How many answers were none, or none of 2xx."""
        return sum(run.failed for run in self.runs)

    def _median(self, of: Callable[[Run], float]) -> float:
        return median(map(of, self.runs)) if self.runs else 0.0


def interleaved(subjects: Iterable[Subject], rounds: int) -> None:
    """Let each have one run per round; where there are several, one more comes first, which does not count."""
    for number in range(rounds + (rounds > 1)):
        for subject in subjects:
            if subject.run is not None:
                run = subject.run()
                if number or rounds == 1:
                    subject.runs.append(run)
