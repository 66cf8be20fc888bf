"""`fmtrpt`: equal records are people, the proposed is planned, and what a cell says unclearly is kept as stated."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from app.facts.trainings import TrainingEntry
from seed.importers.fmtrpt import FMTRPT
from tests.importers.conftest import DATASETS, Made, Read, rejected

FOLDER = DATASETS / "fmtrpt"
LAKES, COAST = "1999_2000_Lakes_1_fmtrpt_dedup.xml", "2009_2010_Coast_fmtrpt_dedup.xml"


def archive(into: Path, *files: Path) -> Path:
    """Pack files as the data set comes."""
    packed = into / "fmtrpt.tar.xz"
    with tarfile.open(packed, "w:xz") as opened:
        for file in files:
            opened.add(file, file.name)
    return packed


@pytest.fixture
def reports(read: Read, tmp_path: Path) -> Made:
    """The invented reports, read."""
    return read(FMTRPT, archive(tmp_path, FOLDER / LAKES, FOLDER / COAST))


def training(reports: Made, file: str, path: str) -> TrainingEntry:
    """Return the training of an element."""
    steps = zip(("country", "program", "training"), path.split("."), strict=True)
    xpath = "/countries" + "".join(f"/{tag}[{number}]" for tag, number in steps)
    (found,) = [one for one in reports.facts if (one.evidence[0].file, one.evidence[0].xpath) == (file, xpath)]
    assert isinstance(found, TrainingEntry)
    return found


def test_every_record_is_a_fact_or_refused(reports: Made) -> None:
    receipt = reports.receipt
    assert (receipt.rows, receipt.facts, receipt.merged) == (16, 10, 0)
    assert [(one.where, one.reason) for one in receipt.refused] == [
        (f"{LAKES}:24", "the programme does not say of which fiscal year it is: done or proposed is open"),
        (f"{LAKES}:33", "the programme is of neither of the report's years"),
        (f"{COAST}:60", "neither people, cost nor dates: the rest of a line that was broken"),
        (f"{COAST}:65", "a number or a cost of nothing that is named: a total"),
        (f"{COAST}:70", "a programme's total, not a training"),
        (f"{COAST}:76", "nothing but a page number"),
    ]


def test_a_record_is_a_training(reports: Made) -> None:
    fact = training(reports, COAST, "1.1.1")
    assert fact.summary == (
        "The United States trained 1 person from Côte d'Ivoire, Republic of, COAST-1, fiscal year 2009: "
        "Coast Watch Leader."
    )
    assert (fact.provider, fact.recipient) == ("US", "CI")
    assert (fact.provider_unit, fact.recipient_unit) == (None, "Marine Guard")
    assert (fact.course, fact.programme, fact.fiscal_year) == ("Coast Watch Leader", "COAST-1", "2009")
    assert (fact.location, fact.place) == ("Porthaven, TX, US", None)
    assert (fact.start_as_stated, fact.end_as_stated) == ("2/9/2009", "5/18/2009")
    assert fact.date
    assert (fact.date.edtf, fact.date.basis) == ("2009-02-09/2009-05-18", "stated")
    assert fact.people
    assert fact.people.model_dump() == {"value": 1, "is_estimate": None}
    assert [one.field for one in fact.inferred] == ["provider"]


def test_it_cites_the_record_as_it_stands_and_what_says_whose_and_under_what(reports: Made) -> None:
    record, country, program = training(reports, LAKES, "1.1.1").evidence
    text = (FOLDER / LAKES).read_text(encoding="utf-8")
    assert record.exact in text
    assert record.exact.startswith("<training>\n        <course_title>BOAT REPAIR &amp; CARE</course_title>")
    assert record.exact.endswith("</training>")
    assert (country.file, country.xpath, country.exact) == (LAKES, "/countries/country[1]/@name", "Kenya")
    assert program.xpath == "/countries/country[1]/program[1]/@name"
    assert program.exact == "Lake Officers Education (LOE), FY 99"
    assert len({one.locator() for fact in reports.facts for one in fact.evidence}) == 10 + 3 + 4


def test_equal_records_are_people_and_never_merged(reports: Made) -> None:
    first, second = training(reports, COAST, "1.1.1"), training(reports, COAST, "1.1.2")
    assert first.id.startswith("fmtrpt-2009-ci-")
    assert second.id == f"{first.id}-2"
    assert first.model_dump(exclude={"id", "evidence"}) == second.model_dump(exclude={"id", "evidence"})


def test_ids_do_not_hang_on_where_a_record_stands(read: Read, reports: Made, tmp_path: Path) -> None:
    turned = read(FMTRPT, archive(tmp_path, FOLDER / COAST, FOLDER / LAKES))
    assert {fact.id for fact in turned.facts} == {fact.id for fact in reports.facts}


def test_what_is_proposed_for_the_reports_own_year_is_planned(reports: Made) -> None:
    done, proposed = training(reports, LAKES, "1.1.1"), training(reports, LAKES, "1.2.1")
    assert (done.modality, done.fiscal_year) == ("actual", "1999")
    assert (proposed.modality, proposed.fiscal_year) == ("planned", "2000")
    assert proposed.summary.startswith("The United States proposed to train 3 people from Kenya, ")


@pytest.mark.parametrize(
    ("file", "path", "amount", "currency", "as_stated"),
    [
        (LAKES, "1.1.1", 4200.0, "USD", "$4,200"),
        # Nothing is what is printed where a cost was not told or not charged.
        (LAKES, "1.1.2", None, None, "$0"),
        (LAKES, "2.2.1", None, None, "$"),
        # Without a sign no currency is stated.
        (COAST, "1.1.1", 12606.72, None, "12606.72"),
        (COAST, "1.1.3", None, None, "5000 9/24/2009"),
    ],
)
def test_a_cost_is_as_stated(
    reports: Made, file: str, path: str, amount: float | None, currency: str | None, as_stated: str
) -> None:
    cost = training(reports, file, path).cost
    assert cost
    assert (cost.amount, cost.currency, cost.as_stated) == (amount, currency, as_stated)


def test_no_cost_is_no_cost(reports: Made) -> None:
    assert training(reports, COAST, "1.1.4").cost is None


@pytest.mark.parametrize(
    ("file", "path", "edtf"),
    [
        # No day is told: the fiscal year is.
        (LAKES, "1.1.1", "1998-10-01/1999-09-30"),
        (LAKES, "1.2.1", "1999-10-01/2000-09-30"),
        # The first day is not told, or the last.
        (LAKES, "2.2.1", "/1999-01-05"),
        (COAST, "1.1.6", "2009-08-01/"),
        (COAST, "1.1.4", "2009-03-01"),
        # Two dates in a cell, or an end before the start: neither is chosen.
        (COAST, "1.1.3", "2008-10-01/2009-09-30"),
        (COAST, "1.1.5", "2008-10-01/2009-09-30"),
    ],
)
def test_a_date_is_the_days_stated_else_the_fiscal_year(reports: Made, file: str, path: str, edtf: str) -> None:
    date = training(reports, file, path).date
    assert date
    assert (date.edtf, date.basis) == (edtf, "stated")


def test_two_dates_in_a_cell_are_kept_as_stated_and_reported(reports: Made) -> None:
    fact = training(reports, COAST, "1.1.3")
    assert (fact.start_as_stated, fact.end_as_stated) == ("9/21/2009 9/24/2009", None)
    assert fact.people is None
    assert [one for one in reports.reported() if one[0] == f"{COAST}:30"] == [
        (f"{COAST}:30", "the number of people is no whole number: it is null"),
        (f"{COAST}:30", "a date cell holds no date, or two: kept as stated, dated by the fiscal year"),
        (f"{COAST}:30", "the cost is no sum: kept as stated"),
    ]


def test_a_programme_is_named_without_year_region_and_country(reports: Made) -> None:
    assert training(reports, LAKES, "2.2.1").programme == "Staff Talks (Note 1)"
    assert training(reports, LAKES, "1.1.1").programme == "Lake Officers Education (LOE)"


def test_an_unknown_name_is_an_unknown_actor_and_reported(reports: Made) -> None:
    assert training(reports, LAKES, "2.2.1").recipient == "lake-states"
    assert [one.words for one in reports.corpus.unknown] == ["Lake States"]
    assert [one.what for one in reports.receipt.reported if "not known" in one.reason] == ["Lake States"]


def test_one_file_of_the_archive_may_be_read_alone(read: Read) -> None:
    alone = read(FMTRPT, FOLDER / COAST)
    assert (alone.receipt.rows, alone.receipt.facts) == (10, 6)
    assert {one.file for fact in alone.facts for one in fact.evidence} == {None}
    assert alone.receipt.refused[0].where == "60"


def test_every_citation_is_found_again_by_a_reader_that_parses_nothing(reports: Made, tmp_path: Path) -> None:
    passage = FMTRPT.passages(tmp_path / "fmtrpt.tar.xz")
    for fact in reports.facts:
        for one in fact.evidence:
            assert passage(one.model_dump()) == one.exact
    with pytest.raises(LookupError):
        passage({"file": COAST, "xpath": "/countries/country[1]/program[1]/training[11]"})


def test_a_file_that_does_not_say_its_years_is_refused(read: Read, tmp_path: Path) -> None:
    file = tmp_path / "Coast_fmtrpt_dedup.xml"
    file.write_bytes((FOLDER / COAST).read_bytes())
    finding = rejected(read, FMTRPT, file)
    assert "does not say of which two years" in finding.what
    assert "2019_2020_Africa" in finding.remedy
