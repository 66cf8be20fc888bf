"""Names for the ids that some answers hold alone: of sources and of states, each asked for once a page."""

from __future__ import annotations

from app.web.questions import Questions

# A page of the API: what is beyond it stays an id.
_MOST = 500


async def source_names(questions: Questions) -> dict[str, str]:
    """Return the titles of sources by id."""
    return {one["id"]: one["title"] for one in (await questions.ask("/sources?fields=id,title", limit=_MOST))["data"]}


async def state_names(questions: Questions) -> dict[str, str]:
    """Return the names of states by id."""
    return {one["id"]: one["name"] for one in (await questions.ask("/countries?fields=id,name", limit=_MOST))["data"]}


async def coded_names(questions: Questions, scheme: str) -> dict[str, str]:
    """Return the names of states by their codes in a scheme; a code names today's bearer, else the last one."""
    states = (await questions.ask("/countries?fields=name,codes,valid_until", limit=_MOST))["data"]
    in_time = sorted(states, key=lambda state: state["valid_until"] or "9999")
    return {state["codes"][scheme]: state["name"] for state in in_time if state["codes"].get(scheme)}
