"""`python -m bench`: measures Foedus and its peers side by side in one run, and writes bench/report.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.load import wrk
from bench.measure import Plan, measure
from bench.report import text


def main() -> int:
    """Measure and report; exit with 1 if a budget fails and --strict is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--facts", default="100,10000", help="sizes of the synthetic corpora: 100,10000,1000000")
    parser.add_argument("--alone", default="", help="sizes that Foedus is loaded with and asked for pages of, alone")
    parser.add_argument("--postgresql", help="a URL of empty databases, of which {facts} is the size: pages alone, too")
    parser.add_argument("--seconds", type=float, default=5, help="of each run")
    parser.add_argument("--rounds", type=int, default=5, help="in each of which everybody has one run")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--quick", action="store_true", help="one short round: shows that it runs, measures nothing")
    parser.add_argument("--profile", action="store_true", help="keep where the time of new questions goes")
    parser.add_argument("--keep", type=Path, help="a folder for the databases: those that are there are not made again")
    parser.add_argument("--report", type=Path, default=Path(__file__).parent / "report.md")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a budget does not hold")
    given = parser.parse_args()
    wrk()
    with tempfile.TemporaryDirectory(prefix="foedus-bench-") as folder:
        plan = Plan(
            sizes=sorted(int(size) for size in given.facts.split(",")),
            alone=sorted(int(size) for size in given.alone.split(",") if size),
            postgresql=given.postgresql,
            seconds=1 if given.quick else given.seconds,
            rounds=1 if given.quick else given.rounds,
            connections=given.connections,
            starts=1 if given.quick else 2 * given.rounds + 1,
            questions=20 if given.quick else 400,
            profile=given.profile,
            folder=Path(folder),
            kept=given.keep or Path(folder),
            say=lambda what: print(what, flush=True),
        )
        found = measure(plan)
    command = " ".join(["python -m bench", *sys.argv[1:]])
    given.report.write_text(text(found, plan, command), encoding="utf-8")
    print(f"wrote {given.report}")
    for budget in found.budgets():
        print("  ".join(budget.row()))
    return 1 if given.strict and any("fails" in budget.verdict for budget in found.budgets()) else 0


if __name__ == "__main__":
    sys.exit(main())
