"""The choice of a format, by suffix or by `Accept`; what is not offered is refused with all that is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from http import HTTPStatus

from fastapi import Request

from app.kit import formats
from app.kit.formats import Format
from app.kit.problems import Culprit, Problem

_MOST_RANGES = 50
PAGE = "text/html"


@lru_cache(maxsize=512)
def prefers_page(accept: str) -> bool:
    """Whether an `Accept` names HTML, and likes no format of ours as well: a browser's does, and `*/*` does not."""
    if PAGE not in accept.lower():
        return False
    # HTML first: among equals mimeparse takes the last.
    return _best([PAGE, *(one.media_type for one in formats.FORMATS)], accept) == PAGE


def choose(request: Request, offered: Sequence[Format]) -> Format:
    """Return the format that is asked for; 404 for a suffix that is not offered here, 406 for media types that are not.

    A suffix is the last word. The first that is offered is the default, and what `*/*` means.
    """
    asked = formats.by_suffix(request.scope)
    if asked is not None:
        if asked in offered:
            return asked
        detail = f"{request.url.path} does not come as .{asked.suffix}; it comes as {formats.suffixes(offered)}."
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    accept = ",".join(request.headers.getlist("accept")).strip()
    if accept in ("", "*/*", offered[0].media_type):
        return offered[0]
    # The default last: among equals mimeparse takes the last.
    media_types = [one.media_type for one in reversed(offered)]
    best = _best(media_types, accept)
    for one in offered:
        if one.media_type == best:
            return one
    named = [one.media_type for one in offered]
    detail = f"Nothing that `Accept: {accept[:100]}` names is offered here: there is {', '.join(named)}."
    culprit = Culprit(parameter=None, detail="no media type of `Accept` is offered", allowed=named)
    raise Problem(HTTPStatus.NOT_ACCEPTABLE, detail, errors=[culprit])


def _best(media_types: list[str], accept: str) -> str:
    """Return the media type that fits best, or nothing; ranges that cannot be read are passed over."""
    # Imported here: most questions accept anything.
    import mimeparse

    ranges = accept.split(",", _MOST_RANGES)[:_MOST_RANGES]
    readable = []
    for one in ranges:
        try:
            mimeparse.parse_media_range(one)
        except mimeparse.MimeTypeParseException:
            continue
        readable.append(one)
    return mimeparse.best_match(media_types, ",".join(readable)) if readable else ""
