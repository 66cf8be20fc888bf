"""Releases in time: three editions of one corpus, asked for by name; what changed from one to the next, and why."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from jsonschema.validators import Draft202012Validator

from app.core.choosing import RELEASE
from app.facts import FACTS
from app.kit import openapi
from app.kit.pages import Cursor
from app.kit.sqlite import release_file
from app.main import create_app
from app.settings import MIGRATIONS, Settings
from seed import corpus, files
from seed.load import load
from tests.conftest import Api, Database, api_of
from tests.live.editions import Edition, editions

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

ATOM = "{http://www.w3.org/2005/Atom}"
# What becomes of them: the first edition has no ADDED, the third has none of the others.
ADDED, RETIRED, MERGED, LOST = "dry-sand-2019", "no-rifles", "ua-tr-heron-production", "no-na-pike-cancelled"
SUCCESSOR = "tr-no-heron-2016"
WHY = "The passage speaks of <another> & of no rifle."
NEVER = "0123456789ab"
# Every operation that answers from a release is asked by one of these; test_every_operation_is_asked says so.
# They have tests of their own; of trainings this corpus has none.
PICTURES = {
    "/relations/{a}/{b}/timeline.svg",
    "/countries/{name}/network.svg",
    "/network.svg",
    "/transfers/flows.svg",
    "/coverage.svg",
}
# What they show, as tables; these have no page.
TABLES = {"/relations/{a}/{b}/timeline", "/countries/{name}/network", "/network", "/transfers/flows"}
APART = {"/changes", "/datapackage.zip", "/trainings/{id}", *PICTURES, *TABLES}
ASKED = (
    "/facts?modality=any&limit=5",
    "/facts?country=RU&facet=kind",
    "/facts?group_by=kind",
    f"/facts/{SUCCESSOR}",
    *(f"/{resource.collection}?modality=any" for resource in FACTS),
    "/agreements/harbour-pact-2017",
    "/transfers/tr-no-heron-2016",
    "/cooperation/ru-tr-drone-expected",
    "/exercises/calm-water-3",
    "/deployments/tr-na-base",
    "/holdings/na-kite-holding",
    "/events/amber-bay-capture-2014",
    "/quotes/quote-vinter-drone",
    "/countries?has=transfer",
    "/countries/TUR",
    "/organizations",
    "/organizations/FCF",
    "/people",
    "/people/lars-vinter",
    "/systems",
    "/systems/H7",
    "/places",
    "/places/Amber Bay",
    "/sources",
    "/sources/harbour-gazette-2019",
    "/relations",
    "/relations/TR/NO?modality=any",
    "/coverage?between=TR,NO",
    "/panel?unit=dyad-year&kind=exercise&source=harbour-gazette-2019&country=NO&since=2018&until=2018",
    "/search?q=heron",
    "/resolve?q=Turkey",
    "/evidence/harbour-gazette-2019.41-156",
    "/vocab",
    "/vocab/modality",
)
SUFFIXED = (
    "/relations/TR/NO/timeline.csv",
    "/countries/TR/network.csv",
    "/network.csv",
    "/transfers/flows.csv",
    "/facts.csv",
    "/transfers.ndjson",
    "/facts.jsonld",
    "/facts.geojson",
    "/transfers.bib",
    "/transfers.metadata.json",
    f"/transfers/{SUCCESSOR}.jsonld",
    f"/transfers/{SUCCESSOR}.ris",
)


@dataclass(frozen=True)
class Held:
    """The API over three editions, of which the last is current, and what it answered while each was."""

    api: Api
    releases: tuple[str, str, str]
    then: dict[str, dict[str, str]]

    @property
    def first(self) -> str:
        """The oldest."""
        return self.releases[0]

    @property
    def current(self) -> str:
        """The newest."""
        return self.releases[2]


def without(edition: Edition, *ids: str) -> Path:
    """Take facts out of an edition."""
    article = edition.root / "articles" / "harbour-gazette-2019.yml"
    content = files.read(article, edition.root).content
    kept = [one for one in content["facts"] if one["id"] not in ids]
    assert len(content["facts"]) - len(kept) == len(ids)
    article.write_text(files.dump(content | {"facts": kept}), encoding="utf-8")
    (edition.root / "expect.yml").unlink()
    return edition.root


def retiring(root: Path) -> None:
    """Say why facts are no longer in it."""
    retired = root / "retired.yml"
    entries = [
        *files.read(retired, root).content,
        {"id": RETIRED, "reason": WHY},
        {"id": MERGED, "reason": "It was the same deal, told twice.", "successor": SUCCESSOR},
    ]
    retired.write_text(files.dump(sorted(entries, key=lambda one: str(one["id"]))), encoding="utf-8")


def loaded(root: Path, url: str) -> str:
    """Compile a corpus as it is now; return its release."""
    found = corpus.read(root, FACTS)
    return load(found, url, FACTS, MIGRATIONS, lambda _: None)


@pytest.fixture(scope="module")
def database_of_three(database: Callable[[str], Database]) -> Database:
    """An empty database, on each engine in turn."""
    return database("three")


@pytest.fixture(scope="module")
def three(
    database_of_three: Database, tmp_path_factory: pytest.TempPathFactory, portal: BlockingPortal
) -> Iterator[Held]:
    """Three releases, loaded one after the other under the eyes of a running service."""
    first, second, third = editions(tmp_path_factory.mktemp("editions"), 3)
    retiring(without(third, RETIRED, MERGED, LOST))
    roots = [without(first, ADDED), second.root, third.root]
    releases: list[str] = []
    then: dict[str, dict[str, str]] = {}
    for api in api_of(database_of_three.read, portal):
        for root in roots:
            releases.append(loaded(root, database_of_three.load))
            then[releases[-1]] = {target: api.get(target).text for target in (*ASKED, *SUFFIXED)}
        yield Held(api, (releases[0], releases[1], releases[2]), then)


def pinned(target: str, release: str) -> str:
    """Ask a question of a release."""
    return f"{target}{'&' if '?' in target else '?'}release={release}"


def operations(three: Held) -> dict[tuple[str, str], Any]:
    """Return the operations by (method, path)."""
    paths = openapi.plain(three.api.app)["paths"]
    return {(method, path): one for path, methods in paths.items() for method, one in methods.items()}


def takes_release(operation: Any) -> bool:
    """Whether it is documented to take `release`."""
    return RELEASE.name in {parameter["name"] for parameter in operation.get("parameters", ())}


def test_every_operation_takes_it_but_those_about_the_service_of_today(three: Held) -> None:
    others = {path for (_, path), operation in operations(three).items() if not takes_release(operation)}
    assert others == {"/", "/healthz", "/readyz", "/version", "/releases", "/releases/{id}"}
    for path in sorted(others):
        (culprit,) = three.api.problem(f"{path.format(id=three.first)}?release={three.first}")["errors"]
        assert culprit["parameter"] == "release"
    for operation in operations(three).values():
        assert not takes_release(operation) or "410" in operation["responses"]


def test_every_operation_is_asked(three: Held) -> None:
    """By its path: what this file asks of an earlier release leaves no operation out."""
    asked = {urlsplit(target).path for target in ASKED}
    for (method, path), operation in operations(three).items():
        if not takes_release(operation) or method == "post" or path in APART:
            continue
        parts = path.split("/")
        fitting = [
            one
            for one in asked
            if len(one.split("/")) == len(parts)
            and all(a == b or a.startswith("{") for a, b in zip(parts, one.split("/"), strict=True))
        ]
        assert fitting, path


@pytest.mark.parametrize("target", [*ASKED, *SUFFIXED])
def test_an_earlier_release_answers_as_it_did(three: Held, target: str) -> None:
    """Byte for byte, but that each address names the release: `links.self` has the same bytes for good."""
    for release in three.releases:
        answer = three.api.get(pinned(target, release))
        assert answer.status_code == 200, answer.text
        told = answer.text.replace(f"&release={release}", "").replace(f"?release={release}", "")
        assert told == three.then[release][target]
        assert answer.headers["foedus-release"] == release
        assert "immutable" in answer.headers["cache-control"]
        if target in ASKED:
            document = answer.json()
            assert document["links"]["self"].endswith(f"release={release}")
            assert document["links"]["self"] in document["meta"]["citation"]
            assert three.api.get(document["links"]["self"]).content == answer.content


def test_editions_do_differ(three: Held) -> None:
    """Else the tests above would prove nothing."""
    for target in ("/facts?modality=any&limit=5", f"/facts/{SUCCESSOR}", "/sources", "/facts.jsonld"):
        assert len({three.then[release][target] for release in three.releases}) == 3, target


def test_each_release_has_its_etag_and_an_answer_of_today_asks_again_in_a_minute(three: Held) -> None:
    asked = [three.api.get(pinned("/facts", release)) for release in three.releases]
    today = three.api.get("/facts")
    assert len({answer.headers["etag"] for answer in (*asked, today)}) == 4
    assert "immutable" not in today.headers["cache-control"]
    known = {"If-None-Match": asked[0].headers["etag"]}
    assert three.api.get(pinned("/facts", three.first), headers=known).status_code == 304
    assert three.api.get("/facts", headers=known).status_code == 200


def test_what_leads_on_stays_in_the_release(three: Held) -> None:
    page = three.api.json(pinned("/facts?country=RU&facet=kind&limit=1", three.first))
    assert f"release={three.first}" in page["links"]["next"]
    assert three.api.json(page["links"]["next"])["meta"]["release"] == three.first
    for value in page["meta"]["facets"][0]["values"]:
        assert three.api.json(value["link"])["meta"]["release"] == three.first
        assert three.api.json(value["link"])["meta"]["total"] == value["count"]
    for group in three.api.json(pinned("/facts?group_by=kind", three.first))["data"]:
        assert three.api.json(group["link"])["meta"]["release"] == three.first
    alone = three.api.json(pinned("/evidence/harbour-gazette-2019.41-156", three.first))
    assert three.api.json(alone["links"]["more"]["facts"])["meta"]["release"] == three.first
    notes = three.api.json(pinned("/facts?country=RU", three.first))["meta"]["notes"]
    links = [note["link"] for note in notes if note["link"]]
    assert links
    assert all(three.api.json(link)["meta"]["release"] == three.first for link in links)


def test_what_was_added_later_is_not_there_and_what_was_retired_later_is(three: Held) -> None:
    first, second, current = three.releases
    assert three.api.get(pinned(f"/facts/{ADDED}", first)).status_code == 404
    assert three.api.get(pinned(f"/exercises/{ADDED}", second)).status_code == 200
    for gone in (RETIRED, MERGED, LOST):
        assert three.api.get(pinned(f"/facts/{gone}", second)).status_code == 200
    assert WHY in three.api.problem(pinned(f"/facts/{RETIRED}", current), 410)["detail"]


@pytest.mark.parametrize("suffix", ["", ".jsonld", ".bib", ".csl.json", ".geojson"])
def test_retired_and_merged_ids(three: Held, suffix: str) -> None:
    assert WHY in three.api.problem(f"/holdings/{RETIRED}{suffix}", 410)["detail"]
    sent_on = three.api.get(f"/cooperation/{MERGED}{suffix}")
    assert (sent_on.status_code, sent_on.headers["location"]) == (308, f"/facts/{SUCCESSOR}{suffix}")
    sent_on = three.api.get(pinned(f"/cooperation/{MERGED}{suffix}", three.current))
    assert sent_on.headers["location"] == f"/facts/{SUCCESSOR}{suffix}?release={three.current}"
    assert three.api.get(sent_on.headers["location"]).status_code == 200
    lost = three.api.problem(f"/facts/{LOST}{suffix}", 410)
    assert lost["type"] == "/problems/retired"
    assert "does not have it any more" in lost["detail"]


@pytest.mark.parametrize("path", ["/facts", f"/facts/{SUCCESSOR}", "/countries/TR", "/search?q=heron", "/vocab"])
def test_a_release_that_is_not_held_is_410_and_names_those_that_are(three: Held, path: str) -> None:
    problem = three.api.problem(pinned(path, NEVER), 410)
    assert problem["type"] == "/problems/release-gone"
    assert all(release in problem["detail"] for release in (NEVER, *three.releases))


@pytest.mark.parametrize("release", ["", "yesterday", "0123456789AB", "0123456789abc", "../0123456789", "!" + NEVER])
@pytest.mark.parametrize("path", ["/facts", f"/facts/{SUCCESSOR}", "/countries/TR", "/resolve?q=TR"])
def test_what_is_no_release_is_422(three: Held, path: str, release: str) -> None:
    (culprit,) = three.api.problem(pinned(path, release))["errors"]
    assert culprit["parameter"] == "release"


def test_it_is_given_once_however_it_is_spelled(three: Held) -> None:
    twice = f"/facts?release={three.first}&release={three.current}"
    assert three.api.problem(twice)["errors"][0]["parameter"] == "release"
    spelled = f"/facts?%72elease=%{ord(three.first[0]):x}{three.first[1:]}"
    assert three.api.json(spelled) == three.api.json(f"/facts?release={three.first}")


def test_a_cursor_of_another_release_is_refused(three: Held) -> None:
    cursor = three.api.json("/facts?limit=2")["links"]["next"].partition("cursor=")[2]
    (culprit,) = three.api.problem(pinned(f"/facts?limit=2&cursor={cursor}", three.first))["errors"]
    assert culprit["parameter"] == "cursor"
    assert three.current in culprit["detail"]
    assert Cursor.read(cursor).release == three.current
    assert three.api.json(pinned(f"/facts?limit=2&cursor={cursor}", three.current))["data"]


def test_what_is_posted_is_asked_of_it_too(three: Held) -> None:
    asked = three.api.request("POST", f"/resolve?release={three.first}", json={"names": ["Turkey"]})
    assert (asked.status_code, asked.json()["meta"]["release"]) == (200, three.first)
    text = "Report on the Harbour States"
    verified = three.api.request("POST", f"/quotes/verify?release={three.first}", json={"text": text})
    assert (verified.status_code, verified.json()["meta"]["release"]) == (200, three.first)
    assert three.api.request("POST", f"/resolve?release={NEVER}", json={"names": []}).status_code == 410


def test_the_package_of_an_earlier_release(three: Held) -> None:
    answer = three.api.get(f"/datapackage.zip?release={three.first}")
    assert (answer.status_code, answer.headers["foedus-release"]) == (200, three.first)


def test_releases_are_listed_with_what_they_hold(three: Held) -> None:
    answer = three.api.json("/releases")
    first, second, current = three.releases
    assert [one["id"] for one in answer["data"]] == [current, second, first]
    assert [one["current"] for one in answer["data"]] == [True, False, False]
    assert [sum(one["facts"].values()) for one in answer["data"]] == [32, 35, 34]
    assert [one["facts"]["exercise"] for one in answer["data"]] == [3, 3, 2]
    newest, _, oldest = answer["data"]
    assert newest["entities"]["people"] == three.api.json("/people")["meta"]["total"]
    assert [one["title"] for one in newest["sources"]] == [
        "An Invented Report on the Harbour States edition 3",
        "An Invented Almanac of the Rivers edition 3",
    ]
    assert newest["links"] == {"facts": f"/facts?release={current}", "changes": None}
    assert oldest["links"] == {"facts": f"/facts?release={first}", "changes": f"/changes?since={first}"}
    for one in answer["data"]:
        assert three.api.json(f"/releases/{one['id']}")["data"] == one
        assert three.api.json(one["links"]["facts"] + "&modality=any")["meta"]["total"] == sum(one["facts"].values())
    assert answer["meta"]["release"] == current
    assert "no-cache" in three.api.get("/releases").headers["cache-control"]
    assert three.api.get("/releases/yesterday").status_code == 404
    assert current in three.api.problem(f"/releases/{NEVER}", 410)["detail"]


def changes(three: Held, more: str = "") -> dict[str, Any]:
    """Return what changed since the first release, by id."""
    found = three.api.json(f"/changes?since={three.first}&limit=500{more}")
    assert found["meta"]["total"] == len(found["data"])
    return {one["id"]: one for one in found["data"]}


def test_what_changed(three: Held) -> None:
    found = changes(three)
    assert list(found) == sorted(found)
    by_change = {name: {id_ for id_, one in found.items() if one["change"] == name} for name in ("added", "retired")}
    assert by_change == {"added": {ADDED}, "retired": {RETIRED, MERGED, LOST}}
    assert sum(one["change"] == "modified" for one in found.values()) == 31
    assert found[RETIRED]["reason"] == WHY
    assert found[MERGED]["successor"] == SUCCESSOR
    assert "does not have it any more" in found[LOST]["reason"]
    assert found[ADDED]["reason"] is None
    for one in found.values():
        gone = 308 if one["successor"] else 410
        assert three.api.get(one["link"]).status_code == (gone if one["change"] == "retired" else 200)


def test_changes_are_filtered_and_paged(three: Held) -> None:
    assert set(changes(three, "&change=retired")) == {RETIRED, MERGED, LOST}
    assert set(changes(three, "&change=retired&kind=holding")) == {RETIRED}
    assert set(changes(three, "&change=!modified&kind=!holding")) == {ADDED, MERGED, LOST}
    walked: list[str] = []
    following: str | None = f"/changes?since={three.first}&limit=10"
    while following:
        page = three.api.json(following)
        walked += [one["id"] for one in page["data"]]
        following = page["links"]["next"]
    assert walked == list(changes(three))


def test_changes_as_tables(three: Held) -> None:
    rows = list(csv.DictReader(io.StringIO(three.api.get(f"/changes.csv?since={three.first}").text)))
    lines = three.api.get(f"/changes.ndjson?since={three.first}").text.splitlines()
    assert [row["id"] for row in rows] == [json.loads(line)["id"] for line in lines] == list(changes(three))


def test_changes_in_an_earlier_release(three: Held) -> None:
    first, second, _ = three.releases
    found = three.api.json(f"/changes?since={first}&release={second}&change=!modified")
    assert [(one["id"], one["change"]) for one in found["data"]] == [(ADDED, "added")]


def test_since_the_current_release_nothing_changed(three: Held) -> None:
    assert three.api.json(f"/changes?since={three.current}")["data"] == []


def test_since_what_is_not_known(three: Held) -> None:
    assert three.api.problem("/changes")["errors"][0]["detail"] == "is required"
    assert "hexadecimal" in three.api.problem("/changes?since=2020")["detail"]
    problem = three.api.problem(f"/changes?since={NEVER}", 410)
    assert all(release in problem["detail"] for release in three.releases)
    # It was loaded before the one that it is asked about: there can be no list.
    (culprit,) = three.api.problem(f"/changes?since={three.current}&release={three.first}")["errors"]
    assert culprit["parameter"] == "since"
    assert "no list of changes" in culprit["detail"]


def test_changes_as_a_feed(three: Held) -> None:
    answer = three.api.get(f"/changes.atom?since={three.first}&change=retired&limit=2")
    assert answer.headers["content-type"] == "application/atom+xml"
    feed = ET.fromstring(answer.content)  # noqa: S314  # our own answer
    assert feed.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated", f"author/{ATOM}name"):
        assert feed.findtext(f"{ATOM}{name}"), name
    links = {link.attrib["rel"]: link.attrib["href"] for link in feed.findall(f"{ATOM}link")}
    assert set(links) == {"self", "alternate", "next"}
    assert all(link.startswith("http://test/changes") for link in links.values())
    assert three.api.get(links["self"].removeprefix("http://test")).content == answer.content
    entries = feed.findall(f"{ATOM}entry")
    following = three.api.get(links["next"].removeprefix("http://test"))
    entries += ET.fromstring(following.content).findall(f"{ATOM}entry")  # noqa: S314  # likewise
    told = {str(entry.findtext(f"{ATOM}title")).removeprefix("retired: "): entry for entry in entries}
    assert set(told) == {RETIRED, MERGED, LOST}
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 3
    assert all(str(entry.findtext(f"{ATOM}id")).startswith("urn:uuid:") for entry in entries)
    assert WHY in str(told[RETIRED].findtext(f"{ATOM}summary"))
    assert told[RETIRED].find(f"{ATOM}link").attrib["href"] == f"http://test/holdings/{RETIRED}"  # type: ignore[union-attr]  # it is there, or the test fails


def test_an_entry_keeps_its_id_whoever_serves_it(three: Held) -> None:
    def ids(**more: Any) -> list[str | None]:
        feed = three.api.get(f"/changes.atom?since={three.first}", **more).content
        return [entry.findtext(f"{ATOM}id") for entry in ET.fromstring(feed)]  # noqa: S314  # our own answer

    assert ids() == ids(headers={"Host": "other.example"})
    elsewhere = three.api.get(f"/changes.atom?since={three.first}", headers={"Host": "other.example"}).text
    assert 'href="http://other.example/changes.atom?since=' in elsewhere


def test_changes_are_of_their_documented_shape(three: Held) -> None:
    document = three.api.json("/openapi.json")
    for path, operation in document["paths"].items():
        if path in {"/changes", "/releases", "/releases/{id}"}:
            content = operation["get"]["responses"]["200"]["content"]["application/json"]
            schema = {**content["schema"], "components": document["components"]}
            Draft202012Validator(schema).validate(content["example"])
            assert content["example"]["data"]


def test_a_citation_names_the_sources_behind_the_answer(three: Held) -> None:
    def cited(target: str) -> str:
        citation: str = three.api.json(target)["meta"]["citation"]
        return citation.partition("Sources")[2].partition(" Facts and summaries")[0]

    gazette = "An Invented Report on the Harbour States edition 3 (The Harbour Gazette)"
    river = "An Invented Almanac of the Rivers edition 3 (River Press)"
    assert cited(f"/facts/{SUCCESSOR}") == f": {gazette}."
    assert cited("/facts?source=river-almanac-1999") == f": {river}."
    assert cited("/facts?modality=any&limit=500") == f": {gazette}; {river}."
    assert cited("/facts?modality=any&limit=500&fields=id") == f": {gazette}; {river}."
    assert cited("/coverage?source=river-almanac-1999") == f": {river}."
    assert cited("/sources/river-almanac-1999") == f": {river}."
    # Groups are by source, and so name theirs; a list of names has none, and is the release's.
    assert cited("/facts?group_by=kind") == f": {gazette}; {river}."
    assert cited("/places") == f" of the release: {gazette}; {river}."
    assert cited(pinned(f"/facts/{SUCCESSOR}", three.first)) == f": {gazette.replace('3', '1')}."


def test_a_release_of_another_schema_is_said_to_be_so(tmp_path: Path, portal: BlockingPortal) -> None:
    """It was compiled before a migration, and stays held until three others are loaded: nothing is a 5xx."""
    url = f"sqlite:///{tmp_path / 'foedus.sqlite'}"
    older, other, newest = (loaded(one.root, url) for one in editions(tmp_path, 3))
    for release, statement in ((older, "ALTER TABLE release DROP COLUMN coverage"), (other, "SELECT 1")):
        with sqlite3.connect(release_file(tmp_path / "foedus.sqlite", release)) as file:
            file.execute(statement)
            file.execute("UPDATE alembic_version SET version_num = '0001'")
        file.close()
    api = Api(create_app(Settings(database_url=url)), url, portal)
    listed = {one["id"]: one for one in api.json("/releases")["data"]}
    assert {id_: one["readable"] for id_, one in listed.items()} == {newest: True, other: False, older: False}
    for release in (older, other):
        assert listed[release]["facts"] is None
        assert api.json(f"/releases/{release}")["data"] == listed[release]
        problem = api.problem(f"/facts?release={release}", 410)
        assert "schema 0001" in problem["detail"]
    assert api.json(f"/changes?since={older}")["meta"]["release"] == newest
    api.app.state.releases.close()
