"""One run: for each size the corpus is loaded, everybody started on one core and asked in turn from the other."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url

from app.kit.sqlite import database_file
from bench import loading, pages, profiles, startup
from bench.budgets import Budget, ratio
from bench.load import LOAD_CORE, pinned
from bench.rounds import Subject, interleaved
from bench.servers import Memory, Server, running, settle
from bench.street import NEW, REPEATED, Street
from bench.subjects import bare, foedus, hello, peers, questions
from bench.world import world

# More than anybody answers in a run: a question that is asked twice would not be new.
FASTEST = 3_000
IDIOMATIC = "idiomatic FastAPI + SQLModel"
LOUD = {"FOEDUS_ACCESS_LOG": "true", "FOEDUS_METRICS": "true"}
QUIET = {"FOEDUS_ACCESS_LOG": "false", "FOEDUS_METRICS": "false"}


@dataclass(frozen=True)
class Plan:
    """What is to be measured, and where.

    alone: sizes at which nobody is beside Foedus. postgresql: empty databases, {facts} in their URL, for `sizes` alone.
    """

    sizes: list[int]
    alone: list[int]
    postgresql: str | None
    seconds: float
    rounds: int
    connections: int
    starts: int
    questions: int
    profile: bool
    folder: Path
    kept: Path
    say: Callable[[str], None]


@dataclass
class Size:
    """What was found over a corpus of one size."""

    facts: int
    load: dict[str, float]
    kept: bool
    subjects: list[Subject] = field(default_factory=list)
    pages: list[Subject] = field(default_factory=list)
    memory: dict[str, tuple[Memory, Memory]] = field(default_factory=dict)
    disagreeing: list[str] = field(default_factory=list)
    profile: profiles.Profile | str | None = None

    def per_second(self, name: str, what: str) -> float:
        """Return a subject's throughput; 0 when it was not measured."""
        return next((one.per_second for one in self.subjects if (one.name, one.what) == (name, what)), 0)


@dataclass
class Found:
    """What a run found; `alone`, `postgresql`: over corpora that nobody but Foedus was asked of."""

    sizes: list[Size] = field(default_factory=list)
    alone: list[Size] = field(default_factory=list)
    postgresql: list[Size] = field(default_factory=list)
    starts: list[startup.Start] = field(default_factory=list)

    @property
    def by_size(self) -> list[Size]:
        """All corpora in SQLite, the largest last."""
        return sorted([*self.sizes, *self.alone], key=lambda size: size.facts)

    def budgets(self) -> list[Budget]:
        """Return the budgets of the design, over the largest corpus."""
        last, largest = self.sizes[-1], self.by_size[-1]
        first = next((one for one in self.sizes if one.facts >= 10_000), self.sizes[0])
        repeated = last.per_second("Foedus", REPEATED)
        new = last.per_second("Foedus", NEW)
        loud = last.per_second("Foedus, logging", REPEATED)
        plain = last.per_second("bare ASGI", REPEATED)
        pairs = zip(largest.pages, first.pages, strict=True)
        grown = [ratio(here.p50, there.p50) or 0 for here, there in pairs if there.runs]
        (wall, cpu, resident), (hello_wall, hello_cpu, _) = (start.medians for start in self.starts)
        of, growth = f"at {last.facts:,} facts", f"{largest.facts:,} facts against {first.facts:,}"
        return [
            Budget(f"repeated GET against a bare ASGI app, log and metrics off, {of}", 0.8, ratio(repeated, plain)),
            Budget(f"repeated GET against a bare ASGI app, log and metrics on, {of}", 0.5, ratio(loud, plain)),
            Budget(f"new GET against the idiomatic endpoint, {of}", 4, ratio(new, last.per_second(IDIOMATIC, NEW))),
            Budget(
                f"repeated GET against Datasette, {of}", 10, ratio(repeated, last.per_second("Datasette", REPEATED))
            ),
            Budget(f"new GET against Datasette, {of}", 4, ratio(new, last.per_second("Datasette", NEW))),
            Budget(
                f"p50 of the page that grows most, {growth}",
                2,
                max(grown, default=None) if largest is not first else None,
                at_most=True,
            ),
            Budget(
                f"load against a bare executemany, {of}",
                3,
                ratio(last.load["seconds"], last.load["bare"]),
                at_most=True,
            ),
            Budget(
                f"memory of a load, {growth}",
                1.5,
                ratio(largest.load["peak"], first.load["peak"]) if largest is not first else None,
                at_most=True,
            ),
            Budget("start to first answer against a hello world, wall", 1.5, ratio(wall, hello_wall), at_most=True),
            Budget("start to first answer against a hello world, CPU", 1.5, ratio(cpu, hello_cpu), at_most=True),
            Budget("memory of one worker at its first answer, of 120 MB", 1, resident / 120e6, at_most=True),
        ]


