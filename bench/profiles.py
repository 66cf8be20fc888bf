"""Where the time of a new question goes: py-spy looks at the server while it is asked, a hundred times a second."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.servers import Server

TOP = 25
# A thread that waits for work is not at work, though py-spy cannot always tell.
WAITING = ("Condition.wait ", "wait (threading", "select ", "_worker (concurrent")


@dataclass(frozen=True)
class Profile:
    """The share of samples in which a function is at work itself, and in which it or what it calls is."""

    samples: int
    own: list[tuple[str, float]]
    within: list[tuple[str, float]]


def profile(server: Server, load: Callable[[], object], seconds: float, into: Path) -> Profile | str:
    """Sample a server while `load` asks it; return the profile, or why there is none."""
    found = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or shutil.which("py-spy")
    if found is None:
        return "py-spy is not installed: make bench does"
    command = [found, "record", "--pid", str(server.process.pid), "--duration", str(max(1, round(seconds)))]
    spying = subprocess.Popen(
        [*command, "--rate", "100", "--format", "raw", "--output", str(into)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    load()
    _, said = spying.communicate(timeout=60 + seconds)
    return read(into.read_text()) if spying.returncode == 0 else f"py-spy failed: {said.strip()[-300:]}"


def read(text: str) -> Profile:
    """Read py-spy's raw stacks: `outer;inner 12` a line."""
    own: Counter[str] = Counter()
    within: Counter[str] = Counter()
    samples = 0
    for line in text.splitlines():
        stack, _, number = line.rpartition(" ")
        # The line number within a function is left out: a function is one row.
        frames = [frame.rpartition(":")[0].rstrip(")") + ")" if ":" in frame else frame for frame in stack.split(";")]
        if frames[-1].startswith(WAITING):
            continue
        samples += int(number)
        own[frames[-1]] += int(number)
        for frame in set(frames):
            within[frame] += int(number)

    def top(counted: Counter[str]) -> list[tuple[str, float]]:
        return [(name, number / max(1, samples)) for name, number in counted.most_common(TOP)]

    return Profile(samples, top(own), top(within))
