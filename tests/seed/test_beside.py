"""Work in a process of its own: the same comes out, in order, and neither process outlives the other."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from app.kit.postgresql import schema_of
from bench.loading import release_of
from tests.conftest import Database

FACTS = 600
ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="rows are made in a process of their own on Linux only")

# In a process without threads, as a load is: one that has some is never copied.
PROGRAM = """
import os, sys, time
from seed.beside import beside

def numbers():
    print("child", os.getpid(), flush=True)
    {body}

def afterwards():
    {afterwards}

try:
    with beside(lambda: (numbers(), afterwards())) as (made, kept):
        for one in made:
            print(str(one)[:100], flush=True)
            time.sleep({pause})
        print("all", flush=True)
        time.sleep({pause})
        for one in kept:
            print(str(one)[:100], flush=True)
    print("end", flush=True)
except Exception as error:
    print(type(error).__name__, vars(error).get("sqlite_errorname"), error, *getattr(error, "__notes__", ()))
"""


LOAD = f"""
import sys
from bench.loading import synthetic
from seed import beside, compile

begun = []
beginning = compile.beside
compile.beside = lambda make: begun.append(1) or beginning(make)
compile.MANY = int(sys.argv[1])
synthetic({FACTS}, sys.argv[2])
print(len(begun))
"""


def run(body: str, afterwards: str = "yield from ()", pause: float = 0) -> str:
    """Run two generators beside a process that prints what they yield, or the error; return that."""
    program = [sys.executable, "-c", PROGRAM.format(body=body, afterwards=afterwards, pause=pause)]
    found = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return found.stdout.partition("\n")[2]


def test_what_is_made_beside_comes_in_order() -> None:
    found = run("yield from ([n, 'x' * 2_000_000] for n in range(20))")
    assert [line.split(",")[0] for line in found.splitlines()] == [*(f"[{n}" for n in range(20)), "all", "end"]


def test_what_is_made_afterwards_waits_for_nobody_and_is_kept_in_order() -> None:
    """It is many times what a pipe holds, and all there while nobody reads."""
    afterwards = "yield from ([n, 'x' * 2_000_000] for n in range(5)); print('made', flush=True)"
    found = run("yield 1; yield 2", afterwards, pause=1)
    told = [line.split(",")[0] for line in found.splitlines()]
    assert [one for one in told if one != "made"] == ["1", "2", "all", *(f"[{n}" for n in range(5)), "end"]
    assert told.index("made") < told.index("all")


def test_an_error_of_what_is_made_afterwards_is_raised_where_it_is_wanted() -> None:
    found = run("yield 1", "yield 2; raise ValueError('row 9 is odd')")
    assert found.startswith("1\nall\nValueError None row 9 is odd Traceback")
    assert "in afterwards" in found


def test_an_error_there_is_raised_here_with_its_place() -> None:
    found = run("yield 1; raise ValueError('row 7 is odd')")
    assert found.startswith("1\nValueError None row 7 is odd Traceback")
    assert "in numbers" in found


def test_a_disk_that_is_full_there_is_as_full_here() -> None:
    """`seed.room` knows it by the name of SQLite's error, which goes from process to process with it."""
    full = "import sqlite3; d = sqlite3.connect(''); d.execute('PRAGMA max_page_count = 1')"
    found = run(f"{full}; yield 1; d.execute('CREATE TABLE one (two)')")
    assert found.startswith("1\nOperationalError SQLITE_FULL database or disk is full")


def test_a_disk_that_is_full_of_what_is_made_afterwards_is_told_with_the_remedy() -> None:
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000)); yield 1"
    found = run(limited, "yield 'x' * 2_000_000")
    assert found.startswith(
        "1\nall\nOSError None what a load keeps aside could not be written: [Errno 27] File too large"
    )
    assert "Make room and load again" in found


def test_an_error_that_cannot_be_sent_is_told_in_words() -> None:
    found = run("yield 1; error = ValueError('row 8'); error.held = lambda: 1; raise error")
    assert found.startswith("1\nRuntimeError None Traceback")
    assert "ValueError: row 8" in found


def test_a_process_that_dies_is_no_end() -> None:
    assert run("yield 1; os.kill(os.getpid(), 9)") == (
        "1\nRuntimeError None the process that made rows died (exit code -9)\n"
    )


def test_nor_is_one_that_dies_afterwards() -> None:
    assert run("yield 1", "yield 2; os.kill(os.getpid(), 9)") == (
        "1\nall\nRuntimeError None the process that made rows died (exit code -9)\n"
    )


def test_nor_is_one_that_dies_in_the_midst_of_writing() -> None:
    killed = "me = os.getpid(); os.fork() or (time.sleep(1), os.kill(me, 9), os._exit(0))"
    assert run(f"{killed}; yield 1; yield 'x' * 50_000_000", pause=2) == (
        "1\nRuntimeError None the process that made rows died (exit code -9)\n"
    )


@pytest.mark.parametrize("body", ["while True: yield 'x'", "time.sleep(1_000); yield 1"])
def test_it_ends_when_nobody_waits_for_it_any_more(body: str) -> None:
    program = PROGRAM.format(body=body, afterwards="yield", pause=0)
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        child = int(process.stdout.readline().split()[1])
        process.kill()
    deadline = time.monotonic() + 30
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()


def rows(url: str) -> list[str]:
    """Return all rows of all tables of a database of one release, but for when it was loaded."""
    engine = create_engine(url)
    schema = None if url.startswith("sqlite") else schema_of(release_of(FACTS))
    told: list[str] = []
    with engine.connect() as connection:
        for table in sorted(inspect(connection).get_table_names(schema)):
            columns = [one["name"] for one in inspect(connection).get_columns(table, schema)]
            read = ", ".join(f'"{one}"' for one in columns if one != "loaded_at")
            where = f'{schema}."{table}"' if schema else f'"{table}"'
            told += sorted(f"{table} {row}" for row in connection.execute(text(f"SELECT {read} FROM {where}")))  # noqa: S608  # names out of the schema
    engine.dispose()
    return told


def test_a_release_is_the_same_wherever_its_rows_are_made(database: Callable[[str], Database]) -> None:
    found: list[tuple[int, list[str]]] = []
    for name, many in (("alone", 1_000_000), ("beside", 0)):
        url = database(name).load
        program = [sys.executable, "-c", LOAD, str(many), url]
        done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
        found.append((int(done.stdout), rows(url)))
    (not_beside, alone), (once, beside) = found
    assert (not_beside, once) == (0, 1)
    assert len(alone) > FACTS
    assert alone == beside


def test_a_load_that_shows_how_far_it_is_has_no_thread_for_it() -> None:
    program = (
        "import threading; from seed.__main__ import _tracked;"
        " print(len(list(_tracked('abc', 'rows'))), threading.active_count())"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert found.stdout.split() == ["3", "1"]
