"""A source that does not let its words be passed on: none is in any answer or export, and all can be checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from tests.conftest import Database, api_of, compiled, small_corpus

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

    from tests.conftest import Api

SOURCE = "river-almanac-1999"
FORMATS = ("json", "csv", "ndjson", "geojson", "jsonld", "csl.json", "bib", "ris")


@pytest.fixture(scope="module")
def silent(
    database: Callable[[str], Database], tmp_path_factory: pytest.TempPathFactory, portal: BlockingPortal
) -> Iterator[Api]:
    """The API over the tests' corpus, one of whose sources says that nothing of it may be passed on."""
    root = small_corpus(tmp_path_factory.mktemp("silent"))
    article = root / "articles" / f"{SOURCE}.yml"
    text = article.read_text(encoding="utf-8")
    assert "redistribute: passages" in text
    article.write_text(text.replace("redistribute: passages", "redistribute: none"), encoding="utf-8")
    made = database("silent")
    compiled(root, made.load)
    yield from api_of(made.read, portal)


@pytest.fixture(scope="module")
def summaries(small: Api) -> list[str]:
    """What we say in our own words: in an invented corpus, these are some source's own too."""
    return [fact["summary"] for fact in small.json("/facts?modality=any&limit=500")["data"]]


def quoted(text: str, passages: dict[str, Any], summaries: list[str]) -> list[str]:
    """Return the passages whose words stand in a text, our own words apart."""
    for summary in summaries:
        text = text.replace(summary, "")
    return [id_ for id_, passage in passages.items() if passage["exact"] in text]


@pytest.fixture(scope="module")
def passages(small: Api) -> dict[str, Any]:
    """The passages as a corpus serves them that may."""
    facts = small.json(f"/facts?source={SOURCE}&modality=any&limit=500")["data"]
    return {one["id"]: one for fact in facts for one in fact["evidence"]}


def test_words_are_null_and_digests_stay(silent: Api, passages: dict[str, Any]) -> None:
    assert passages
    for id_, passage in passages.items():
        found = silent.json(f"/evidence/{id_}")["data"]
        assert found == passage | {"exact": None, "prefix": None, "suffix": None}
        assert len(found["sha256"]) == 64


@pytest.mark.parametrize("suffix", FORMATS)
def test_no_format_has_the_words(
    silent: Api, small: Api, passages: dict[str, Any], summaries: list[str], suffix: str
) -> None:
    limit = "&limit=500" if suffix == "json" else ""
    target = f"/facts.{suffix}?modality=any{limit}"
    text, told = silent.get(target).text, small.get(target).text
    with_words = suffix in {"json", "csv", "ndjson", "jsonld"}
    assert bool(quoted(told, passages, summaries)) == with_words
    assert quoted(text, passages, summaries) == []
    # The other source's words are there as ever.
    assert ("Norway also ordered 4 Pike corvettes from Turkey, but none" in text) == with_words


def test_one_record_has_no_words_in_any_format(
    silent: Api, small: Api, passages: dict[str, Any], summaries: list[str]
) -> None:
    for suffix in ("json", "geojson", "jsonld", "csl.json", "bib", "ris"):
        target = f"/facts/cg-cd-boats-1998.{suffix}"
        assert quoted(small.get(target).text, passages, summaries) or suffix in {"bib", "ris"}, suffix
        assert quoted(silent.get(target).text, passages, summaries) == []


def test_a_table_names_what_is_withheld(silent: Api) -> None:
    rows = csv.DictReader(io.StringIO(silent.get("/facts.csv?modality=any").text, newline=""))
    for row in rows:
        withheld = row["evidence_ids"] if row["evidence_sources"].startswith(SOURCE) else ""
        assert row["evidence_withheld"] == withheld
        assert (row["evidence_exact"] == "") == bool(withheld)
        assert row["evidence_sha256"]


def test_a_quote_is_without_its_words(silent: Api, small: Api) -> None:
    for quote in small.json(f"/quotes?source={SOURCE}")["data"]:
        found = silent.json(f"/quotes/{quote['id']}")["data"]
        assert (found["text"], found["segments"]) == (None, [])
        assert found["speaker"] == quote["speaker"]


def test_the_package_and_its_database_are_without_the_words(
    silent: Api, passages: dict[str, Any], summaries: list[str]
) -> None:
    package = ZipFile(io.BytesIO(silent.get("/datapackage.zip").content))
    for name in package.namelist():
        content = package.read(name).decode("utf-8", "replace")
        assert quoted(content, passages, summaries) == [], name


def test_a_source_says_so(silent: Api) -> None:
    assert silent.json(f"/sources/{SOURCE}")["data"]["redistribute"] == "none"
