"""What all pictures look like: paper, ink, the marks of modalities, head and foot; what is drawn is for each to say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import sqrt
from textwrap import wrap
from typing import Any

from app.core.vocabulary import Modality

WIDTH = 920
MARGIN = 28
PAPER, INK, GREY, FAINT, ACCENT = "#fffef9", "#1f1f1c", "#6b6b63", "#d9d8cf", "#a3301c"
CLEAR = "rgba(31,31,28,0)"
HEAD = 74
# What XML cannot hold (the renderer ends its process for it), and what turns the words after it round.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_LINE = 160
# Solid, dashed, dotted; what is denied has a cross besides: black and white tell them apart.
DASHES: dict[str, list[float] | None] = {
    Modality.actual: None,
    Modality.planned: [6, 3],
    Modality.expected: [1.5, 2.5],
    Modality.possible: [1.5, 2.5],
    Modality.denied: None,
}
WORDS = {
    Modality.actual: "actual: solid",
    Modality.planned: "planned: dashed",
    Modality.expected: "expected: dotted",
    Modality.possible: "possible: dotted",
    Modality.denied: "denied: crossed",
}


@dataclass(frozen=True)
class Picture:
    """A picture before it is drawn: its words, its marks, and how high these are.

    told: what there is in it, a sentence or two, which is its text alternative too.
    remarks: what a reader must know: that it is a part, what a width means.
    modalities: those that are drawn, for the key; more: other entries of the key.
    """

    title: str
    told: str
    height: int
    data: Sequence[dict[str, Any]] = ()
    marks: Sequence[dict[str, Any]] = ()
    scales: Sequence[dict[str, Any]] = ()
    axes: Sequence[dict[str, Any]] = ()
    projections: Sequence[dict[str, Any]] = ()
    remarks: Sequence[str] = ()
    modalities: frozenset[str] = frozenset()
    more: Sequence[str] = field(default_factory=tuple)


def plain(text: str) -> str:
    """Return text without what XML cannot hold."""
    return _NO_XML.sub("\ufffd", text)


def short(text: str, most: int) -> str:
    """Return at most so many characters, the last of them telling that it goes on."""
    text = plain(text)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def counted(count: int, one: str, several: str | None = None) -> str:
    """Say how many there are."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def width(count: int, most: int) -> float:
    """Return how wide the line of a count is, where `most` is the largest: its area in the eye goes with its root."""
    return round(0.7 + 5.3 * sqrt(count / most), 2)


def area(count: int, most: int, largest: float) -> float:
    """Return the area of a count's dot, where `most` is the largest."""
    return round(16 + (largest - 16) * count / max(most, 1), 2)


