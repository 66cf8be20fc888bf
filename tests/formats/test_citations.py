"""CSL-JSON, BibTeX and RIS: each names release, address and source, and no text can break out of its field."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app.kit import bibliography

if TYPE_CHECKING:
    from tests.conftest import Api

FACT = "/transfers/su-tz-kite-1985"
HOSTILE = [
    "Evil { unbalanced",
    "Evil } unbalanced }}",
    "\\input{/etc/passwd} and \\\\",
    "100 % of $x^2$ & #_~^",
    "line\n@misc{injected, title = {x}}",
    "line\nER  - \nTY  - JOUR\r\nTI  - injected",
    "tab\tand \x0b\x0c\x1c\x85\u2028\u2029 breaks",
    'quotes " and “ ”',
    "Türkiye, şğı, 中文, Ω",
]


COMMANDS = {
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    **{mark: f"\\{mark}" for mark in "#$%&_"},
    "\\": r"{\textbackslash}",
}


def item(text: str) -> dict[str, Any]:
    """Return an item that says the same thing everywhere."""
    told = dict.fromkeys(("title", "publisher", "container-title", "note", "archive_location", "language"), text)
    return {"id": "one", "type": "article", **told, "author": [{"literal": text}], "URL": f"https://example.org/{text}"}


@pytest.mark.parametrize("text", HOSTILE)
def test_bibtex_stays_one_entry_and_says_the_text(text: str) -> None:
    from bibtexparser.entrypoint import parse_string

    written = bibliography.bibtex([item(text), item("plain") | {"id": "two"}]).decode()
    library = parse_string(written)
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == ["one", "two"]
    title = library.entries[0].fields_dict["title"].value
    for mark, command in COMMANDS.items():
        title = title.replace(command, mark)
    assert title.split() == text.split()
    depth = 0
    for mark in written:
        depth += (mark == "{") - (mark == "}")
        assert depth >= 0
    assert depth == 0


@pytest.mark.parametrize("text", HOSTILE)
def test_ris_stays_one_record_and_says_the_text(text: str) -> None:
    import rispy

    first, second = rispy.loads(bibliography.ris([item(text), item("plain") | {"id": "two"}]).decode())
    assert first["title"].split() == text.split()
    assert first["title"] == first["secondary_title"] == first["authors"][0]
    assert second["title"] == "plain"


def test_csl_says_the_text_as_it_is() -> None:
    for text in HOSTILE:
        assert json.loads(bibliography.csl([item(text)]))[0]["title"] == text


def test_a_fact_is_cited_with_its_release_address_passage_and_source(small: Api) -> None:
    fact = small.json(FACT)
    cited, source = small.json(f"{FACT}.csl.json")
    assert cited["title"] == fact["data"]["summary"]
    assert (cited["version"], cited["archive_location"]) == (fact["meta"]["release"], FACT)
    assert fact["data"]["evidence"][0]["exact"] in cited["note"]
    assert source == {
        "id": "river-almanac-1999",
        "type": "article",
        "title": "An Invented Almanac of the Rivers",
        "author": [{"literal": "Ida Berg"}],
        "container-title": "River Press",
        "publisher": "River Press",
        "URL": "https://example.org/almanac",
        "language": "en",
        "archive": "Foedus: facts about defence relations between countries",
        "archive_location": "/sources/river-almanac-1999",
        "note": f"As read for Foedus, release {fact['meta']['release']}, /sources/river-almanac-1999.",
    }


@pytest.mark.parametrize("suffix", ["csl.json", "bib", "ris"])
@pytest.mark.parametrize("target", [FACT, "/facts/su-tz-kite-1985", "/transfers", "/sources", "/relations/TR/NO"])
def test_every_citation_names_release_and_address(small: Api, target: str, suffix: str) -> None:
    text = small.get(f"{target}.{suffix}").text
    at = small.json(target)["links"]["self"]
    assert small.json("/version")["release"] in text
    assert at in text.replace("\\_", "_")


def test_a_question_is_cited_with_the_sources_behind_it(small: Api) -> None:
    data_set, *sources = small.json("/facts.csl.json?country=TUR")
    assert data_set["archive_location"] == "/facts?country=TR"
    assert data_set["note"] == small.json("/facts?country=TR")["meta"]["citation"]
    found = small.json("/facts?country=TR&limit=500")["data"]
    assert {one["id"] for one in sources} == {passage["source"]["id"] for fact in found for passage in fact["evidence"]}


def test_a_source_is_dated_as_far_as_it_is_known(small: Api) -> None:
    dated, undated = (
        small.json(f"/sources/{one}.csl.json")[0] for one in ("harbour-gazette-2019", "river-almanac-1999")
    )
    assert dated["issued"] == {"date-parts": [[2019]]}
    assert "issued" not in undated
    assert "PY  - 2019" in small.get("/sources/harbour-gazette-2019.ris").text
