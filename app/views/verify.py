"""Whether a quotation is real, whose it is and where it stands; it never guesses: one altered word is not found."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from itertools import pairwise
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Connection, exists, select
from sqlmodel import col

from app.core import asking, resolution
from app.core.answers import ActorRecord, Answer, CitationAnswer
from app.core.choosing import sends
from app.core.envelopes import OneAnswer
from app.core.routes import LIST_ERRORS
from app.core.tables import Fact, FactSource
from app.core.vocabulary import Verdict
from app.kit import fulltext, wording
from app.kit.bodies import JSON, body, media_type, not_kept, read_as, read_json, tidy
from app.kit.fulltext import All, Either, Expression, Phrase
from app.kit.pages import dump
from app.kit.problems import Culprit, Problem, responses, unprocessable
from app.kit.textindex import SEARCH, Sought, matches
from app.kit.values import LONGEST_NAME, Refused

PATH = "/quotes/verify"
SHORTEST, LONGEST = 12, 2_000
# A phrase of so many words is as telling as a longer one, and costs less; the whole text is compared afterwards.
LONGEST_PHRASE = 24
MOST_RECORDS = 300
MOST_PAIRS = 40
MOST_NEAREST = 3
TELLING_LETTERS = 4
Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]


class QuoteAsked(BaseModel):
    """A quotation to check."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Annotated[str, StringConstraints(min_length=SHORTEST, max_length=LONGEST)]
    speaker: Name | None = Field(default=None, description="Who is said to have said it: any name or id.")
    source: Name | None = Field(default=None, description="Where it is said to stand: any title or id.")


class QuoteMatch(Answer):
    """Where the words stand. `fact`, `speaker` and `form` are null when they are the source's own words."""

    fact: str | None
    speaker: ActorRecord | None
    form: str | None
    exact: str = Field(description="The words as they stand there.")
    citations: list[CitationAnswer] = Field(min_length=1)
    link: str


class Piece(Answer):
    """Words of a comparison: in both, only in what was asked (`added`), or only in the passage (`missing`)."""

    op: Literal["same", "added", "missing"]
    text: str


class NearPassage(Answer):
    """A passage that is near, word by word: a help for people, never a match."""

    similarity: int = Field(ge=0, le=100)
    difference: list[Piece]
    citation: CitationAnswer
    link: str


class VerdictAnswer(Answer):
    """What is found of a quotation."""

    verdict: Verdict
    text: str
    matches: list[QuoteMatch]
    nearest: list[NearPassage]


