"""Whole results over real HTTP, as their readers read them: pandas as it is, slow readers, readers that go away."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import httpx
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.live.conftest import Server


@pytest.fixture(scope="module")
def pandas() -> Any:
    """Pandas."""
    # Imported here: it is slow to load, and only these tests need it.
    import pandas as pd

    return pd


@pytest.mark.parametrize("collection", ["transfers", "facts", "agreements", "quotes", "countries", "coverage"])
def test_pandas_reads_a_csv_by_its_address(server: Server, pandas: Any, collection: str) -> None:
    page = httpx.get(f"{server.url}/{collection}?limit=1").json()
    frame = pandas.read_csv(f"{server.url}/{collection}.csv")
    assert len(frame) == page["meta"]["total"]


def test_pandas_reads_a_question_with_all_it_needs(server: Server, pandas: Any) -> None:
    frame = pandas.read_csv(f"{server.url}/transfers.csv?from=TR")
    facts = {one["id"]: one for one in httpx.get(f"{server.url}/transfers?from=TR").json()["data"]}
    assert set(frame["id"]) == set(facts)
    assert set(frame["supplier_iso3"]) == {"TUR"}
    for _, row in frame.iterrows():
        assert row["evidence_exact"].split(" ¶ ") == [one["exact"] for one in facts[row["id"]]["evidence"]]
        assert (row["modality"], row["granularity"]) == ("actual", facts[row["id"]]["granularity"])


def test_pandas_finds_namibia(server: Server, pandas: Any) -> None:
    frame = pandas.read_csv(f"{server.url}/countries.csv")
    assert not frame["id"].isna().any()
    (namibia,) = frame[frame["name"] == "Namibia"].to_dict("records")
    assert (namibia["id"], namibia["codes_iso3"]) == ("iso2:NA", "NAM")


def test_pandas_reads_lines_of_json(server: Server, pandas: Any) -> None:
    frame = pandas.read_json(f"{server.url}/facts.ndjson?fields=summary", lines=True)
    assert {"id", "kind", "modality", "asserted_by", "hedges", "granularity", "summary"} == set(frame.columns)


def test_a_head_is_answered_at_once_and_leaves_the_connection_usable(server: Server) -> None:
    with httpx.Client(base_url=server.url) as client:
        for target in ("/facts.csv", "/datapackage.zip", "/transfers"):
            assert client.head(target).status_code == 200
            assert client.get("/healthz").json() == {"status": "alive"}


def test_readers_that_go_away_leave_nothing_behind(server: Server) -> None:
    """Fifty go away in the middle; then as many connections as ever are there for others."""

    async def leave() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /datapackage.zip HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await writer.drain()
        writer.transport.abort()

    async def all_leave() -> None:
        await asyncio.gather(*(leave() for _ in range(50)))

    asyncio.run(all_leave())
    whole = httpx.get(f"{server.url}/facts.csv?modality=any")
    assert whole.status_code == 200
    assert httpx.get(f"{server.url}/facts?limit=1").status_code == 200


def test_the_package_s_database_is_one(server: Server, tmp_path: Path) -> None:
    archive = tmp_path / "package.zip"
    archive.write_bytes(httpx.get(f"{server.url}/datapackage.zip").content)
    connection = sqlite3.connect(ZipFile(archive).extract("foedus.sqlite", tmp_path))
    (release,) = connection.execute("SELECT id FROM release").fetchone()
    connection.close()
    assert release == httpx.get(f"{server.url}/version").json()["release"]
