"""The service itself: what there is, whether it is alive and ready, which version answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.facts import FACTS
from app.main import create_app
from app.reference import CATALOGUES
from app.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from anyio.from_thread import BlockingPortal

    from tests.conftest import Api


def test_the_service_document_leads_everywhere(small: Api) -> None:
    answer = small.json("/")
    collections = answer["data"]["collections"]
    assert {one.collection for one in FACTS} | {one.collection for one in CATALOGUES} | {
        "facts",
        "relations",
        "coverage",
        "resolve",
        "search",
    } == set(collections)
    for target in (*collections.values(), *answer["data"]["documentation"].values()):
        asked = f"{target}?q=TR" if target in {"/resolve", "/search"} else target
        assert small.get(asked).status_code == 200, asked
    assert answer["links"]["self"] == "/"
    counts = answer["data"]["counts"]
    assert (counts["facts"], counts["transfers"]) == (35, len(small.ids("/transfers?modality=any")))
    assert set(counts) <= set(collections)


def test_alive_and_ready(small: Api) -> None:
    assert small.json("/healthz") == {"status": "alive"}
    assert small.json("/readyz") == {"status": "ready"}


def test_the_version_says_what_is_held(small: Api) -> None:
    version = small.json("/version")
    assert set(version) == {"version", "release", "loaded_at", "counts"}
    assert version["version"] == small.json("/openapi.json")["info"]["version"]
    assert (version["counts"]["facts"], version["counts"]["sources"]) == (35, 2)
    assert len(version["release"]) == 12


def test_without_a_release_all_but_healthz_say_503(tmp_path: Path, portal: BlockingPortal, small: Api) -> None:
    api = type(small)(create_app(Settings(database_url=f"sqlite:///{tmp_path / 'none.sqlite'}")), "", portal)
    assert api.json("/healthz") == {"status": "alive"}
    for target in ("/", "/facts", "/transfers/x", "/countries/TR", "/relations", "/readyz", "/version", "/vocab"):
        answer = api.get(target)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert answer.headers["content-type"] == "application/problem+json"
        assert "seed load" in answer.json()["detail"]
