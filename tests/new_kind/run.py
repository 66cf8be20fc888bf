"""A process of its own in which there is a ninth kind: it writes the migration, loads the example and asks questions.

`python -m tests.new_kind.run FOLDER QUESTION…`; FOLDER holds `migrations/` and `corpus/`. It prints, as JSON, every
answer's status and body.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from sqlalchemy import create_engine

from app.facts import FACTS
from app.main import create_app
from app.settings import Settings
from seed import corpus, rules, schemas
from seed.load import load
from tests.new_kind.sanctions import SANCTIONS

KINDS = (*FACTS, SANCTIONS)


def autogenerate(migrations: Path) -> None:
    """Let Alembic write the migration that the new kind needs."""
    engine = create_engine("sqlite://")
    config = Config()
    config.set_main_option("script_location", str(migrations))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        command.revision(config, "Sanctions", autogenerate=True)
    engine.dispose()


async def ask(app: FastAPI, questions: list[str]) -> dict[str, Any]:
    """Ask the application."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answers = {question: await client.get(question) for question in questions}
    return {question: [answer.status_code, answer.json()] for question, answer in answers.items()}


def main(folder: Path, questions: list[str]) -> None:
    """Do all of it."""
    migrations, url = folder / "migrations", f"sqlite:///{folder}/f.sqlite"
    autogenerate(migrations)
    found = corpus.read(folder / "corpus", KINDS)
    rules.check(found)
    load(found, url, KINDS, migrations, lambda _: None)
    app = create_app(Settings(database_url=url, migrations=migrations), facts=KINDS)
    answers = asyncio.run(ask(app, questions))
    app.state.releases.close()
    print(json.dumps({"answers": answers, "schema": json.loads(schemas.article_schema(KINDS))}))  # noqa: T201  # its output


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
