"""The OpenAPI document and its page: parameters as declared, examples the app's own answers, assets from our files."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel

from app.kit import going
from app.kit.formats import Format, contents, offer_doc
from app.kit.pages import dump, json_response
from app.kit.parameters import Parameter
from app.kit.problems import ProblemAnswer, responses
from app.kit.remembering import UNOBSERVED
from app.kit.validators import etag_of, headers_of

_ASK = "x-ask"
_FIRST_OF = "x-ask-first-of"
_EVIDENCE_OF = "x-ask-evidence-of"
_LINK_OF = "x-ask-link-of"
_FORMATS = "x-formats"
_ASKS = (_ASK, _FIRST_OF, _EVIDENCE_OF, _LINK_OF)
_ASSETS = Path(__file__).parent / "assets"
# What any address can answer, whatever is asked of it.
EVERYWHERE = responses(HTTPStatus.REQUEST_URI_TOO_LONG)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/swagger-ui.css">
</head>
<body>
<div id="docs" data-openapi="/openapi.json"></div>
<script src="/assets/swagger-ui-bundle.js"></script>
<script src="/assets/docs.js"></script>
</body>
</html>
"""
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def asks(
    parameters: Iterable[Parameter],
    *,
    example: str | None = None,
    first_of: str | None = None,
    evidence_of: str | None = None,
    link_of: str | None = None,
    formats: Sequence[Format] = (),
) -> dict[str, Any]:
    """Return an operation's OpenAPI extras: its parameters, and the question whose true answer is its example.

    `first_of`: a list's question; the example is the answer of the list's first item alone.
    `evidence_of`: likewise, of that item's first passage.
    `link_of`: a list's question and, after `#`, the name of a link; the example answers the last one of its items.
    `formats`: what the operation offers.
    """
    extra: dict[str, Any] = {"parameters": schema(parameters)}
    if len(formats) > 1:
        extra |= {_FORMATS: offer_doc(formats), "responses": {"200": {"content": contents(formats)}}}
    asked = {_ASK: example, _FIRST_OF: first_of, _EVIDENCE_OF: evidence_of, _LINK_OF: link_of}
    return extra | {name: question for name, question in asked.items() if question}


def sends(
    path: str, shape: type[BaseModel], example: dict[str, Any], parameters: Iterable[Parameter] = ()
) -> dict[str, Any]:
    """Return the OpenAPI extras of an operation that is sent JSON of this shape; its example is the true answer."""
    sent = {"schema": shape.model_json_schema(), "example": example}
    body = {"required": True, "content": {"application/json": sent}}
    return {"parameters": schema(parameters), "requestBody": body, _ASK: path}


def install(app: FastAPI) -> None:
    """Serve `/openapi.json` and `/docs`, which needs no internet."""
    app.mount("/assets", StaticFiles(directory=_ASSETS), name="assets")

    html = _PAGE.format(title=f"{app.title} API").encode()
    # By what `/version` answers: the examples are of one release.
    documents: dict[bytes, tuple[bytes, dict[str, str]]] = {}
    making = asyncio.Lock()

    async def document(_: Request) -> Response:
        # One at a time: it takes as long as thirty answers, and whoever waits gets the same one.
        async with making:
            while True:
                version = (await ask(app, "/version"))[1]
                if version in documents:
                    return json_response(*documents[version])
                made = dump(await _document(app))
                # The release may have changed meanwhile: then the examples are of two.
                if (await ask(app, "/version"))[1] == version:
                    documents.clear()
                    documents[version] = made, headers_of(etag_of(made))

    async def page(_: Request) -> Response:
        headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY} | headers_of(etag_of(html))
        return Response(html, media_type="text/html", headers=headers)

    app.add_route("/openapi.json", document, include_in_schema=False)
    app.add_route("/docs", page, include_in_schema=False)


def plain(app: FastAPI) -> dict[str, Any]:
    """Return the document without examples: what is promised, apart from any release."""
    document = _declared(app)
    for operation in _operations(document):
        for name in _ASKS:
            operation.pop(name, None)
    return document


