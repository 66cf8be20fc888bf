"""Pictures: well-formed, linked, told in words, marked without colour, cached like any answer, framed by anybody."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from app.web.pictures import matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conftest import Api

SVG = "{http://www.w3.org/2000/svg}"
TIMELINE = "/relations/TR/NO/timeline.svg"
PICTURES = [
    TIMELINE,
    f"{TIMELINE}?modality=any",
    "/countries/TR/network.svg",
    "/network.svg?modality=any",
    "/transfers/flows.svg?modality=any",
    "/coverage.svg",
]
EMPTY = [
    "/relations/FR/DE/timeline.svg",
    "/countries/FR/network.svg",
    "/network.svg?country=FR",
    "/transfers/flows.svg?from=FR",
    "/coverage.svg?country=FR",
]


def drawn(api: Api, target: str) -> ET.Element:
    """Return a picture, parsed."""
    answer = api.get(target)
    assert answer.status_code == 200, f"{target}: {answer.status_code} {answer.text}"
    assert answer.headers["content-type"] == "image/svg+xml"
    return parsed(answer.content)


def parsed(content: bytes) -> ET.Element:
    """Parse a picture."""
    return ET.fromstring(content)  # noqa: S314  # it is ours


def links(picture: ET.Element) -> dict[str, str]:
    """Return what the marks of a picture lead to, with the title of each."""
    return {link.attrib["href"]: str(link.findtext(f"{SVG}title")) for link in picture.iter(f"{SVG}a")}


def rows(api: Api, target: str) -> list[dict[str, str]]:
    """Return the table behind."""
    answer = api.get(target)
    assert answer.status_code == 200, f"{target}: {answer.status_code} {answer.text}"
    return list(csv.DictReader(io.StringIO(answer.text)))


def said(picture: ET.Element) -> str:
    """Return all that is written in a picture."""
    return " ".join(text.text or "" for text in picture.iter(f"{SVG}text"))


@pytest.mark.parametrize("target", PICTURES)
def test_every_mark_leads_to_an_answer(small: Api, target: str) -> None:
    found = links(drawn(small, target))
    assert found
    for link, title in found.items():
        assert link.startswith("/")
        assert title not in ("", "None"), f"{link} has no title"
        assert small.get(link).status_code == 200, link


@pytest.mark.parametrize("target", [*PICTURES, *EMPTY])
def test_a_picture_says_what_it_is(small: Api, target: str) -> None:
    """Title, description, release and source, for whoever sees it and whoever does not."""
    picture = drawn(small, target)
    assert picture[0].tag == f"{SVG}title"
    assert picture[0].text
    assert picture[1].tag == f"{SVG}desc"
    assert picture[1].text
    assert picture.attrib["aria-labelledby"].split() == [picture[0].attrib["id"], picture[1].attrib["id"]]
    assert small.json("/version")["release"] in said(picture)
    assert "Sources" in said(picture)


@pytest.mark.parametrize("target", EMPTY)
def test_nothing_is_never_a_blank(small: Api, target: str) -> None:
    picture = drawn(small, target)
    assert "no statement that there is nothing" in said(picture)


@pytest.mark.parametrize("target", PICTURES)
def test_the_same_question_has_the_same_bytes(small: Api, target: str) -> None:
    assert small.get(target).content == small.get(target).content


@pytest.mark.parametrize("target", PICTURES)
def test_it_is_known_again(small: Api, target: str) -> None:
    answer = small.get(target)
    assert answer.headers["etag"].startswith('"')
    assert "max-age" in answer.headers["cache-control"]
    again = small.get(target, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert small.request("HEAD", target).headers["etag"] == answer.headers["etag"]


@pytest.mark.parametrize("target", PICTURES)
def test_anybody_may_frame_it_and_it_runs_and_fetches_nothing(small: Api, target: str) -> None:
    answer = small.get(target)
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors *"
    for element in parsed(answer.content).iter():
        assert element.tag != f"{SVG}script"
        assert element.tag != f"{SVG}style"
        assert "style" not in element.attrib
        assert not [name for name in element.attrib if name.startswith("on")]
    assert b"http://" not in answer.content.replace(b"http://www.w3.org/", b"")
    assert small.get("/relations/TR/NO").headers["content-security-policy"].endswith("frame-ancestors 'none'")


def test_a_timeline_has_a_mark_for_each_fact(small: Api) -> None:
    for asked in ("", "?modality=any", "?since=2018", "?kind=transfer&modality=planned"):
        found = links(drawn(small, f"{TIMELINE}{asked}"))
        ids = small.ids(f"/relations/TR/NO{asked}")
        assert set(found) == {f"/facts/{one}" for one in ids}
        behind = rows(small, f"/relations/TR/NO/timeline.csv{asked}")
        assert sorted(row["fact"] for row in behind) == sorted(ids)


def test_a_timeline_names_who_gives(small: Api) -> None:
    behind = {row["fact"]: row["direction"] for row in rows(small, "/relations/NO/TR/timeline.csv")}
    assert behind["tr-no-heron-2016"] == "TR → NO"
    assert behind["harbour-pact-2017"] == ""
    assert "transfer TR → NO" in said(drawn(small, TIMELINE))


def test_any_name_leads_to_one_address(small: Api) -> None:
    assert small.get("/relations/NOR/Turkey/timeline.svg").content == small.get("/relations/NO/TR/timeline.svg").content
    assert small.get("/countries/Turkey/network.svg").content == small.get("/countries/TR/network.svg").content


def test_modalities_are_told_apart_without_colour(small: Api) -> None:
    """Dashes for what is planned, dots for what is possible, a cross for what is denied, none for what is so."""
    picture = drawn(small, f"{TIMELINE}?modality=any&kind=transfer,cooperation,exercise")
    dashes: dict[str, set[str | None]] = {}
    for link in picture.iter(f"{SVG}a"):
        title = str(link.findtext(f"{SVG}title"))
        for mark in link.iter(f"{SVG}path"):
            dashes.setdefault(title.rpartition("(")[2].split(",")[0], set()).add(mark.get("stroke-dasharray"))
    assert dashes["actual"] == {None}
    assert dashes["planned"] == {"6,3"}
    assert dashes["possible"] == {"1.5,2.5"}
    key = said(picture)
    for words in ("actual: solid", "planned: dashed", "possible: dotted", "denied: crossed"):
        assert words in key
    crosses = [path for path in picture.iter(f"{SVG}path") if path.get("stroke") == "#a3301c"]
    denied = small.ids("/relations/TR/NO?modality=denied&kind=transfer,cooperation,exercise")
    assert len(crosses) == len(denied) + 1  # and the one of the key


@pytest.mark.parametrize(
    "asked",
    ["", "?modality=any", "?modality=any&kind=transfer", "?since=2016&modality=any", "?country=NO", "?between=TR,NO"],
)  # fmt: skip
def test_the_table_behind_a_network_has_what_its_links_find(small: Api, asked: str) -> None:
    behind = rows(small, f"/network.csv{asked}")
    assert behind
    for row in behind:
        found = small.json(row["link"])["meta"]["total"]
        assert int(row["count"]) == found, row
    marks = links(drawn(small, f"/network.svg{asked}"))
    pairs = {(row["a_id"], row["b_id"]) for row in behind}
    assert len([link for link in marks if link.startswith("/facts?")]) == len(pairs)


def test_the_compilers_counts_are_those_of_the_facts(small: Api) -> None:
    """`since=0001` finds every dated fact one by one; without it, the compiler's counts are read."""
    quotes_apart = rows(small, "/network.csv?modality=any&kind=!quote")
    assert rows(small, "/network.csv?modality=any") == quotes_apart
    compiled = {(row["a_id"], row["b_id"], row["kind"], row["modality"]): row["count"] for row in quotes_apart}
    one_by_one = rows(small, "/network.csv?modality=any&kind=!quote&granularity=instance,aggregate")
    assert compiled == {(row["a_id"], row["b_id"], row["kind"], row["modality"]): row["count"] for row in one_by_one}