def words(texts: Iterable[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Return a data set and the mark that writes it: each text has x, y, text, size, colour, weight, align, link."""
    data = {"name": name, "values": [{"size": 12, "ink": INK, "weight": "normal", "align": "left"} | t for t in texts]}
    mark = {
        "type": "text",
        "from": {"data": name},
        "encode": {
            "enter": {
                "x": {"field": "x"},
                "y": {"field": "y"},
                "text": {"field": "text"},
                "font": {"value": "sans-serif"},
                "fontSize": {"field": "size"},
                "fontWeight": {"field": "weight"},
                "fill": {"field": "ink"},
                "align": {"field": "align"},
                "baseline": {"value": "middle"},
                "href": {"field": "link"},
                "description": {"field": "says"},
            }
        },
    }
    return [data, mark]


def empty(title: str, told: str, coverage: str | None) -> Picture:
    """Return the picture of nothing: it says so, and where is told what was looked for at all."""
    texts = [
        {"x": MARGIN, "y": 14, "text": "Nothing is drawn: that is no statement that there is nothing.", "size": 13}
    ]
    if coverage:
        says = "What the sources were read for: coverage"
        texts.append({"x": MARGIN, "y": 36, "text": says, "size": 12, "ink": GREY, "link": coverage, "says": says})
    writing, write = words(texts, "nothing")
    return Picture(title, told, 54, [writing], [write])


def specification(picture: Picture, cited: str) -> dict[str, Any]:
    """Return the Vega specification of a picture on paper, with its head and its foot."""
    below = HEAD + picture.height + (20 if picture.axes else 0)
    remarks = [line for remark in picture.remarks for line in wrap(plain(remark), _LINE)]
    lines = [*remarks, *wrap(plain(cited), _LINE, break_on_hyphens=False)]
    key = _key(picture, below + 16)
    start = below + 22 + 22 * bool(picture.modalities) + 18 * bool(picture.more)
    height = start + 15 * len(lines) + 12
    texts = [
        {"x": MARGIN, "y": 30, "text": short(picture.title, 90), "size": 17, "weight": "bold"},
        {"x": MARGIN, "y": 52, "text": short(picture.told, 155), "size": 12, "ink": GREY},
        *({"x": MARGIN, "y": start + 15 * at, "text": line, "size": 11, "ink": GREY} for at, line in enumerate(lines)),
    ]
    head, writing = words(texts, "words")
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "width": WIDTH,
        "height": height,
        "padding": 0,
        "autosize": "none",
        "background": PAPER,
        "config": {"axis": {"labelFont": "sans-serif", "labelFontSize": 11, "labelColor": GREY}},
        "data": [*picture.data, head, *(one for one in key if "values" in one)],
        "scales": list(picture.scales),
        "projections": list(picture.projections),
        "marks": [_plot(picture), writing, *(one for one in key if "values" not in one)],
    }


def _plot(picture: Picture) -> dict[str, Any]:
    place = {"y": {"value": HEAD}, "width": {"value": WIDTH}, "height": {"value": picture.height}}
    # Grids are as long as these say.
    inner = [{"name": "width", "value": WIDTH}, {"name": "height", "value": picture.height}]
    return {
        "type": "group",
        "encode": {"enter": place},
        "signals": inner,
        "axes": list(picture.axes),
        "marks": list(picture.marks),
    }


def _key(picture: Picture, y: int) -> list[dict[str, Any]]:
    """Return what says how the marks are to be read; nothing where there are none."""
    shown = [one for one in Modality if one in picture.modalities]
    x = float(MARGIN)
    strokes: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    for modality in shown:
        strokes.append({"x": x, "x2": x + 30, "y": y, "modality": modality.value})
        texts.append({"x": x + 36, "y": y, "text": WORDS[modality], "size": 11, "ink": GREY})
        x += 36 + 6.2 * len(WORDS[modality]) + 16
    x, beneath = float(MARGIN), y + 20 * bool(shown)
    for text in picture.more:
        texts.append({"x": x, "y": beneath, "text": text, "size": 11, "ink": GREY})
        x += 5.6 * len(text) + 20
    if not texts:
        return []
    lines = {"name": "key", "values": [one | look(one["modality"]) for one in strokes]}
    crosses = {
        "name": "key-crosses",
        "values": [{"x": s["x"] + 15, "y": y} for s in strokes if s["modality"] == Modality.denied],
    }
    rules = {
        "type": "rule",
        "from": {"data": "key"},
        "encode": {
            "enter": {
                "x": {"field": "x"},
                "x2": {"field": "x2"},
                "y": {"field": "y"},
                "stroke": {"field": "ink"},
                "strokeWidth": {"value": 2.5},
                "strokeDash": {"field": "dash"},
            }
        },
    }
    return [lines, crosses, *words(texts, "key-words"), rules, crossed("key-crosses", {"field": "x"}, {"field": "y"})]


def look(modality: str) -> dict[str, Any]:
    """Return how the stroke of a modality looks."""
    return {"dash": DASHES[Modality[modality]], "ink": INK if modality == Modality.actual else GREY}


def crossed(data: str, x: Any, y: Any) -> dict[str, Any]:
    """Return the mark that crosses out what is denied."""
    return {
        "type": "symbol",
        "from": {"data": data},
        "encode": {
            "enter": {
                "x": x,
                "y": y,
                "shape": {"value": "M-1,-1L1,1M1,-1L-1,1"},
                "size": {"value": 64},
                "stroke": {"value": ACCENT},
                "strokeWidth": {"value": 1.8},
                "fill": {"value": None},
            }
        },
    }
