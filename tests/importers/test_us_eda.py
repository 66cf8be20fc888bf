"""`us-eda`: the status decides how far a request got; authorised is not delivered; every number is kept."""

from __future__ import annotations

import pytest

from seed.importers.us_eda import US_EDA
from tests.importers.conftest import DATASETS, Made, Read

EDA = DATASETS / "eda.csv"


@pytest.fixture
def requests(read: Read) -> Made:
    """The invented requests, read."""
    return read(US_EDA, EDA)


@pytest.mark.parametrize(
    ("row", "status", "modality", "denies"),
    [
        ("2", "delivered", "actual", None),
        ("3", "delivered", "actual", None),
        ("4", "authorised", "planned", None),
        ("5", "ordered", "planned", None),
        ("6", "offered", "planned", None),
        ("7", "cancelled", "denied", "planned"),
        ("9", "rejected", "denied", "planned"),
    ],
)
def test_the_status_decides(requests: Made, row: str, status: str, modality: str, denies: str | None) -> None:
    fact = requests.transfer(row)
    assert (fact.deal_status, fact.modality, fact.denies) == (status, modality, denies)


def test_all_its_numbers_and_values_are_kept(requests: Made) -> None:
    fact = requests.transfer("2")
    assert {one.what: one.number.value for one in fact.quantities} == {
        "requested": 12,
        "allocated": 12,
        "accepted": 10,
        "rejected": 2,
    }
    assert fact.number_delivered
    assert fact.number_delivered.model_dump() == {"value": 10, "is_estimate": None}
    assert fact.number_ordered is None
    assert [(one.what, one.amount, one.currency, one.as_stated) for one in fact.values] == [
        ("total acquisition value", 12500.0, "USD", "$12,500.00"),
        ("total current value", 1250.5, "USD", "$1,250.50"),
    ]
    assert fact.request_date
    assert fact.request_date.edtf == "2009-10-01/2010-09-30"
    assert fact.date
    assert fact.date.edtf == "2011-06-30"
    assert fact.terms == ["gift"]


def test_what_is_not_available_is_null(requests: Made) -> None:
    fact = requests.transfer("7")
    assert (fact.quantities, fact.number_delivered) == ([], None)
    assert [one.what for one in requests.transfer("5").values] == ["total acquisition value"]


def test_an_item_is_a_description_not_a_system(requests: Made) -> None:
    fact = requests.transfer("2")
    assert (fact.description, fact.system, fact.designation, fact.category) == (
        "TENT, ARCTIC, 10 MAN",
        None,
        None,
        None,
    )
    assert fact.derived_systems() == []


def test_delivered_with_0_is_kept_and_reported(requests: Made) -> None:
    fact = requests.transfer("3")
    assert fact.number_delivered
    assert fact.number_delivered.value == 0
    assert ("3", "its status is delivered, but the number delivered is 0") in requests.reported()


def test_a_number_delivered_does_not_overrule_the_status(requests: Made) -> None:
    fact = requests.transfer("6")
    assert fact.number_delivered
    assert fact.number_delivered.value == 1
    assert ("6", "a number is delivered, but its status is not") in requests.reported()


def test_names_are_resolved_pinned_or_reported(requests: Made) -> None:
    recipients = {row: requests.transfer(row).recipient for row in ("2", "4", "5", "10")}
    assert recipients == {"2": "TR", "4": "KR", "5": "CD", "10": "sylvania"}
    assert ("10", "the name is not known: an actor of kind unknown") in requests.reported()


def test_identical_rows_are_two_facts(requests: Made) -> None:
    first, second = requests.transfer("7"), requests.transfer("8")
    assert second.id == f"{first.id}-2"


def test_rows_that_cannot_be_read_are_refused_with_their_line(requests: Made) -> None:
    assert requests.refused() == [
        ("11", "the status date is no day (month/day/year)"),
        ("12", "the status is not known"),
    ]
    assert (requests.receipt.rows, requests.receipt.facts) == (11, 9)


def test_a_quoted_row_is_cited_with_its_quotation_marks(requests: Made) -> None:
    exact = requests.transfer("2").evidence[0].exact
    assert exact.startswith('Grant Authority,2010,Navy,Turkey,"TENT, ARCTIC, 10 MAN",EDA Delivered')
    assert not exact.endswith("\r")
