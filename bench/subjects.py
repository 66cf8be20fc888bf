"""Whom to measure, and how each is asked the same question: transfers of a supplier since a day, twenty to a page."""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from bench.servers import UVICORN
from bench.world import BUSIEST, Skewed

ROOT = Path(__file__).parent.parent
NODE = ROOT / "build" / "bench" / "node_modules" / ".bin"
PAGE = 20
FIRST_DAY = date(1960, 1, 1)
DAYS = 22_000
Ask = Callable[[str, str], str]


@dataclass(frozen=True)
class Peer:
    """A program that answers over HTTP: how it is started, how asked; `absent` says why it is not measured."""

    name: str
    command: list[str]
    environment: dict[str, str]
    ask: Ask
    absent: str = ""


def questions(number: int, seed: int) -> list[tuple[str, str]]:
    """Return (supplier, since), each once; who has many facts is asked for most."""
    dice = random.Random(seed)
    states = Skewed(BUSIEST)
    found: dict[tuple[str, str], None] = {}
    while len(found) < number:
        found[states.one(dice), (FIRST_DAY + timedelta(days=dice.randrange(DAYS))).isoformat()] = None
    return list(found)


def foedus(url: str, name: str = "Foedus", **settings: str) -> Peer:
    """Foedus over a database."""
    environment = {"FOEDUS_DATABASE_URL": url, "FOEDUS_PORT": "{port}", "FOEDUS_ACCESS_LOG": "false", **settings}
    return Peer(
        name,
        [sys.executable, "-m", "app"],
        environment,
        lambda state, day: f"/transfers?from={state}&since={day}&limit={PAGE}",
    )


def bare(recorded: Path) -> Peer:
    """A bare ASGI application that answers what was recorded."""
    return Peer(
        "bare ASGI",
        _uvicorn("bench.peers.bare:application"),
        {"FOEDUS_BENCH_RECORDED": str(recorded)},
        lambda *_: "/",
    )


def hello(file: Path) -> Peer:
    """A hello world."""
    return Peer(
        "hello world",
        _uvicorn("bench.peers.hello:app"),
        {"FOEDUS_BENCH_URL": f"sqlite:///{file}"},
        lambda *_: "/heroes",
    )


def peers(file: Path) -> list[Peer]:
    """Those that answer new questions out of the peers' database."""
    url = {"FOEDUS_BENCH_URL": f"sqlite:///{file}"}
    idiomatic = _uvicorn("bench.peers.idiomatic:app")
    datasette = [
        sys.executable,
        "-m",
        "datasette",
        "serve",
        "--immutable",
        str(file),
        "--host",
        "127.0.0.1",
        "--port",
        "{port}",
    ]
    roapi = _program("roapi")
    soul = _program("soul")
    return [
        Peer(
            "idiomatic FastAPI + SQLModel",
            idiomatic,
            url,
            lambda state, day: f"/transfers?supplier={state}&since={day}&limit={PAGE}",
        ),
        Peer(
            "the same, own columns only",
            idiomatic,
            url,
            lambda state, day: f"/flat?supplier={state}&since={day}&limit={PAGE}",
        ),
        Peer(
            "Datasette",
            datasette,
            {},
            lambda state, day: (
                f"/{file.stem}/record.json?supplier__exact={state}&modality__exact=actual&ends__gte={day}"
                f"&_sort=n&_size={PAGE}&_shape=array"
            ),
            "" if find_spec("datasette") else "not installed: make bench does",
        ),
        Peer(
            "roapi",
            [roapi or "roapi", "--addr-http", "127.0.0.1:{port}", "--table", f"record=sqlite://{file}"],
            {},
            lambda state, day: (
                f"/api/tables/record?filter[supplier]='{state}'&filter[modality]='actual'"
                f"&filter[ends]gte='{day}'&sort=n&limit={PAGE}"
            ),
            "" if roapi else "not installed: make bench does, where its wheel fits",
        ),
        Peer(
            "soul-cli",
            [soul or "soul", "-d", str(file), "-p", "{port}", "--rate-limit-enabled", "false"],
            {},
            lambda state, day: (
                f"/api/tables/record/rows?_filters=supplier:{state},modality:actual,ends__gte:{day}"
                f"&_ordering=n&_limit={PAGE}"
            ),
            "" if soul else "not installed: npm install --prefix build/bench soul-cli (it compiles for minutes)",
        ),
    ]


def versions() -> dict[str, str]:
    """Return the versions of what is measured and of what it stands on."""
    found = {"python": sys.version.split()[0]}
    for name in (
        "fastapi",
        "starlette",
        "pydantic",
        "sqlmodel",
        "sqlalchemy",
        "uvicorn",
        "uvloop",
        "httptools",
        "datasette",
        "roapi",
    ):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _uvicorn(application: str) -> list[str]:
    return [sys.executable, "-m", "uvicorn", application, *UVICORN, "--port", "{port}"]


def _program(name: str) -> str | None:
    folders = [str(Path(sys.executable).parent), str(NODE), os.environ.get("PATH", "")]
    return shutil.which(name, path=os.pathsep.join(folders))
