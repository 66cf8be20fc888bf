"""Transfers from supplier to recipient, on the outlines of the world; who has no place on it stands beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.core.vocabulary import Modality
from app.web.pictures import places
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
from app.web.pictures.places import TURNED

MOST_FLOWS = 80
LAND = "#ecebe2"
MOST_BESIDE = 12
COLUMNS = 2
LARGEST_DOT = 130


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
    placed = {who: places.eastward(points[code]) for who, code in codes.items() if code in points}
    # The strongest last: they lie above the rest.
    drawn = [
        _flow(line, found[0].count, names, placed, strong=at < strongest(found))
        for at, line in reversed(list(enumerate(found)))
        if line.a in placed and line.b in placed
    ]
    beside = [line for line in found if line.a not in placed or line.b not in placed]
    ends = {one["from"] for one in drawn} | {one["to"] for one in drawn}
    weight = {who: sum(line.count for line in found if who in (line.a, line.b)) for who in ends}
    received = {who: sum(line.count for line in found if line.b == who) for who in ends}
    frame = places.frame([placed[who] for who in ends])
    in_order = sorted(ends, key=lambda who: (-weight[who], who))
    sizes = {who: area(received[who], max(received.values()), LARGEST_DOT) for who in ends}
    written = places.written(in_order, {who: frame.near(*placed[who]) for who in ends}, names, sizes)
    dots = [
        {
            "id": who,
            "lon": placed[who][0],
            "lat": placed[who][1],
            "area": sizes[who],
            "fill": GREY if received[who] else PAPER,
            "label": written[who][0],
            "align": written[who][1],
            "says": plain(f"{names.get(who, who)}: receives {received[who]:,}"),
            "link": f"/countries/{who}",
        }
        for who in sorted(ends)
    ]
    listed, more = _beside(beside, names, frame.height)
    writing, write = words(listed, "beside")
    data = [
        {"name": "land", "values": world()["land"], "format": {"type": "topojson", "feature": "countries"}},
        {"name": "flows", "values": drawn, "transform": _ARCS},
        {"name": "arrows", "source": "flows", "transform": [{"type": "filter", "expr": "datum.long > 24"}]},
        {
            "name": "struck",
            "source": "flows",
            "transform": [{"type": "filter", "expr": f"datum.modality === '{Modality.denied.value}'"}],
        },
        {"name": "ends", "values": dots, "transform": [_point("lon", "lat", "x", "y")]},
        writing,
    ]
    projection = {
        "name": "globe",
        "type": "equalEarth",
        "fit": frame.points,
        "size": [WIDTH - 2 * MARGIN, frame.height],
        "rotate": [-TURNED, 0, 0],
        "clipExtent": [[0, 0], [WIDTH - MARGIN, frame.height]],
    }
    shape = [{"type": "geoshape", "projection": "globe"}]
    land = {"fill": {"value": LAND}, "stroke": {"value": PAPER}, "strokeWidth": {"value": 0.5}}
    marks: list[dict[str, Any]] = [
        {"type": "shape", "from": {"data": "land"}, "encode": {"enter": land}, "transform": shape},
        {"type": "path", "from": {"data": "flows"}, "encode": {"enter": _STROKE}},
        {"type": "symbol", "from": {"data": "arrows"}, "encode": {"enter": _ARROW}},
        crossed("struck", {"field": "mx"}, {"field": "my"}),
        {"type": "symbol", "from": {"data": "ends"}, "encode": {"enter": _DOT}},
        *({"type": "text", "from": {"data": "ends"}, "encode": {"enter": _NAME | extra}} for extra in (_RIM, _LINKED)),
        write,
    ]
    shown = frozenset(line.modality for line in found)
    keys = ("arrow: to whom; filled dot: receives; ring: only supplies", key(found))
    height = frame.height + 8 + 16 * (1 + -(-(len(listed) - 1) // COLUMNS) + bool(more) if listed else 0)
    return Picture(title, told, height, data, marks, (), (), [projection], [*more, *remarks], shown, keys)


def _point(lon: str, lat: str, x: str, y: str) -> dict[str, Any]:
    return {"type": "geopoint", "projection": "globe", "fields": [lon, lat], "as": [x, y]}


def _formula(name: str, expression: str) -> dict[str, str]:
    return {"type": "formula", "as": name, "expr": expression}


# An arc bends to the left of who follows it: what goes there and what comes back are two.
_ARCS = [
    _point("lon", "lat", "x", "y"),
    _point("lon2", "lat2", "x2", "y2"),
    _formula("cx", "(datum.x + datum.x2) / 2 + 0.2 * (datum.y2 - datum.y)"),
    _formula("cy", "(datum.y + datum.y2) / 2 - 0.2 * (datum.x2 - datum.x)"),
    _formula("path", "'M' + [datum.x, datum.y] + 'Q' + [datum.cx, datum.cy, datum.x2, datum.y2]"),
    _formula("mx", "(datum.x + 2 * datum.cx + datum.x2) / 4"),
    _formula("my", "(datum.y + 2 * datum.cy + datum.y2) / 4"),
    _formula("turn", "atan2(datum.y2 - datum.y, datum.x2 - datum.x) * 180 / PI"),
    _formula("long", "hypot(datum.x2 - datum.x, datum.y2 - datum.y)"),
]
_LINKED = {"href": {"field": "link"}, "description": {"field": "says"}}
_STROKE = {
    "path": {"field": "path"},
    "stroke": {"field": "ink"},
    "strokeWidth": {"field": "width"},
    "strokeDash": {"field": "dash"},
    "strokeOpacity": {"value": 0.8},
    "fill": {"value": None},
    **_LINKED,
}
_ARROW = {
    "x": {"field": "mx"},
    "y": {"field": "my"},
    "shape": {"value": "M-1,-0.9L1,0L-1,0.9Z"},
    "angle": {"field": "turn"},
    "size": {"signal": "30 + 26 * datum.width"},
    "fill": {"field": "ink"},
    **_LINKED,
}
_DOT = {
    "x": {"field": "x"},
    "y": {"field": "y"},
    "size": {"field": "area"},
    "fill": {"field": "fill"},
    "stroke": {"value": GREY},
    "strokeWidth": {"value": 1.2},
    **_LINKED,
}
_NAME = {
    "x": {"field": "x"},
    "y": {"field": "y"},
    "dx": {"signal": "(3 + sqrt(datum.area) / 2) * (datum.align === 'left' ? 1 : -1)"},
    "align": {"field": "align"},
    "text": {"field": "label"},
    "font": {"value": "sans-serif"},
    "fontSize": {"value": 11},
    "fill": {"value": INK},
    "baseline": {"value": "middle"},
}
_RIM = {"stroke": {"value": PAPER}, "strokeWidth": {"value": 3}, "strokeJoin": {"value": "round"}}


def _flow(
    line: Line, most: int, names: Mapping[str, str], placed: Mapping[str, Sequence[float]], *, strong: bool
) -> dict[str, Any]:
    style = look(line.modality)
    start, end = placed[line.a], placed[line.b]
    return {
        "lon": start[0],
        "lat": start[1],
        "lon2": end[0],
        "lat2": end[1],
        "from": line.a,
        "to": line.b,
        "modality": line.modality,
        "dash": style["dash"],
        "ink": ACCENT if strong and line.modality == Modality.actual else "#8b8a80",
        "width": width(line.count, most),
        "link": line.link,
        "says": line.says(names, "→"),
    }


def _beside(found: Sequence[Line], names: Mapping[str, str], below: int) -> tuple[list[dict[str, Any]], list[str]]:
    """Return what is written below the map, and what is said of those that are not written either."""
    if not found:
        return [], []
    heading = "Not on the map: one end is no state of today, or is not told"
    texts: list[dict[str, Any]] = [{"x": MARGIN, "y": below + 12, "text": heading, "size": 12, "weight": "bold"}]
    texts += [
        {
            "x": MARGIN + (WIDTH - 2 * MARGIN) / COLUMNS * (at % COLUMNS),
            "y": below + 12 + 16 * (at // COLUMNS + 1),
            "text": short(line.says(names, "→"), 68),
            "size": 11.5,
            "ink": GREY,
            "link": line.link,
            "says": line.says(names, "→"),
        }
        for at, line in enumerate(found[:MOST_BESIDE])
    ]
    left = len(found) - MOST_BESIDE
    return texts, [f"{counted(left, 'flow')} more of these: see the table."] if left > 0 else []
