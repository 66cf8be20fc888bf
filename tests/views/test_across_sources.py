"""Across sources: nothing adds two sources up, each says what it can speak of, and sums say what is an estimate."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from app.core.envelopes import GroupAnswer, ListAnswer
from app.facts import FACTS
from app.settings import MIGRATIONS
from app.views import panel
from app.views.panel import PanelRow
from seed import corpus, rules
from seed.datasets import named
from seed.importers import IMPORTERS
from seed.load import load
from tests.conftest import Database, api_of, small_corpus

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

    from tests.conftest import Api

DATASETS = Path(__file__).parent.parent / "datasets"
FILES = {
    "sipri-orders": "orders.csv",
    "sipri-deliveries": "deliveries.csv",
    "us-eda": "eda.csv",
    "mme": "mme.csv",
    "fmtrpt": "fmtrpt/1999_2000_Lakes_1_fmtrpt_dedup.xml",
}


@pytest.fixture(scope="module")
def api(
    database: Callable[[str], Database], portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    """The API over the tests' corpus and a file for each importer, on each engine."""
    root = small_corpus(tmp_path_factory.mktemp("corpus"))
    shutil.copy(corpus.HERE / "reference" / "names.yml", root / "reference" / "names.yml")
    found = corpus.read(root, FACTS)
    rules.check(found)
    made = database("across")
    datasets = named(IMPORTERS, [f"{name}={DATASETS / file}" for name, file in FILES.items()])
    load(found, made.load, FACTS, MIGRATIONS, lambda _: None, datasets=datasets)
    yield from api_of(made.read, portal)


def codes_of_notes(answer: Any) -> list[str]:
    """Return the codes of an answer's notes."""
    return [note["code"] for note in answer["meta"]["notes"]]


def test_a_deal_in_two_sources_is_two_facts_and_the_answer_says_so(api: Api) -> None:
    answer = api.json("/transfers?from=RU&to=AZ")
    assert [fact["evidence"][0]["source"]["id"] for fact in answer["data"]] == ["sipri-deliveries", "sipri-orders"]
    note = answer["meta"]["notes"][-1]
    assert note["code"] == "several_sources"
    assert note["text"].startswith("These facts are of 2 sources (sipri-deliveries, sipri-orders)")
    assert "several_sources" not in codes_of_notes(api.json("/transfers?from=RU&to=AZ&source=sipri-orders"))


@pytest.mark.parametrize(
    ("target", "says", "link"),
    [
        # All pages are spoken of, not only this one.
        (
            "/transfers?from=RU&limit=1",
            "3 sources (harbour-gazette-2019, sipri-deliveries, sipri-orders)",
            "/transfers?supplier=RU&facet=source",
        ),
        (
            "/transfers?limit=1&facet=recipient",
            "5 sources (harbour-gazette-2019, river-almanac-1999, sipri-deliveries, sipri-orders, us-eda)",
            "/transfers?facet=source",
        ),
        ("/facts?limit=1", "more than 5 sources (", "/facts?facet=source"),
        ("/relations/AZ/RU?limit=1", "2 sources (sipri-deliveries, sipri-orders)", "/relations/AZ/RU?facet=source"),
        (
            "/facts?between=RU,AZ&limit=1",
            "2 sources (sipri-deliveries, sipri-orders)",
            "/facts?between=AZ,RU&facet=source",
        ),
        # Of several filters nobody counted before.
        (
            "/transfers?from=RU&to=AZ&limit=1",
            "The facts of this page are of one source (sipri-deliveries), those of other pages may be of others",
            "/transfers?supplier=RU&recipient=AZ&facet=source",
        ),
    ],
)
def test_a_list_says_of_which_sources_all_its_pages_are(api: Api, target: str, says: str, link: str) -> None:
    note = api.json(target)["meta"]["notes"][-1]
    assert note["code"] == "several_sources"
    assert says in note["text"]
    assert note["link"] == link
    shown = {value["value"] for value in api.json(link)["meta"]["facets"][0]["values"]}
    assert shown >= set(re.findall(r"[a-z]+-[a-z0-9-]+", says.partition("(")[2]))


def test_a_list_of_one_source_says_nothing_of_others(api: Api) -> None:
    assert codes_of_notes(api.json("/transfers?limit=1&source=sipri-orders")) == []
    assert "several_sources" not in codes_of_notes(api.json("/exercises?series=Northern%20Anvil"))


