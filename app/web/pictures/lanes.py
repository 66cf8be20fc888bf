"""A timeline as it is drawn: lanes of bars along time, of facts or of years; what has no date stands below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from app.core.vocabulary import Modality
from app.web.pictures.paper import (
    CLEAR,
    DASHES,
    FAINT,
    GREY,
    INK,
    MARGIN,
    PAPER,
    WIDTH,
    Picture,
    counted,
    crossed,
    look,
    plain,
    short,
    words,
)
from app.web.pictures.timeline import TimelineMark

# Where time is: beside the words of each fact, or beside the few words that years need.
BESIDE_FACTS, BESIDE_YEARS, TO = 408, 232, 884
DAY = 86_400_000
GRID = "#efeee6"
ROW, LANE = 18, 26
HIGHEST, LOWEST, BETWEEN = 40, 1.5, 14
LONGEST = 62
# Facts without a date, one after the other below their lane.
FIRST_DOT, NEXT_DOT, DOTS = MARGIN + 56, 14, 22


@dataclass
class _Laid:
    """What stands where: marks, words, where lanes begin, and how high it all is."""

    drawn: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)
    lanes: list[float] = field(default_factory=list)
    y: float = 0.0

    def lane(self, name: str) -> None:
        """Begin a lane."""
        self.y += LANE + 6 * bool(self.lanes)
        self.lanes.append(self.y - LANE / 2 - 5)
        self.texts.append({"x": MARGIN, "y": self.y - 5, "text": plain(name), "size": 13, "weight": "bold"})

    def write(self, text: str, y: float, **more: Any) -> None:
        """Write beside the lane."""
        self.texts.append({"x": MARGIN, "y": y, "text": text, "size": 11.5, "ink": GREY} | more)


def picture(marks: Sequence[TimelineMark], title: str, told: str, remarks: Sequence[str]) -> Picture:
    """Return the picture of these marks, which stand in the order of their lanes."""
    counts = any(mark.fact is None for mark in marks)
    bounds = _bounds(marks)
    start = BESIDE_YEARS if counts else BESIDE_FACTS
    laid = _years(marks, bounds) if counts else _facts(marks, bounds)
    writing, write = words(laid.texts, "labels")
    data = [
        writing,
        {"name": "lanes", "values": [{"y": y} for y in laid.lanes]},
        {"name": "bars", "values": [one for one in laid.drawn if "y2" in one]},
        {"name": "dots", "values": [one for one in laid.drawn if "y2" not in one]},
        {"name": "struck", "values": [one for one in laid.drawn if one["modality"] == Modality.denied]},
    ]
    axes = [
        {
            "scale": "time",
            "orient": "bottom",
            "tickCount": 6,
            "domain": False,
            "grid": True,
            "gridColor": GRID,
            "tickColor": FAINT,
        }
    ]
    strokes = [_lanes(), write, _bars(), _dots(), crossed("struck", {"field": "middle"}, {"field": "center"})]
    scale = {"name": "time", "type": "utc", "domain": bounds, "range": [start, TO]}
    shown = frozenset(mark.modality.value for mark in marks)
    return Picture(title, told, round(laid.y + ROW), data, strokes, [scale], axes, (), remarks, shown, _more(marks))


def _facts(marks: Sequence[TimelineMark], bounds: Sequence[float]) -> _Laid:
    """Lay out a bar for each fact; those without a date are dots, for time has no place for them."""
    laid = _Laid()
    for (kind, direction), some in groupby(marks, lambda mark: (mark.kind, mark.direction)):
        laid.lane(kind if direction is None else f"{kind} {direction}")
        lane = list(some)
        for mark in lane:
            first, last = _span(mark)
            if first is None and last is None:
                continue
            laid.y += ROW
            laid.write(short(mark.says, LONGEST), laid.y, **_linked(mark))
            x, x2 = _place(first, last, bounds, BESIDE_FACTS)
            bar = _drawn(mark, x, max(x2, x + 5), laid.y)
            laid.drawn.append(bar | {"y": laid.y - 4, "y2": laid.y + 4, "fill": _fill(mark, first, last)})
        for at, mark in enumerate(one for one in lane if _span(one) == (None, None)):
            if at % DOTS == 0:
                laid.y += ROW
                laid.write("no date" if at == 0 else "", laid.y)
            x = FIRST_DOT + NEXT_DOT * (at % DOTS)
            laid.drawn.append(_drawn(mark, x, x, laid.y))
    return laid


def _years(marks: Sequence[TimelineMark], bounds: Sequence[float]) -> _Laid:
    """Lay out a bar for each year, as high as there are facts; one measure for all lanes, so that they compare."""
    laid = _Laid()
    most = max((mark.count for mark in marks if mark.year is not None), default=1)
    for kind, lane in groupby(marks, lambda mark: mark.kind):
        laid.lane(kind)
        for modality, of_modality in groupby(lane, lambda mark: mark.modality):
            some = list(of_modality)
            years = [mark for mark in some if mark.year is not None]
            peak = max(years, key=lambda mark: mark.count, default=None)
            laid.y += HIGHEST + BETWEEN if peak else ROW
            laid.write(modality.value, laid.y - (20 if peak else 0), ink=INK)
            if peak:
                laid.write(f"at most {peak.count:,} a year ({peak.year})", laid.y - 4)
            for mark in some:
                if mark.year is None:
                    laid.y += ROW
                    laid.write(f"{mark.count:,} without a date", laid.y - 4 * bool(peak), **_linked(mark))
            foot = laid.y - ROW * (len(some) - len(years))
            for mark in years:
                x, x2 = _place(*_span(mark), bounds, BESIDE_YEARS)
                high = max(HIGHEST * mark.count / most, LOWEST)
                bar = _drawn(mark, x, max(x2 - 0.8, x + 0.8), foot - high / 2)
                laid.drawn.append(bar | {"y": foot - high, "y2": foot} | _narrow(mark.modality))
    return laid


def _narrow(modality: Modality) -> dict[str, Any]:
    """Return how a bar of a year looks that is no more than planned, or less: it is too narrow for long dashes."""
    dash = DASHES[modality]
    return {} if modality == Modality.actual else {"fill": FAINT, "dash": dash and [one / 3 for one in dash]}


def _linked(mark: TimelineMark) -> dict[str, str]:
    return {"link": mark.link, "says": plain(mark.says)}


def _bounds(marks: Iterable[TimelineMark]) -> list[float]:
    """Return the ends of the time that is drawn, a little more than what is told."""
    told = [moment for mark in marks for moment in _span(mark) if moment is not None]
    first, last = min(told, default=0.0), max(told, default=0.0)
    some = max((last - first) * 0.06, 90 * DAY)
    return [first - some, last + some]


def _span(mark: TimelineMark) -> tuple[float | None, float | None]:
    if mark.year is not None:
        return _moment(f"{mark.year:04}-01-01"), _moment(f"{mark.year:04}-12-31")
    return _moment(mark.earliest), _moment(mark.latest)


def _moment(day: str | None) -> float | None:
    """Return a day in milliseconds, as the scale counts; the calendar that is drawn begins with the year 1."""
    if day is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).timestamp() * 1000
    except ValueError:
        return None


def _place(first: float | None, last: float | None, bounds: Sequence[float], start: float) -> tuple[float, float]:
    """Return where a span begins and ends; an end that is open is the picture's."""
    scale = (TO - start) / (bounds[1] - bounds[0])
    x = start if first is None else start + (first - bounds[0]) * scale
    return x, TO if last is None else start + (last + DAY - bounds[0]) * scale


