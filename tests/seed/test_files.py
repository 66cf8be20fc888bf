"""Files: no scalar is ever taken for anything but text, and `fmt` changes bytes but never a value."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seed import canonical, corpus, files
from seed.findings import Rejected
from tests.conftest import HERE
from tests.seed.conftest import HARBOUR, Bench

printable = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=200)
contents = st.recursive(
    st.one_of(st.text(max_size=30), printable),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(printable, inner, max_size=4),
    max_leaves=12,
).filter(bool)


def test_no_scalar_is_taken_for_anything_but_text() -> None:
    text = "a: NO\nb: 2018\nc: 2016-03-01\nd: on\ne: yes\nf: 1.0\ng: 010\nh: null\n"
    text += "i: ~\nj:\nk: 0x1F\nl: 1e3\nm: 12:30\nn: .inf\n"
    assert files.parse(text, "x").content == {
        "a": "NO",
        "b": "2018",
        "c": "2016-03-01",
        "d": "on",
        "e": "yes",
        "f": "1.0",
        "g": "010",
        "h": "null",
        "i": "~",
        "j": "",
        "k": "0x1F",
        "l": "1e3",
        "m": "12:30",
        "n": ".inf",
    }


def test_norway_is_norway_quoted_or_not(bench: Bench) -> None:
    quoted = bench.read()
    for file in bench.root.rglob("*.yml"):
        file.write_text(file.read_text(encoding="utf-8").replace("'NO'", "NO"), encoding="utf-8")
    plain = bench.read()
    assert "NO" in {country.id for country in plain.countries}
    assert {fact.id: getattr(fact, "recipient", None) for _, fact in plain.facts()}["tr-no-heron-2016"] == "NO"
    assert plain.digest() == quoted.digest()


def test_every_value_knows_its_line() -> None:
    document = files.parse("a:\n  - b: x\n    c:\n      - y\n      - z\n", "x")
    assert document.line(("a", 0, "b")) == 2
    assert document.line(("a", 0, "c", 1)) == 5
    assert document.line(("a", 0, "nothing", "here")) == 2
    assert document.line(()) == 1


@settings(deadline=None)
@given(contents)
@example({"a": "x\n# no comment\n"})
@example(
    ["  outer spaces  ", "tab\tinside", "\ttab first", "# no comment", "- no list", "a: b", "'", '"', "…", "---", "..."]
)
@example(["a" * 119 + " " + "b" * 119, "word " * 100, "  " + "word  " * 60])
@example(
    [
        "=",
        "<<",
        "!x",
        "&x",
        "*x",
        "%x",
        "@x",
        "`x",
        "NO",
        "2018",
        "1_000",
        "0o7",
        "",
        " ",
        "\n",
        "\r\n",
        "\u2028",
        "\x85",
    ]
)
def test_canonical_bytes_say_the_same_and_are_canonical(content: object) -> None:
    written = files.dump(content)
    assert files.parse(written, "x").content == content
    assert files.dump(files.parse(written, "x").content) == written
    assert written.endswith("\n")


@settings(deadline=None)
@given(st.text(alphabet="ab:-#&*!|>'\"%@`{}[],?\n\t 01\x07\x85\ufeff", max_size=60))
def test_any_text_is_a_document_or_is_refused_with_a_line(text: str) -> None:
    try:
        document = files.parse(text, "x")
    except Rejected as rejected:
        (finding,) = rejected.findings
        assert 1 <= finding.line <= len(text.splitlines()) + 1
        assert finding.what
        assert finding.remedy
        return
    assert isinstance(document.content, (str, list, dict))


def committed() -> list[tuple[Path, Path]]:
    """Return (root, file) of every file of the corpora in this repository."""
    roots = (corpus.HERE, HERE / "corpus")
    return [(root, file) for root in roots for file in canonical.corpus_files(root)]


def test_there_are_committed_files() -> None:
    names = {file.name for _, file in committed()}
    assert {"countries.yml", "people.yml", "retired.yml", "expect.yml", "harbour-gazette-2019.yml"} <= names


@pytest.mark.parametrize(("root", "file"), committed(), ids=lambda path: path.name)
def test_what_is_committed_is_canonical(root: Path, file: Path) -> None:
    assert canonical.difference(file, root) == ""


def test_fmt_mends_what_its_check_complains_of(bench: Bench) -> None:
    committed = (bench.root / HARBOUR).read_text(encoding="utf-8")
    before = bench.read().digest()
    bench.alter("    - NA\n    - 'NO'\n", '    - NA\n    - "NO"\n')
    assert bench.read().digest() == before
    complained = bench.cli("fmt", "--check")
    assert complained.returncode == 1
    assert f"+++ {HARBOUR} (canonical)" in complained.stdout
    assert (bench.root / HARBOUR).read_text(encoding="utf-8") != committed
    mended = bench.cli("fmt")
    assert (mended.returncode, mended.stdout) == (0, "formatted harbour-gazette-2019.yml\n")
    assert (bench.root / HARBOUR).read_text(encoding="utf-8") == committed
    again = bench.cli("fmt")
    assert (again.returncode, again.stdout) == (0, "")
    assert bench.cli("fmt", "--check").returncode == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\nfacts:\n", "\n# All that the report tells.\nfacts:\n"),
        ("    condition: new\n", "    condition: new  # so it says\n"),
        ("    condition: new\n", "    # so it says\n    condition: new\n"),
        ("\nfacts:\n", "\nfacts:  # in order\n"),
    ],
    ids=["before a key", "beside a value", "inside a record", "beside a key"],
)
def test_fmt_refuses_to_lose_a_comment(bench: Bench, old: str, new: str) -> None:
    line = bench.alter(old, new)
    before = (bench.root / HARBOUR).read_bytes()
    for arguments in (["fmt"], ["fmt", "--check"]):
        done = bench.cli(*arguments)
        assert done.returncode == 1
        assert done.stderr == f"{HARBOUR}:{line}: a comment would be lost → say it in a `note:` key\n"
        assert (bench.root / HARBOUR).read_bytes() == before


def test_what_only_looks_like_a_comment_is_kept(bench: Bench) -> None:
    bench.alter("description: old rifles", "description: 'old rifles # 7'")
    assert bench.cli("fmt").returncode == 0
    assert "description: 'old rifles # 7'" in (bench.root / HARBOUR).read_text(encoding="utf-8")


def test_a_release_is_named_by_what_is_said_not_by_how(bench: Bench) -> None:
    before = bench.read().digest()
    bench.alter(
        "    condition: new\n    deal_status: delivered\n", "    deal_status: 'delivered'\n    condition: \"new\"\n"
    )
    assert bench.read().digest() == before
    bench.alter("fact: '35'", "fact: '34'", "expect.yml")
    assert bench.read().digest() == before
    bench.alter("description: old rifles", "description: rifles")
    assert bench.read().digest() != before
