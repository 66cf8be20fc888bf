"""How to cite facts, sources and questions: each names the release, its address and the source behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import Response
from sqlalchemy import Connection, Select, select
from sqlmodel import col

from app.core import attribution
from app.core.asking import Alone, Question
from app.core.tables import FactSource, Source
from app.kit import bibliography
from app.kit.formats import BIBTEX, CSL, RIS, Format
from app.kit.pages import joined

NAME = "Foedus: facts about defence relations between countries"
MOST_SOURCES = 500
_PLAIN = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_WRITERS = {CSL: bibliography.csl, BIBTEX: bibliography.bibtex, RIS: bibliography.ris}


def of_question(question: Question, sources: Sequence[str]) -> Response:
    """Cite what a question finds as a whole, and the sources behind it."""
    items = [
        _data_set(question, attribution.behind(joined(sources))),
        *(source(json.loads(one), question.held.id) for one in sources),
    ]
    return written(items, question.format, question.headers)


def behind(connection: Connection, numbers: Select[Any]) -> Sequence[str]:
    """Return the sources that the facts of these numbers cite."""
    found = numbers.subquery()
    cited = select(col(FactSource.source)).where(col(FactSource.n).in_(select(found.c.n)))
    statement = select(col(Source.answer)).where(col(Source.id).in_(cited)).order_by(col(Source.n))
    return connection.execute(statement.limit(MOST_SOURCES)).scalars().all()


def of_record(connection: Connection, alone: Alone, path: str, record: Any) -> Response:
    """Cite a fact, with its sources, or a source."""
    release = alone.held.id
    if "evidence" in record:
        cited = sorted({one["source"]["id"] for one in record["evidence"]})
        statement = select(col(Source.answer)).where(col(Source.id).in_(cited)).order_by(col(Source.n))
        sources = [json.loads(row) for row in connection.execute(statement).scalars()]
        items = [_fact(record, alone.address(path), release), *(source(one, release) for one in sources)]
    else:
        items = [source(record, release)]
    return written(items, alone.format, alone.headers(path))


def written(items: Sequence[dict[str, Any]], format_: Format, headers: dict[str, str]) -> Response:
    """Write a bibliography."""
    saved = {"Content-Disposition": f'attachment; filename="foedus.{format_.suffix}"'} if format_.saved else {}
    response = Response(_WRITERS[format_](items), headers=headers | saved)
    response.headers["Content-Type"] = format_.content_type
    return response


def source(record: Any, release: str) -> dict[str, Any]:
    """Return a source as a CSL item."""
    told = {
        "id": record["id"],
        "type": "article",
        "title": record["title"],
        "author": [{"literal": name} for name in record["authors"]] or None,
        "container-title": record["publisher"],
        "publisher": record["publisher"],
        "URL": record["url"],
        "language": record["language"],
        "issued": _issued(record["published"]),
        "archive": NAME,
        "archive_location": f"/sources/{record['id']}",
        "note": f"As read for Foedus, release {release}, /sources/{record['id']}.",
    }
    return {key: value for key, value in told.items() if value is not None}


def _fact(fact: Any, at: str, release: str) -> dict[str, Any]:
    passages = "; ".join(_passage(one) for one in fact["evidence"])
    return {
        "id": fact["id"],
        "type": "dataset",
        "title": fact["summary"],
        "container-title": NAME,
        "version": release,
        "archive": NAME,
        "archive_location": at,
        "note": f"Foedus, release {release}, {at}; {fact['modality']}. Evidence: {passages}",
    }


def _passage(one: Any) -> str:
    words = f": “{one['exact']}”" if one["exact"] is not None else ""
    return f"{one['source']['title']}, /evidence/{one['id']}{words}"


def _data_set(question: Question, sources: Iterable[str]) -> dict[str, Any]:
    return {
        "id": f"foedus-{question.held.id}",
        "type": "dataset",
        "title": f"{NAME}: {question.address}",
        "version": question.held.id,
        "archive": NAME,
        "archive_location": question.address,
        "note": question.citation(sources),
    }


def _issued(date: Any) -> dict[str, Any] | None:
    if date is None or date["edtf"] is None:
        return None
    edtf: str = date["edtf"]
    if _PLAIN.fullmatch(edtf):
        return {"date-parts": [[int(part) for part in edtf.split("-")]]}
    return {"literal": edtf}
