"""The real data sets: every row accounted for and proven, and the counts agree with those of another reader."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.facts import FACTS
from app.settings import MIGRATIONS
from seed import corpus, receipts, rules
from seed.datasets import Receipt, named
from seed.importers import IMPORTERS
from seed.load import load
from tests.conftest import SHARED

FILES = {
    "sipri-orders": SHARED / "sipri" / "orders_excerpt_2025-03.csv",
    "sipri-deliveries": SHARED / "sipri" / "deliveries_excerpt_1990-2023.csv",
    "us-eda": SHARED / "us_eda" / "EDA_Public_Report.csv",
}
BY_NAME = {importer.name: importer for importer in IMPORTERS}


@dataclass
class Loaded:
    """A release of all of them."""

    url: str
    file: Path
    receipts: dict[str, Receipt]
    facts: dict[str, list[dict[str, Any]]]

    def rows(self, name: str) -> Counter[str]:
        """Return the lines that facts of a data set cite, and how often."""
        return Counter(
            line
            for fact in self.facts[name]
            for one in fact["evidence"]
            for line in _lines(one["fragment"].removeprefix("row="))
        )


def _lines(where: str) -> list[str]:
    first, _, last = where.partition("-")
    return [str(number) for number in range(int(first), int(last or first) + 1)]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Load the article and the real files into one release."""
    pointer = tmp_path_factory.mktemp("real") / "f.sqlite"
    found = corpus.read(corpus.HERE, FACTS)
    rules.check(found)
    heard: list[Receipt] = []
    datasets = named(IMPORTERS, [f"{name}={file}" for name, file in FILES.items()])
    url = f"sqlite:///{pointer}"
    load(found, url, FACTS, MIGRATIONS, lambda _: None, datasets=datasets, told=lambda told, _: heard.extend(told))
    facts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with closing(sqlite3.connect(pointer)) as connection:
        for (answer,) in connection.execute("SELECT answer FROM fact"):
            fact = json.loads(answer)
            facts[fact["evidence"][0]["source"]["id"]].append(fact)
    return Loaded(url, pointer, {one.name: one for one in heard}, facts)


@pytest.mark.parametrize(
    ("name", "rows", "facts", "merged"),
    [("sipri-orders", 1617, 1617, 0), ("sipri-deliveries", 1387, 695, 692), ("us-eda", 4116, 4116, 0)],
)
def test_the_reconciliation_adds_up(loaded: Loaded, name: str, rows: int, facts: int, merged: int) -> None:
    receipt = loaded.receipts[name]
    assert (receipt.rows, receipt.facts, receipt.merged, receipt.refused) == (rows, facts, merged, [])
    assert len(loaded.facts[name]) == facts


@pytest.mark.parametrize("name", FILES)
def test_verify_proves_every_row(loaded: Loaded, name: str) -> None:
    proof = receipts.against_file(BY_NAME[name], FILES[name], loaded.url)
    assert proof.failed == []
    assert proof.checked == 2 + 2 * sum(len(fact["evidence"]) for fact in loaded.facts[name])
    assert set(loaded.rows(name).values()) == {1}


def body(name: str, header: str) -> list[str]:
    """Return the lines below a header, read by nothing of ours."""
    lines = FILES[name].read_bytes().decode("latin-1").split("\n")
    return lines[next(number for number, line in enumerate(lines) if line.startswith(header)) + 1 : -1]


def test_orders_are_as_many_as_their_commas_say(loaded: Loaded) -> None:
    """A record of 16 cells has 15 commas, however it is broken."""
    lines = body("sipri-orders", "Recipient,")
    commas = sum(line.count(",") for line in lines)
    assert commas == 15 * len(loaded.facts["sipri-orders"])
    assert sum(loaded.rows("sipri-orders").values()) == len(lines)


