"""Bibliographies: CSL-JSON items, written as JSON, BibTeX or RIS; no text of theirs can end a field."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

# name: CSL's type → BibTeX's, RIS'.
_TYPES = {"article": ("misc", "GEN"), "dataset": ("misc", "DATA")}
_BIBTEX = {
    "title": "title",
    "container-title": "journal",
    "publisher": "publisher",
    "version": "edition",
    "archive_location": "howpublished",
    "language": "language",
    "note": "note",
    "year": "year",
}
_RIS = {
    "title": "title",
    "container-title": "secondary_title",
    "publisher": "publisher",
    "version": "edition",
    "archive": "name_of_database",
    "archive_location": "accession_number",
    "language": "language",
    "year": "year",
}
_BLANK = re.compile(r"[\s\x00-\x1f\x7f\x85\u2028\u2029]+")
_URL = ":/?#[]@!$&'()*+,;=%~-._"


def csl(items: Sequence[dict[str, Any]]) -> bytes:
    """Return the items as they are."""
    return json.dumps(list(items), ensure_ascii=False, indent=1).encode() + b"\n"


def bibtex(items: Sequence[dict[str, Any]]) -> bytes:
    """Return the items as BibTeX, in UTF-8, with what LaTeX would take for a command escaped."""
    # Imported here: few questions ask for it, and it is slow to load.
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.middlewares import AddEnclosingMiddleware
    from bibtexparser.model import Block, Entry, Field
    from pylatexenc.latexencode import RULE_DICT, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

    # BibTeX counts braces whether or not they are escaped; letters stay as they are, for the file is UTF-8.
    braces = {ord("{"): r"\textbraceleft", ord("}"): r"\textbraceright", ord("\\"): r"\textbackslash"}
    marks = {ord(mark): f"\\{mark}" for mark in "#$%&_"} | {ord("~"): r"\textasciitilde", ord("^"): r"\textasciicircum"}
    rules = [UnicodeToLatexConversionRule(RULE_DICT, braces | marks)]
    encoder = UnicodeToLatexEncoder(conversion_rules=rules, unknown_char_policy="keep", unknown_char_warning=False)

    entries: list[Block] = []
    for item in items:
        told = _flat(item)
        fields = [Field(name, encoder.unicode_to_latex(told[key])) for key, name in _BIBTEX.items() if key in told]
        if item.get("author"):
            # An organization or a name that we do not take apart is kept whole by braces.
            authors = " and ".join(f"{{{encoder.unicode_to_latex(_line(one['literal']))}}}" for one in item["author"])
            fields.append(Field("author", authors))
        if "URL" in told:
            fields.append(Field("url", quote(told["URL"], safe=_URL)))
        key = re.sub(r"[^A-Za-z0-9.-]", "-", item["id"])
        entries.append(Entry(_TYPES[item["type"]][0], key, fields))
    enclosed = AddEnclosingMiddleware(reuse_previous_enclosing=False, default_enclosing="{", enclose_integers=True)
    return write_string(Library(entries), unparse_stack=[enclosed]).encode()


def ris(items: Sequence[dict[str, Any]]) -> bytes:
    """Return the items as RIS, each field on one line."""
    # Imported here: few questions ask for it.
    import rispy

    records = []
    for item in items:
        told = _flat(item)
        record: dict[str, Any] = {"type_of_reference": _TYPES[item["type"]][1], "id": _line(item["id"])}
        record |= {name: told[key] for key, name in _RIS.items() if key in told}
        record |= {"authors": [_line(one["literal"]) for one in item["author"]]} if item.get("author") else {}
        record |= {"urls": [quote(told["URL"], safe=_URL)]} if "URL" in told else {}
        record |= {"notes": [told["note"]]} if "note" in told else {}
        records.append(record)
    text: str = rispy.dumps(records)
    return text.encode()


def _flat(item: dict[str, Any]) -> dict[str, str]:
    """Return the fields that are one line of text; of a date, its year."""
    told = {key: _line(value) for key, value in item.items() if isinstance(value, str)}
    parts = item.get("issued", {}).get("date-parts")
    return told | ({"year": str(parts[0][0])} if parts else {})


def _line(text: str) -> str:
    return _BLANK.sub(" ", text).strip()
