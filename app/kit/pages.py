"""Pages: cursors, bounded counts and the bytes of a list. What a record says is not known here."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Response
from pydantic_core import to_json

EXACT = 10_000
DEFAULT_LIMIT = 50
MAX_LIMIT = 500
# What a link to the next page is longer than its question, at the most.
LONGEST_CURSOR = 100


@dataclass(frozen=True)
class Cursor:
    """Where the next page starts: after record number `after`, in that release's answer to that question."""

    release: str
    question: str
    after: int

    def write(self) -> str:
        """Return it as an opaque string."""
        text = json.dumps([self.release, self.question, self.after], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Read an opaque string; ValueError if it is none of ours."""
        try:
            parts = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
            release, question, after = parts
        except (binascii.Error, ValueError, TypeError, RecursionError):
            raise ValueError("no cursor") from None
        named = all(isinstance(one, str) and one.isascii() and one.isalnum() for one in (release, question))
        cursor = cls(release, question, after)
        if not named or type(after) is not int or not 0 <= after < 2**31 or cursor.write() != text:
            raise ValueError("no cursor")
        return cursor


def question_digest(path: str, query: str) -> str:
    """Return a short digest of a canonical question: a cursor of one is refused by another."""
    return hashlib.sha256(f"{path}?{query}".encode()).hexdigest()[:12]


def dump(value: Any) -> bytes:
    """Return compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def joined(answers: Iterable[str]) -> bytes:
    """Return finished records as the inside of a JSON array."""
    return ",".join(answers).encode()


def list_bytes(data: bytes, meta: dict[str, Any], links: dict[str, Any]) -> bytes:
    """Make a page of finished answers, joined by commas."""
    return b'{"data":[' + data + b'],"meta":' + to_json(meta) + b',"links":' + to_json(links) + b"}"


def one_bytes(data: bytes, meta: dict[str, Any], links: dict[str, Any]) -> bytes:
    """Wrap one finished answer."""
    return b'{"data":' + data + b',"meta":' + to_json(meta) + b',"links":' + to_json(links) + b"}"


def json_response(body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    """Answer finished JSON."""
    return Response(body, headers=headers, media_type="application/json")
