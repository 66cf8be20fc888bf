"""A source's page: its passages in their order with the facts drawn from each; of a data set, its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.web.pages.entities import known
from app.web.questions import Questions, address_query
from app.web.site import Page, Site

OF_A_PAGE = 500
MOST_PAGES = 4
ROWS = 50
_CURSOR = "cursor"
# So little may be left out between two passages, a stop and a blank, that they are read as one text.
_JOINED = 4


@dataclass
class Piece:
    """Words that the same facts are drawn from; `ending`: those whose passage ends with them."""

    text: str
    facts: list[str]
    ending: list[str]


@dataclass
class Run:
    """Passages that overlap: the words in pieces, and the facts that are drawn from any.

    gap: how many characters are left out before it; 0 where it begins the text, or follows at once.
    """

    start: int
    end: int
    gap: int
    tail: str = ""
    pieces: list[Piece] = field(default_factory=list)
    facts: list[Any] = field(default_factory=list)


async def source(questions: Questions, site: Site) -> Page:
    """A source, to be read."""
    # A page of its rows: the API has them as facts, and knows no such pages of a source.
    after = questions.one(_CURSOR)
    found = await questions.main(without=(_CURSOR,))
    record = found["data"]
    if after and record["rows"] is None:
        await questions.main()
    context = await known(questions, site, found)
    if record["rows"] is not None:
        more = {_CURSOR: after} if after else {}
        rows = await questions.ask(found["links"]["more"]["facts"], limit=ROWS, **more)
        address = found["links"]["self"].partition("?")[0]
        following = _cursor(rows["links"]["next"])
        context |= {"runs": [], "rows": rows, "cut": False, "numbers": {}}
        context["first_rows"] = address if after else None
        context["next_rows"] = f"{address}?{address_query([(_CURSOR, following)])}" if following else None
    else:
        facts, cut = await _facts(questions, found["links"]["more"]["facts"])
        runs = read(facts, record["id"])
        in_order = dict.fromkeys(fact["id"] for run in runs for fact in run.facts)
        context |= {"runs": runs, "rows": None, "cut": cut, "numbers": {id_: n for n, id_ in enumerate(in_order, 1)}}
    # Its facts are beside its words, and what it covers has a page of its own.
    context["lists"] = []
    return Page("source.html", record["title"], found["links"]["self"], context)


def _cursor(target: str | None) -> str | None:
    return dict(parse_qsl(urlsplit(target).query)).get(_CURSOR) if target else None


async def _facts(questions: Questions, target: str) -> tuple[list[Any], bool]:
    """Return the facts that are drawn from a source, and whether there are more than a page can hold."""
    facts: list[Any] = []
    following: str | None = f"{target}&limit={OF_A_PAGE}"
    for _ in range(MOST_PAGES):
        answer = await questions.ask(following or "")
        facts += answer["data"]
        following = answer["links"]["next"]
        if following is None:
            break
    return facts, following is not None


def read(facts: Iterable[Any], source: str) -> list[Run]:
    """Return the passages that the facts cite of a source, in its order; what overlaps is shown once."""
    cited: list[tuple[Any, Any]] = [
        (passage, fact)
        for fact in facts
        for passage in fact["evidence"]
        if passage["source"]["id"] == source and passage["start"] is not None and passage["exact"] is not None
    ]
    cited.sort(key=lambda pair: (pair[0]["start"], -pair[0]["end"]))
    runs: list[Run] = []
    letters: dict[int, str] = {}
    for passage, _ in cited:
        start, end = passage["start"], passage["end"]
        for name, at in (("exact", start), ("suffix", end)):
            for offset, letter in enumerate(passage[name] or ""):
                if name == "exact" or offset < _JOINED:
                    letters.setdefault(at + offset, letter)
        last = runs[-1] if runs else None
        if last is not None and start < last.end:
            last.end = max(last.end, end)
        else:
            gap = start - (last.end if last else 0)
            runs.append(Run(start, end, gap if gap > _JOINED else 0))
    for run in runs:
        within = [pair for pair in cited if run.start <= pair[0]["start"] < run.end]
        run.pieces = _pieces(run, within, letters)
        # The stop after it, which nobody cites.
        tail = "".join(letters[at] for at in range(run.end, run.end + _JOINED) if at in letters)
        run.tail = "" if tail[:1].isspace() or tail[:1].isalnum() else "".join(tail.split()[:1])
        run.facts = list({fact["id"]: fact for _, fact in within}.values())
    return runs


def _pieces(run: Run, cited: list[tuple[Any, Any]], letters: dict[int, str]) -> list[Piece]:
    """Cut a run wherever a passage begins or ends."""
    cuts = sorted({run.start, run.end, *(at for passage, _ in cited for at in (passage["start"], passage["end"]))})
    pieces = []
    for start, end in pairwise(cuts):
        over = [(passage, fact) for passage, fact in cited if passage["start"] <= start and end <= passage["end"]]
        text = "".join(letters.get(at, " ") for at in range(start, end))
        facts = list(dict.fromkeys(fact["id"] for _, fact in over))
        ending = list(dict.fromkeys(fact["id"] for passage, fact in over if passage["end"] == end))
        pieces.append(Piece(text, facts, ending))
    return pieces