def test_a_list_of_one_source_says_if_what_it_withholds_is_of_another(api: Api) -> None:
    note = api.json("/transfers?from=US")["meta"]["notes"][-1]
    assert note["text"].startswith(
        "These facts are of one source (us-eda), of what is withheld some are of one source (sipri-orders)"
    )
    assert note["link"] == "/transfers?supplier=US&modality=any&facet=source"


def test_facets_and_groups_are_by_source(api: Api) -> None:
    (facet,) = api.json("/transfers?from=RU&facet=recipient")["meta"]["facets"]
    by_source = {value["value"]: value["by_source"] for value in facet["values"]}
    assert by_source["AZ"] == {"sipri-deliveries": 1, "sipri-orders": 1}
    assert by_source["NO"] == {"harbour-gazette-2019": 1}
    answer = api.json("/transfers?from=RU&to=AZ&group_by=recipient")
    assert [(row["source"], row["count"]) for row in answer["data"]] == [("sipri-deliveries", 1), ("sipri-orders", 1)]
    assert codes_of_notes(answer)[-1] == "by_source"
    for row in answer["data"]:
        assert GroupAnswer.model_validate(row).model_dump() == row
        assert api.json(row["link"])["meta"]["total"] == row["count"]


def test_a_sum_says_how_much_of_it_is_an_estimate_and_what_it_lacks(api: Api) -> None:
    def sums(target: str) -> dict[tuple[str, str], tuple[Any, ...]]:
        rows = api.json(target)["data"]
        (by,) = rows[0]["group"]
        return {
            (row["source"], row["group"][by]["value"]): tuple(row["sums"]["number_delivered"].values()) for row in rows
        }

    # 17 in 2000, 2 in 1998 that are estimated, 35 in 1999: each year its own, never the 54 of the whole deal.
    by_year = sums("/transfers?from=AT&to=BE&group_by=delivery_year&sum=number_delivered")
    assert by_year == {
        ("sipri-deliveries", "1998"): (2, 2, 0, 0),
        ("sipri-deliveries", "1999"): (35, 0, 0, 0),
        ("sipri-deliveries", "2000"): (17, 0, 0, 0),
    }
    in_all = sums("/transfers?from=AT&to=BE&group_by=supplier&sum=number_delivered")
    assert in_all == {("sipri-deliveries", "AT"): (54, 2, 0, 0)}
    # Orders tell a total and two years: of neither year the number. Excess articles do not say what is an estimate.
    both = sums("/transfers?group_by=delivery_year&sum=number_delivered")
    assert both["sipri-orders", "2016"] == (None, None, None, 1)
    assert both["us-eda", "2011"] == (10, 0, 10, 0)


def test_aggregates_are_in_no_sum(api: Api) -> None:
    aggregates = api.json("/transfers?granularity=aggregate&modality=any&group_by=source&sum=number_delivered")["data"]
    assert aggregates
    for row in aggregates:
        assert (row["count"], row["aggregates"] > 0) == (0, True)
        assert row["sums"]["number_delivered"]["sum"] is None
        assert row["sums"]["number_delivered"]["without_number"] == 0


@pytest.mark.parametrize(
    ("target", "parameter", "detail"),
    [
        ("/transfers?sum=number_delivered", "sum", "say by `group_by` of which"),
        ("/transfers?group_by=supplier&sum=tiv", "sum", "not one of number_ordered, number_delivered"),
        ("/transfers?group_by=delivery_year&sum=number_ordered", "sum", "counted again in each: `number_delivered` is"),
        ("/exercises?group_by=source&sum=people", "sum", "unknown parameter"),
        ("/panel?kind=transfer", "unit", "required"),
        ("/panel?unit=directed-dyad-year&kind=exercise", "unit", "has no direction between two states"),
        ("/panel?unit=dyad-year&kind=quote", "kind", "not one of"),
        ("/panel?unit=dyad-year&kind=holding", "source", "has no data set of the kind 'holding'"),
        ("/panel?unit=dyad-year&kind=event&source=river-almanac-1999", "since", "give `since` and `until`"),
        (
            "/panel?unit=directed-dyad-year&kind=transfer&since=1816&until=2024",
            "since",
            "give `since` and `until`, one `source`, or `country`",
        ),
        ("/panel?unit=dyad-year&kind=exercise&codes=gw&country=AD,AS", "country", "AS has no code in the scheme 'gw'"),
    ],
)
def test_what_cannot_be_answered_says_what_to_ask(api: Api, target: str, parameter: str, detail: str) -> None:
    answer = api.get(target)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["parameter"] == parameter
    assert detail in error["detail"]


