"""What the tests of views share: the article corpus on SQLite, to compare the other engine's answers with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Api, api_of

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal


@pytest.fixture(scope="session")
def on_sqlite(article_url: str, portal: BlockingPortal) -> Iterator[Api]:
    """The article corpus on SQLite, whichever engine the test runs on."""
    yield from api_of(article_url, portal)
