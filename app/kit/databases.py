"""Which engine a database URL asks for; it knows nothing more of either."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, make_url

from app.kit.engines import SECONDS, About, Releases


def open_releases(url: str, describe: Callable[[Connection], About], seconds: float = SECONDS) -> Releases[About]:
    """Return the releases behind a URL: `sqlite:///FILE` or `postgresql+psycopg://…`; ValueError for any other.

    `seconds`: how long a statement may run.
    """
    backend = make_url(url).get_backend_name()
    # Imported here: a service on one engine does not load the other's driver.
    if backend == "sqlite":
        from app.kit.sqlite import SqliteReleases

        return SqliteReleases(url, describe, seconds)
    if backend == "postgresql":
        from app.kit.postgresql import PostgresReleases

        return PostgresReleases(url, describe, seconds)
    raise ValueError(f"{backend!r} is no engine of ours: write sqlite:///FILE or postgresql+psycopg://HOST/NAME")
