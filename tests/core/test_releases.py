"""A walk goes on in the release where it began; new questions are answered from the new one; in the end it is 410."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kit.engines import KEPT
from app.kit.pages import Cursor
from app.main import create_app
from app.settings import Settings
from seed import files
from tests.core.conftest import released

if TYPE_CHECKING:
    from pathlib import Path

    from anyio.from_thread import BlockingPortal

    from tests.conftest import Api


def test_a_walk_goes_on_in_its_release_as_long_as_it_is_held(
    root: Path, tmp_path: Path, portal: BlockingPortal, small: Api
) -> None:
    url = f"sqlite:///{tmp_path / 'foedus.sqlite'}"
    releases = [released(root, url, 0)]
    api = type(small)(create_app(Settings(database_url=url)), url, portal)
    first = api.json("/organizations?limit=3")
    assert first["meta"]["release"] == releases[0]
    following = first["links"]["next"]
    for number in range(1, KEPT):
        releases.append(released(root, url, number))
        assert api.json("/organizations/quiet-order")["data"]["name"] == f"Quiet Order {number}"
        assert api.json("/organizations/quiet-order")["meta"]["release"] == releases[number]
        rest = api.json(following)
        assert rest["meta"]["release"] == releases[0]
        assert "Quiet Order 0" in {one["name"] for one in rest["data"]}
    assert len(set(releases)) == KEPT
    released(root, url, KEPT)
    problem = api.problem(following, 410)
    assert releases[0] in problem["detail"]
    api.app.state.releases.close()


def test_the_same_corpus_is_the_same_release(root: Path, tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path / name}.sqlite" for name in ("one", "two")]
    assert released(root, urls[0], 1) == released(root, urls[1], 1)
    assert released(root, urls[0], 2) != released(root, urls[1], 1)


def test_a_walk_asks_in_its_own_release_what_the_current_one_no_longer_knows(
    root: Path, tmp_path: Path, portal: BlockingPortal, small: Api
) -> None:
    """The question is read where the cursor is from: the source that it names is gone from the newer release."""
    url = f"sqlite:///{tmp_path / 'foedus.sqlite'}"
    first = released(root, url, 0)
    api = type(small)(create_app(Settings(database_url=url)), url, portal)
    walk = api.json("/facts?source=river-almanac-1999&modality=any&limit=2")["links"]["next"]
    (root / "articles" / "river-almanac-1999.yml").unlink()
    (root / "expect.yml").unlink()
    for name in ("people", "systems", "organizations", "retired"):
        _without_source(root, name, "river-almanac-1999")
    assert released(root, url, 1) != first
    assert api.json(walk)["meta"]["release"] == first
    assert "names no source" in api.problem("/facts?source=river-almanac-1999")["detail"]
    api.app.state.releases.close()


def _without_source(root: Path, name: str, source: str) -> None:
    """Take out what rests on a source that is gone."""
    path = next((one for one in (root / "reference" / f"{name}.yml", root / f"{name}.yml") if one.exists()), None)
    if path is None:
        return
    records = files.read(path, root).content
    for record in records:
        record["offices"] = [one for one in record.get("offices", []) if one["source"] != source]
        if not record["offices"]:
            del record["offices"]
        if record.get("source") == source:
            del record["source"]
    path.write_text(files.dump(records), encoding="utf-8")


def test_a_cursor_beyond_any_record_is_refused_not_asked_of_a_database(small: Api) -> None:
    following = small.json("/facts?limit=1")["links"]["next"]
    cursor = Cursor.read(following.partition("cursor=")[2])
    forged = Cursor(cursor.release, cursor.question, 2**40).write()
    assert "none of this question's" in small.problem(f"/facts?limit=1&cursor={forged}")["detail"]
