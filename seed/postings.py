"""The lists of facts by term, and the runs of one date, gathered as facts are numbered; what terms are is `app`'s."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlmodel import SQLModel

from app.core import tables
from app.core.entries import FactEntry
from app.core.terms import ALL_KINDS, EVERY
from app.core.vocabulary import Granularity
from app.kit import edtf
from app.kit.parameters import Term

Line = tuple[type[SQLModel], dict[str, Any]]


class Postings:
    """Terms, numbered as they are met, with the lengths of their lists; and moments."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lists: dict[tuple[str, str, str, str], list[int]] = {}
        self._moments: list[dict[str, Any]] = []
        self._of: tuple[str | None, str | None] | None = None

    def of_fact(self, n: int, fact: FactEntry, terms: Iterable[Term]) -> Iterator[Line]:
        """Yield a row for each term that a fact is listed under; facts come in the order of their numbers."""
        kind, modality = fact.kind, fact.modality.value
        aggregate = fact.granularity is Granularity.aggregate
        for name, value, of in [(*EVERY, ALL_KINDS), (*EVERY, kind), *((*term, kind) for term in terms)]:
            key = (name, value, of, modality)
            found = self._lists.get(key)
            if found is None:
                found = self._lists[key] = [len(self._lists) + 1, 0, 0]
            found[1] += 1
            found[2] += aggregate
            yield tables.Posting, {"term": found[0], "n": n}
        if fact.date is not None:
            self._run(n, *edtf.bounds(fact.date.edtf))

    def terms(self) -> Iterator[Line]:
        """Yield the terms."""
        for (name, value, kind, modality), (id_, count, aggregates) in self._lists.items():
            yield (
                tables.Term,
                {
                    "id": id_,
                    "name": name,
                    "value": value,
                    "kind": kind,
                    "modality": modality,
                    "count": count,
                    "aggregates": aggregates,
                },
            )

    def moments(self) -> Iterator[Line]:
        """Yield the runs of facts of one date."""
        for moment in self._moments:
            yield tables.Moment, moment

    def _run(self, n: int, earliest: str | None, latest: str | None) -> None:
        if (earliest, latest) == self._of:
            self._moments[-1]["last"] = n
            return
        self._of = earliest, latest
        starts = earliest or latest or ""
        self._moments.append(
            {
                "first": n,
                "last": n,
                "starts": starts,
                "latest": latest,
                "begun": earliest is not None,
                "long": edtf.is_long(starts, latest),
            }
        )
