"""What is wrong with a corpus: where, what, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One error: file, line (from 1; 0 of none), what is wrong, what to do."""

    file: str
    line: int
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        """Write it as a compiler does."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.what}" + (f" → {self.remedy}" if self.remedy else "")


class Rejected(Exception):
    """A corpus that does not compile; nothing was written."""

    def __init__(self, findings: list[Finding]) -> None:
        """Take every finding."""
        super().__init__("\n".join(str(finding) for finding in sorted(findings)))
        self.findings = sorted(findings)