def test_a_table_of_sums_has_its_columns(api: Api) -> None:
    text = api.get("/transfers.csv?from=AT&to=BE&group_by=delivery_year&sum=number_delivered").text
    table = pd.read_csv(io.StringIO(text)).set_index(["delivery_year", "source"])
    assert table.loc[(1998, "sipri-deliveries"), "number_delivered_sum_estimated"] == 2
    assert table["number_delivered_sum"].sum() == 54


def test_an_exercise_of_many_is_counted_apart_from_one_of_two(api: Api) -> None:
    def counts(pair: str) -> list[tuple[bool, int]]:
        (one,) = api.json(f"/relations?between={pair}&source=mme")["data"]
        return [(count["multilateral"], count["count"]) for count in one["facts"] if count["source"] == "mme"]

    assert counts("NO,GB") == [(True, 1)]
    assert counts("KE,UG") == [(False, 3)]
    assert len(api.ids("/exercises?between=KE,UG&source=mme&bilateral=true")) == 3
    assert "by_source" in codes_of_notes(api.json("/relations"))


def test_each_source_states_its_scope(api: Api) -> None:
    scopes = {one["id"]: one["scope"] for one in api.json("/sources")["data"]}
    assert scopes["sipri-orders"]["kinds"] == ["transfer"]
    assert scopes["sipri-orders"]["limits"].startswith("Major conventional arms only")
    assert scopes["sipri-deliveries"]["period"] == "1990/2023"
    assert scopes["us-eda"]["senders"] == ["US"]
    assert scopes["mme"]["period"] == "1980/2010"
    # The one file is of one region: what it does not name it does not speak of.
    assert scopes["fmtrpt"]["countries"] is not None
    assert scopes["harbour-gazette-2019"]["countries"] == ["NA", "NO", "RU", "TR"]


@pytest.mark.parametrize(
    ("pair", "kind", "source", "status"),
    [
        ("RU,AZ", "transfer", "sipri-orders", "found"),
        ("PE,FI", "transfer", "sipri-orders", "none_recorded"),
        ("PE,FI", "exercise", "sipri-orders", "out_of_scope"),
        ("PE,FI", "transfer", "us-eda", "out_of_scope"),
        ("PE,US", "transfer", "us-eda", "none_recorded"),
        ("PE,FI", "exercise", "mme", "none_recorded"),
        ("PE,US", "training", "fmtrpt", "out_of_scope"),
        ("NO,TR", "deployment", "harbour-gazette-2019", "none_recorded"),
    ],
)
def test_silence_is_told_from_what_cannot_be_known(api: Api, pair: str, kind: str, source: str, status: str) -> None:
    (line,) = api.json(f"/coverage?between={pair}&kind={kind}&source={source}")["data"]
    assert line["status"] == status
    assert (line["period"] is None) == (status == "out_of_scope")
    assert bool(api.json(line["link"])["data"]) == (status == "found")


def table(api: Api, question: str) -> pd.DataFrame:
    """Read a panel as researchers do."""
    answer = api.get(f"/panel.csv?{question}")
    assert answer.status_code == 200, answer.text
    return pd.read_csv(io.StringIO(answer.text))


def test_pandas_reads_the_panel_and_tells_0_from_na(api: Api) -> None:
    """Russia (365) to Azerbaijan (373): one delivery in 2014, none recorded in 2013; the export ends in 2023."""
    found = table(api, "unit=directed-dyad-year&kind=transfer&source=sipri-deliveries&country=AZ&since=2013&until=2024")
    assert list(found.columns[:7]) == ["source", "ccode1", "ccode2", "year", "coverage", "facts", "multilateral"]
    rows = found.set_index(["ccode1", "ccode2", "year"])
    assert rows.loc[(365, 373, 2014), ["facts", "number_delivered", "number_delivered_without"]].tolist() == [1, 18, 0]
    assert rows.loc[(365, 373, 2013), "facts"] == 0
    assert rows.loc[(373, 365, 2014), "facts"] == 0
    assert pd.isna(rows.loc[(365, 373, 2024), "facts"])
    assert rows.loc[(365, 373, 2024), "coverage"] == "out_of_scope"
    assert not found.duplicated(["source", "ccode1", "ccode2", "year"]).any()
    states = found[found["year"] == 2014]["ccode1"].nunique()
    assert len(found[found["year"] == 2014]) == 2 * (states - 1)


