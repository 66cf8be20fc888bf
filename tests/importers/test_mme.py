"""`mme`: two styles of date, unknown days, up to 39 participants, and what the table leaves open stays open."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.facts.exercises import ExerciseEntry
from seed.importers.mme import MME
from tests.importers.conftest import DATASETS, Made, Read, rejected

FILE = DATASETS / "mme.csv"


@pytest.fixture
def drills(read: Read) -> Made:
    """The invented exercises, read."""
    return read(MME, FILE)


def exercise(drills: Made, row: int) -> ExerciseEntry:
    """Return the exercise of a row."""
    fact = drills.by_row[str(row)]
    assert isinstance(fact, ExerciseEntry)
    return fact


def date(fact: ExerciseEntry) -> str:
    """Return when it was, as EDTF."""
    assert fact.date
    assert fact.date.basis == "stated"
    return fact.date.edtf


def test_every_row_is_a_fact_or_refused(drills: Made) -> None:
    receipt = drills.receipt
    assert (receipt.rows, receipt.facts, receipt.merged) == (13, 9, 0)
    assert drills.refused() == [
        ("6", "the exercise ends before it starts"),
        ("12", "StartDate and its year, month and day differ"),
        ("13", "StartDate is no date"),
        ("14", "CPX is neither 0 nor 1"),
    ]
    assert receipt.refused[0].what == "6/20/84 to 3/1/84"


def test_a_row_is_an_exercise(drills: Made) -> None:
    fact = exercise(drills, 2)
    assert fact.id == "mme1"
    assert fact.summary == (
        "Norway, United Kingdom and Türkiye took part in the exercise Northern Anvil 81 (1981-01-14 to 1981-01-21)."
    )
    assert (fact.name, fact.series) == ("Northern Anvil 81", "Northern Anvil")
    assert fact.participants == ["NO", "GB", "TR"]
    assert fact.domains == ["sea", "amphibious"]
    assert fact.purposes == ["warfighting"]
    assert (fact.command_post, fact.host, fact.modality) == (False, None, "actual")
    assert fact.evidence[0].exact == FILE.read_bytes().split(b"\r\n")[1].decode()


@pytest.mark.parametrize(
    ("row", "edtf"),
    [
        (2, "1981-01-14/1981-01-21"),
        # The month is told, the day is not; the year of two digits is that of the columns beside it.
        (3, "1982-03-XX"),
        (4, "1999-12-28/2000-01-XX"),
        (5, "2005-05-02"),
        (9, "2001-02-XX/2001-02-27"),
    ],
)
def test_both_styles_of_date_are_read_and_unknown_days_stay_unknown(drills: Made, row: int, edtf: str) -> None:
    assert date(exercise(drills, row)) == edtf


def test_minus_nine_and_a_blank_are_not_told(drills: Made) -> None:
    fact = exercise(drills, 3)
    assert (fact.name, fact.series, fact.place) == (None, None, None)
    assert fact.command_post is True
    assert fact.summary == "Poland and Russia took part in a joint exercise (1982-03)."


def test_thirty_nine_participants_organizations_among_them(drills: Made) -> None:
    fact = exercise(drills, 7)
    assert len(fact.participants) == 39
    assert fact.participants[-1] == "nato"
    assert "and 33 more took part" in fact.summary


def test_participants_are_not_complete_if_the_row_says_that_there_are_more(drills: Made) -> None:
    complete = {row: exercise(drills, row).participants_complete for row in (2, 4, 5, 9, 10)}
    # A remark on participants, a -9 among them; without either the row does not tell.
    assert complete == {2: None, 4: False, 5: False, 9: False, 10: None}
    assert exercise(drills, 5).participants == ["KE", "UG"]


def test_of_participants_none_of_whom_is_named_there_are_none(drills: Made) -> None:
    fact = exercise(drills, 11)
    assert (fact.participants, fact.participants_complete) == ([], False)
    assert ("11", "no participant is named") in drills.reported()


def test_the_soviet_union_is_not_russia(drills: Made) -> None:
    before, after = exercise(drills, 3), exercise(drills, 4)
    assert before.participants == ["PL", "SUHH"]
    assert [(one.field, one.from_) for one in before.inferred] == [("participants", "Russia")]
    assert after.participants == ["nato", "NO", "RU"]
    assert after.inferred == []


def test_an_unknown_name_is_an_unknown_actor_and_reported(drills: Made) -> None:
    fact = exercise(drills, 8)
    assert fact.participants == ["lake-states", "KE"]
    assert [(one.id, one.words) for one in drills.corpus.unknown] == [("lake-states", "Lake States")]
    assert ("8", "the name is not known: an actor of kind unknown") in drills.reported()
    assert ("8", "a participant is named twice") in drills.reported()


def test_two_rows_of_one_id_are_two_facts_neither_of_which_has_it(drills: Made) -> None:
    first, second = exercise(drills, 9), exercise(drills, 10)
    assert first.id.startswith("mme8-")
    assert second.id.startswith("mme8-")
    assert first.id != second.id
    assert [row for row, reason in drills.reported() if reason == "another row has the same MMEID"] == ["9", "10"]


def test_a_row_that_stands_there_twice_is_one_exercise_with_both_as_its_proof(read: Read, tmp_path: Path) -> None:
    rows = FILE.read_bytes().split(b"\r\n")
    file = tmp_path / "twice.csv"
    file.write_bytes(b"\r\n".join([*rows[:2], rows[1], *rows[2:]]))
    again = read(MME, file)
    assert exercise(again, 2).id == "mme1"
    assert [one.fragment for one in exercise(again, 2).evidence] == ["row=2", "row=3"]
    assert (again.receipt.rows, again.receipt.facts, again.receipt.merged) == (14, 9, 1)
    assert ("3", "the row stands there twice: merged") in again.reported()


def test_a_point_has_no_precision_and_two_points_are_none(drills: Made) -> None:
    places = {place.id: place for place in drills.corpus.places}
    # `lake blue` and `Lake Blue` are one place, and the rows agree on its point.
    assert exercise(drills, 5).place == exercise(drills, 9).place == "lake-blue"
    point = places["lake-blue"].point
    assert point
    assert (point.latitude, point.longitude, point.precision) == (1.5, 30.5, "unknown")
    assert places["fjordhavn"].point is None
    assert places["lake-blue"].country is None
    assert ("2", "rows give the place more than one point: it has none") in drills.reported()


def test_a_place_called_like_a_country_says_nothing_of_the_host(drills: Made) -> None:
    fact = exercise(drills, 7)
    assert (fact.place, fact.host) == ("kenya", None)


def test_a_table_that_is_cut_off_is_refused_as_a_whole(read: Read, tmp_path: Path) -> None:
    file = tmp_path / "cut.csv"
    file.write_bytes(FILE.read_bytes()[:-70])
    assert "cut off" in rejected(read, MME, file).what
