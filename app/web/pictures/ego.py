"""One state in the middle of its partners: a spoke for each, as wide as there are facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.web.pictures.network import DENIED, TEXT, Line, dots, drawn, key, rules, shown, strongest
from app.web.pictures.paper import INK, PAPER, WIDTH, Picture, crossed, plain, short

MOST_PARTNERS = 48
FEW = 12


def picture(
    who: str, found: Sequence[Line], names: Mapping[str, str], title: str, told: str, remarks: Sequence[str]
) -> Picture:
    """Return one state in the middle and its partners round it, the strongest at the top, clockwise."""
    partners = [(line.b if line.a == who else line.a, line) for line in found]
    few = len(partners) <= FEW
    height, radius, red = (380, 130, strongest(found)) if few else (600, 195, strongest(found))
    tree = [{"id": who, "name": plain(names.get(who, who)), "count": 0}]
    tree += [
        drawn(line, found[0].count, names, strong=at < red)
        | {"id": partner, "parent": who, "name": f"{short(names.get(partner, partner), 24)}  {line.count:,}"}
        for at, (partner, line) in enumerate(partners)
    ]
    turn = "(datum.x - 90) * PI / 180"
    data: list[dict[str, Any]] = [
        {
            "name": "tree",
            "values": tree,
            "transform": [
                {"type": "stratify", "key": "id", "parentKey": "parent"},
                {"type": "tree", "method": "cluster", "size": [360 * (1 - 1 / max(len(partners), 1)), radius]},
                {"type": "formula", "as": "px", "expr": f"{WIDTH / 2} + datum.y * cos({turn})"},
                {"type": "formula", "as": "py", "expr": f"{height / 2} + datum.y * sin({turn})"},
                {"type": "formula", "as": "left", "expr": "datum.x > 180"},
            ],
        },
        {"name": "spokes", "source": "tree", "transform": [{"type": "filter", "expr": "datum.parent"}]},
        {
            "name": "denied",
            "source": "spokes",
            "transform": [DENIED],
        },
        {"name": "middle", "source": "tree", "transform": [{"type": "filter", "expr": "!datum.parent"}]},
    ]
    ends = {
        "x": {"value": WIDTH / 2},
        "y": {"value": height / 2},
        "x2": {"field": "px"},
        "y2": {"field": "py"},
    }
    half = ({"signal": f"({WIDTH / 2} + datum.px) / 2"}, {"signal": f"({height / 2} + datum.py) / 2"})
    labels = {
        "type": "text",
        "from": {"data": "spokes"},
        "encode": {
            "enter": {
                "x": {"field": "px"},
                "y": {"field": "py"},
                "dx": {"signal": "datum.left ? -10 : 10"},
                "angle": {"signal": "0" if few else "datum.left ? datum.x + 90 : datum.x - 90"},
                "align": {"signal": "datum.left ? 'right' : 'left'"},
                "text": {"field": "name"},
                **TEXT,
                "href": {"field": "link"},
                "description": {"field": "says"},
            }
        },
    }
    center = {
        "type": "text",
        "from": {"data": "middle"},
        "encode": {
            "enter": {
                "x": {"value": WIDTH / 2},
                "y": {"value": height / 2},
                "text": {"value": who},
                **TEXT,
                "fontSize": {"value": 15},
                "fontWeight": {"value": "bold"},
                "align": {"value": "center"},
            }
        },
    }
    disc = {
        "x": {"value": WIDTH / 2},
        "y": {"value": height / 2},
        "size": {"value": 1400},
        "fill": {"value": PAPER},
        "stroke": {"value": INK},
    }
    paper = {"type": "symbol", "encode": {"enter": disc}}
    marks: list[dict[str, Any]] = [
        rules("spokes", ends),
        crossed("denied", *half),
        dots("spokes", {"field": "px"}, {"field": "py"}),
        paper,
        center,
        labels,
    ]
    return Picture(title, told, height, data, marks, remarks=remarks, modalities=shown(found), more=(key(found),))
