"""GeoJSON (RFC 7946): facts at their places, and places; what has no point is counted, never guessed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core.tables import Place
from app.kit.pages import dump


class GeoWriter:
    """A FeatureCollection whose foreign member `foedus` says what was found, and what has no point."""

    head = b'{"type":"FeatureCollection","features":['

    def __init__(self, about: dict[str, Any]) -> None:
        """Take what is to be said of the whole."""
        self._about = about
        self._shown = 0
        self._without = 0

    def write(self, connection: Connection, answers: Sequence[str]) -> bytes:
        """Return the features of those that have a point."""
        written = []
        for feature in features(connection, [json.loads(answer) for answer in answers]):
            if feature["geometry"] is None:
                self._without += 1
                continue
            self._shown += 1
            written.append((b"," if self._shown > 1 else b"") + dump(feature))
        return b"".join(written)

    def tail(self) -> bytes:
        """Return what is to be said of the whole."""
        return b'],"foedus":' + dump({**self._about, "features": self._shown, "without_point": self._without}) + b"}"


def features(connection: Connection, records: Sequence[Any]) -> list[dict[str, Any]]:
    """Return records as features; a fact is where its place is. The points take one statement at most."""
    points = _points(connection, (record["place"]["id"] for record in records if record.get("place")))
    return [_feature(record, _point(record, points)) for record in records]


def _point(record: Any, points: dict[str, Any]) -> Any:
    if "point" in record:
        return record["point"]
    return points.get(record["place"]["id"]) if record["place"] else None


def _feature(record: Any, point: Any) -> dict[str, Any]:
    at = point and {"type": "Point", "coordinates": [point["longitude"], point["latitude"]]}
    return {
        "type": "Feature",
        "id": record["id"],
        "geometry": at,
        "properties": {**record, "point_precision": point and point["precision"]},
    }


def _points(connection: Connection, places: Iterable[str]) -> dict[str, Any]:
    wanted = sorted(set(places))
    if not wanted:
        return {}
    statement = select(col(Place.id), col(Place.answer)).where(col(Place.id).in_(wanted))
    return {row[0]: json.loads(row[1])["point"] for row in connection.execute(statement)}
