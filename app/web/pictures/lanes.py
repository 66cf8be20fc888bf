"""A timeline as it is drawn: lanes of bars and dots along time, and a place of its own for what has no date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from app.core.vocabulary import Modality
from app.web.pictures.paper import (
    CLEAR,
    FAINT,
    GREY,
    INK,
    MARGIN,
    PAPER,
    WIDTH,
    Picture,
    area,
    crossed,
    look,
    plain,
    short,
    words,
)
from app.web.pictures.timeline import TimelineMark

FROM, TO = 400, 810  # where time is
UNDATED = 862
DAY = 86_400_000
GRID = "#efeee6"
ROW, LANE = 17, 26
_LOOK = {
    "fill": {"field": "fill"},
    "stroke": {"field": "ink"},
    "strokeWidth": {"signal": "datum.modality === 'actual' ? 0 : 1.2"},
    "strokeDash": {"field": "dash"},
    "href": {"field": "link"},
    "description": {"field": "says"},
}


def picture(marks: Sequence[TimelineMark], title: str, told: str, remarks: Sequence[str]) -> Picture:
    """Return the picture of these marks, which stand in the order of their lanes."""
    placed, texts, lanes, height = _rows(marks)
    bounds = _bounds(marks)
    most = max(mark.count for mark in marks)
    drawn = [_drawn(mark, y, bounds, most) for mark, y in placed]
    if any(one["undated"] for one in drawn):
        texts.append({"x": UNDATED, "y": height + 12, "text": "no date", "size": 10, "ink": GREY, "align": "center"})
    writing, write = words(texts, "labels")
    data = [
        writing,
        {"name": "lanes", "values": [{"y": y} for y in lanes]},
        {"name": "bars", "values": [one for one in drawn if one["shape"] == "bar"]},
        {"name": "dots", "values": [one for one in drawn if one["shape"] == "dot"]},
        {"name": "struck", "values": [one for one in drawn if one["modality"] == Modality.denied]},
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
    strokes = [_lanes(), write, _bars(), _dots(), crossed("struck", {"field": "middle"}, {"field": "y"})]
    scale = {"name": "time", "type": "utc", "domain": bounds, "range": [FROM, TO]}
    shown = frozenset(mark.modality.value for mark in marks)
    return Picture(title, told, height, data, strokes, [scale], axes, (), remarks, shown, _more(marks))


def _rows(
    marks: Sequence[TimelineMark],
) -> tuple[list[tuple[TimelineMark, float]], list[dict[str, Any]], list[float], int]:
    """Return the marks with their heights, what is written beside them, where lanes begin, and the height of all."""
    placed: list[tuple[TimelineMark, float]] = []
    texts: list[dict[str, Any]] = []
    lanes: list[float] = []
    y, lane, row = 0.0, None, None
    for mark in marks:
        here = (mark.kind, mark.direction)
        if here != lane:
            y += LANE if lane is None else LANE + 6
            lane, row = here, None
            lanes.append(y - LANE / 2 - 5)
            named = mark.kind if mark.direction is None else f"{mark.kind} {mark.direction}"
            texts.append({"x": MARGIN, "y": y - 5, "text": plain(named), "size": 12, "weight": "bold"})
        this = mark.modality if mark.fact is None else mark.fact
        if this != row:
            y, row = y + ROW, this
            text = short(mark.says, 66) if mark.fact else mark.modality.value
            link = {"link": mark.link, "says": plain(mark.says)} if mark.fact else {}
            texts.append({"x": MARGIN, "y": y, "text": text, "size": 10.5, "ink": GREY} | link)
        placed.append((mark, y))
    return placed, texts, lanes, round(y + ROW)


def _bounds(marks: Sequence[TimelineMark]) -> list[float]:
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


def _drawn(mark: TimelineMark, y: float, bounds: Sequence[float], most: int) -> dict[str, Any]:
    first, last = _span(mark)
    scale = (TO - FROM) / (bounds[1] - bounds[0])
    undated = first is None and last is None
    x = FROM if first is None else FROM + (first - bounds[0]) * scale
    x2 = TO if last is None else FROM + (last + DAY - bounds[0]) * scale
    if undated:
        x = x2 = UNDATED
    counts = mark.fact is None
    shape = "dot" if counts or undated else "bar"
    style = look(mark.modality)
    dated = f"{mark.modality.value}, {mark.edtf or 'no date'}"
    return {
        "shape": shape,
        "undated": undated,
        "modality": mark.modality.value,
        "x": x,
        "x2": max(x2, x + 5),
        "middle": (x + x2) / 2,
        "y": y,
        "area": area(mark.count, most, 190) if counts else 50,
        "fill": _fill(mark, first, last) if shape == "bar" else INK if mark.modality == Modality.actual else PAPER,
        **style,
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


def _bars() -> dict[str, Any]:
    place = {"x": {"field": "x"}, "x2": {"field": "x2"}, "yc": {"field": "y"}, "height": {"value": 8}}
    return {"type": "rect", "from": {"data": "bars"}, "encode": {"enter": place | _LOOK}}


def _dots() -> dict[str, Any]:
    place = {"x": {"field": "middle"}, "y": {"field": "y"}, "size": {"field": "area"}}
    return {"type": "symbol", "from": {"data": "dots"}, "encode": {"enter": place | _LOOK}}


def _more(marks: Sequence[TimelineMark]) -> list[str]:
    if any(mark.fact is None for mark in marks):
        return ["area: how many facts"]
    if any(mark.uncertain or (mark.earliest is None) != (mark.latest is None) for mark in marks):
        return ["fading: an uncertain date, or an end that is open"]
    return []
