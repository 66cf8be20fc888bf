"""What is deprecated says so: an application is built in which a route and a parameter go."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from app.kit.going import Going
from app.kit.openapi import plain
from app.main import GOING, create_app
from app.settings import Settings
from tests.conftest import Api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from anyio.from_thread import BlockingPortal

GUIDE = "/docs#moved"
GOES = (
    Going("/people/{name}", since=date(2026, 1, 1), sunset=date(2027, 1, 1), guide=GUIDE),
    Going("/transfers", parameter="supplier", since=date(2026, 6, 1), guide=GUIDE),
)


@pytest.fixture
def ageing(article_url: str, portal: BlockingPortal) -> Iterator[Api]:
    """An API of which parts go."""
    app = create_app(Settings(database_url=article_url, access_log=False), going=GOES)
    yield Api(app, article_url, portal)
    app.state.releases.close()


@pytest.mark.parametrize("target", ["/people/ali-bakir", "/people/nobody"])
def test_a_route_that_goes_says_since_when_and_until_when(ageing: Api, target: str) -> None:
    headers = ageing.get(target).headers
    assert headers["Deprecation"] == "@1767225600"
    assert headers["Sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert f'<{GUIDE}>; rel="deprecation"; type="text/html"' in headers["Link"]


def test_an_unchanged_answer_says_so_too(ageing: Api) -> None:
    tag = ageing.get("/people/ali-bakir").headers["ETag"]
    again = ageing.get("/people/ali-bakir", headers={"If-None-Match": tag})
    assert (again.status_code, again.headers["Deprecation"]) == (304, "@1767225600")


def test_a_parameter_that_goes_says_so_where_it_is_asked_for(ageing: Api) -> None:
    assert ageing.get("/transfers?supplier=TR").headers["Deprecation"] == "@1780272000"
    assert "Sunset" not in ageing.get("/transfers?supplier=TR").headers
    assert "Deprecation" not in ageing.get("/transfers?from=TR").headers
    assert "Deprecation" not in ageing.get("/facts?country=TR").headers


def test_the_documentation_marks_what_goes(ageing: Api) -> None:
    paths = plain(ageing.app)["paths"]
    assert paths["/people/{name}"]["get"]["deprecated"] is True
    marked = [one["name"] for one in paths["/transfers"]["get"]["parameters"] if one.get("deprecated")]
    assert marked == ["supplier"]


def test_nothing_goes_now() -> None:
    assert GOING == ()
