"""Where on a map things stand: which part of the world is shown, and which names have room; nothing is drawn here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.web.pictures.paper import MARGIN, WIDTH, short

LOWEST, HIGHEST = 280, 430
# Where the map may end: where few live, without the ice of the south; the sea between Asia and America is its rim.
WEST, EAST, NORTH, SOUTH = -168.9, 190.9, 83.0, -56.0
TURNED = 11
ROUND = 360
LEAST = (70.0, 34.0)
# Of a name: a letter's width, a line's height, and what is kept free round a dot.
LETTER, LINE, NEAR = 6.2, 12, 5


@dataclass(frozen=True)
class Frame:
    """The part of the world that is drawn, in degrees."""

    west: float
    east: float
    south: float
    north: float

    @property
    def points(self) -> dict[str, Any]:
        """What the projection is fitted to."""
        across = {self.south, self.north} | ({0.0} if self.south < 0 < self.north else set())
        sides = (self.west, self.east if self.east <= ROUND / 2 else self.east - ROUND)
        return {"type": "MultiPoint", "coordinates": [[lon, lat] for lon in sides for lat in sorted(across)]}

    @property
    def height(self) -> int:
        """How high it is where it is as wide as the picture; a degree of latitude is the longer one on this map."""
        return round(min(max((self.north - self.south) * self._across * 1.15, LOWEST), HIGHEST))

    @property
    def _across(self) -> float:
        return (WIDTH - 2 * MARGIN) / (self.east - self.west)

    def near(self, lon: float, lat: float) -> tuple[float, float]:
        """Return about where a point is drawn: near enough to see whether two names meet."""
        by = min(self._across, self.height / (self.north - self.south))
        narrower = 1 - 0.41 * (lat / 90) ** 2
        return (lon - TURNED) * by * narrower, -lat * by


def eastward(point: Sequence[float]) -> tuple[float, float]:
    """Return a point as the map counts: what lies beyond its western rim is in the far east."""
    lon, lat = point
    return (lon if lon >= WEST else lon + ROUND, lat)


def frame(points: Sequence[Sequence[float]]) -> Frame:
    """Return what is shown: all ends and room round them, never so near that one cannot tell where it is."""
    found = []
    for at, (least, (lowest, highest)) in enumerate(zip(LEAST, ((WEST, EAST), (SOUTH, NORTH)), strict=True)):
        told = [point[at] for point in points] or [0.0]
        room = 6 + 0.1 * (max(told) - min(told)) + max(0.0, least - (max(told) - min(told))) / 2
        found.append((max(lowest, min(told) - room), min(highest, max(told) + room)))
    return Frame(*found[0], *found[1])


def written(
    in_order: Iterable[str],
    at: Mapping[str, tuple[float, float]],
    names: Mapping[str, str],
    sizes: Mapping[str, float],
) -> dict[str, tuple[str, str]]:
    """Return what is written beside each dot, and on which side: its name, its code, or nothing for want of room.

    The library places no names without a browser.
    """
    taken = [(x - NEAR, x + NEAR, y - NEAR, y + NEAR) for x, y in at.values()]
    found: dict[str, tuple[str, str]] = {}
    for who in in_order:
        x, y = at[who]
        away = 3 + sizes[who] ** 0.5 / 2
        found[who] = ("", "left")
        for text, side in ((text, side) for text in (short(names[who], 22), who) for side in ("left", "right")):
            wide = LETTER * len(text)
            # Clear of its own dot, whose place is taken too.
            near = x + max(away, NEAR) if side == "left" else x - max(away, NEAR) - wide
            box = (near, near + wide, y - LINE / 2, y + LINE / 2)
            if not any(box[0] < r and left < box[1] and box[2] < low and top < box[3] for left, r, top, low in taken):
                taken.append(box)
                found[who] = (text, side)
                break
    return found
