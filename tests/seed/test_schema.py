"""`seed schema`: the JSON Schema by which editors complete and check articles is current, valid and strict."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from app.facts import FACTS
from seed import corpus
from tests.conftest import HERE

SCHEMA = corpus.HERE / "article.schema.json"
ARTICLES = sorted([*corpus.HERE.glob("articles/*.yml"), *(HERE / "corpus").glob("articles/*.yml")])


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """The committed schema."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def as_editors_read(file: Path) -> Any:
    """Return an article as an editor's YAML reads it."""
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def complaints(validator: Draft202012Validator, content: Any) -> list[str]:
    """Return what the schema has against an article, each with its place."""
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(content)]


def test_the_committed_schema_is_current() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "seed", "schema", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("file", ARTICLES, ids=lambda file: file.stem)
def test_every_article_is_valid(validator: Draft202012Validator, file: Path) -> None:
    assert complaints(validator, as_editors_read(file)) == []


def test_every_kind_is_in_it(validator: Draft202012Validator) -> None:
    mapping = validator.schema["properties"]["facts"]["items"]["discriminator"]["mapping"]  # type: ignore[index]  # a document
    assert set(mapping) == {resource.kind for resource in FACTS}


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("source",), "mood", "good"),
        (("facts", 0), "colour", "grey"),
        (("facts", 0), "modality", "sure"),
        (("facts", 0, "evidence", 0), "page", "7"),
        (("facts", 0), "evidence", []),
        ((), "sentences", []),
    ],
    ids=[
        "unknown key",
        "unknown key of a kind",
        "unknown code",
        "unknown key of a passage",
        "no evidence",
        "no sentences",
    ],
)
def test_what_check_refuses_an_editor_marks(
    validator: Draft202012Validator, path: tuple[str | int, ...], key: str, value: Any
) -> None:
    good = as_editors_read(ARTICLES[-1])
    bad = copy.deepcopy(good)
    inside = bad
    for step in path:
        inside = inside[step]
    inside[key] = value
    assert len(complaints(validator, bad)) > len(complaints(validator, good))
