"""All five real files, whole, in one release: `python -m tests.sources.whole FOLDER` loads, proves and counts them.

It takes minutes, so no run of the tests does it. Readers that share no code with ours count the rows again.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tarfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.conftest import SHARED

FILES = {
    "sipri-orders": SHARED / "sipri" / "orders_excerpt_2025-03.csv",
    "sipri-deliveries": SHARED / "sipri" / "deliveries_excerpt_1990-2023.csv",
    "us-eda": SHARED / "us_eda" / "EDA_Public_Report.csv",
    "mme": SHARED / "mme" / "mme_v7.csv",
    "fmtrpt": SHARED / "fmtrpt" / "fmtrpt_xml_dedup_FY1999-2021.tar.xz",
}


def rows_of(name: str) -> int:
    """Count the records of a file, by nothing of ours."""
    file = FILES[name]
    if name == "fmtrpt":
        with tarfile.open(file) as archive:
            opened = (archive.extractfile(member) for member in archive)
            return sum(one.read().count(b"<training>") for one in opened if one is not None)
    if name in ("us-eda", "mme"):
        with file.open(encoding="utf-8-sig", newline="") as table:
            return sum(1 for _ in csv.DictReader(table))
    lines = file.read_text(encoding="latin-1").split("\n")
    start = next(at for at, line in enumerate(lines) if line.startswith(("Recipient,", "SIPRI AT")))
    # A record is as long as its header, however it is broken: so its commas count records.
    return sum(line.count(",") for line in lines[start + 1 :]) // lines[start].count(",")


def main() -> int:
    """Load into a folder, unless it was done; verify; say what does not agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    url, told = f"sqlite:///{folder.resolve() / 'f.sqlite'}", folder / "out.json"
    seed = [sys.executable, "-m", "seed"]
    with suppress(FileExistsError):
        folder.mkdir()
    if not told.exists():
        given = [f"--dataset={name}={file}" for name, file in FILES.items()]
        done = subprocess.run([*seed, "load", "--json", "--to", url, *given], check=True, stdout=subprocess.PIPE)
        told.write_bytes(done.stdout)
    wrong: list[str] = []
    receipts: list[dict[str, Any]] = json.loads(told.read_text(encoding="utf-8"))["datasets"]
    for one in receipts:
        name, rows, refused = one["name"], one["rows"], len(one["refused"])
        print(f"{name}: {rows} rows = {one['facts']} facts + {one['merged']} merged + {refused} refused")  # noqa: T201  # its output
        if rows != one["facts"] + one["merged"] + refused:
            wrong.append(f"{name}: the reconciliation does not add up")
        if rows != (other := rows_of(name)):
            wrong.append(f"{name}: another reader counts {other} rows")
    proven = [f"--text={name}={file}" for name, file in FILES.items()]
    if subprocess.run([*seed, "verify", "--to", url, *proven], check=False).returncode:
        wrong.append("verify failed")
    print("\n".join(wrong) or "all agree")  # noqa: T201  # its output
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
