"""CSV and NDJSON: every kind and catalogue, whole, as pandas, spreadsheets and `csv` read them; CSVW beside them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from app.core.columns import columns_of, columns_of_all
from app.facts import FACTS
from app.kit import tabular
from app.kit.tabular import Column
from app.reference import CATALOGUES

if TYPE_CHECKING:
    from tests.conftest import Api

COLLECTIONS = [
    *(f"/{one.collection}?modality=any" for one in FACTS),
    *(f"/{one.collection}" for one in CATALOGUES),
    "/facts?modality=any",
    "/facts?modality=any&sort=-date",
    "/facts?modality=any&sort=-id",
    "/relations/TR/NO?modality=any",
]
TABLES = [*COLLECTIONS, "/relations?modality=any", "/coverage", "/coverage?between=TR,NO"]
# What pandas and R take for missing, whatever stands around it.
MISSING = {"NA", "N/A", "NULL", "NaN", "None", "n/a", "nan", "null", "<NA>", "#N/A"}


def formatted(target: str, suffix: str) -> str:
    """Return a question's address in a format."""
    path, mark, query = target.partition("?")
    return f"{path}.{suffix}{mark}{query}"


def table(api: Api, target: str) -> list[dict[str, str]]:
    """Return a CSV's rows."""
    answer = api.get(formatted(target, "csv"))
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


def walked(api: Api, target: str) -> list[Any]:
    """Return all records of a list, page by page."""
    found: list[Any] = []
    following: str | None = f"{target}{'&' if '?' in target else '?'}limit=7"
    while following:
        page = api.json(following)
        found += page["data"]
        following = page["links"]["next"]
    return found


@pytest.mark.parametrize("target", COLLECTIONS)
def test_a_csv_has_the_whole_result_in_the_order_of_the_pages(examples: Api, target: str) -> None:
    rows, records = table(examples, target), walked(examples, target)
    assert [row["id"].removeprefix("iso2:") for row in rows] == [record["id"] for record in records]
    assert rows


@pytest.mark.parametrize("target", TABLES)
def test_ndjson_is_the_records_of_the_pages(small: Api, target: str) -> None:
    lines = small.get(formatted(target, "ndjson")).content.decode().splitlines()
    assert [json.loads(line) for line in lines] == walked(small, target)


@pytest.mark.parametrize("resource", FACTS, ids=lambda one: one.kind)
def test_the_columns_are_the_model_s(examples: Api, resource: Any) -> None:
    columns = columns_of(resource.answer)
    rows = table(examples, f"/{resource.collection}?modality=any")
    assert list(rows[0]) == [column.name for column in columns]
    assert list(dict.fromkeys(column.key for column in columns)) == list(resource.answer.model_fields)
    assert {"modality", "asserted_by", "hedges", "granularity"} <= set(rows[0])
    assert {"date_edtf", "date_earliest", "date_latest", "date_basis"} <= set(rows[0])
    assert len({column.name for column in columns}) == len(columns)


def test_columns_of_one_name_are_one_thing_in_all_kinds(small: Api) -> None:
    columns = columns_of_all(one.answer for one in FACTS)
    assert [column.name for column in columns] == list(table(small, "/facts?modality=any")[0])


@pytest.mark.parametrize("target", TABLES)
def test_nothing_is_read_as_missing_and_nothing_is_a_formula(small: Api, target: str) -> None:
    bare = {country["id"] for country in walked(small, "/countries") if len(country["id"]) == len("NA")}
    assert "NA" in bare
    for row in table(small, target):
        for name, cell in row.items():
            # Names in use are what they are: `US` stands among others.
            items = {cell} if name == "names" else {cell, *cell.split("; ")}
            assert not items & (MISSING | bare), name
            assert not cell.startswith(("=", "+", "@", "\t", "\r")), name
            assert not cell.startswith("-") or float(cell) < 0, name


def test_an_actor_is_a_name_and_codes_of_the_state_that_it_counts_for(small: Api) -> None:
    rows = {row["id"]: row for row in table(small, "/transfers?modality=any")}
    namibia, navy = rows["tr-na-arms-supplier"], rows["ru-no-kite-2017"]
    assert [namibia[f"recipient_{part}"] for part in ("kind", "id", "name", "iso3", "cow", "gw")] == [
        "country",
        "iso2:NA",
        "Namibia",
        "NAM",
        "565",
        "565",
    ]
    # An organ counts for its state.
    assert [navy[f"recipient_{part}"] for part in ("kind", "id", "name", "iso3", "cow", "gw")] == [
        "organization",
        "norwegian-navy",
        "Norwegian Navy",
        "NOR",
        "385",
        "385",
    ]
    # The written id is one that questions take.
    assert small.ids("/transfers?to=iso2:NA&modality=any") == small.ids("/transfers?to=NA&modality=any")


