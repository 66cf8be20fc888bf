"""The report: a page of Markdown with machine, versions, commands and every number; it measures nothing."""

from __future__ import annotations

import platform
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy import text as sql

from app.facts import FACTS
from bench.kinds import MAKERS
from bench.measure import Found, Plan, Size
from bench.profiles import Profile
from bench.rounds import Subject
from bench.subjects import ROOT, versions

Rows = Iterable[list[str]]
KEPT = " The database was kept from an earlier run (`--keep`), and so were these figures."


def text(found: Found, plan: Plan, command: str) -> str:
    """Return the report."""
    parts = [
        "# Foedus and its peers, side by side",
        _made(command),
        "## Budgets",
        table(["budget", "wanted", "found", ""], (budget.row() for budget in found.budgets())),
        "## How",
        _how(plan),
        table(["machine", ""], _machine(plan)),
        table(["program", "version"], ([name, version] for name, version in versions().items())),
        *(part for size in found.sizes for part in _size(size)),
        *(part for size in found.alone for part in _alone(size)),
        "## By size",
        *_by_size(found.by_size),
        *(["## By size, on PostgreSQL", *_by_size(found.postgresql)] if found.postgresql else []),
        "## Start to first answer",
        table(
            ["who", "wall, s", "CPU, s", "resident, MB"],
            ([start.name, *_start(start.medians)] for start in found.starts),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _made(command: str) -> str:
    # A folder of this machine means nothing to who reads it elsewhere.
    arguments = re.sub(r"(--keep[ =])\S+", r"\1FOLDER", command.removeprefix("python -m bench").strip())
    arguments = re.sub(r"(--postgresql[ =])\S+", r"\1URL", arguments)
    arguments = re.sub(r"(--report[ =])\S+", r"\1FILE", arguments)
    return (
        f"Made by `make bench ARGS='{arguments}'` on {datetime.now(UTC):%Y-%m-%d}. Everything below is of one run"
        " on one machine, but for loads that say otherwise: compare ratios, not numbers of other machines."
    )


def table(head: list[str], rows: Rows) -> str:
    """Return a table; all columns but the first are right-aligned."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _how(plan: Plan) -> str:
    left_out = [resource.kind for resource in FACTS if resource.kind not in MAKERS]
    said = f" Kinds that it has no facts of: {', '.join(left_out)}." if left_out else ""
    return (
        f"The servers run on one core, wrk on another, with {plan.connections} connections, {plan.rounds} rounds of"
        f" {plan.seconds:g} s (and one before, not counted) in which everybody has a turn; medians of the rounds. The"
        " question is: transfers of a supplier since a day, twenty to a page. *Repeated* asks one again and again; "
        " *never asked before* goes through a list in which none comes twice. The corpus is synthetic and seeded: a few"
        " countries have very many facts, many have few. A file of at most half of the memory was read once before its"
        " pages are asked for."
        f"{said} Peers that are not installed are named as absent.{_elsewhere(plan)}\n\n"
        "The idiomatic endpoint is bench/peers/idiomatic.py: tables with relationships, a session per request,"
        " `response_model`, one count. Its second row returns the transfer's own columns only, with no evidence."
        " Datasette, roapi and soul-cli serve a flat table of the finished answers with an index on what is asked."
    )


def _elsewhere(plan: Plan) -> str:
    if not plan.postgresql:
        return ""
    return (
        " PostgreSQL is on the same machine and on whatever core is free, that of the questions too; the memory of a"
        " load into it is that of the load's own processes."
    )


def _machine(plan: Plan) -> Rows:
    cpu = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    memory = Path("/proc/meminfo").read_text().splitlines()[0].split()[1]
    wrk = subprocess.run([shutil.which("wrk") or "wrk", "-v"], capture_output=True, text=True, check=False).stdout
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    yield ["system", f"{platform.system()} {platform.release()}, {platform.machine()}"]
    yield ["processor", f"{cpu[0].partition(':')[2].strip() if cpu else 'unknown'}, {len(cpu)} of them"]
    yield ["memory", f"{int(memory) / 1e6:.0f} GB"]
    yield ["SQLite", sqlite3.sqlite_version]
    if plan.postgresql:
        with closing(create_engine(plan.postgresql.format(facts=plan.sizes[0])).connect()) as connection:
            yield ["PostgreSQL", str(connection.execute(sql("SHOW server_version")).scalar_one())]
    yield ["wrk", wrk.splitlines()[0].split("Copyright")[0].strip() if wrk else "unknown"]
    yield ["Foedus' commit", commit.stdout.strip() or "not known"]


def _size(size: Size) -> Iterable[str]:
    yield f"## {size.facts:,} facts"
    if size.disagreeing:
        yield f"**Not the same answers as Foedus: {', '.join(size.disagreeing)}.**"
    yield table(
        ["who", "asked", "answers/s", "p50, ms", "p99, ms", "failed"],
        (
            [one.name, one.what, f"{one.per_second:,.0f}", f"{one.p50:.1f}", f"{one.p99:.1f}", str(one.failed)]
            if one.runs
            else [one.name, one.what, "absent", "", "", one.absent]
            for one in size.subjects
        ),
    )
    yield table(
        ["memory, MB", "resident at first", "resident after", "of that its own", "peak"],
        (
            [name, *(f"{bytes_ / 1e6:.0f}" for bytes_ in (before.resident, after.resident, after.own, after.peak))]
            for name, (before, after) in size.memory.items()
        ),
    )
    yield _load(size)
    if isinstance(size.profile, str):
        yield size.profile
    elif size.profile is not None:
        yield from _profile(size.profile)


def _alone(size: Size) -> Iterable[str]:
    yield f"## {size.facts:,} facts, Foedus alone"
    yield _load(size)


def _load(size: Size) -> str:
    load = size.load
    bare = f"{load['bare']:.1f} s" if "bare" in load else "was not tried"
    return (
        f"Load: {load['rows']:,.0f} rows in {load['seconds']:.1f} s, besides {load['making']:.1f} s in which the"
        f" synthetic entries were made; a bare executemany of the same rows {bare}. It had all cores: a load makes its"
        " rows in a second process if there is"
        " a second core, a bare one is one process. Peaks of memory of both together"
        f" {load['peak'] / 1e6:.0f} MB; the file has {size.load['bytes'] / 1e6:,.0f} MB.{KEPT if size.kept else ''}"
    )


def _profile(profile: Profile) -> Iterable[str]:
    yield f"New questions, profiled with py-spy ({profile.samples} samples): at work itself, or with what it calls."
    rows = zip(profile.own, profile.within, strict=False)
    yield table(
        ["itself", "share", "with what it calls", "share"],
        ([f"`{own}`", f"{share:.1%}", f"`{within}`", f"{all_:.1%}"] for (own, share), (within, all_) in rows),
    )


def _by_size(sizes: list[Size]) -> Iterable[str]:
    """Yield what a corpus takes, and what a page of it costs, sort by sort, at every size."""
    yield table(
        ["facts", "on disk, MB", "load, s", "ms a fact", "memory of the load, MB", "loaded"],
        (
            [
                f"{size.facts:,}",
                f"{size.load['bytes'] / 1e6:,.0f}",
                f"{size.load['seconds']:,.1f}",
                f"{1000 * size.load['seconds'] / size.facts:.2f}",
                f"{size.load['peak'] / 1e6:.0f}",
                "in an earlier run" if size.kept else "in this run",
            ]
            for size in sizes
        ),
    )
    yield "One page at a time: half of the answers took at most so many ms, 99 of 100 what stands in brackets."
    yield table(
        ["page", *(f"{size.facts:,} facts" for size in sizes)],
        ([some[0].name, *map(_page, some)] for some in zip(*(size.pages for size in sizes), strict=True)),
    )


def _page(asked: Subject) -> str:
    if not asked.runs:
        return "none"
    return f"{asked.p50:.2f} ({asked.p99:.1f})" + (f", **{asked.failed} failed**" if asked.failed else "")


def _start(medians: tuple[float, float, float]) -> list[str]:
    wall, cpu, resident = medians
    return [f"{wall:.2f}", f"{cpu:.2f}", f"{resident / 1e6:.0f}"]
