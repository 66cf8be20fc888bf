"""The compiler's command line: check, fmt, schema, anchor, importers, load, verify."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from app.facts import FACTS
from app.settings import Settings
from seed import anchor, canonical, corpus, files, proof, receipts, rules, schemas
from seed.datasets import Importer, Receipt, named
from seed.findings import Finding, Rejected
from seed.importers import IMPORTERS
from seed.load import load

T = TypeVar("T")
SCHEMA = corpus.HERE / "article.schema.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 well, 1 something is wrong with the corpus, 2 a wrong call."""
    parser = argparse.ArgumentParser(prog="python -m seed", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=corpus.HERE, help="the corpus' folder (default: this one)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
        added.set_defaults(run=run)
        return added

    command("check", _check)
    command("fmt", _fmt).add_argument(
        "--check", action="store_true", help="change nothing; exit 1 if a file would change"
    )
    command("schema", _schema).add_argument(
        "--check", action="store_true", help="exit 1 if the committed schema is not current"
    )
    anchoring = command("anchor", _anchor)
    anchoring.add_argument("article", type=Path)
    anchoring.add_argument("--text", type=Path, required=True, help="the source's text as it was read")
    loading = command("load", _load)
    loading.add_argument("--to", default=None, help="the database's URL (default: FOEDUS_DATABASE_URL)")
    loading.add_argument("--reader", default="foedus_reader", help="the PostgreSQL role that may then read it")
    loading.add_argument(
        "--dataset",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="a data set and its file (see `importers`); may be repeated",
    )
    loading.add_argument("--json", action="store_true", help="print one JSON document; phases go to stderr")
    command("importers", _importers).add_argument("--json", action="store_true", help="print a JSON document")
    verifying = command("verify", _verify)
    verifying.add_argument(
        "--text",
        action="append",
        default=[],
        metavar="[NAME=]FILE",
        help="an article's text, or a loaded data set and its file; may be repeated",
    )
    verifying.add_argument("--to", default=None, help="where data sets were loaded (default: FOEDUS_DATABASE_URL)")
    parsed = parser.parse_args(arguments)
    try:
        code: int = parsed.run(parsed)
    except Rejected as rejected:
        print(rejected, file=sys.stderr)
        return 1
    except (OSError, ValueError, SQLAlchemyError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return code


def _check(arguments: argparse.Namespace) -> int:
    """Check the corpus: shapes, references, passages, sentences."""
    found = corpus.read(arguments.corpus, FACTS)
    rules.check(found)
    print(f"{sum(1 for _ in found.facts())} facts in {len(found.articles)} article(s): nothing wrong")
    return 0


def _fmt(arguments: argparse.Namespace) -> int:
    """Write every file in canonical bytes."""
    changed = 0
    for file in canonical.corpus_files(arguments.corpus):
        difference = canonical.difference(file, arguments.corpus)
        if not difference:
            continue
        changed += 1
        if arguments.check:
            print(difference, end="")
        else:
            file.write_text(canonical.canonical(file, arguments.corpus)[1], encoding="utf-8")
            print(f"formatted {file.name}")
    return 1 if changed and arguments.check else 0


def _schema(arguments: argparse.Namespace) -> int:
    """Write the JSON Schema that editors complete articles by."""
    wanted = schemas.article_schema(FACTS)
    if arguments.check:
        if not SCHEMA.exists() or SCHEMA.read_text(encoding="utf-8") != wanted:
            raise Rejected([Finding(SCHEMA.name, 1, "is not current", "run `python -m seed schema`")])
    else:
        SCHEMA.write_text(wanted, encoding="utf-8")
    return 0


def _anchor(arguments: argparse.Namespace) -> int:
    """Fill in where an article's passages stand in its text."""
    file: Path = arguments.article
    document = files.read(file, file.parent)
    text = _decoded(arguments.text)
    file.write_text(files.dump(anchor.anchor(document, text)), encoding="utf-8")
    return 0


def _load(arguments: argparse.Namespace) -> int:
    """Compile the corpus into a new release and make it the current one."""
    settings = Settings()
    datasets = named(IMPORTERS, arguments.dataset)
    outcome: dict[str, Any] = {}

    def say(phase: str) -> None:
        print(phase, flush=True, file=sys.stderr if arguments.json else sys.stdout)

    def told(receipts: list[Receipt], changes: dict[str, Counter[str]]) -> None:
        outcome.update(datasets=[one.plain() for one in receipts], changes=changes)
        for line in (line for receipt in receipts for line in receipt.lines()):
            say(line)

    say("read")
    found = corpus.read(arguments.corpus, FACTS)
    say("check")
    rules.check(found)
    url = arguments.to or settings.database_url
    release = load(found, url, FACTS, settings.migrations, say, arguments.reader, datasets, _tracked, told)
    if arguments.json:
        print(json.dumps({"release": release, **outcome}, ensure_ascii=False, indent=2))
    return 0


def _tracked(items: Iterable[T], what: str, total: int | None = None) -> Iterable[T]:
    # `disable=None`: the bar is for a terminal, never for a log. No thread looks after it: rows are made in a copy of
    # this process, and one that has threads is not copied.
    tqdm.monitor_interval = 0
    return tqdm(items, desc=what, total=total, unit="", disable=None, leave=False)


def _importers(arguments: argparse.Namespace) -> int:
    """List the data sets that `load --dataset NAME=FILE` takes, with the columns that each file must have."""
    if arguments.json:
        listed = [{"name": one.name, "doc": one.doc, "columns": list(one.columns)} for one in IMPORTERS]
        print(json.dumps(listed, ensure_ascii=False, indent=2))
        return 0
    for one in IMPORTERS:
        print(f"{one.name}: {one.doc}")
        print(f"  columns: {', '.join(repr(column) if not column.strip() else column for column in one.columns)}")
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    """Prove the corpus against its sources' texts, or, without them, that no passage was altered."""
    found = corpus.read(arguments.corpus, FACTS)
    rules.check(found)
    names = {importer.name for importer in IMPORTERS}
    tables = [one for one in arguments.text if one.partition("=")[0] in names]
    texts = {file: _decoded(file) for file in map(Path, arguments.text) if str(file) not in tables}
    used: set[Path] = set()
    failures = 0
    for importer, file in named(IMPORTERS, tables):
        failures += _verified(importer, file, arguments.to or Settings().database_url)
    if tables and not texts:
        return 1 if failures else 0
    for article in found.articles:
        match = _text_of(article.head.source.sha256, len(found.articles), texts)
        used |= {match} if match else set()
        done = (
            proof.against_text(article, texts[match], found.expected.share_of_text)
            if match
            else proof.without_text(article)
        )
        failures += len(done.failed)
        how = f"against {match.name}" if match else "without its text: hashes of the passages only"
        print(f"{done.source} ({how}): {len(done.checked)} checks passed, {len(done.failed)} failed")
        for line in done.failed:
            print(f"  FAILED {line}")
        if match:
            for line in done.checked:
                if "sentences:" in line or "quotation marks" in line or "holds" in line:
                    print(f"  {line}")
    for file in set(texts) - used:
        failures += 1
        print(f"  FAILED {file.name} is no source's text: its sha256 is none of theirs")
    return 1 if failures else 0


def _decoded(text: Path) -> str:
    """Read a source's text as it is; Rejected if it is none."""
    try:
        return text.read_bytes().decode()
    except UnicodeDecodeError as error:
        remedy = "give an article's text in UTF-8; a data set's file goes by NAME=FILE"
        raise Rejected([Finding(text.name, 0, f"byte {error.start} is not UTF-8", remedy)]) from None


def _verified(importer: Importer, file: Path, url: str) -> int:
    """Prove every citation of a loaded data set against its file; return how many fail."""
    done = receipts.against_file(importer, file, url)
    print(f"{importer.name} (against {file.name}): {done.checked} checks passed, {len(done.failed)} failed")
    for line in done.failed:
        print(f"  FAILED {line}")
    return len(done.failed)


def _text_of(sha256: str, articles: int, texts: dict[Path, str]) -> Path | None:
    for file, text in texts.items():
        if hashlib.sha256(text.encode()).hexdigest() == sha256:
            return file
    # One article, one text: it is meant to be this one, and the proof says where they differ.
    return next(iter(texts)) if articles == 1 and len(texts) == 1 else None


if __name__ == "__main__":
    sys.exit(main())
