"""The compiler's command line: check, fmt, schema, anchor, load, verify."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.facts import FACTS
from app.settings import Settings
from seed import anchor, canonical, corpus, files, proof, rules, schemas
from seed.findings import Finding, Rejected
from seed.load import load

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
    verifying = command("verify", _verify)
    verifying.add_argument("--text", type=Path, action="append", default=[], help="a source's text; may be repeated")
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
    text = arguments.text.read_bytes().decode()
    file.write_text(files.dump(anchor.anchor(document, text)), encoding="utf-8")
    return 0


def _load(arguments: argparse.Namespace) -> int:
    """Compile the corpus into a new release and make it the current one."""
    settings = Settings()
    print("read", flush=True)
    found = corpus.read(arguments.corpus, FACTS)
    print("check", flush=True)
    rules.check(found)

    def say(phase: str) -> None:
        print(phase, flush=True)

    load(found, arguments.to or settings.database_url, FACTS, settings.migrations, say, arguments.reader)
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    """Prove the corpus against its sources' texts, or, without them, that no passage was altered."""
    found = corpus.read(arguments.corpus, FACTS)
    rules.check(found)
    texts = {file: file.read_bytes().decode() for file in arguments.text}
    used: set[Path] = set()
    failures = 0
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


def _text_of(sha256: str, articles: int, texts: dict[Path, str]) -> Path | None:
    for file, text in texts.items():
        if hashlib.sha256(text.encode()).hexdigest() == sha256:
            return file
    # One article, one text: it is meant to be this one, and the proof says where they differ.
    return next(iter(texts)) if articles == 1 and len(texts) == 1 else None


if __name__ == "__main__":
    sys.exit(main())