def test_an_ego_network_has_a_state_and_its_partners(small: Api) -> None:
    behind = rows(small, "/countries/TR/network.csv")
    partners = {row["b_id"] if row["a_id"] == "iso2:TR" else row["a_id"] for row in behind}
    assert partners == {"iso2:NA", "iso2:NO", "iso2:UA"}
    for row in behind:
        assert int(row["count"]) == small.json(row["link"])["meta"]["total"]


def test_flows_go_from_supplier_to_recipient(small: Api) -> None:
    for asked in ("", "?modality=any", "?from=TR", "?deal_status=ordered"):
        behind = rows(small, f"/transfers/flows.csv{asked}")
        assert behind
        for row in behind:
            assert int(row["count"]) == small.json(row["link"])["meta"]["total"], row
    assert ("iso2:TR", "iso2:NO") in {(row["a_id"], row["b_id"]) for row in rows(small, "/transfers/flows.csv?from=TR")}


def test_an_arrow_on_each_flow_says_to_whom(small: Api) -> None:
    picture = drawn(small, "/transfers/flows.svg?from=TR&to=NO&modality=any")
    marks = [link for link in picture.iter(f"{SVG}a") if "→" in str(link.findtext(f"{SVG}title"))]
    shapes = [str(path.get("d")) for link in marks for path in link.iter(f"{SVG}path")]
    # An arc, and a closed triangle on it.
    assert [("Q" in shape, shape.endswith("Z")) for shape in shapes] == [(True, False), (False, True)]


