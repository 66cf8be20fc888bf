"""Folding of names to plain lower-case letters, digits and single spaces; it decides no identity."""

from __future__ import annotations

import re

from anyascii import anyascii

_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
# The same for ASCII, letter by letter, many times faster: a load folds every passage of the corpus.
_PLAIN = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(0x80)}
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
    if text.isascii():
        return " ".join(text.translate(_PLAIN).split())
    return _NOT_PLAIN.sub(" ", spell(text)).strip()
