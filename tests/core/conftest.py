"""A corpus that a test may alter, and load as one release after the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.facts import FACTS
from app.settings import MIGRATIONS
from seed import corpus, files, rules
from seed.load import load

COUNTRIES = corpus.HERE / "reference" / "countries.yml"
CORPUS = Path(__file__).parent.parent / "corpus"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The tests' corpus in a folder where it may be altered, with few countries, so that it loads in no time."""
    for file in CORPUS.rglob("*.yml"):
        copy = tmp_path / "corpus" / file.relative_to(CORPUS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    known = {"TR", "NO", "NA", "RU", "UA", "DE", "SUHH", "TZ", "CD", "CG"}
    countries = [one for one in files.read(COUNTRIES, COUNTRIES.parent).content if one["id"] in known]
    for country in countries:
        country["successors"] = [one for one in country.get("successors", []) if one in known]
    (tmp_path / "corpus" / "reference" / "countries.yml").write_text(files.dump(countries), encoding="utf-8")
    return tmp_path / "corpus"


def released(root: Path, url: str, number: int) -> str:
    """Load a release that differs from the others in one title; return its id."""
    organizations = root / "reference" / "organizations.yml"
    lines = organizations.read_text(encoding="utf-8").splitlines(keepends=True)
    organizations.write_text("".join(lines).replace("Quiet Order", f"Quiet Order {number}"), encoding="utf-8")
    found = corpus.read(root, FACTS)
    rules.check(found)
    release = load(found, url, FACTS, MIGRATIONS, lambda _: None)
    organizations.write_text("".join(lines), encoding="utf-8")
    return release
