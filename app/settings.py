"""Settings from the environment: `FOEDUS_…`. Only `main`, the compiler's command line and the tests read them."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class Settings(BaseSettings):
    """What may be set.

    database_url: `sqlite:///FILE`, where FILE is a link to the current release, whose files lie beside it;
    or `postgresql+psycopg://ROLE@HOST/NAME`.
    migrations: the folder with Alembic's scripts, whose head a release must have.
    """

    model_config = SettingsConfigDict(env_prefix="FOEDUS_")

    database_url: str = "sqlite:///data/foedus.sqlite"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    access_log: bool = True
    migrations: Path = MIGRATIONS
