"""`load --dataset`: articles and data sets in one release, rows reconciled, proven by `verify`; the old one stays."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from app.facts import FACTS
from app.settings import MIGRATIONS
from seed import corpus, receipts, rules
from seed.datasets import Importer, named
from seed.importers import IMPORTERS
from seed.load import load
from tests.conftest import Api, Database, api_of, small_corpus
from tests.seed.conftest import Bench

DATASETS = Path(__file__).parent.parent / "datasets"
FILES = {"sipri-orders": "orders.csv", "sipri-deliveries": "deliveries.csv", "us-eda": "eda.csv"}


@pytest.fixture
def whole(bench: Bench) -> Bench:
    """A bench with the real list of countries, and the data sets' files beside it."""
    reference = bench.root / "reference"
    shutil.copy(corpus.HERE / "reference" / "countries.yml", reference / "countries.yml")
    shutil.copy(corpus.HERE / "reference" / "names.yml", reference / "names.yml")
    for file in FILES.values():
        shutil.copy(DATASETS / file, bench.root / file)
    return bench


def loading(bench: Bench, *more: str) -> list[str | Path]:
    """Return the arguments of a load of all data sets."""
    given = [f"--dataset={name}={bench.root / file}" for name, file in FILES.items()]
    return ["load", "--to", url(bench), *given, *more]


def url(bench: Bench) -> str:
    """Return the bench's own database."""
    return f"sqlite:///{bench.root / 'f.sqlite'}"


def test_load_ends_with_a_reconciliation_that_adds_up(whole: Bench) -> None:
    done = whole.cli(*loading(whole))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "sipri-orders (orders.csv): 14 rows read = 12 facts + 0 rows merged + 2 rows refused; 4 reported" in lines
    assert (
        "sipri-deliveries (deliveries.csv): 8 rows read = 4 facts + 2 rows merged + 2 rows refused; 0 reported" in lines
    )
    assert "us-eda (eda.csv): 11 rows read = 9 facts + 0 rows merged + 2 rows refused; 3 reported" in lines
    assert "  1 refused: the year of order is no year" in lines
    assert "    orders.csv:18: 20x7" in lines


def test_json_says_it_to_machines_with_what_changed(whole: Bench) -> None:
    first = whole.cli(*loading(whole, "--json"))
    told: dict[str, Any] = json.loads(first.stdout)
    assert told["changes"] == {}
    for one in told["datasets"]:
        assert one["rows"] == one["facts"] + one["merged"] + len(one["refused"])
        assert sum(one["refused_by_reason"].values()) == len(one["refused"])
    eda = whole.root / "eda.csv"
    rows = eda.read_bytes().split(b"\r\n")
    # One request is gone, one has a later status, one is new.
    later = [rows[0], *rows[2:3], rows[3].replace(b"Service Authorized to Supply EDA", b"EDA Rejected"), *rows[4:]]
    new = b"Grant Authority,2016,Army,Morocco,SPADES,EDA Delivered,12/9/16,8,8,8,0,8,$300.00,$30.00"
    eda.write_bytes(b"\r\n".join([*later, new]))
    changes = json.loads(whole.cli(*loading(whole, "--json")).stdout)["changes"]
    # The rows below the one that is gone stand elsewhere now: their citations are others.
    assert changes == {told["release"]: {"added": 1, "modified": 8, "retired": 1}}


def test_the_release_follows_the_files(whole: Bench) -> None:
    one = json.loads(whole.cli(*loading(whole, "--json")).stdout)["release"]
    assert json.loads(whole.cli(*loading(whole, "--json")).stdout)["release"] == one
    orders = whole.root / "orders.csv"
    orders.write_bytes(orders.read_bytes().replace(b"Kestrel-4B", b"Kestrel-4C"))
    assert json.loads(whole.cli(*loading(whole, "--json")).stdout)["release"] != one


def test_a_wrong_file_leaves_the_old_release(whole: Bench) -> None:
    assert whole.cli(*loading(whole)).returncode == 0
    before = (whole.root / "f.sqlite").readlink()
    (whole.root / "orders.csv").write_text("<html>Service unavailable</html>")
    done = whole.cli(*loading(whole))
    assert done.returncode == 1
    assert done.stderr.startswith("orders.csv:1: it is a web page, not a table")
    assert (whole.root / "f.sqlite").readlink() == before


def test_verify_proves_every_row_and_notices_a_changed_one(whole: Bench) -> None:
    assert whole.cli(*loading(whole)).returncode == 0
    proven = [f"--text={name}={whole.root / file}" for name, file in FILES.items()]
    done = whole.cli("verify", "--to", url(whole), *proven)
    assert done.returncode == 0, done.stdout + done.stderr
    # The file's digest and the number of passages, and twice every row that is cited.
    assert "sipri-orders (against orders.csv): 26 checks passed, 0 failed" in done.stdout
    assert "sipri-deliveries (against deliveries.csv): 14 checks passed, 0 failed" in done.stdout
    file = whole.root / "deliveries.csv"
    file.write_text(file.read_text().replace("70002,Austria,Greece", "70002,Austria,Greace"))
    done = whole.cli("verify", "--to", url(whole), f"--text=sipri-deliveries={file}")
    assert done.returncode == 1
    assert re.search(
        r"FAILED sipri-deliveries\.row-9\.[0-9a-f]{8}: the words that are served do not stand there", done.stdout
    )
    assert "FAILED sha256 of deliveries.csv: it is not the file that was loaded" in done.stdout