def test_values_dates_numbers_and_evidence(small: Api) -> None:
    (row,) = [row for row in table(small, "/transfers") if row["id"] == "tr-no-heron-2016"]
    assert (row["date_edtf"], row["date_earliest"], row["date_latest"]) == ("2016-03", "2016-03-01", "2016-03-31")
    assert (row["number_delivered"], row["number_delivered_is_estimate"], row["number_ordered"]) == ("12", "false", "")
    assert (row["values_amount"], row["values_currency"]) == ("90000000.0", "EUR")
    assert row["evidence_ids"] == "harbour-gazette-2019.41-156"
    assert row["evidence_sources"] == "harbour-gazette-2019"
    assert row["evidence_exact"].startswith("In March 2016, Turkey delivered 12 new Heron Seven drones")
    assert row["evidence_withheld"] == ""
    assert row["asserted_by"] == ""


def test_headers_say_release_what_is_withheld_and_where_the_columns_are_described(small: Api) -> None:
    answer = small.get("/transfers.csv?from=TUR&since=2015")
    meta = small.json("/transfers?from=TUR&since=2015")["meta"]
    assert answer.headers["foedus-release"] == meta["release"]
    said = dict(one.split("=") for one in answer.headers["foedus-withheld"].split(", "))
    assert {name: int(count) for name, count in said.items()} == meta["withheld"]
    described = "/transfers.metadata.json?supplier=TR&since=2015"
    assert answer.headers["link"] == f'<{described}>; rel="describedby"; type="application/csvm+json"'
    assert answer.headers["content-disposition"] == (f'attachment; filename="foedus-transfers-{meta["release"]}.csv"')
    assert "foedus-withheld" not in small.get("/countries.csv").headers


@pytest.mark.parametrize("target", TABLES)
def test_csvw_describes_the_csv_beside_it(small: Api, target: str) -> None:
    metadata = small.json(formatted(target, "metadata.json"))
    schema = metadata["tableSchema"]
    rows = table(small, target)
    names = [column["name"] for column in schema["columns"]]
    assert small.get(formatted(target, "csv")).content.decode().splitlines()[0] == ",".join(names)
    keys = [tuple(row[name] for name in schema["primaryKey"]) for row in rows]
    assert len(set(keys)) == len(keys)
    assert metadata["dc:license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
    assert metadata["url"].startswith(small.json(target)["links"]["self"].split("?")[0].rpartition("/")[2] + ".csv")
    for column in schema["columns"]:
        assert column["datatype"] in {"string", "integer", "number", "boolean", "date"}
        assert column["null"] == ""
        for row in rows:
            for item in row[column["name"]].split(column["separator"]) if "separator" in column else ():
                assert item == "" or column["datatype"] != "integer" or int(item) is not None


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://x")', "＝1"]  # noqa: RUF001  # the wide sign


@pytest.mark.parametrize("text", HOSTILE)
def test_formulas_are_defused_also_in_lists(text: str) -> None:
    columns = (
        Column("one", "one", "string", "", lambda record, _: record),
        Column("some", "some", "string", "", lambda record, _: [record, "b"], "; "),
    )
    written = tabular.lines(columns, [text], None).decode()
    assert next(csv.reader(io.StringIO(written, newline=""))) == [f"'{text}", f"'{text}; b"]


def cell_at(at: int) -> Callable[[Any, Any], Any]:
    """Return what takes a cell out of a list of cells."""
    return lambda record, _: record[at]


def test_quotes_commas_and_line_breaks_come_back_as_they_were() -> None:
    hostile = ['a "quoted" word', "a, b", "two\r\nlines", "lone\rreturn", "ümlaut 中", ""]
    columns = [Column(str(at), "", "string", "", cell_at(at)) for at in range(len(hostile))]
    written = tabular.lines(columns, [hostile], None)
    assert list(csv.reader(io.StringIO(written.decode(), newline=""))) == [hostile]


def test_numbers_stay_numbers_and_nothing_is_an_empty_cell() -> None:
    cells: list[Any] = [-21.5, 0, None, True, False, []]
    columns = [Column(str(at), "", "number", "", cell_at(at), "; " if at == 5 else None) for at in range(len(cells))]
    assert tabular.lines(columns, [cells], None) == b"-21.5,0,,true,false,\r\n"


def test_a_list_keeps_its_places(small: Api) -> None:
    for row in table(small, "/facts?modality=any"):
        record = small.json(f"/facts/{row['id']}")["data"]
        if len(record["parties"]) > 1:
            assert row["parties_role"].split("; ") == [one["role"] for one in record["parties"]]
            assert len(row["parties_actor_iso3"].split("; ")) in {len(record["parties"]), 1}


def test_a_whole_result_takes_a_connection_per_part_and_a_statement_or_two(
    small: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many parts: the counts, the states' codes, and for each part its records and their organizations."""
    monkeypatch.setattr("app.core.answering.MAX_LIMIT", 5)
    small.json("/version")
    rows = table(small, "/facts?modality=any")
    parts = -(-len(rows) // 5)
    assert parts > 3
    assert len(small.statements) <= 2 + 2 * parts
    assert [row["id"] for row in rows] == [one["id"] for one in walked(small, "/facts?modality=any")]
