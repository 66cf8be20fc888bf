"""The quote checker: a form, and what the API finds of the words that are sent with it."""

from __future__ import annotations

from http import HTTPStatus

from app.core.vocabulary import Verdict
from app.kit.bodies import body, read_form
from app.web.questions import Questions, Refused
from app.web.site import Page, Site

PATH = "/quotes/verify"
_FIELDS = ("text", "speaker", "source")
_REFUSED = frozenset({HTTPStatus.UNPROCESSABLE_ENTITY})


async def check(questions: Questions, _: Site) -> Page:
    """The form; with words in it, the verdict on them."""
    given = await _asked(questions)
    asked = {name: given.get(name, "") for name in _FIELDS}
    context = {
        "asked": asked,
        "answer": None,
        "refused": None,
        "verdicts": {one.value: one.definition for one in Verdict},
    }
    if not asked["text"]:
        # What the form is for, said before it is asked.
        questions.calls.append(f"POST {PATH}")
        return Page("quotes.html", "Check a quotation", PATH, context)
    release = [("release", questions.named)] if questions.named else []
    # A text area ends its lines as forms do; the API takes any white space for any other.
    answer = await questions.put(PATH, release, sent={name: value for name, value in asked.items() if value})
    if answer.status == HTTPStatus.OK:
        record = answer.record
        questions.release = record["meta"]["release"]
        return Page("quotes.html", "Check a quotation", PATH, context | {"answer": record["data"]}, kept=False)
    if answer.status in _REFUSED:
        context |= {"refused": answer.record}
        return Page("quotes.html", "Check a quotation", PATH, context, answer.status, kept=False)
    raise Refused(answer)


async def _asked(questions: Questions) -> dict[str, str]:
    """Return what is asked: of the form that was sent, else of the address."""
    given = dict(questions.given)
    if questions.request.method == "POST":
        given = read_form(await body(questions.request))
    return {name: value for name in _FIELDS if (value := given.get(name, "").strip())}
