"""All five importers' real files in one release (of the trainings one report's region): what answers across sources.

The whole archive of trainings takes minutes to load: `python -m tests.sources.whole` does that, not every run.
"""

from __future__ import annotations

import csv
import io
import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from app.facts import FACTS
from app.settings import MIGRATIONS
from seed import corpus, receipts, rules
from seed.datasets import Receipt, named
from seed.importers import IMPORTERS
from seed.load import load
from tests.conftest import SHARED, api_of

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

    from tests.conftest import Api

REPORT = "2009_2010_Europe_fmtrpt_dedup.xml"
FILES = {
    "sipri-orders": SHARED / "sipri" / "orders_excerpt_2025-03.csv",
    "sipri-deliveries": SHARED / "sipri" / "deliveries_excerpt_1990-2023.csv",
    "us-eda": SHARED / "us_eda" / "EDA_Public_Report.csv",
    "mme": SHARED / "mme" / "mme_v7.csv",
}
# A programme's total is a record too, and is refused: it would count everybody again.
TOTALS = "Program Totals"
ARCHIVE = SHARED / "fmtrpt" / "fmtrpt_xml_dedup_FY1999-2021.tar.xz"


class One:
    """A release of all, its files and its receipts."""

    def __init__(self, folder: Path) -> None:
        """Load it."""
        with tarfile.open(ARCHIVE) as archive:
            (member,) = (one for one in archive.getmembers() if one.name.endswith(REPORT))
            content = archive.extractfile(member)
            assert content is not None
            report = folder / REPORT
            report.write_bytes(content.read())
        self.files = FILES | {"fmtrpt": report}
        self.url = f"sqlite:///{folder / 'f.sqlite'}"
        self.receipts: list[Receipt] = []
        found = corpus.read(corpus.HERE, FACTS)
        rules.check(found)
        datasets = named(IMPORTERS, [f"{name}={file}" for name, file in self.files.items()])
        load(
            found,
            self.url,
            FACTS,
            MIGRATIONS,
            lambda _: None,
            datasets=datasets,
            told=lambda told, _: self.receipts.extend(told),
        )


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> One:
    """One release of all."""
    return One(tmp_path_factory.mktemp("one"))


@pytest.fixture(scope="module")
def api(one: One, portal: BlockingPortal) -> Iterator[Api]:
    """The API over it."""
    yield from api_of(one.url, portal)


def by_source(api: Api, target: str) -> Counter[str]:
    """Return how many facts of each source a list has."""
    return Counter(fact["evidence"][0]["source"]["id"] for fact in api.json(f"{target}limit=500")["data"])


def test_every_reconciliation_adds_up(one: One) -> None:
    assert {receipt.name for receipt in one.receipts} == set(one.files)
    for receipt in one.receipts:
        assert receipt.rows == receipt.facts + receipt.merged + len(receipt.refused), receipt.name


@pytest.mark.parametrize("importer", IMPORTERS[3:], ids=lambda importer: importer.name)
def test_verify_proves_every_row(one: One, importer: object) -> None:
    (found,) = (other for other in IMPORTERS if other is importer)
    proof = receipts.against_file(found, one.files[found.name], one.url)
    assert proof.failed == []
    assert proof.checked > 2 * 1000


def test_the_united_states_and_turkey_are_in_several_sources(api: Api) -> None:
    (relation,) = api.json("/relations?between=US,TR")["data"]
    counted = Counter[str]()
    for count in relation["facts"]:
        counted[count["source"]] += count["count"]
    assert set(counted) >= {"sipri-orders", "sipri-deliveries", "us-eda", "mme"}
    listed = api.json("/relations/US/TR?limit=500")
    assert "several_sources" in [note["code"] for note in listed["meta"]["notes"]]
    # The same pair, counted by another reader of the files.
    with FILES["us-eda"].open(encoding="utf-8-sig", newline="") as file:
        delivered = sum(
            row["Country (Transfer to)"] == "Turkey" and row["Status"] == "EDA Delivered"
            for row in csv.DictReader(file)
        )
    assert counted["us-eda"] == delivered
    drills = pd.read_csv(FILES["mme"], dtype=str, keep_default_na=False)
    states = drills[[column for column in drills.columns if column.startswith("State")]]
    both = states.eq("USA").any(axis=1) | states.eq("United States").any(axis=1)
    both &= states.isin(["Turkey", "Türkiye"]).any(axis=1)
    assert counted["mme"] == both.sum()
    alone = states[both].replace("-9", "").ne("").sum(axis=1).eq(2).sum()
    bilateral = [one for one in relation["facts"] if one["source"] == "mme" and not one["multilateral"]]
    assert sum(one["count"] for one in bilateral) == alone


