"""The code lists with their definitions."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from app.core import asking, lists
from app.core.answers import Answer
from app.core.choosing import asks
from app.core.envelopes import ListAnswer, OneAnswer
from app.core.routes import LIST_ERRORS, ONE_ERRORS
from app.core.vocabulary import Role
from app.kit.codes import Code
from app.kit.parameters import Parameter
from app.kit.problems import Problem
from app.kit.values import near

NOTHING: tuple[Parameter, ...] = ()


class CodeAnswer(Answer):
    """A code and what it means; `takes_part` is null but for roles."""

    code: str
    definition: str
    takes_part: bool | None


class CodeListAnswer(Answer):
    """A closed list of codes."""

    name: str
    definition: str
    codes: list[CodeAnswer]


def described(codes: type[Code]) -> CodeListAnswer:
    """Return a code list with its definitions."""
    return CodeListAnswer(
        name=codes.list_name(),
        definition=(codes.__doc__ or "").strip(),
        codes=[
            CodeAnswer(
                code=code.value,
                definition=code.definition,
                takes_part=code.takes_part if isinstance(code, Role) else None,
            )
            for code in codes
        ],
    )


def router(vocabulary: tuple[type[Code], ...]) -> APIRouter:
    """Return `/vocab` and `/vocab/{list}`."""
    found = APIRouter(prefix="/vocab", tags=["reference"])
    by_name = {codes.list_name(): described(codes).model_dump_json() for codes in vocabulary}

    @found.get(
        "",
        response_model=ListAnswer[CodeListAnswer],
        responses=LIST_ERRORS,
        operation_id="list_vocab",
        summary="List all code lists",
        openapi_extra=asks(NOTHING, example="/vocab"),
    )
    def find(request: Request) -> Response:
        """Every closed list of codes that answers and questions use, with definitions."""
        question = asking.question(request, NOTHING, "/vocab")
        return asking.list_response(question, list(by_name.values()), lists.totals(len(by_name)))

    @found.get(
        "/{name}",
        response_model=OneAnswer[CodeListAnswer],
        responses=ONE_ERRORS,
        operation_id="get_vocab",
        summary="Get one code list",
        openapi_extra=asks(NOTHING, example="/vocab/modality"),
    )
    def one(request: Request, name: str) -> Response:
        """One closed list of codes, with definitions."""
        alone = asking.alone(request)
        if name not in by_name:
            close = near(name, list(by_name))
            hint = f"did you mean {close[0]!r}?" if close else "`/vocab` lists them."
            raise Problem(HTTPStatus.NOT_FOUND, f"There is no code list {name[:96]!r}: {hint}")
        return asking.one_response(alone, f"/vocab/{name}", by_name[name], {"all": "/vocab"})

    return found
