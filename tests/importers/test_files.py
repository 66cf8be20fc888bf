"""A file that is not what its importer expects is refused, with what was expected and what was found."""

from __future__ import annotations

from pathlib import Path

import pytest

from seed.datasets import Importer, Made, Reading, named
from seed.findings import Rejected
from seed.importers import IMPORTERS
from seed.importers.sipri_deliveries import SIPRI_DELIVERIES
from seed.importers.sipri_orders import SIPRI_ORDERS
from seed.importers.us_eda import US_EDA
from tests.importers.conftest import DATASETS, Read, rejected

ORDERS = (DATASETS / "orders.csv").read_bytes()
EDA = (DATASETS / "eda.csv").read_bytes()
WRONG = {
    "web page": (SIPRI_ORDERS, b"<!DOCTYPE html><html><body>Not found</body></html>\n", "web page", "browser"),
    "empty": (SIPRI_ORDERS, b"\n", "empty", "download"),
    "no row": (US_EDA, EDA.split(b"\r\n")[0], "no row", "download"),
    "cut off": (SIPRI_ORDERS, ORDERS[:-25], "cut off", "download"),
    "cut off in quotes": (US_EDA, EDA[:-8].rsplit(b",", 2)[0] + b',"12', "quotation marks are broken", "cut off"),
    "renamed column": (US_EDA, EDA.replace(b"Item Description", b"Item"), "'Item'", "'Item Description'"),
    "another data set": (SIPRI_DELIVERIES, ORDERS, "missing 'SIPRI AT Database ID'", "expected 'SIPRI AT Database ID'"),
    "utf-16": (SIPRI_ORDERS, ORDERS.decode("latin-1").encode("utf-16"), "UTF-16", "UTF-8 with a BOM, or Latin-1"),
    "not utf-8": (US_EDA, EDA.replace(b"TENT", b"T\xc9NT"), "not UTF-8", "save it as UTF-8"),
    "dos letters": (SIPRI_ORDERS, ORDERS.replace(b"Aliz\xe9", b"Aliz\x82"), "0x82", "Latin-1"),
    "binary": (US_EDA, b"PK\x03\x04\x00\x00", "0x03", "save it"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_refused_as_a_whole(read: Read, tmp_path: Path, case: str) -> None:
    importer, content, what, remedy = WRONG[case]
    file = tmp_path / "file.csv"
    file.write_bytes(content)
    finding = rejected(read, importer, file)
    assert finding.file == "file.csv"
    assert what in finding.what
    assert remedy in finding.remedy


@pytest.mark.parametrize(
    ("argument", "what"),
    [
        ("sipri-orders", "is not NAME=FILE"),
        ("sipri=x.csv", "there is no importer 'sipri'"),
        ("us-eda=nowhere.csv", "there is no file nowhere.csv"),
    ],
)
def test_a_wrong_argument_names_culprit_and_remedy(argument: str, what: str) -> None:
    with pytest.raises(Rejected) as caught:
        named(IMPORTERS, [argument])
    (finding,) = caught.value.findings
    assert what in finding.what
    assert finding.remedy


def test_a_data_set_is_given_once() -> None:
    argument = f"us-eda={DATASETS / 'eda.csv'}"
    with pytest.raises(Rejected, match="us-eda is given twice"):
        named(IMPORTERS, [argument, argument])


def test_a_row_that_an_importer_drops_silently_is_noticed(read: Read) -> None:
    def forgetful(file: Path, parties: object) -> Reading:
        reading = US_EDA.read(file, parties)  # type: ignore[arg-type]  # handed on
        kept = [one for one in reading.outcomes if isinstance(one, Made)]
        return Reading(reading.source, reading.scope, reading.rows, iter(kept[:-1]))

    broken = Importer("us-eda", "", US_EDA.columns, forgetful, US_EDA.passages)
    finding = rejected(read, broken, DATASETS / "eda.csv")
    assert finding.what == "11 rows were read, but 8 accounted for"
