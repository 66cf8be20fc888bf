"""Start to first answer, and the memory of one worker, of Foedus and of a hello world; both byte-compiled."""

from __future__ import annotations

import compileall
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.servers import running
from bench.subjects import ROOT, Peer


@dataclass
class Start:
    """What starting took, time after time: seconds of the wall's clock and of CPU; bytes."""

    name: str
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)

    @property
    def medians(self) -> tuple[float, float, float]:
        """Wall, CPU, resident memory."""
        return median(self.seconds), median(self.cpu), median(self.resident)


def starts(peers: list[tuple[Peer, str]], times: int, log: Path) -> list[Start]:
    """Start each in turn, so often, up to its first answer to `probe`."""
    for folder in (*(ROOT / name for name in ("app", "bench")), Path(sysconfig.get_path("purelib"))):
        compileall.compile_dir(folder, quiet=2, workers=1)
    found = [Start(peer.name) for peer, _ in peers]
    for _ in range(times):
        for start, (peer, probe) in zip(found, peers, strict=True):
            with running(peer.command, peer.environment, probe, log) as server:
                start.seconds.append(server.seconds)
                start.cpu.append(server.cpu)
                start.resident.append(server.memory().resident)
    return found
