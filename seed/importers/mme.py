"""Multinational Military Exercises 1980-2010: one row is one exercise. Unknown days stay unknown, points are vague."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import ascii_uppercase

from app.core.entries import DateEntry, InferenceEntry, PlaceId
from app.core.scope import Scope
from app.core.vocabulary import DateBasis, Modality, PointPrecision
from app.facts.exercises import Domain, ExerciseEntry, Purpose
from app.kit import edtf
from app.kit.folding import fold
from app.reference.places import PlaceEntry, Point
from app.reference.sources import Redistribution, SourceEntry
from seed.datasets import UNFIT, Importer, Made, Odd, Outcome, Reading, Reported, refused, sha256_of
from seed.parties import Parties, digest, slug_of
from seed.tabular import Row, quoted, row_passages, whole

_LETTERS = [*ascii_uppercase, *(f"A{letter}" for letter in ascii_uppercase[:13])]
STATES = tuple(f"State{letters}" for letters in _LETTERS)
DOMAINS = {"Air": Domain.air, "Land": Domain.land, "Sea": Domain.sea, "Amphibious": Domain.amphibious}
DOMAINS |= {"Cyber": Domain.cyber}
PURPOSES = {
    "Warfighting": Purpose.warfighting,
    "Peacekeeping": Purpose.peacekeeping,
    "Humanitarian": Purpose.humanitarian,
}
COLUMNS = (
    *("MMEID", "Ex_Name", "Series_Name", "Location", "lat", "lon"),
    *("StartDate", "s.year", "s.month", "s.day", "EndDate", "e.year", "e.month", "e.day"),
    *("CPX", *DOMAINS, *PURPOSES, "FocusDescription", "AdditionalParticipantInfo", *STATES),
)
CODED_ON = "2026-11-22"
NOT_TOLD = "-9"
MOST_NAMED = 6
UNKNOWN_DAY = "xx"
_ID = re.compile(r"mme[0-9]+")
_LAST_SOVIET_DAY = "1991-12-25"

Cells = dict[str, str]
Odds = list[tuple[str, str]]


def read(file: Path, parties: Parties) -> Reading:
    """Read the table."""
    sheet = whole(file, quoted(file, COLUMNS), COLUMNS)
    source = SourceEntry(
        id="mme",
        title="Multinational Military Exercises 1980-2010, version 7",
        publisher="Harvard Dataverse",
        url="https://doi.org/10.7910/DVN/KHFODX",
        authors=["D'Orazio", "Galambos"],
        language="en",
        sha256=sha256_of(file),
        redistribute=Redistribution.passages,
        rights="D'Orazio and Galambos 2021, doi:10.7910/DVN/KHFODX: cite it. Rows are quoted as evidence.",
        published=DateEntry(edtf="2021", basis=DateBasis.stated),
    )
    scope = Scope(
        kinds=["exercise"],
        period="1980/2010",
        limits="Exercises of two or more states; national ones are left out.",
    )
    return Reading(source, scope, lambda: len(sheet.rows), _outcomes(sheet.rows, parties))


def _outcomes(rows: list[Row], parties: Parties) -> Iterator[Outcome]:
    # A row that stands there again, word for word, tells of the same exercise: its id is the table's own.
    alike: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        alike.setdefault(tuple(row.cells), []).append(row)
    bearers = Counter(cells[0] for cells in alike)
    points = _points(rows)
    for row, *again in alike.values():
        try:
            row.refuse_misshapen(COLUMNS)
            fact, odd = exercise(row, parties, shared_id=bearers[row.cells[0]] > 1, points=points)
            fact.evidence.extend(one.evidence() for one in again)
        except UNFIT as error:
            yield from (refused(one.where, error) for one in (row, *again))
            continue
        yield Made(fact, 1 + len(again))
        yield from (Reported(row.where, reason, what) for reason, what in odd)
        yield from (Reported(one.where, "the row stands there twice: merged", f"as row {row.where}") for one in again)


def exercise(
    row: Row, parties: Parties, *, shared_id: bool, points: dict[str, set[tuple[float, float]]]
) -> tuple[ExerciseEntry, Odds]:
    """Return the row's fact, and what is odd about it; Odd if there is no reading it."""
    cells = dict(zip(COLUMNS, row.cells, strict=True))
    if not _ID.fullmatch(cells["MMEID"]):
        raise Odd("the MMEID is none", cells["MMEID"])
    date = _date(cells)
    named = [cells[state] for state in STATES if cells[state]]
    states = list(dict.fromkeys(name for name in named if name != NOT_TOLD))
    actors, inferred, odd = _participants(states, date, parties)
    if shared_id:
        odd.append(("another row has the same MMEID", cells["MMEID"]))
    if len(states) + (NOT_TOLD in named) < len(named):
        odd.append(("a participant is named twice", ", ".join(one for one, n in Counter(named).items() if n > 1)))
    if not states:
        odd.append(("no participant is named", cells["AdditionalParticipantInfo"]))
    place, odd_place = _place(cells, parties, points)
    further = NOT_TOLD in named or cells["AdditionalParticipantInfo"]
    fact = ExerciseEntry(
        # Two rows that share an id are told apart by all their cells, neither going by the id alone.
        id=cells["MMEID"] + (f"-{digest(*row.cells)[:6]}" if shared_id else ""),
        kind="exercise",
        summary=_summary(_told(cells["Ex_Name"]), states, date),
        modality=Modality.actual,
        date=date,
        place=place,
        inferred=inferred,
        evidence=[row.evidence()],
        coded_on=CODED_ON,
        name=_told(cells["Ex_Name"]),
        series=_told(cells["Series_Name"]),
        domains=[code for column, code in DOMAINS.items() if _flag(cells, column)],
        command_post=_flag(cells, "CPX"),
        purposes=[code for column, code in PURPOSES.items() if _flag(cells, column)],
        participants=actors,
        participants_complete=False if further else None,
    )
    return fact, odd + odd_place


