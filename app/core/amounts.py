"""Numbers that are added up: of which years they are; what is not told of a year is no part of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.core.answers import Estimate
from app.core.entries import DateEntry
from app.kit import edtf


def by_year(told: Iterable[tuple[DateEntry, Estimate | None]]) -> dict[str, list[Estimate]]:
    """Return the numbers of each year; a year of which some number is not told, or not surely, has none."""
    numbers: dict[str, list[Estimate]] = {}
    left_out: set[str] = set()
    for date, number in told:
        years = [str(year) for year in edtf.years(date.edtf)]
        if number is None or len(years) != 1:
            left_out.update(years)
        else:
            numbers.setdefault(years[0], []).append(number)
    return {year: some for year, some in numbers.items() if year not in left_out}


def in_all(total: Estimate | None, parts: Sequence[Estimate | None]) -> list[Estimate]:
    """Return the parts, if they are all told and come to the total: each says for itself whether it is an estimate."""
    told = [one for one in parts if one]
    if total and told and len(told) == len(parts) and sum(one.value for one in told) == total.value:
        return told
    return [total] if total else []
