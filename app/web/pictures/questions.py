"""What may be asked of a picture, and the questions that its marks lead to: the words are those of lists of facts."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.asking import Question, address, in_release
from app.core.choosing import RELEASE
from app.kit.grammar import AnyOf
from app.kit.parameters import Asked, Parameter

# A picture has no pages and no order.
_OF_LISTS = frozenset({"limit", "cursor", "sort", "fields", "facet", "group_by"})
QUOTE = "quote"


def filters(declared: Iterable[Parameter], without: Iterable[str] = ()) -> tuple[Parameter, ...]:
    """Return those of a list's parameters that choose facts."""
    left_out = _OF_LISTS | set(without)
    return tuple(parameter for parameter in declared if parameter.name not in left_out)


def sought(question: Question, declared: Iterable[Parameter], **more: AnyOf) -> Asked:
    """Return what is asked as a list asks it, with more: the address' own, and what the picture leaves out."""
    given = dict(question.asked.given)
    for name, choice in more.items():
        given[name] = (*given.get(name, ()), choice)
    return Asked((*declared, RELEASE), given)


def relating(question: Question) -> dict[str, AnyOf]:
    """Return that quotes are no relation, unless kinds are asked for."""
    return {} if "kind" in question.asked.given else {"kind": AnyOf((QUOTE,), negated=True)}


def fact(id: str, asked: Asked) -> str:
    """Return the address of a fact, in the release that is asked for."""
    return in_release(f"/facts/{id}", asked)


def between(asked: Asked, a: str, b: str) -> str:
    """Return the question for what there is between two states."""
    if "between" not in asked.given:
        return address("/facts", _with(asked, between=AnyOf((a, b))).query())
    if asked.given["between"][0].values == (a, b):
        return address("/facts", asked.query())
    found: Asked = asked
    for state in (a, b):
        found = Asked(found.parameters, found.given | {"country": (*found.given.get("country", ()), AnyOf((state,)))})
    return address("/facts", found.query())


def flow(asked: Asked, supplier: str, recipient: str) -> str:
    """Return the question for what went from one to another."""
    return address("/transfers", _with(asked, supplier=AnyOf((supplier,)), recipient=AnyOf((recipient,))).query())


def of(asked: Asked, kind: str, modality: str) -> Asked:
    """Return the question for those of a kind and modality."""
    return _with(asked, kind=AnyOf((kind,)), modality=AnyOf((modality,)))


def _with(asked: Asked, **choices: AnyOf) -> Asked:
    known = {parameter.name for parameter in asked.parameters}
    return Asked(asked.parameters, asked.given | {name: (one,) for name, one in choices.items() if name in known})


def covered(asked: Asked, a: str, b: str, kind: str) -> str:
    """Return the question for what the sources have on two states and a kind."""
    return address("/coverage", _with(asked, between=AnyOf((a, b)), kind=AnyOf((kind,))).query())


def standing(asked: Asked, kind: str, status: str) -> str:
    """Return the question for all that coverage says of a kind in the same words."""
    return address("/coverage", _with(asked, kind=AnyOf((kind,)), status=AnyOf((status,))).query())
