"""The release as a Frictionless Data Package: it validates, its digests are true, its tables are the API's own."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from app.facts import FACTS
from app.reference import CATALOGUES

if TYPE_CHECKING:
    from tests.conftest import Api

TABLES = [*(one.collection for one in FACTS), *(one.collection for one in CATALOGUES)]


@pytest.fixture
def package(small: Api) -> ZipFile:
    """The archive."""
    answer = small.get("/datapackage.zip")
    release = small.json("/version")["release"]
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"] == f'attachment; filename="foedus-{release}.zip"'
    return ZipFile(io.BytesIO(answer.content))


def descriptor(package: ZipFile) -> Any:
    """Return what the package says of itself."""
    return json.loads(package.read("datapackage.json"))


def test_it_is_whole_and_its_digests_are_true(small: Api, package: ZipFile) -> None:
    assert package.testzip() is None
    said = descriptor(package)
    assert said["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert said["version"] == small.json("/version")["release"]
    for resource in said["resources"]:
        content = package.read(resource["path"])
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert {one["path"] for one in said["resources"]} | {"datapackage.json"} == set(package.namelist())


def test_it_validates(package: ZipFile, tmp_path: Path) -> None:
    package.extractall(tmp_path)
    # In a process of its own: its imports warn.
    validate = [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"]
    found = subprocess.run(validate, cwd=tmp_path, capture_output=True, text=True, check=False)
    report = json.loads(found.stdout)
    assert report["valid"], report
    assert report["stats"]["tasks"] == len(descriptor(package)["resources"])


@pytest.mark.parametrize("name", TABLES)
def test_its_tables_are_the_whole_of_the_api_s(small: Api, package: ZipFile, name: str) -> None:
    every = "?modality=any" if name in {one.collection for one in FACTS} else ""
    assert package.read(f"{name}.csv") == small.get(f"/{name}.csv{every}").content


def test_counts_and_coverage_are_in_it_too(small: Api, package: ZipFile) -> None:
    assert package.read("relations.csv") == small.get("/relations.csv?modality=any").content
    assert package.read("coverage.csv") == small.get("/coverage.csv").content
    passages = package.read("evidence.csv").decode().count("\r\nharbour-gazette-2019.")
    assert passages == small.json("/sources/harbour-gazette-2019")["data"]["passages"]


def test_the_sqlite_file_is_in_it_where_there_is_one(small: Api, package: ZipFile, tmp_path: Path) -> None:
    on_sqlite = small.url.startswith("sqlite")
    assert ("foedus.sqlite" in package.namelist()) == on_sqlite
    assert ("is the release as it is served" in descriptor(package)["description"]) == on_sqlite
    if on_sqlite:
        connection = sqlite3.connect(package.extract("foedus.sqlite", tmp_path))
        (facts,) = connection.execute("SELECT count(*) FROM fact").fetchone()
        connection.close()
        assert facts == small.json("/facts?modality=any")["meta"]["total"]


def test_a_release_is_the_same_bytes_every_time(small: Api) -> None:
    assert small.get("/datapackage.zip").content == small.get("/datapackage.zip").content
