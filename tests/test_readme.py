"""README is true: its examples are asked, its recipe is followed, and what it names is there."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.facts import FACTS
from app.settings import Settings
from seed import corpus
from seed.__main__ import main as seed

if TYPE_CHECKING:
    from tests.conftest import Api

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = re.findall(r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```$", "", README, flags=re.MULTILINE | re.DOTALL))
EXAMPLES = [
    (shlex.split(command)[-1].removeprefix("http://127.0.0.1:8000"), json.loads(expected))
    for command, expected in re.findall(
        r"^```sh\n(curl [^\n]*)\n```\n\n```json\n(.*?)^```$", README, re.MULTILINE | re.DOTALL
    )
]


def missing(expected: Any, found: Any, at: str = "") -> list[str]:
    """Return where `found` lacks what is expected: an object's keys, a list's members in their order, equal values."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            lack
            for key, value in expected.items()
            for lack in (missing(value, found[key], f"{at}.{key}") if key in found else [f"{at}.{key}"])
        ]
    if isinstance(expected, list) and isinstance(found, list) and expected:
        rest = iter(found)
        return [
            f"{at}.{number}"
            for number, value in enumerate(expected)
            if not any(not missing(value, candidate) for candidate in rest)
        ]
    return [] if expected == found else [f"{at}: {found!r}"]


def block(language: str) -> str:
    """Return the one fenced block of a language, without the indentation that a list gives it."""
    (found,) = re.findall(rf"^ *```{language}\n(.*?)^ *```$", README, re.MULTILINE | re.DOTALL)
    indent = min(len(line) - len(line.lstrip()) for line in found.splitlines() if line.strip())
    return "".join(line[indent:] + "\n" for line in found.splitlines())


def table(header: str) -> list[list[str]]:
    """Return the rows of the table whose header row starts with these words."""
    lines = README.split(f"\n| {header} |")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_there_is_the_first_question_and_eight_more() -> None:
    assert len(EXAMPLES) == README.count("\ncurl ") == 9


@pytest.mark.parametrize(("target", "expected"), EXAMPLES, ids=[target for target, _ in EXAMPLES])
def test_an_example_answers_what_readme_shows(article: Api, target: str, expected: Any) -> None:
    answer = article.get(target)
    assert answer.status_code == expected.get("status", 200)
    assert not missing(expected, answer.json())


def test_an_example_that_differs_would_be_noticed() -> None:
    answer = {"data": [{"id": "a", "n": 1}, {"id": "b", "n": None}], "empty": []}
    assert not missing({"data": [{"id": "a"}, {"n": None}]}, answer)
    assert missing({"data": [{"id": "b"}, {"id": "a"}]}, answer) == [".data.1"]
    assert missing({"data": [{"id": "a", "n": 2}]}, answer) == [".data.0"]
    assert missing({"data": []}, answer)
    assert missing({"empty": [1]}, answer) == [".empty.0"]
    assert missing({"more": None}, answer) == [".more"]


def test_the_picture_shows_a_fact_as_it_is_served(article: Api) -> None:
    words = re.sub(
        r"\s+", " ", " ".join(re.findall(r">([^<>]+)</text>", (ROOT / "docs/picture.svg").read_text("utf-8")))
    )
    fact = article.json("/transfers?from=TR&to=UA")["data"][0]
    evidence = fact["evidence"][0]
    assert evidence["exact"] in words
    assert f"start: {evidence['start']}" in words
    assert f"sha256: {evidence['sha256'][:12]}…" in words
    assert f"recipient: {fact['recipient']['id']}" in words
    assert f"system: {fact['system']['id']}" in words
    assert {"field": "supplier", "from": "It"}.items() <= fact["inferred"][0].items()


