"""The real `mme` and `fmtrpt`: every row accounted for and proven, and counts agree with those of another reader."""

from __future__ import annotations

import csv
import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.facts import FACTS
from app.facts.exercises import ExerciseEntry
from app.facts.trainings import TrainingEntry
from seed import corpus
from seed.datasets import Importer, Made, Outcome, Refused, Reported
from seed.importers.fmtrpt import FMTRPT
from seed.importers.mme import MME
from seed.parties import Parties
from tests.conftest import SHARED

MME_FILE = SHARED / "mme" / "mme_v7.csv"
FMTRPT_FILE = SHARED / "fmtrpt" / "fmtrpt_xml_dedup_FY1999-2021.tar.xz"
STATES = [f"State{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"] + [
    f"StateA{letter}" for letter in "ABCDEFGHIJKLM"
]


def proven(importer: Importer, file: Path) -> Iterator[Outcome]:
    """Read a file; every passage is looked up again on the way, by the reader that `verify` uses."""
    reading = importer.read(file, Parties(corpus.read(corpus.HERE, FACTS).with_room(), importer.name))
    passage = importer.passages(file)
    accounted = 0
    for outcome in reading.outcomes:
        if isinstance(outcome, Made):
            for one in outcome.fact.evidence:
                assert passage({"file": one.file, "xpath": one.xpath, "fragment": one.fragment}) == one.exact
        accounted += not isinstance(outcome, Reported)
        yield outcome
    assert accounted == reading.rows()


@pytest.fixture(scope="module")
def drills() -> list[Outcome]:
    """What becomes of the real exercises."""
    return list(proven(MME, MME_FILE))


def rows() -> list[dict[str, str]]:
    """Return the real exercises as another reader has them, but for those that end before they start."""
    with MME_FILE.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    return [row for row in found if not _backward(row)]


def _backward(row: dict[str, str]) -> bool:
    start, end = (
        [int(row[f"{part}.{unit}"].replace("xx", unknown)) for unit in ("year", "month", "day")]
        for part, unknown in (("s", "1"), ("e", "31"))
    )
    return start > end


def test_exercises_add_up(drills: list[Outcome]) -> None:
    made = [one for one in drills if isinstance(one, Made)]
    refused = [one for one in drills if isinstance(one, Refused)]
    assert len({one.fact.id for one in made}) == len(made) == 3701
    assert {one.reason for one in refused} == {"the exercise ends before it starts"}
    assert [one.where for one in refused] == ["198", "322", "1887", "2456", "2903", "3367"]


def test_exercises_agree_with_another_reader(drills: list[Outcome]) -> None:
    exercises = [one.fact for one in drills if isinstance(one, Made) and isinstance(one.fact, ExerciseEntry)]
    expected = rows()
    assert len(exercises) == len(expected)
    assert sum(len(fact.participants) for fact in exercises) == sum(
        len({row[state] for state in STATES} - {"", "-9"}) for row in expected
    )
    assert max(len(fact.participants) for fact in exercises) == 39
    for column, name in (("Air", "air"), ("Land", "land"), ("Sea", "sea"), ("Cyber", "cyber")):
        assert sum(name in fact.domains for fact in exercises) == sum(row[column] == "1" for row in expected)
    assert sum(fact.participants_complete is False for fact in exercises) == sum(
        bool(row["AdditionalParticipantInfo"]) or "-9" in [row[state] for state in STATES] for row in expected
    )
    assert sum("XX" in str(fact.date and fact.date.edtf) for fact in exercises) == sum(
        "xx" in row["StartDate"] + row["EndDate"] for row in expected
    )
    soviet = sum(row["e.year"] < "1992" and "Russia" in [row[state] for state in STATES] for row in expected)
    assert sum("SUHH" in fact.participants for fact in exercises) == soviet > 80


@pytest.fixture(scope="module")
def records() -> list[tuple[int, int, str, str]]:
    """Every record of the real reports, read without a parser: (report's year, fiscal year, programme, its words)."""
    found = []
    with tarfile.open(FMTRPT_FILE) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is None:
                continue
            report = int(Path(member.name).name[:4])
            for part in content.read().decode().split("<program ")[1:]:
                programme = part[: part.index(">")]
                years = re.findall(r"(?:FY|Year) *([0-9]{2,4})\b", programme)
                year = int(years[0][-2:]) if years else 50
                for record in part.split("<training>")[1:]:
                    words = record[: record.index("</training>")]
                    found.append((report, 1900 + year if year > 50 else 2000 + year, programme, words))
    return found


def _cells(words: str) -> dict[str, str]:
    return {
        key: text.strip() for key, text in re.findall(r"<(\w+)>([^<]*)</", words) if text.strip() not in ("", "N/A")
    }


def test_trainings_add_up_and_agree_with_another_reader(records: list[tuple[int, int, str, str]]) -> None:
    found: Counter[tuple[str, str, str]] = Counter()
    refused: Counter[str] = Counter()
    ids: set[str] = set()
    for one in proven(FMTRPT, FMTRPT_FILE):
        if isinstance(one, Refused):
            refused[one.reason] += 1
        elif isinstance(one, Made):
            fact = one.fact
            assert isinstance(fact, TrainingEntry)
            ids.add(fact.id)
            key = str(fact.fiscal_year), fact.modality.value
            found["facts", *key] += 1
            found["people", *key] += fact.people.value if fact.people else 0
            found["free", *key] += fact.cost is not None and fact.cost.as_stated in ("$0", "0")
            assert fact.cost is None or fact.cost.amount != 0
    assert len(ids) + sum(refused.values()) == len(records) == 253_461
    assert refused == {
        "a programme's total, not a training": sum("Program Totals" in words for *_, words in records),
        "a number or a cost of nothing that is named: a total": 561,
        "neither people, cost nor dates: the rest of a line that was broken": 760,
        "nothing but a page number": 7,
        "the programme does not say of which fiscal year it is: done or proposed is open": 1,
    }
    expected: Counter[tuple[str, str, str]] = Counter()
    for report, year, _, words in records:
        cells = _cells(words)
        named = cells.keys() - {"quantity", "total_cost", "page_number"}
        told = cells.keys() & {"quantity", "total_cost", "start_date", "end_date"}
        if named and told and year != 2050 and "Program Totals" not in cells.get("course_title", ""):
            modality = "planned" if year == report + 1 else "actual"
            expected["facts", str(year), modality] += 1
            people = cells.get("quantity", "")
            expected["people", str(year), modality] += int(people) if people.isdigit() else 0
            expected["free", str(year), modality] += cells.get("total_cost") in ("$0", "0")
    assert {key: value for key, value in found.items() if value} == {k: v for k, v in expected.items() if v}
    assert {key[1] for key in found if key[2] == "planned"} == {"2000", "2001"}
