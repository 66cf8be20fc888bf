"""US foreign military training: one record is one training. Equal records are people; what is proposed is planned."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.answers import AmountStated, Estimate
from app.core.entries import DateEntry, InferenceEntry
from app.core.scope import Scope
from app.core.vocabulary import DateBasis, Modality
from app.facts.trainings import TrainingEntry
from app.kit import edtf
from app.reference.sources import Redistribution, SourceEntry
from seed.datasets import UNFIT, Importer, Made, Odd, Outcome, Reading, Reported, refused, sha256_of
from seed.elements import Record, Shape, element_passages, members, records
from seed.findings import Finding, Rejected
from seed.parties import Parties, digest, slug_of

COLUMNS = (
    "course_title",
    "start_date",
    "end_date",
    "location",
    "student_unit",
    "us_unit",
    "quantity",
    "total_cost",
    "page_number",
)
SHAPE = Shape(
    root="countries",
    children={
        "countries": frozenset({"country"}),
        "country": frozenset({"c_name", "program"}),
        # A `location` beside the records is the heading of that column, left over from the page.
        "program": frozenset({"p_name", "location", "training"}),
        "training": frozenset(COLUMNS),
    },
    record="training",
    named=frozenset({"country", "program"}),
)
CODED_ON = "2026-11-22"
PROVIDER = InferenceEntry(
    field="provider",
    from_="Foreign Military Training and DoD Engagement Activities of Interest",
    note="the title of the reports, which are the US government's; no record says so",
)
# Section 656 of the Foreign Assistance Act asks for no report on these (22 U.S.C. 2416); NATO as of 2021.
EXEMPT = frozenset(
    ("AL BE BG CA CZ DE DK EE ES FR GB GR HR HU IS IT LT LU LV ME MK NL NO PL PT RO SI SK TR " + "AU JP NZ").split()
)
NOT_TOLD = frozenset({"", "N/A", "N/A - N/A"})
_REPORT = re.compile(r"([12][0-9]{3})_([12][0-9]{3})_\w+\.xml")
_FISCAL_YEAR = re.compile(r"\b(?:FY|Fiscal Year) *([0-9]{4}|[0-9]{2})\b")
_TOTALS = re.compile(r"(FY|Fiscal Year) [0-9]{4} Program Totals")
# The three ways in which the reports name a programme, and what of it is the programme itself.
_PROGRAMMES = (
    re.compile(r"(.+?) - (?:FY|Fiscal Year) [0-9]{4} .+ Training"),
    re.compile(r"(?:(?:DoS|DoD|DOS|DOD) )?[A-Za-z ]+ Region, .+, {2}(.+?), ?FY ?[0-9]{2}"),
    re.compile(r"(.+?), FY +[0-9]{2}"),
)
_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})")
_SUM = re.compile(r"(\$?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?")
_CENTURY = 50
_LONGEST_SUMMARY = 400

Odds = list[tuple[str, str]]


@dataclass(frozen=True)
class Report:
    """A report: it tells what was done in its first year, and, in some, what was proposed for its second."""

    done: int
    proposed: int


def read(file: Path, parties: Parties) -> Reading:
    """Read the archive of XML files, or one of them, twice: nothing is made of it before all of it was looked at."""
    names: Counter[str] = Counter()
    done: set[int] = set()
    for report, record in _records(file):
        names[record.above[1].attributes["name"].strip()] += 1
        done.add(report.done)
    source = SourceEntry(
        id="fmtrpt",
        title="US foreign military training reports, 1999 to 2021, as XML",
        publisher="Security Force Monitor",
        url="https://github.com/security-force-monitor/fmtrpt_data",
        language="en",
        sha256=sha256_of(file),
        redistribute=Redistribution.all,
        rights="The reports are the US government's; the XML is Security Force Monitor's, CC BY 4.0.",
    )
    return Reading(source, _scope(names, done, parties), names.total, _outcomes(file, parties))


def _scope(names: Iterable[str], done: set[int], parties: Parties) -> Scope:
    """Return what the reports can speak of: the states that they name, for a file may be of one region only."""
    named = {found for name in sorted(names) if (found := parties.find(name))}
    years = [str(year) for year in range(min(done, default=0), max(done, default=-1) + 1)]
    return Scope(
        kinds=["training"],
        countries=sorted({*(named - EXEMPT), "US"}),
        senders=["US"],
        period=f"{years[0]}/{years[-1]}" if years else None,
        gaps=[year for year in years if int(year) not in done],
        limits="Trainings by the United States, by fiscal year. The law that asks for the reports exempts NATO's "
        "members, Australia, Japan and New Zealand: what stands there on them is not all.",
    )


def _records(file: Path) -> Iterator[tuple[Report, Record]]:
    for name, content in members(file):
        report = _report(file, name)
        for record in records(file, name, content, SHAPE):
            yield report, record


def _report(file: Path, name: str) -> Report:
    found = _REPORT.fullmatch(name.rpartition("/")[2])
    if found is None or int(found[2]) != int(found[1]) + 1:
        what = f"{name}: its name does not say of which two years it reports"
        raise Rejected([Finding(file.name, 0, what, "expected 2019_2020_Africa_fmtrpt_dedup.xml or the like")])
    return Report(int(found[1]), int(found[2]))


def _outcomes(file: Path, parties: Parties) -> Iterator[Outcome]:
    alike: Counter[str] = Counter()
    for report, record in _records(file):
        where = f"{record.file}:{record.line}" if record.file else str(record.line)
        try:
            fact, odd = training(report, record, parties, alike)
        except UNFIT as error:
            yield refused(where, error)
            continue
        yield Made(fact)
        yield from (Reported(where, reason, what) for reason, what in odd)


def training(report: Report, record: Record, parties: Parties, alike: Counter[str]) -> tuple[TrainingEntry, Odds]:
    """Return the record's fact, and what is odd about it; Odd if it is none. `alike` counts equal records."""
    _, country, program = record.above
    name, programme = country.attributes["name"].strip(), program.attributes["name"]
    cells = {key: " ".join(record.cells.get(key, "").split()) for key in COLUMNS}
    told = {key: cell for key, cell in cells.items() if cell not in NOT_TOLD}
    _refuse_no_training(told)
    year = _fiscal_year(programme, report)
    odd: Odds = []
    recipient = parties.find(name)
    if recipient is None:
        recipient = parties.unknown(name)
        odd.append(("the name is not known: an actor of kind unknown", name))
    modality = Modality.planned if year == report.proposed else Modality.actual
    short = _programme(programme)
    people = _people(told, odd)
    fact = TrainingEntry(
        id=_id(report, recipient, [name, programme, *(record.cells.get(key, "") for key in COLUMNS)], alike),
        kind="training",
        summary=_summary(name, told.get("course_title"), short, year, people, modality),
        modality=modality,
        date=_date(told, year, odd),
        inferred=[PROVIDER],
        evidence=[
            record.evidence(),
            country.attribute("name", record.file),
            program.attribute("name", record.file),
        ],
        coded_on=CODED_ON,
        provider="US",
        recipient=recipient,
        provider_unit=told.get("us_unit"),
        recipient_unit=told.get("student_unit"),
        course=told.get("course_title"),
        programme=short,
        fiscal_year=str(year),
        location=told.get("location"),
        start_as_stated=told.get("start_date"),
        end_as_stated=told.get("end_date"),
        people=people,
        cost=_cost(told, odd),
    )
    return fact, odd