def _told(cell: str) -> str | None:
    return None if cell in ("", NOT_TOLD) else " ".join(cell.split())


def _flag(cells: Cells, column: str) -> bool:
    if cells[column] not in ("0", "1"):
        raise Odd(f"{column} is neither 0 nor 1", cells[column])
    return cells[column] == "1"


def _date(cells: Cells) -> DateEntry:
    start, end = _day(cells, "StartDate", "s"), _day(cells, "EndDate", "e")
    text = start if start == end else f"{start}/{end}"
    try:
        edtf.bounds(text)
    except edtf.EdtfError:
        raise Odd("the exercise ends before it starts", f"{cells['StartDate']} to {cells['EndDate']}") from None
    return DateEntry(edtf=text, basis=DateBasis.stated)


def _day(cells: Cells, printed: str, part: str) -> str:
    """Return a day as EDTF, `1980-01-XX` if it is unknown; Odd if the date as printed and its parts differ."""
    year, month, day = (cells[f"{part}.{unit}"] for unit in ("year", "month", "day"))
    style = f"{year}-{month:0>2}-{UNKNOWN_DAY}" if day == UNKNOWN_DAY else f"{month}/{day}/{year[-2:]}"
    text = f"{year}-{month:0>2}-{'XX' if day == UNKNOWN_DAY else f'{day:0>2}'}"
    try:
        edtf.bounds(text)
    except edtf.EdtfError:
        raise Odd(f"{printed} is no date", f"{year}-{month}-{day}") from None
    if cells[printed] != style:
        raise Odd(f"{printed} and its year, month and day differ", f"{cells[printed]}: {year}, {month}, {day}")
    return text


def _participants(
    names: Sequence[str], date: DateEntry, parties: Parties
) -> tuple[list[str], list[InferenceEntry], Odds]:
    actors: list[str] = []
    inferred: list[InferenceEntry] = []
    odd: Odds = []
    latest = edtf.bounds(date.edtf)[1] or ""
    for name in names:
        actor = parties.find(name)
        if actor is None:
            actor = parties.unknown(name)
            odd.append(("the name is not known: an actor of kind unknown", name))
        elif actor == "RU" and latest <= _LAST_SOVIET_DAY:
            # The data set has one name for both; who asks for Russia is not to be given the Soviet Union.
            actor = "SUHH"
            note = "the state of this time is the Soviet Union: the data set calls it by its successor's name"
            inferred.append(InferenceEntry(field="participants", from_=name, note=note))
        if actor not in actors:
            actors.append(actor)
    return actors, inferred, odd


def _points(rows: Sequence[Row]) -> dict[str, set[tuple[float, float]]]:
    """Return the points that the rows give a place, by its folded name."""
    found: dict[str, set[tuple[float, float]]] = defaultdict(set)
    at, latitude, longitude = (COLUMNS.index(column) for column in ("Location", "lat", "lon"))
    for row in rows:
        if len(row.cells) == len(COLUMNS) and row.cells[latitude] and row.cells[longitude]:
            try:
                point = float(row.cells[latitude]), float(row.cells[longitude])
            except ValueError:
                continue
            found[fold(row.cells[at])].add(point)
    return found


def _place(cells: Cells, parties: Parties, points: dict[str, set[tuple[float, float]]]) -> tuple[PlaceId | None, Odds]:
    name = _told(cells["Location"])
    if name is None or not fold(name):
        return None, []
    given = points.get(fold(name), set())
    odd: Odds = []
    if len(given) > 1:
        odd.append(("rows give the place more than one point: it has none", name))
    point = None
    if len(given) == 1:
        latitude, longitude = next(iter(given))
        # Many points are the middle of a country; the table does not say which.
        point = Point(latitude=latitude, longitude=longitude, precision=PointPrecision.unknown)
    return PlaceId(parties.place(PlaceEntry(id=slug_of(name), name=name, point=point))), odd


def _summary(name: str | None, states: Sequence[str], date: DateEntry) -> str:
    what = f"the exercise {name}" if name else "a joint exercise"
    when = date.edtf.replace("-XX", "").replace("/", " to ")
    shown = [*states[:MOST_NAMED]]
    if len(states) > MOST_NAMED:
        shown.append(f"{len(states) - MOST_NAMED} more")
    who = " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else "Participants that are not named"
    return f"{who[0].upper()}{who[1:]} took part in {what} ({when})."


MME = Importer(
    name="mme",
    doc="Multinational Military Exercises 1980-2010 (D'Orazio and Galambos, doi:10.7910/DVN/KHFODX): CSV, UTF-8, "
    "one row = one exercise with up to 39 participants.",
    columns=COLUMNS,
    read=read,
    passages=row_passages(latin_1=False),
)
