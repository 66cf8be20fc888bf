"""A release outlives a disk that is full, and a copy of its file is its backup."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from app.kit.sqlite import database_file
from seed import into_sqlite
from seed.room import make_sure
from tests.live.conftest import Start
from tests.live.editions import Edition, editions

QUESTIONS = ("/facts?modality=any", "/relations.csv", "/readyz", "/version")


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> list[Edition]:
    """Two corpora."""
    return editions(tmp_path_factory.mktemp("editions"), 2)


# As on a full disk, writing fails where a file would grow beyond so many blocks of 1,024 bytes: what a load keeps aside
# is written first, the release last.
@pytest.mark.parametrize(("blocks", "what"), [(1, "what a load keeps aside"), (200, "the release")])
def test_a_disk_that_is_full_is_an_error_that_says_so_and_the_old_release_stays(
    some: list[Edition], tmp_path: Path, blocks: int, what: str
) -> None:
    old, new = some
    url = f"sqlite:///{tmp_path / 'foedus.sqlite'}"
    old.load_here(url)
    pointer = database_file(url)
    before = pointer.resolve()
    digest = hashlib.sha256(before.read_bytes()).digest()
    limited = ["bash", "-c", f'ulimit -f {blocks} && exec "$@"', "bash", *new.command(url)]
    # A module that was never compiled would be written in part, and be read so by whoever comes next.
    plain = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(limited, capture_output=True, text=True, check=False, env=plain)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {what} could not be written: ")
    assert done.stderr.endswith(" bytes free. Make room and load again; what was current still is\n")
    assert pointer.resolve() == before
    assert hashlib.sha256(before.read_bytes()).digest() == digest
    assert [file.name for file in before.parent.glob("*.sqlite")] == [before.name]
    new.load(url)
    assert pointer.resolve().stem == f"r_{new.release}"


def test_what_will_not_fit_is_not_begun(some: list[Edition], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = some
    url = f"sqlite:///{tmp_path / 'foedus.sqlite'}"
    old.load_here(url)
    before = database_file(url).resolve()
    monkeypatch.setattr(into_sqlite, "GROWTH", 10**12)
    expected = r"about [\d,]{15,} bytes; .* has [\d,]+ bytes free\. Make room and load again; what was current still is"
    with pytest.raises(OSError, match=expected):
        new.load_here(url)
    assert database_file(url).resolve() == before
    assert [file.name for file in before.parent.glob("*.sqlite")] == [before.name]


def test_folders_of_one_disk_share_its_room(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    most = shutil.disk_usage(tmp_path).free * 2 // 3
    make_sure([(tmp_path, most)])
    with pytest.raises(OSError, match="bytes free"):
        make_sure([(tmp_path, most), (tmp_path / "other", most)])
    # What is given back in the meantime is there for others.
    make_sure([(tmp_path, most), (tmp_path / "other", most), (tmp_path / "other", -most)])


def test_a_load_counts_on_what_it_gives_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries fit if seven times as much is free: what is made of them takes eight, and they give theirs back."""
    target = into_sqlite.SqliteTarget(f"sqlite:///{tmp_path / 'foedus.sqlite'}")
    free = shutil.disk_usage(tmp_path).free
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    target.room(free * 100 // 720)
    with pytest.raises(OSError, match="bytes free"):
        target.room(free * 100 // 680)


def test_a_copy_of_a_releases_file_is_its_backup(some: list[Edition], start: Start, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'foedus.sqlite'}"
    some[0].load_here(url)
    file = database_file(url).resolve()
    copy = Path(shutil.copy(file, tmp_path / file.name))
    assert hashlib.sha256(copy.read_bytes()).digest() == hashlib.sha256(file.read_bytes()).digest()
    there, here = start(url), start(f"sqlite:///{copy}")
    for question in QUESTIONS:
        assert httpx.get(f"{here.url}{question}").content == httpx.get(f"{there.url}{question}").content
