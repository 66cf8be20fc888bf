"""`seed load`: whatever happens to it, the old release stays whole and is served, and the next load succeeds."""

from __future__ import annotations

import hashlib
import re
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal
from psycopg import sql

from app.facts import FACTS
from app.kit.engines import KEPT
from app.settings import MIGRATIONS
from seed.load import load
from tests.conftest import Api, api_of
from tests.postgresql import Postgres
from tests.seed.conftest import HARBOUR, Bench

PHASES = (
    "read",
    "check",
    "schema",
    "actors",
    "reference",
    "names",
    "search",
    "facts",
    "terms",
    "retired ids",
    "indexes",
    "bitmaps",
    "ends of spans",
    "totals",
    "changes",
    "integrity",
    "pointer",
)
QUESTIONS = (
    "/facts?modality=any&limit=500",
    "/transfers?from=TR",
    "/facts?modality=any&sort=-id",
    "/relations",
    "/coverage",
)


class Base:
    """A database under one pointer."""

    def __init__(self, folder: Path) -> None:
        """Take the folder in which it lies."""
        self.folder = folder
        self.pointer = folder / "f.sqlite"
        self.releases = folder / "f.sqlite.releases"
        self.url = f"sqlite:///{self.pointer}"

    def load(self, bench: Bench) -> str:
        """Load the corpus; return the id of the release that is current now."""
        load(bench.read(), self.url, FACTS, MIGRATIONS, lambda _: None)
        return self.current()

    def current(self) -> str:
        """Return the id of the current release."""
        return self.pointer.resolve(strict=True).stem.removeprefix("r_")

    def held(self) -> set[str]:
        """Return the ids of the releases that can be read."""
        return {file.stem.removeprefix("r_") for file in self.releases.glob("r_*")}

    def state(self) -> dict[str, str]:
        """Return every file below the folder with a digest of its bytes, and where the pointer leads."""
        files = {
            str(file.relative_to(self.folder)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in self.folder.rglob("*")
            if file.is_file() and not file.is_symlink()
        }
        return files | {"pointer": str(self.pointer.readlink())}

    def litter(self) -> list[str]:
        """Return what a load left lying about."""
        known = re.compile(r"lock|r_[0-9a-f]{12}\.sqlite|f\.sqlite(\.releases)?")
        return [file.name for file in self.folder.rglob("*") if not known.fullmatch(file.name)]

    @contextmanager
    def served(self, portal: BlockingPortal) -> Iterator[Api]:
        """Serve it."""
        yield from api_of(self.url, portal)

    def answers(self, api: Api) -> dict[str, bytes]:
        """Return the bytes of some answers, from a service that says it is ready."""
        assert api.get("/readyz").text == '{"status":"ready"}'
        found = {question: api.get(question) for question in QUESTIONS}
        assert {answer.status_code for answer in found.values()} == {200}
        return {question: answer.content for question, answer in found.items()}


@pytest.fixture
def base(tmp_path: Path) -> Base:
    """A database of one test's own; nothing is in it yet."""
    folder = tmp_path / "data"
    folder.mkdir()
    return Base(folder)


def phases_of(output: str) -> list[str]:
    """Return the phases that a load printed."""
    return [line for line in output.splitlines() if line in PHASES]


def test_a_load_says_its_phases_and_the_release_that_is_current_now(bench: Bench, base: Base) -> None:
    done = bench.cli("load", "--to", base.url)
    assert (done.returncode, done.stderr) == (0, "")
    *phases, last = done.stdout.splitlines()
    assert tuple(phases) == PHASES
    facts = sum(1 for _ in bench.read().facts())
    assert last == f"release {base.current()} is current: {facts} facts"
    assert re.fullmatch(r"[0-9a-f]{12}", base.current())
    assert base.litter() == []


def test_the_setting_names_the_database_where_the_call_does_not(
    bench: Bench, base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOEDUS_DATABASE_URL", base.url)
    assert bench.cli("load").returncode == 0
    assert base.current() == bench.read().digest()


@dataclass(frozen=True)
class Stage:
    """A base that is served all the time, what it held when its first release was loaded, and how both answer."""

    base: Base
    api: Api
    spare: Path
    old: str
    new: str
    answers: dict[str, dict[str, bytes]]

    def reset(self) -> None:
        """Go back to the first release alone."""
        shutil.rmtree(self.base.folder)
        shutil.copytree(self.spare, self.base.folder, symlinks=True)


@pytest.fixture(scope="module")
def stage(few_countries: Path, portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The base of the tests in which a load is killed."""
    folder = tmp_path_factory.mktemp("stage")
    bench, base = Bench(folder / "corpus"), Base(folder / "data")
    shutil.copytree(few_countries, bench.root)
    old = base.load(bench)
    shutil.copytree(base.folder, folder / "spare", symlinks=True)
    with base.served(portal) as api:
        first = base.answers(api)
        second(bench)
        new = base.load(bench)
        assert new != old
        yield Stage(base, api, folder / "spare", old, new, {old: first, new: base.answers(api)})


def second(bench: Bench) -> None:
    """Make the corpus the second release's."""
    bench.alter("description: old rifles", "description: rifles")


@pytest.mark.parametrize("phase", PHASES)
def test_a_load_that_is_killed_loses_nothing(bench: Bench, stage: Stage, phase: str) -> None:
    stage.reset()
    base = stage.base
    before = base.state()
    second(bench)
    command = bench.command("load", "--to", base.url)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=bench.root) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == phase:
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    # After its last phase is said, the pointer may have moved before the signal came: then the new one is whole.
    current = base.current()
    assert current in ([stage.old, stage.new] if phase == "pointer" else [stage.old])
    assert before.items() - {("pointer", before["pointer"])} <= base.state().items()
    assert base.answers(stage.api) == stage.answers[current]
    assert base.load(bench) == stage.new
    assert base.answers(stage.api) == stage.answers[stage.new]
    assert base.litter() == []


def test_a_load_removes_what_a_dead_one_left_behind(bench: Bench, base: Base) -> None:
    base.releases.mkdir()
    for name in ("loading_dead.sqlite", "loading_gone.sqlite"):
        (base.releases / name).write_bytes(b"half")
    (base.folder / ".f.sqlite.123").symlink_to("nowhere")
    base.load(bench)
    assert base.litter() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        ("expect.yml", "fact: '35'", "fact: '99999'", "expect.yml:1: fact: 35 rows, at least 99999 are expected"),
        ("expect.yml", "retired: '2'", "retired: '3'", "expect.yml:1: retired: 2 rows, at least 3 are expected"),
        ("expect.yml", "retired: '2'", "treaties: '1'", "expect.yml:1: treaties: 0 rows, at least 1 are expected"),
        (HARBOUR, "condition: new", "condition: fresh", "facts.0.condition: input should be"),
        (HARBOUR, "system: brook", "system: creek", "there is no system 'creek'"),
    ],
    ids=["fewer facts", "fewer retired ids", "a table that is none", "a bad record", "a dangling reference"],
)
def test_a_load_that_is_refused_changes_nothing(
    bench: Bench, base: Base, file: str, old: str, new: str, why: str
) -> None:
    base.load(bench)
    before = base.state()
    second(bench)
    bench.alter(old, new, file)
    done = bench.cli("load", "--to", base.url)
    assert done.returncode == 1
    assert why in done.stderr
    assert phases_of(done.stdout)
    assert base.state() == before


