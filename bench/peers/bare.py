"""The bare ASGI application: it answers every request with the status, headers and body that were recorded."""

from __future__ import annotations

import json
import os
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_RECORDED = json.loads(Path(os.environ["FOEDUS_BENCH_RECORDED"]).read_text())
_HEADERS = [(name.encode(), value.encode()) for name, value in _RECORDED["headers"]]
_START = {"type": "http.response.start", "status": _RECORDED["status"], "headers": _HEADERS}
_BODY = {"type": "http.response.body", "body": b64decode(_RECORDED["body"])}


async def application(scope: Scope, _: Receive, send: Send) -> None:
    """Answer."""
    if scope["type"] == "http":
        await send(_START)
        await send(_BODY)
