"""Pages as HTML, through Jinja2, which escapes everything; what a page says is not known here."""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app.core.vocabulary import Modality
from app.web import assets, words
from app.web.questions import within

if TYPE_CHECKING:
    from jinja2 import Environment

    from app.web.questions import Questions
    from app.web.site import Page, Site

_TEMPLATES = Path(__file__).parent / "templates"


def render(page: Page, questions: Questions, site: Site) -> bytes:
    """Return a page, in UTF-8."""
    base = str(questions.request.base_url).rstrip("/")
    main = page.canonical or questions.path
    context = {
        **page.context,
        "site": site,
        "title": page.title,
        "page": page,
        "questions_path": questions.path,
        "base": base,
        "here": within(main, questions.named),
        "permalink": within(main, questions.named or questions.release) if page.of_a_release else None,
        "release": questions.release,
        "pinned": questions.named,
        "current": within(main, None),
        "calls": [within_call(call, questions.named) for call in dict.fromkeys(questions.calls)],
        "to": lambda target: within(target, questions.named),
        "entity_address": lambda one: _entity_address(one, site, questions.named),
        "report": words.report_address(site.report, base + main),
    }
    return _environment().get_template(page.template).render(context).encode("utf-8", "replace")


def within_call(call: str, named: str | None) -> dict[str, str | None]:
    """Return a question as it is shown: its method, its address, and where a browser reads its JSON."""
    method, _, target = call.rpartition(" ")
    shown = within(target, named)
    path, mark, query = shown.partition("?")
    as_json = None if method or path == "/" else f"{path}.json{mark}{query}"
    return {"method": method or "GET", "target": shown, "json": as_json}


def _entity_address(one: dict[str, Any], site: Site, named: str | None) -> str | None:
    """Return the address of an actor, a system or a place, told apart by what they say; None of what has no page."""
    kind = one.get("kind") or ("system" if "category" in one else "place")
    collection = site.catalogues.get(kind)
    return within(f"/{collection}/{one['id']}", named) if collection else None


@cache
def _environment() -> Environment:
    # Imported here: who asks for JSON alone needs no templates.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters |= {
        "date_words": words.date_words,
        "edtf_words": words.edtf_words,
        "code_words": words.code_words,
        "label": words.label,
        "grouped": words.grouped,
        "counted_up": words.counted_up,
        "moment_words": words.moment_words,
        "from_a_word": words.from_a_word,
        "to_a_word": words.to_a_word,
        "web_address": words.web_address,
        "at_the_words": words.at_the_words,
        "as_string": json.dumps,
        "shell": _shell,
        "path_of": lambda target: urlsplit(target).path,
        "phrase": lambda status: HTTPStatus(status).phrase,
    }
    found.globals |= {"asset": assets.address, "modalities": {one.value: one.definition for one in Modality}}
    return found


def _shell(address: str) -> str:
    """Quote an address for a shell: one that is canonical holds no quotation mark, and another loses it."""
    return "'" + address.replace("'", "%27") + "'"
