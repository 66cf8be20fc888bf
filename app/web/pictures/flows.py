"""Transfers from supplier to recipient, on the outlines of the world; who has no place on it stands beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import atan2, cos, degrees, hypot, radians, sin
from typing import Any

from app.core.vocabulary import Modality
from app.web.pictures.network import Line, key, strongest
from app.web.pictures.outlines import world
from app.web.pictures.paper import (
    ACCENT,
    GREY,
    INK,
    MARGIN,
    PAPER,
    WIDTH,
    Picture,
    area,
    counted,
    crossed,
    look,
    plain,
    short,
    width,
    words,
)

MOST_FLOWS = 80
HEIGHT = 430
# Where people live: without the ice of the south.
EDGES = {"type": "MultiPoint", "coordinates": [[-168.9, 0], [-169.1, 0], [11, 83], [11, -56]]}
LAND = "#ecebe2"
MOST_BESIDE = 12
ROOM = (24, 4.5)


def picture(
    found: Sequence[Line],
    names: Mapping[str, str],
    codes: Mapping[str, str],
    title: str,
    told: str,
    remarks: Sequence[str],
) -> Picture:
    """Return the map; `codes`: the numeric codes of those that are states."""
    points = world()["points"]
    placed = {who: points[code] for who, code in codes.items() if code in points}
    # The strongest last: they lie above the rest.
    drawn = [
        _flow(line, found[0].count, names, placed, strong=at < strongest(found))
        for at, line in reversed(list(enumerate(found)))
        if line.a in placed and line.b in placed
    ]
    beside = [line for line in found if line.a not in placed or line.b not in placed]
    ends = {one["from"] for one in drawn} | {one["to"] for one in drawn}
    received = {who: sum(line.count for line in found if line.b == who) for who in ends}
    dots = [
        {
            "id": who,
            "lon": placed[who][0],
            "lat": placed[who][1],
            "area": area(received[who], max(received.values()), 120),
            "fill": GREY if received[who] else PAPER,
            **_name(who, ends, names, placed),
            "says": plain(f"{names.get(who, who)}: receives {received[who]:,}"),
            "link": f"/countries/{who}",
        }
        for who in sorted(ends)
    ]
    listed, more = _beside(beside, names)
    writing, write = words(listed, "beside")
    geopoint = {"type": "geopoint", "projection": "globe", "fields": ["lon", "lat"], "as": ["x", "y"]}
    middles = {"type": "geopoint", "projection": "globe", "fields": ["mlon", "mlat"], "as": ["x", "y"]}
    data = [
        {
            "name": "land",
            "values": world()["land"],
            "format": {"type": "topojson", "feature": "countries"},
        },
        {"name": "flows", "values": drawn},
        {
            "name": "struck",
            "values": [one for one in drawn if one["modality"] == Modality.denied],
            "transform": [middles],
        },
        {"name": "ends", "values": dots, "transform": [geopoint]},
        writing,
    ]
    projection = {
        "name": "globe",
        "type": "equalEarth",
        "fit": EDGES,
        "size": [WIDTH - 2 * MARGIN, HEIGHT],
        "rotate": [-11, 0, 0],
    }
    shape = [{"type": "geoshape", "projection": "globe"}]
    land = {"fill": {"value": LAND}, "stroke": {"value": PAPER}, "strokeWidth": {"value": 0.5}}
    marks = [
        {"type": "shape", "from": {"data": "land"}, "encode": {"enter": land}, "transform": shape},
        {"type": "shape", "from": {"data": "flows"}, "encode": {"enter": _STROKE}, "transform": shape},
        crossed("struck", {"field": "x"}, {"field": "y"}),
        {"type": "symbol", "from": {"data": "ends"}, "encode": {"enter": _DOT}},
        *({"type": "text", "from": {"data": "ends"}, "encode": {"enter": _NAME | extra}} for extra in (_RIM, _LINKED)),
        write,
    ]
    shown = frozenset(line.modality for line in found)
    keys = ("filled dot: receives; ring: only supplies", key(found))
    height = HEIGHT + 8 + 15 * (len(listed) + bool(more))
    return Picture(title, told, height, data, marks, (), (), [projection], [*more, *remarks], shown, keys)


_STROKE = {
    "stroke": {"field": "ink"},
    "strokeWidth": {"field": "width"},
    "strokeDash": {"field": "dash"},
    "strokeOpacity": {"value": 0.85},
    "fill": {"value": None},
    "href": {"field": "link"},
    "description": {"field": "says"},
}
_DOT = {
    "x": {"field": "x"},
    "y": {"field": "y"},
    "size": {"field": "area"},
    "fill": {"field": "fill"},
    "stroke": {"value": GREY},
    "strokeWidth": {"value": 1.2},
    "href": {"field": "link"},
    "description": {"field": "says"},
}
_NAME = {
    "x": {"field": "x"},
    "y": {"field": "y"},
    "dx": {"signal": "(3 + sqrt(datum.area) / 2) * (datum.align === 'left' ? 1 : -1)"},
    "align": {"field": "align"},
    "text": {"field": "label"},
    "font": {"value": "sans-serif"},
    "fontSize": {"value": 10},
    "fill": {"value": INK},
    "baseline": {"value": "middle"},
}
_RIM = {"stroke": {"value": PAPER}, "strokeWidth": {"value": 3}, "strokeJoin": {"value": "round"}}
_LINKED = {"href": {"field": "link"}, "description": {"field": "says"}}


def _flow(
    line: Line, most: int, names: Mapping[str, str], placed: Mapping[str, Sequence[float]], *, strong: bool
) -> dict[str, Any]:
    style = look(line.modality)
    start, end = placed[line.a], placed[line.b]
    middle = _middle(start, end)
    return {
        "type": "Feature",
        # The projection draws it along the great circle, and cuts it where the map ends.
        "geometry": {"type": "LineString", "coordinates": [start, end]},
        "from": line.a,
        "to": line.b,
        "mlon": middle[0],
        "mlat": middle[1],
        "modality": line.modality,
        "dash": style["dash"],
        "ink": ACCENT if strong and line.modality == Modality.actual else "#8b8a80",
        "width": width(line.count, most),
        "link": line.link,
        "says": line.says(names, "→"),
    }


def _name(
    who: str, ends: Iterable[str], names: Mapping[str, str], placed: Mapping[str, Sequence[float]]
) -> dict[str, Any]:
    """Return what is written beside a dot, and on which side: the code, where there is no room for the name."""
    lon, lat = placed[who]
    # The library places no names without a browser; degrees are near enough.
    near = [placed[one][0] - lon for one in ends if one != who and abs(placed[one][1] - lat) < ROOM[1]]
    nearest = min(near, key=abs, default=ROOM[0])
    narrow = abs(nearest) < ROOM[0]
    return {"label": who if narrow else short(names[who], 22), "align": "right" if narrow and nearest >= 0 else "left"}


def _middle(start: Sequence[float], end: Sequence[float]) -> tuple[float, float]:
    """Return the point half way along the great circle: where the sum of the two directions points."""
    ends = [(radians(lon), radians(lat)) for lon, lat in (start, end)]
    x = sum(cos(lat) * cos(lon) for lon, lat in ends)
    y = sum(cos(lat) * sin(lon) for lon, lat in ends)
    z = sum(sin(lat) for _, lat in ends)
    return degrees(atan2(y, x)), degrees(atan2(z, hypot(x, y)))


def _beside(found: Sequence[Line], names: Mapping[str, str]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return what is written below the map, and what is said of those that are not written either."""
    if not found:
        return [], []
    heading = "Not on the map: one end is no state of today, or is not told"
    texts: list[dict[str, Any]] = [{"x": MARGIN, "y": HEIGHT + 12, "text": heading, "size": 11, "weight": "bold"}]
    texts += [
        {
            "x": MARGIN,
            "y": HEIGHT + 12 + 15 * (at + 1),
            "text": short(line.says(names, "→"), 140),
            "size": 10.5,
            "ink": GREY,
            "link": line.link,
            "says": line.says(names, "→"),
        }
        for at, line in enumerate(found[:MOST_BESIDE])
    ]
    left = len(found) - MOST_BESIDE
    return texts, [f"{counted(left, 'flow')} more of these: see the table."] if left > 0 else []
