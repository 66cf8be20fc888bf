"""What was answered so far, for Prometheus."""

from fastapi import APIRouter, Request, Response

from app.core import asking
from app.kit.counting import Counts
from app.kit.validators import NEVER_STORED

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def router(counts: Counts) -> APIRouter:
    """Return `/metrics`, which is for the house: it is not in the OpenAPI document."""
    found = APIRouter(include_in_schema=False)

    @found.get("/metrics")
    def metrics(request: Request) -> Response:
        asking.read_nothing(request)
        return Response(counts.text(), media_type=MEDIA_TYPE, headers={"Cache-Control": NEVER_STORED})

    return found
