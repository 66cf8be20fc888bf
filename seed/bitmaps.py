"""Bitmaps of the long lists, made when all lists are there; what they are for is `app`'s."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyroaring import BitMap
from sqlalchemy import Connection, select
from sqlmodel import col

from app.core.bitmaps import LONG
from app.core.listed import Bitmap, Posting, Term
from app.kit.numbers import as_text, in_parts, of_text
from seed.rows import Lines, Values, into, lines

_BITMAP = into(Bitmap, "term", "numbers")
# So many numbers are held at once: of ten million facts, one list may have most.
_AT_ONCE = 100_000
_AHEAD = 10_000


def bitmaps(connection: Connection) -> Iterator[Lines]:
    """Yield a bitmap for each list that is long."""
    return lines(_BITMAP, _all(connection), at_once=20)


def _all(connection: Connection) -> Iterator[Values]:
    long = select(col(Term.id), col(Term.count)).where(col(Term.count) > LONG).order_by(col(Term.id))
    together: set[int] = set()
    held = 0
    # By a cursor on the server, where there is one: no engine holds all of them in memory.
    for term, count in connection.execute(long, execution_options={"stream_results": True, "max_row_buffer": _AHEAD}):
        if held + count > _AT_ONCE:
            yield from _several(connection, together)
            together, held = set(), 0
        if count > _AT_ONCE:
            yield term, _bitmap(_alone(connection, term))
        else:
            together.add(term)
            held += count
    yield from _several(connection, together)


def _several(connection: Connection, terms: set[int]) -> Iterator[Values]:
    if terms:
        # The short lists between them hold few rows.
        between = col(Posting.term).between(min(terms), max(terms))
        lists = select(col(Posting.term), as_text(col(Posting.n))).where(between).group_by(col(Posting.term))
        for term, told in connection.execute(lists).all():
            if term in terms:
                yield term, _bitmap([of_text(told)])


def _alone(connection: Connection, term: int) -> Iterator[list[int]]:
    """Yield the numbers of a very long list, so many at a time."""

    def read(after: int) -> str | None:
        part = select(col(Posting.n)).where(col(Posting.term) == term, col(Posting.n) > after)
        some = part.order_by(col(Posting.n)).limit(_AT_ONCE).subquery()
        told: str | None = connection.execute(select(as_text(some.c.n))).scalar_one()
        return told

    yield from in_parts(read, _AT_ONCE)


def _bitmap(parts: Iterable[list[int]]) -> bytes:
    found = BitMap()
    for part in parts:
        found.update(part)
    found.run_optimize()
    return found.serialize()
