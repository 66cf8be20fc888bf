"""The whole corpus in memory: files read, entries typed, every error with its line. It writes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from app.core.entries import Entry, FactEntry
from app.core.resource import Resource
from app.core.scope import Scope
from app.reference.countries import CountryEntry
from app.reference.organizations import OrganizationEntry
from app.reference.people import PersonEntry
from app.reference.places import PlaceEntry
from app.reference.sources import SourceEntry
from app.reference.systems import SystemEntry
from seed import files
from seed.article import Article, ArticleEntry, Expectation, PinnedName, RetiredEntry, VoiceEntry
from seed.files import Document
from seed.findings import Finding, Rejected

HERE = Path(__file__).parent
E = TypeVar("E", bound=Entry)


@dataclass
class Imported:
    """A data set's source record, and what came of it; the facts themselves are in the spool."""

    source: SourceEntry
    scope: Scope
    facts: int = 0
    passages: int = 0


@dataclass
class Corpus:
    """Everything that was curated, and the sources and entities of the data sets that were read with it."""

    countries: list[CountryEntry] = field(default_factory=list)
    organizations: list[OrganizationEntry] = field(default_factory=list)
    people: list[PersonEntry] = field(default_factory=list)
    systems: list[SystemEntry] = field(default_factory=list)
    places: list[PlaceEntry] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)
    retired: list[RetiredEntry] = field(default_factory=list)
    pinned: list[PinnedName] = field(default_factory=list)
    unknown: list[VoiceEntry] = field(default_factory=list)
    imported: list[Imported] = field(default_factory=list)
    expected: Expectation = field(default_factory=lambda: Expectation(minimum={}, share_of_text=1))
    documents: dict[str, Document] = field(default_factory=dict)

    def facts(self) -> Iterator[tuple[Article, FactEntry]]:
        """Yield every fact with the article that attests it."""
        for article in self.articles:
            for fact in article.facts:
                yield article, fact

    def with_room(self) -> Corpus:
        """Return a copy that data sets may add their sources and entities to."""
        return replace(
            self,
            organizations=list(self.organizations),
            systems=list(self.systems),
            places=list(self.places),
            unknown=list(self.unknown),
            imported=list(self.imported),
        )

    def line_of_id(self, file: str, id: str) -> int:
        """Return the line of the (last) record of a file with this id."""
        document = self.documents[file]
        within: tuple[str, ...] = ("facts",) if isinstance(document.content, dict) else ()
        records = document.content["facts"] if within else document.content
        numbers = [number for number, record in enumerate(records) if record.get("id") == id]
        return document.line((*within, numbers[-1], "id")) if numbers else 1

    def digest(self) -> str:
        """Return the release's id: 12 hex digits over all that was curated, however written, and every data set."""
        parts = {name: document.content for name, document in sorted(self.documents.items())}
        parts |= {f"data set {one.source.id}": one.source.sha256 for one in self.imported}
        text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def read(root: Path, facts: tuple[Resource, ...]) -> Corpus:
    """Read the corpus under `root` (articles/*.yml, reference/*.yml, expect.yml); Rejected with every finding."""
    corpus = Corpus()
    findings: list[Finding] = []
    reference: tuple[tuple[str, type[Entry], list[Any]], ...] = (
        ("reference/countries.yml", CountryEntry, corpus.countries),
        ("reference/organizations.yml", OrganizationEntry, corpus.organizations),
        ("reference/people.yml", PersonEntry, corpus.people),
        ("reference/systems.yml", SystemEntry, corpus.systems),
        ("reference/places.yml", PlaceEntry, corpus.places),
        ("reference/names.yml", PinnedName, corpus.pinned),
        ("retired.yml", RetiredEntry, corpus.retired),
    )
    for name, shape, into in reference:
        if (root / name).exists():
            document = _document(root / name, root, corpus, findings)
            into.extend(_records(document, shape, findings))
    if (root / "expect.yml").exists():
        document = _document(root / "expect.yml", root, corpus, findings)
        corpus.documents.pop("expect.yml", None)
        for expected in _one(document, Expectation, (), findings):
            corpus.expected = expected
    for file in sorted((root / "articles").glob("*.yml")):
        document = _document(file, root, corpus, findings)
        if document is not None:
            corpus.articles += _article(document, facts, findings)
    if not corpus.articles and not findings:
        findings.append(Finding("articles", 1, "there is no article", f"put one under {(root / 'articles').name}/"))
    if findings:
        raise Rejected(findings)
    return corpus


def _document(file: Path, root: Path, corpus: Corpus, findings: list[Finding]) -> Document | None:
    try:
        document = files.read(file, root)
    except Rejected as rejected:
        findings += rejected.findings
        return None
    corpus.documents[document.name] = document
    return document


def _records(document: Document | None, shape: type[E], findings: list[Finding]) -> list[E]:
    if document is None:
        return []
    if not isinstance(document.content, list):
        findings.append(Finding(document.name, 1, "is no list", "write `- id: …` per record"))
        return []
    return [entry for number in range(len(document.content)) for entry in _one(document, shape, (number,), findings)]


def _article(document: Document, facts: tuple[Resource, ...], findings: list[Finding]) -> Iterable[Article]:
    heads = list(_one(document, ArticleEntry, (), findings))
    if not heads:
        return []
    by_kind = {resource.kind: resource for resource in facts}
    entries: list[FactEntry] = []
    for number, record in enumerate(heads[0].facts):
        kind = record.get("kind") if isinstance(record, dict) else None
        if kind not in by_kind:
            line = document.line(("facts", number, "kind"))
            findings.append(
                Finding(document.name, line, f"kind {kind!r} is not known", f"use one of {', '.join(by_kind)}")
            )
            continue
        entries += _one(document, by_kind[kind].entry, ("facts", number), findings)
    findings += _not_of_a_text(document, heads[0], entries)
    return [Article(document.name, heads[0], entries)]


def _not_of_a_text(document: Document, head: ArticleEntry, facts: list[FactEntry]) -> Iterable[Finding]:
    """An article is a text: it says how long it is, and its passages stand at an offset."""
    if head.source.characters is None:
        line = document.line(("source",))
        yield Finding(document.name, line, "source.characters: field required", "run `seed anchor`")
    for fact in facts:
        if any(evidence.start is None for evidence in fact.evidence):
            yield Finding(document.name, 1, f"{fact.id}: a passage has no `start`", "run `seed anchor`")


def _one(
    document: Document | None, shape: type[E], path: tuple[str | int, ...], findings: list[Finding]
) -> Iterable[E]:
    """Return the entry at a path, or nothing and a finding per error."""
    if document is None:
        return []
    content = document.content
    for step in path:
        content = content[step]
    try:
        return [shape.model_validate(content)]
    except ValidationError as error:
        for one in error.errors():
            where = (*path, *one["loc"])
            findings.append(Finding(document.name, document.line(where), _said(where, one), _remedy(one)))
        return []


def _said(where: tuple[str | int, ...], error: Any) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{'.'.join(str(step) for step in where)}: {message[0].lower()}{message[1:]}"


def _remedy(error: Any) -> str:
    return {
        "extra_forbidden": "remove the key, or look at `python -m seed schema` for its name",
        "missing": "add it",
    }.get(error["type"], "")
