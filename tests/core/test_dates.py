"""Facts in time: `since`, `until`, `date_match`; open, unknown and absent dates; both orders."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from app.core import bitmaps, postings
from app.kit.prepared import Statements

if TYPE_CHECKING:
    from tests.conftest import Api

DATED = (
    "su-tz-kite-1985 su-tz-meeting cd-cg-ceasefire-1997 ru-tz-boats-requested tr-no-meeting-1998 cg-cd-boats-1998 "
    "tz-cd-war-expected amber-bay-capture-2014 tr-na-base tr-no-heron-2016 ru-no-kite-2017 harbour-pact-2017 "
    "harbour-pact-signing-2017 no-na-pike-cancelled tr-na-heron-cancelled calm-water-3 tr-no-drills-possible "
    "dry-sand-2019 na-kite-holding ru-na-base-denied"
)
UNDATED = (
    "heron-works-na-brook no-na-ships-possible no-rifles no-tr-drone-denied quote-berg-choir quote-officer-largest "
    "quote-okonjo-base quote-vinter-drone ru-na-procurement-planned ru-tr-drone-expected ru-tz-missiles-rejected "
    "ru-tz-training-possible tr-na-arms-supplier tr-no-pike-ordered ua-tr-heron-production"
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        # The base has been there since 2015: it may still be.
        ("since=2019", "tr-na-base dry-sand-2019 na-kite-holding"),
        ("since=2019-12-31", "tr-na-base dry-sand-2019 na-kite-holding"),
        ("since=2020", "tr-na-base"),
        ("since=2019&date_match=certain", "dry-sand-2019 na-kite-holding"),
        # The boats were lent up to 1998, nobody says since when.
        ("until=1997", "su-tz-kite-1985 su-tz-meeting cd-cg-ceasefire-1997 cg-cd-boats-1998"),
        ("until=1997&date_match=certain", "su-tz-kite-1985 su-tz-meeting cd-cg-ceasefire-1997"),
        ("until=1984", "cg-cd-boats-1998"),
        # One moment between 1986 and 1988: it may lie in 1987, it lies surely between the two.
        ("since=1987&until=1987", "su-tz-meeting cg-cd-boats-1998"),
        ("since=1987&until=1987&date_match=certain", ""),
        ("since=1986&until=1988&date_match=certain", "su-tz-meeting"),
        ("since=2018-06-15&until=2018-06-15", "tr-na-base no-na-pike-cancelled calm-water-3"),
        ("since=2018-06&until=2018-06&date_match=certain", "calm-water-3"),
        ("since=2017-05-14&until=2017-05-14", "tr-na-base ru-no-kite-2017 harbour-pact-2017 harbour-pact-signing-2017"),
        ("since=2000&until=2000&modality=expected", "tz-cd-war-expected"),
        ("since=1900&until=1900&modality=denied", "ru-na-base-denied"),
        ("since=2030&modality=possible", "tr-no-drills-possible"),
        ("since=1985&until=1985&country=SUHH", "su-tz-kite-1985"),
    ],
)
def test_facts_in_time(small: Api, question: str, expected: str) -> None:
    small.finds(f"/facts?{question}", expected)


def lies(date: dict[str, Any], since: str | None, until: str | None, *, certain: bool) -> bool:
    """Whether a fact of this date is to be found, by the words of the contract; `date` has a bound at least."""
    first, last = date["earliest"], date["latest"]
    if certain:
        begins = since is None or (first is not None and first >= since)
        return begins and (until is None or (last is not None and last <= until))
    begins = until is None or first is None or first <= until
    return begins and (since is None or last is None or last >= since)


@pytest.mark.parametrize("few_to_meet", [-1, 1_000_000])
@pytest.mark.parametrize("match", ["overlap", "certain"])
def test_what_is_found_in_time_is_what_the_dates_of_facts_say(
    small: Api, monkeypatch: pytest.MonkeyPatch, few_to_meet: int, match: str
) -> None:
    monkeypatch.setattr(postings, "FEW_BY_DATE", -1)
    monkeypatch.setattr(postings, "FEW_TO_MEET", few_to_meet)
    # No statement is known: who asks first has it written for all who ask alike.
    monkeypatch.setattr(bitmaps, "_STATEMENTS", Statements())
    facts = {
        fact["id"]: fact["date"]
        for fact in small.json("/facts?modality=any")["data"]
        if fact["date"]["earliest"] or fact["date"]["latest"]
    }
    words = "q=soviet* OR boats OR heron* OR base"
    worded = {fact["id"] for fact in small.json(f"/facts?modality=any&{words}")["data"]}
    assert {"su-tz-meeting", "cg-cd-boats-1998", "tr-na-base"} <= worded < facts.keys() | worded
    ends = {day for date in facts.values() for day in (date["earliest"], date["latest"]) if day}
    days = [None, "0001-01-01", *sorted(ends)[::3], "9999-12-31"]
    for since, until in product(days, days):
        asked = [f"{name}={day}" for name, day in (("since", since), ("until", until)) if day]
        if not asked or (since and until and since > until):
            continue
        expected = {one for one, date in facts.items() if lies(date, since, until, certain=match == "certain")}
        dates = f"modality=any&date_match={match}&{'&'.join(asked)}"
        for question, found in ((f"/facts?{words}&{dates}", expected & worded), (f"/facts?{dates}", expected)):
            page = small.json(question)
            assert {fact["id"] for fact in page["data"]} == found, question
            assert page["meta"]["total"] == len(found), question


def undated_of(api: Api, target: str) -> list[dict[str, str]]:
    """Return the notes on undated facts."""
    return [note for note in api.json(target)["meta"]["notes"] if note["code"] == "undated"]


@pytest.mark.parametrize(
    ("question", "undated"),
    [
        ("since=2019", 8),
        ("until=1997&modality=any", 15),
        ("since=2019&country=NO", 2),
        ("since=2019&date_match=certain&modality=planned", 2),
    ],
)
def test_a_note_says_how_many_undated_facts_are_left_out(small: Api, question: str, undated: int) -> None:
    (note,) = undated_of(small, f"/facts?{question}")
    assert note["text"].startswith(f"{undated} facts ")


@pytest.mark.parametrize("target", ["/facts?country=NO", "/exercises?since=2018", "/facts?kind=event"])
def test_no_note_where_no_undated_fact_is_left_out(small: Api, target: str) -> None:
    assert undated_of(small, target) == []


def test_dates_have_bounds_and_their_basis(small: Api) -> None:
    found = {fact["id"]: fact["date"] for fact in small.json("/facts?modality=any")["data"]}

    def date(id: str) -> tuple[str | None, ...]:
        return tuple(found[id][key] for key in ("edtf", "earliest", "latest", "basis"))

    assert date("harbour-pact-2017") == ("2017-05-14", "2017-05-14", "2017-05-14", "stated")
    assert date("calm-water-3") == ("2018-06", "2018-06-01", "2018-06-30", "stated")
    assert date("su-tz-meeting") == ("[1986..1988]", "1986-01-01", "1988-12-31", "stated")
    assert date("tr-na-base") == ("2015/..", "2015-01-01", None, "stated")
    assert date("cg-cd-boats-1998") == ("/1998", None, "1998-12-31", "stated")
    assert date("ru-na-base-denied") == ("../2019", None, "2019-12-31", "inferred")
    assert date("tz-cd-war-expected") == ("2000~", "2000-01-01", "2000-12-31", "stated")
    assert date("no-rifles") == (None, None, None, "none")
    assert found["ru-na-base-denied"]["note"] == '"Up to now"; the report is of 2019'


def test_sorted_by_date_the_undated_come_last_both_ways(small: Api) -> None:
    up, down = DATED.split(), UNDATED.split()
    small.finds("/facts?modality=any", f"{DATED} {UNDATED}")
    small.finds("/facts?modality=any&sort=-date", " ".join([*up[::-1], *down[::-1]]))


def test_sorted_by_id(small: Api) -> None:
    by_id = sorted([*DATED.split(), *UNDATED.split()])
    small.finds("/facts?modality=any&sort=id", " ".join(by_id))
    small.finds("/facts?modality=any&sort=-id", " ".join(by_id[::-1]))


def test_facts_that_are_named_are_sorted_by_id(small: Api) -> None:
    named = "id=tr-na-base,dry-sand-2019,harbour-pact-2017,calm-water-3"
    small.finds(f"/facts?{named}&sort=id", "calm-water-3 dry-sand-2019 harbour-pact-2017 tr-na-base")
    small.finds(f"/facts?{named}&sort=-id", "tr-na-base harbour-pact-2017 dry-sand-2019 calm-water-3")
    small.finds(f"/facts?{named}&since=2018&sort=id", "calm-water-3 dry-sand-2019 tr-na-base")


@pytest.mark.parametrize(
    ("question", "culprit"),
    [
        ("since=last year", "since"),
        ("since=2021-02-30", "since"),
        ("until=2021-13", "until"),
        ("since=0000", "since"),
        ("since=21", "since"),
        ("since=2020,2021", "since"),
        ("since=2020&since=2021", "since"),
        ("since=2020&until=2019", "until"),
        ("date_match=exact", "date_match"),
        ("sort=summary", "sort"),
    ],
)
def test_what_is_no_date_or_order_is_refused(small: Api, question: str, culprit: str) -> None:
    assert [one["parameter"] for one in small.problem(f"/facts?{question}")["errors"]] == [culprit]


@pytest.mark.parametrize(
    "question", ["/trainings?since=2000", "/trainings?until=2000", "/facts?kind=training&since=2000"]
)
def test_of_a_kind_without_facts_none_is_found(article: Api, question: str) -> None:
    meta = article.json(question)["meta"]
    assert (meta["total"], meta["total_is"], {*meta["withheld"].values()}) == (0, "exact", {0})
