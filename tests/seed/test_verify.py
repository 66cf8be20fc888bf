"""`seed verify`: the corpus is proven against its sources' texts, to the character; one changed byte fails."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from seed import proof
from seed.article import Article
from tests.seed.conftest import HARBOUR, Bench

HARBOUR_ID, RIVER_ID = "harbour-gazette-2019", "river-almanac-1999"


def test_without_texts_the_digests_of_the_passages_are_proven(bench: Bench) -> None:
    done = bench.cli("verify")
    assert (done.returncode, done.stderr) == (0, "")
    passages = {
        article.head.source.id: sum(len(fact.evidence) for fact in article.facts) for article in bench.read().articles
    }
    assert done.stdout.splitlines() == [
        f"{source} (without its text: hashes of the passages only): {passages[source]} checks passed, 0 failed"
        for source in (HARBOUR_ID, RIVER_ID)
    ]


def test_with_the_texts_everything_is_accounted_for(bench: Bench) -> None:
    done = bench.cli("verify", "--text", bench.text(RIVER_ID), "--text", bench.text(HARBOUR_ID))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{HARBOUR_ID} (against {HARBOUR_ID}.txt)" in done.stdout
    assert "  26 sentences: 24 cited, 2 listed as carrying no fact" in done.stdout
    assert "  4 pairs of quotation marks looked at" in done.stdout
    assert f"{RIVER_ID} (against {RIVER_ID}.txt)" in done.stdout
    assert "  12 sentences: 9 cited, 3 listed as carrying no fact" in done.stdout
    assert "FAILED" not in done.stdout


def test_a_text_that_is_missing_is_said_to_be(bench: Bench) -> None:
    done = bench.cli("verify", "--text", bench.text(RIVER_ID))
    assert done.returncode == 0
    assert f"{HARBOUR_ID} (without its text" in done.stdout
    assert f"{RIVER_ID} (against" in done.stdout


def test_a_text_of_no_source_fails(bench: Bench) -> None:
    other = bench.root / "other.txt"
    other.write_text("Nothing of the sort.\n", encoding="utf-8")
    done = bench.cli("verify", "--text", other)
    assert done.returncode == 1
    assert "FAILED other.txt is no source's text: its sha256 is none of theirs" in done.stdout


def test_a_table_that_is_given_as_a_text_is_told_how_it_is_given(bench: Bench) -> None:
    other = bench.root / "orders.csv"
    other.write_bytes(b"W\xe4rtsil\xe4")
    done = bench.cli("verify", "--text", other)
    assert done.returncode == 1
    assert "orders.csv: byte 1 is not UTF-8" in done.stderr
    assert "a data set's file goes by NAME=FILE" in done.stderr


@pytest.mark.parametrize("byte", [b"\x00", b"\xff", b" "], ids=["zero", "no UTF-8", "space"])
def test_one_changed_byte_of_a_file_fails(bench: Bench, byte: bytes) -> None:
    text = bench.text(HARBOUR_ID)
    content = text.read_bytes()
    text.write_bytes(content[:50] + byte + content[51:])
    done = bench.cli("verify", "--text", text)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_a_windows_line_end_is_a_change(bench: Bench) -> None:
    text = bench.text(HARBOUR_ID)
    text.write_bytes(text.read_bytes().replace(b"\n", b"\r\n"))
    assert bench.cli("verify", "--text", text).returncode == 1


def test_the_only_text_of_the_only_article_is_said_where_it_differs(bench: Bench) -> None:
    (bench.root / "articles" / f"{RIVER_ID}.yml").unlink()
    text = bench.text(HARBOUR_ID)
    text.write_text(text.read_text(encoding="utf-8").replace("old rifles", "new rifles"), encoding="utf-8")
    done = bench.cli("verify", "--text", text)
    assert done.returncode == 1
    assert f"  FAILED sha256 of the text of {HARBOUR_ID}\n" in done.stdout
    assert "  FAILED no-rifles: passage 1328-1365 is exact\n" in done.stdout


@pytest.fixture(scope="module")
def harbour(few_countries: object) -> tuple[Article, str]:
    """The article and its text."""
    bench = Bench(few_countries)  # type: ignore[arg-type]  # a path
    article = next(one for one in bench.read().articles if one.head.source.id == HARBOUR_ID)
    return article, bench.text(HARBOUR_ID).read_text(encoding="utf-8")


def passages(article: Article) -> list[tuple[str, int, int, int, int]]:
    """Return (label, start, end, start of the prefix, end of the suffix) of every passage."""
    return [
        (
            f"{fact.id}: passage {one.locator()}",
            *one.span,
            one.span[0] - len(one.prefix),
            one.span[1] + len(one.suffix),
        )
        for fact in article.facts
        for one in fact.evidence
    ]


def test_the_text_itself_fails_nothing(harbour: tuple[Article, str]) -> None:
    assert proof.against_text(*harbour, share=1).failed == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_one_changed_character_anywhere_fails_and_is_located(harbour: tuple[Article, str], data: st.DataObject) -> None:
    article, text = harbour
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8"))
    assume(other != text[at])
    failed = proof.against_text(article, text[:at] + other + text[at + 1 :], share=1).failed
    assert f"sha256 of the text of {HARBOUR_ID}" in failed
    for label, start, end, before, after in passages(article):
        assert (f"{label} is exact" in failed) == (start <= at < end)
        assert (f"{label} has its prefix and suffix" in failed) == (before <= at < start or end <= at < after)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_one_lost_or_added_character_anywhere_fails(harbour: tuple[Article, str], data: st.DataObject) -> None:
    article, text = harbour
    at = data.draw(st.integers(0, len(text) - 1))
    added = data.draw(st.sampled_from(["", text[at] * 2]))
    failed = proof.against_text(article, text[:at] + added + text[at + 1 :], share=1).failed
    assert f"sha256 of the text of {HARBOUR_ID}" in failed
    assert any("2092 characters" in line for line in failed)


@pytest.mark.parametrize(
    ("old", "new", "failure"),
    [
        (
            "marks_without_quote:\n  - start: '905'\n    reason: a word in distance, nobody's\n",
            "marks_without_quote: []\n",
            "the words in marks at 905 belong to no quote",
        ),
        (
            "  - start: '905'\n",
            "  - start: '905'\n    reason: twice\n  - start: '1940'\n",
            "the words in marks at 1940 belong to ['quote-okonjo-base']",
        ),
        ("- We need no base,\n", "- We need no\n", "the words in marks at 1940 belong to no quote"),
        ("  - '157'\n", "  - '156'\n", "sentence 3 begins at a word"),
        ("  - '157'\n", "  - '158'\n", "sentence 3 begins at a word"),
        (
            "suffix: ' On 14 May 2017,'",
            "suffix: ' On 14 May 2018,'",
            "no-rifles: passage 1328-1365 has its prefix and suffix",
        ),
        ("characters: '2092'", "characters: '2093'", "2093 characters, 2092 in the text"),
        ("sha256: 343aed", "sha256: 443aed", f"sha256 of the text of {HARBOUR_ID}"),
    ],
    ids=[
        "marks of nobody",
        "marks listed though quoted",
        "half of the words in marks",
        "a sentence at a space",
        "a sentence inside a word",
        "another suffix",
        "another length",
        "another digest",
    ],
)
def test_a_corpus_that_does_not_fit_its_text_fails(bench: Bench, old: str, new: str, failure: str) -> None:
    bench.alter(old, new, HARBOUR)
    article = next(one for one in bench.read().articles if one.head.source.id == HARBOUR_ID)
    text = bench.text(HARBOUR_ID).read_text(encoding="utf-8")
    assert failure in proof.against_text(article, text, share=1).failed


def test_the_corpus_may_hold_only_its_share_of_a_text(bench: Bench) -> None:
    bench.alter("share_of_text: '1'", "share_of_text: '0.5'", "expect.yml")
    done = bench.cli("verify", "--text", bench.text(HARBOUR_ID))
    assert done.returncode == 1
    assert "% of the text, at most 50.0%" in done.stdout
