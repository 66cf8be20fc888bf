"""Whether two texts say the same words: what a printer decides does not count, one altered word does."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.kit.wording import difference, find, parts, plain, words
from tests.costs import least

SAID = "“We need no base,” the minister said. “Not now – and not for €90 million…”"


@pytest.mark.parametrize(
    "sought",
    [
        "We need no base",
        "We need no base,",
        '"We need no base,"',
        "„We need no base,“",
        "We  need\nno\u00a0base",
        "We ne\u00aded no base",
        "We need\u200b no base",
        'We need no base," the minister said',
        "Not now - and not for €90 million",
        "Not now — and not for €90 million...",
        "for €90 million…",
    ],
)
def test_verbatim_but_for_what_a_printer_decides(sought: str) -> None:
    run = find(sought, SAID)
    assert run is not None
    assert run.verbatim


@pytest.mark.parametrize(
    ("sought", "exact"),
    [
        ("we need no base", "We need no base"),
        ("We need no base!", "We need no base"),
        ("We need, no base", "We need no base"),
        ("Not now, and not", "Not now – and not"),
        ("We need … base", "We need no base"),
        ("We need [...] base", "We need no base"),
        ("We need (…) base", "We need no base"),
        ("We need . . . base", "We need no base"),
        ("... need no base ...", "need no base"),
        ("We need … not now", "We need no base,” the minister said. “Not now"),
    ],
)
def test_repaired_when_only_punctuation_case_or_a_marked_elision_differ(sought: str, exact: str) -> None:
    run = find(sought, SAID)
    assert run is not None
    assert not run.verbatim
    assert SAID[run.start : run.end] == exact


@pytest.mark.parametrize(
    "sought",
    [
        "We need one base",
        "We need no bases",
        "We need base",
        "We need no big base",
        "need We no base",
        "base … need",
        "not for $90 million",
        "not for 90 million",
        "not for €90 thousand",
        "not for €90% million",
        "We need no báse",
        "",
        "…",
        "ʼ … ʼ",
    ],
)
def test_one_altered_word_is_not_found(sought: str) -> None:
    assert find(sought, SAID) is None


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Erdog\u0306an", "Erdoğan"),
        ("Turkey’s", "Turkey's"),
        ("Turkeyʼs", "Turkey‘s"),
        ("don´t", "dont"),
        ("STRASSE", "Straße"),
        ("co\u00adoperate", "cooperate"),
        ("Turkey\u00ad'\u00ads", "Turkeys"),
    ],
)
def test_spellings_of_one_word(ours: str, theirs: str) -> None:
    assert [word.plain for word in words(ours)] == [word.plain for word in words(theirs)]
    assert len(words(ours)) == 1


@pytest.mark.parametrize(
    ("ours", "theirs"), [("Erdogan", "Erdoğan"), ("co-operate", "cooperate"), ("1.5", "15"), ("$5", "£5"), ("5%", "5")]
)
def test_different_words(ours: str, theirs: str) -> None:
    assert [word.plain for word in words(ours)] != [word.plain for word in words(theirs)]


@given(st.text())
def test_words_lie_in_their_text_in_order(text: str) -> None:
    spans = [0, *(at for word in words(text) for at in (word.start, word.end)), len(text)]
    assert spans == sorted(spans)


@given(st.one_of(st.text(), st.text(alphabet="e\u0301\u00ad\u200b “”'—…-. ")))
def test_plain_is_idempotent(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text())
def test_parts_have_words_and_no_elision(text: str) -> None:
    for part in parts(text):
        assert words(part)
        assert parts(part) == [part]


SOME = ["we", "need", "no", "base", "now", "but", "a", "pact", "with", "jets"]
PLAIN_WORDS = st.lists(st.sampled_from(SOME), min_size=2, max_size=12)
OTHER = st.sampled_from(["never", "10", "Norway", "Basis", "€"])


@given(PLAIN_WORDS, st.data())
def test_any_part_of_a_text_is_found_in_it(there: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(there) - 1))
    last = data.draw(st.integers(first + 1, len(there)))
    run = find(" ".join(there[first:last]), " ".join(there))
    assert run is not None
    assert run.verbatim


@given(PLAIN_WORDS, OTHER, st.data())
def test_one_altered_or_added_word_is_never_found(there: list[str], other: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(there) - 1))
    text = " ".join(there)
    assert find(" ".join([*there[:at], other, *there[at + 1 :]]), text) is None
    assert find(" ".join([*there[:at], other, *there[at:]]), text) is None


@given(PLAIN_WORDS, st.data())
def test_one_dropped_word_is_never_found(there: list[str], data: st.DataObject) -> None:
    assume(len(there) > 2)
    # Inside: what drops the first or last word is a shorter quotation. Of two alike, dropping one leaves a run too.
    at = data.draw(st.integers(1, len(there) - 2))
    shorter = [*there[:at], *there[at + 1 :]]
    runs = [there[first : first + len(shorter)] for first in range(2)]
    assume(shorter not in runs)
    assert find(" ".join(shorter), " ".join(there)) is None


def test_a_difference_is_told_word_by_word() -> None:
    assert difference("We need one base now", "“We need no base,” he said") == [
        {"op": "same", "text": "We need"},
        {"op": "missing", "text": "no"},
        {"op": "added", "text": "one"},
        {"op": "same", "text": "base"},
        {"op": "missing", "text": "he said"},
        {"op": "added", "text": "now"},
    ]


@given(PLAIN_WORDS, PLAIN_WORDS)
def test_a_difference_has_all_words_of_both_in_order(ours: list[str], theirs: list[str]) -> None:
    found = difference(" ".join(ours), " ".join(theirs))
    assert " ".join(piece["text"] for piece in found if piece["op"] != "missing").split() == ours
    assert " ".join(piece["text"] for piece in found if piece["op"] != "added").split() == theirs


@pytest.mark.parametrize(
    "sought", ["a b c " * 333, "a " * 1000, "a … " * 500, "[" + " " * 1999, ". " * 1000, "'" * 2000, "a'" * 1000]
)
def test_comparing_costs_little_whatever_is_sought(sought: str) -> None:
    there = "a b " * 250
    assert least(lambda: (find(sought, there), difference(sought, there), plain(sought))) < 0.5
