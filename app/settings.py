"""Settings from the environment: `FOEDUS_…`. Only `main`, the compiler's command line and the tests read them."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "FOEDUS_"
NEAR = 0.85
MIGRATIONS = Path(__file__).parent.parent / "migrations"


class Settings(BaseSettings):
    """What may be set.

    database_url: `sqlite:///FILE`, where FILE is a link to the current release, whose files lie beside it;
    or `postgresql+psycopg://ROLE@HOST/NAME`.
    question_seconds: how long a statement may run before it is stopped, and answered 503.
    cache_bytes: how much each worker remembers of the answers that it gave; 0 for nothing.
    access_log: whether each request is a line of JSON on standard output. metrics: whether `/metrics` counts them;
    metrics_folder: where several workers share their counts; `python -m app` makes one.
    report: where a page's reader reports an error: `mailto:…` or `https://…`, with the page's address for `{page}`.
    migrations: the folder with Alembic's scripts, whose head a release must have.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX)

    database_url: str = "sqlite:///data/foedus.sqlite"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    question_seconds: float = Field(default=10.0, gt=0, le=3600)
    cache_bytes: int = Field(default=8 << 20, ge=0, le=1 << 34)
    access_log: bool = True
    metrics: bool = True
    metrics_folder: Path | None = None
    report: Annotated[str, StringConstraints(pattern=r"^(mailto:|https?://)[!-~]+$")] | None = None
    migrations: Path = MIGRATIONS

    @model_validator(mode="before")
    @classmethod
    def _no_misspelt_name(cls, given: Any) -> Any:
        """Refuse a variable that is nearly a setting's name.

        Others are let be: compose's passwords, a Kubernetes service's addresses and the tests' own begin alike.
        """
        known = [PREFIX + name.upper() for name in cls.model_fields]
        for name in os.environ:
            upper = name.upper()
            close = get_close_matches(upper, known, 1, NEAR) if upper.startswith(PREFIX) and upper not in known else []
            if close:
                raise ValueError(f"there is no setting {name}: did you mean {close[0]}?")
        return given
