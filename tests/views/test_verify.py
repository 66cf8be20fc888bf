"""Quotations are checked: the words, whose they are and where they stand; one altered word is not found."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from app.core.envelopes import OneAnswer
from app.kit.wording import plain
from app.views.verify import VerdictAnswer

if TYPE_CHECKING:
    from tests.conftest import Api

BASE = "We need no base,"
CHOIR = "But Norway will not 'join the choir', as Ida Berg says,"
HOSTILE = [
    '" OR "we need no base',
    "name:we need no base",
    "{name}: we need no base",
    "NEAR(we need no base, 3)",
    "we need no base* OR *",
    "'we':A <-> 'need' & !(no | base)",
    "\\'we need no base\\'); DROP TABLE search; --",
    "we need no base\x00\x00\x00",
    "we need no base \ud7ff\ue000\uffff",
    "NOT we need no base AND OR NOT",
    "((((((((((((we need no base",
    "%%%%%%%%%%%% we need no base _____",
    "… … … … … … … …, we need no base … … …",
    "[…] [...] (…) ... . . . we need no base",
    "Ƹ" * 12 + " we need no base",
    "we need no base … ƸƸƸ",
    "we need no base ƸƸƸ … Ƹ Ƹ",
    "😀" * 12 + " base",
    "中国向土耳其出售无人机没有基地",
    "\u202ewe need no base\u202c, we need no base",
    "we ne\u0301ed no base, we need no base",
    "$$$$$$$$$$$$$$$$ €€€€€",
    "%%%%%%%%%%%%%%%% 5",
    "ʼʼʼʼʼʼʼʼʼʼʼʼʼʼ base",
    "x" * 2000,
    "we " * 666,
    "a … " * 500,
    "a. . ." * 333,
    "the of in and " * 142,
    "[" + " " * 1990 + "base",
    ". " * 990 + "base",
    "'" * 1990 + "base",
    "ﷺ" * 2000,
    "\ufdfd " * 1000,
    "½" * 2000,
]


def verify(api: Api, text: str, **more: str) -> Any:
    """Ask about a text; return what is found, in the documented shape."""
    answer = api.request("POST", "/quotes/verify", json={"text": text, **more})
    assert answer.status_code == 200, f"{answer.status_code} {answer.text[:400]}"
    document = answer.json()
    assert OneAnswer[VerdictAnswer].model_validate_json(answer.text).model_dump(mode="json") == document
    found = document["data"]
    assert found["text"] == text
    assert bool(found["matches"]) is (found["verdict"] != "not_found")
    assert not (found["matches"] and found["nearest"])
    return found


def verdict(api: Api, text: str, **more: str) -> str:
    """Return the verdict, and what it rests on: `repaired quote-okonjo-base`."""
    found = verify(api, text, **more)
    return " ".join([found["verdict"], *(match["fact"] or match["citations"][0]["id"] for match in found["matches"])])


def refused(api: Api, status: int = 422, **more: Any) -> Any:
    """Send what must be refused, and return the problem document."""
    answer = api.request("POST", "/quotes/verify", **more)
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:400]}"
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


# The verdicts.


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        (BASE, {}, "verified quote-okonjo-base"),
        (BASE, {"speaker": "Mara Okonjo"}, "verified quote-okonjo-base"),
        (BASE, {"speaker": "okonjo"}, "verified quote-okonjo-base"),
        (BASE, {"speaker": " Mara\u00a0Okonjo "}, "verified quote-okonjo-base"),
        ("We need no base", {"speaker": "mara-okonjo"}, "verified quote-okonjo-base"),
        ("“We need no base,”", {}, "verified quote-okonjo-base"),
        ("we need no base", {}, "repaired quote-okonjo-base"),
        ("We need no base.", {}, "repaired quote-okonjo-base"),
        ("We need … base", {}, "repaired quote-okonjo-base"),
        ("We need no base", {"speaker": "Lars Vinter"}, "misattributed quote-okonjo-base"),
        ("we need no base!", {"speaker": "Lars Vinter"}, "misattributed quote-okonjo-base"),
        ("We need no base", {"speaker": "Turkey"}, "misattributed quote-okonjo-base"),
        ("We need one base", {}, "not_found"),
        ("We need no base", {"source": "harbour-gazette-2019"}, "verified quote-okonjo-base"),
        ("We need no base", {"source": "An Invented Report on the Harbour States"}, "verified quote-okonjo-base"),
        ("We need no base", {"source": "river-almanac-1999"}, "not_found"),
        # A quote that the source interrupts is one text; each piece has its own passage.
        (f"Russia will likely help Turkey build a drone, {CHOIR}", {}, "verified quote-vinter-drone"),
        ("build a drone, But Norway", {"speaker": "Vinter"}, "verified quote-vinter-drone"),
        ("build a drone … will not join", {"speaker": "Vinter"}, "repaired quote-vinter-drone"),
        # Words quoted inside a quote are said by both.
        ("join the choir", {}, "verified quote-berg-choir quote-vinter-drone"),
        ("join the choir", {"speaker": "Ida Berg"}, "verified quote-berg-choir"),
        ("join the choir", {"speaker": "Vinter"}, "verified quote-vinter-drone"),
        ("join the choir", {"speaker": "Okonjo"}, "misattributed quote-berg-choir quote-vinter-drone"),
        # An unnamed voice may be asked for.
        ("one of the largest suppliers of arms", {"speaker": "an officer"}, "verified quote-officer-largest"),
        # The source's own words are nobody's quote.
        ("third of its series, at Port Amber", {}, "verified harbour-gazette-2019.704-836"),
        ("third of its series, at Port Amber", {"speaker": "Okonjo"}, "misattributed harbour-gazette-2019.704-836"),
        # A quote's words with the source's own around them are the source's.
        ('base," Namibian minister Mara Okonjo said', {}, "verified harbour-gazette-2019.1940-2028"),
        # An apostrophe left out makes one word of two for the index, not for the comparison.
        ("free in the others other wars", {}, "repaired harbour-gazette-2019.1366-1552"),
        # Two passages are not one.
        ("Namibia. The Turkish Navy flew", {}, "not_found"),
    ],
)
def test_verdicts(small: Api, text: str, more: dict[str, str], expected: str) -> None:
    assert verdict(small, text, **more) == expected


def test_a_match_says_who_where_and_the_exact_words(small: Api) -> None:
    (match,) = verify(small, "WE NEED NO BASE", speaker="Lars Vinter")["matches"]
    passage = small.json("/quotes/quote-okonjo-base")["data"]["evidence"][0]
    assert match == {
        "fact": "quote-okonjo-base",
        "speaker": {"id": "mara-okonjo", "kind": "person", "name": "Mara Okonjo"},
        "form": "direct",
        "exact": "We need no base",
        "citations": [passage],
        "link": "/quotes/quote-okonjo-base",
    }


def test_a_match_cites_the_passages_that_its_words_stand_in(small: Api) -> None:
    quote = small.json("/quotes/quote-vinter-drone")["data"]
    first, second = quote["evidence"]
    for text, citations in (
        ("Russia will likely help", [first]),
        ("But Norway will not", [second]),
        ("build a drone, But Norway", [first, second]),
        (quote["text"], [first, second]),
    ):
        (match,) = verify(small, text)["matches"]
        assert match["citations"] == citations, text


def test_the_sources_own_words_lead_to_their_passage(small: Api) -> None:
    (match,) = verify(small, "THIRD of its series")["matches"]
    assert (match["fact"], match["speaker"], match["form"]) == (None, None, None)
    assert match["exact"] == "third of its series"
    assert small.json(match["link"])["data"] == match["citations"][0]


def test_what_is_not_found_is_shown_beside_what_is_near(small: Api) -> None:
    found = verify(small, "We need one base,")
    nearest = found["nearest"][0]
    assert found["verdict"] == "not_found"
    assert nearest["citation"]["id"] == "harbour-gazette-2019.1940-2028"
    assert nearest["difference"][:4] == [
        {"op": "same", "text": "We need"},
        {"op": "missing", "text": "no"},
        {"op": "added", "text": "one"},
        {"op": "same", "text": "base"},
    ]
    assert small.json(nearest["link"])["data"] == nearest["citation"]
    similar = [one["similarity"] for one in found["nearest"]]
    assert similar == sorted(similar, reverse=True)
    assert len(similar) <= 3


def test_what_is_like_nothing_has_nothing_near(small: Api) -> None:
    assert verify(small, "zebras graze where zebras may")["nearest"] == []


def test_the_verdicts_are_the_vocabulary(small: Api) -> None:
    codes = [one["code"] for one in small.json("/vocab/verdict")["data"]["codes"]]
    assert codes == ["verified", "repaired", "misattributed", "not_found"]


# The corpus: every quote and every passage of the article.


def quotes(api: Api) -> list[Any]:
    found = api.json("/quotes?limit=500")["data"]
    assert len(found) > 20
    return list(found)


def facts_of(found: Any) -> set[str]:
    return {match["fact"] for match in found["matches"]}


def test_every_quote_verifies_as_itself_with_its_own_speaker(article: Api) -> None:
    for quote in quotes(article):
        found = verify(article, quote["text"])
        assert found["verdict"] == "verified", quote["id"]
        assert quote["id"] in facts_of(found)
        if quote["speaker"]:
            for name in (quote["speaker"]["id"], quote["speaker"]["name"]):
                theirs = verify(article, quote["text"], speaker=name)
                assert theirs["verdict"] == "verified", quote["id"]
                assert quote["id"] in facts_of(theirs)
                assert {match["speaker"]["id"] for match in theirs["matches"]} == {quote["speaker"]["id"]}
        for match in found["matches"]:
            if match["fact"] == quote["id"]:
                assert match["exact"] == quote["text"].strip("\"'") or match["exact"] in quote["text"]
                assert match["citations"] == quote["evidence"][: len(quote["segments"])]


def test_every_quote_with_one_altered_word_is_not_found(article: Api) -> None:
    for quote in quotes(article):
        words = quote["text"].split()
        for at in {0, 1, len(words) // 2, len(words) - 1}:
            for altered in ("zebra", words[at] + "x"):
                text = " ".join([*words[:at], altered, *words[at + 1 :]])
                found = verify(article, text)
                assert found["verdict"] == "not_found", text
                # Two words in a row are shared: what is near is shown.
                assert found["nearest"] or len(words) < 6
        if len(words) > 3:
            middle = len(words) // 2
            for text in (
                " ".join([*words[:middle], "zebra", *words[middle:]]),
                " ".join([*words[:middle], *words[middle + 1 :]]),
                " ".join([words[1], words[0], *words[2:]]),
            ):
                assert verify(article, text)["verdict"] == "not_found", text


def test_every_quote_with_another_speaker_is_misattributed(article: Api) -> None:
    every = quotes(article)
    speakers = {quote["speaker"]["id"] for quote in every if quote["speaker"]}
    for quote in every:
        theirs = {
            other["speaker"]["id"]
            for other in every
            if other["speaker"] and plain(quote["text"]) in plain(other["text"])
        }
        for other in sorted(speakers - theirs)[:2]:
            found = verify(article, quote["text"], speaker=other)
            assert found["verdict"] == "misattributed", (quote["id"], other)
            assert quote["id"] in facts_of(found)


def test_every_passage_is_verified_as_the_sources_words_or_a_quotes(article: Api) -> None:
    passages = {
        passage["id"]: passage["exact"]
        for fact in article.json("/facts?modality=any&limit=500")["data"]
        for passage in fact["evidence"]
    }
    assert len(passages) > 80
    for id_, exact in passages.items():
        if len(exact) < 12:
            continue
        found = verify(article, exact)
        assert found["verdict"] == "verified", exact
        assert any(
            citation["id"] == id_ or plain(exact) in plain(citation["exact"])
            for match in found["matches"]
            for citation in match["citations"]
        )


@pytest.mark.parametrize(
    "printed",
    [
        lambda text: f"“{text}”",
        lambda text: f"«\u00a0{text}\u00a0»",
        lambda text: f"  {text}\n",
        lambda text: text.replace("'", "’").replace('"', "”"),
        lambda text: text.replace("’", "'").replace("“", '"').replace("”", '"'),
        lambda text: text.replace("-", "‑").replace("–", "—").replace("—", "–"),
        lambda text: text.replace(" ", "\u00a0\r\n\t"),
        lambda text: text.replace(" ", "\u2009\u200b "),
        "\u00ad".join,
        lambda text: text.replace("ğ", "g\u0306").replace("ü", "u\u0308"),
    ],
)
def test_what_a_printer_decides_does_not_count(article: Api, printed: Any) -> None:
    for quote in quotes(article):
        text = printed(quote["text"])
        if len(text) <= 2000:
            found = verify(article, text)
            assert (found["verdict"], quote["id"] in facts_of(found)) == ("verified", True), text


@pytest.mark.parametrize(
    "repairable",
    [
        lambda text: text.upper(),
        lambda text: text.replace(",", " ").replace(".", " ").replace("'", "") + "!",
        lambda text: " … ".join(text.split(" ", 3)[::3]) if text.count(" ") > 3 else text.upper(),
        lambda text: f"... {text.lower().capitalize()} ...",
    ],
)
def test_punctuation_case_and_elisions_are_repaired(article: Api, repairable: Any) -> None:
    for quote in quotes(article):
        text = repairable(quote["text"])
        found = verify(article, text)
        assert (found["verdict"], quote["id"] in facts_of(found)) == ("repaired", True), text


# What is refused, and what must not break anything.


@pytest.mark.parametrize(("length", "status"), [(11, 422), (12, 200), (2000, 200), (2001, 422)])
@pytest.mark.parametrize("letter", ["a", "ü", "😀a"])
def test_a_text_has_12_to_2000_characters(small: Api, length: int, status: int, letter: str) -> None:
    text = (letter * length)[:length]
    assert len(text) == length
    answer = small.request("POST", "/quotes/verify", json={"text": text})
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["errors"][0]["parameter"] == "text"


@pytest.mark.parametrize(
    ("sent", "parameter", "why"),
    [
        ({}, "text", "required"),
        ({"text": None}, "text", "string"),
        ({"text": 123456789012}, "text", "string"),
        ({"text": ["We need no base"]}, "text", "string"),
        ({"text": " " * 20}, "text", "at least 12"),
        ({"text": '  "need   no   b" '}, "text", "at least 12"),
        ({"text": "ʼ" * 20}, "text", "at least 12"),
        ({"text": "… … … … … … …"}, "text", "write words"),
        ({"text": "----------------"}, "text", "write words"),
        ({"text": "Ƹ" * 20}, "text", "write words"),
        ({"text": "\ud800" * 20}, "text", "string"),
        ({"text": BASE, "speaker": "Berg"}, "speaker", "Ida Berg (ida-berg) and Jon Berg (jon-berg)"),
        ({"text": BASE, "speaker": "Okonyo"}, "speaker", "did you mean Mara Okonjo"),
        ({"text": BASE, "speaker": "Nobody at all"}, "speaker", "names no"),
        ({"text": BASE, "speaker": "H7"}, "speaker", "names no"),
        ({"text": BASE, "speaker": ""}, "speaker", "at least 1"),
        ({"text": BASE, "speaker": "\x00\x01"}, "speaker", "names no"),
        ({"text": BASE, "speaker": "x" * 201}, "speaker", "at most 200"),
        ({"text": BASE, "speaker": 1}, "speaker", "string"),
        ({"text": BASE, "source": "Nowhere Times"}, "source", "names no source"),
        ({"text": BASE, "source": "TR"}, "source", "names no source"),
        ({"text": BASE, "quote": "x"}, "quote", "not permitted"),
        ([BASE], None, "valid"),
        (BASE, None, "valid"),
    ],
)
def test_a_wrong_question_is_refused_with_its_culprit(small: Api, sent: Any, parameter: str | None, why: str) -> None:
    culprit = refused(small, content=json.dumps(sent), headers={"content-type": "application/json"})["errors"][0]
    assert culprit["parameter"] == parameter
    assert why in culprit["detail"]


@pytest.mark.parametrize(
    ("content", "said", "status"),
    [
        (b'{"text": "We need no base"}', "text/plain", 415),
        (b'{"text": "We need no base"}', "", 415),
        (b"text=We+need+no+base", "application/x-www-form-urlencoded", 415),
        (b"", "application/json", 422),
        (b"{", "application/json", 422),
        (b"[" * 200_000, "application/json", 422),
        (b'{"text":' * 30_000, "application/json", 422),
        (b'{"text": "We need no base \xff"}', "application/json", 422),
        (b'{"text": "We need no base", "text": "We need no base"}', "application/json", 422),
        (b'{"text": "' + b"x" * 300_000 + b'"}', "application/json", 413),
        (b" " * 300_000, "application/json", 413),
    ],
)
def test_hostile_bodies_are_refused(small: Api, content: bytes, said: str, status: int) -> None:
    assert refused(small, status, content=content, headers={"content-type": said})["status"] == status


def test_parameters_in_the_address_are_refused(small: Api) -> None:
    answer = small.request("POST", "/quotes/verify?speaker=x", json={"text": BASE})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "speaker"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_anything_or_takes_long(article: Api, on_sqlite: Api, text: str) -> None:
    began = time.perf_counter()
    answer = article.request("POST", "/quotes/verify", json={"text": text})
    assert answer.status_code in {200, 422}, answer.text
    assert time.perf_counter() - began < 2
    assert answer.content == on_sqlite.request("POST", "/quotes/verify", json={"text": text}).content


@pytest.mark.parametrize("text", ["we need no base\x00\x00\x00", "“‘We’ «need» (no) [base]”!?", "we. need; no: base_"])
def test_marks_alone_are_no_words(small: Api, text: str) -> None:
    assert verdict(small, text) == "repaired quote-okonjo-base"


def test_what_is_sent_is_kept_by_nobody(small: Api) -> None:
    answer = small.request("POST", "/quotes/verify", json={"text": BASE})
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
