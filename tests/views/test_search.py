"""Search: one over facts and entities, and `q` on every collection; alike on both engines, safe from any question."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from app.core.envelopes import ListAnswer
from app.core.resource import Catalogue, Resource, names_of
from app.facts import FACTS
from app.kit.fulltext import LONGEST_WORD, words
from app.reference import CATALOGUES
from app.views.search import SearchAnswer
from tests.conftest import Api

FIELDS = ["name", "summary", "passage", "party"]
OF_HERON = "tr-na-base,tr-no-heron-2016,heron-works-na-brook,ua-tr-heron-production"
HOSTILE = [
    '" OR 1',
    '"',
    '""',
    '"" OR drones',
    "name:drones",
    "name : drones",
    "{name}:drones",
    "{name summary} : drones",
    "-name:drones",
    "NEAR(drones jets)",
    "NEAR(drones jets, 5)",
    "NEAR",
    "^drones",
    "drones + jets",
    "*",
    "**",
    "dr* je*",
    "d*",
    "drones*jets",
    "drones:*",
    "drones:A",
    "'drones':A & !jets",
    "drones <-> jets",
    "drones <2> jets",
    "drones & | !",
    "!drones",
    "\\",
    "drones\\' | 'jets",
    "drones'); DROP TABLE search; --",
    "%",
    "drones%",
    "_",
    "drones _ jets",
    "drones | jets",
    "AND",
    "OR",
    "NOT",
    "AND OR NOT",
    "NOT drones",
    "drones NOT (jets NOT (ships NOT drones))",
    "(" * 300,
    ")" * 300,
    "(" * 150 + ")" * 150,
    "(" * 8 + "drones" + ")" * 8,
    "((((((((drones OR jets) ships) OR jets) ships) OR jets) ships) OR jets) ships)",
    "drones " * 32,
    "drones " * 33,
    "a-b " * 60,
    "x" * 300,
    "x" * LONGEST_WORD + "*",
    '"' + "the " * 70 + '"',
    "😀",
    "😀 OR 🚀*",
    "中国 武器",
    "トルコ",
    "تركيا",
    "\u202etürkiye\u202c",
    "\ufdfd" * 30,
    '"' + "\ufdfa " * 60 + '"',
    "Ƹ",
    "Ƹ drones",
    "drones NOT Ƹ",
    "\u0301\u0302",
    "drones\u0301",
    "\u00ad",
    "\ufeff\u200b",
    "\ud7ff\ue000\uffff",
    "½ ²",
    "€90 ™",
    "\u0130\u0131\u017f\u212a",
    "true",
    "null",
    "0",
    "1e999",
    "-1",
]


def ask(question: str, **more: str) -> str:
    return "/search?" + "&".join(f"{name}={quote(text)}" for name, text in {"q": question, **more}.items())


def found(api: Api, question: str, **more: str) -> list[str]:
    """Return what is found, as `id field`."""
    return [f"{one['id']} {one['matched']}" for one in api.json(ask(question, limit="500", **more))["data"]]


def ids(api: Api, question: str, **more: str) -> list[str]:
    return [one["id"] for one in api.json(ask(question, limit="500", **more))["data"]]


# What is found.


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("heron", f"heron-works,heron-seven name; {OF_HERON} summary"),
        ("HERON", f"heron-works,heron-seven name; {OF_HERON} summary"),
        ('"heron se"*', f"heron-seven name; {OF_HERON} summary"),
        ("calm", "calm-water-3 name"),
        ("harbour", "harbour-gazette-2019,harbour-pact-2017 name; harbour-pact-signing-2017 summary"),
        ("kite-29", "kite-29 name; su-tz-kite-1985,ru-no-kite-2017,na-kite-holding summary; calm-water-3 passage"),
        ("Kite 29", "kite-29 name; su-tz-kite-1985,ru-no-kite-2017,na-kite-holding summary; calm-water-3 passage"),
        ('"calm water"', "calm-water-3 name"),
        ('"water calm"', ""),
        ('"handed over"', ""),
        ("dron*", "heron-seven,tr-na-base,tr-no-heron-2016,heron-works-na-brook,quote-vinter-drone summary"),
        ("drones soldiers", "tr-na-base summary"),
        ("drones AND soldiers", "tr-na-base summary"),
        ("drones NOT soldiers", "heron-seven,tr-no-heron-2016,heron-works-na-brook summary"),
        ("drones NOT (soldiers OR engines)", "heron-seven,tr-no-heron-2016 summary"),
        ("soldiers OR rifles", "tr-na-base,no-rifles summary"),
        ("naval (soldiers OR rifles)", "tr-na-base summary"),
        ("naval soldiers OR rifles", "tr-na-base,no-rifles summary"),
        # The words may stand in different fields; the record comes where the last of them is found.
        ("calm sea", "calm-water-3 summary"),
        ("calm navy", "calm-water-3 passage"),
        ("calm turkiye", "calm-water-3 party"),
        # What is excluded counts wherever it stands: the sea is in the summary, the third in a passage.
        ("calm NOT (sea NOT third)", "calm-water-3 name"),
        ("calm NOT third", ""),
        # A phrase reaches from no passage into the next: one ends with `Namibia`, the next begins with `The Turkish`.
        ('"port amber in namibia"', "tr-na-base,calm-water-3 passage"),
        ('"namibia the turkish"', ""),
        # Nor from one name into another: DE has both.
        ('"germany deutschland"', ""),
        # An alias and a code lead there; the state's organ is found by the state.
        ("FCF", "free-coast-front name; amber-bay-capture-2014 party"),
        ("H7 corvettes", ""),
        ("qzx", ""),
    ],
)  # fmt: skip
def test_what_is_found_and_where_in_order(small: Api, question: str, expected: str) -> None:
    groups = [group.rsplit(" ", 1) for group in expected.split("; ") if group]
    assert found(small, question) == [f"{id_} {field}" for some, field in groups for id_ in some.split(",")]


@pytest.mark.parametrize(
    ("question", "entity", "facts"),
    [
        ("Erdogan", "recep-tayyip-erdogan", "quote-erdogan-expansion-here"),
        ("Erdoğan", "recep-tayyip-erdogan", "quote-erdogan-expansion-here"),
        ("ERDOG\u0306AN", "recep-tayyip-erdogan", "quote-erdogan-expansion-here"),
        ("Turkiye", "TR", "anatolian-eagle-2021"),
        ("Türkiye", "TR", "anatolian-eagle-2021"),
        ("Turkey", "TR", "anatolian-eagle-2021"),
        ("TUR", "TR", "anatolian-eagle-2021"),
        ("MiG-29", "mig-29", "az-air-force-mig-29"),
        ("mig 29", "mig-29", "az-air-force-mig-29"),
        ("F-16s", "f-16", "tr-az-f-16-ganja-2020"),
        ("Bayraktar TB2", "bayraktar-tb2", "tr-az-bayraktar-tb2-2020"),
        ("TB2", "bayraktar-tb2", "tr-az-bayraktar-tb2-2020"),
    ],
)
def test_any_spelling_finds_the_entity_and_its_facts(article: Api, question: str, entity: str, facts: str) -> None:
    answer = ids(article, question)
    assert answer[0] == entity
    assert facts in answer


# Order, counts, pages.


def everything(api: Api) -> dict[str, Any]:
    facts = api.json("/facts?modality=any&limit=500")["data"]
    return {fact["id"]: (n, fact) for n, fact in enumerate(facts)}


@pytest.mark.parametrize("question", ["turkey", "namibia", "the", "norway OR russia", "in NOT turkey", "dr* OR je*"])
def test_order_is_field_then_entities_then_date_then_id(small: Api, question: str) -> None:
    facts = everything(small)
    answer = small.json(ask(question, modality="any", limit="500"))["data"]
    keys = [
        (FIELDS.index(one["matched"]), one["id"] in facts, facts[one["id"]][0] if one["id"] in facts else 0)
        for one in answer
    ]
    assert keys == sorted(keys)
    assert len({(one["kind"], one["id"]) for one in answer}) == len(answer) > 1


@pytest.mark.parametrize(
    "question", ["turkey", "in", "namibia NOT norway", "turkey NOT (norway NOT (heron NOT base))", "no* OR na*"]
)
@pytest.mark.parametrize("more", ["", "&modality=any", "&modality=!actual&kind=!quote", "&kind=country,transfer"])
def test_pages_give_every_record_once(small: Api, question: str, more: str) -> None:
    target = f"{ask(question)}{more}"
    whole = small.json(f"{target}&limit=500")
    for limit in (1, 3):
        walked: list[Any] = []
        following: str | None = f"{target}&limit={limit}"
        while following:
            page = small.json(following)
            assert page["meta"]["total"] == whole["meta"]["total"]
            assert len(page["data"]) <= limit
            walked += page["data"]
            following = page["links"]["next"]
        assert walked == whole["data"]
    assert whole["meta"]["total"] == whole["meta"]["count"] == len(whole["data"])


@pytest.mark.parametrize("question", ["turkey", "drones", "base", "russia NOT kite*"])
def test_what_is_withheld_is_what_other_modalities_would_have_found(small: Api, question: str) -> None:
    answer = small.json(ask(question))
    assert answer["meta"]["total_is"] == "exact"
    for modality, count in answer["meta"]["withheld"].items():
        other = small.json(ask(question, modality=modality, limit="500"))
        assert count == sum(1 for one in other["data"] if one["modality"] == modality)
        assert all(one["modality"] in {None, modality} for one in other["data"])
    every = small.json(ask(question, modality="any"))["meta"]
    assert every["withheld"] == {}
    assert every["total"] == answer["meta"]["total"] + sum(answer["meta"]["withheld"].values())


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("country", "TR"),
        ("exercise,holding", "calm-water-3"),
        ("!quote,country,event,agreement,deployment,transfer,cooperation", "calm-water-3"),
        ("organization", "turkish-navy"),
        ("person", ""),
    ],
)
def test_kinds_may_be_chosen(small: Api, kind: str, expected: str) -> None:
    assert " ".join(ids(small, "turkish OR turkey", kind=kind)[:1]) == expected or kind.startswith("!")
    given = set(kind.removeprefix("!").split(","))
    for one in small.json(ask("turkish OR turkey", kind=kind))["data"]:
        assert (one["kind"] in given) is not kind.startswith("!")


def test_cursor_of_another_question_is_refused(small: Api) -> None:
    cursor = small.json(ask("turkey", limit="1"))["links"]["next"].partition("cursor=")[2]
    assert small.problem(f"{ask('norway', limit='1')}&cursor={cursor}")["errors"][0]["parameter"] == "cursor"


# Answers.


def test_every_answer_is_its_model_and_its_link_leads_to_it(small: Api) -> None:
    answer = small.json(ask("turkey", modality="any", highlight="true"))
    text = json.dumps(answer)
    assert ListAnswer[SearchAnswer].model_validate_json(text).model_dump(mode="json") == answer
    for one in answer["data"]:
        record = small.json(one["link"])["data"]
        assert record["id"] == one["id"]
        assert one["label"] in {record.get("summary"), record.get("name"), record.get("title")}
        assert (one["modality"], one["date"]) == (record.get("modality"), record.get("date"))


@pytest.mark.parametrize("question", ["turkey", "TURKİYE", '"heron seven"', "dro*", "kite-29", "base NOT russia"])
def test_marks_lie_on_the_sought_words(small: Api, question: str) -> None:
    sought = words(question.partition(" NOT ")[0].strip('"*'))
    answer = small.json(ask(question, modality="any", highlight="true"))["data"]
    assert any(one["highlights"] for one in answer)
    for one in answer:
        assert one["highlights"] or one["matched"] == "party"
        for highlight in one["highlights"]:
            assert highlight["marks"]
            for mark in highlight["marks"]:
                marked = words(highlight["text"][mark["start"] : mark["end"]])
                assert marked[:-1] == sought[:-1]
                assert marked[-1].startswith(sought[-1])


def test_marks_come_where_the_record_was_found(small: Api) -> None:
    for one in small.json(ask("norway", modality="any", highlight="true"))["data"]:
        fields = [highlight["field"] for highlight in one["highlights"]]
        assert one["matched"] == "party" or one["matched"] == fields[0]
        assert fields == sorted(fields, key=FIELDS.index)


def test_without_highlight_there_is_none(small: Api) -> None:
    assert all(one["highlights"] == [] for one in small.json(ask("turkey"))["data"])
    assert small.json(ask("turkey", highlight="false")) == small.json(ask("turkey"))


# `q` on every collection.


def texts_of(resource: Resource, fact: dict[str, Any]) -> list[str]:
    linked = [*(party["actor"] for party in fact["parties"]), *(use["system"] for use in fact["systems"])]
    linked += [*fact["asserted_by"], *([fact["place"]] if fact["place"] else [])]
    return [
        *names_of(resource, fact),
        fact["summary"],
        *(passage["exact"] for passage in fact["evidence"]),
        *(one["name"] for one in linked),
    ]


@pytest.mark.parametrize("resource", FACTS, ids=lambda resource: resource.kind)
def test_every_fact_is_found_by_every_word_that_it_shows(small: Api, resource: Resource) -> None:
    facts = small.json(f"/{resource.collection}?modality=any&limit=500")["data"]
    by_word: dict[str, set[str]] = {}
    for fact in facts:
        for text in texts_of(resource, fact):
            for word in words(text):
                by_word.setdefault(word, set()).add(fact["id"])
    order = [fact["id"] for fact in facts]
    for word in sorted(by_word)[::3]:
        answer = small.ids(f"/{resource.collection}?modality=any&limit=500&q={word}")
        assert by_word[word] <= set(answer), word
        assert answer == [one for one in order if one in set(answer)]
        across = ids(small, word, kind=resource.kind, modality="any")
        assert sorted(across) == sorted(answer)


@pytest.mark.parametrize("resource", FACTS, ids=lambda resource: resource.kind)
def test_q_joins_with_other_filters(small: Api, resource: Resource) -> None:
    path = f"/{resource.collection}?modality=any&limit=500"
    sought = set(small.ids(f"{path}&q=norway"))
    assert small.ids(f"{path}&q=qzx") == []
    assert set(small.ids(f"{path}&q=norway&country=TR")) == sought & set(small.ids(f"{path}&country=TR"))


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda catalogue: catalogue.kind)
def test_every_entity_is_found_by_its_name_and_every_other_name(small: Api, catalogue: Catalogue) -> None:
    path = f"/{catalogue.collection}"
    records = small.json(f"{path}?limit=500")["data"]
    assert records
    for record in records[::9] if len(records) > 50 else records:
        names = [record.get("name") or record["title"], *record.get("names", []), *record.get("aliases", [])]
        for name in names:
            phrase = '"' + name.replace('"', " ") + '"'
            assert record["id"] in small.ids(f"{path}?limit=500&q={quote(phrase)}"), name
            assert record["id"] in ids(small, phrase, kind=catalogue.kind)
    assert small.ids(f"{path}?q=qzx") == []


# Bad and hostile questions.


@pytest.mark.parametrize(
    ("target", "parameter", "why"),
    [
        ("/search", "q", "is required"),
        ("/search?q=", "q", "1 to 300"),
        ("/search?q=%20", "q", "1 to 300"),
        ("/search?q=" + "x" * 301, "q", "1 to 300"),
        ("/search?q=%E2%80%A6", "q", "letters or digits"),
        ("/search?q=a&q=b", "q", "2 times"),
        ("/search?q=a%00b", "q", "control characters"),
        ("/search?q=%ff", "q", "UTF-8"),
        ("/search?q=a&highlight=yes", "highlight", "'yes' is not one of"),
        ("/search?q=a&kind=planet", "kind", "'planet' is not one of"),
        ("/search?q=a&kind=", "kind", "empty"),
        ("/search?q=a&sort=date", "sort", "unknown parameter"),
        ("/search?q=a&limit=501", "limit", "from 1 to 500"),
        ("/search?q=a&cursor=junk", "cursor", "links.next"),
        ("/facts?q=(a", "q", "never closed"),
        ("/countries?q=%22a", "q", "quotation mark"),
    ],
)
def test_a_wrong_question_is_refused_with_its_culprit(small: Api, target: str, parameter: str, why: str) -> None:
    culprit = small.problem(target)["errors"][0]
    assert culprit["parameter"] == parameter
    assert why in culprit["detail"]


@pytest.mark.parametrize("path", ["/search?highlight=true&", "/facts?modality=any&", "/countries?"])
@pytest.mark.parametrize("question", HOSTILE)
def test_no_question_breaks_anything_and_what_is_answered_can_be_asked_again(
    article: Api, on_sqlite: Api, path: str, question: str
) -> None:
    target = f"{path}limit=5&q={quote(question)}"
    answer = article.get(target)
    assert answer.status_code in {200, 422}, answer.text
    assert answer.content == on_sqlite.get(target).content
    if answer.status_code == 200:
        for link in filter(None, answer.json()["links"].values()):
            assert article.get(link).status_code == 200
    else:
        assert answer.json()["errors"][0]["parameter"] == "q"


@pytest.mark.parametrize(
    "question",
    ["turkey", "the OR in", "az* NOT drill*", '"military co"*', "erdogan (shusha OR base)", "in NOT (a NOT the)"],
)
def test_both_engines_answer_the_same_bytes_page_by_page(article: Api, on_sqlite: Api, question: str) -> None:
    following: str | None = ask(question, modality="any", highlight="true", limit="20")
    while following:
        answer = article.get(following)
        assert answer.status_code == 200
        assert answer.content == on_sqlite.get(following).content
        following = answer.json()["links"]["next"]
