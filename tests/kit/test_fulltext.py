"""Full-text questions by example, and what must hold for any text: read back the same, rendered as plain words."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit import textindex
from app.kit.fulltext import LONGEST_QUESTION, All, Either, Expression, Phrase, full_text, marks, placed, read, words
from app.kit.textindex import FIELDS, Document, Sought
from app.kit.values import Refused
from tests.costs import least

# What a hostile or careless question is made of: operators of ours and of both engines, and odd letters.
LETTERS = "ab29\"*()- :^{}+\\'&|!<>_%\x00\u0130€™’\u00ad\u0301中ﷺƸ😀"
QUESTIONS = st.one_of(
    st.text(),
    st.text(alphabet=LETTERS),
    st.lists(
        st.sampled_from(
            ["a", "bc", "ab*", '"a b"', '"a b"*', "mig-29", "AND", "OR", "NOT", "(", ")", "NEAR(", "name:", "…"]
        )
    ).map(" ".join),
)


def drones(*more: str) -> tuple[Phrase, ...]:
    return tuple(Phrase((word,)) for word in ("drones", *more))


@pytest.mark.parametrize(
    ("question", "meaning"),
    [
        ("drones", Phrase(("drones",))),
        ("DRONES", Phrase(("drones",))),
        ("Erdoğan", Phrase(("erdogan",))),
        ("MiG-29", Phrase(("mig", "29"))),
        ("F-16s", Phrase(("f", "16s"))),
        ('"Harbour Pact"', Phrase(("harbour", "pact"))),
        ("dron*", Phrase(("dron",), prefix=True)),
        ('"harbour pa"*', Phrase(("harbour", "pa"), prefix=True)),
        ("mig-29*", Phrase(("mig", "29"), prefix=True)),
        ("drones jets", All(drones("jets"))),
        ("drones AND jets", All(drones("jets"))),
        ("drones OR jets", Either(drones("jets"))),
        ("drones NOT jets", All(drones(), drones("jets")[1:])),
        ("drones AND NOT jets", All(drones(), drones("jets")[1:])),
        ("NOT jets drones", All(drones(), drones("jets")[1:])),
        # AND binds closer than OR, brackets closer than both.
        ("drones jets OR ships", Either((All(drones("jets")), Phrase(("ships",))))),
        ("drones (jets OR ships)", All((*drones(), Either(drones("jets", "ships")[1:])))),
        ("drones NOT (jets OR ships)", All(drones(), (Either(drones("jets", "ships")[1:]),))),
        # Brackets that say nothing go.
        ("((drones))", Phrase(("drones",))),
        ("(drones jets) ships", All(drones("jets", "ships"))),
        ("(drones OR jets) OR ships", Either(drones("jets", "ships"))),
        ("(drones NOT jets) ships", All(drones("ships"), drones("jets")[1:])),
        # Operators are written in capitals; in quotes they are words.
        ("drones and jets", All(drones("and", "jets"))),
        ('drones "OR"', All(drones("or"))),
        # Marks without letters say nothing.
        ("drones & jets", All(drones("jets"))),
        ("… drones", Phrase(("drones",))),
        ("a*b", Phrase(("a", "b"))),
        ("€90", Phrase(("eur", "90"))),
    ],
)
def test_what_a_question_means(question: str, meaning: Expression) -> None:
    assert read(question) == meaning


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("", "letters or digits"),
        ("…", "letters or digits"),
        ("*", "letters or digits"),
        ("()", "letters or digits"),
        ('""', "letters or digits"),
        ("Ƹ", "letters or digits"),
        ('"drones', "quotation mark stands alone"),
        ('" OR 1', "quotation mark stands alone"),
        ("(drones", "never closed"),
        ("drones)", "never opened"),
        ("(" * 9 + "drones" + ")" * 9, "more than 8 deep"),
        ("(" * 300, "deep"),
        ("drones OR", "both sides"),
        ("OR drones", "both sides"),
        ("drones OR … ", "both sides"),
        ("drones AND", "wants a word after"),
        ("drones NOT", "wants a word after"),
        ("drones AND ()", "wants a word after"),
        ("AND drones", "where a word is expected"),
        ("drones AND AND jets", "where a word is expected"),
        ("drones NOT NOT jets", "where a word is expected"),
        ("NOT drones", "only says what is not wanted"),
        ("drones OR NOT jets", "only says what is not wanted"),
        ("a*", "2 letters or more"),
        ("mig-2*", "2 letters or more"),
        (" ".join(["a"] * 33), "more than 32"),
        ("a NOT (" + " OR ".join(["b"] * 32) + ")", "more than 32"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(question: str, why: str) -> None:
    with pytest.raises(Refused, match=re.escape(why)):
        read(question)


@pytest.mark.parametrize(
    ("question", "canonical"),
    [
        ("Erdoğan  AND MiG-29", 'erdogan "mig 29"'),
        ("(a b) OR c", "a b OR c"),
        ("a (b OR c)", "a (b OR c)"),
        ("a NOT (b c)", "a NOT (b c)"),
        ("a (b (c NOT d))", "a b c NOT d"),
        ('"harbour pa"* OR dron*', '"harbour pa"* OR dron*'),
    ],
)
def test_the_canonical_form_of_a_question(question: str, canonical: str) -> None:
    assert full_text().read(question) == canonical


@given(QUESTIONS)
def test_any_text_is_read_or_refused_and_what_is_read_is_read_back_the_same(question: str) -> None:
    try:
        canonical = full_text().read(question)
    except Refused:
        return
    assert len(canonical) <= LONGEST_QUESTION
    assert canonical.isascii()
    assert full_text().read(canonical) == canonical
    assert read(canonical) == read(question)


@pytest.mark.parametrize(
    "question",
    # Longer when written out than as they were sent; a link that carries them could not be followed.
    ['"' + "ﷺ " * 60 + '"', "\ufdfd " * 30, " ".join(["m-2-9-x"] * 32)],
)
def test_what_is_too_long_in_plain_letters_is_refused_at_once(question: str) -> None:
    assert len(question) <= LONGEST_QUESTION
    with pytest.raises(Refused, match="in plain letters"):
        full_text().read(question)


@pytest.mark.parametrize("question", ["", " ", "a" * 301])
def test_a_question_has_1_to_300_characters(question: str) -> None:
    with pytest.raises(Refused, match="1 to 300"):
        full_text().read(question)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Turkey’s MiG-29s.", [("turkey", 0, 6), ("s", 7, 8), ("mig", 9, 12), ("29s", 13, 16)]),
        ("Erdoğan", [("erdogan", 0, 7)]),
        ("Erdog\u0306an", [("erdogan", 0, 8)]),
        ("€90m", [("eur", 0, 1), ("90m", 1, 4)]),
        ("Heron™ 7", [("heron", 0, 5), ("7", 7, 8)]),
        ("dro\u00adnes", [("drones", 0, 7)]),
        ("½", [("1", 0, 1), ("2", 0, 1)]),
        ("x" * 70, [("x" * 64, 0, 70)]),
    ],
)
def test_where_the_words_of_a_text_stand(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert placed(text) == expected


@given(st.one_of(st.text(), st.text(alphabet=LETTERS)))
def test_placed_words_are_the_indexed_words_and_lie_in_the_text_in_order(text: str) -> None:
    found = placed(text)
    assert [word for word, _, _ in found] == words(text)
    assert all(0 <= start < end <= len(text) for _, start, end in found)
    assert [start for _, start, _ in found] == sorted(start for _, start, _ in found)


@pytest.mark.parametrize(
    ("text", "question", "marked"),
    [
        ("Erdoğan met ERDOGAN.", "erdoğan", ["Erdoğan", "ERDOGAN"]),
        ("MiG-29s and a MiG 29", "mig-29", ["MiG 29"]),
        ("MiG-29s and a MiG 29", "mig-29*", ["MiG-29s", "MiG 29"]),
        ("drones, jets and ships", "drones OR jets NOT ships", ["drones", "jets"]),
        ("the Harbour Pact binds", '"harbour pact" "pact binds"', ["Harbour Pact binds"]),
        ("a a a", '"a a"', ["a a a"]),
        ("drone droned drones", "drone*", ["drone", "droned", "drones"]),
        ("nothing of it", "drones", []),
    ],
)
def test_marks_lie_on_what_is_sought(text: str, question: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in marks(text, read(question))] == marked


@given(st.text(alphabet="ab -’ğ"), st.lists(st.sampled_from(["a", "b", "ab", "ba*", '"a b"', "g"]), min_size=1))
def test_marks_are_in_order_and_apart(text: str, sought: list[str]) -> None:
    spans = [0, *(at for span in marks(text, read(" OR ".join(sought[:32]))) for at in span), len(text)]
    assert spans == sorted(spans)


EXPRESSIONS = st.recursive(
    st.builds(
        Phrase,
        st.lists(st.from_regex(r"[a-z0-9]{2,6}", fullmatch=True), min_size=1, max_size=3).map(tuple),
        st.booleans(),
    ),
    lambda inner: st.one_of(
        st.builds(Either, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(All, st.lists(inner, min_size=1, max_size=3).map(tuple), st.lists(inner, max_size=2).map(tuple)),
    ),
    max_leaves=8,
)
SOUGHT = st.builds(
    lambda expression, reach, beyond: Sought(expression, reach, min(beyond, reach - 1)),
    EXPRESSIONS,
    st.integers(1, 4),
    st.integers(0, 3),
)


@given(SOUGHT)
def test_fts5_is_given_folded_words_and_operators_only(sought: Sought) -> None:
    text = textindex._fts5(sought)  # noqa: SLF001  # what is sent to the engine is the point
    fields = "|".join(FIELDS)
    rest = re.sub(r'"[a-z0-9]+( [a-z0-9]+)*"( \*)?', "", text)
    rest = re.sub(rf"\{{({fields})( ({fields}))*\}} :", "", rest)
    assert re.fullmatch(r"(AND|OR|NOT|[() ])*", rest)


@given(SOUGHT)
def test_tsquery_is_given_folded_words_and_operators_only(sought: Sought) -> None:
    text = textindex._tsquery(sought)  # noqa: SLF001  # what is sent to the engine is the point
    assert re.fullmatch(r"(<->|[()&|! ])*", re.sub(r"'[a-z0-9]+'(:\*?[A-D]*)?", "", text))


@given(SOUGHT)
def test_fts5_takes_whatever_is_rendered(sought: Sought) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE VIRTUAL TABLE search USING fts5({', '.join(FIELDS)})")
        connection.execute("SELECT 1 FROM search WHERE search MATCH ?", [textindex._fts5(sought)])  # noqa: SLF001  # as above


def test_texts_of_one_field_are_kept_apart_on_both_engines() -> None:
    document = Document(7, (["calm water", "dry sand"], ["water calm"], [], []))
    assert document.columns() == {
        "rowid": 7,
        "name": "calm water _ dry sand",
        "summary": "water calm",
        "passage": "",
        "party": "",
    }
    assert document.vector() == "'calm':1A,8B 'water':2A,7B 'dry':4A 'sand':5A"


@given(st.lists(st.text(), max_size=3))
def test_a_document_is_plain_words_whatever_its_texts(texts: list[str]) -> None:
    document = Document(1, ([textindex.folded(text) for text in texts],) * 4)
    assert all(re.fullmatch(r"[a-z0-9 _]*", str(text)) for text in document.columns().values())
    assert re.fullmatch(r"('[a-z0-9]+':[0-9A-D,]+ ?)*", document.vector())


def test_marking_costs_little_whatever_is_sought() -> None:
    text = "drones and jets for the navy of the coast " * 100
    questions = ('"' + "the " * 70 + '"', " ".join(f"word{n}" for n in range(32)), "dr* je* na* co* an* fo*")
    assert least(lambda: [marks(text, read(question)) for question in questions]) < 1
