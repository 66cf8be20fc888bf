"""XML as it stands in files: an archive's members, records with their words and XPath; no DTD, no entity, no bomb."""

from __future__ import annotations

import codecs
import hashlib
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any
from xml.parsers import (
    expat,
)  # safe: `_refuse_definitions` ends the parse at the first DTD, so no entity is ever defined

from app.core.entries import EvidenceEntry
from seed.findings import Finding, Rejected

LARGEST = 64 << 20
LARGEST_ALL = 2 << 30
MOST_FILES = 5_000
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Shape:
    """Which elements a file is made of: for each, those that may stand in it; which is a record; which have names."""

    root: str
    children: Mapping[str, frozenset[str]]
    record: str
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """An element on the way to a record: its XPath and its attributes."""

    xpath: str
    attributes: dict[str, str]

    def attribute(self, name: str, file: str | None) -> EvidenceEntry:
        """Return an attribute's value as a passage."""
        return _passage(self.attributes[name], f"{self.xpath}/@{name}", file)


@dataclass(frozen=True, slots=True)
class Record:
    """A record: the file that it stands in, if that is one of several, its line, its words as they stand, its cells."""

    file: str | None
    line: int
    xpath: str
    text: str
    cells: dict[str, str]
    above: tuple[Step, ...]

    def evidence(self) -> EvidenceEntry:
        """Return the element as a passage."""
        return _passage(self.text, self.xpath, self.file)


def _passage(exact: str, xpath: str, file: str | None) -> EvidenceEntry:
    sha256 = hashlib.sha256(exact.encode()).hexdigest()
    return EvidenceEntry(file=file, xpath=xpath, exact=exact, prefix="", suffix="", sha256=sha256)


def members(file: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of a file's XML: itself, or the members of a tar archive; Rejected if too large."""
    if not tarfile.is_tarfile(file):
        if file.stat().st_size > LARGEST:
            raise _refused(file, 0, f"it is larger than {LARGEST >> 20} MB", "split it as its publisher does")
        alone = file.read_bytes()
        if alone.strip() and not alone.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<"):
            what = "it is neither an XML file in UTF-8 nor a tar archive that can be unpacked"
            raise _refused(file, 0, what, "expected the archive, or one file of it, as downloaded")
        yield file.name, alone
        return
    total = 0
    names: set[str] = set()
    # As a stream: a member's announced size is looked at before a byte of it is unpacked.
    try:
        with tarfile.open(file, "r|*") as archive:
            for count, member in enumerate(archive, 1):
                if member.isdir():
                    continue
                total += member.size
                if count > MOST_FILES or member.size > LARGEST or total > LARGEST_ALL:
                    raise _refused(file, 0, f"it unpacks to too much at {member.name}", "see that it is the right file")
                content = archive.extractfile(member) if member.isfile() else None
                if content is None or not member.name.endswith(".xml"):
                    raise _refused(file, 0, f"{member.name} is no XML file", "expected an archive of XML files alone")
                if (last := member.name.rpartition("/")[2]) in names:
                    raise _refused(file, 0, f"{last} stands in it twice", "all of it would count twice: remove one")
                names.add(last)
                yield member.name.removeprefix("./"), content.read()
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise _refused(file, 0, f"it is no whole archive: {error}", "it may be cut off: download it again") from None


def records(file: Path, name: str, content: bytes, shape: Shape) -> Iterator[Record]:
    """Yield the records of an XML file; Rejected where it is not what `shape` says, naming the line."""
    reader = _Reader(file, name, content, shape)
    for at in range(0, len(content), _CHUNK):
        yield from reader.feed(content[at : at + _CHUNK], last=at + _CHUNK >= len(content))
    if not content:
        raise _refused(file, 0, f"{name} is empty", "download it again")


@dataclass
class _Open:
    """An element that is not closed yet."""

    tag: str
    xpath: str
    attributes: dict[str, str]
    seen: dict[str, int] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)


