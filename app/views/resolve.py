"""Any name or code to the entities that it may stand for, near misses included."""

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from app.core import asking, lists, resolution
from app.core.answers import Answer
from app.core.envelopes import ListAnswer
from app.core.resource import Catalogue
from app.core.routes import LIST_ERRORS
from app.core.vocabulary import Matched
from app.kit.openapi import asks
from app.kit.pages import dump
from app.kit.parameters import Parameter
from app.kit.values import text, word


class ResolvedAnswer(Answer):
    """An entity that the text stands for, and by what: `code` and `name` are exact, `near` is a guess."""

    kind: str
    id: str
    matched: Matched
    by: str
    link: str


def router(catalogues: tuple[Catalogue, ...]) -> APIRouter:
    """Return `/resolve`."""
    router_ = APIRouter(tags=["across"])
    collection = {catalogue.kind: catalogue.collection for catalogue in catalogues}
    declared = (
        Parameter("q", "A name or code: `Türkiye`, `TUR`, `cow:640`, `TB2`.", text(200), takes="one", required=True),
        Parameter("kind", "Entities of these kinds only.", word(*collection)),
    )

    @router_.get(
        "/resolve",
        response_model=ListAnswer[ResolvedAnswer],
        responses=LIST_ERRORS,
        operation_id="resolve",
        summary="Resolve a name or code",
        openapi_extra=asks(declared, example="/resolve?q=Turkiye"),
    )
    def resolve(request: Request) -> Response:
        """What a name or code stands for: every exact match; if there is none, up to five near ones."""
        question = asking.question(request, declared, "/resolve")
        asked = question.asked
        with question.held.connect() as connection:
            sought = asked.one("q") or ""
            kinds = set(collection)
            for choice in asked.given.get("kind", ()):
                kinds = kinds - set(choice.values) if choice.negated else kinds & set(choice.values)
            exact = [one for one in resolution.candidates(connection, [sought])[sought] if one.kind in kinds]
            close = [] if exact else _near(connection, sought, frozenset(kinds))
        # The first way in which an entity is found says how: its id or code comes before its name.
        found = {(one.kind, one.id): one for one in reversed([*exact, *close])}
        finished = [
            dump(
                {
                    "kind": one.kind,
                    "id": one.id,
                    "matched": Matched.nearly
                    if close
                    else Matched.by_name
                    if one.scheme == "name"
                    else Matched.by_code,
                    "by": one.label,
                    "link": f"/{collection[one.kind]}/{one.id}",
                }
            ).decode()
            for one in reversed(found.values())
        ]
        return asking.list_response(question, finished, lists.totals(len(finished)))

    return router_


def _near(connection: Connection, sought: str, kinds: frozenset[str]) -> list[resolution.Found]:
    return resolution.near_misses(sought, resolution.names(connection, kinds), kinds)
