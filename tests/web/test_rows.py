"""A data set in the explorer: its rows a page at a time, the timeline of many facts by year, the panel as a page."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from app.facts import FACTS
from app.main import create_app
from app.settings import MIGRATIONS, Settings
from seed import corpus, rules
from seed.datasets import named
from seed.importers import IMPORTERS
from seed.load import load
from tests.conftest import Api, small_corpus
from tests.importers.conftest import DATASETS
from tests.web.test_answers import page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from anyio.from_thread import BlockingPortal

SVG = "{http://www.w3.org/2000/svg}"
ROWS = 72
YEARS = range(1981, 1989)
TIMELINE = "/relations/NO/TR/timeline.svg?kind=exercise"
PANEL = "/panel?unit=dyad-year&kind=exercise&source=mme"


def exercises(into: Path) -> Path:
    """Write many exercises of Norway and Turkey: one in the first year, two in the second, and so on."""
    header, row = (DATASETS / "mme.csv").read_text(encoding="utf-8").splitlines()[:2]
    lines = [header]
    for year in YEARS:
        for _ in range(year - YEARS[0] + 1):
            of_its_own = row.replace("mme1,", f"mme{len(lines)},").replace("Anvil 81,", f"Anvil {len(lines)},")
            lines.append(of_its_own.replace("/81,", f"/{year % 100},").replace("1981", str(year)))
    # And as many as are wanted in the year after.
    row = lines[-1].replace(str(YEARS[-1]), str(YEARS[-1] + 1)).replace("/88,", "/89,")
    while len(lines) <= ROWS:
        lines.append(re.sub(r"^mme[0-9]+,Northern Anvil [0-9]+", f"mme{len(lines)},Northern Anvil {len(lines)}", row))
    file = into / "mme.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory, portal: BlockingPortal) -> Iterator[Api]:
    """The application over the tests' corpus and a data set."""
    folder = tmp_path_factory.mktemp("rows")
    root = small_corpus(folder / "corpus")
    shutil.copy(corpus.HERE / "reference" / "names.yml", root / "reference" / "names.yml")
    found = corpus.read(root, FACTS)
    rules.check(found)
    url = f"sqlite:///{folder / 'foedus.sqlite'}"
    load(found, url, FACTS, MIGRATIONS, lambda _: None, datasets=named(IMPORTERS, [f"mme={exercises(folder)}"]))
    api = Api(create_app(Settings(database_url=url, access_log=False)), url, portal)
    yield api
    api.app.state.releases.close()


def test_the_rows_of_a_data_set_are_read_a_page_at_a_time(rows: Api) -> None:
    read: list[str] = []
    target: str | None = "/sources/mme"
    while target:
        text = page(rows, target).text
        read += re.findall(r'href="/evidence/(mme\.row-[^"]+)"', text)
        following = re.search(r'href="([^"]+)" rel="next"', text)
        target = following[1] if following else None
    assert len(read) == len(set(read)) == ROWS
    assert 'href="/sources/mme" rel="first"' in text
    assert "That cannot be answered" in page(rows, "/sources/mme?cursor=nonsense", 422).text
    assert "unknown parameter" in page(rows, "/sources/harbour-gazette-2019?cursor=x", 422).text


def test_many_facts_are_bars_of_years_as_high_as_there_are_facts(rows: Api) -> None:
    picture = ET.fromstring(rows.get(TIMELINE).content)  # noqa: S314  # it is ours
    high: dict[int, float] = {}
    for link in picture.iter(f"{SVG}a"):
        told = re.fullmatch(
            r"([0-9]+) actual exercise facts? that may be of ([0-9]+)", str(link.findtext(f"{SVG}title"))
        )
        bar = link.find(f"{SVG}path")
        if told and bar is not None:
            height = re.search(r"v(-?[0-9.]+)h", bar.attrib["d"])
            assert height, bar.attrib["d"]
            high[int(told[1])] = abs(float(height[1]))
    assert set(high) == {1, 2, 3, 4, 5, 6, 7, 8, 36}
    # One measure: half as many are half as high.
    assert high[18 * 2] == pytest.approx(40)
    assert high[8] == pytest.approx(2 * high[4], abs=0.01)
    assert "at most 36 a year (1989)" in " ".join(picture.itertext())


def test_the_panel_asks_before_it_counts(rows: Api) -> None:
    text = page(rows, "/panel").text
    assert re.findall(r'<select id="f-(\w+)"[^>]* required>', text) == ["unit", "kind"]
    assert 'href="/sources/mme"' in text
    counted = page(rows, f"{PANEL}&since=1981&until=1982&country=NO").text
    assert 'href="/panel.csv?unit=dyad-year&amp;kind=exercise&amp;source=mme' in counted
    # The codes of the table, with the names that they stand for.
    assert '<bdi>Norway</bdi> <span class="note">385</span>' in counted
    refused = page(rows, "/panel?unit=dyad-year", 422).text
    assert 'role="alert"><p><code>kind</code>' in refused
    assert rows.problem("/panel?unit=dyad-year")["status"] == 422
