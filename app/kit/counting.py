"""Counts of requests for Prometheus, of all workers; prometheus-client writes them out, and counts nothing itself."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client.core import Metric

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
# How old, at the most, what one worker knows of the others may be.
SHARED_EVERY = 1.0


class Counts:
    """What was answered by this worker; with a folder, what the others answered is added where it is written out.

    Labels are few: route templates, methods that there are, statuses that are answered. A request costs one look-up
    and a few additions: prometheus-client's own counters and its import are dearer than the answer's other middleware.
    """

    def __init__(self, version: str, folder: Path | None = None) -> None:
        """Take the program's version, and the folder that the workers share."""
        self._version = version
        self._file = folder / f"{os.getpid()}-{secrets.token_hex(4)}.json" if folder else None
        self._rows: dict[tuple[str, str, int], list[float]] = {}
        self._shared: dict[str, list[float]] = {}
        self._changed = False

    def add(self, method: str, route: str, status: int, size: int, seconds: float, *, remembered: bool = False) -> None:
        """Count one answer; `remembered`: it was not made anew."""
        key = (method if method in METHODS else "other", route, status)
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = [0.0] * (len(SECONDS) + 4)
        row[0] += size
        row[1] += seconds
        row[2] += remembered
        row[3 + bisect_left(SECONDS, seconds)] += 1
        self._changed = True

    async def share(self) -> None:
        """Write this worker's counts into the folder whenever they have changed, until cancelled."""
        try:
            while self._file:
                await asyncio.sleep(SHARED_EVERY)
                self._write()
        finally:
            self._write()

    def text(self) -> bytes:
        """Return the counts of all workers in Prometheus' text format."""
        # Imported here: only who scrapes needs it, and it takes as long as half a start.
        from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

        registry = CollectorRegistry()
        registry.register(_Collected(self._version, self._all()))
        if self._file is None:
            ProcessCollector(registry=registry)
        written: bytes = generate_latest(registry)
        return written

    def _all(self) -> dict[tuple[str, str, int], list[float]]:
        found = {key: list(row) for key, row in self._rows.items()}
        others = [] if self._file is None else [one for one in self._file.parent.glob("*.json") if one != self._file]
        for file in others:
            for method, route, status, row in json.loads(file.read_bytes()):
                mine = found.setdefault((method, route, status), [0.0] * len(row))
                mine[:] = [a + b for a, b in zip(mine, row, strict=True)]
        return found

    def _write(self) -> None:
        if self._file is None or not self._changed:
            return
        self._changed = False
        rows = [[*key, row] for key, row in self._rows.items()]
        with suppress(OSError):
            part = self._file.with_suffix(".part")
            part.write_text(json.dumps(rows))
            part.replace(self._file)


class _Collected:
    def __init__(self, version: str, rows: dict[tuple[str, str, int], list[float]]) -> None:
        self._version = version
        self._rows = rows

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        build = GaugeMetricFamily("foedus_build", "The program's version.", labels=["version"])
        build.add_metric([self._version], 1)
        yield build
        labels = ["method", "route", "status"]
        seconds = HistogramMetricFamily("foedus_request_seconds", "How long answers took.", labels=labels)
        size = CounterMetricFamily("foedus_response_bytes", "How many bytes of body were sent.", labels=labels)
        hits = CounterMetricFamily("foedus_cache_hits", "How many answers were remembered ones.", labels=labels)
        for (method, route, status), row in sorted(self._rows.items()):
            said = [method, route, str(status)]
            size.add_metric(said, row[0])
            hits.add_metric(said, row[2])
            buckets, below = [], 0.0
            for bound, count in zip([*map(str, SECONDS), "+Inf"], row[3:], strict=True):
                below += count
                buckets.append((bound, below))
            seconds.add_metric(said, buckets, row[1])
        yield seconds
        yield size
        yield hits
