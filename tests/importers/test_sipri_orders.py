"""`sipri-orders`: a row of the trade register becomes an order, and says no more than the row."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from seed.importers.sipri_orders import SIPRI_ORDERS
from tests.importers.conftest import DATASETS, Made, Read

ORDERS = DATASETS / "orders.csv"


@pytest.fixture
def orders(read: Read) -> Made:
    """The invented orders, read."""
    return read(SIPRI_ORDERS, ORDERS)


def test_every_row_is_accounted_for(orders: Made) -> None:
    receipt = orders.receipt
    assert (receipt.rows, receipt.facts, receipt.merged) == (14, 12, 0)
    assert orders.refused() == [
        ("18", "the year of order is no year"),
        ("20", "the row has not as many cells as the header"),
    ]


def test_a_row_is_cited_as_it_stands(orders: Made) -> None:
    (evidence,) = orders.transfer("7").evidence
    line = ORDERS.read_bytes().decode("latin-1").split("\n")[6]
    assert (evidence.fragment, evidence.exact) == ("row=7", line)
    assert evidence.sha256 == hashlib.sha256(line.encode()).hexdigest()
    assert (evidence.start, evidence.xpath, evidence.file) == (None, None, None)


def test_what_a_plain_row_says(orders: Made) -> None:
    fact = orders.transfer("7")
    assert (fact.supplier, fact.recipient) == ("TR", "AZ")
    assert (fact.designation, fact.description, fact.system) == ("Kestrel-4", "armed UAV", "kestrel-4")
    assert (fact.condition, fact.deal_status, fact.modality) == ("new", "delivered", "actual")
    assert fact.order_date
    assert fact.order_date.edtf == "2011"
    assert fact.number_ordered
    assert fact.number_ordered.model_dump() == {"value": 8, "is_estimate": False}
    assert [(one.date.edtf, one.number and one.number.value) for one in fact.deliveries] == [("2012", 8)]
    assert fact.terms == ["aid"]
    assert fact.summary == "Turkiye delivered 8 Kestrel-4 (armed UAV) to Azerbaijan in 2012, ordered in 2011."


def test_what_a_row_does_not_state_is_null(orders: Made) -> None:
    for fact in orders.facts:
        plain = fact.model_dump()
        assert plain["category"] is None, "there is no such column, and a description is no category"
        assert plain["values"] == [], "TIVs are SIPRI's own estimates: never copied"
        assert all(plain[name] is None for name in ("item", "end_user", "state_of_origin", "place", "request_date"))


def test_the_unnamed_columns_are_estimates_of_order_year_and_numbers(orders: Made) -> None:
    fact = orders.transfer("8")
    assert fact.order_date
    assert fact.order_date.edtf == "2013~"
    assert fact.number_ordered
    assert fact.number_ordered.is_estimate is False
    assert fact.number_delivered
    assert fact.number_delivered.model_dump() == {"value": 18, "is_estimate": True}
    # The share of one of several years is not told, and years of delivery have no column of estimates.
    assert [(one.date.edtf, one.number) for one in fact.deliveries] == [("2014", None), ("2016", None)]
    assert (fact.date and fact.date.edtf, fact.deal_status) == ("2014/2016", "delivering")


def test_a_hedge_is_a_hedge_and_no_value(orders: Made) -> None:
    assert (orders.transfer("8").hedges, orders.transfer("8").terms) == (["probably aid"], [])
    hedged = orders.transfer("17")
    assert hedged.hedges == ["Possibly produced under licence in Egypt"]
    assert hedged.production == "kit_assembly"


def test_an_uncertain_supplier_is_hedged_as_a_party(orders: Made) -> None:
    fact = orders.transfer("9")
    assert [(one.role, one.actor, one.hedge) for one in fact.all_parties()] == [
        ("supplier", "unknown-supplier", "Supplier uncertain"),
        ("recipient", "CG", None),
    ]
    assert fact.number_ordered is None
    assert (fact.deal_status, fact.modality) == (None, "actual")


def test_a_designation_that_repeats_the_description_is_no_system(orders: Made) -> None:
    assert (orders.transfer("9").designation, orders.transfer("9").system) == ("vehicle engine", None)


def test_stars_are_no_states(orders: Made) -> None:
    group, organizations = orders.transfer("10"), orders.transfer("11")
    assert (group.supplier, group.recipient) == ("SUHH", "pkk-turkiye")
    assert (organizations.supplier, organizations.recipient) == ("nato", "african-union")
    made = {one.id: one.organization_type for one in orders.corpus.organizations}
    assert (made["pkk-turkiye"], made["african-union"]) == ("armed_group", "alliance")
    assert {one.id: one.organ_of for one in orders.corpus.organizations}["pkk-turkiye"] is None


def test_a_name_that_nobody_knows_is_an_unknown_actor_and_reported(orders: Made) -> None:
    assert orders.transfer("12-13").supplier == "freedonia"
    assert ("freedonia", "Freedonia") in {(one.id, one.words) for one in orders.corpus.unknown}
    assert ("12-13", "the name is not known: an actor of kind unknown") in orders.reported()
    assert not [where for where, reason in orders.reported() if where in ("9", "10", "11")]


def test_a_broken_record_is_healed_and_cited_as_a_range(orders: Made) -> None:
    fact = orders.transfer("12-13")
    assert fact.evidence[0].exact.count("\n") == 1
    assert fact.evidence[0].exact.endswith("from Sylvania\n,0.03,0.36,0")
    assert (fact.deal_status, fact.modality, fact.deliveries) == ("ordered", "planned", [])


def test_set_phrases_give_lease_licence_and_selection(orders: Made) -> None:
    assert (orders.transfer("11").terms, orders.transfer("11").condition) == (["lease"], "second_hand_modernized")
    assert orders.transfer("16").production == "licensed"
    selected = orders.transfer("15")
    assert (selected.deal_status, selected.modality) == ("selected", "planned")
    assert selected.date
    assert selected.date.edtf == "2024~"


def test_a_part_that_is_aid_makes_no_aid_of_the_whole(orders: Made) -> None:
    assert orders.transfer("14").terms == []


def test_contradictions_are_reported_not_mended(orders: Made) -> None:
    assert orders.transfer("14").condition == "new"
    assert [one for one in orders.reported() if one[0] in ("14", "19")] == [
        ("14", "the column status and the comments differ on the condition"),
        ("19", "more was delivered than ordered"),
        ("19", "a year of delivery is before the year of order"),
    ]


def altered(into: Path, old: str, new: str) -> Path:
    """Copy the orders with one change."""
    text = ORDERS.read_bytes().decode("latin-1")
    assert old in text
    into.write_bytes(text.replace(old, new, 1).encode("latin-1"))
    return into


def ids(made: Made) -> dict[str, str]:
    """Return each fact's id by the words of its first row."""
    return {fact.evidence[0].exact: fact.id for fact in made.facts}


