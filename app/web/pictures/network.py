"""Who is tied to whom: states as dots, the facts between two as a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.answers import ActorRecord, Answer
from app.core.vocabulary import Modality
from app.views.ties import Tie
from app.web.pictures.paper import ACCENT, GREY, INK, PAPER, WIDTH, Picture, area, crossed, look, plain, short, width

MOST_TIES = 90
MOST_RED = 5
DENIED = {"type": "filter", "expr": "datum.modality === 'denied'"}
HEIGHT = 600
# For a name on either side.
ROOM = 140
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
        return min((tie.modality for tie in self.ties), key=lambda one: _SURE[Modality[one]])

    def says(self, names: Mapping[str, str], by: str = "—") -> str:
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
            modality=Modality[tie.modality],
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
    ids = sorted(degree, key=lambda who: (-degree[who], who))
    at = {who: n for n, who in enumerate(ids)}
    forces = [
        {"force": "center", "x": WIDTH / 2, "y": HEIGHT / 2},
        {"force": "nbody", "strength": -260, "distanceMax": 420},
        {"force": "collide", "radius": 22, "iterations": 2},
        {"force": "x", "x": "cx", "strength": 0.05},
        {"force": "y", "y": "cy", "strength": 0.09},
        {"force": "link", "links": "links", "distance": 70},
    ]
    layout = {"type": "force", "static": True, "iterations": 400, "forces": forces}
    nodes = [_node(who, names, area(degree[who], degree[ids[0]], 200)) for who in ids]
    red = strongest(found)
    links = [
        {"source": at[one.a], "target": at[one.b], **drawn(one, found[0].count, names, strong=n < red)}
        for n, one in enumerate(found)
    ]
    data = [
        {"name": "links", "values": links},
        {"name": "nodes", "values": nodes, "transform": [layout]},
    ]
    scales = [
        {"name": "x", "domain": {"data": "nodes", "field": "x"}, "range": [ROOM, WIDTH - ROOM], "zero": False},
        {"name": "y", "domain": {"data": "nodes", "field": "y"}, "range": [30, HEIGHT - 30], "zero": False},
    ]
    ends = {
        "x": {"scale": "x", "field": "source.x"},
        "y": {"scale": "y", "field": "source.y"},
        "x2": {"scale": "x", "field": "target.x"},
        "y2": {"scale": "y", "field": "target.y"},
    }
    x, y = {"scale": "x", "field": "x"}, {"scale": "y", "field": "y"}
    denied = {
        "name": "denied",
        "source": "links",
        "transform": [{"type": "filter", "expr": "datum.modality === 'denied'"}],
    }
    middle = (
        {"signal": "(scale('x', datum.source.x) + scale('x', datum.target.x)) / 2"},
        {"signal": "(scale('y', datum.source.y) + scale('y', datum.target.y)) / 2"},
    )
    marks = [rules("links", ends), crossed("denied", *middle), dots("nodes", x, y), *_labels("named", x, y)]
    return Picture(
        title,
        told,
        HEIGHT,
        [*data, denied, *_SIDES],
        marks,
        scales,
        remarks=remarks,
        modalities=shown(found),
        more=(key(found),),
    )


# A name stands on the side to which fewer lines go: they are read from where the forces have put both ends.
_SIDES: list[dict[str, Any]] = [
    {
        "name": "pulls",
        "source": "links",
        "transform": [
            # Named, the nodes are waited for: only then do links know where they end.
            {"type": "formula", "as": "who", "expr": "length(data('nodes')) ? [datum.source.id, datum.target.id] : []"},
            {
                "type": "formula",
                "as": "by",
                "expr": "[datum.target.x - datum.source.x, datum.source.x - datum.target.x]",
            },
            {"type": "flatten", "fields": ["who", "by"]},
            {"type": "aggregate", "groupby": ["who"], "fields": ["by"], "ops": ["mean"], "as": ["pull"]},
        ],
    },
    {
        "name": "named",
        "source": "nodes",
        "transform": [
            {"type": "lookup", "from": "pulls", "key": "who", "fields": ["id"], "values": ["pull"], "as": ["pull"]}
        ],
    },
]
TEXT = {
    "font": {"value": "sans-serif"},
    "fontSize": {"value": 12},
    "fill": {"value": INK},
    "baseline": {"value": "middle"},
}


def strongest(found: Sequence[Line]) -> int:
    """Return how many lines are in colour: few of them all."""
    return min(MOST_RED, len(found) // 4)


def key(found: Sequence[Line]) -> str:
    """Say what width and colour mean."""
    red = strongest(found)
    return "width: how many facts" + (f"; in red the strongest {red}, where they are actual" if red else "")


def shown(found: Sequence[Line]) -> frozenset[str]:
    """Return the modalities that lines have."""
    return frozenset(line.modality for line in found)


def _node(who: str, names: Mapping[str, str], size: float) -> dict[str, Any]:
    return {
        "id": who,
        "label": short(names.get(who, who), 24),
        "area": size,
        # Where all are drawn to.
        "cx": WIDTH / 2,
        "cy": HEIGHT / 2,
        "link": f"/countries/{who}",
        "says": plain(names.get(who, who)),
    }


def drawn(line: Line, most: int, names: Mapping[str, str], *, strong: bool) -> dict[str, Any]:
    """Return how a line looks, and where it leads."""
    style = look(line.modality)
    return {
        "modality": line.modality,
        "dash": style["dash"],
        "ink": ACCENT if strong and line.modality == Modality.actual else "#a5a499",
        "width": width(line.count, most),
        "area": 34,
        "link": line.link,
        "says": line.says(names),
        "count": line.count,
    }


def rules(data: str, ends: Mapping[str, Any]) -> dict[str, Any]:
    """Return the mark of lines."""
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


def dots(data: str, x: Any, y: Any) -> dict[str, Any]:
    """Return the mark of states."""
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
    side = {
        "align": {"signal": "datum.pull > 0 ? 'right' : 'left'"},
        "dx": {"signal": "(datum.pull > 0 ? -1 : 1) * (5 + sqrt(datum.area) / 2)"},
    }
    place = {"x": x, "y": y, **side, "text": {"field": "label"}, **TEXT}
    rim = {"stroke": {"value": PAPER}, "strokeWidth": {"value": 3.5}, "strokeJoin": {"value": "round"}}
    linked = {"href": {"field": "link"}, "description": {"field": "says"}}
    return [
        {"type": "text", "from": {"data": data}, "encode": {"enter": place | rim}},
        {"type": "text", "from": {"data": data}, "encode": {"enter": place | linked}},
    ]
