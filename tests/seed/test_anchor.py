"""`seed anchor`: it finds exact words, never chooses between two places, and leaves a file alone when it fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seed import files
from seed.anchor import CONTEXT, anchor
from seed.findings import Rejected
from tests.seed.conftest import HARBOUR, RIVER, Bench


def unanchored(bench: Bench, file: str) -> dict[str, Any]:
    """Return an article as a curator writes it: a passage is its words, with `start` only where they stand twice."""
    content: dict[str, Any] = files.read(bench.root / file, bench.root).content
    text = bench.text(content["source"]["id"]).read_text(encoding="utf-8")
    for fact in content["facts"]:
        for evidence in fact["evidence"]:
            kept = {"exact"} if text.count(evidence["exact"]) == 1 else {"exact", "start"}
            for key in evidence.keys() - kept:
                del evidence[key]
    content["source"] |= {"sha256": "", "characters": "1"}
    return content


def write(bench: Bench, file: str, content: object) -> Path:
    """Write an article."""
    path = bench.root / file
    path.write_text(files.dump(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("file", [HARBOUR, RIVER])
def test_anchoring_fills_in_where_each_passage_stands(bench: Bench, file: str) -> None:
    committed = (bench.root / file).read_bytes()
    source = files.read(bench.root / file, bench.root).content["source"]["id"]
    path = write(bench, file, unanchored(bench, file))
    done = bench.cli("anchor", path, "--text", bench.text(source))
    assert (done.returncode, done.stderr) == (0, "")
    assert path.read_bytes() == committed


def test_anchoring_what_is_anchored_changes_nothing(bench: Bench) -> None:
    committed = (bench.root / HARBOUR).read_bytes()
    assert bench.cli("anchor", bench.root / HARBOUR, "--text", bench.text("harbour-gazette-2019")).returncode == 0
    assert (bench.root / HARBOUR).read_bytes() == committed


def article(*passages: dict[str, str]) -> files.Document:
    """Return an article with one fact that cites these passages."""
    facts = [{"id": "a-fact", "evidence": [dict(passage) for passage in passages]}]
    return files.parse(files.dump({"source": {"id": "s"}, "facts": facts}), "articles/s.yml")


TEXT = "Norway met Turkey.\nÅland — far off — did not. Norway met Turkey."


def test_a_passage_has_its_place_its_surroundings_and_its_digest() -> None:
    content = anchor(article({"exact": "far off"}), TEXT)
    assert content["facts"][0]["evidence"] == [
        {
            "start": "27",
            "exact": "far off",
            "prefix": "Turkey.\nÅland — "[-CONTEXT:],
            "suffix": " — did not. Norw",
            "sha256": "05f665ed796da7f505adcbc9dc5ea94574f892f0de89ccd6b79071dcfea17249",
        }
    ]
    assert content["source"] == {
        "id": "s",
        "sha256": "f7ba831847f3317a91dfa0b889ad691cac594a98c2b1a2acb63c2d4a0cc7aa37",
        "characters": str(len(TEXT)),
    }


def test_a_passage_that_stands_twice_is_pinned_by_its_start() -> None:
    content = anchor(article({"exact": "Norway met Turkey.", "start": "46"}), TEXT)
    assert content["facts"][0]["evidence"][0]["start"] == "46"
    assert content["facts"][0]["evidence"][0]["suffix"] == ""


@pytest.mark.parametrize(
    ("passage", "why"),
    [
        ({"exact": "Norway met Turkey."}, "'Norway met Turkey.' stands more than once: write its `start`"),
        ({"exact": "oo", "start": "3"}, "'oo' does not stand at 3"),
        ({"exact": "Norway met Turkey.", "start": "45"}, "does not stand at 45"),
        ({"exact": "Norway met Sweden."}, "'Norway met Sweden.' does not stand"),
        ({"exact": "norway met turkey."}, "does not stand"),
        ({"exact": "Turkey. Åland"}, "does not stand"),
        ({"exact": "far off - did"}, "does not stand"),
        ({"exact": "far off", "start": "-39"}, "does not stand at -39"),
    ],
    ids=["twice", "absent at its start", "off by one", "absent", "case", "a line break", "a dash", "before the start"],
)
def test_words_that_do_not_stand_there_exactly_are_refused(passage: dict[str, str], why: str) -> None:
    document = article({"exact": "far off"}, passage)
    with pytest.raises(Rejected) as rejected:
        anchor(document, TEXT)
    (finding,) = rejected.value.findings
    assert (finding.file, finding.line) == ("articles/s.yml", document.line(("facts", 0, "evidence", 1)))
    assert finding.what.startswith("a-fact: ")
    assert why in finding.what
    assert finding.remedy == "copy the words from the source"


def test_overlapping_places_count_as_two() -> None:
    with pytest.raises(Rejected, match="stands more than once"):
        anchor(article({"exact": "anana"}), "bananana")


def test_a_file_is_left_alone_when_any_passage_fails(bench: Bench) -> None:
    content = unanchored(bench, HARBOUR)
    content["facts"][3]["evidence"][0]["exact"] = "Namibia ordered nothing."
    path = write(bench, HARBOUR, content)
    before = path.read_bytes()
    done = bench.cli("anchor", path, "--text", bench.text("harbour-gazette-2019"))
    assert done.returncode == 1
    line = bench.line("- exact: Namibia ordered nothing.")
    assert done.stderr == (
        f"harbour-gazette-2019.yml:{line}: tr-na-heron-cancelled: 'Namibia ordered nothing.' does not stand at -1"
        " → copy the words from the source\n"
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        {"source": {}},
        {"facts": [{"id": "a", "evidence": [{"exact": "far off"}]}]},
        {"source": {}, "facts": [{"id": "a", "evidence": [{"start": "1"}]}]},
        {"source": {}, "facts": [{"id": "a", "evidence": [{"exact": "far off", "start": "x"}]}]},
        {"source": {}, "facts": ["words"]},
        ["words"],
    ],
    ids=["no facts", "no source", "no words", "no number", "no record", "a list"],
)
def test_what_is_no_article_is_refused_with_a_line_not_a_crash(bench: Bench, content: object) -> None:
    path = write(bench, "articles/odd.yml", content)
    before = path.read_bytes()
    text = bench.root / "odd.txt"
    text.write_text(TEXT, encoding="utf-8")
    done = bench.cli("anchor", path, "--text", text)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert path.read_bytes() == before
