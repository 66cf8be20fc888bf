"""Reading query strings by declared parameters: all that is wrong is named, with the remedy; nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from app.kit import grammar
from app.kit.grammar import AnyOf, GrammarError
from app.kit.parameters import PAIR, Asked, Parameter, by_name
from app.kit.problems import Culprit, unprocessable
from app.kit.values import Refused, near

Resolve = Callable[[list[tuple[frozenset[str], str]]], list[str | Refused]]


def read(parameters: tuple[Parameter, ...], query: bytes, resolve: Resolve) -> Asked:
    """Read a query string; raise the 422 that names every parameter that is wrong, and the remedy."""
    try:
        written = grammar.pairs(query)
    except GrammarError as error:
        raise unprocessable([Culprit(parameter=error.parameter, detail=error.detail)]) from None
    known = by_name(parameters)
    choices, culprits = _choices(written, known)
    resolved, refusals = _resolve_names(choices, known, resolve)
    culprits += refusals
    given: dict[str, tuple[AnyOf, ...]] = {}
    spelled: dict[str, list[tuple[str, AnyOf]]] = {}
    for name, choice in resolved:
        spelled.setdefault(known[name].name, []).append((name, choice))
    for parameter in parameters:
        if some := spelled.get(parameter.name):
            try:
                given[parameter.name] = _joined(parameter, some)
            except Refused as refused:
                culprits.append(_culprit(some[0][0], refused))
        elif parameter.required and not any(culprit.parameter == parameter.name for culprit in culprits):
            culprits.append(Culprit(parameter=parameter.name, detail="is required"))
    for parameter in parameters:
        if parameter.implies is not None and parameter.name in given:
            culprits += _imply(*parameter.implies, parameter.name, given)
    if culprits:
        raise unprocessable(culprits)
    return Asked(parameters, given)


def _choices(
    written: list[tuple[str, str]], known: dict[str, Parameter]
) -> tuple[list[tuple[str, AnyOf]], list[Culprit]]:
    choices: list[tuple[str, AnyOf]] = []
    culprits: list[Culprit] = []
    for name, text in written:
        if name not in known:
            culprits.append(_unknown(name, known))
            continue
        try:
            choices.append((name, _choice(known[name], name, text)))
        except Refused as refused:
            culprits.append(_culprit(name, refused))
    return choices, culprits


def _choice(parameter: Parameter, name: str, text: str) -> AnyOf:
    if parameter.takes == "one":
        return AnyOf((parameter.value.read(text),))
    try:
        choice = grammar.read(text, name)
    except GrammarError as error:
        raise Refused(error.detail) from None
    if parameter.takes in ("pair", "set") and choice.negated:
        raise Refused("takes no `!`: it joins a pair" if parameter.takes == "pair" else "takes no `!`")
    if len(choice.values) > parameter.most:
        raise Refused(f"takes at most {parameter.most} values")
    if parameter.takes == "pair" and len(choice.values) != PAIR:
        raise Refused(f"takes two values: `{name}=TR,AZ`")
    if parameter.every in choice.values:
        if choice.negated:
            raise Refused(f"`!{parameter.every}` asks for nothing")
        return AnyOf((str(parameter.every),))
    return AnyOf(tuple(parameter.value.read(value) for value in choice.values), choice.negated)


def _resolve_names(
    choices: list[tuple[str, AnyOf]], known: dict[str, Parameter], resolve: Resolve
) -> tuple[list[tuple[str, AnyOf]], list[Culprit]]:
    wanted = [
        (known[name].value.names, value)
        for name, choice in choices
        if known[name].value.names
        for value in choice.values
    ]
    answers = iter(resolve(wanted) if wanted else [])
    resolved: list[tuple[str, AnyOf]] = []
    culprits: list[Culprit] = []
    for name, choice in choices:
        if not known[name].value.names:
            resolved.append((name, choice))
            continue
        values: list[str] = []
        for answer in [next(answers) for _ in choice.values]:
            if isinstance(answer, Refused):
                culprits.append(_culprit(name, answer))
            else:
                values.append(answer)
        if len(values) == len(choice.values):
            resolved.append((name, AnyOf(tuple(values), choice.negated)))
    return resolved, culprits


def _joined(parameter: Parameter, choices: Sequence[tuple[str, AnyOf]]) -> tuple[AnyOf, ...]:
    """Put together what was given for one parameter, under its two names."""
    by_spelling: dict[str, set[AnyOf]] = {}
    count: dict[str, int] = {}
    for name, choice in choices:
        by_spelling.setdefault(name, set()).add(choice.canonical())
        count[name] = count.get(name, 0) + 1
    spelled = list(by_spelling.values())
    if len(spelled) == PAIR and spelled[0] != spelled[1]:
        raise Refused(
            f"`{parameter.name}` and `{parameter.also}` are the same parameter and were given different values"
        )
    if max(count.values()) > 1 and not parameter.several:
        remedy = ": for any of, write them with commas" if parameter.takes == "list" else ""
        raise Refused(f"was given {max(count.values())} times, but a record has only one{remedy}")
    if parameter.takes == "pair" and any(len(choice.values) != PAIR for choice in spelled[0]):
        raise Refused("names the same one twice")
    return tuple(sorted(spelled[0], key=lambda choice: (choice.negated, choice.values)))


def _imply(
    other: str, implied: Mapping[str, frozenset[str]], name: str, given: dict[str, tuple[AnyOf, ...]]
) -> list[Culprit]:
    """Ask for what a parameter's values imply of another; refuse what is explicitly contrary to it."""
    wanted: set[str] = set()
    for choice in given[name]:
        if not choice.negated:
            wanted.update(*(implied.get(value, frozenset()) for value in choice.values))
    if not wanted:
        return []
    if other not in given:
        given[other] = (AnyOf(tuple(sorted(wanted))),)
        return []
    asked = {value for choice in given[other] for value in choice.values}
    negated = any(choice.negated for choice in given[other])
    if "any" in asked or (wanted - asked if negated else wanted & asked):
        return []
    values = ",".join(sorted(wanted))
    return [
        Culprit(
            parameter=other,
            detail=f"contradicts `{name}`, which asks for {other}={values}: leave it out, or write that",
            suggestions=[values],
        )
    ]


def _unknown(name: str, known: Iterable[str]) -> Culprit:
    names = sorted(known)
    close = near(name, names)
    hint = f"did you mean `{close[0]}`?" if close else "it is not known here"
    return Culprit(parameter=name[:100], detail=f"unknown parameter: {hint}", suggestions=close, allowed=names)


def _culprit(name: str, refused: Refused) -> Culprit:
    return Culprit(parameter=name, detail=refused.detail, suggestions=refused.suggestions, allowed=refused.allowed)
