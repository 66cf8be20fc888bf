"""What a new release adds, changes and retires since each of those that stay beside it; it moves no pointer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from app.core.tables import Change
from app.core.vocabulary import ChangeKind
from seed.article import RetiredEntry
from seed.rows import Lines, line

# id, kind, finished answer; in order of id
Facts = Iterable[tuple[str, str, str]]
UNTOLD = "The source was read again, or loaded anew, and does not have it any more."


def between(
    since: str, old: Facts, new: Facts, retired: Mapping[str, RetiredEntry], collections: Mapping[str, str], first: int
) -> Iterator[Lines]:
    """Yield a row per fact that is not the same in both, numbered from `first`: both are read once, side by side."""
    for n, (change, (id_, kind, answer)) in enumerate(_differing(old, new), first):
        entry = retired.get(id_) if change is ChangeKind.retired else None
        collection = collections.get(kind, "facts")
        said = {
            "id": id_,
            "kind": kind,
            "change": change,
            "summary": json.loads(answer)["summary"],
            "reason": (entry.reason if entry else UNTOLD) if change is ChangeKind.retired else None,
            "successor": entry.successor if entry else None,
            "link": f"/{collection}/{id_}",
        }
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        yield line(Change, n=n, id=f"{since}.{id_}", since=since, kind=kind, change=change.value, answer=text)


def told(since: str, counts: Counter[str]) -> str:
    """Say in a line what changed."""
    return f"since {since}: " + ", ".join(f"{counts[change.value]} {change.value}" for change in ChangeKind)


def _differing(old: Facts, new: Facts) -> Iterator[tuple[ChangeKind, tuple[str, str, str]]]:
    before, after = iter(old), iter(new)
    was, is_ = next(before, None), next(after, None)
    while was or is_:
        if is_ and (was is None or is_[0] < was[0]):
            yield ChangeKind.added, is_
            is_ = next(after, None)
        elif was and (is_ is None or was[0] < is_[0]):
            yield ChangeKind.retired, was
            was = next(before, None)
        elif was and is_:
            if was[2] != is_[2]:
                yield ChangeKind.modified, is_
            was, is_ = next(before, None), next(after, None)
