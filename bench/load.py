"""Load by wrk, from a core of its own: one address again and again, or questions that never come twice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]


@dataclass(frozen=True)
class Run:
    """What one run of wrk found; times in milliseconds."""

    requests: int
    per_second: float
    p50: float
    p99: float
    failed: int


def pinned(core: int, command: list[str]) -> list[str]:
    """Return the command on one core."""
    return ["taskset", "-c", str(core), *command]


def wrk() -> str:
    """Return the load tool; SystemExit when it is not there, for nothing can be measured without it."""
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit("bench: wrk is missing: apt-get install wrk")
    return found


def again(url: str, seconds: float, connections: int) -> Run:
    """Ask one address again and again."""
    return _run(url, seconds, connections, "again.lua", [])


@dataclass
class Questions:
    """Addresses in a file, asked one after the other; where a run stops the next goes on."""

    file: Path
    left: int
    asked: int = 0

    @classmethod
    def write(cls, file: Path, targets: list[str]) -> Questions:
        """Put addresses into a file."""
        file.write_text("".join(f"{target}\n" for target in targets))
        return cls(file, len(targets))

    def ask(self, root: str, seconds: float, connections: int) -> Run:
        """Ask the next ones; SystemExit when they run out, for a question asked twice is not new."""
        run = _run(root, seconds, connections, "questions.lua", [str(self.file), str(self.asked)])
        # Those that were on their way when the time was up are not counted, but were asked.
        self.asked += run.requests + connections
        if self.asked >= self.left:
            raise SystemExit(f"bench: {self.left} questions were too few: they would have been asked twice")
        return run


def _run(url: str, seconds: float, connections: int, script: str, arguments: list[str]) -> Run:
    # wrk counts in whole seconds.
    command = [wrk(), "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s", "-s", script, url]
    done = subprocess.run(
        pinned(LOAD_CORE, [*command, "--", *arguments]), cwd=HERE, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return Run(
        requests=found["requests"],
        per_second=found["requests"] / (found["micros"] / 1e6),
        p50=found["p50"] / 1000,
        p99=found["p99"] / 1000,
        failed=found["failed"],
    )