def test_russia_and_azerbaijan_are_in_both_exports(api: Api) -> None:
    answer = api.json("/transfers?from=RU&to=AZ&limit=500")
    assert "several_sources" in [note["code"] for note in answer["meta"]["notes"]]
    found = by_source(api, "/transfers?from=RU&to=AZ&modality=any&")
    text = FILES["sipri-orders"].read_text(encoding="latin-1")
    assert found["sipri-orders"] == len(re.findall(r"^Azerbaijan,Russia,", text, re.MULTILINE)) > 0
    text = FILES["sipri-deliveries"].read_text(encoding="latin-1")
    deals = set(re.findall(r"^([0-9]+),Russia,Azerbaijan,", text, re.MULTILINE))
    assert found["sipri-deliveries"] == len(deals) > 0
    groups = api.json("/transfers?from=RU&to=AZ&group_by=recipient&sum=number_delivered")["data"]
    assert [row["source"] for row in groups].count("sipri-deliveries") == 1


def test_trainings_of_azerbaijan_say_whose_they_are(one: One, api: Api) -> None:
    answer = api.json("/trainings?recipient=AZ&modality=any&facet=source")
    (facet,) = answer["meta"]["facets"]
    assert {value["value"] for value in facet["values"]} == {"fmtrpt", "forbes-turkey-azerbaijan-2021"}
    text = one.files["fmtrpt"].read_text(encoding="utf-8")
    country = text[text.index('<country name="Azerbaijan"') :]
    refused = next(receipt for receipt in one.receipts if receipt.name == "fmtrpt").refused
    records = country[: country.index("</country>")].count("<training>")
    total = api.json("/trainings?recipient=AZ&modality=any&source=fmtrpt")["meta"]["total"]
    assert records - len(refused) <= total <= records
    (row,) = api.json("/trainings?recipient=AZ&source=fmtrpt&group_by=source&sum=people")["data"]
    trainings = [one for one in country[: country.index("</country>")].split("<training>")[1:] if TOTALS not in one]
    people = re.findall(r"<quantity>\s*([0-9]+)\s*</quantity>", "".join(trainings))
    assert row["sums"]["people"]["sum"] == sum(map(int, people))


def test_the_panel_of_deliveries_agrees_with_another_reader(api: Api) -> None:
    lines = FILES["sipri-deliveries"].read_text(encoding="latin-1").split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith("SIPRI AT"))
    rows = [line.split(",") for line in lines[start + 1 :] if line]
    expected = Counter[str]()
    for row in rows:
        if row[1] == "United States" and "2000" <= row[10] <= "2009":
            expected[row[10]] += int(row[8])
    asked = "unit=directed-dyad-year&kind=transfer&source=sipri-deliveries&country=US&since=2000&until=2009"
    answer = api.get(f"/panel.csv?{asked}")
    assert answer.status_code == 200
    panel = pd.read_csv(io.StringIO(answer.text))
    given = panel[panel["ccode1"] == 2].groupby("year")["number_delivered"].sum()
    stateless = sum(
        int(row[8]) for row in rows if row[1] == "United States" and "*" in row[2] and "2000" <= row[10] <= "2009"
    )
    assert given.sum() + stateless == pytest.approx(sum(expected.values()), abs=0.02 * sum(expected.values()))
    assert not panel["facts"].isna().any(), "the export speaks of all of these years"
