"""What people read: EDTF dates, codes and addresses as words; nothing is asked or decided here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from app.kit.pages import EXACT

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SEASONS = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}
_DAY = re.compile(r"(-?[0-9X]{4,})(?:-([0-9X]{2}))?(?:-([0-9X]{2}))?([?~%]?)")
_HEDGED = {"?": "perhaps ", "~": "about ", "%": "perhaps about ", "": ""}
_OF_A_DAY = ("27", "September", "2020")
# A browser looks for the first and the last words of what is longer.
LONGEST_FRAGMENT = 200
_WORDS_AT_AN_END = 5
_LONG = 10_000
# So much at the least is kept of what stands round a passage; less is there where its source begins or ends.
AROUND = 16
_BEGUN = re.compile(r"\S+(\s+\S.*)", re.DOTALL)
_BROKEN_OFF = re.compile(r"(.*\S\s+)\S+", re.DOTALL)


def date_words(date: Mapping[str, Any] | None) -> str:
    """Return a date of the API in words."""
    if date is None or date["edtf"] is None:
        return "not dated"
    return edtf_words(date["edtf"])


def edtf_words(edtf: str) -> str:
    """Return an EDTF expression in words; what is not known here stays as it is written."""
    if edtf.startswith("[") and edtf.endswith("]"):
        first, _, last = edtf[1:-1].partition("..")
        if not first or not last:
            return f"once {'until ' + _day(last) if last else 'since ' + _day(first)}"
        return f"once between {_day(first)} and {_day(last)}"
    if "/" not in edtf:
        return _day(edtf)
    first, _, last = edtf.partition("/")
    if first in ("", ".."):
        return f"by {_day(last)}" if first == "" else f"ever until {_day(last)}"
    if last in ("", ".."):
        return f"since {_day(first)}" + (", end not known" if last == "" else "")
    return _range(_day(first), _day(last))


def _range(first: str, last: str) -> str:
    """Join two days; the month and the year of the first are left out where they are the last one's."""
    begins, ends = first.split(" "), last.split(" ")
    if len(begins) == len(ends) == len(_OF_A_DAY) and begins[0].isdigit():
        same = 2 if begins[1:] == ends[1:] else int(begins[2] == ends[2])
        first = " ".join(begins[: len(begins) - same])
    return f"{first} to {last}"


def _day(text: str) -> str:
    match = _DAY.fullmatch(text)
    if match is None:
        return text
    year, month, day, mark = match.groups()
    hedged = _HEDGED[mark]
    if month is None:
        return hedged + (f"the {year[:3]}0s" if re.fullmatch(r"[0-9]{3}X", year) else year)
    if month in _SEASONS:
        return f"{hedged}{_SEASONS[month]} {year}"
    if not month.isdigit() or not 1 <= int(month) <= len(_MONTHS):
        return f"{hedged}{year}, month not known" if "X" in month else text
    named = f"{_MONTHS[int(month) - 1]} {year}"
    if day is None:
        return hedged + named
    return hedged + (f"{int(day)} {named}" if day.isdigit() else f"a day in {named}")


def code_words(code: str) -> str:
    """Return a code as words: `second_hand` is `second hand`."""
    return code.replace("_", " ")


def label(name: str) -> str:
    """Return the name of a field or parameter as a label."""
    words = code_words(name)
    return words[:1].upper() + words[1:]


def grouped(number: Any) -> str:
    """Return a number as it is read: thousands apart, but for years and what is as short as they are."""
    return f"{number:,}" if isinstance(number, int) and abs(number) >= _LONG else str(number)


def counted_up(count: int) -> str:
    """Return a count of the API, which stops behind what is exact."""
    return grouped(count) if count <= EXACT else f"more than {grouped(EXACT)}"


def moment_words(moment: str) -> str:
    """Return a moment in words: its day, hour and minute, in UTC."""
    told = datetime.fromisoformat(moment).astimezone(UTC)
    return f"{_day(told.date().isoformat())}, {told:%H:%M} UTC"


def from_a_word(text: str) -> str:
    """Return what stands before a passage without the piece of a word that it begins with."""
    match = _BEGUN.fullmatch(text) if len(text) >= AROUND else None
    return match[1] if match else text


def to_a_word(text: str) -> str:
    """Return what stands behind a passage without the piece of a word that it ends with."""
    match = _BROKEN_OFF.fullmatch(text) if len(text) >= AROUND else None
    return match[1] if match else text


def web_address(url: str | None) -> str | None:
    """Return an address that may be followed: one of the web; None for any other, which could run."""
    if url is None:
        return None
    try:
        split = urlsplit(url)
    except ValueError:
        return None
    return url if split.scheme in ("http", "https") and split.netloc else None


def at_the_words(citation: Mapping[str, Any]) -> str | None:
    """Return the address of a passage in its source, at the very words (a text fragment); None if it has none."""
    url = web_address(citation["source"]["url"])
    exact = citation["exact"]
    if url is None or not exact or citation["selector"] != "text_position":
        return url
    words = exact.split()
    # Words on several lines may stand in several blocks, which only a range spans.
    if "\n" not in exact.strip() and len(exact) <= LONGEST_FRAGMENT:
        said = _escaped(" ".join(words))
    elif len(words) > 2 * _WORDS_AT_AN_END:
        said = f"{_escaped(' '.join(words[:_WORDS_AT_AN_END]))},{_escaped(' '.join(words[-_WORDS_AT_AN_END:]))}"
    else:
        said = _escaped(" ".join(words))
    return f"{url}{'' if '#' in url else '#'}:~:text={said}"


def _escaped(words: str) -> str:
    return quote(words, safe="").replace("-", "%2D")


def report_address(setting: str | None, page: str) -> str | None:
    """Return where an error on a page is reported: the setting, with the page's address where it says `{page}`."""
    if setting is None:
        return None
    if "{page}" in setting:
        return setting.replace("{page}", quote(page, safe=""))
    return f"{setting}?subject={quote('Error: ' + page, safe='')}" if setting.startswith("mailto:") else setting