def test_verify_of_what_is_not_loaded_says_so(whole: Bench) -> None:
    assert whole.cli("load", "--to", url(whole)).returncode == 0
    done = whole.cli("verify", "--to", url(whole), f"--text=us-eda={whole.root / 'eda.csv'}")
    assert done.returncode == 1
    assert "the current release has no us-eda: load it" in done.stderr


def test_importers_lists_names_and_columns(bench: Bench) -> None:
    listed = json.loads(bench.cli("importers", "--json").stdout)
    assert [one["name"] for one in listed][:3] == list(FILES)
    assert listed[0]["columns"].count(" ") == 3
    assert "sipri-deliveries: " in bench.cli("importers").stdout


@pytest.fixture(scope="module")
def loaded(database: Callable[[str], Database], tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The tests' corpus and all data sets, on each engine; loaded twice, the first time with orders only."""
    root = small_corpus(tmp_path_factory.mktemp("corpus"))
    shutil.copy(corpus.HERE / "reference" / "names.yml", root / "reference" / "names.yml")
    found = corpus.read(root, FACTS)
    rules.check(found)
    made = database("datasets")
    datasets = named(IMPORTERS, [f"{name}={DATASETS / file}" for name, file in FILES.items()])
    changes: list[dict[str, Counter[str]]] = []
    for some in (datasets[:1], datasets):
        load(
            found,
            made.load,
            FACTS,
            MIGRATIONS,
            lambda _: None,
            datasets=some,
            told=lambda _, changed: changes.append(changed),
        )
    first, second = changes
    assert first == {}
    assert list(second.values()) == [Counter(added=13)]
    return made


@pytest.fixture(scope="module")
def api(loaded: Database, portal: BlockingPortal) -> Iterator[Api]:
    """The API over them."""
    yield from api_of(loaded.read, portal)


@pytest.mark.parametrize("importer", IMPORTERS[:3], ids=lambda importer: importer.name)
def test_every_row_is_proven_on_either_engine(loaded: Database, importer: Importer) -> None:
    proof = receipts.against_file(importer, DATASETS / FILES[importer.name], loaded.read)
    assert proof.failed == []
    assert proof.checked >= 14


def test_a_row_is_served_with_its_receipt(api: Api) -> None:
    (fact,) = api.json("/transfers?from=TR&to=AZ&source=sipri-orders")["data"]
    (passage,) = fact["evidence"]
    assert (passage["selector"], passage["fragment"], passage["start"]) == ("fragment", "row=7", None)
    # By its place and its words: row 7 of the next edition is another passage.
    assert passage["id"] == f"sipri-orders.row-7.{passage['sha256'][:8]}"
    assert api.json(f"/evidence/{passage['id']}")["data"] == passage
    assert passage["exact"].startswith("Azerbaijan,Turkiye,2011,")


def test_a_source_of_rows_says_how_many(api: Api) -> None:
    source = api.json("/sources/us-eda")["data"]
    assert (source["rows"], source["facts"], source["characters"]) == (11, 9, None)


def test_an_armed_group_is_asked_for_by_its_name_and_is_no_state(api: Api) -> None:
    assert len(api.ids("/transfers?to=PKK (Turkiye)")) == 1
    assert api.ids("/transfers?to=TR&source=sipri-orders") == []
    (fact,) = api.json("/transfers?from=unknown supplier")["data"]
    assert fact["supplier"] == {"id": "unknown-supplier", "kind": "unknown", "name": "unknown supplier"}


def test_nothing_delivered_is_withheld(api: Api) -> None:
    answer = api.json("/transfers?source=us-eda")
    assert answer["meta"]["total"] == 3
    assert answer["meta"]["withheld"]["planned"] == 3
    assert answer["meta"]["withheld"]["denied"] == 3


def test_a_row_is_a_fragment_in_linked_data(api: Api) -> None:
    """By the W3C's words: a FragmentSelector that conforms to RFC 7111, beside the quotation."""
    (fact,) = [
        one for one in api.json("/transfers.jsonld?from=TR&to=AZ&source=sipri-orders")["@graph"] if "evidence" in one
    ]
    (passage,) = fact["evidence"]
    quote, place = passage["target"]["selector"]
    assert quote["exact"].startswith("Azerbaijan,Turkiye,2011,")
    assert place == {
        "type": "oa:FragmentSelector",
        "rdfValue": "row=7",
        "conformsTo": "http://tools.ietf.org/rfc/rfc7111",
    }
