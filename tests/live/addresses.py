"""How schemathesis is to ask: no address so long that any answer would be 414, no release that nobody holds (410)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import requests
import schemathesis

from app.kit.headers import LONGEST_TARGET


@schemathesis.hook
def filter_case(_: schemathesis.HookContext, case: schemathesis.Case[Any]) -> bool:
    """Whether the case's address is short enough; test_hostile.py asks for those that are not."""
    asked = case.as_transport_kwargs(base_url="http://127.0.0.1")
    address = requests.Request(asked["method"], asked["url"], params=asked.get("params")).prepare().path_url
    return len(address) < LONGEST_TARGET


@schemathesis.hook
def before_call(_: schemathesis.HookContext, case: schemathesis.Case[Any], **__: Any) -> None:
    """Ask for the release that is held: any other id of a release is well written, and gone."""
    for name in ("release", "since"):
        if re.fullmatch(r"[0-9a-f]{12}", str((case.query or {}).get(name))):
            case.query[name] = held(str(case.operation.base_url))


@cache
def held(url: str) -> str:
    """Return the release that a server answers from."""
    release: str = requests.get(f"{url.rstrip('/')}/version", timeout=30).json()["release"]
    return release
