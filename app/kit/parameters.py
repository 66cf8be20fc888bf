"""Questions: the parameters that a collection takes, each said once: type, doc, SQL; `reading` reads them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped

from app.kit import grammar
from app.kit.grammar import AnyOf
from app.kit.prepared import slot
from app.kit.values import Value

PAIR = 2
# A name and a value under which records are listed.
Term = tuple[str, str]


@dataclass(frozen=True)
class Match:
    """The records that a filter lets through: the values of `key` in the rows that meet `condition`."""

    key: SQLColumnExpression[int]
    condition: ColumnElement[bool]


# Rows in which a column has one of these values.
Where = tuple[Mapped[Any], frozenset[str | bool]]


@dataclass(frozen=True)
class Dimension:
    """What a filter asks for, as something to count by: the first of `values` that is told, where `where` holds.

    key: the column of those rows that names the record.
    where: it needs no SQL: who writes the rows can count by them, too.
    among: no other values count, and each as it was asked for, whichever of `values` it is.
    single: a record has at most one value.
    """

    key: Mapped[int]
    values: tuple[Mapped[Any], ...]
    where: Where | None = None
    among: tuple[str, ...] = ()
    single: bool = False

    @property
    def value(self) -> SQLColumnExpression[Any]:
        """What is counted by, as SQL."""
        *earlier, last = self.values
        if self.among:
            return case(*((one.in_(self.among), one) for one in earlier), else_=last)
        return func.coalesce(*self.values) if earlier else last

    @property
    def condition(self) -> ColumnElement[bool]:
        """Which rows are counted, as SQL."""
        conditions: list[ColumnElement[bool]] = [self.value.is_not(None)]
        if self.where:
            column, allowed = self.where
            conditions.append(column.is_(True) if allowed == {True} else column.in_(sorted(allowed)))
        if self.among:
            conditions.append(or_(*(one.in_(self.among) for one in self.values)))
        return and_(*conditions)


Matcher = Callable[[tuple[Any, ...], "Asked"], Match | None]


def as_they_are(values: tuple[str, ...]) -> tuple[str, ...]:
    """Bind values as they are."""
    return values


# Compared by identity: tuples of them are keys of `by_name`.
@dataclass(frozen=True, eq=False)
class Parameter:
    """One thing a caller may ask.

    takes: `list` = comma for any of, `!` negates; `set` = comma, but no `!`; `pair` = two values joined; `one` = a
    single value.
    several: a record can have several of these, so the parameter may be repeated, for all of.
    match: its SQL; None for a parameter that only steers (sort, limit); it gives None where others read it (role).
    every: a value that stands for all the others.
    implies: another parameter, and which of its values each value of this one asks for too.
    bind: its values as its SQL takes them: of them the SQL's text knows only how many there are. None: the text hangs
    on the values themselves.
    dimension: what records are counted by where this is a facet; None if they are not.
    most: how many values it takes.
    terms: under which terms (name, value) records are listed that it lets through, any of them; None by the parameter
    if there are no such lists, by the function where others read it.
    column: the attribute of the records' own row whose value is the term's.
    span: the attributes of the records' own row between which the time that is asked for lies; null is open.
    starts: a statement begins with it, for it finds `few` records, or `many` and in order.
    """

    name: str
    doc: str
    value: Value
    match: Matcher | None = None
    takes: Literal["list", "set", "pair", "one"] = "list"
    several: bool = False
    also: str | None = None
    default: str | None = None
    every: str | None = None
    required: bool = False
    implies: tuple[str, Mapping[str, frozenset[str]]] | None = None
    bind: Callable[[tuple[str, ...]], tuple[Any, ...]] | None = None
    dimension: Callable[[Asked], Dimension] | None = None
    most: int = grammar.MAX_VALUES
    terms: Callable[[tuple[str, ...], Asked], Iterable[Term] | None] | None = None
    column: str | None = None
    span: tuple[str, str] | None = None
    starts: Literal["few", "many"] | None = None


@lru_cache(maxsize=256)
def by_name(parameters: tuple[Parameter, ...]) -> dict[str, Parameter]:
    """Return parameters by their names, the other ones of them included."""
    others = {parameter.also: parameter for parameter in parameters if parameter.also}
    return {parameter.name: parameter for parameter in parameters} | others


@dataclass(frozen=True)
class Asked:
    """A question as understood: canonical values by parameter, in declared order.

    bound: what the SQL of each choice takes: slots, where a statement is written for all questions of a shape.
    """

    parameters: tuple[Parameter, ...]
    given: dict[str, tuple[AnyOf, ...]]
    bound: dict[str, tuple[tuple[Any, ...], ...]] | None = None

    def one(self, name: str) -> str | None:
        """Return the single value of a `one` parameter, else its default."""
        if name in self.given:
            return self.given[name][0].values[0]
        return by_name(self.parameters)[name].default

    @cached_property
    def chosen(self) -> tuple[tuple[Parameter, tuple[AnyOf, ...]], ...]:
        """What is given, in declared order, with its choices."""
        given = self.given
        return tuple((one, choices) for one in self.parameters if (choices := given.get(one.name)))

    @property
    def start(self) -> Parameter | None:
        """The first parameter that a statement may begin with; a list that is negated leaves more than it takes."""
        for parameter, choices in self.chosen:
            if parameter.starts and not choices[0].negated:
                return parameter
        return None

    def query(self, **changes: str | None) -> str:
        """Write the canonical query string, with single parameters set (or, by None, left out)."""
        written = {name: parts for name, parts in self._written.items() if name not in changes}
        set_ = {name: text for name, text in changes.items() if text is not None}
        if set_:
            declared = by_name(self.parameters)
            written |= {name: self._encoded(declared[name], [text]) for name, text in set_.items()}
            written = {one.name: written[one.name] for one in self.parameters if one.name in written}
        return "&".join(part for parts in written.values() for part in parts)

    @cached_property
    def _written(self) -> dict[str, list[str]]:
        """Whatever is given, as the query string has it, in declared order."""
        written: dict[str, list[str]] = {}
        for parameter, choices in self.chosen:
            single = parameter.takes == "one"
            texts = [choice.values[0] if single else grammar.write(choice) for choice in choices]
            written[parameter.name] = self._encoded(parameter, texts)
        return written

    def _encoded(self, parameter: Parameter, texts: list[str]) -> list[str]:
        if parameter.default in texts and self.implied(parameter.name) <= {parameter.default}:
            # A default goes without saying, unless something else that is asked implies another value.
            texts = [text for text in texts if text != parameter.default]
        return [grammar.encode(parameter.name, text) for text in texts]

    def implied(self, name: str) -> set[str | None]:
        """Return the values of a parameter that others, as they are given, ask for too."""
        found: set[str | None] = set()
        for parameter, choices in self.chosen:
            if parameter.implies and parameter.implies[0] == name:
                for choice in choices:
                    found.update(
                        *(parameter.implies[1].get(value, ()) for value in choice.values if not choice.negated)
                    )
        return found

    def narrowed(self, name: str, value: str, *, single: bool) -> Asked | None:
        """Return the question for those of its records that have this value too; None if it cannot be written.

        `single`: a record has at most one.
        """
        parameter = by_name(self.parameters)[name]
        before = self.given.get(name, ())
        if not parameter.several and not single and any(choice.negated for choice in before):
            return None
        kept = {choice for choice in before if choice.values != (parameter.every,)} if parameter.several else set()
        choices = sorted({*kept, AnyOf((value,))}, key=lambda choice: (choice.negated, choice.values))
        given = {**self.given, name: tuple(choices)}
        if parameter.implies:
            # What it implies may be more than was asked.
            other = by_name(self.parameters)[parameter.implies[0]]
            given.setdefault(other.name, (AnyOf((str(other.default),)),))
        return Asked(self.parameters, given)

    def prepared(self, without: Iterable[str]) -> tuple[Hashable, Asked, dict[str, Any]]:
        """Return the question's shape, the question with slots for values, and the values by slot.

        Two questions of one shape have the same SQL; `without`: the parameters that have no part in it.
        """
        left_out = set(without)
        shape: list[Hashable] = []
        bound: dict[str, tuple[tuple[Any, ...], ...]] = {}
        values: dict[str, Any] = {}
        for parameter, choices in self.chosen:
            if parameter.name in left_out:
                continue
            if parameter.bind is None:
                shape.append((parameter.name, choices))
                bound[parameter.name] = tuple(choice.values for choice in choices)
                continue
            slots = []
            for at, choice in enumerate(choices):
                found = {f"{parameter.name}.{at}.{n}": value for n, value in enumerate(_bound(parameter, choice))}
                values |= found
                slots.append(tuple(slot(name) for name in found))
                shape.append((parameter.name, choice.negated, len(found)))
            bound[parameter.name] = tuple(slots)
        return tuple(shape), Asked(self.parameters, self.given, bound), values

    def conditions(self, key: Mapped[int], without: Iterable[str] = ()) -> list[ColumnElement[bool]]:
        """Return the SQL of all that was asked, on rows whose key column is `key`."""
        left_out = set(without)
        found: list[ColumnElement[bool]] = []
        for parameter, _ in self.chosen:
            if parameter.name in left_out:
                continue
            for negated, match in self.matches(parameter):
                if _table(match.key) is _table(key):
                    within = match.condition
                else:
                    within = key.in_(select(match.key).where(match.condition))
                # What is not told is not among the values: `x` and `!x` part the whole list in two.
                found.append(or_(within.is_(None), not_(within)) if negated else within)
        return found

    def matches(self, parameter: Parameter) -> Iterator[tuple[bool, Match]]:
        """Yield, for each choice of a parameter, whether it is negated, and its SQL."""
        for at, choice in enumerate(self.given.get(parameter.name, ())):
            bound = _bound(parameter, choice) if self.bound is None else self.bound[parameter.name][at]
            match = parameter.match(bound, self) if parameter.match else None
            if match is not None:
                yield choice.negated, match


NOTHING = Asked((), {})


def _bound(parameter: Parameter, choice: AnyOf) -> tuple[Any, ...]:
    return choice.values if parameter.bind is None else parameter.bind(choice.values)


def _table(key: SQLColumnExpression[int]) -> object:
    """Return the table whose column this is."""
    return cast("InstrumentedAttribute[int]", key).class_ if isinstance(key, Mapped) else key
