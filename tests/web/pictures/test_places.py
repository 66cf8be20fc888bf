"""Maps: the part of the world that is shown, and names that do not stand on one another."""

from __future__ import annotations

import pytest

from app.web.pictures import places


@pytest.mark.parametrize(
    ("points", "holds"),
    [
        ([], (0, 0)),
        ([(35, 39)], (35, 39)),
        ([(-98, 39), (47, 40)], (-98, 39)),
        ([(-175, -15), (170, -40)], (170, -40)),
    ],
)
def test_a_map_shows_all_that_it_speaks_of_and_room_round_it(
    points: list[tuple[float, float]], holds: tuple[float, float]
) -> None:
    frame = places.frame([places.eastward(point) for point in points])
    lon, lat = places.eastward(holds)
    assert frame.west < lon < frame.east
    assert frame.south < lat < frame.north
    assert frame.east - frame.west >= places.LEAST[0] / 2
    assert places.LOWEST <= frame.height <= places.HIGHEST


def test_names_give_way_to_codes_and_codes_to_nothing() -> None:
    names = {"AA": "Longer than the room", "BB": "Another", "CC": "A third one"}
    apart = {"AA": (0.0, 0.0), "BB": (300.0, 0.0), "CC": (0.0, 90.0)}
    sizes = dict.fromkeys(names, 20.0)
    assert [text for text, _ in places.written(names, apart, names, sizes).values()] == list(names.values())
    # The first to come has its name; between two dots there is room for a code, and in a crowd for nothing.
    near = {"AA": (0.0, 0.0), "BB": (-22.0, 0.0), "CC": (-44.0, 0.0)}
    written = places.written(names, near, names, sizes)
    assert written["AA"] == ("Longer than the room", "left")
    assert written["CC"] == ("A third one", "right")
    crowd = {who: (at * 4.0, 0.0) for at, who in enumerate(names)}
    assert "" in [text for text, _ in places.written(names, crowd, names, sizes).values()]
