"""Releases built as SQLite files: a temporary file beside the others, then a link that moves. One load at a time."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from app.core.listed import Posting
from app.kit.engines import KEPT
from app.kit.sqlite import SEEN_WITHIN, database_file, release_file
from app.kit.textindex import FIELDS, SEARCH, Document
from seed.room import aside, make_sure, writing
from seed.rows import Into, Values

# In KiB: what holds the inner pages of the indexes that grow with every row; and half of that, what the full-text index
# holds in memory before it writes, merging nothing until all is there.
_CACHE = 32_768
# In KiB: what holds pages from when the other indexes are made, of which twice that is sorted at a time. With more,
# this were the moment at which a load takes most memory.
_SORTING = 16_384
_GATHERING = {"hashsize": 512 * _CACHE, "automerge": 0, "crisismerge": 1_999}
_PAGE = 16_384
# A release takes so many times what its facts take in the spool, and two thirds of that before the spool is let go;
# what is kept aside, beside the spool itself, so many times: a hundred thousand synthetic facts took 6.5 and 1.5.
GROWTH, BESIDE = 6.5, 1.5
# A temporary file of SQLite's own, and the table whose rows are gathered there: the lists get theirs fact by fact.
_ASIDE = "aside"
_UNSORTED = str(Posting.__tablename__)


class SqliteTarget:
    """The releases beside one pointer."""

    def __init__(self, url: str) -> None:
        """Take a URL `sqlite:///FILE`; FILE becomes a link to the current release."""
        self._pointer = database_file(url)
        self._folder = release_file(self._pointer, "").parent
        self._aside = False

    @contextmanager
    def building(self, _: str) -> Iterator[Connection]:
        """Open a temporary file; it is removed unless it was published."""
        if self._pointer.exists() and not self._pointer.is_symlink():
            raise ValueError(f"{self._pointer} is a file, not a link of ours: name another, or move it away")
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._lock():
            descriptor, name = tempfile.mkstemp(prefix="loading_", suffix=".sqlite", dir=self._folder)
            os.close(descriptor)
            engine = create_engine(f"sqlite+pysqlite:///{name}", poolclass=NullPool)
            try:
                with writing("the release", self._folder, OperationalError), engine.connect() as connection:
                    # Few answers fit a page of the usual size: what is left over would be a tenth of the file.
                    connection.execute(text(f"PRAGMA page_size = {_PAGE}"))
                    # Nobody reads this file yet, and a load that dies throws it away: no journal is needed.
                    connection.execute(text("PRAGMA journal_mode = OFF"))
                    connection.execute(text("PRAGMA synchronous = OFF"))
                    connection.execute(text(f"PRAGMA cache_size = -{_CACHE}"))
                    # Another thread sorts what an index is made of, while this one reads on.
                    connection.execute(text("PRAGMA threads = 1"))
                    connection.commit()
                    yield connection
            finally:
                Path(name).unlink(missing_ok=True)

    def room(self, spooled: int) -> None:
        """Refuse, with OSError, what will not fit beside the releases that are here."""
        self._folder.mkdir(parents=True, exist_ok=True)
        # As facts go in, lists are kept aside; then the spool is given back, and what is sorted is aside in its room.
        make_sure([(self._folder, round(GROWTH * spooled * 2 / 3)), (aside(), round(BESIDE * spooled))])
        make_sure([(self._folder, round(GROWTH * spooled)), (aside(), round(BESIDE * spooled) - spooled)])

    def loosen(self, connection: Connection) -> list[tuple[str, str]]:
        """Drop every index that is not a table's own; let the full-text index gather more before it writes.

        What comes in no order, into a table that is nothing but an index, is gathered elsewhere first, and put into it
        sorted.
        """
        connection.commit()
        connection.exec_driver_sql(f"ATTACH DATABASE '' AS {_ASIDE}")
        for pragma in ("journal_mode = OFF", "synchronous = OFF"):
            connection.exec_driver_sql(f"PRAGMA {_ASIDE}.{pragma}")
        connection.commit()
        connection.exec_driver_sql(f"CREATE TABLE {_ASIDE}.{_UNSORTED} AS SELECT * FROM main.{_UNSORTED}")  # noqa: S608  # ours
        self._aside = True
        indexes = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        dropped: list[tuple[str, str]] = []
        for table, name, statement in connection.execute(text(indexes)).all():
            connection.exec_driver_sql(f'DROP INDEX "{name}"')
            dropped.append((table, statement))
        for name, value in _GATHERING.items():
            connection.execute(
                text("INSERT INTO search (search, rank) VALUES (:name, :value)"), {"name": name, "value": value}
            )
        merged = "INSERT INTO search (search) VALUES ('optimize')"
        # The file tells its readers nothing of how it was made.
        forgotten = "DELETE FROM search_config WHERE k <> 'version'"
        return [*dropped, (SEARCH.name, merged), (SEARCH.name, forgotten)]

    def insert(self, connection: Connection, into: Into, rows: Sequence[Values]) -> None:
        """Insert rows by one statement, which the driver takes as they are."""
        columns = ", ".join(f'"{column}"' for column in into.columns)
        marks = ", ".join("?" * len(into.columns))
        where = _ASIDE if self._aside and into.table.name == _UNSORTED else "main"
        connection.exec_driver_sql(f'INSERT INTO {where}."{into.table.name}" ({columns}) VALUES ({marks})', list(rows))  # noqa: S608  # ours

    def index(self, connection: Connection, documents: list[Document]) -> None:
        """Insert rows of the full-text index by one statement."""
        columns = ("rowid", *FIELDS)
        statement = f"INSERT INTO search ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608  # ours
        connection.exec_driver_sql(statement, [tuple(document.columns().values()) for document in documents])

    def tighten(self, connection: Connection, dropped: Iterable[tuple[str, str]]) -> None:
        """Make the indexes in the order in which the migrations made them; merge the full-text index into one."""
        connection.exec_driver_sql(f"PRAGMA cache_size = -{_SORTING}")
        if self._aside:
            keys = ", ".join(column.name for column in SQLModel.metadata.tables[_UNSORTED].primary_key)
            sorted_ = f"SELECT * FROM {_ASIDE}.{_UNSORTED} ORDER BY {keys}"  # noqa: S608  # ours
            connection.exec_driver_sql(f"INSERT INTO main.{_UNSORTED} {sorted_}")
            connection.commit()
            connection.exec_driver_sql(f"DETACH DATABASE {_ASIDE}")
            self._aside = False
        for _, statement in dropped:
            connection.exec_driver_sql(statement)

    def earlier(self, _: Connection, release: str) -> list[str]:
        """Return the releases whose files will stay beside this one's, the last loaded first."""
        kept = [file for file in self._files() if file != release_file(self._pointer, release)]
        return [file.stem.removeprefix("r_") for file in kept[: KEPT - 1]]

    def facts(self, connection: Connection, release: str | None) -> Iterator[tuple[str, str, str]]:
        """Yield (id, kind, answer) of a release's facts, or of what is being built, in order of id."""
        if release is None:
            yield from _facts(connection)
            return
        file = release_file(self._pointer, release).absolute()
        engine = create_engine(f"sqlite+pysqlite:///file:{file}?mode=ro&immutable=1&uri=true", poolclass=NullPool)
        with engine.connect() as other:
            yield from _facts(other)

    def flaws(self, connection: Connection) -> list[str]:
        """Check foreign keys and the file, both at once; not that each index has its table's rows: that is SQLite's."""
        connection.commit()
        with ThreadPoolExecutor(1) as another:
            reading = another.submit(_read_through, str(connection.engine.url.database))
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            damaged = reading.result()
        found = [f"a row of {row[0]} refers to a missing row of {row[2]}" for row in broken]
        return [*found, *(f"the file is damaged: {one}" for one in damaged)]

    def publish(self, connection: Connection, release: str) -> None:
        """Put the file under its release's name and move the link, both in one step each."""
        connection.execute(text("ANALYZE"))
        connection.commit()
        building = Path(str(connection.engine.url.database))
        building.chmod(0o644)
        _sync(building)
        target = release_file(self._pointer, release)
        building.replace(target)
        _sync(self._folder)
        link = self._pointer.with_name(f".{self._pointer.name}.{os.getpid()}")
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(target, self._pointer.parent))
        link.replace(self._pointer)
        _sync(self._pointer.parent)

    def forget(self, release: str) -> None:
        """Remove all but the last releases, and what loads that died left behind; end when all readers know.

        The API remembers answers for so long without looking: what is asked after a load is answered from it.
        """
        with self._lock():
            current = release_file(self._pointer, release)
            for file in [one for one in self._files() if one != current][KEPT - 1 :]:
                file.unlink(missing_ok=True)
            for file in self._folder.glob("loading_*.sqlite"):
                file.unlink(missing_ok=True)
            for link in self._pointer.parent.glob(f".{self._pointer.name}.*"):
                link.unlink(missing_ok=True)
        time.sleep(SEEN_WITHIN)

    def _files(self) -> list[Path]:
        """Return every release's file, the last loaded first."""
        return sorted(self._folder.glob("r_*.sqlite"), key=lambda file: file.stat().st_mtime_ns, reverse=True)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Wait until no other load is at work here; the kernel lets go of the lock of one that dies."""
        with (self._folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _facts(connection: Connection) -> Iterator[tuple[str, str, str]]:
    for row in connection.execute(text("SELECT id, kind, answer FROM fact ORDER BY id")):
        yield row.id, row.kind, row.answer


def _read_through(file: str) -> list[str]:
    """Say what of a file is not as it should be."""
    with closing(sqlite3.connect(f"{Path(file).absolute().as_uri()}?mode=ro", uri=True)) as database:
        found = [str(told) for (told,) in database.execute("PRAGMA quick_check")]
    return [] if found == ["ok"] else found


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
