"""Who is tied to whom: states as dots, the facts between two as a line; or one state in the middle of its partners."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from app.core.answers import ActorRecord, Answer
from app.core.vocabulary import Modality
from app.views.ties import Tie
from app.web.pictures.paper import ACCENT, GREY, INK, PAPER, WIDTH, Picture, crossed, look, plain, short

MOST_TIES = 90
MOST_PARTNERS = 48
STRONGEST = 5
HEIGHT = 600
# How surely two are tied, the surest first: a line has the look of the surest.
_SURE = {modality: at for at, modality in enumerate(Modality)}


class TieRow(Answer):
    """How many facts of a kind and modality there are between two."""

    a: ActorRecord
    b: ActorRecord
    kind: str
    modality: Modality
    count: int
    drawn: bool
    link: str


@dataclass(frozen=True)
class Line:
    """All that is between two: what is one line."""

    a: str
    b: str
    ties: tuple[Tie, ...]
    link: str

    @property
    def count(self) -> int:
        """How many facts."""
        return sum(tie.count for tie in self.ties)

    @property
    def modality(self) -> str:
        """The surest."""
        return min((tie.modality for tie in self.ties), key=lambda one: _SURE[Modality(one)])

    def says(self, names: Mapping[str, str], by: str = "–") -> str:
        """Say it in words."""
        parts = ", ".join(f"{tie.kind} {tie.count:,} {tie.modality}" for tie in self.ties)
        return plain(f"{names.get(self.a, self.a)} {by} {names.get(self.b, self.b)}: {parts}")


def lines(ties: Sequence[Tie], link: Callable[[str, str], str]) -> list[Line]:
    """Return a line for each two, the strongest first."""
    between: dict[tuple[str, str], list[Tie]] = {}
    for tie in ties:
        between.setdefault((tie.a, tie.b), []).append(tie)
    found = [Line(a, b, tuple(some), link(a, b)) for (a, b), some in between.items()]
    return sorted(found, key=lambda line: (-line.count, line.a, line.b))


def rows(
    found: Sequence[Line], drawn: int, actors: Mapping[str, ActorRecord], link: Callable[[Tie], str]
) -> list[TieRow]:
    """Return the table behind: a row for each kind and modality of each line, the first `drawn` lines being drawn."""
    return [
        TieRow(
            a=actors[tie.a],
            b=actors[tie.b],
            kind=tie.kind,
            modality=Modality(tie.modality),
            count=tie.count,
            drawn=at < drawn,
            link=link(tie),
        )
        for at, line in enumerate(found)
        for tie in line.ties
    ]


def picture(found: Sequence[Line], names: Mapping[str, str], title: str, told: str, remarks: Sequence[str]) -> Picture:
    """Return the network, laid out by its forces: always the same for the same lines."""
    degree: dict[str, int] = {}
    for line in found:
        for end in (line.a, line.b):
            degree[end] = degree.get(end, 0) + line.count
    ids = sorted(degree, key=lambda id: (-degree[id], id))
    at = {id: n for n, id in enumerate(ids)}
    forces = [
        {"force": "center", "x": WIDTH / 2, "y": HEIGHT / 2},
        {"force": "nbody", "strength": -260, "distanceMax": 420},
        {"force": "collide", "radius": 22, "iterations": 2},
        {"force": "x", "x": "cx", "strength": 0.05},
        {"force": "y", "y": "cy", "strength": 0.09},
        {"force": "link", "links": "links", "distance": 70},
    ]
    nodes = [_node(id, names, min(30 + 4 * degree[id], 220)) for id in ids]
    links = [{"source": at[one.a], "target": at[one.b], **_line(one, n, names)} for n, one in enumerate(found)]
    data = [
        {"name": "links", "values": links},
        {"name": "nodes", "values": nodes, "transform": [{"type": "force", "static": True, "iterations": 400, "forces": forces}]},
    ]  # fmt: skip
    scales = [
        {"name": "x", "domain": {"data": "nodes", "field": "x"}, "range": [70, WIDTH - 110], "zero": False},
        {"name": "y", "domain": {"data": "nodes", "field": "y"}, "range": [30, HEIGHT - 30], "zero": False},
    ]
    ends = {
        "x": {"scale": "x", "field": "source.x"},
        "y": {"scale": "y", "field": "source.y"},
        "x2": {"scale": "x", "field": "target.x"},
        "y2": {"scale": "y", "field": "target.y"},
    }
    x, y = {"scale": "x", "field": "x"}, {"scale": "y", "field": "y"}
    denied = {"name": "denied", "source": "links", "transform": [{"type": "filter", "expr": "datum.modality === 'denied'"}]}
    middle = (
        {"signal": "(scale('x', datum.source.x) + scale('x', datum.target.x)) / 2"},
        {"signal": "(scale('y', datum.source.y) + scale('y', datum.target.y)) / 2"},
    )
    marks = [_rules("links", ends), crossed("denied", *middle), _dots("nodes", x, y), *_labels("nodes", x, y)]
    return Picture(title, told, HEIGHT, [*data, denied], marks, scales, remarks=remarks, modalities=_shown(found), more=_KEY)


def ego(
    id: str, found: Sequence[Line], names: Mapping[str, str], title: str, told: str, remarks: Sequence[str]
) -> Picture:
    """Return one state in the middle and its partners round it, the strongest at the top, clockwise."""
    partners = [(line.b if line.a == id else line.a, line) for line in found]
    height = 560
    tree = [{"id": id, "name": plain(names.get(id, id)), "count": 0}]
    tree += [
        {"id": partner, "parent": id, "name": f"{short(names.get(partner, partner), 24)}  {line.count:,}"} | _line(line, n, names)
        for n, (partner, line) in enumerate(partners)
    ]  # fmt: skip
    turn = "(datum.x - 90) * PI / 180"
    data = [
        {
            "name": "tree",
            "values": tree,
            "transform": [
                {"type": "stratify", "key": "id", "parentKey": "parent"},
                {"type": "tree", "method": "cluster", "size": [360 * (1 - 1 / max(len(partners), 1)), 195]},
                {"type": "formula", "as": "px", "expr": f"{WIDTH / 2} + datum.y * cos({turn})"},
                {"type": "formula", "as": "py", "expr": f"{height / 2} + datum.y * sin({turn})"},
                {"type": "formula", "as": "left", "expr": "datum.x > 180"},
            ],
        },
        {"name": "spokes", "source": "tree", "transform": [{"type": "filter", "expr": "datum.parent"}]},
        {"name": "denied", "source": "spokes", "transform": [{"type": "filter", "expr": "datum.modality === 'denied'"}]},
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
                "dx": {"signal": "datum.left ? -9 : 9"},
                "angle": {"signal": "datum.left ? datum.x + 90 : datum.x - 90"},
                "align": {"signal": "datum.left ? 'right' : 'left'"},
                "text": {"field": "name"},
                **_TEXT,
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
                "text": {"value": id},
                **_TEXT,
                "fontSize": {"value": 15},
                "fontWeight": {"value": "bold"},
                "align": {"value": "center"},
            }
        },
    }
    paper = {
        "type": "symbol",
        "encode": {"enter": {"x": {"value": WIDTH / 2}, "y": {"value": height / 2}, "size": {"value": 1400}, "fill": {"value": PAPER}, "stroke": {"value": INK}}},
    }  # fmt: skip
    marks = [
        _rules("spokes", ends),
        crossed("denied", *half),
        _dots("spokes", {"field": "px"}, {"field": "py"}),
        paper,
        center,
        labels,
    ]
    return Picture(title, told, height, data, marks, remarks=remarks, modalities=_shown(found), more=_KEY)


_KEY = (f"width: how many facts; in red the {STRONGEST} strongest",)
_TEXT = {
    "font": {"value": "sans-serif"},
    "fontSize": {"value": 11},
    "fill": {"value": INK},
    "baseline": {"value": "middle"},
}


def _shown(found: Sequence[Line]) -> frozenset[str]:
    return frozenset(line.modality for line in found)


def _node(id: str, names: Mapping[str, str], area: float) -> dict[str, Any]:
    return {
        "id": id,
        "label": short(names.get(id, id), 24),
        "area": area,
        # Where all are drawn to.
        "cx": WIDTH / 2,
        "cy": HEIGHT / 2,
        "link": f"/countries/{id}",
        "says": plain(names.get(id, id)),
    }


def _line(line: Line, at: int, names: Mapping[str, str]) -> dict[str, Any]:
    style = look(line.modality)
    strong = at < STRONGEST and line.modality == Modality.actual
    return {
        "modality": line.modality,
        "dash": style["dash"],
        "ink": ACCENT if strong else "#a5a499",
        "width": min(1 + 0.9 * sqrt(line.count - 1), 7),
        "area": 34,
        "link": line.link,
        "says": line.says(names),
        "count": line.count,
    }


def _rules(data: str, ends: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "rule",
        "from": {"data": data},
        "encode": {
            "enter": {
                **ends,
                "stroke": {"field": "ink"},
                "strokeWidth": {"field": "width"},
                "strokeDash": {"field": "dash"},
                "href": {"field": "link"},
                "description": {"field": "says"},
            }
        },
    }


def _dots(data: str, x: Any, y: Any) -> dict[str, Any]:
    return {
        "type": "symbol",
        "from": {"data": data},
        "encode": {
            "enter": {
                "x": x,
                "y": y,
                "size": {"field": "area"},
                "fill": {"value": GREY},
                "stroke": {"value": PAPER},
                "href": {"field": "link"},
                "description": {"field": "says"},
            }
        },
    }


def _labels(data: str, x: Any, y: Any) -> list[dict[str, Any]]:
    """Return names with a rim of paper round them, so that lines do not cross them out."""
    place = {"x": x, "y": y, "dx": {"signal": "4 + sqrt(datum.area) / 2"}, "text": {"field": "label"}, **_TEXT}
    rim = {"stroke": {"value": PAPER}, "strokeWidth": {"value": 3.5}, "strokeJoin": {"value": "round"}}
    linked = {"href": {"field": "link"}, "description": {"field": "says"}}
    return [
        {"type": "text", "from": {"data": data}, "encode": {"enter": place | rim}},
        {"type": "text", "from": {"data": data}, "encode": {"enter": place | linked}},
    ]
