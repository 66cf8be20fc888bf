"""One line and one count per request, and an id that nobody can smuggle anything in by."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import pytest

from app.kit.counting import Counts
from app.kit.observing import AT_ONCE, Lines, line, request_id

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize("sane", ["abc", "7b0c2f1e-1111-4222-8333-944455556666", "Root=1-67891233-abcdef", "x" * 64])
def test_a_sane_id_is_kept(sane: str) -> None:
    assert request_id([(b"x-request-id", sane.encode())]) == sane


@pytest.mark.parametrize("odd", [b"", b"a b", b"x" * 65, b'a"b', b"a\r\nb", b"a\tb", b"\xc3\xbc", b"<script>"])
def test_another_is_replaced(odd: bytes) -> None:
    found = request_id([(b"x-request-id", odd)])
    assert len(found) == 16
    assert int(found, 16) >= 0


def test_a_trace_gives_its_id_unless_the_request_has_its_own() -> None:
    parent = (b"traceparent", f"00-{TRACE}-b7ad6b7169203331-01".encode())
    assert request_id([parent]) == TRACE
    assert request_id([parent, (b"x-request-id", b"own")]) == "own"
    assert request_id([(b"traceparent", f"00-{'0' * 32}-b7ad6b7169203331-01".encode())]) != "0" * 32


def test_a_line_is_one_line_of_json_whatever_was_asked() -> None:
    scope: dict[str, Any] = {
        "method": "GET",
        "raw_path": b"/a\n\x00\x1b[31m\xff",
        "query_string": b'q="\r\n' + b"x" * 5000,
        "request_id": "abc",
    }
    written = line(scope, 200, 12, 0.00123, "r1")
    assert written.endswith("}\n")
    assert written[:-1].isprintable()
    assert len(written) < 4096
    said = json.loads(written)
    assert {name: said[name] for name in ("method", "status", "bytes", "ms", "id", "release")} == {
        "method": "GET",
        "status": 200,
        "bytes": 12,
        "ms": 1.23,
        "id": "abc",
        "release": "r1",
    }
    assert next(iter(said)) == "time"


def test_lines_are_written_together_and_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Written()
    monkeypatch.setattr("sys.stdout", log)
    some = [f"{number:099}\n" for number in range(100)]

    async def turn() -> None:
        lines = Lines()
        for one in some:
            lines.add(one)
        assert log.pieces == []
        await asyncio.sleep(0)
        # An access log that cannot be written stops nothing.
        log.close()
        lines.add("lost")
        await asyncio.sleep(0)

    asyncio.run(turn())
    assert "".join(log.pieces) == "".join(some)
    assert len(log.pieces) == 3
    assert all(piece.endswith("\n") and len(piece) <= AT_ONCE for piece in log.pieces)


class Written(io.StringIO):
    """A standard output that knows what was written at once."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.pieces: list[str] = []

    def write(self, text: str) -> int:
        """Note it."""
        written = super().write(text)
        self.pieces.append(text)
        return written


def test_workers_add_up(tmp_path: Any) -> None:
    one, other = Counts("1", tmp_path), Counts("1", tmp_path)
    one.add("GET", "/facts/{id}", 200, 100, 0.004, remembered=True)
    other.add("GET", "/facts/{id}", 200, 50, 0.2)
    other.add("BREW", "none", 405, 1, 20.0)
    other._write()  # noqa: SLF001  # what `share` does every second
    written = one.text().decode()
    said = 'method="GET",route="/facts/{id}",status="200"'
    assert f"foedus_request_seconds_count{{{said}}} 2.0" in written
    assert f'foedus_request_seconds_bucket{{le="0.005",{said}}} 1.0' in written
    assert f'foedus_request_seconds_bucket{{le="0.25",{said}}} 2.0' in written
    assert f"foedus_response_bytes_total{{{said}}} 150.0" in written
    assert f"foedus_cache_hits_total{{{said}}} 1.0" in written
    assert 'method="other",route="none",status="405"' in written
    assert 'foedus_build{version="1"} 1.0' in written
