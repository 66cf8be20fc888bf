"""One run: for each size the corpus is loaded, everybody started on one core and asked in turn from the other."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.kit.sqlite import database_file
from bench import loading, pages, profiles, startup
from bench.budgets import Budget, ratio
from bench.load import LOAD_CORE, Questions, again, pinned
from bench.rounds import Subject, interleaved
from bench.servers import Memory, Server, running, settle
from bench.subjects import Peer, bare, foedus, hello, peers, questions
from bench.world import world

# More than anybody answers in a run: a question that is asked twice would not be new.
FASTEST = 3_000
IDIOMATIC = "idiomatic FastAPI + SQLModel"
REPEATED, NEW = "repeated", "never asked before"
LOUD = {"FOEDUS_ACCESS_LOG": "true", "FOEDUS_METRICS": "true"}
QUIET = {"FOEDUS_ACCESS_LOG": "false", "FOEDUS_METRICS": "false"}


@dataclass(frozen=True)
class Plan:
    """What is to be measured, and where; `alone`: sizes at which nobody is beside Foedus."""

    sizes: list[int]
    alone: list[int]
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
    bytes: int
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
    """What a run found; `alone`: over corpora that nobody but Foedus was asked of."""

    sizes: list[Size] = field(default_factory=list)
    alone: list[Size] = field(default_factory=list)
    starts: list[startup.Start] = field(default_factory=list)

    def budgets(self) -> list[Budget]:
        """Return the budgets of the design, over the largest corpus."""
        last, largest = self.sizes[-1], [*self.sizes, *self.alone][-1]
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
        size, url = _loaded(plan, number, compared=True)
        found.sizes.append(size)
        with ExitStack() as stack:
            _ask(plan, size, url, stack)
    for number in plan.alone:
        size, url = _loaded(plan, number, compared=False)
        found.alone.append(size)
        ours, probe = foedus(url, **QUIET), "/facts?limit=1"
        with running(ours.command, ours.environment, probe, plan.folder / "alone.log") as server:
            _pages(plan, size, server)
    plan.say("starts")
    url = _url(plan, plan.sizes[0])
    pair = [(foedus(url, **QUIET), "/transfers?limit=1"), (hello(plan.folder / "hello.sqlite"), "/heroes?limit=1")]
    found.starts = startup.starts(pair, plan.starts, plan.folder / "start.log")
    return found


def _url(plan: Plan, number: int) -> str:
    return f"sqlite:///{plan.kept / str(number)}.sqlite"


def _loaded(plan: Plan, number: int, *, compared: bool) -> tuple[Size, str]:
    """Load so many facts, unless that was done before; if `compared`, with a bare insert of the same rows."""
    plan.say(f"{number:,} facts: load")
    url = _url(plan, number)
    file = database_file(url)
    told = file.with_suffix(".json")
    kept = file.exists() and told.exists()
    if not kept:
        documents = [loading.documents_of(file)] if compared else []
        command = [sys.executable, "-m", "bench.loading", str(number), str(file), *map(str, documents)]
        # On whatever cores there are: making rows beside inserting them is part of what a load does.
        load = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for one in documents:
            load["bare"] = loading.bare(file.resolve(), plan.folder / "bare.sqlite", one)
        told.write_text(json.dumps(load))
    return Size(number, json.loads(told.read_text()), file.resolve().stat().st_size, kept), url


def _ask(plan: Plan, size: Size, url: str, stack: ExitStack) -> None:
    plan.say(f"{size.facts:,} facts: peers")
    file = plan.folder / f"peers{size.facts}.sqlite"
    command = [sys.executable, "-m", "bench.peers.records", str(database_file(url).resolve()), str(file)]
    subprocess.run(pinned(LOAD_CORE, command), check=True)
    street = Street(plan, stack, questions(int(FASTEST * (plan.seconds + 1) * plan.rounds) + 5_000, size.facts))
    ours = street.open(foedus(url, **QUIET))
    loud = street.open(foedus(url, "Foedus, logging", **LOUD))
    recorded = plan.folder / "recorded.json"
    _record(ours, recorded)
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
        _pages(plan, size, ours.server)


def _pages(plan: Plan, size: Size, server: Server) -> None:
    plan.say(f"{size.facts:,} facts: pages")
    made = world(size.facts, loading.SEED)
    size.pages = list(pages.subjects(server, made, plan.questions, random.Random(size.facts)))
    interleaved(size.pages, 1)


@dataclass
class House:
    """A peer, its server if it is here, and the new questions that it has not been asked yet."""

    street: Street
    peer: Peer
    server: Server | None
    unasked: Questions

    def ids(self, state: str, day: str) -> list[str]:
        """Return the ids of the facts that it answers a question with, in order."""
        return [fact["id"] for fact in _facts(json.loads(self.get(state, day)[2]))]

    def get(self, state: str, day: str) -> tuple[int, list[tuple[str, str]], bytes]:
        """Return what it answers a question with; LookupError if it is not here."""
        if self.server is None:
            raise LookupError(f"{self.peer.name} is not here")
        return self.server.get(_path(self.peer, state, day))

    def repeated(self) -> Subject:
        """Ask one question again and again."""
        plan = self.street.plan
        server, path = self.server, _path(self.peer, *self.street.first)
        run = None if server is None else lambda: again(server.url + path, plan.seconds, plan.connections)
        return Subject(self.peer.name, REPEATED, run, self.peer.absent)

    def new(self) -> Subject:
        """Ask what was never asked before."""
        plan, server = self.street.plan, self.server
        run = None if server is None else lambda: self.unasked.ask(server.url, plan.seconds, plan.connections)
        return Subject(self.peer.name, NEW, run, self.peer.absent)


class Street:
    """All who are asked, and what."""

    def __init__(self, plan: Plan, stack: ExitStack, asked: list[tuple[str, str]]) -> None:
        """Take the questions; the first is the one that is repeated."""
        self.plan = plan
        self.first = asked[0]
        self.asked = asked[1:]
        self._stack = stack

    def open(self, peer: Peer) -> House:
        """Start a peer, unless it is absent."""
        name = "".join(letter if letter.isalnum() else "-" for letter in peer.name)
        unasked = Questions.write(self.plan.folder / f"{name}.txt", [_path(peer, *one) for one in self.asked])
        if peer.absent:
            return House(self, peer, None, unasked)
        probe = _path(peer, *self.first)
        server = self._stack.enter_context(
            running(peer.command, peer.environment, probe, self.plan.folder / f"{name}.log")
        )
        return House(self, peer, server, unasked)


def _path(peer: Peer, state: str, day: str) -> str:
    return quote(peer.ask(state, day), safe="/?&=_,:.-")


def _facts(document: Any) -> list[Any]:
    """Return the facts of an answer, whoever gave it: finished answers are text in a column."""
    rows = document if isinstance(document, list) else document["data"]
    return [json.loads(row["answer"]) if "answer" in row else row for row in rows]


def _record(house: House, into: Path) -> None:
    """Keep what Foedus answers to the question that is repeated; what the server adds by itself is left out."""
    status, headers, body = house.get(*house.street.first)
    kept = [(name, value) for name, value in headers if name.lower() not in {"date", "server", "connection"}]
    into.write_text(json.dumps({"status": status, "headers": kept, "body": b64encode(body).decode()}))
