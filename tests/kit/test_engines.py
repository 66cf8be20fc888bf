"""Engines: reading cannot write, and the pointer leads to one whole release at a time."""

from __future__ import annotations

import gc
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from app.kit.engines import KEPT, Gone, NotServing
from app.kit.sqlite import SqliteReleases as Releases
from app.kit.sqlite import database_file, read_engine, release_file

# SQLite passes over these in silence where there is nothing to write or it must not.
IGNORED = ("PRAGMA user_version = 7", "PRAGMA application_id = 7", "REINDEX")


def release(pointer: Path, name: str) -> Path:
    """Write a release that holds nothing but its own name."""
    file = release_file(pointer, name)
    file.parent.mkdir(exist_ok=True)
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE about (name TEXT)")
    connection.execute("INSERT INTO about VALUES (?)", (name,))
    connection.commit()
    connection.close()
    return file


def point(pointer: Path, file: Path) -> None:
    """Move the pointer."""
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(file)


def name_of(connection: Connection) -> str:
    """Ask a release for its name."""
    return str(connection.execute(text("SELECT name FROM about")).scalar_one())


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO about VALUES ('x')",
        "UPDATE about SET name = 'x'",
        "DELETE FROM about",
        "REPLACE INTO about VALUES ('x')",
        "CREATE TABLE other (x)",
        "CREATE INDEX other ON about (name)",
        "CREATE TEMP TABLE other (x)",
        "DROP TABLE about",
        "ALTER TABLE about ADD COLUMN x",
        "PRAGMA user_version = 7",
        "PRAGMA application_id = 7",
        "VACUUM",
        "REINDEX",
        "ANALYZE",
    ],
)
def test_a_reading_engine_cannot_write(tmp_path: Path, statement: str) -> None:
    file = release(tmp_path / "f.sqlite", "a")
    before = file.read_bytes()
    engine = read_engine(file)
    with engine.connect() as connection:
        try:
            connection.execute(text(statement))
        except DatabaseError as error:
            assert "readonly" in str(error) or "read-only" in str(error)  # noqa: PT017  # some are ignored
        else:
            assert statement in IGNORED
        assert name_of(connection) == "a"
    engine.dispose()
    assert file.read_bytes() == before
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_not_even_when_the_connection_is_told_to_forget_that_it_only_reads(tmp_path: Path) -> None:
    file = release(tmp_path / "f.sqlite", "a")
    engine = read_engine(file)
    with engine.connect() as connection:
        connection.execute(text("PRAGMA query_only = 0"))
        with pytest.raises(DatabaseError, match="readonly"):
            connection.execute(text("INSERT INTO about VALUES ('x')"))
    engine.dispose()


def test_a_url_names_a_sqlite_file(tmp_path: Path) -> None:
    assert database_file(f"sqlite:///{tmp_path}/f.sqlite") == tmp_path / "f.sqlite"
    assert database_file("sqlite:///data/f.sqlite") == Path("data/f.sqlite")
    for url in ("sqlite://", "sqlite:///:memory:", "postgresql://localhost/f"):
        with pytest.raises(ValueError, match="is not sqlite:///FILE"):
            database_file(url)


def test_a_url_that_is_refused_does_not_tell_its_password() -> None:
    with pytest.raises(ValueError, match="is not sqlite:///FILE") as refused:
        database_file("postgresql://user:hush@localhost/f")
    assert "hush" not in str(refused.value)


def test_without_a_release_nothing_is_served(tmp_path: Path) -> None:
    pointer = tmp_path / "f.sqlite"
    releases = Releases(f"sqlite:///{pointer}", name_of)
    with pytest.raises(NotServing) as refused:
        releases.current()
    assert refused.value.headers == {"Retry-After": "5"}
    point(pointer, release_file(pointer, "missing"))
    with pytest.raises(NotServing):
        releases.current()


def test_an_answer_follows_the_pointer_and_old_releases_can_still_be_read(tmp_path: Path) -> None:
    pointer = tmp_path / "f.sqlite"
    releases = Releases(f"sqlite:///{pointer}", name_of)
    point(pointer, release(pointer, "a"))
    first = releases.current()
    assert (first.id, first.about) == ("a", "a")
    assert releases.current() is first
    point(pointer, release(pointer, "b"))
    assert releases.current().about == "b"
    assert releases.held("a") is first
    with pytest.raises(Gone):
        releases.held("c")
    for name in ("..", "../f", "a/../a", "x" * 300):
        with pytest.raises(Gone):
            releases.held(name)
    releases.close()


def test_only_the_last_few_stay_open_and_a_closed_one_is_opened_again(tmp_path: Path) -> None:
    pointer = tmp_path / "f.sqlite"
    releases = Releases(f"sqlite:///{pointer}", name_of)
    names = [f"r{number}" for number in range(KEPT + 1)]
    opened = []
    for name in names:
        point(pointer, release(pointer, name))
        opened.append(releases.current())
    assert releases.held(names[-1]) is opened[-1]
    assert releases.held(names[0]) is not opened[0]
    assert releases.held(names[0]).about == names[0]
    releases.close()


def test_a_connection_in_use_outlives_the_release_that_it_reads(tmp_path: Path) -> None:
    pointer = tmp_path / "f.sqlite"
    releases = Releases(f"sqlite:///{pointer}", name_of)
    point(pointer, release(pointer, "old"))
    with releases.current().connect() as connection:
        for number in range(KEPT + 1):
            point(pointer, release(pointer, f"r{number}"))
            releases.current()
        release_file(pointer, "old").unlink()
        assert name_of(connection) == "old"
    releases.close()
    # A connection that nobody closed would be complained of here.
    del connection
    gc.collect()
