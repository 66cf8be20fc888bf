"""ZIP archives made while they are sent: nothing is held whole, and the same members make the same bytes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# The first moment that the format knows: a release has no other time of day.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16


@dataclass(frozen=True)
class Digest:
    """What a member turned out to be."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Member:
    """A file of the archive: its name, and the bytes, which may depend on the members before it."""

    name: str
    parts: Callable[[list[Digest]], Iterable[bytes]]


class _Sent(io.RawIOBase):
    """Takes what is written until it is sent; it cannot go back."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: ReadableBuffer) -> int:
        taken = bytes(part)
        self._waiting.append(taken)
        return len(taken)

    def take(self) -> bytes:
        taken = b"".join(self._waiting)
        self._waiting.clear()
        return taken


def archive(members: Iterable[Member]) -> Iterator[bytes]:
    """Yield an archive as its members are made."""
    sent = _Sent()
    digests: list[Digest] = []
    with ZipFile(sent, "w", ZIP_DEFLATED) as made:
        for member in members:
            info = ZipInfo(member.name, _MOMENT)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = _READABLE
            size, sha256 = 0, hashlib.sha256()
            with made.open(info, "w", force_zip64=True) as file:
                for part in member.parts(digests):
                    file.write(part)
                    size += len(part)
                    sha256.update(part)
                    if waiting := sent.take():
                        yield waiting
            digests.append(Digest(member.name, size, sha256.hexdigest()))
    yield sent.take()
