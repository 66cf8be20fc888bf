"""Corpora that differ in one number, which every answer tells: an answer of two releases gives itself away."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from app.facts import FACTS
from app.settings import MIGRATIONS
from seed import corpus, files
from seed.corpus import Corpus
from seed.load import Say, load
from tests.conftest import small_corpus

HARBOUR = "articles/harbour-gazette-2019.yml"
RIVER = "articles/river-almanac-1999.yml"
COUNTRIES = "reference/countries.yml"
NAMED = {"TR", "NO", "NA", "RU", "UA", "DE", "SUHH", "TZ", "CD", "CG"}
# Titles stand in every citation, which is compiled; a country's name stands also where an answer joins rows.
TELLING = ((HARBOUR, "Report on the Harbour States"), (RIVER, "Almanac of the Rivers"), (COUNTRIES, "name: Norway"))
MARK = re.compile(rb" edition (\d+)")
RELEASE = re.compile(rb'"release":"([0-9a-f]{12})"')


@dataclass(frozen=True)
class Edition:
    """A corpus in a folder, read, and the release that it is compiled into."""

    root: Path
    number: int
    corpus: Corpus
    release: str

    def command(self, url: str) -> list[str]:
        """Return the command line that loads it."""
        return [sys.executable, "-m", "seed", "--corpus", str(self.root), "load", "--to", url]

    def load(self, url: str) -> None:
        """Load it as an operator does, in a process of its own."""
        done = subprocess.run(self.command(url), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith(f"release {self.release} is current: 35 facts\n")

    def load_here(self, url: str, say: Say = lambda _: None) -> None:
        """Load it in this process, ten times as fast."""
        assert load(self.corpus, url, FACTS, MIGRATIONS, say) == self.release


def editions(folder: Path, count: int) -> list[Edition]:
    """Write editions 1 to `count`, with the few countries that they name: they load in no time."""
    few = small_corpus(folder / "few")
    countries = [one for one in files.read(few / COUNTRIES, few).content if one["id"] in NAMED]
    for country in countries:
        country["successors"] = [one for one in country.get("successors", []) if one in NAMED]
    (few / COUNTRIES).write_text(files.dump(countries), encoding="utf-8")
    return [_edition(few, folder, number) for number in range(1, count + 1)]


def _edition(few: Path, folder: Path, number: int) -> Edition:
    root = Path(shutil.copytree(few, folder / str(number)))
    for name, telling in TELLING:
        before = (root / name).read_text(encoding="utf-8")
        assert before.count(f"{telling}\n") == 1, f"{name} does not say {telling!r} once"
        (root / name).write_text(before.replace(f"{telling}\n", f"{telling} edition {number}\n"), encoding="utf-8")
    found = corpus.read(root, FACTS)
    return Edition(root, number, found, found.digest())