async def ask(app: FastAPI, target: str, sent: bytes | None = None) -> tuple[int, bytes]:
    """Ask the app itself, in process, sending JSON if any; return status and body."""
    split = urlsplit(target)
    answered: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET" if sent is None else "POST",
        "scheme": "http",
        "path": split.path,
        "raw_path": quote(split.path).encode(),
        "query_string": quote(split.query, safe="=&,:!%").encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept", b"application/json"), (b"content-type", b"application/json")],
        "server": ("localhost", 80),
        "client": ("localhost", 0),
        UNOBSERVED: True,
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": sent or b"", "more_body": False}

    async def send(message: Any) -> None:
        answered.append(message)

    await app(scope, receive, send)
    status = next(message["status"] for message in answered if message["type"] == "http.response.start")
    return status, b"".join(message.get("body", b"") for message in answered if message["type"] == "http.response.body")


async def _document(app: FastAPI) -> dict[str, Any]:
    """Return the document with a true example per operation, by asking the app itself."""
    document = _declared(app)
    for operation in _operations(document):
        asked = {name: operation.pop(name) for name in _ASKS if name in operation}
        if not asked:
            continue
        target = await _target(app, *asked.popitem())
        sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        status, body = (
            await ask(app, target, None if sent is None else dump(sent)) if target else (HTTPStatus.NOT_FOUND, b"")
        )
        if target is None or status != HTTPStatus.OK:
            # This release has nothing of the kind: the operation stands without an example.
            continue
        operation["responses"]["200"]["content"]["application/json"]["example"] = json.loads(body)
        how = target if sent is None else f"POST {target}"
        operation["description"] = operation.get("description", "") + f"\n\nThe example answers `{how}`."
        in_path = [parameter for parameter in operation.get("parameters", ()) if parameter["in"] == "path"]
        for parameter, part in zip(reversed(in_path), reversed(target.split("/")), strict=False):
            parameter["example"] = part
    return document


async def _target(app: FastAPI, how: str, question: str) -> str | None:
    if how == _ASK:
        return question
    question, _, link = question.partition("#")
    status, body = await ask(app, question)
    found = json.loads(body)["data"] if status == HTTPStatus.OK else []
    if not found:
        return None
    if how == _LINK_OF:
        linked: list[str] = [one["links"][link] for one in found if one["links"][link]]
        return linked[-1] if linked else None
    first = found[0]
    if how == _FIRST_OF:
        return f"{urlsplit(question).path}/{first['id']}"
    return f"/evidence/{first['evidence'][0]['id']}"


_IN_PATH = {
    "id": "The record's id.",
    "name": "Its id, or any code or name of it.",
    "a": "One state, by any code or name.",
    "b": "The other state, by any code or name.",
}


def _declared(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        license_info=app.license_info,
        contact=app.contact,
        servers=app.servers,
    )
    for operation in _operations(found):
        operation["responses"] |= {str(status): said for status, said in EVERYWHERE.items()}
        operation["description"] = operation.get("description", "") + operation.pop(_FORMATS, "")
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                parameter["description"] = _IN_PATH[parameter["name"]]
    going.mark(found, app.state.going)
    # FastAPI adds its own shape of 422 where it declares a path parameter; ours is a problem document.
    schemas = found["components"]["schemas"]
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    problem = ProblemAnswer.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs")
    schemas["ProblemAnswer"] = problem
    return found


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for methods in document["paths"].values() for operation in methods.values()]


def schema(parameters: Iterable[Parameter]) -> list[dict[str, Any]]:
    """Return the OpenAPI parameter objects of these parameters, aliases included."""
    objects = []
    for parameter in parameters:
        shape = dict(parameter.value.schema)
        example = shape.pop("example", None)
        if parameter.takes != "one":
            shape = {"type": "array", "items": shape, "minItems": 1, "maxItems": parameter.most}
            if parameter.takes == "pair":
                shape |= {"minItems": 2, "maxItems": 2}
        if parameter.default is not None:
            default = int(parameter.default) if shape["type"] == "integer" else parameter.default
            shape["default"] = default if parameter.takes == "one" else [default]
        for name in filter(None, (parameter.name, parameter.also)):
            other = parameter.also if name == parameter.name else parameter.name
            doc = parameter.doc + (f" The same as `{other}`." if other else "")
            said: dict[str, Any] = {
                "name": name,
                "in": "query",
                "required": parameter.required,
                "description": doc,
                "schema": shape,
            }
            if parameter.takes != "one":
                said |= {"style": "form", "explode": False}
            if example:
                said["example"] = example
            objects.append(said)
    return objects
