"""Which questions schemathesis is not to ask: those with addresses so long that any answer would be 414."""

from __future__ import annotations

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
