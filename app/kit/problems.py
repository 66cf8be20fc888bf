"""Errors as RFC 9457 problem documents, all of them; what went wrong is for the raiser to say."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from app.kit.formats import hint, suffix
from app.kit.methods import allowed

MEDIA_TYPE = "application/problem+json"
# Python before 3.13 has the older names.
_NAMES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Content Too Large",
    HTTPStatus.REQUEST_URI_TOO_LONG: "URI Too Long",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Unprocessable Content",
}


class Culprit(BaseModel):
    """One thing that is wrong with the question."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    parameter: str | None = Field(description="The parameter to blame; null when it is none of them.")
    detail: str = Field(description="What is wrong, and the remedy.")
    suggestions: list[str] = Field(default=[], description="What is close to what was written, best first.")
    allowed: list[str] | None = Field(default=None, description="All that is valid here, where the list is closed.")


class ProblemAnswer(BaseModel):
    """An error: RFC 9457, media type application/problem+json."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    type: str = Field(description="Names the kind of error; it is an identifier, no address.")
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path that was asked.")
    errors: list[Culprit] = []


class Problem(Exception):
    """Raise it anywhere below an endpoint: it becomes the answer."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        slug: str | None = None,
        errors: Iterable[Culprit] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        """Take the status, one sentence for people, and the culprits."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.slug = slug or title(status).lower().replace(" ", "-")
        self.errors = list(errors)
        self.headers = headers or {}

    def response(self, instance: str) -> Response:
        """Write the problem document."""
        body = ProblemAnswer(
            type=f"/problems/{self.slug}",
            title=title(self.status),
            status=self.status,
            detail=self.detail,
            instance=instance,
            errors=self.errors,
        )
        text = json.dumps(body.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))
        return Response(text.encode("utf-8", "replace"), self.status, self.headers, MEDIA_TYPE)


def title(status: HTTPStatus) -> str:
    """Return the status' name as of RFC 9110."""
    return _NAMES.get(status, status.phrase)


def unprocessable(culprits: list[Culprit]) -> Problem:
    """Return the 422 for these culprits; its detail is the first one's."""
    first = culprits[0]
    blame = f"`{first.parameter}`: " if first.parameter else ""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, blame + first.detail, slug="invalid-question", errors=culprits)


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem document."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)


def responses(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of the errors that an operation can answer."""
    return {
        status.value: {
            "description": title(status),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}},
        }
        for status in statuses
    }


async def _problem(request: Request, error: Exception) -> Response:
    return cast("Problem", error).response(_asked(request))


async def _http(request: Request, error: Exception) -> Response:
    known = cast("HTTPException", error)
    status = HTTPStatus(known.status_code)
    detail = {
        HTTPStatus.NOT_FOUND: "There is nothing at this address; `/` lists what there is." + hint(request.url.path),
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.method} is not answered here: the API only reads.",
    }.get(status, str(known.detail))
    headers = dict(known.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = allowed(request.app.router.routes, request.scope)
    return Problem(status, detail, headers=headers).response(_asked(request))


def _asked(request: Request) -> str:
    return request.url.path + suffix(request.scope)
