"""The panel: a row for each dyad of states, year and source; 0 and "not known" are told apart by the source's scope."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from fastapi import APIRouter, Request, Response
from pydantic import Field
from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import asking, dyads
from app.core.answering import Shape
from app.core.answering import answer as finish
from app.core.answers import Answer
from app.core.asking import Question
from app.core.choosing import asks
from app.core.dyads import Pair, Records
from app.core.envelopes import list_of
from app.core.filters import COUNTRY, PAGING, SOURCE, kinds
from app.core.lists import Counts, Part
from app.core.resource import Resource
from app.core.routes import LIST_ERRORS
from app.core.scope import Scope
from app.core.tables import Source
from app.core.vocabulary import CoverageStatus
from app.kit.formats import TABLES
from app.kit.pages import EXACT, dump
from app.kit.parameters import Asked, Parameter
from app.kit.problems import Culprit, unprocessable
from app.kit.tabular import Column
from app.kit.values import word, year

DIRECTED, UNDIRECTED = "directed-dyad-year", "dyad-year"
# What the two codes are called in a table, as in the data sets that it is joined with.
COLUMNS = {"cow": ("ccode1", "ccode2"), "gw": ("gwcode1", "gwcode2"), "iso3": ("iso3_1", "iso3_2")}
MOST_ROWS = 5_000_000
# Rows are numbered by block, so that no block needs to know how many rows another has.
BLOCK = 100_000
ZERO_OR_UNKNOWN = {
    "code": "zero_or_unknown",
    "text": "0: the source can speak of this dyad and year, and records nothing. null (in a table: empty): it cannot, "
    "by its scope (`/sources`); nothing follows. Rows of different sources are not to be added up.",
    "link": "/sources",
}


class PanelRow(Answer):
    """What one source records of a dyad in a year: actual facts that are one thing each."""

    source: str
    code1: str = Field(description="The state from which it goes (of an undirected dyad, the first).")
    code2: str = Field(description="The state to which it goes (of an undirected dyad, the second).")
    year: int
    coverage: CoverageStatus
    facts: int | None = Field(description="0: none recorded; null: out of the source's scope.")
    multilateral: int | None = Field(description="In how many of them further states take part.")
    sums: dict[str, int | None] = Field(
        description="Of each number that the kind adds up: what the facts come to (null if none gives it), how much of "
        "that is an estimate, and how many of the facts do not give it."
    )


def router(facts: tuple[Resource, ...]) -> APIRouter:
    """Return `/panel`."""
    found = APIRouter(tags=["across"])
    by_kind = {resource.kind: resource for resource in facts if resource.kind != "quote"}
    directed = ", ".join(kind for kind, resource in by_kind.items() if resource.direction)
    declared = (
        Parameter(
            "unit",
            f"`{DIRECTED}`: who to whom ({directed}); `{UNDIRECTED}`: who with whom.",
            word(DIRECTED, UNDIRECTED),
            takes="one",
            required=True,
        ),
        Parameter("kind", "The kind of fact that is counted.", kinds(by_kind), takes="one", required=True),
        Parameter(
            "codes",
            "Whose codes name the states: Correlates of War, Gleditsch and Ward, ISO 3166-1 alpha-3.",
            word(*COLUMNS),
            takes="one",
            default="cow",
        ),
        Parameter(
            "source",
            "These sources, each by itself; unless told, every data set that has this kind.",
            SOURCE,
            takes="set",
        ),
        Parameter("since", "The first year; unless told, the first of the source's scope.", year(), takes="one"),
        Parameter("until", "The last year; unless told, the last of the source's scope.", year(), takes="one"),
        Parameter("country", "Only dyads of which one is one of these states.", COUNTRY, takes="set"),
        *PAGING,
    )

    @found.get(
        "/panel",
        response_model=list_of(PanelRow),
        responses=LIST_ERRORS,
        operation_id="list_panel",
        summary="Count by dyad and year",
        openapi_extra=asks(declared, example=EXAMPLE, formats=TABLES),
    )
    def find(request: Request) -> Response:
        """A row for each dyad of states, year and source: 0 where nothing is recorded, null where it cannot be known.

        By the years of delivery (transfers), the provider's fiscal year (trainings), else the year in which it began.
        A fact of many states counts in each of their dyads. Actual facts that are one thing each are counted; those
        with a party that has no code in the scheme are in no row. The table is of at most 5,000,000 rows.
        """
        question = asking.question(request, declared, "/panel", TABLES)
        resource = by_kind[question.asked.one("kind") or ""]
        with question.held.connect() as connection:
            panel = _panel(connection, question, resource)
        return finish(question, panel, _shape(question, panel.records))

    return found


EXAMPLE = (
    f"/panel?unit={DIRECTED}&kind=transfer&source=forbes-turkey-azerbaijan-2021"
    "&since=2019&until=2021&country=AZ&limit=3"
)


@dataclass(frozen=True)
class Block:
    """A year of a source."""

    source: str
    scope: Scope
    year: int
    kept: dict[bool, Callable[[Pair], str]] = field(default_factory=dict, compare=False)

    @cached_property
    def speaks(self) -> bool:
        """Whether the source speaks of this year at all."""
        return self.scope.speaks_of_year(self.year)

    def silent(self, names: Sequence[str], *, speaks: bool) -> Callable[[Pair], str]:
        """Return what writes a row of nothing recorded: but for its codes it is always the same, and most rows are."""
        if speaks not in self.kept:
            status = CoverageStatus.none_recorded if speaks else CoverageStatus.out_of_scope
            self.kept[speaks] = _written(self, status, names, [0 if speaks else None] * len(names))
        return self.kept[speaks]


def _written(
    block: Block, status: CoverageStatus, names: Sequence[str], numbers: Sequence[int | None]
) -> Callable[[Pair], str]:
    """Return what writes a pair's row."""
    told = dict(zip(names, numbers, strict=True))
    row = {name: told.pop(name) for name in dyads.TOLD}
    head = dump({"source": block.source})[:-1].decode()
    tail = dump({"year": block.year, "coverage": status.value, **row, "sums": told})[1:].decode()
    return lambda pair: f'{head},"code1":"{pair[0]}","code2":"{pair[1]}",{tail}'


