"""From a question to a picture and the table behind it: what is read, what is drawn of it, and what is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.core import references
from app.core.answers import Answer
from app.core.asking import Question
from app.core.lists import EntityList, FactList, ShortList
from app.core.vocabulary import CoverageStatus, Modality
from app.kit import edtf
from app.kit.grammar import AnyOf
from app.kit.pages import EXACT, MAX_LIMIT
from app.kit.parameters import Asked, Parameter
from app.views import ties
from app.web.pictures import ego, flows, lanes, matrix, network, questions, timeline
from app.web.pictures.paper import Picture, counted, empty

IN_PART = f"Counted are the first {EXACT:,} facts that this question finds, in order of date; a narrower one has all."

# Of two states, so many that no pair of the real data sets has more.
MOST_BETWEEN = 30_000
IN_PART_OF_TIME = f"Counted are the first {MOST_BETWEEN:,} facts, in order of date: what is later is not drawn."
OF_FLOWS = f"Counted are at most {ties.MOST_FLOWING:,} transfers."


@dataclass(frozen=True)
class Made:
    """A picture, the rows of the table behind it, and the finished sources that it is drawn from."""

    picture: Picture
    rows: Sequence[Answer]
    sources: Sequence[str]


def of_pair(question: Question, pair: Sequence[str], declared: Sequence[Parameter], kinds: Sequence[str]) -> Made:
    """Return the timeline of two states."""
    asked = questions.sought(question, declared, between=AnyOf(tuple(pair)))
    listing = FactList(question, sought=asked)
    with question.held.connect() as connection:
        found, every = _facts(connection, listing, pair)
        names = ties.actors(connection, pair)
        withheld = listing.counts(connection).found["withheld"]
        sources = references.behind(connection, listing.found(connection))
    title = " and ".join(names[state].name for state in pair)
    told = _told(Counter(fact.modality for fact in found), withheld, every=every)
    if not found:
        return Made(empty(title, told, f"/coverage?between={pair[0]},{pair[1]}"), [], sources)
    order = {kind: at for at, kind in enumerate(kinds)}
    remarks = [] if every else [IN_PART_OF_TIME]
    if len(found) <= timeline.MOST_BARS:
        found = sorted(found, key=lambda fact: (order[fact.kind], fact.direction or "", not fact.dated))
        marks = timeline.bars(found, lambda who: questions.fact(who, question.asked))
    else:
        remarks.append(
            f"More than {timeline.MOST_BARS} facts: they are counted by year, in every year of which their date may be."
        )
        within, link = _years(asked)
        marks = timeline.by_year(found, within, link)
        marks.sort(key=lambda mark: (order[mark.kind], list(Modality).index(mark.modality), mark.year or 0))
    return Made(lanes.picture(marks, title, told, remarks), marks, sources)


def of_state(
    question: Question, state: str, declared: Sequence[Parameter]
) -> Made:  # fmt: skip
    """Return the ego network of a state."""
    more = {"country": AnyOf((state,))} | questions.relating(question)
    asked = questions.sought(question, declared, **more)
    found = _tied(question, asked, state)
    title = f"{found.name(state)} and its partners"
    if not found.lines:
        return found.made(empty(title, found.told, f"/coverage?country={state}"), 0)
    shown = found.lines[: ego.MOST_PARTNERS]
    told = f"{counted(len(found.lines), 'partner')}. {found.told}"
    remarks = _rest(len(found.lines) - len(shown), "partner", found.remarks)
    names = {who: actor.name for who, actor in found.actors.items()}
    return found.made(ego.picture(state, shown, names, title, told, remarks), len(shown))


def of_all(question: Question, declared: Sequence[Parameter]) -> Made:
    """Return the network of all states."""
    asked = questions.sought(question, declared, **questions.relating(question))
    found = _tied(question, asked, None)
    title = "Who is tied to whom"
    if not found.lines:
        return found.made(empty(title, found.told, "/coverage"), 0)
    shown = found.lines[: network.MOST_TIES]
    told = f"{counted(len(found.lines), 'pair')} of states. {found.told}"
    remarks = _rest(len(found.lines) - len(shown), "pair", found.remarks)
    names = {who: actor.name for who, actor in found.actors.items()}
    return found.made(network.picture(shown, names, title, told, remarks), len(shown))


def of_transfers(question: Question, declared: Sequence[Parameter], kind: str) -> Made:
    """Return the map of flows."""
    asked = questions.sought(question, declared)
    listing = FactList(question, kind, asked)

    def link(a: str, b: str) -> str:
        return questions.flow(asked, a, b)

    def narrowed(tie: ties.Tie) -> str:
        return questions.flow(questions.of(asked, tie.kind, tie.modality), tie.a, tie.b)

    with question.held.connect() as connection:
        if question.asked.given.keys() <= {"modality", "release"}:
            flowing, remarks = ties.all_flows(connection, kind, asked), [OF_FLOWS]
        else:
            flowing, remarks = ties.flows(connection, listing), [IN_PART]
        found = _read(connection, listing, flowing, link, narrowed, None, remarks)
        codes = ties.numeric_codes(connection, found.actors)
    title = "Transfers from supplier to recipient"
    if not found.lines:
        return found.made(empty(title, found.told, f"/coverage?kind={kind}"), 0)
    shown = found.lines[: flows.MOST_FLOWS]
    told = f"{counted(len(found.lines), 'flow')}. {found.told}"
    remarks = _rest(len(found.lines) - len(shown), "flow", found.remarks)
    remarks = [*remarks, "Outlines: Natural Earth (public domain), as of its makers; no border is asserted here."]
    names = {who: actor.name for who, actor in found.actors.items()}
    return found.made(flows.picture(shown, names, codes, title, told, remarks), len(shown))


def of_coverage(question: Question, listing: EntityList | ShortList, kinds: Sequence[str]) -> Made:
    """Return the matrix of coverage."""
    answers: list[str] = []
    after = None
    with question.held.connect() as connection:
        while len(answers) < EXACT:
            part = listing.part(connection, after, MAX_LIMIT)
            answers += part.answers
            after = part.last
            if after is None:
                break
        pairs = matrix.rows(answers)
        actors = ties.actors(connection, {state for row in pairs for state in (row.a, row.b)})
    title = "What the sources cover"
    if not pairs:
        told = "No source was read for this, or none says what is asked: nothing follows."
        return Made(empty(title, told, None), [], [])
    shown = pairs[: matrix.MOST_PAIRS]
    wanted = [kind for kind in kinds if any(kind in row.cells for row in pairs)]
    told = f"{counted(len(pairs), 'pair')} of states by {counted(len(wanted), 'kind')} of fact."
    remarks = _rest(len(pairs) - len(shown), "pair", [])
    if after is not None:
        remarks.append(f"Read were the first {EXACT:,} lines of coverage; a narrower question has all.")

    def link(row: matrix.Row, kind: str) -> str:
        return questions.covered(question.asked, row.a, row.b, kind)

    def standing(kind: str, status: CoverageStatus) -> str:
        return questions.standing(question.asked, kind, status.value)

    names = {who: actor.name for who, actor in actors.items()}
    return Made(matrix.picture(pairs, wanted, names, link, standing, title, told, remarks), [], [])


@dataclass(frozen=True)
class _Found:
    lines: Sequence[network.Line]
    actors: Mapping[str, Any]
    told: str
    remarks: Sequence[str]
    sources: Sequence[str]
    link: Callable[[ties.Tie], str]

    def name(self, who: str) -> str:
        found: str = self.actors[who].name
        return found

    def made(self, picture: Picture, drawn: int) -> Made:
        return Made(picture, network.rows(self.lines, drawn, self.actors, self.link), self.sources)


def _tied(question: Question, asked: Asked, state: str | None) -> _Found:
    listing = FactList(question, sought=asked)

    def link(a: str, b: str) -> str:
        return questions.between(asked, a, b)

    def narrowed(tie: ties.Tie) -> str:
        return questions.between(questions.of(asked, tie.kind, tie.modality), tie.a, tie.b)

    with question.held.connect() as connection:
        if question.asked.given.keys() <= ties.COMPILED:
            found, remarks = ties.compiled_pairs(connection, asked, state), []
        else:
            found, remarks = ties.pairs(connection, listing, state), [IN_PART]
        return _read(connection, listing, found, link, narrowed, state, remarks)


def _read(
    connection: Connection,
    listing: FactList,
    found: Sequence[ties.Tie],
    link: Callable[[str, str], str],
    narrowed: Callable[[ties.Tie], str],
    state: str | None = None,
    remarks: Sequence[str] = (),
) -> _Found:
    lines = network.lines(found, link)
    ends = {end for tie in found for end in (tie.a, tie.b)} | ({state} if state else set())
    counts = listing.counts(connection).found
    # A remark on what is left out is true of questions that find more.
    told_of = [] if counts["total_is"] == "exact" else remarks
    total = f"{counts['total']:,}{'' if counts['total_is'] == 'exact' else ' or more'}"
    told = f"{total} facts are found{_withheld(counts['withheld'])}."
    sources = references.behind(connection, listing.found(connection))
    return _Found(lines, ties.actors(connection, ends), told, told_of, sources, narrowed)


def _facts(connection: Connection, listing: FactList, pair: Sequence[str]) -> tuple[list[timeline.Dated], bool]:
    """Read what is shown of the facts, and whether they are all."""
    found: list[timeline.Dated] = []
    after = None
    while len(found) < MOST_BETWEEN:
        part = listing.part(connection, after, MAX_LIMIT)
        found += timeline.dated(part.answers, pair)
        after = part.last
        if after is None:
            return found, True
    return found, False


def _years(asked: Asked) -> tuple[tuple[int | None, int | None], Callable[[str, str, int | None], str]]:
    """Return the years that are asked for, and the question for what may be of one of them."""
    since, until = asked.one("since"), asked.one("until")
    first = int(edtf.whole(since)[0][:4]) if since else None
    last = int(edtf.whole(until)[1][:4]) if until else None
    # A date that lies wholly inside of one span and may be of a year is more than one question can ask.
    certain = asked.one("date_match") == "certain"

    def link(kind: str, modality: str, year: int | None) -> str:
        of = questions.of(asked, kind, modality)
        if year is None or certain:
            return f"/facts?{of.query()}"
        start = since if year == first and since else f"{year:04}"
        end = until if year == last and until else f"{year:04}"
        return f"/facts?{of.query(since=start, until=end)}"

    return (first, last), link


def _told(counts: Mapping[str, int], withheld: Mapping[str, int], *, every: bool) -> str:
    found = sum(counts.values())
    if not found:
        return f"Nothing is recorded of what this question asks{_withheld(withheld)}."
    parts = ", ".join(f"{counts[one]:,} {one.value}" for one in Modality if counts.get(one))
    return f"{counted(found, 'fact')}{'' if every else ' or more'}: {parts}{_withheld(withheld)}."


def _withheld(counts: Mapping[str, int]) -> str:
    # Counting ends behind what is exact.
    said = {one: f"{count:,}" if count <= EXACT else f"more than {EXACT:,}" for one, count in counts.items() if count}
    parts = [f"{count} {modality}" for modality, count in said.items()]
    return f"; left out: {', '.join(parts)} (modality=any shows all)" if parts else ""


def _rest(left: int, what: str, remarks: Iterable[str]) -> list[str]:
    if left <= 0:
        return list(remarks)
    return [f"{counted(left, what)} more not drawn: the table behind (.csv) has them all.", *remarks]