def test_what_is_sent_one_way_says_nothing_of_the_other(api: Api) -> None:
    """Excess articles are the United States': of what Morocco (600) gave them (2) the report does not speak."""
    rows = table(api, "unit=directed-dyad-year&kind=transfer&source=us-eda&country=TR&since=2011&until=2011").set_index(
        ["ccode1", "ccode2"]
    )
    assert rows.loc[(2, 640), "number_delivered"] == 10
    assert pd.isna(rows.loc[(640, 2), "facts"])
    assert pd.isna(rows.loc[(365, 640), "facts"])


def test_an_undirected_panel_counts_each_pair_of_an_exercise(api: Api) -> None:
    found = table(api, "unit=dyad-year&kind=exercise&codes=iso3&country=GB&since=1981&until=1981")
    assert list(found.columns[1:3]) == ["iso3_1", "iso3_2"]
    recorded = found[found["facts"] > 0]
    assert [tuple(row) for row in recorded[["iso3_1", "iso3_2", "facts", "multilateral"]].to_numpy()] == [
        ("GBR", "NOR", 1, 1),
        ("GBR", "TUR", 1, 1),
    ]
    # In 1982 the Soviet Union goes by the code that is Russia's today; there is one state of that code.
    soviet = table(api, "unit=dyad-year&kind=exercise&country=PL&since=1982&until=1982").set_index(["ccode1", "ccode2"])
    assert soviet.loc[(290, 365), "facts"] == 1
    assert soviet.index.is_unique


def test_a_panel_goes_by_pages_too_and_the_pages_are_the_table(api: Api) -> None:
    question = "unit=directed-dyad-year&kind=training&country=KE&since=1999&until=2000"
    answer = api.json(f"/panel?{question}&limit=400")
    assert ListAnswer[PanelRow].model_validate_json(json.dumps(answer)).model_dump(mode="json") == answer
    assert "zero_or_unknown" in codes_of_notes(answer)
    pages = answer["data"]
    while answer["links"]["next"]:
        answer = api.json(answer["links"]["next"])
        pages += answer["data"]
    found = table(api, question)
    assert [(row["code1"], row["code2"], row["year"]) for row in pages] == [
        (str(a), str(b), year) for a, b, year in found[["ccode1", "ccode2", "year"]].itertuples(index=False)
    ]
    assert found["facts"].sum() == api.json("/trainings?recipient=KE&group_by=source")["data"][0]["count"]


def test_the_panel_counts_no_fact_that_the_list_does_not_have(api: Api) -> None:
    found = table(api, "unit=directed-dyad-year&kind=transfer&source=sipri-orders&country=FI,IN,EG,GR,AZ")
    counted = found[found["facts"] > 0]
    for a, b, year, facts in counted[["ccode1", "ccode2", "year", "facts"]].itertuples(index=False):
        states = [["RU", "SUHH"] if code == 365 else [f"cow:{code}"] for code in (a, b)]
        asked = f"from={','.join(states[0])}&to={','.join(states[1])}&delivery_year={year}"
        assert facts == len(api.ids(f"/transfers?{asked}&source=sipri-orders&granularity=instance"))
    assert counted["facts"].sum() > 5


def test_all_data_sets_of_all_years_are_one_table(api: Api) -> None:
    answer = api.json("/panel?unit=directed-dyad-year&kind=transfer&codes=cow&limit=1")
    assert answer["meta"]["total_is"] == "at_least"
    assert answer["data"][0]["source"] == "sipri-deliveries"


def test_a_panel_is_bounded(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "MOST_ROWS", 10)
    answer = api.get("/panel?unit=dyad-year&kind=exercise&since=1990&until=1990&country=KE")
    assert answer.status_code == 422
    assert "at most 10 are answered" in answer.json()["errors"][0]["detail"]
