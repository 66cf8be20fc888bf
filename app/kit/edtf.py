"""Bounds of EDTF (ISO 8601-2) dates: the grammar is the `edtf` library's, open and unknown ends are None."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from enum import IntEnum
from functools import lru_cache

LONGEST = 64
LONGEST_YEAR = 366
_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


class EdtfError(ValueError):
    """The text is no EDTF date, or one without bounds in the years 0001 to 9999."""


@lru_cache(maxsize=100_000)
def bounds(text: str) -> tuple[str | None, str | None]:
    """Return the first and last day that `text` may mean, as `YYYY-MM-DD`; None for an end that is open or unknown.

    Raises EdtfError. A parse costs milliseconds, hence the cache.
    """
    if not text or text != text.strip() or len(text) > LONGEST:
        raise EdtfError(f"{text!r} is no EDTF date")
    plain = _DAY.fullmatch(text)
    if plain:
        return whole(text)
    start, slash, end = text.partition("/")
    if slash:
        if "/" in end:
            raise EdtfError(f"{text!r} is no EDTF date: an interval has two ends")
        earliest = None if start in ("", "..") else bounds(start)[0]
        latest = None if end in ("", "..") else bounds(end)[1]
        if earliest is None and latest is None:
            raise EdtfError(f"{text!r} has no known end")
    else:
        earliest, latest = _span(text)
    if earliest and latest and earliest > latest:
        raise EdtfError(f"{text!r} ends before it starts")
    return earliest, latest


def years(text: str) -> range:
    """Return every year that `text` may mean; of an open or unknown end, only the known one's."""
    earliest, latest = bounds(text)
    known = [int(end[:4]) for end in (earliest, latest) if end]
    return range(known[0], known[-1] + 1) if known else range(0)


def year_before(day: str) -> str:
    """Return the day that is as long before a day as no year is."""
    return (
        date.fromisoformat(day) - timedelta(days=min(LONGEST_YEAR, date.fromisoformat(day).toordinal() - 1))
    ).isoformat()


class Lasts(IntEnum):
    """How long a span is: one day; some, up to a year; more than a year; without a known end."""

    day = 0
    short = 1
    long = 2
    endless = 3


def lasts(starts: str, latest: str | None) -> Lasts:
    """Return how long a span is."""
    if latest is None:
        return Lasts.endless
    days = (date.fromisoformat(latest) - date.fromisoformat(starts)).days
    return Lasts.long if days > LONGEST_YEAR else Lasts.short if days else Lasts.day


def whole(text: str) -> tuple[str, str]:
    """Return the first and last day of a plain year, month or day; EdtfError for anything else."""
    plain = _DAY.fullmatch(text)
    if not plain:
        raise EdtfError(f"{text!r} is no year, month or day: write 2021, 2021-06 or 2021-06-15")
    year, month, day = plain.groups()
    try:
        first_month, last_month = (int(month), int(month)) if month else (1, 12)
        length = calendar.monthrange(int(year), last_month)[1]
        if int(year) == 0 or (day and not 1 <= int(day) <= length):
            raise ValueError
    except ValueError:
        raise EdtfError(f"{text!r} is not in the calendar") from None
    return f"{year}-{first_month:02}-{day or '01'}", f"{year}-{last_month:02}-{day or f'{length:02}'}"


def _span(text: str) -> tuple[str | None, str | None]:
    # Imported here: the compiler needs the library, a request never does, and it costs the API's start 0.2 s.
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException

    open_start = text.startswith(("[..", "{.."))
    open_end = text.endswith(("..]", "..}"))
    try:
        parsed = parse_edtf(text)
        lower, upper = (None if open_start else parsed.lower_strict()), (None if open_end else parsed.upper_strict())
    except (EDTFParseException, ValueError, TypeError, AttributeError) as error:
        raise EdtfError(f"{text!r} is no EDTF date") from error
    ends = []
    for moment in (lower, upper):
        if moment is not None and not date.min.year <= moment.tm_year <= date.max.year:
            raise EdtfError(f"{text!r} lies outside the years 0001 to 9999")
        ends.append(moment and f"{moment.tm_year:04}-{moment.tm_mon:02}-{moment.tm_mday:02}")
    return ends[0], ends[1]
