"""Tables as they stand in files: decoding, rows with their lines, quotations of rows; it refuses what is no table."""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from app.core.entries import EvidenceEntry
from seed.datasets import Odd
from seed.findings import Finding, Rejected

_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_HTML = re.compile(r"\s*<[!?a-z]", re.IGNORECASE)
_FIRST_LINES = 40
_LONGEST_ROW = 20_000
_MOST_SHOWN = 80
_OTHER_SIGNS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_AS_IT_WAS = "download it again and leave it as it is: a spreadsheet writes it anew"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its first and last line in the file (from 1), the words as they stand, and its cells."""

    first: int
    last: int
    text: str
    cells: list[str]

    @property
    def where(self) -> str:
        """Its lines: `17`, or `17-18` of a record that is broken."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    def evidence(self) -> EvidenceEntry:
        """Return the row as a passage."""
        sha256 = hashlib.sha256(self.text.encode()).hexdigest()
        return EvidenceEntry(fragment=f"row={self.where}", exact=self.text, prefix="", suffix="", sha256=sha256)

    def refuse_misshapen(self, columns: Sequence[str]) -> None:
        """Refuse a row that is not as its header, or too long to be cited: its quotation marks may not be closed."""
        if len(self.cells) != len(columns):
            raise Odd("the row has not as many cells as the header", f"{len(self.cells)} cells")
        if len(self.text) > _LONGEST_ROW:
            raise Odd("the row is too long to be one", f"{len(self.text):,} characters, at most {_LONGEST_ROW:,}")


@dataclass(frozen=True)
class Sheet:
    """A table: the lines above its header, and its rows; a row of another length than the header is among them."""

    preamble: list[str]
    rows: list[Row]


