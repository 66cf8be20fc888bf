"""Folding of names to plain lower-case letters, digits and single spaces; it decides no identity."""

from __future__ import annotations

import re

from anyascii import anyascii

_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
# Signs that are spelled out must not run into what they stand beside: `€90` has the word `90`, `Heron™` is `heron`.
_SIGNS = {
    **dict.fromkeys(map(ord, "©®™℠"), " "),
    **{sign: f" {chr(sign)} " for sign in (*range(0xA2, 0xA6), *range(0x20A0, 0x20D0))},
}


def spell(text: str) -> str:
    """Return `text` in ASCII and lower case, letter by letter, punctuation and spaces included."""
    return anyascii(text.translate(_SIGNS)).lower()


def fold(text: str) -> str:
    """Return `text` in plain letters: `Türkiye` → `turkiye`, `Côte d'Ivoire` → `cote d ivoire`, `MiG-29` → `mig 29`."""
    return _NOT_PLAIN.sub(" ", spell(text)).strip()
