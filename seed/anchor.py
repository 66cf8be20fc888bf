"""Anchoring: it fills in where passages stand in their source; exact words only, and it never chooses among two."""

from __future__ import annotations

import hashlib
from typing import Any

from seed.files import Document
from seed.findings import Finding, Rejected

CONTEXT = 16


def anchor(document: Document, text: str) -> dict[str, Any]:
    """Return the article with its passages anchored; Rejected if one is not in `text`, or twice without `start`."""
    findings: list[Finding] = []
    content = document.content
    shaped = isinstance(content, dict) and isinstance(content.get("source"), dict)
    if not shaped or not all(isinstance(fact, dict) for fact in content.get("facts", [None])):
        raise Rejected([Finding(document.name, 1, "is no article", "write `source:` and a list of `facts:`")])
    for number, fact in enumerate(content["facts"]):
        anchored = []
        for position, evidence in enumerate(fact.get("evidence", [])):
            try:
                anchored.append(_anchored(evidence, text))
            except ValueError as error:
                line = document.line(("facts", number, "evidence", position))
                findings.append(
                    Finding(document.name, line, f"{fact.get('id')}: {error}", "copy the words from the source")
                )
        fact["evidence"] = anchored
    if findings:
        raise Rejected(findings)
    content["source"] |= {"sha256": hashlib.sha256(text.encode()).hexdigest(), "characters": str(len(text))}
    anchored_content: dict[str, Any] = content
    return anchored_content


def _anchored(evidence: dict[str, str], text: str) -> dict[str, str]:
    exact = evidence.get("exact")
    if not exact:
        raise ValueError("a passage has no `exact`")
    if "start" in evidence:
        start = int(evidence["start"])
    else:
        start = text.find(exact)
        if text.find(exact, start + 1) >= 0:
            raise ValueError(f"{exact[:40]!r} stands more than once: write its `start`")
    end = start + len(exact)
    if start < 0 or text[start:end] != exact:
        raise ValueError(f"{exact[:40]!r} does not stand at {start}")
    return {
        "start": str(start),
        "exact": exact,
        "prefix": text[max(0, start - CONTEXT) : start],
        "suffix": text[end : end + CONTEXT],
        "sha256": hashlib.sha256(exact.encode()).hexdigest(),
    }