def decoded(file: Path, latin_1: bool) -> list[str]:
    """Return a file's lines, without line feeds: UTF-8, or Latin-1 where a data set comes in it; else Rejected.

    Blank lines at the end are none.
    """
    content = file.read_bytes()
    expected = "UTF-8 with a BOM, or Latin-1" if latin_1 else "UTF-8"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _refused(file, 1, "its text is UTF-16", f"save it as {expected}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not latin_1 or content.startswith(codecs.BOM_UTF8):
            line = content.count(b"\n", 0, error.start) + 1
            raise _refused(file, line, "its text is not UTF-8", f"save it as {expected}") from None
        text = content.decode("latin-1")
    odd = _NOT_TEXT.search(text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        raise _refused(file, line, f"character {ord(odd[0]):#04x} is no text", f"save it as {expected}")
    if not text.strip():
        raise _refused(file, 1, "it is empty", "download it again")
    if _HTML.match(text):
        raise _refused(file, 1, "it is a web page, not a table", "it may say what is wrong: open it in a browser")
    if "\n" not in text and "\r" in text.strip():
        raise _refused(file, 1, "its lines end with a carriage return alone", "save it with line feeds (LF or CR LF)")
    lines = text.split("\n")
    while not lines[-1].strip():
        lines.pop()
    return lines


def unquoted(file: Path, columns: Sequence[str], latin_1: bool = True) -> Sheet:
    """Read a table without quotation marks, of which a record may be broken by a raw line break."""
    lines = decoded(file, latin_1)
    header = _header(file, lines, columns, lambda line: line.split(","))
    return Sheet(lines[:header], list(_healed(lines, header + 1, len(columns))))


def _healed(lines: list[str], start: int, width: int) -> Iterator[Row]:
    at = start
    while at < len(lines):
        if not lines[at].strip():  # a blank line between two rows is no row
            at += 1
            continue
        last = at
        cells = _cells(lines[at])
        # A broken record goes on in the next line; two records are never joined: that would be too many cells.
        while len(cells) < width and last + 1 < len(lines):
            more = _cells(lines[last + 1])
            if len(cells) - 1 + len(more) > width:
                break
            cells = [*cells[:-1], f"{cells[-1]} {more[0]}".strip(), *more[1:]]
            last += 1
        yield Row(at + 1, last + 1, "\n".join(lines[at : last + 1]).removesuffix("\r"), cells)
        at = last + 1


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split(",")]


def quoted(file: Path, columns: Sequence[str], latin_1: bool = False) -> Sheet:
    """Read a table by RFC 4180."""
    lines = decoded(file, latin_1)
    header = _header(file, lines, columns, partial(_between, ","))
    reader = csv.reader((line + "\n" for line in lines[header + 1 :]), strict=True)
    rows: list[Row] = []
    before = 0
    try:
        for cells in reader:
            first, last = header + 2 + before, header + 1 + reader.line_num
            before = reader.line_num
            if len(cells) <= 1 and not "".join(cells).strip():  # a blank line is no row
                continue
            text = "\n".join(lines[first - 1 : last]).removesuffix("\r")
            rows.append(Row(first, last, text, [cell.strip() for cell in cells]))
    except csv.Error as error:
        what = f"its quotation marks are broken: {error}"
        if "field limit" in str(error):
            what = f"a cell has more than {csv.field_size_limit():,} characters: a quotation mark may not be closed"
        raise _refused(file, header + 2 + before, what, "it may be cut off: download it again") from None
    return Sheet(lines[:header], rows)


def whole(file: Path, sheet: Sheet, columns: Sequence[str]) -> Sheet:
    """Refuse a table whose last row is cut off, or that has no row at all."""
    if not sheet.rows:
        raise _refused(file, 1, "it has a header, but no row", "download it again")
    last = sheet.rows[-1]
    if len(last.cells) < len(columns):
        what = f"its last row has {len(last.cells)} cells of {len(columns)}: it is cut off"
        raise _refused(file, last.first, what, "download it again")
    return sheet


def _header(file: Path, lines: list[str], columns: Sequence[str], cells: Callable[[str], list[str]]) -> int:
    """Return where the header stands among the first lines; Rejected saying what is there instead."""
    wanted = [column.strip() for column in columns]
    best: tuple[int, list[str], int] = (0, [], 0)
    for number, line in enumerate(lines[:_FIRST_LINES]):
        found = _split(line, cells)
        if found == wanted:
            return number
        _refuse_rewritten(file, number, line, wanted)
        alike = len({one.casefold() for one in found} & {one.casefold() for one in wanted} - {""})
        best = max(best, (alike, found, number), key=lambda one: one[0])
    alike, found, number = best
    if not alike:
        number = next(number for number, line in enumerate(lines) if line.strip())
        found = [lines[number].strip()]
    missing, more = Counter(wanted) - Counter(found), Counter(found) - Counter(wanted)
    what = f"its columns are not the expected ones: found {_told(found)}"
    if missing or more:
        what += f"; missing {_told([*missing.elements()])}; unexpected {_told([*more.elements()])}"
    else:
        what += "; they stand in another order"
    raise _refused(file, number + 1, what, f"expected {_told(columns)}")


def _split(line: str, cells: Callable[[str], list[str]]) -> list[str]:
    try:
        return [cell.strip() for cell in cells(line)]
    except csv.Error:
        return []


def _between(sign: str, line: str) -> list[str]:
    return next(csv.reader([line], delimiter=sign))


def _refuse_rewritten(file: Path, number: int, line: str, wanted: list[str]) -> None:
    """Refuse a header that has the right names and is written otherwise."""
    for sign, name in _OTHER_SIGNS.items():
        if _split(line, partial(_between, sign)) == wanted:
            raise _refused(file, number + 1, f"its cells are told apart by {name}, not by commas", _AS_IT_WAS)
    if _split(line, partial(_between, ",")) == wanted:
        raise _refused(file, number + 1, "its cells stand in quotation marks, which this table has not", _AS_IT_WAS)


def _told(columns: Sequence[str]) -> str:
    """Name columns, however many and long they are."""
    told = ", ".join(repr(one[:_MOST_SHOWN]) for one in columns[:_MOST_SHOWN])
    return f"{told} and {len(columns) - _MOST_SHOWN:,} more" if len(columns) > _MOST_SHOWN else told or "none"


def _refused(file: Path, line: int, what: str, remedy: str) -> Rejected:
    return Rejected([Finding(file.name, line, what, remedy)])


def row_passages(latin_1: bool) -> Callable[[Path], Callable[[dict[str, Any]], str]]:
    """Return what `verify` looks rows up by: lines, counted in the file as it is, with no knowledge of its columns."""

    def opened(file: Path) -> Callable[[dict[str, Any]], str]:
        content = file.read_bytes().removeprefix(codecs.BOM_UTF8)
        lines = content.split(b"\n")

        def passage(citation: dict[str, Any]) -> str:
            first, _, last = str(citation["fragment"]).removeprefix("row=").partition("-")
            found = b"\n".join(lines[int(first) - 1 : int(last or first)]).removesuffix(b"\r")
            try:
                return found.decode()
            except UnicodeDecodeError:
                return found.decode("latin-1") if latin_1 else ""

        return passage

    return opened
