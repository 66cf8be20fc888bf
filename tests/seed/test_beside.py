"""Work in a process of its own: the same comes out, in order, and neither process outlives the other."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="rows are made in a process of their own on Linux only")

# In a process without threads, as a load is: one that has some is never copied.
PROGRAM = """
import os, sys, time
from seed.beside import beside

def numbers():
    print("child", os.getpid(), flush=True)
    {body}

for one in beside(numbers):
    print(one, flush=True)
print("end", flush=True)
"""


LOAD = """
import sys
from bench.loading import synthetic
from seed import beside, compile

begun = []
beginning = compile.beside
compile.beside = lambda make: begun.append(1) or beginning(make)
compile.MANY = int(sys.argv[1])
synthetic(600, sys.argv[2])
print(len(begun))
"""


def run(body: str) -> subprocess.CompletedProcess[str]:
    """Run a generator beside a process that prints what it yields."""
    program = [sys.executable, "-c", PROGRAM.format(body=body)]
    return subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_what_is_made_beside_comes_in_order() -> None:
    found = run("yield from ([n, 'x' * 100_000] for n in range(20))")
    lines = [line.split(",")[0] for line in found.stdout.splitlines()]
    assert lines[1:] == [*(f"[{n}" for n in range(20)), "end"]


def test_an_error_there_is_told_here() -> None:
    found = run("yield 1; raise ValueError('row 7 is odd')")
    assert found.returncode == 1
    assert "ValueError: row 7 is odd" in found.stderr
    assert "RuntimeError" in found.stderr


def test_a_process_that_dies_is_no_end() -> None:
    found = run("yield 1; os.kill(os.getpid(), 9)")
    assert found.returncode == 1
    assert "the process that made rows died (exit code -9)" in found.stderr
    assert "end" not in found.stdout.split()


def test_it_ends_when_nobody_waits_for_it_any_more() -> None:
    body = "while True: yield 'x'"
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(body=body)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        child = int(process.stdout.readline().split()[1])
        process.kill()
    deadline = time.monotonic() + 30
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()


def test_a_release_is_the_same_wherever_its_rows_are_made(tmp_path: Path) -> None:
    found: list[tuple[int, list[str]]] = []
    for name, many in (("alone", 1_000_000), ("beside", 0)):
        file = tmp_path / f"{name}.sqlite"
        program = [sys.executable, "-c", LOAD, str(many), f"sqlite:///{file}"]
        done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
        with closing(sqlite3.connect(file)) as database:
            database.execute("UPDATE release SET loaded_at = ''")
            rows = [line for line in database.iterdump() if line.startswith("INSERT")]
        found.append((int(done.stdout), rows))
    (not_beside, alone), (once, beside) = found
    assert (not_beside, once) == (0, 1)
    assert len(alone) > 600
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
