"""What the sources cover: a row for each pair of states, a column for each kind, in the words of coverage alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.vocabulary import CoverageStatus
from app.web.pictures.paper import FAINT, GREY, INK, PAPER, Picture, counted, crossed, plain, short, words

MOST_PAIRS = 50
LEFT, COLUMN, ROW, TOP = 330, 62, 19, 34
GAP = 18
KEY = (
    "■ found",
    "☒ denied",
    "□ none recorded: no statement that there is none",
    "· out of scope, or no line: nothing follows; its link says what each source could speak of",
)
# What all pairs are summed up by, where they are too many to be drawn.
SUMMED = {
    CoverageStatus.found: "pairs with facts found",
    CoverageStatus.denied: "pairs with denials alone",
    CoverageStatus.none_recorded: "pairs with none recorded",
}
# Of several sources, that is drawn which says most.
_SAYS_MOST = {status: at for at, status in enumerate(CoverageStatus)}


@dataclass
class Row:
    """A pair of states: what each source has of each kind."""

    a: str
    b: str
    cells: dict[str, list[tuple[str, CoverageStatus]]] = field(default_factory=dict)

    def status(self, kind: str) -> CoverageStatus:
        """Return what is known of a kind: what the source says that says most."""
        told = [status for _, status in self.cells.get(kind, ())]
        return min(told, key=_SAYS_MOST.__getitem__, default=CoverageStatus.out_of_scope)

    @property
    def found(self) -> int:
        """In how many kinds anything was found."""
        return sum(self.status(kind) == CoverageStatus.found for kind in self.cells)


def rows(answers: Iterable[str]) -> list[Row]:
    """Return the pairs of a list of coverage, those first of which most is found."""
    by_pair: dict[tuple[str, str], Row] = {}
    for answer in answers:
        told = json.loads(answer)
        row = by_pair.setdefault((told["a"], told["b"]), Row(told["a"], told["b"]))
        row.cells.setdefault(told["kind"], []).append((told["source"], CoverageStatus[told["status"]]))
    return sorted(by_pair.values(), key=lambda row: (-row.found, row.a, row.b))


def picture(
    every: Sequence[Row],
    kinds: Sequence[str],
    names: Mapping[str, str],
    link: Callable[[Row, str], str],
    standing: Callable[[str, CoverageStatus], str],
    title: str,
    told: str,
    remarks: Sequence[str],
) -> Picture:
    """Return the matrix; above it how many pairs there are of each status, where not all have a row."""
    pairs = every[:MOST_PAIRS]
    summed = _summed(every, kinds, standing) if len(every) > len(pairs) else []
    top = TOP + (ROW * len(SUMMED) + GAP if summed else 0)
    cells = [
        _cell(row, kind, top + ROW * at, place, names, link(row, kind))
        for at, row in enumerate(pairs)
        for place, kind in enumerate(kinds)
    ]
    texts = [
        {"x": LEFT + COLUMN * place, "y": 14, "text": kind, "size": 11, "align": "center"}
        for place, kind in enumerate(kinds)
    ]
    texts += [
        {
            "x": LEFT - 44,
            "y": top + ROW * at,
            "align": "right",
            "text": f"{short(names[row.a], 22)} — {short(names[row.b], 22)}",
            "link": f"/relations/{row.a}/{row.b}",
            "says": plain(f"{names[row.a]} — {names[row.b]}"),
        }
        for at, row in enumerate(pairs)
    ]
    writing, write = words([*texts, *summed], "labels")
    data = [
        writing,
        {"name": "cells", "values": cells},
        {"name": "struck", "values": [cell for cell in cells if cell["status"] == CoverageStatus.denied]},
    ]
    marks = [write, _CELLS, crossed("struck", {"field": "x"}, {"field": "y"})]
    return Picture(title, told, top + ROW * len(pairs), data, marks, remarks=remarks, more=KEY)


def _summed(
    every: Sequence[Row], kinds: Sequence[str], standing: Callable[[str, CoverageStatus], str]
) -> list[dict[str, Any]]:
    texts: list[dict[str, Any]] = []
    for at, (status, told) in enumerate(SUMMED.items()):
        y = TOP + ROW * at
        texts.append({"x": LEFT - 44, "y": y, "text": told, "align": "right", "weight": "bold"})
        for place, kind in enumerate(kinds):
            count = sum(row.status(kind) == status for row in every)
            says = f"{kind}: {counted(count, 'pair')} of {len(every):,} {status.value}"
            one = {"x": LEFT + COLUMN * place, "y": y, "text": f"{count:,}", "align": "center"}
            texts.append(one | {"link": standing(kind, status), "says": says})
    return texts


def _cell(row: Row, kind: str, y: int, place: int, names: Mapping[str, str], link: str) -> dict[str, Any]:
    status = row.status(kind)
    told = "; ".join(f"{source}: {one.value}" for source, one in row.cells.get(kind, ())) or "no line says it"
    outside = status == CoverageStatus.out_of_scope
    return {
        "x": LEFT + COLUMN * place,
        "y": y,
        "status": status.value,
        "area": 6 if outside else 110,
        "fill": INK if status == CoverageStatus.found else GREY if outside else PAPER,
        "ink": FAINT if outside else GREY if status == CoverageStatus.denied else "#bdbcb2",
        "link": link,
        "says": plain(f"{names[row.a]} — {names[row.b]}, {kind}: {status.value} ({told})"),
    }


_CELLS: dict[str, Any] = {
    "type": "symbol",
    "from": {"data": "cells"},
    "encode": {
        "enter": {
            "x": {"field": "x"},
            "y": {"field": "y"},
            "shape": {"value": "square"},
            "size": {"field": "area"},
            "fill": {"field": "fill"},
            "stroke": {"field": "ink"},
            "href": {"field": "link"},
            "description": {"field": "says"},
        }
    },
}