def test_a_name_stands_where_no_line_goes(small: Api) -> None:
    """Who has one partner is named on the far side of its dot."""
    picture = drawn(small, "/network.svg?between=TR,NO&modality=any")
    names = {text.text: text for text in picture.iter(f"{SVG}text") if text.text in ("Norway", "Türkiye")}

    def place(text: ET.Element) -> float:
        return float(str(text.get("transform")).removeprefix("translate(").split(",")[0])

    left, right = sorted(names.values(), key=place)
    assert (left.get("text-anchor"), right.get("text-anchor", "start")) == ("end", "start")


def test_coverage_of_many_pairs_is_summed_up() -> None:
    states = [f"S{at}" for at in range(matrix.MOST_PAIRS + 5)]
    lines = [
        {"a": "AA", "b": state, "kind": "transfer", "source": "s", "status": "found" if at < 7 else "none_recorded"}
        for at, state in enumerate(states)
    ]
    pairs = matrix.rows(json.dumps(line) for line in lines)
    names = {state: state for state in ("AA", *states)}

    def written(every: Sequence[matrix.Row]) -> dict[str, str]:
        made = matrix.picture(every, ["transfer"], names, lambda *_: "/", lambda *_: "/", "Title", "Told", [])
        return {one["text"]: one.get("says", "") for one in made.data[0]["values"]}

    assert written(pairs)["7"] == "transfer: 7 pairs of 55 found"
    assert written(pairs)["48"] == "transfer: 48 pairs of 55 none_recorded"
    assert "pairs with facts found" not in written(pairs[: matrix.MOST_PAIRS])


def test_coverage_is_drawn_in_its_own_words(small: Api) -> None:
    titles = links(drawn(small, "/coverage.svg?between=TR,NO"))
    told: dict[str, set[str]] = {}
    for record in small.json("/coverage?between=TR,NO&limit=500")["data"]:
        told.setdefault(record["kind"], set()).add(record["status"])
    for kind, statuses in told.items():
        says = titles[f"/coverage?between=NO,TR&kind={kind}"]
        best = next(one for one in ("found", "denied", "none_recorded", "out_of_scope") if one in statuses)
        assert f", {kind}: {best} (" in says


@pytest.mark.parametrize(
    ("target", "parameter"),
    [
        (f"{TIMELINE}?limit=5", "limit"),
        (f"{TIMELINE}?between=TR,NO", "between"),
        ("/countries/TR/network.svg?frm=TR", "frm"),
        ("/network.svg?modality=likely", "modality"),
        ("/network.csv?sort=date", "sort"),
        ("/transfers/flows.svg?since=soon", "since"),
        ("/coverage.svg?since=2016", "since"),
    ],
)
def test_a_wrong_question_is_an_error_that_teaches(small: Api, target: str, parameter: str) -> None:
    document = small.problem(target)
    assert [error["parameter"] for error in document["errors"]] == [parameter]


def test_what_is_not_there_is_not_drawn(small: Api) -> None:
    small.problem("/countries/Ruritania/network.svg", 404)
    small.problem("/relations/TR/Turkey/timeline.svg", 422)
    small.problem("/network.svg?release=0123456789ab", 410)
    assert small.get("/network.svg", headers={"Accept": "application/json"}).status_code == 406


def test_a_release_that_is_named_is_named_by_every_mark(small: Api) -> None:
    release = small.json("/version")["release"]
    for target in (TIMELINE, "/countries/TR/network.svg", "/network.svg", "/transfers/flows.svg"):
        answer = small.get(f"{target}?release={release}")
        assert "immutable" in answer.headers["cache-control"]
        found = links(parsed(answer.content))
        facts = [link for link in found if link.startswith(("/facts", "/transfers"))]
        assert facts
        assert all(f"release={release}" in link for link in facts)