class _Reader:
    """Expat with the position of every record."""

    def __init__(self, file: Path, name: str, content: bytes, shape: Shape) -> None:
        self._file, self._name, self._content, self._shape = file, name, content, shape
        self._member = None if name == file.name else name
        self._open: list[_Open] = []
        self._cells: dict[str, str] = {}
        self._start = self._line = 0
        self._found: list[Record] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.XmlDeclHandler = self._declared
        self._parser.StartDoctypeDeclHandler = self._refuse_definitions
        # `verify` counts tags in the text: there is none that is no tag.
        self._parser.CommentHandler = self._parser.StartCdataSectionHandler = self._refuse_hidden
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._said

    def feed(self, chunk: bytes, *, last: bool) -> list[Record]:
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            what = f"{self._name}:{error.lineno}: is no XML: {expat.errors.messages[error.code]}"
            raise _refused(self._file, 0, what, "it may be cut off, or a web page: download it again") from None
        found, self._found = self._found, []
        return found

    def _odd(self, what: str, remedy: str) -> Rejected:
        return _refused(self._file, 0, f"{self._name}:{self._parser.CurrentLineNumber}: {what}", remedy)

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "us-ascii"):
            raise self._odd(f"its encoding is {encoding}", "expected UTF-8")

    def _refuse_definitions(self, *_: object) -> None:
        raise self._odd("it has a document type definition", "expected plain XML: what it could define is not read")

    def _refuse_hidden(self, *_: object) -> None:
        raise self._odd("it has a comment or a CDATA section", "expected elements and words alone")

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._open:
            allowed = frozenset({self._shape.root})
            xpath = f"/{tag}"
        else:
            above = self._open[-1]
            allowed = self._shape.children.get(above.tag, frozenset())
            above.seen[tag] = above.seen.get(tag, 0) + 1
            xpath = f"{above.xpath}/{tag}[{above.seen[tag]}]"
        if tag not in allowed:
            within = f"in <{self._open[-1].tag}>" if self._open else "at the top"
            wanted = ", ".join(f"<{one}>" for one in sorted(allowed)) or "no element"
            raise self._odd(f"found <{tag}> {within}", f"expected {wanted} there")
        if tag in self._shape.named and not attributes.get("name", "").strip():
            raise self._odd(f"a <{tag}> has no name", f'expected <{tag} name="…">')
        self._open.append(_Open(tag, xpath, attributes))
        if tag == self._shape.record:
            self._start, self._line, self._cells = self._parser.CurrentByteIndex, self._parser.CurrentLineNumber, {}

    def _said(self, words: str) -> None:
        # Only a record's cells have words; what stands between elements is but their indentation.
        if len(self._open) > 1 and self._open[-2].tag == self._shape.record:
            self._open[-1].words.append(words)

    def _end(self, tag: str) -> None:
        closed = self._open.pop()
        if self._open and self._open[-1].tag == self._shape.record:
            if tag in self._cells:
                raise self._odd(f"<{tag}> stands twice in a <{self._shape.record}>", "expected it once")
            self._cells[tag] = "".join(closed.words)
        if tag != self._shape.record:
            return
        end = self._parser.CurrentByteIndex
        # Of an element that closes itself, the parser has already passed the end.
        if self._content.startswith(b"</", end):
            end = self._content.index(b">", end) + 1
        text = self._content[self._start : end].decode()
        above = tuple(Step(one.xpath, one.attributes) for one in self._open)
        self._found.append(Record(self._member, self._line, closed.xpath, text, self._cells, above))


def _refused(file: Path, line: int, what: str, remedy: str) -> Rejected:
    return Rejected([Finding(file.name, line, what, remedy)])


def element_passages(levels: tuple[str, ...]) -> Callable[[Path], Callable[[dict[str, Any]], str]]:
    """Return what `verify` looks elements up by: tags, counted in the text with no parser; `levels` from the top."""
    tags = re.compile(rf"<({'|'.join(levels)})\b((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>".encode())

    def opened(file: Path) -> Callable[[dict[str, Any]], str]:
        # Packed: only one member at a time is unfolded, and citations come file by file.
        packed = {name: zlib.compress(content, 1) for name, content in members(file)}

        @lru_cache(maxsize=2)
        def unfolded(name: str) -> tuple[bytes, dict[str, re.Match[bytes]]]:
            content = zlib.decompress(packed[name])
            found: dict[str, re.Match[bytes]] = {}
            counts = [0] * len(levels)
            for tag in tags.finditer(content):
                level = levels.index(tag[1].decode())
                counts[level:] = [counts[level] + 1, *[0] * (len(levels) - level - 1)]
                path = "".join(f"/{one}[{count}]" for one, count in zip(levels, counts[: level + 1], strict=False))
                found[path] = tag
            return content, found

        def passage(citation: dict[str, Any]) -> str:
            content, found = unfolded(citation["file"] or file.name)
            path, _, attribute = str(citation["xpath"]).partition("/@")
            tag = found["/" + path.split("/", 2)[2]]
            if attribute:
                value = re.search(rf"\b{attribute}\s*=\s*([\"'])(.*?)\1".encode(), tag[2], re.DOTALL)
                return unescape(value[2].decode()) if value else ""
            if tag[2].endswith(b"/"):
                return tag[0].decode()
            closing = b"</" + tag[1] + b">"
            return content[tag.start() : content.index(closing, tag.end()) + len(closing)].decode()

        return passage

    return opened