def test_the_article_of_the_recipe_compiles_as_the_recipe_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "example.txt"
    text.write_text(block("text"), encoding="utf-8")
    shutil.copytree(corpus.HERE, tmp_path / "seed", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    article = tmp_path / "seed" / "articles" / "example-2024.yml"
    article.write_text(block("yaml"), encoding="utf-8")
    here = ["--corpus", str(tmp_path / "seed")]
    assert seed([*here, "anchor", str(article), "--text", str(text)]) == 0
    assert seed([*here, "check"]) == 0, capsys.readouterr().err
    assert seed([*here, "fmt"]) == 0
    assert seed([*here, "fmt", "--check"]) == 0
    assert seed([*here, "verify", "--text", str(text)]) == 0
    assert seed([*here, "load", "--to", f"sqlite:///{tmp_path}/example.sqlite"]) == 0
    said = capsys.readouterr().out
    assert "nothing wrong" in said
    assert re.search(r"example-2024 \(against example.txt\): \d+ checks passed, 0 failed", said)
    assert "4 sentences: 2 cited, 2 listed as carrying no fact" in said


def test_the_settings_are_those_that_there_are_with_their_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"FOEDUS_{name.upper()}", raising=False)
    defaults = {f"FOEDUS_{name.upper()}": str(value) for name, value in Settings().model_dump(mode="json").items()}
    said = {setting.strip("`"): default for setting, default, _ in table("setting")}
    assert said.keys() == defaults.keys()
    del said["FOEDUS_MIGRATIONS"]  # a path of this checkout
    del said["FOEDUS_METRICS_FOLDER"]  # made by `python -m app`
    del said["FOEDUS_REPORT"]  # none
    assert said == {name: f"`{defaults[name]}`" for name in said} | {
        "FOEDUS_ACCESS_LOG": "`true`",
        "FOEDUS_METRICS": "`true`",
    }
    assert {word for word in CODE if word.startswith("FOEDUS_")} == defaults.keys()


def test_the_kinds_are_those_that_there_are() -> None:
    assert [(kind.strip("`"), path.strip("`")) for kind, path, _ in table("kind")] == [
        (resource.kind, f"/{resource.collection}") for resource in FACTS
    ]


def test_the_modalities_and_the_envelope_are_those_that_there_are(article: Api) -> None:
    document = article.json("/openapi.json")
    envelope = set(document["components"]["schemas"]["HoldingAnswer"]["properties"])
    said = {name for fields, _ in table("field") for name in re.findall(r"`(\w+)`", fields)}
    assert said <= envelope
    codes = [one["code"] for one in article.json("/vocab/modality")["data"]["codes"]]
    assert [modality.strip("`") for modality, _ in table("modality")] == codes


def test_every_example_of_the_grammar_is_understood(article: Api) -> None:
    for _, _, examples in table("write"):
        for query in re.findall(r"`([^`]+)`", examples):
            collection = "transfers" if query.startswith("from") else "facts"
            answer = article.get(f"/{collection}", params=parse_qsl(query))
            assert answer.status_code == 200, f"{query}: {answer.text}"


def test_every_parameter_and_path_that_is_named_is_there(article: Api) -> None:
    paths = article.json("/openapi.json")["paths"]
    parameters = {
        one["name"] for path in paths.values() for asked in path.values() for one in asked.get("parameters", ())
    }
    named = {name for word in CODE for name in re.findall(r"^([a-z_]+)=", word)}
    assert named
    assert named <= parameters
    asked = {word.split("?")[0] for word in CODE if word.startswith("/")} | {
        urlsplit(path).path for path, _ in EXAMPLES
    }
    assert {path for path in asked if path not in paths and article.get(path).status_code != 200} == set()


def test_every_command_file_and_make_target_that_is_named_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake ([a-z]+)", " ".join(CODE) + " make run make test"):
        assert f"\n{target}:" in makefile, target
    helped = subprocess.run(
        [sys.executable, "-m", "seed", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for command in re.findall(r"-m seed ([a-z]+)", README):
        assert re.search(rf"^ +{command} ", helped.stdout, re.MULTILINE), command
    files = {word for word in CODE if re.fullmatch(r"\.?[a-z_]+(/[a-z_.-]+)+/?", word)} | set(
        re.findall(r"\]\(([^:)]+)\)", README)
    )
    to_be_written = {"app/facts/sanctions.py", "data/foedus.sqlite"}
    assert {file for file in files - to_be_written if not (ROOT / file).exists()} == set()
