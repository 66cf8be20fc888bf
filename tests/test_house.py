"""The house keeps its rules: imports, names, sizes, versions, locks, and nothing of anybody's machine."""

from __future__ import annotations

import ast
import fnmatch
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.facts import FACTS
from app.main import vocabulary_of
from seed import corpus

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MODULES = sorted(file for top in ("app", "seed", "tests", "bench") for file in (ROOT / top).rglob("*.py"))
MACHINE = re.compile(r"(^|[^a-zA-Z0-9._-])/(work|farm|tmp/[a-z_]+|root/\.pyenv)/")
REGISTRY = re.compile(r"files\.pythonhosted|pypi\.org/simple|registry\.npmjs")
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}


def committed() -> Iterator[Path]:
    """Yield every file that git would track: a copy without git is checked too."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines() if line]
    for folder, below, files in os.walk(ROOT):
        below[:] = [name for name in below if name != ".git" and not any(fnmatch.fnmatch(name, one) for one in ignored)]
        for name in files:
            if name != ".git" and not any(fnmatch.fnmatch(name, one) for one in ignored):
                yield Path(folder) / name


def pins(lock: str) -> dict[str, str]:
    """Return the version of each package in a lock file."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {
        canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==([^ ;\\]+)", text, re.MULTILINE)
    }


def wanted(*lists: list[str]) -> list[Requirement]:
    """Return the requirements of several lists of pyproject.toml."""
    return [Requirement(one) for some in lists for one in some]


def test_imports_point_down() -> None:
    found = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken\.", found.stdout)


def test_core_and_kit_name_no_kind_of_fact() -> None:
    shapes = {shape.__name__ for one in FACTS for shape in (one.row, one.answer, one.entry)}
    for file in MODULES:
        if file.relative_to(ROOT).parts[:2] in (("app", "core"), ("app", "kit")):
            nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
            names = {node.id for node in nodes if isinstance(node, ast.Name)}
            names |= {node.name for node in nodes if isinstance(node, ast.alias)}
            names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
            assert not names & shapes
            assert not {name for name in names if name.startswith("app.facts")}


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_says_what_it_is_for(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), "no docstring"
    assert file.stem not in FORBIDDEN_NAMES, "a name that says nothing of what is inside"


def test_a_module_of_the_program_is_short_enough_to_be_one_thing() -> None:
    lines = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in MODULES if "tests" not in file.parts}
    assert [f"{file.relative_to(ROOT)} has {count} lines" for file, count in lines.items() if count > 300] == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for file in committed():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        found += [
            f"{file.relative_to(ROOT)}:{number}"
            for number, line in enumerate(text.splitlines(), 1)
            if MACHINE.search(line) or REGISTRY.search(line)
        ]
    assert found == []


def test_the_sources_stay_out() -> None:
    name = re.compile(r"article\.txt$|sipri.*(excerpt|trade.?register)|EDA_Public|mme_v7|fmtrpt_xml", re.IGNORECASE)
    assert [file for file in committed() if name.search(file.name)] == []


def test_the_newest_version_of_the_changelog_is_this_one() -> None:
    versions = re.findall(r"^## \[([^]]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert versions[0] == PROJECT["project"]["version"]


def test_the_licence_is_the_one_that_is_said() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert re.sub(r"\s+", " ", text).startswith(" Apache License Version 2.0, January 2004 ")
    assert "END OF TERMS AND CONDITIONS" in text


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_a_lock_has_hashes_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    packages = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    assert len(packages) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE))
    assert [package.split(" ", 1)[0] for package in packages if "--hash=sha256:" not in package] == []


def test_the_locks_hold_what_pyproject_wants() -> None:
    run, dev, bench = (pins(f"requirements{what}.lock") for what in ("", "-dev", "-bench"))
    needed = wanted(PROJECT["project"]["dependencies"], PROJECT["build-system"]["requires"])
    needed_to_develop = wanted(PROJECT["dependency-groups"]["dev"])
    needed_to_measure = wanted(PROJECT["dependency-groups"]["bench"])
    for lock, requirements in (
        (run, needed),
        (dev, needed + needed_to_develop),
        (bench, needed + needed_to_measure),
    ):
        for one in requirements:
            name = canonicalize_name(one.name)
            assert name in lock, f"{one} is not locked: run `make lock`"
            assert one.specifier.contains(lock[name]), f"{one} is locked at {lock[name]}: run `make lock`"
    assert run.items() <= dev.items()
    assert run.items() <= bench.items(), "what is measured is not what runs"
    assert not {canonicalize_name(one.name) for one in needed_to_develop} & run.keys() - {
        canonicalize_name(one.name) for one in needed
    }


def test_the_codebook_says_how_to_decide_on_every_code_and_names_facts_that_there_are() -> None:
    book = (ROOT / "docs" / "codebook.md").read_text(encoding="utf-8")
    for codes in vocabulary_of(FACTS):
        _, heading, rest = book.partition(f"(`/vocab/{codes.list_name()}`)\n")
        assert heading, codes.list_name()
        table = rest.partition("\n### ")[0]
        rows = re.findall(r"^\| `([a-z_0-9]+)` \|", table, re.MULTILINE)
        assert sorted(rows) == sorted(code.value for code in codes), codes.list_name()


def test_no_id_goes_without_a_reason() -> None:
    """Every id that was ever published is a fact's, or retired; a new one enters the list."""
    golden = (ROOT / "tests" / "golden" / "fact-ids.txt").read_text(encoding="utf-8").split()
    found = corpus.read(corpus.HERE, FACTS)
    assert golden == sorted([*(fact.id for _, fact in found.facts()), *(entry.id for entry in found.retired)])
