"""A file that is not what its importer expects is refused, with what was expected and what was found."""

from __future__ import annotations

from pathlib import Path

import pytest

from seed.datasets import Importer, Made, Reading, named
from seed.findings import Rejected
from seed.importers import IMPORTERS
from seed.importers.mme import MME
from seed.importers.sipri_deliveries import SIPRI_DELIVERIES
from seed.importers.sipri_orders import SIPRI_ORDERS
from seed.importers.us_eda import US_EDA
from tests.importers.conftest import DATASETS, Read, rejected

ORDERS = (DATASETS / "orders.csv").read_bytes()
EDA = (DATASETS / "eda.csv").read_bytes()
HEADER = EDA.split(b"\r\n")[0]
MME_TABLE = (DATASETS / "mme.csv").read_bytes()
WRONG = {
    "web page": (SIPRI_ORDERS, b"<!DOCTYPE html><html><body>Not found</body></html>\n", "web page", "browser"),
    "empty": (SIPRI_ORDERS, b"\n", "empty", "download"),
    "part of a web page": (SIPRI_ORDERS, b"<body><h1>503</h1></body>\n", "web page", "browser"),
    "no row": (US_EDA, HEADER, "no row", "download"),
    "cut off": (SIPRI_ORDERS, ORDERS[:-25], "cut off", "download"),
    "cut off in quotes": (US_EDA, EDA[:-8].rsplit(b",", 2)[0] + b',"12', "quotation marks are broken", "cut off"),
    "renamed column": (US_EDA, EDA.replace(b"Item Description", b"Item"), "'Item'", "'Item Description'"),
    "columns in another order": (
        US_EDA,
        EDA.replace(b"Item Description,Status", b"Status,Item Description"),
        "they stand in another order",
        "expected 'Transfer Authority', 'Fiscal",
    ),
    "a column twice": (
        US_EDA,
        EDA.replace(HEADER, HEADER + b",Status"),
        "missing none; unexpected 'Status'",
        "expected",
    ),
    "columns without end": (US_EDA, HEADER + b",x" * 9_000_000, "and 8,999,934 more", "expected 'Transfer Authority'"),
    "other case": (US_EDA, EDA.replace(HEADER, HEADER.upper()), "unexpected 'TRANSFER AUTHORITY'", "expected"),
    "semicolons": (SIPRI_ORDERS, ORDERS.replace(b",", b";"), "told apart by semicolons, not by commas", "download it"),
    "tabs": (US_EDA, EDA.replace(b",", b"\t"), "told apart by tabs, not by commas", "download it again"),
    "quoted": (SIPRI_ORDERS, ORDERS.replace(b",", b'","').replace(b"\n", b'"\n"'), "in quotation marks", "spreadsheet"),
    "carriage returns": (US_EDA, EDA.replace(b"\r\n", b"\r"), "a carriage return alone", "line feeds"),
    "a quotation mark that is not closed": (
        MME,
        MME_TABLE.replace(b",-9,", b',"-9,', 1) + b"x" * 200_000,
        "more than 131,072 characters: a quotation mark may not be closed",
        "download it again",
    ),
    "NUL": (US_EDA, EDA.replace(b"TENT", b"T\x00NT"), "character 0x00", "save it"),
    "another data set": (SIPRI_DELIVERIES, ORDERS, "missing 'SIPRI AT Database ID'", "expected 'SIPRI AT Database ID'"),
    "utf-16": (SIPRI_ORDERS, ORDERS.decode("latin-1").encode("utf-16"), "UTF-16", "UTF-8 with a BOM, or Latin-1"),
    "not utf-8": (US_EDA, EDA.replace(b"TENT", b"T\xc9NT"), "not UTF-8", "save it as UTF-8"),
    "dos letters": (SIPRI_ORDERS, ORDERS.replace(b"Aliz\xe9", b"Aliz\x82"), "0x82", "Latin-1"),
    "binary": (US_EDA, b"PK\x03\x04\x00\x00", "0x03", "save it"),
}


TABLES = {"sipri-orders": "orders.csv", "sipri-deliveries": "deliveries.csv", "us-eda": "eda.csv", "mme": "mme.csv"}
# A cell that a summary is made of, and its row.
NAMES = {
    "sipri-orders": (b"Kestrel-4", "7"),
    "sipri-deliveries": (b"Panther-7", "9"),
    "us-eda": (b"Morocco", "6"),
    "mme": (b"Northern Anvil 81", "2"),
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
    assert len(str(finding)) < 10_000


@pytest.mark.parametrize("importer", IMPORTERS[:4], ids=lambda importer: importer.name)
@pytest.mark.parametrize("blank", [b"", b"  "], ids=["nothing", "spaces"])
def test_blank_lines_are_no_rows(read: Read, tmp_path: Path, importer: Importer, blank: bytes) -> None:
    content = (DATASETS / TABLES[importer.name]).read_bytes()
    end = b"\r\n" if b"\r\n" in content else b"\n"
    *before, last = content.rstrip().split(end)
    file = tmp_path / "blank.csv"
    file.write_bytes(end.join([*before, blank, last, blank, blank, b""]))
    made, plain = read(importer, file), read(importer, DATASETS / TABLES[importer.name])
    assert made.receipt.rows == plain.receipt.rows
    assert [fact.id for fact in made.facts] == [fact.id for fact in plain.facts]
    passage = importer.passages(file)
    for citation in (citation for fact in made.facts for citation in fact.evidence):
        assert passage({"fragment": citation.fragment}) == citation.exact


@pytest.mark.parametrize("importer", IMPORTERS[:4], ids=lambda importer: importer.name)
@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (b"x" * 30_000, "the row is too long to be one"),
        (b"x" * 500, "a cell, or what a sentence is made of, does not fit its field"),
        (b"x,x", "the row has not as many cells as the header"),
    ],
    ids=["too long to be cited", "too long for a sentence", "too many cells"],
)
def test_a_row_that_does_not_fit_is_refused_alone(
    read: Read, tmp_path: Path, importer: Importer, cell: bytes, reason: str
) -> None:
    known, row = NAMES[importer.name]
    content = (DATASETS / TABLES[importer.name]).read_bytes()
    file = tmp_path / "long.csv"
    file.write_bytes(content.replace(known, cell, 1))
    made, plain = read(importer, file), read(importer, DATASETS / TABLES[importer.name])
    (refused,) = [one for one in made.receipt.refused if one.where == row]
    assert refused.reason == reason
    assert len(refused.what) < 300
    assert made.receipt.rows == plain.receipt.rows


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
