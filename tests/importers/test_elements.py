"""XML of data sets: what is not the expected file is refused where it is not; nothing outside it is ever read."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Literal

import pytest

from seed import elements
from seed.elements import Record, Shape, element_passages, members, records
from seed.findings import Finding, Rejected

SHAPE = Shape(
    "all",
    {"all": frozenset({"row", "part"}), "part": frozenset({"row"}), "row": frozenset({"cell", "other"})},
    "row",
    named=frozenset({"part"}),
)
DOCTYPE = b'<!DOCTYPE all [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
BOMB = b'<!DOCTYPE all [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def found(content: bytes) -> list[Record]:
    """Read a file of this content."""
    return list(records(Path("a.xml"), "a.xml", content, SHAPE))


def refused(content: bytes) -> Finding:
    """Read what must be refused; return why."""
    with pytest.raises(Rejected) as caught:
        found(content)
    (finding,) = caught.value.findings
    return finding


def test_a_record_has_its_words_as_they_stand_its_line_and_its_xpath() -> None:
    first, second, third = found(
        "<all>\n<row><cell>å &amp; ä</cell></row> <row\n/>\n<row ><other/></row ></all>".encode()
    )
    assert (first.text, first.line, first.xpath) == ("<row><cell>å &amp; ä</cell></row>", 2, "/all/row[1]")
    assert first.cells == {"cell": "å & ä"}
    assert (second.text, second.xpath, second.cells) == ("<row\n/>", "/all/row[2]", {})
    assert (third.text, third.line, third.cells) == ("<row ><other/></row >", 4, {"other": ""})


def test_a_record_may_be_longer_than_what_is_read_at_once() -> None:
    long = "x" * 200_000
    (record,) = found(f"<all><row><cell>{long}</cell></row></all>".encode())
    assert record.cells["cell"] == long


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (DOCTYPE + b"<all><row><cell>&x;</cell></row></all>", "document type definition"),
        (BOMB + b"<all><row><cell>&b;</cell></row></all>", "document type definition"),
        (b"<all><row><cell>&x;</cell></row></all>", "undefined entity"),
        (b"<all><row><cell>1</cell></row>", "is no XML"),
        (b"<!doctype html><html></html>", "is no XML"),
        (b"a,b\n1,2\n", "is no XML"),
        (b"", "is empty"),
        (b"<every><row/></every>", "found <every> at the top"),
        (b"<all>\n<line/></all>", "a.xml:2: found <line> in <all>"),
        (b"<all><row><cell><b>1</b></cell></row></all>", "found <b> in <cell>"),
        (b"<all><row><cell>1</cell><cell>2</cell></row></all>", "<cell> stands twice"),
        (b'<?xml version="1.0" encoding="latin-1"?><all/>', "its encoding is latin-1"),
        (b"<all><row><cell>\xe9</cell></row></all>", "is no XML"),
        (b"<all><row><cell>\x00</cell></row></all>", "is no XML"),
        (b"<all>\n<part><row/></part></all>", "a.xml:2: a <part> has no name"),
        (b'<all><part name=" "><row/></part></all>', "a <part> has no name"),
        (b"<all><row><!-- <row/> --></row></all>", "a comment or a CDATA section"),
        (b"<all><row><cell><![CDATA[</row>]]></cell></row></all>", "a comment or a CDATA section"),
    ],
)
def test_what_is_not_expected_is_refused(content: bytes, what: str) -> None:
    finding = refused(content)
    assert what in finding.what
    assert finding.remedy


def packed(into: Path, mode: Literal["w:xz", "w:gz"], **files: bytes) -> Path:
    """Pack files of these contents."""
    file = into / "all.tar"
    with tarfile.open(file, mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name.replace("_", "."))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file


def test_an_archive_is_read_member_by_member(tmp_path: Path) -> None:
    file = packed(tmp_path, "w:xz", a_xml=b"<all/>", b_xml=b"<all><row/></all>")
    assert dict(members(file)) == {"a.xml": b"<all/>", "b.xml": b"<all><row/></all>"}


def test_an_archive_of_other_things_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match=r"readme\.txt is no XML file"):
        list(members(packed(tmp_path, "w:gz", a_xml=b"<all/>", readme_txt=b"hello")))


def test_an_archive_that_has_a_file_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "all.tar"
    with tarfile.open(file, "w") as archive:
        for name in ("a.xml", "again/a.xml"):
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    with pytest.raises(Rejected, match=r"a\.xml stands in it twice.*remove one"):
        list(members(file))


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"PK\x03\x04", "<all/>".encode("utf-16")], ids=str)
def test_what_is_neither_xml_nor_an_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "all.xml"
    file.write_bytes(content)
    with pytest.raises(Rejected, match="neither an XML file in UTF-8 nor a tar archive"):
        list(members(file))


def test_a_link_in_an_archive_is_never_followed(tmp_path: Path) -> None:
    file = tmp_path / "all.tar"
    with tarfile.open(file, "w") as archive:
        member = tarfile.TarInfo("a.xml")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)
    with pytest.raises(Rejected, match=r"a\.xml is no XML file"):
        list(members(file))


def test_an_archive_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    file = packed(tmp_path, "w:xz", a_xml=b"<all>" + bytes(range(32, 60)) * 900 + b"</all>", b_xml=b"<all/>")
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(Rejected, match="no whole archive"):
        list(members(file))


@pytest.mark.parametrize(("bound", "value"), [("LARGEST", 10), ("LARGEST_ALL", 30), ("MOST_FILES", 1)])
def test_what_unpacks_to_too_much_is_refused_before_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, value: int
) -> None:
    file = packed(tmp_path, "w:xz", a_xml=b"<all><row/></all>", b_xml=b"<all><row/></all>")
    monkeypatch.setattr(elements, bound, value)
    with pytest.raises(Rejected, match="it unpacks to too much"):
        list(members(file))


def test_verify_finds_elements_and_attributes_without_a_parser(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(b"""<all><g n="A &amp; > B"><row/><row><cell>1</cell></row></g><g n='C'><row>2</row></g></all>""")
    passage = element_passages(("g", "row"))(file)

    def at(xpath: str) -> str:
        return passage({"file": None, "xpath": xpath})

    assert at("/all/g[1]/@n") == "A & > B"
    assert at("/all/g[2]/@n") == "C"
    assert at("/all/g[1]/row[1]") == "<row/>"
    assert at("/all/g[1]/row[2]") == "<row><cell>1</cell></row>"
    assert at("/all/g[2]/row[1]") == "<row>2</row>"
    for nowhere in ("/all/g[2]/row[2]", "/all/g[3]/@n"):
        with pytest.raises(LookupError):
            at(nowhere)
