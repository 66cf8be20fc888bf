"""The article corpus against its text: every sentence and quotation accounted for, one changed byte is noticed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.facts import FACTS
from seed import corpus, proof
from seed.article import Article
from tests.conftest import TEXT


def verify(text: Path) -> subprocess.CompletedProcess[str]:
    """Run `python -m seed verify --text …` on the committed corpus."""
    command = [sys.executable, "-m", "seed", "verify", "--text", str(text)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_sentence_and_every_pair_of_marks_is_accounted_for() -> None:
    done = verify(TEXT)
    assert (done.returncode, done.stderr) == (0, "")
    first, *rest = done.stdout.splitlines()
    assert first.startswith("forbes-turkey-azerbaijan-2021 (against article.txt): ")
    assert first.endswith(" checks passed, 0 failed")
    assert "  21 pairs of quotation marks looked at" in rest
    (sentences,) = [line.split() for line in rest if "sentences:" in line]
    assert int(sentences[0]) == int(sentences[2]) + int(sentences[4]) == 49


@pytest.mark.parametrize("at", [0, 100, 3_650, 7_337], ids=lambda at: f"byte {at}")
def test_one_changed_byte_exits_1_and_says_so(tmp_path: Path, at: int) -> None:
    content = bytearray(TEXT.read_bytes())
    content[at] ^= 1
    changed = tmp_path / "article.txt"
    changed.write_bytes(content)
    done = verify(changed)
    assert done.returncode == 1
    assert "  FAILED sha256 of the text of forbes-turkey-azerbaijan-2021\n" in done.stdout


def test_another_text_exits_1(tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Nothing of the sort.\n", encoding="utf-8")
    assert verify(other).returncode == 1


@pytest.fixture(scope="module")
def article() -> Article:
    """The article, read once."""
    (found,) = corpus.read(corpus.HERE, FACTS).articles
    return found


@settings(deadline=None, max_examples=50)
@given(at=st.integers(0, 7_337), other=st.characters(codec="ascii"))
def test_a_changed_character_in_a_passage_is_located(article: Article, at: int, other: str) -> None:
    text = TEXT.read_text(encoding="utf-8")
    assume(text[at] != other)
    failed = proof.against_text(article, text[:at] + other + text[at + 1 :], share=1).failed
    assert failed
    for fact in article.facts:
        for one in fact.evidence:
            assert (f"{fact.id}: passage {one.locator()} is exact" in failed) == (at in range(*one.span))
