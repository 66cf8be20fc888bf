"""Any name or code to the entities that it may stand for, near misses included."""

from enum import StrEnum

from fastapi import APIRouter, Request, Response
from sqlmodel import col, select

from app.core import lists, resolution
from app.core.answers import Answer, ListAnswer
from app.core.resource import Catalogue
from app.core.routes import LIST_ERRORS
from app.core.tables import Name
from app.kit.folding import fold
from app.kit.openapi import asks
from app.kit.pages import dump, json_response
from app.kit.parameters import Parameter
from app.kit.problems import Culprit, unprocessable
from app.kit.values import near, text, word


class Matched(StrEnum):
    """How a text stands for an entity."""

    code = "code"
    name = "name"
    near = "near"


class ResolvedAnswer(Answer):
    """An entity that the text stands for, and by what: `code` and `name` are exact, `near` is a guess."""

    kind: str
    id: str
    matched: Matched
    by: str
    link: str


def router(catalogues: tuple[Catalogue, ...]) -> APIRouter:
    """Return `/resolve`."""
    found = APIRouter(tags=["across"])
    collection = {catalogue.kind: catalogue.collection for catalogue in catalogues}
    declared = (
        Parameter("q", "A name or code: `Türkiye`, `TUR`, `cow:640`, `TB2`.", text(200), takes="one"),
        Parameter("kind", "Entities of these kinds only.", word(*collection)),
    )

    @found.get(
        "/resolve",
        response_model=ListAnswer[ResolvedAnswer],
        responses=LIST_ERRORS,
        operation_id="resolve",
        summary="Resolve a name or code",
        openapi_extra=asks(declared, example="/resolve?q=Turkiye"),
    )
    def resolve(request: Request) -> Response:
        """What a name or code stands for: every exact match; if there is none, up to five near ones."""
        held = lists.releases(request).current()
        with held.connect() as connection:
            asked = lists.read(connection, declared, request)
            sought = asked.one("q")
            if sought is None:
                raise unprocessable([Culprit(parameter="q", detail="is required: `/resolve?q=Turkiye`")])
            kinds = set(collection)
            for choice in asked.given.get("kind", ()):
                kinds = kinds - set(choice.values) if choice.negated else kinds & set(choice.values)
            matches = [one for one in resolution.candidates(connection, [sought])[sought] if one.kind in kinds]
            answers = {
                one.id: (one.kind, Matched.name if one.scheme == "name" else Matched.code, one.label)
                for one in reversed(matches)
            }
            if not answers:
                known = resolution.labels(connection, frozenset(kinds))
                close = {known[key]: key for key in reversed(near(fold(sought), known, limit=5))}
                rows = connection.execute(
                    select(col(Name.id), col(Name.kind), col(Name.label)).where(
                        col(Name.key).in_([f"name:{key}" for key in close.values()]), col(Name.id).in_(list(close))
                    )
                ).all()
                order = list(reversed(close))
                for row in sorted(rows, key=lambda row: order.index(row.id)):
                    answers[row.id] = (row.kind, Matched.near, row.label)
        finished = [
            dump({"kind": kind, "id": id_, "matched": how, "by": label, "link": f"/{collection[kind]}/{id_}"}).decode()
            for id_, (kind, how, label) in answers.items()
        ]
        counts = {"total": len(finished), "total_is": "exact", "withheld": {}}
        links = {"self": lists.address("/resolve", asked.query()), "next": None}
        return json_response(lists.page(finished, links, counts, held.id, []))

    return found
