"""`seed check` as a whole: every error at once, in order, with file, line, what is wrong and what to do about it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from seed.findings import Finding
from tests.seed.conftest import HARBOUR, RIVER, Bench


def test_the_tests_corpus_has_nothing_wrong(bench: Bench) -> None:
    assert bench.findings() == []


@pytest.mark.parametrize(
    ("first", "second", "other"),
    [
        (HARBOUR, RIVER, "su-tz-meeting"),
        (HARBOUR, "retired.yml", "heron-deal-2011"),
        ("reference/organizations.yml", "reference/people.yml", "jon-berg"),
    ],
    ids=["two articles", "a retired id is never used again", "two sorts of actor"],
)
def test_an_id_that_two_files_share_is_found_in_both(bench: Bench, first: str, second: str, other: str) -> None:
    id_ = "heron-works" if "reference" in first else "na-kite-holding"
    line = bench.alter(f"id: {other}", f"id: {id_}", second)
    what, remedy = f"id {id_!r} stands 2 times", "ids are never shared nor reused: choose another"
    assert bench.findings() == [
        Finding(first, bench.line(f"- id: {id_}", first), what, remedy),
        Finding(second, line, what, remedy),
    ]


def test_a_code_names_one_country(bench: Bench) -> None:
    file = "reference/countries.yml"
    bench.alter("iso2: TZ", "iso2: TR", file)
    (finding,) = bench.findings()
    assert (finding.file, finding.line) == (file, bench.line("- id: TZ", file))
    assert finding.what == "iso2 tr is also TR's"
    assert finding.remedy == "a code names today's bearer: use `cow_shared`/`gw_shared`"


@pytest.mark.parametrize(
    ("content", "what", "remedy"),
    [
        (b"", "is empty", "write a record or remove the file"),
        (b"id: a\n", "is no list", "write `- id:"),
        (b"- id: \xff\n", "is not UTF-8", "save it as UTF-8"),
        (b"- id: a\x07\n", "no YAML", "remove the character"),
    ],
    ids=["empty", "no list", "not UTF-8", "a control character"],
)
def test_a_file_that_cannot_be_read_is_named(bench: Bench, content: bytes, what: str, remedy: str) -> None:
    (bench.root / "reference" / "systems.yml").write_bytes(content)
    (finding,) = bench.findings()
    assert (finding.file, finding.line) == ("reference/systems.yml", 1)
    assert what in finding.what
    assert remedy in finding.remedy


def test_a_corpus_without_articles_is_none(bench: Bench) -> None:
    for file in bench.root.glob("articles/*.yml"):
        file.unlink()
    (finding,) = bench.findings()
    assert (finding.file, finding.what) == ("articles", "there is no article")


RIGHT = {
    "requested": "planned",
    "announced": "planned",
    "offered": "planned",
    "authorised": "planned",
    "selected": "planned",
    "ordered": "planned",
    "delivering": "actual",
    "delivered": "actual",
    "suspended": "actual",
    "cancelled": "actual",
    "rejected": "actual",
}


@pytest.mark.parametrize(("deal_status", "modality"), RIGHT.items())
def test_how_far_a_deal_got_says_whether_it_is_so(
    bench: Bench, few_countries: Path, deal_status: str, modality: str
) -> None:
    # The first transfer has a number delivered, so a deal that was stopped is actual with its numbers.
    def write(status: str, so: str) -> None:
        shutil.copy(few_countries / HARBOUR, bench.root / HARBOUR)
        bench.alter("    modality: actual\n    date:", f"    modality: {so} \n    date:")
        bench.alter("    deal_status: delivered\n", f"    deal_status: {status} \n")

    write(deal_status, modality)
    assert bench.findings() == []
    (other,) = {"planned", "actual"} - {modality}
    write(deal_status, other)
    (finding,) = bench.findings()
    assert f"deal_status {deal_status} makes this transfer {modality}, not {other}" in finding.what


def test_a_forecast_tells_no_deal_status(bench: Bench) -> None:
    bench.alter("modality: actual", "modality: expected")
    (finding,) = bench.findings()
    assert "deal_status delivered makes this transfer actual, not expected" in finding.what
    bench.alter("    deal_status: delivered\n", "")
    assert bench.findings() == []


def test_a_quote_is_actual_whatever_it_claims(bench: Bench) -> None:
    bench.alter("    kind: quote\n", "    kind: quote \n")
    text = (bench.root / HARBOUR).read_text(encoding="utf-8")
    head, _, tail = text.partition("    kind: quote \n")
    (bench.root / HARBOUR).write_text(
        head + "    kind: quote\n" + tail.replace("modality: actual", "modality: possible", 1), encoding="utf-8"
    )
    (finding,) = bench.findings()
    assert "a quote is actual, for it was said" in finding.what


def test_every_error_is_told_at_once_in_order_and_the_exit_code_is_1(bench: Bench) -> None:
    bench.alter("kind: holding", "kind: hoarding")
    bench.alter("    condition: new\n", "    condition: new\n    colour: grey\n")
    bench.alter("id: dulcimer", "id: Dulcimer", "reference/systems.yml")
    done = bench.cli("check")
    assert (done.returncode, done.stdout) == (1, "")
    told = done.stderr.splitlines()
    assert [line.split(": ")[0] for line in told] == [
        f"{HARBOUR}:{bench.line('colour: grey')}",
        f"{HARBOUR}:{bench.line('kind: hoarding')}",
        f"reference/systems.yml:{bench.line('- id: Dulcimer', 'reference/systems.yml')}",
    ]
    assert told[0].endswith(" → remove the key, or look at `python -m seed schema` for its name")


def test_a_good_corpus_exits_0_and_a_wrong_call_2(bench: Bench) -> None:
    good = bench.cli("check")
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout == f"{sum(1 for _ in bench.read().facts())} facts in 2 article(s): nothing wrong\n"
    assert bench.cli("chekc").returncode == 2
    assert bench.cli().returncode == 2


def test_a_missing_corpus_is_an_error_not_a_crash(bench: Bench) -> None:
    for file in bench.root.rglob("*.yml"):
        file.unlink()
    done = bench.cli("check")
    assert done.returncode == 1
    assert done.stderr == "articles:1: there is no article → put one under articles/\n"
