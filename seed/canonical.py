"""Canonical bytes of the corpus' files: `fmt` writes them, `fmt --check` compares. It changes no value."""

from __future__ import annotations

import difflib
from pathlib import Path

from seed import files
from seed.findings import Finding, Rejected


def canonical(file: Path, root: Path) -> tuple[str, str]:
    """Return a file's text and its canonical text; Rejected if that would lose a comment."""
    document = files.read(file, root)
    text = file.read_text(encoding="utf-8")
    wanted = files.dump(document.content)
    lost = files.first_comment(text)
    if lost is not None:
        raise Rejected([Finding(document.name, lost, "a comment would be lost", "say it in a `note:` key")])
    return text, wanted


def corpus_files(root: Path) -> list[Path]:
    """Return every YAML file of the corpus."""
    return sorted(root.glob("*.yml")) + sorted(root.glob("articles/*.yml")) + sorted(root.glob("reference/*.yml"))


def difference(file: Path, root: Path) -> str:
    """Return the unified diff to the canonical bytes; empty if there is none."""
    text, wanted = canonical(file, root)
    name = file.relative_to(root).as_posix()
    return "".join(
        difflib.unified_diff(
            text.splitlines(keepends=True), wanted.splitlines(keepends=True), name, f"{name} (canonical)"
        )
    )
