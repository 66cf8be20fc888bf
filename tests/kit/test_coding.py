"""Which coding a caller likes best, by RFC 9110; and what is streamed is coded piece by piece."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from app.kit.coding import Code, negotiated

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


@pytest.mark.parametrize(
    ("accept", "coding", "plain"),
    [
        ("gzip", "gzip", True),
        ("gzip, deflate, br, zstd", "zstd", True),
        ("x-gzip", "gzip", True),
        ("GZIP ; Q=0.5", "gzip", True),
        ("gzip;q=1, zstd;q=0.5", "gzip", True),
        ("gzip;q=0.5, zstd;q=0.5", "zstd", True),
        ("zstd;q=0, gzip;q=0", "identity", True),
        ("br", "identity", True),
        ("", "identity", True),
        ("*", "zstd", True),
        ("zstd;q=0, *", "gzip", True),
        ("identity", "identity", True),
        ("identity, gzip;q=0.5", "identity", True),
        ("identity;q=0.1, gzip;q=0.5", "gzip", True),
        ("identity;q=0, gzip", "gzip", False),
        ("*;q=0, gzip", "gzip", False),
        ("*;q=0", None, False),
        ("br, identity;q=0", None, False),
        ("gzip;q=2, zstd;q=x", "identity", True),
        ("gzip;q=0.0", "identity", True),
    ],
)
def test_the_caller_likes_it_so(accept: str, coding: str | None, plain: bool) -> None:  # a table's column
    assert negotiated(accept) == (coding, plain)


@pytest.mark.parametrize("media_type", ["text/csv; charset=utf-8", "application/x-ndjson"])
def test_a_stream_is_sent_as_it_comes_and_coded_all_the_same(media_type: str) -> None:
    sent: list[Any] = []
    readable_after: list[int] = []

    async def stream(_: Scope, __: Receive, send: Send) -> None:
        headers = [(b"content-type", media_type.encode()), (b"etag", b'"x"')]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for number in range(5):
            await send({"type": "http.response.body", "body": b"%d,row\n" % number, "more_body": True})
            coded = b"".join(message.get("body", b"") for message in sent)
            readable_after.append(zstandard.ZstdDecompressor().decompressobj().decompress(coded).count(b"\n"))
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {"type": "http", "method": "GET", "path": "/", "headers": [(b"accept-encoding", b"zstd")]}
    asyncio.run(Code(stream)(scope, receive, send))
    assert dict(sent[0]["headers"])[b"etag"] == b'"x-zstd"'
    assert dict(sent[0]["headers"])[b"content-encoding"] == b"zstd"
    assert readable_after == [1, 2, 3, 4, 5]
