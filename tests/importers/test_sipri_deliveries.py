"""`sipri-deliveries`: the rows of a deal are one transfer with its deliveries; there is no number ordered."""

from __future__ import annotations

from pathlib import Path

import pytest

from seed.importers.sipri_deliveries import SIPRI_DELIVERIES
from tests.importers.conftest import DATASETS, Made, Read

DELIVERIES = DATASETS / "deliveries.csv"


@pytest.fixture
def deals(read: Read) -> Made:
    """The invented deliveries, read."""
    return read(SIPRI_DELIVERIES, DELIVERIES)


def test_rows_of_a_deal_are_one_transfer_with_its_deliveries(deals: Made) -> None:
    fact = deals.transfer("6")
    assert fact.id == "sipri-deal-70001"
    assert [one.fragment for one in fact.evidence] == ["row=6", "row=7", "row=8"]
    assert [(one.date.edtf, one.number and (one.number.value, one.number.is_estimate)) for one in fact.deliveries] == [
        ("1998~", (2, True)),
        ("1999", (35, False)),
        ("2000", (17, False)),
    ]
    assert fact.number_delivered
    assert fact.number_delivered.model_dump() == {"value": 54, "is_estimate": True}
    assert (fact.category, fact.condition, fact.modality) == ("armoured_vehicles", "new", "actual")
    assert fact.order_date
    assert fact.order_date.edtf == "1997~"
    assert fact.date
    assert fact.date.edtf == "1998~/2000"
    assert (
        fact.summary == "Austria delivered 54 Panther-8 (APC) to Belgium in about 1998 to 2000, ordered in about 1997."
    )


def test_there_is_no_number_ordered_and_no_tiv(deals: Made) -> None:
    for fact in deals.facts:
        plain = fact.model_dump()
        assert (plain["number_ordered"], plain["deal_status"], plain["values"]) == (None, None, [])


def test_a_deal_that_began_before_the_years_of_the_export_has_no_total(deals: Made) -> None:
    fact = deals.transfer("9")
    assert fact.number_delivered is None
    assert [(one.date.edtf, one.number and one.number.value) for one in fact.deliveries] == [("1990", 60)]


@pytest.mark.parametrize(
    ("years", "totals"),
    [
        ("year range 'Not specified' to 'Not specified'", [54, 60, 18, 4]),
        ("year range '1990' to '2005'", [None, None, None, None]),
        ("no years are told", [None, None, None, None]),
    ],
)
def test_totals_follow_what_the_preamble_says(read: Read, tmp_path: Path, years: str, totals: list[int | None]) -> None:
    """A file that stops years before it was generated, or does not say, cannot tell what was delivered in all."""
    file = tmp_path / "deliveries.csv"
    file.write_text(DELIVERIES.read_text().replace("year range '1990' to '2023'", years))
    made = read(SIPRI_DELIVERIES, file)
    found = [made.transfer(row).number_delivered for row in ("6", "9", "10", "12")]
    assert [one and one.value for one in found] == totals


def test_a_row_that_contradicts_its_deal_is_refused(deals: Made) -> None:
    assert deals.refused() == [
        ("11", "it contradicts the first row of its deal"),
        ("13", "the armament category is none of SIPRI's"),
    ]
    assert (deals.receipt.rows, deals.receipt.facts, deals.receipt.merged) == (8, 4, 2)


def test_a_row_that_stands_there_twice_is_not_added_twice(read: Read, deals: Made, tmp_path: Path) -> None:
    rows = DELIVERIES.read_bytes().split(b"\n")
    file = tmp_path / "twice.csv"
    file.write_bytes(b"\n".join([*rows[:6], rows[5], *rows[6:]]))
    again = read(SIPRI_DELIVERIES, file)
    assert again.transfer("6").number_delivered == deals.transfer("6").number_delivered
    assert ("7", "it stands there twice: to add it again would double what was delivered") in again.refused()


def test_two_rows_of_one_year_are_both_counted_and_reported(read: Read, tmp_path: Path) -> None:
    rows = DELIVERIES.read_bytes().replace(b",1998,Yes", b",1999,Yes")
    file = tmp_path / "year.csv"
    file.write_bytes(rows)
    made = read(SIPRI_DELIVERIES, file)
    total = made.transfer("6").number_delivered
    assert total
    assert total.value == 17 + 2 + 35
    assert made.reported() == [("6", "several rows of a deal are of one year: all are counted")]


def test_an_armed_group_is_not_the_state_in_brackets(deals: Made) -> None:
    assert deals.transfer("12").recipient == "hezbollah-lebanon"
    assert deals.transfer("12").supplier == "IL"