def _drawn(mark: TimelineMark, x: float, x2: float, center: float) -> dict[str, Any]:
    dated = f"{mark.modality.value}, {mark.edtf or 'no date'}"
    return {
        "modality": mark.modality.value,
        "x": x,
        "x2": x2,
        "middle": (x + x2) / 2,
        "center": center,
        "fill": INK if mark.modality == Modality.actual else PAPER,
        **look(mark.modality),
        "link": mark.link,
        "says": plain(f"{mark.says} ({dated})" if mark.fact else mark.says),
    }


def _fill(mark: TimelineMark, first: float | None, last: float | None) -> Any:
    """Solid is what is so; an end that is open or uncertain fades."""
    if mark.modality != Modality.actual:
        return PAPER
    begins, ends = first is None, last is None
    if not mark.uncertain and not begins and not ends:
        return INK
    soft = CLEAR if mark.uncertain else INK
    stops = [(0.0, CLEAR if begins else soft), (0.45, INK), (0.55, INK), (1.0, CLEAR if ends else soft)]
    return {
        "gradient": "linear",
        "x1": 0,
        "y1": 0,
        "x2": 1,
        "y2": 0,
        "stops": [{"offset": offset, "color": color} for offset, color in stops],
    }


def _lanes() -> dict[str, Any]:
    line = {"x": {"value": MARGIN}, "x2": {"value": WIDTH - MARGIN}, "y": {"field": "y"}, "stroke": {"value": FAINT}}
    return {"type": "rule", "from": {"data": "lanes"}, "encode": {"enter": line}}


_LOOK = {
    "fill": {"field": "fill"},
    "stroke": {"field": "ink"},
    "strokeWidth": {"signal": "datum.modality === 'actual' ? 0 : 1.2"},
    "strokeDash": {"field": "dash"},
    "href": {"field": "link"},
    "description": {"field": "says"},
}


def _bars() -> dict[str, Any]:
    place = {"x": {"field": "x"}, "x2": {"field": "x2"}, "y": {"field": "y"}, "y2": {"field": "y2"}}
    return {"type": "rect", "from": {"data": "bars"}, "encode": {"enter": place | _LOOK}}


def _dots() -> dict[str, Any]:
    place = {"x": {"field": "middle"}, "y": {"field": "center"}, "size": {"value": 78}}
    return {"type": "symbol", "from": {"data": "dots"}, "encode": {"enter": place | _LOOK}}


def _more(marks: Iterable[TimelineMark]) -> list[str]:
    if any(mark.fact is None for mark in marks):
        return ["height: how many facts may be of the year"]
    found = []
    if any(mark.uncertain or (mark.earliest is None) != (mark.latest is None) for mark in marks):
        found.append("fading: an uncertain date, or an end that is open")
    undated = sum(_span(mark) == (None, None) for mark in marks)
    return [*found, f"dots: {counted(undated, 'fact')} without a date"] if undated else found