def measure(plan: Plan) -> Found:
    """Measure all of it."""
    found = Found()
    for number in plan.sizes:
        url = _url(plan, number)
        size = loaded(plan, number, url, compared=True)
        found.sizes.append(size)
        with ExitStack() as stack:
            _ask(plan, size, url, stack)
    found.alone = [_alone(plan, number, _url(plan, number)) for number in plan.alone]
    if plan.postgresql:
        found.postgresql = [_alone(plan, number, plan.postgresql.format(facts=number)) for number in plan.sizes]
    plan.say("starts")
    url = _url(plan, plan.sizes[0])
    pair = [(foedus(url, **QUIET), "/transfers?limit=1"), (hello(plan.folder / "hello.sqlite"), "/heroes?limit=1")]
    found.starts = startup.starts(pair, plan.starts, plan.folder / "start.log")
    return found


def _url(plan: Plan, number: int) -> str:
    return f"sqlite:///{plan.kept / str(number)}.sqlite"


def loaded(plan: Plan, number: int, url: str, *, compared: bool) -> Size:
    """Load so many facts, unless that was done before; if `compared`, with a bare insert of the same rows."""
    plan.say(f"{number:,} facts: load into {make_url(url).get_backend_name()}")
    file = database_file(url) if url.startswith("sqlite") else None
    told = plan.kept / f"{file.stem if file else f'{number}.postgresql'}.json"
    load: dict[str, float] = json.loads(told.read_text()) if told.exists() else {}
    here = file.exists() if file else loading.bytes_of(url, number) > 0
    kept = here and {"bytes", *(["bare"] if compared else [])} <= load.keys()
    if not kept:
        documents = loading.documents_of(file) if file and compared else None
        command = [sys.executable, "-m", "bench.loading", str(number), url, *([str(documents)] if documents else [])]
        # On whatever cores there are: making rows beside inserting them is part of what a load does.
        load = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        if file and documents:
            load["bare"] = loading.bare(file.resolve(), plan.folder / "bare.sqlite", documents)
        load["bytes"] = file.resolve().stat().st_size if file else loading.bytes_of(url, number)
        told.write_text(json.dumps(load))
    return Size(number, load, kept)


def _alone(plan: Plan, number: int, url: str) -> Size:
    size = loaded(plan, number, url, compared=False)
    ours = foedus(url, **QUIET)
    with running(ours.command, ours.environment, "/facts?limit=1", plan.folder / "alone.log") as server:
        _pages(plan, size, url, server)
    return size


def _read_through(url: str, size: float) -> None:
    """Read a file that fits into half of the memory once, as a service does in time: it may be kept from another day.

    What does not fit is read from disk, by everybody and always.
    """
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if url.startswith("sqlite") and size < memory / 2:
        with database_file(url).open("rb", buffering=0) as file:
            while file.read(1 << 20):
                pass


def _ask(plan: Plan, size: Size, url: str, stack: ExitStack) -> None:
    plan.say(f"{size.facts:,} facts: peers")
    file = plan.folder / f"peers{size.facts}.sqlite"
    command = [sys.executable, "-m", "bench.peers.records", str(database_file(url).resolve()), str(file)]
    subprocess.run(pinned(LOAD_CORE, command), check=True)
    # One run is not counted, and one may be profiled.
    asked = questions(int(FASTEST * (plan.seconds + 1) * (plan.rounds + 2)), size.facts)
    street = Street(plan.seconds, plan.connections, plan.folder, stack, asked)
    ours = street.open(foedus(url, **QUIET))
    loud = street.open(foedus(url, "Foedus, logging", **LOUD))
    recorded = plan.folder / "recorded.json"
    ours.record(recorded)
    plain = street.open(bare(recorded))
    others = [street.open(peer) for peer in peers(file)]
    size.disagreeing = [
        one.peer.name
        for one in others
        if one.server and any(one.ids(*asked) != ours.ids(*asked) for asked in street.asked[:20])
    ]
    datasette = next(one for one in others if one.peer.name == "Datasette")
    fresh = [one for one in others if one.peer.name != "Datasette"]
    size.subjects = [
        plain.repeated(),
        ours.repeated(),
        loud.repeated(),
        datasette.repeated(),
        ours.new(),
        datasette.new(),
        *(one.new() for one in fresh),
    ]
    settle(one.server for one in (ours, loud, plain, *others) if one.server)
    began = {one.peer.name: one.server.memory() for one in (ours, *others) if one.server}
    plan.say(f"{size.facts:,} facts: rounds")
    interleaved(size.subjects, plan.rounds)
    size.memory = {one.peer.name: (began[one.peer.name], one.server.memory()) for one in (ours, *others) if one.server}
    if plan.profile and ours.server:
        plan.say(f"{size.facts:,} facts: profile")
        size.profile = profiles.profile(
            ours.server, ours.new().run or (lambda: None), plan.seconds, plan.folder / "stacks.txt"
        )
    if ours.server:
        _pages(plan, size, url, ours.server)


def _pages(plan: Plan, size: Size, url: str, server: Server) -> None:
    _read_through(url, size.load["bytes"])
    plan.say(f"{size.facts:,} facts: pages")
    made = world(size.facts, loading.SEED)
    size.pages = list(pages.subjects(server, made, plan.questions, random.Random(size.facts)))
    interleaved(size.pages, 1)