def router() -> APIRouter:
    """Return `POST /quotes/verify`."""
    router_ = APIRouter(tags=["across"])

    @router_.post(
        PATH,
        response_model=OneAnswer[VerdictAnswer],
        responses=LIST_ERRORS | responses(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        operation_id="verify_quote",
        summary="Check a quotation",
        openapi_extra=sends(
            PATH,
            QuoteAsked,
            {"text": "Azerbaijan will create a smaller version of the Turkish army", "speaker": "Aliyev"},
        ),
    )
    def verify(request: Request, given: Annotated[bytes, Depends(body)]) -> Response:
        """Whether these words were said, by whom and where; every match carries its citation.

        `verified`: verbatim but for white space and typographic marks. `repaired`: it differs in punctuation, case
        or a marked elision only, and `exact` has the words. `misattributed`: the words are real, the speaker is
        another. `not_found`: no passage has them; `nearest` shows, word by word, what comes close.
        """
        alone = asking.alone(request)
        if media_type(request) != JSON:
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send {JSON}, and say so in Content-Type.")
        asked = read_as(QuoteAsked, read_json(given))
        if len(wording.plain(asked.text)) < SHORTEST:
            detail = f"write at least {SHORTEST} characters, besides white space and the quotation marks around them"
            raise unprocessable([Culprit(parameter="text", detail=detail)])
        # Letters that cannot be spelled in ASCII are not indexed: what has others besides is found by those.
        sections = [spelled for part in wording.parts(asked.text) if (spelled := fulltext.words(part))]
        if not sections:
            raise unprocessable([Culprit(parameter="text", detail="write words")])
        with alone.held.connect() as connection:
            speaker = _one_of(connection, "speaker", asked.speaker, frozenset(resolution.ACTORS))
            source = _one_of(connection, "source", asked.source, frozenset({"source"}))
            found, near = _matches(connection, asked.text, sections, source)
        nearest = [] if found else _nearest(asked.text, near)
        verdict, chosen = _judged(found, speaker)
        answer = {
            "verdict": verdict,
            "text": asked.text,
            "matches": [match for _, match in chosen],
            "nearest": nearest,
        }
        return not_kept(asking.one_response(alone, PATH, dump(answer).decode(), {"quotes": "/quotes"}))

    return router_


def _one_of(connection: Connection, name: str, given: str | None, kinds: frozenset[str]) -> str | None:
    if given is None:
        return None
    (answer,) = resolution.resolve(connection, [(kinds, tidy(given))])
    if isinstance(answer, Refused):
        raise unprocessable([Culprit(parameter=name, detail=answer.detail, suggestions=answer.suggestions)])
    return answer


def _judged(
    found: list[tuple[bool, dict[str, Any]]], speaker: str | None
) -> tuple[Verdict, list[tuple[bool, dict[str, Any]]]]:
    """Return the verdict and the matches that it rests on; each match comes with whether it is verbatim."""
    if not found:
        return Verdict.not_found, []
    theirs = [one for one in found if speaker and (one[1]["speaker"] or {}).get("id") == speaker]
    if speaker and not theirs:
        return Verdict.misattributed, found
    chosen = theirs or found
    verbatim = [one for one in chosen if one[0]]
    return (Verdict.verified, verbatim) if verbatim else (Verdict.repaired, chosen)


def _matches(
    connection: Connection, text: str, sections: list[list[str]], source: str | None
) -> tuple[list[tuple[bool, dict[str, Any]]], list[dict[str, Any]]]:
    """Return every place that has the words, a quote's before the source's own; if there is none, the records nearby.

    They are sought by phrase, then by the words alone, for those of a quote that the source interrupts stand in no one
    passage, then by two words in a row: an apostrophe left out makes one word of two.
    """
    phrases = tuple(Phrase(tuple(section[:LONGEST_PHRASE])) for section in sections)
    longest = sorted({word for section in sections for word in section}, key=lambda word: (-len(word), word))
    alone = tuple(Phrase((word,)) for word in longest[:LONGEST_PHRASE])
    pairs = tuple(
        Phrase(pair)
        for pair in dict.fromkeys(pair for section in sections for pair in pairwise(section))
        if any(len(word) >= TELLING_LETTERS for word in pair)
    )[:MOST_PAIRS]
    records: list[dict[str, Any]] = []
    ways: list[Expression] = [All(phrases), All(alone), *([Either(pairs)] if pairs else [])]
    for expression in ways:
        records = _records(connection, expression, source)
        found = _in_quotes(records, text) or _in_passages(records, text)
        if found:
            return found, []
    return [], records


def _in_quotes(records: Iterable[dict[str, Any]], text: str) -> list[tuple[bool, dict[str, Any]]]:
    found = []
    for record in records:
        if record["kind"] != "quote" or record["text"] is None:
            continue
        run = wording.find(text, record["text"])
        if run is None:
            continue
        exact = record["text"][run.start : run.end]
        standing = [
            evidence
            for segment, evidence in zip(record["segments"], record["evidence"], strict=False)
            if wording.find(segment, exact) or wording.find(exact, segment)
        ]
        match = {
            "fact": record["id"],
            "speaker": record["speaker"],
            "form": record["form"],
            "exact": exact,
            "citations": standing or record["evidence"],
            "link": f"/quotes/{record['id']}",
        }
        found.append((run.verbatim, match))
    return found


def _in_passages(records: Iterable[dict[str, Any]], text: str) -> list[tuple[bool, dict[str, Any]]]:
    found = []
    for passage in _passages(records):
        run = wording.find(text, passage["exact"])
        if run is not None:
            match = {
                "fact": None,
                "speaker": None,
                "form": None,
                "exact": passage["exact"][run.start : run.end],
                "citations": [passage],
                "link": f"/evidence/{passage['id']}",
            }
            found.append((run.verbatim, match))
    return found


def _nearest(text: str, records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the passages of these records that share most with the text."""
    # Imported here: only what is not found needs it.
    from rapidfuzz import fuzz

    sought = wording.plain(text)
    scored = [(fuzz.ratio(sought, wording.plain(one["exact"])), one) for one in _passages(records)]
    scored.sort(key=lambda pair: (-pair[0], pair[1]["id"]))
    return [
        {
            "similarity": round(score),
            "difference": wording.difference(text, passage["exact"]),
            "citation": passage,
            "link": f"/evidence/{passage['id']}",
        }
        for score, passage in scored[:MOST_NEAREST]
    ]


def _passages(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the passages of records, each once, whose words may be passed on."""
    told = (passage for record in records for passage in record["evidence"] if passage["exact"] is not None)
    return list({passage["id"]: passage for passage in told}.values())


def _records(connection: Connection, expression: Expression, source: str | None) -> list[dict[str, Any]]:
    found = select(SEARCH.c.rowid).where(matches(Sought(expression)))
    statement = select(col(Fact.answer)).where(col(Fact.n).in_(found))
    if source is not None:
        statement = statement.where(exists().where(col(FactSource.n) == col(Fact.n), col(FactSource.source) == source))
    answers = connection.execute(statement.order_by(col(Fact.n)).limit(MOST_RECORDS)).scalars()
    return [json.loads(answer) for answer in answers]
