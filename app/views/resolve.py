"""Any name or code to the entities that it may stand for, one or hundreds at a time."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.core import asking, lists
from app.core.answers import Answer
from app.core.choosing import asks, releases, sends
from app.core.envelopes import ListAnswer
from app.core.resource import Catalogue
from app.core.routes import LIST_ERRORS
from app.kit.bodies import FORM, body, media_type, not_kept, read_as, read_form, read_json, tidy
from app.kit.pages import dump, json_response
from app.kit.parameters import Parameter
from app.kit.problems import Culprit, responses, unprocessable
from app.kit.values import Refused, number, text, word
from app.views.candidates import ResolvedAnswer, candidates, certain
from app.views.reconciliation import MOST_NAMES, ManifestAnswer, Text, kinds_of, manifest, properties, reconciled

PATH = "/resolve"


class NamesAsked(BaseModel):
    """Names to resolve, each by itself."""

    model_config = ConfigDict(extra="forbid", strict=True)

    names: list[Text] = Field(min_length=1, max_length=MOST_NAMES)
    kind: list[str] = Field(default=[], max_length=20, description="Entities of these kinds only; empty: of any.")


class NameAnswer(Answer):
    """A name, what it stands for if that is certain, and what it may stand for."""

    name: str
    id: str | None = Field(description="The one entity that it names; null if it names none, or several.")
    kind: str | None
    candidates: list[ResolvedAnswer]


def router(catalogues: tuple[Catalogue, ...], name: str) -> APIRouter:
    """Return `/resolve`; `name` is what the reconciliation service is called."""
    router_ = APIRouter(tags=["across"])
    collections = {catalogue.kind: catalogue.collection for catalogue in catalogues}
    every = frozenset(collections)
    declared = (
        Parameter("q", "A name or code: `Türkiye`, `TUR`, `cow:640`, `TB2`.", text(200), takes="one"),
        Parameter("kind", "Entities of these kinds only.", word(*collections)),
    )

    @router_.get(
        PATH,
        response_model=ListAnswer[ResolvedAnswer] | ManifestAnswer,
        responses=LIST_ERRORS,
        operation_id="resolve",
        summary="Resolve a name or code",
        openapi_extra=asks(declared, example=f"{PATH}?q=Turkiye"),
    )
    def resolve(request: Request) -> Response:
        """What a name or code stands for: every exact match; if there is none, up to five near ones, best first.

        Without any parameter it is the manifest of the reconciliation service (W3C Reconciliation API 0.2):
        OpenRefine takes this address as it is.
        """
        query: bytes = request.scope["query_string"]
        if query.startswith((b"queries=", b"extend=")):
            with releases(request).current().connect() as connection:
                return not_kept(json_response(dump(reconciled(connection, read_form(query), collections))))
        if not query:
            at = str(request.base_url).rstrip("/")
            return json_response(manifest(name, list(collections), at).model_dump_json().encode())
        question = asking.question(request, declared, PATH)
        if "q" not in question.asked.given:
            raise unprocessable([Culprit(parameter="q", detail="is required")])
        kinds = set(collections)
        for choice in question.asked.given.get("kind", ()):
            kinds = kinds - set(choice.values) if choice.negated else kinds & set(choice.values)
        sought = question.asked.one("q") or "", frozenset(kinds)
        with question.held.connect() as connection:
            found = candidates(connection, [sought])[sought]
        answers = [dump(one.answer(collections)).decode() for one in found]
        return asking.list_response(question, answers, lists.totals(len(answers)))

    @router_.post(
        PATH,
        response_model=ListAnswer[NameAnswer],
        responses=LIST_ERRORS | responses(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        operation_id="resolve_many",
        summary="Resolve many names at once",
        openapi_extra=sends(PATH, NamesAsked, {"names": ["Turkiye", "Deutschlnd", "Congo"], "kind": ["country"]}),
    )
    def resolve_many(request: Request, given: Annotated[bytes, Depends(body)]) -> Response:
        """What up to 500 names stand for: `id` where that is certain, else candidates, best first.

        As a form (`queries`, `extend`) the same address speaks the W3C Reconciliation API 0.2.
        """
        alone = asking.alone(request)
        form = media_type(request) == FORM
        with alone.held.connect() as connection:
            if form:
                return not_kept(json_response(dump(reconciled(connection, read_form(given), collections))))
            asked = read_as(NamesAsked, read_json(given))
            kinds = kinds_of(asked.kind, every, "kind")
            wanted = [(tidy(one), kinds) for one in asked.names]
            found = candidates(connection, wanted)
        answers = []
        for written, key in zip(asked.names, wanted, strict=True):
            one = certain(*key, found[key])
            answer = {
                "name": written,
                "id": one.found.id if one else None,
                "kind": one.found.kind if one else None,
                "candidates": [candidate.answer(collections) for candidate in found[key]],
            }
            answers.append(dump(answer).decode())
        asked_here = asking.Question(alone.held, alone.asked, PATH, None, alone.format)
        return not_kept(asking.list_response(asked_here, answers, lists.totals(len(answers))))

    @router_.get(f"{PATH}/properties", include_in_schema=False)
    def columns(request: Request) -> Response:
        """Say which columns OpenRefine may add."""
        limit = request.query_params.get("limit")
        return json_response(
            dump(properties(request.query_params.get("type", "country")[:100], _count(limit) if limit else None))
        )

    return router_


def _count(given: str) -> int:
    try:
        return int(number(1, MOST_NAMES).read(given))
    except Refused as error:
        raise unprocessable([Culprit(parameter="limit", detail=error.detail)]) from None