def _refuse_no_training(told: dict[str, str]) -> None:
    course = told.get("course_title", "")
    if _TOTALS.fullmatch(course):
        raise Odd("a programme's total, not a training", course)
    if not told.keys() - {"page_number"}:
        raise Odd("nothing but a page number")
    if not told.keys() - {"quantity", "total_cost", "page_number"}:
        # So the report for 2007 and 2008 gives its totals: without a word, last in each programme.
        raise Odd("a number or a cost of nothing that is named: a total", told.get("total_cost", ""))
    if not told.keys() & {"quantity", "total_cost", "start_date", "end_date"}:
        raise Odd("neither people, cost nor dates: the rest of a line that was broken", course)


def _fiscal_year(programme: str, report: Report) -> int:
    years = {int(one) for one in _FISCAL_YEAR.findall(programme)}
    years = {one if one > 99 else one + (1900 if one >= _CENTURY else 2000) for one in years}  # noqa: PLR2004  # two digits
    if len(years) != 1:
        raise Odd("the programme does not say of which fiscal year it is: done or proposed is open", programme)
    (year,) = years
    if year not in (report.done, report.proposed):
        raise Odd("the programme is of neither of the report's years", programme)
    return year


def _programme(stated: str) -> str:
    """Return the programme without the report's year, region and country; as it stands if it is written otherwise."""
    text = stated.strip()
    for pattern in _PROGRAMMES:
        found = pattern.fullmatch(text)
        if found:
            return " ".join(found[1].split())
    return " ".join(text.split())


