"""Which keys, facets and groups: every count has a link, and the link finds exactly what was counted."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

from app.core.envelopes import GroupAnswer
from app.core.questions import FACT_PARAMETERS
from app.facts import FACTS

if TYPE_CHECKING:
    from tests.conftest import Api

DIMENSIONS = [
    (f"/{resource.collection}?modality=any", parameter.name)
    for resource in FACTS
    for parameter in resource.parameters
    if parameter.dimension and parameter not in FACT_PARAMETERS
] + [("/facts?modality=any", parameter.name) for parameter in FACT_PARAMETERS if parameter.dimension]
NARROWED = [
    ("/transfers?from=TR&modality=any", "supplier"),
    ("/transfers?from=TR,RU,heron-works&modality=any", "supplier"),
    ("/transfers?to=norwegian-navy&modality=any", "recipient"),
    ("/transfers?modality=any&deal_status=!cancelled", "deal_status"),
    ("/transfers", "deal_status"),
    ("/transfers?deal_status=cancelled", "modality"),
    ("/transfers?deal_status=ordered", "deal_status"),
    ("/facts?country=TR", "country"),
    ("/facts?country=!TR", "country"),
    ("/facts?country=TR,NO&role=supplier,host&modality=any", "country"),
    ("/facts?role=host", "country"),
    ("/facts?role=host", "actor"),
    ("/facts?system_role=fielded", "system"),
    ("/facts?system=H7&system_role=fielded&modality=any", "system"),
    ("/facts?kind=transfer,event&since=2015", "kind"),
    ("/facts?kind=!quote", "kind"),
    ("/agreements?party=TR", "party"),
    ("/relations/TR/NO?modality=any", "kind"),
    ("/facts?modality=!actual", "modality"),
]


def asked(target: str, name: str, value: str) -> str:
    """Add a parameter."""
    return f"{target}{'&' if '?' in target else '?'}{name}={value}"


def of_granularity(api: Api, link: str, granularity: str) -> int:
    """Count what a link finds of a granularity."""
    return sum(fact["granularity"] == granularity for fact in api.json(asked(link, "limit", "500"))["data"])


@pytest.mark.parametrize(("target", "dimension"), [*DIMENSIONS, *NARROWED])
def test_the_link_of_a_facet_finds_what_was_counted(small: Api, target: str, dimension: str) -> None:
    (facet,) = small.json(asked(target, "facet", dimension))["meta"]["facets"]
    assert (facet["parameter"], facet["more"]) == (dimension, False)
    everything = set(small.ids(asked(target, "limit", "500")))
    for value in facet["values"]:
        found = small.json(asked(value["link"], "limit", "500"))
        assert found["meta"]["total"] == value["count"] > 0, value
        assert {record["id"] for record in found["data"]} <= everything
        assert small.json(value["link"])["links"]["self"] == value["link"], "links are canonical"
    counts = [(-value["count"], value["value"]) for value in facet["values"]]
    assert counts == sorted(counts)


@pytest.mark.parametrize(("target", "dimension"), [*DIMENSIONS, *NARROWED])
def test_groups_count_the_same_aggregates_apart(small: Api, target: str, dimension: str) -> None:
    answer = small.json(asked(asked(target, "group_by", dimension), "limit", "500"))
    (facet,) = small.json(asked(target, "facet", dimension))["meta"]["facets"]
    assert {
        (row["group"][dimension]["value"], row["source"]): row["count"] + row["aggregates"] for row in answer["data"]
    } == {(value["value"], source): count for value in facet["values"] for source, count in value["by_source"].items()}
    for row in answer["data"]:
        assert GroupAnswer.model_validate(row).model_dump() == row
        assert of_granularity(small, row["link"], "instance") == row["count"]
        assert of_granularity(small, row["link"], "aggregate") == row["aggregates"]


@pytest.mark.parametrize(("target", "dimension"), DIMENSIONS)
@pytest.mark.parametrize("modality", ["any", "actual", "!actual"])
def test_what_was_counted_before_is_what_is_counted_now(
    examples: Api, target: str, dimension: str, modality: str
) -> None:
    """Whole collections are counted when they are compiled; a filter that lets all through counts fact by fact."""
    chosen = target.replace("modality=any", f"modality={modality}")
    both = asked(chosen, "granularity", "instance,aggregate")

    def without_links(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{key: value for key, value in row.items() if key != "link"} for row in rows]

    before, now = (examples.json(asked(one, "facet", dimension))["meta"]["facets"][0] for one in (chosen, both))
    assert (before["more"], without_links(before["values"])) == (now["more"], without_links(now["values"]))
    before, now = (examples.json(asked(one, "group_by", dimension)) for one in (chosen, both))
    assert without_links(before["data"]) == without_links(now["data"])
    assert before["meta"]["notes"] == now["meta"]["notes"]


def test_every_dimension_is_met_by_some_fact(examples: Api) -> None:
    """Where nothing is counted, nothing was tried."""
    for target, dimension in DIMENSIONS:
        (facet,) = examples.json(asked(target, "facet", dimension))["meta"]["facets"]
        assert facet["values"], (target, dimension)


def test_groups_of_two(small: Api) -> None:
    answer = small.json("/transfers?group_by=supplier,recipient&modality=any")
    found = {(row["group"]["supplier"]["value"], row["group"]["recipient"]["label"]): row for row in answer["data"]}
    assert found["TR", "Norway"]["count"] == len(
        small.ids("/transfers?from=TR&to=NO&modality=any&granularity=instance")
    )
    assert answer["meta"]["total"] == len(answer["data"])


def test_what_has_no_value_is_in_no_group_and_is_counted(small: Api) -> None:
    answer = small.json("/transfers?group_by=supplier,condition&modality=any")
    grouped = sum(row["count"] + row["aggregates"] for row in answer["data"])
    (note,) = answer["meta"]["notes"]
    rest = small.json("/transfers?modality=any")["meta"]["total"] - grouped
    assert note == {
        "code": "ungrouped",
        "text": f"{rest} facts have no value for one of these, and are in no group.",
        "link": None,
    }


def test_groups_are_paged_and_come_as_tables(small: Api) -> None:
    target = "/transfers?group_by=recipient,supplier&modality=any"
    every = small.json(f"{target}&limit=500")["data"]
    pages: list[Any] = []
    following: str | None = f"{target}&limit=2"
    while following:
        page = small.json(following)
        pages += page["data"]
        following = page["links"]["next"]
    assert pages == every
    rows = list(csv.DictReader(io.StringIO(small.get(target.replace("?", ".csv?")).text)))
    assert [(row["supplier"].removeprefix("iso2:"), int(row["count"])) for row in rows] == [
        (row["group"]["supplier"]["value"], row["count"]) for row in every
    ]
    assert len(small.get(target.replace("?", ".ndjson?")).text.splitlines()) == len(every)


def test_a_value_that_cannot_be_asked_for_has_no_link(small: Api) -> None:
    """`supplier` may not be repeated: there is no question for "not Turkey, and Russia"; a facet says so."""
    (facet,) = small.json("/transfers?from=!TR&facet=supplier")["meta"]["facets"]
    assert {value["link"] for value in facet["values"]} == {None}


def test_facets_beside_one_another_and_none_unless_asked(small: Api) -> None:
    assert small.json("/facts")["meta"]["facets"] == []
    assert small.json("/countries")["meta"]["facets"] == []
    facets = small.json("/facts?facet=kind,country,source")["meta"]["facets"]
    assert {facet["parameter"] for facet in facets} == {"kind", "country", "source"}
    labels = {value["value"]: value["label"] for facet in facets for value in facet["values"]}
    assert labels["TR"] == "Türkiye"
    assert labels["river-almanac-1999"] == "An Invented Almanac of the Rivers"
    assert labels["transfer"] == "transfer"


def test_facets_and_groups_say_when_they_are_of_a_part(small: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("grouping", "lists"):
        monkeypatch.setattr(f"app.core.{module}.EXACT", 3)
    for name in ("facet", "group_by"):
        for target, in_part in ((f"/facts?voice=source&{name}=kind", True), (f"/facts?{name}=voice", False)):
            notes = small.json(target)["meta"]["notes"]
            assert ("counted_in_part" in {note["code"] for note in notes}) is in_part, target


@pytest.mark.parametrize(
    ("target", "keys"),
    [
        ("/transfers?fields=summary", ["id", "kind", "summary"]),
        ("/transfers?fields=summary,evidence", ["id", "kind", "summary", "evidence"]),
        ("/countries?fields=codes", ["id", "kind", "codes"]),
        ("/coverage?fields=status,a", ["a", "kind", "status"]),
    ],
)
def test_fields_are_the_keys_that_are_wanted(small: Api, target: str, keys: list[str]) -> None:
    for record in small.json(target)["data"]:
        assert list(record) == keys


def test_all_fields_but_some(small: Api) -> None:
    some, every = (small.json(f"/transfers{query}")["data"][0] for query in ("?fields=!evidence,parties", ""))
    assert some == {key: value for key, value in every.items() if key not in {"evidence", "parties"}}


def test_a_table_keeps_whose_claim_it_is(small: Api) -> None:
    head = small.get("/transfers.csv?fields=number_ordered").text.splitlines()[0].split(",")
    assert head[:4] == ["id", "kind", "modality", "granularity"]
    assert {"asserted_by", "hedges"} <= set(head)
    assert head[-2:] == ["number_ordered", "number_ordered_is_estimate"]


@pytest.mark.parametrize(
    ("target", "parameter", "said"),
    [
        ("/transfers?fields=colour", "fields", "not one of id, kind, summary"),
        ("/transfers?facet=colour", "facet", "not one of supplier"),
        ("/transfers?facet=!supplier", "facet", "takes no `!`"),
        ("/transfers?facet=since", "facet", "not one of"),
        ("/transfers?group_by=supplier,recipient,system,place", "group_by", "at most 3"),
        ("/transfers.geojson?fields=summary", "fields", "for JSON, CSV and NDJSON"),
        ("/transfers.bib?group_by=supplier", "group_by", "for JSON, CSV and NDJSON"),
        ("/transfers?group_by=supplier&fields=summary", "fields", "answers groups"),
        ("/transfers.csv?group_by=supplier&sort=-date", "sort", "answers groups"),
        ("/countries?facet=id", "facet", "unknown parameter"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(small: Api, target: str, parameter: str, said: str) -> None:
    (culprit,) = small.problem(target)["errors"]
    assert culprit["parameter"] == parameter
    assert said in culprit["detail"]


@pytest.mark.parametrize(
    ("target", "more"),
    [("facet=kind", 1), ("facet=kind,country,source", 2), ("group_by=country,kind", 3), ("fields=summary", 0)],
)
def test_counting_takes_few_statements(small: Api, target: str, more: int) -> None:
    """Beside the page and its counts; the groups take the place of the page."""
    small.json("/facts")
    plain = len(small.statements)
    small.json(f"/facts?{target}")
    assert len(small.statements) <= plain + more
