"""The outlines on which flows are drawn, read once when first wanted.

`npm pack world-atlas@2.0.2; python -m app.web.pictures.outlines world-atlas-2.0.2.tgz` makes them anew.
They are Natural Earth's (public domain), as the npm package world-atlas packs them: the land at 1:110m, and of every
country at 1:50m, where the small ones are not left out, a point in the middle of its largest piece.
"""

from __future__ import annotations

import io
import json
import sys
import tarfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

ANTARCTICA = "010"
ASSET = Path(__file__).parent / "assets" / "world.json"


@cache
def world() -> dict[str, Any]:
    """Return `land`, a TopoJSON, and `points`: longitude and latitude by ISO 3166-1 numeric code."""
    found: dict[str, Any] = json.loads(ASSET.read_bytes())
    return found


def renewed(packed: bytes) -> bytes:
    """Return the asset, made of world-atlas as npm packs it."""
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        land, countries = (_member(archive, name) for name in ("countries-110m", "countries-50m"))
    geometries = land["objects"].pop("countries")["geometries"]
    shapes = [{"type": one["type"], "arcs": one["arcs"]} for one in geometries if one.get("id") != ANTARCTICA]
    land["objects"] = {"countries": {"type": "GeometryCollection", "geometries": shapes}}
    arcs = [_unpacked(arc, countries["transform"]) for arc in countries["arcs"]]
    points = {one["id"]: _middle(one, arcs) for one in countries["objects"]["countries"]["geometries"] if one.get("id")}
    return json.dumps({"land": land, "points": dict(sorted(points.items()))}, separators=(",", ":")).encode() + b"\n"


def _member(archive: tarfile.TarFile, name: str) -> Any:
    file = archive.extractfile(f"package/{name}.json")
    if file is None:
        raise ValueError(f"world-atlas has no {name}.json")
    return json.load(file)


def _unpacked(arc: list[list[int]], transform: Any) -> list[tuple[float, float]]:
    x = y = 0
    found = []
    for east, north in arc:
        x, y = x + east, y + north
        found.append(
            tuple(at * by + to for at, by, to in zip((x, y), transform["scale"], transform["translate"], strict=True))
        )
    return found


def _middle(geometry: Any, arcs: list[list[tuple[float, float]]]) -> list[float]:
    """Return the centroid of the largest piece, as the plane has it: near enough for the end of a line."""
    pieces = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    best, middle = 0.0, (0.0, 0.0)
    for piece in pieces:
        ring = _unbroken(point for at in piece[0] for point in (arcs[at] if at >= 0 else arcs[~at][::-1]))
        doubled = x = y = 0.0
        for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
            cross = x0 * y1 - x1 * y0
            doubled, x, y = doubled + cross, x + (x0 + x1) * cross, y + (y0 + y1) * cross
        if abs(doubled) > best:
            best, middle = abs(doubled), (x / (3 * doubled), y / (3 * doubled))
    return [round((middle[0] + 180) % 360 - 180, 2), round(middle[1], 2)]


def _unbroken(ring: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Let longitudes go on beyond 180 degrees, where a piece lies on both sides of it."""
    found: list[tuple[float, float]] = []
    for x, y in ring:
        turn = round((found[-1][0] - x) / 360) * 360 if found else 0
        found.append((x + turn, y))
    return found


if __name__ == "__main__":
    ASSET.write_bytes(renewed(Path(sys.argv[1]).read_bytes()))