def test_a_refused_first_load_leaves_nothing_to_serve(bench: Bench, base: Base) -> None:
    bench.alter("fact: '35'", "fact: '99999'", "expect.yml")
    assert bench.cli("load", "--to", base.url).returncode == 1
    assert not base.pointer.is_symlink()
    assert [file.name for file in base.folder.rglob("*") if file.is_file()] == ["lock"]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql://localhost/f", "nonsense"])
def test_a_database_that_is_no_sqlite_file_is_refused(bench: Bench, url: str) -> None:
    done = bench.cli("load", "--to", url)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("error: ")


def test_the_same_corpus_is_the_same_release_with_the_same_answers(
    bench: Bench, base: Base, portal: BlockingPortal
) -> None:
    first = base.load(bench)
    with base.served(portal) as api:
        answers = base.answers(api)
        assert base.load(bench) == first
        assert base.answers(api) == answers
    assert base.held() == {first}


def test_a_running_service_follows_the_pointer(bench: Bench, base: Base, portal: BlockingPortal) -> None:
    first = base.load(bench)
    with base.served(portal) as api:
        assert api.json("/version")["release"] == first
        following = api.json("/facts?modality=any&limit=3")["links"]["next"]
        second(bench)
        new = base.load(bench)
        assert api.json("/version")["release"] == new
        assert api.json(following)["meta"]["release"] == first


def test_the_last_three_releases_are_kept_and_older_ones_removed(bench: Bench, base: Base) -> None:
    loaded = [base.load(bench)]
    for _ in range(KEPT):
        bench.alter("name: Dulcimer", "name: Dulcimer I", "reference/systems.yml")
        loaded.append(base.load(bench))
    assert len(set(loaded)) == KEPT + 1
    assert base.held() == set(loaded[-KEPT:])
    assert base.current() == loaded[-1]


def test_going_back_to_an_older_release_keeps_the_newer(bench: Bench, base: Base, few_countries: Path) -> None:
    first = base.load(bench)
    second(bench)
    new = base.load(bench)
    shutil.copy(few_countries / HARBOUR, bench.root / HARBOUR)
    assert base.load(bench) == first
    assert base.held() == {first, new}


def test_a_release_is_one_whole_file_at_the_schemas_head(bench: Bench, base: Base) -> None:
    release = base.load(bench)
    with sqlite3.connect(base.pointer) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("SELECT id FROM release").fetchall() == [(release,)]
    connection.close()


def test_a_file_that_is_no_link_of_ours_is_left_alone(bench: Bench, base: Base) -> None:
    base.pointer.write_bytes(b"somebody's own")
    done = bench.cli("load", "--to", base.url)
    assert done.returncode == 1
    assert "is a file, not a link of ours" in done.stderr
    assert base.pointer.read_bytes() == b"somebody's own"


def test_postgresql_loads_the_same_release_again_though_an_older_one_could_not_be_dropped(
    bench: Bench, postgres: Postgres
) -> None:
    """A reader that holds a replaced schema, or a load that died before dropping it, is in no later load's way."""
    postgres.create("again")
    url = postgres.url("again")
    for _ in range(2):
        assert bench.cli("load", "--to", url).returncode == 0
    release = bench.read().digest()
    with postgres.connect("again") as reader:
        reader.autocommit = False
        statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(f"r_{release}", "fact"))
        reader.execute(statement)
        assert bench.cli("load", "--to", url).returncode == 0
        assert bench.cli("load", "--to", url).returncode == 0
    assert bench.cli("load", "--to", url).returncode == 0
    with postgres.connect("again") as connection:
        schemas = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'foedus_%'").fetchall()
    assert schemas == []


def test_a_reader_that_is_not_there_is_an_error(bench: Bench, postgres: Postgres) -> None:
    postgres.create("nobody")
    done = bench.cli("load", "--to", postgres.url("nobody"), "--reader", "nobody_at_all")
    assert done.returncode == 1
    assert "there is no role 'nobody_at_all'" in done.stderr
