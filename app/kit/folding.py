"""Folding of names to plain lower-case letters, digits and single spaces; it decides no identity."""

from __future__ import annotations

import re

from anyascii import anyascii

_NOT_PLAIN = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Return `text` in plain letters: `Türkiye` → `turkiye`, `Côte d'Ivoire` → `cote d ivoire`, `MiG-29` → `mig 29`."""
    return _NOT_PLAIN.sub(" ", anyascii(text).lower()).strip()
