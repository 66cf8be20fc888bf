"""Proof of loaded data sets: every citation that a release holds, against the file that it was read from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, make_url, select
from sqlalchemy.pool import NullPool
from sqlmodel import col

from app.core.tables import Citation, Source
from app.kit.postgresql import schema_of
from app.kit.sqlite import database_file
from seed.datasets import Importer, Passage, sha256_of

_STREAMED = {"stream_results": True, "yield_per": 1_000}


@dataclass
class Proof:
    """How many checks held, and those that did not."""

    checked: int = 0
    failed: list[str] = field(default_factory=list)

    def claim(self, holds: bool, what: str) -> None:
        """Note a check and its outcome."""
        self.checked += holds
        if not holds:
            self.failed.append(what)


def against_file(importer: Importer, file: Path, url: str) -> Proof:
    """Check the file's digest, and that each cited row stands in it to the letter: what is served is checked."""
    proof = Proof()
    passage = importer.passages(file)
    with _current(url) as connection:
        statement = select(col(Source.answer)).where(col(Source.id) == importer.name)
        held = connection.execute(statement).scalar_one_or_none()
        if held is None:
            remedy = f"load it: `load --dataset {importer.name}={file.name}`"
            raise ValueError(f"the current release has no {importer.name}: {remedy}")
        source = json.loads(held)
        proof.claim(sha256_of(file) == source["sha256"], f"sha256 of {file.name}: it is not the file that was loaded")
        rows = select(col(Citation.answer)).where(col(Citation.source) == importer.name).order_by(col(Citation.id))
        cited = 0
        for (answer,) in connection.execute(rows, execution_options=_STREAMED):
            cited += 1
            citation = json.loads(answer)
            id_ = citation["id"]
            if citation["exact"] is not None:
                sound = hashlib.sha256(citation["exact"].encode()).hexdigest() == citation["sha256"]
                proof.claim(sound, f"{id_}: sha256 is not that of the words that are served")
            proof.claim(_stands(passage, citation), f"{id_}: the words that are served do not stand there")
        proof.claim(cited == source["passages"], f"{source['passages']} passages are announced, {cited} are held")
    return proof


def _stands(passage: Passage, citation: dict[str, Any]) -> bool:
    try:
        found = passage(citation)
    except (LookupError, ValueError):
        return False
    # By their digest: of a source whose words are not passed on, it is all that is served.
    return hashlib.sha256(found.encode()).hexdigest() == str(citation["sha256"])


@contextmanager
def _current(url: str) -> Iterator[Connection]:
    """Open the current release."""
    if make_url(url).get_backend_name() != "postgresql":
        file = database_file(url)
        if not file.exists():
            raise ValueError(f"there is no release at {file}: load one first, or name it with --to")
        url = f"sqlite+pysqlite:///file:{file.resolve()}?mode=ro&uri=true"
        with create_engine(url, poolclass=NullPool).connect() as connection:
            yield connection
        return
    with create_engine(url, poolclass=NullPool).connect() as connection:
        release = connection.exec_driver_sql("SELECT release FROM foedus.pointer").scalar_one()
        connection.exec_driver_sql(f"SET search_path TO {schema_of(release)}")
        yield connection
