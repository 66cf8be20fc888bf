"""By what an answer is known again: its release, the code that makes it, its canonical address and its format."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from app.core.snapshot import HeldRelease
from app.kit import validators

CODE = validators.code_of(Path(__file__).parent.parent, version("foedus"))


def headers(held: HeldRelease, address: str, format: str, *, for_good: bool) -> dict[str, str]:
    """Return the headers of the answer at a canonical address, in a format; the coding is added on its way out.

    for_good: whether the address names its release, so that it will never have another answer.

    The release counts by its id and by when it was loaded: a newer compiler may say the same corpus otherwise.
    """
    loaded_at = held.about.loaded_at
    tag = validators.etag(held.id, loaded_at, CODE, address, format)
    policy = validators.FOR_GOOD if for_good else validators.CURRENT
    return validators.headers_of(tag, _http_date(loaded_at), policy) | {"Foedus-Release": held.id}


@lru_cache(maxsize=8)
def _http_date(loaded_at: str) -> str:
    return validators.http_date(datetime.fromisoformat(loaded_at).astimezone(UTC))
