"""Passages by their id, and the facts that rest on them."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlmodel import col

from app.core import asking
from app.core.answers import CitationAnswer
from app.core.choosing import asks
from app.core.envelopes import OneAnswer
from app.core.routes import ONE_ERRORS, record_response, refuse_odd
from app.core.tables import Citation
from app.kit.formats import JSON, JSONLD, hint
from app.kit.problems import Problem

FORMATS = (JSON, JSONLD)


def router(sample: str) -> APIRouter:
    """Return `/evidence/{id}`; `sample` is a list whose first fact's first passage is the example."""
    found = APIRouter(tags=["across"])

    @found.get(
        "/evidence/{id}",
        response_model=OneAnswer[CitationAnswer],
        responses=ONE_ERRORS,
        operation_id="get_evidence",
        summary="Get one passage",
        openapi_extra=asks((), evidence_of=sample, formats=FORMATS),
    )
    def one(request: Request, id: str) -> Response:
        """A passage, exact to the character, with offsets and sha256; `links.more.facts` leads to what rests on it."""
        alone = asking.alone(request, FORMATS)
        refuse_odd(id)
        with alone.held.connect() as connection:
            answer = connection.execute(select(col(Citation.answer)).where(col(Citation.id) == id)).scalar_one_or_none()
            if answer is None:
                detail = f"There is no passage {id[:96]!r}; facts name theirs in `evidence`.{hint(id)}"
                raise Problem(HTTPStatus.NOT_FOUND, detail)
            more = {"facts": f"/facts?evidence={id}&modality=any"}
            return record_response(connection, alone, f"/evidence/{id}", answer, more)

    return found