def test_orders_agree_with_another_reader(loaded: Loaded) -> None:
    text = "\n".join(body("sipri-orders", "Recipient,"))
    status = Counter(re.findall(r",(New|Second hand|Second hand but modernized),", text))
    found = Counter(fact["condition"] for fact in loaded.facts["sipri-orders"])
    assert found == {
        "new": status["New"],
        "second_hand": status["Second hand"],
        "second_hand_modernized": status["Second hand but modernized"],
    }
    assert sum(found.values()) == 1617
    delivered = Counter(fact["modality"] for fact in loaded.facts["sipri-orders"])
    nothing = len(re.findall(r",0,,,(?:New|Second hand|Second hand but modernized),", text))
    assert delivered == {"actual": 1617 - nothing, "planned": nothing}
    assert {fact["category"] for fact in loaded.facts["sipri-orders"]} == {None}
    soviet = len(re.findall(r"^[^,\n]+,Soviet Union,", text, re.MULTILINE))
    assert len([fact for fact in loaded.facts["sipri-orders"] if fact["supplier"]["id"] == "SUHH"]) == soviet


def test_deliveries_agree_with_another_reader(loaded: Loaded) -> None:
    rows = [line.split(",") for line in body("sipri-deliveries", "SIPRI AT")]
    deals: dict[str, int] = defaultdict(int)
    before = {row[0] for row in rows if int(row[6]) < 1990}
    for row in rows:
        deals[row[0]] += int(row[8])
    served = {fact["id"].removeprefix("sipri-deal-"): fact for fact in loaded.facts["sipri-deliveries"]}
    assert set(served) == set(deals)
    totals = {id_: fact["number_delivered"] and fact["number_delivered"]["value"] for id_, fact in served.items()}
    assert totals == {id_: None if id_ in before else total for id_, total in deals.items()}
    parts = {id_: sum(one["number"]["value"] for one in fact["deliveries"]) for id_, fact in served.items()}
    assert parts == deals
    categories = Counter({row[0]: row[5] for row in rows}.values())
    assert Counter(fact["category"].replace("_", " ") for fact in served.values()) == {
        category.lower(): count for category, count in categories.items()
    }


def test_excess_defense_articles_agree_with_another_reader(loaded: Loaded) -> None:
    with FILES["us-eda"].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    words = {"Authorized": "authorised", "Offered": "offered", "Implemented": "ordered", "Delivered": "delivered"}
    words |= {"Cancelled": "cancelled", "Rejected": "rejected"}
    expected: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        status = next(ours for theirs, ours in words.items() if theirs in row["Status"])
        expected[status]["rows"] += 1
        expected[status]["delivered"] += int(row["Total Delivered Qty"].replace("N/A", "0"))
        expected[status]["cents"] += round(float(re.sub(r"[$,]", "", row["Total Acquisition Value"]) or 0) * 100)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for fact in loaded.facts["us-eda"]:
        counted = found[fact["deal_status"]]
        counted["rows"] += 1
        counted["delivered"] += (fact["number_delivered"] or {"value": 0})["value"]
        values = [one for one in fact["values"] if one["what"] == "total acquisition value"]
        counted["cents"] += sum(round(one["amount"] * 100) for one in values)
    assert found == expected
    zero = [row for row in rows if row["Status"] == "EDA Delivered" and row["Total Delivered Qty"] == "0"]
    told = Counter(one.reason for one in loaded.receipts["us-eda"].reported)
    assert told["its status is delivered, but the number delivered is 0"] == len(zero) == 147


def test_no_name_of_the_real_files_is_left_unknown_but_what_they_call_unknown(loaded: Loaded) -> None:
    with closing(sqlite3.connect(loaded.file)) as connection:
        unknown = {row[0] for row in connection.execute("SELECT id FROM actor WHERE kind = 'unknown'")}
        groups = {
            row[0] for row in connection.execute("SELECT id FROM organization WHERE organization_type = 'armed_group'")
        }
    assert unknown == {"unknown-supplier", "unknown-recipient"}
    stars = "".join(file.read_text(encoding="latin-1") for file in list(FILES.values())[:2])
    assert len(groups) == len(set(re.findall(r"[\n,]([^,\n*]+)\*,", stars)))
