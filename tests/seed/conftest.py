"""A copy of the tests' corpus that may be altered, and the compiler's command line over it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.facts import FACTS
from seed import corpus, files, rules
from seed.corpus import Corpus
from seed.findings import Finding, Rejected
from tests.conftest import small_corpus

HARBOUR = "articles/harbour-gazette-2019.yml"
RIVER = "articles/river-almanac-1999.yml"


@dataclass(frozen=True)
class Bench:
    """A corpus on the bench."""

    root: Path

    def text(self, source: str) -> Path:
        """Return the file with a source's text."""
        return self.root / "texts" / f"{source}.txt"

    def alter(self, old: str, new: str, file: str = HARBOUR) -> int:
        """Write `new` for the first `old` in a file; return the first line (from 1) that is another now."""
        path = self.root / file
        before = path.read_text(encoding="utf-8")
        after = before.replace(old, new, 1)
        assert after != before, f"{file} does not say {old!r}"
        path.write_text(after, encoding="utf-8")
        pairs = zip(before.splitlines(), after.splitlines(), strict=False)
        return next((number for number, (one, other) in enumerate(pairs, 1) if one != other), after.count("\n"))

    def line(self, text: str, file: str = HARBOUR) -> int:
        """Return the number (from 1) of the only line that says this."""
        lines = [one.strip() for one in (self.root / file).read_text(encoding="utf-8").splitlines()]
        assert lines.count(text) == 1, f"{text!r} stands {lines.count(text)} times"
        return lines.index(text) + 1

    def read(self) -> Corpus:
        """Read and check the corpus."""
        found = corpus.read(self.root, FACTS)
        rules.check(found)
        return found

    def findings(self) -> list[Finding]:
        """Read and check the corpus; return what is wrong with it."""
        try:
            self.read()
        except Rejected as rejected:
            return rejected.findings
        return []

    def cli(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run `python -m seed` on the corpus, as its own process."""
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, check=False, cwd=self.root)

    def command(self, *arguments: str | Path) -> list[str]:
        """Return the command line that runs the compiler on the corpus."""
        return [sys.executable, "-m", "seed", "--corpus", str(self.root), *map(str, arguments)]


@dataclass(frozen=True)
class Wrong:
    """One alteration of a good corpus, and what `check` must say of it.

    The finding is on the altered line; or `up` lines above it; or where the text `at` stands.
    """

    name: str
    old: str
    new: str
    what: str
    remedy: str = ""
    file: str = HARBOUR
    at: str | None = None
    up: int = 0

    def is_found_in(self, bench: Bench) -> None:
        """Alter the corpus on the bench and see that `check` finds this, once, and nothing else."""
        altered = bench.alter(self.old, self.new, self.file)
        line = altered - self.up if self.at is None else bench.line(self.at, self.file)
        findings = bench.findings()
        assert [(one.file, one.line) for one in findings] == [(self.file, line)]
        assert self.what in findings[0].what
        assert self.remedy in findings[0].remedy


@pytest.fixture(scope="session")
def few_countries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tests' corpus with only the countries that it names: compiled ten times a second."""
    root = small_corpus(tmp_path_factory.mktemp("few"))
    file = root / "reference" / "countries.yml"
    every = {record["id"]: record for record in files.read(file, root).content}
    said = "".join(one.read_text(encoding="utf-8") for one in root.rglob("*.yml") if one != file)
    words = set(said.replace("'", " ").replace(":", " ").split())
    named = {id_ for id_ in every if id_ in words}
    while more := {other for id_ in named for other in every[id_].get("successors", ())} - named:
        named |= more
    file.write_text(files.dump([record for id_, record in every.items() if id_ in named]), encoding="utf-8")
    return root


@pytest.fixture
def bench(few_countries: Path, tmp_path: Path) -> Bench:
    """A corpus of one test's own."""
    root = tmp_path / "corpus"
    shutil.copytree(few_countries, root)
    return Bench(root)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no FOEDUS_ setting of the machine reach the compiler."""
    for name in [name for name in os.environ if name.startswith("FOEDUS_")]:
        monkeypatch.delenv(name)
