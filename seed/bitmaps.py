"""Bitmaps of the long lists, made when all lists are there; what they are for is `app`'s."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from pyroaring import BitMap
from sqlalchemy import Connection, select
from sqlmodel import col

from app.core.bitmaps import LONG
from app.core.listed import Bitmap, Posting, Term
from seed.rows import Lines, into, lines

_BITMAP = into(Bitmap, "term", "numbers")
_AHEAD = 10_000


def bitmaps(connection: Connection) -> Iterator[Lines]:
    """Yield a bitmap for each list that is long."""
    numbers = select(col(Posting.term), col(Posting.n)).join_from(Term, Posting, col(Posting.term) == col(Term.id))
    long = numbers.where(col(Term.count) > LONG).order_by(col(Posting.term), col(Posting.n))
    # By a cursor on the server, where there is one: no engine holds all of them in memory.
    rows = connection.execute(long, execution_options={"stream_results": True, "max_row_buffer": _AHEAD})
    found = ((term, _bitmap(array("I", map(itemgetter(1), some)))) for term, some in groupby(rows, itemgetter(0)))
    # The first lists are the longest: of ten million facts, one may have a megabyte.
    return lines(_BITMAP, found, at_once=20)


def _bitmap(numbers: array[int]) -> bytes:
    found = BitMap(numbers)
    found.run_optimize()
    return found.serialize()