def test_ids_stay_when_the_file_is_read_again(read: Read, orders: Made) -> None:
    assert ids(read(SIPRI_ORDERS, ORDERS)) == ids(orders)


def test_ids_stay_for_rows_that_the_next_release_left_alone(read: Read, orders: Made, tmp_path: Path) -> None:
    first = "Azerbaijan,Turkiye,2011"
    new = "Albania,China,1965,?,7,?,Ox-1,tank,7,,1966,New,,0.9,6,6"
    after = ids(read(SIPRI_ORDERS, altered(tmp_path / "next.csv", first, f"{new}\n{first}")))
    assert {row: id_ for row, id_ in after.items() if row != new} == ids(orders)


def test_an_order_keeps_its_id_when_its_deliveries_go_on(read: Read, orders: Made, tmp_path: Path) -> None:
    next_release = read(SIPRI_ORDERS, altered(tmp_path / "next.csv", "18,?,2014; 2016", "20,,2014; 2016; 2017"))
    assert next_release.transfer("8").id == orders.transfer("8").id
    assert next_release.transfer("8").deal_status == "delivered"


def test_rows_with_one_core_have_ids_that_no_other_row_takes_over(read: Read, tmp_path: Path) -> None:
    one = "Peru,Spain,2003,,4,,Heron,patrol boat,4,,2004,New,,1,4,4"
    other = "Peru,Spain,2003,,4,,Heron,patrol boat,4,,2005,New,,1,4,4"
    both = ids(read(SIPRI_ORDERS, altered(tmp_path / "a.csv", one, f"{one}\n{other}")))
    turned = ids(read(SIPRI_ORDERS, altered(tmp_path / "b.csv", one, f"{other}\n{one}")))
    assert both[one] != both[other]
    assert both == turned


def test_an_export_of_some_years_has_no_total_for_what_began_before(read: Read, tmp_path: Path) -> None:
    some = altered(tmp_path / "some.csv", "'Not specified' to 'Not specified'", "'2000' to '2024'")
    made = read(SIPRI_ORDERS, some)
    assert made.transfer("14").number_delivered is None
    assert made.transfer("14").deal_status is None
    assert made.transfer("7").number_delivered is not None


def test_utf_8_with_a_bom_reads_as_latin_1_does(read: Read, orders: Made, tmp_path: Path) -> None:
    file = tmp_path / "utf8.csv"
    file.write_bytes(b"\xef\xbb\xbf" + ORDERS.read_bytes().decode("latin-1").encode())
    assert ids(read(SIPRI_ORDERS, file)) == ids(orders)
    assert any("Wärtsila" in row for row in ids(orders))


def test_the_source_says_what_was_read(orders: Made) -> None:
    (imported,) = orders.corpus.imported
    assert imported.source.id == "sipri-orders"
    assert imported.source.published
    assert imported.source.published.edtf == "2025-02-02"
    assert imported.source.sha256 == hashlib.sha256(ORDERS.read_bytes()).hexdigest()
    assert (imported.source.rows, imported.source.characters) == (14, None)