@dataclass(frozen=True)
class Panel:
    """The rows, block by block; the block read last is kept, for a stream takes it part by part."""

    records: Records
    blocks: Sequence[Block]
    among: set[str] | None
    kept: dict[int, tuple[list[Pair], dict[Pair, list[int | None]]]] = field(default_factory=dict)

    def part(self, connection: Connection, after: int | None, limit: int) -> Part:
        """Return a part, by one statement for each block that it begins."""
        start = 0 if after is None else after + 1
        answers: list[str] = []
        last = start
        for at in range(start // BLOCK, len(self.blocks)):
            pairs, found = self._read(connection, at)
            offset = start % BLOCK if at == start // BLOCK else 0
            for n, pair in enumerate(pairs[offset : offset + limit - len(answers)], offset):
                answers.append(self._row(self.blocks[at], pair, found.get(pair)))
                last = at * BLOCK + n
            if len(answers) == limit:
                more = last % BLOCK + 1 < len(pairs) or at + 1 < len(self.blocks)
                return Part(answers, last if more else None)
        return Part(answers, None)

    def counts(self, _: Connection) -> Counts:
        """Return how many rows there are, at the least: a state that is recorded before it was one has rows too."""
        total = self.rows()
        return Counts({"total": min(total, EXACT), "total_is": "at_least", "withheld": {}}, [ZERO_OR_UNKNOWN])

    def rows(self) -> int:
        """Count the dyads of the states of each year."""
        directed = self.records.directed
        total = 0
        for year_ in {block.year for block in self.blocks}:
            states = self.records.system.of_year(year_)
            among = None if self.among is None else len(states & self.among)
            blocks = sum(block.year == year_ for block in self.blocks)
            total += blocks * dyads.how_many(len(states), among, directed=directed)
        return total

    def _read(self, connection: Connection, at: int) -> tuple[list[Pair], dict[Pair, list[int | None]]]:
        if at not in self.kept:
            block = self.blocks[at]
            found = self.records.of(connection, block.source, block.year)
            codes = self.records.system.of_year(block.year).union(*found)
            self.kept.clear()
            self.kept[at] = dyads.all_pairs(codes, directed=self.records.directed, among=self.among), found
        return self.kept[at]

    def _row(self, block: Block, pair: Pair, numbers: list[int | None] | None) -> str:
        if numbers is not None:
            return _written(block, CoverageStatus.found, self.records.numbers, numbers)(pair)
        return block.silent(self.records.numbers, speaks=block.speaks and self._speaks(block, pair))(pair)

    def _speaks(self, block: Block, pair: Pair) -> bool:
        system, kind = self.records.system, self.records.resource.kind
        senders = block.scope.senders
        if self.records.directed and senders is not None and system.states(pair[0]).isdisjoint(senders):
            return False
        return any(block.scope.speaks_of(kind, a, b) for a in system.states(pair[0]) for b in system.states(pair[1]))


def _panel(connection: Connection, question: Question, resource: Resource) -> Panel:
    asked = question.asked
    directed = asked.one("unit") == DIRECTED
    if directed and resource.direction is None:
        detail = f"{resource.kind!r} has no direction between two states: ask `unit={UNDIRECTED}`"
        raise unprocessable([Culprit(parameter="unit", detail=detail, allowed=[UNDIRECTED])])
    scopes = _scopes(connection, asked, resource.kind)
    system = dyads.system(connection, asked.one("codes") or "")
    blocks = [Block(source, scope, year_) for source, scope in scopes.items() for year_ in _years(asked, source, scope)]
    among = _among(asked, system)
    panel = Panel(dyads.records(connection, resource, system, scopes, directed=directed), blocks, among)
    if panel.rows() > MOST_ROWS:
        detail = (
            f"{panel.rows()} rows are asked for, at most {MOST_ROWS} are answered: give `since` and `until`, "
            "one `source`, or `country`"
        )
        raise unprocessable([Culprit(parameter="since", detail=detail)])
    return panel


def _scopes(connection: Connection, asked: Asked, kind: str) -> dict[str, Scope]:
    """Return the scopes of the sources that are asked for; else of those that state that they have this kind."""
    wanted = {value for choice in asked.given.get("source", ()) for value in choice.values}
    statement = select(col(Source.id), col(Source.answer)).order_by(col(Source.n)).limit(EXACT)
    if wanted:
        statement = statement.where(col(Source.id).in_(sorted(wanted)))
    every = {id_: Scope.model_validate(json.loads(answer)["scope"]) for id_, answer in connection.execute(statement)}
    found = {id_: scope for id_, scope in every.items() if wanted or (scope.kinds and kind in scope.kinds)}
    if not found:
        detail = f"this release has no data set of the kind {kind!r}: name a source, or load one (`seed importers`)"
        raise unprocessable([Culprit(parameter="source", detail=detail)])
    return found


def _years(asked: Asked, source: str, scope: Scope) -> range:
    first, last = scope.years() or (None, None)
    since = int(asked.one("since") or first or 0)
    until = int(asked.one("until") or last or 0)
    if not since or not until:
        detail = f"{source} does not say of which years it is: give `since` and `until`"
        raise unprocessable([Culprit(parameter="since", detail=detail)])
    return range(since, until + 1)


def _among(asked: Asked, system: dyads.System) -> set[str] | None:
    wanted = [value for choice in asked.given.get("country", ()) for value in choice.values]
    if not wanted:
        return None
    missing = [state for state in wanted if state not in system.codes]
    if missing:
        detail = f"{', '.join(missing)} has no code in the scheme {asked.one('codes')!r}: ask for other `codes`"
        raise unprocessable([Culprit(parameter="country", detail=detail)])
    return {system.codes[state] for state in wanted}


def _shape(question: Question, records: Records) -> Shape:
    first, second = COLUMNS[question.asked.one("codes") or ""]
    named = {"code1": first, "code2": second}
    columns = [_column(named.get(name, name), name) for name in PanelRow.model_fields if name != "sums"]
    columns += [_of_sums(name) for name in records.numbers if name not in dyads.TOLD]
    return Shape(lambda: tuple(columns), ("source", first, second, "year"))


def _column(name: str, key: str) -> Column:
    number = key in {"year", *dyads.TOLD}
    doc = PanelRow.model_fields[key].description or ""
    return Column(name, key, "integer" if number else "string", doc, lambda row, _: row[key])


def _of_sums(name: str) -> Column:
    doc = "See `sums`: what it comes to, `_estimated` of it, and how many facts are `_without` it."
    return Column(name, "sums", "integer", doc, lambda row, _: row["sums"][name])