def _id(report: Report, recipient: str, core: list[str], alike: Counter[str]) -> str:
    """Return an id that follows from the record alone; records alike in every cell are numbered: they are people."""
    found = f"fmtrpt-{report.done}-{slug_of(recipient)[:16].strip('-')}-{digest(str(report.done), *core)[:12]}"
    alike[found] += 1
    return found if alike[found] == 1 else f"{found}-{alike[found]}"


def _people(told: dict[str, str], odd: Odds) -> Estimate | None:
    cell = told.get("quantity")
    if cell is None:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 6):  # noqa: PLR2004  # a million at once are a misprint
        odd.append(("the number of people is no whole number: it is null", cell))
        return None
    return Estimate(value=int(cell))


def _cost(told: dict[str, str], odd: Odds) -> AmountStated | None:
    cell = told.get("total_cost")
    if cell is None:
        return None
    found = _SUM.fullmatch(cell)
    # Nothing, or nothing but a sign, is what the report prints where a cost was not told or not charged.
    amount = float(found[2].replace(",", "") + (found[3] or "")) if found else 0.0
    if not found and cell != "$":
        odd.append(("the cost is no sum: kept as stated", cell))
    currency = "USD" if found and found[1] and amount else None
    return AmountStated(what="total cost", amount=amount or None, currency=currency, as_stated=cell)


def _date(told: dict[str, str], year: int, odd: Odds) -> DateEntry:
    """Return the days stated; the fiscal year, if they are not, or not readable."""
    cells = [told.get("start_date", ""), told.get("end_date", "")]
    start, end = (_day(cell) for cell in cells)
    if any(cell and not day for cell, day in zip(cells, (start, end), strict=True)):
        odd.append(("a date cell holds no date, or two: kept as stated, dated by the fiscal year", " / ".join(cells)))
    elif start and end and start > end:
        odd.append(("it ends before it starts: kept as stated, dated by the fiscal year", " / ".join(cells)))
    elif start or end:
        return DateEntry(edtf=start if start == end else f"{start}/{end}", basis=DateBasis.stated)
    return DateEntry(edtf=f"{year - 1}-10-01/{year}-09-30", basis=DateBasis.stated)


def _day(cell: str) -> str:
    found = _DAY.fullmatch(cell)
    if found is None:
        return ""
    month, day, year = found.groups()
    if len(year) == 2:  # noqa: PLR2004  # as printed until 2003
        year = f"{19 if int(year) >= _CENTURY else 20}{year}"
    text = f"{year}-{month:0>2}-{day:0>2}"
    try:
        edtf.whole(text)
    except edtf.EdtfError:
        return ""
    return text


def _summary(
    name: str, course: str | None, programme: str, year: int, people: Estimate | None, modality: Modality
) -> str:
    who = f"{people.value} {'person' if people.value == 1 else 'people'}" if people else "people"
    did = "proposed to train" if modality is Modality.planned else "trained"
    text = f"The United States {did} {who} from {name}, {programme}, fiscal year {year}"
    text += f": {course}." if course else "."
    return text if len(text) <= _LONGEST_SUMMARY else f"{text[: _LONGEST_SUMMARY - 2].rstrip()} …"


FMTRPT = Importer(
    name="fmtrpt",
    doc="US foreign military training, from the State and Defense Departments' annual reports, as Security Force "
    "Monitor's XML (CC BY 4.0): the tar archive, or one file of it. One `training` element = one training.",
    columns=COLUMNS,
    read=read,
    passages=element_passages(("country", "program", "training")),
)
