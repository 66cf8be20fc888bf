"""The researcher's table on a page: which states, which years, counted how, before it is downloaded."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from app.web.columns import columns_of
from app.web.names import coded_names, source_names
from app.web.pages.lists import fields_of, listed
from app.web.questions import Questions, Refused
from app.web.site import Page, Site

PATH = "/panel"
# Whoever says one of these asks; before that there is nothing to answer.
_ASKS = ("unit", "kind")
# Whose codes are answered unasked.
CODES = "cow"


async def panel(questions: Questions, _: Site) -> Page:
    """The table's form, and its first rows when it was asked for."""
    found, refused, status = None, None, HTTPStatus.OK
    if any(questions.one(name) for name in _ASKS):
        try:
            found = await questions.main()
        except Refused as refusal:
            if refusal.answer.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                raise
            refused, status = refusal.answer.record, HTTPStatus.UNPROCESSABLE_ENTITY
    else:
        # Its refusal tells what may be asked; it is no question of the page.
        await questions.put(PATH, [])
        questions.calls.clear()
    questions.release = questions.release or questions.named
    context: dict[str, Any] = {
        "found": found,
        "refused": refused,
        "path": PATH,
        "fields": fields_of(questions, PATH, questions.given),
        "sources": await source_names(questions),
        "states": await coded_names(questions, questions.one("codes") or CODES),
    }
    if found:
        context |= await listed(questions, found) | {"columns": columns_of("panel", found["data"])}
    canonical = found["links"]["self"] if found else None
    title = "Panel: pairs of states by year"
    return Page("panel.html", title, canonical, context, status.value, kept=refused is None)
