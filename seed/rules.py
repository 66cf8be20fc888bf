"""Rules across records: unique ids, no dangling reference, all sentences accounted for. One function, one rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

from app.core.entries import ActorId, FactId, PlaceId, SourceId, SystemId
from seed.article import Article, Reason
from seed.corpus import Corpus
from seed.findings import Finding, Rejected
from seed.summaries import summaries_say_no_more

Rule = Callable[[Corpus], Iterator[Finding]]


def check(corpus: Corpus) -> None:
    """Apply every rule; Rejected with all findings."""
    findings = [finding for rule in RULES for finding in rule(corpus)]
    if findings:
        raise Rejected(findings)


def ids_are_unique(corpus: Corpus) -> Iterator[Finding]:
    """An id stands once: among facts (retired ones included), among actors, systems, places and sources."""
    actors = [
        *(("reference/countries.yml", entry.id) for entry in corpus.countries),
        *(("reference/organizations.yml", entry.id) for entry in corpus.organizations),
        *(("reference/people.yml", entry.id) for entry in corpus.people),
        *((article.file, voice.id) for article in corpus.articles for voice in article.head.voices),
    ]
    facts = [
        *(("retired.yml", entry.id) for entry in corpus.retired),
        *((article.file, fact.id) for article, fact in corpus.facts()),
    ]
    systems = [("reference/systems.yml", entry.id) for entry in corpus.systems]
    places = [("reference/places.yml", entry.id) for entry in corpus.places]
    sources = [(article.file, article.head.source.id) for article in corpus.articles]
    for group in (actors, facts, systems, places, sources):
        count = Counter(id_ for _, id_ in group)
        for file, id_ in sorted({(file, id_) for file, id_ in group if count[id_] > 1}):
            yield Finding(
                file,
                corpus.line_of_id(file, id_),
                f"id {id_!r} stands {count[id_]} times",
                "ids are never shared nor reused: choose another",
            )


def references_resolve(corpus: Corpus) -> Iterator[Finding]:
    """Everything that is referred to exists."""
    countries = {entry.id for entry in corpus.countries}
    voices = {voice.id for article in corpus.articles for voice in article.head.voices}
    known: dict[type[str], set[str]] = {
        ActorId: countries
        | {entry.id for entry in corpus.organizations}
        | {entry.id for entry in corpus.people}
        | voices,
        SystemId: {entry.id for entry in corpus.systems},
        PlaceId: {entry.id for entry in corpus.places},
        FactId: {fact.id for _, fact in corpus.facts()},
        SourceId: {article.head.source.id for article in corpus.articles},
    }
    named = {ActorId: "actor", SystemId: "system", PlaceId: "place", FactId: "fact", SourceId: "source"}
    groups = (
        *(("reference/countries.yml", (number,), entry) for number, entry in enumerate(corpus.countries)),
        *(("reference/organizations.yml", (number,), entry) for number, entry in enumerate(corpus.organizations)),
        *(("reference/people.yml", (number,), entry) for number, entry in enumerate(corpus.people)),
        *(("reference/systems.yml", (number,), entry) for number, entry in enumerate(corpus.systems)),
        *(("reference/places.yml", (number,), entry) for number, entry in enumerate(corpus.places)),
        *(("reference/names.yml", (number,), entry) for number, entry in enumerate(corpus.pinned)),
        *(("retired.yml", (number,), entry) for number, entry in enumerate(corpus.retired)),
        *(
            (article.file, ("facts", number), fact)
            for article in corpus.articles
            for number, fact in enumerate(article.facts)
        ),
        *((article.file, (), article.head) for article in corpus.articles),
    )
    for file, path, entry in groups:
        for where, id_ in entry.references():
            if id_ not in known[type(id_)]:
                line = corpus.documents[file].line((*path, *_steps(where)))
                yield Finding(
                    file,
                    line,
                    f"{where}: there is no {named[type(id_)]} {id_!r}",
                    "add it to the reference files, or mend the id",
                )
    states = {(entry.id, "organ_of", entry.organ_of) for entry in corpus.organizations if entry.organ_of}
    states |= {(entry.id, "based_in", entry.based_in) for entry in corpus.organizations if entry.based_in}
    for id_, key, state in sorted(states):
        if state not in countries:
            yield Finding(
                "reference/organizations.yml",
                corpus.line_of_id("reference/organizations.yml", id_),
                f"{key}: {state!r} is no country",
                "name a country's id",
            )
    for article in corpus.articles:
        for state in article.head.scope.countries:
            if state not in countries:
                yield Finding(
                    article.file,
                    corpus.documents[article.file].line(("scope",)),
                    f"scope: {state!r} is no country",
                    "name countries' ids",
                )


def codes_have_one_bearer(corpus: Corpus) -> Iterator[Finding]:
    """A code of a scheme names one country."""
    bearers: dict[tuple[str, str], str] = {}
    for entry in corpus.countries:
        for code in entry.codes():
            if bearers.setdefault(code, entry.id) != entry.id:
                line = corpus.line_of_id("reference/countries.yml", entry.id)
                yield Finding(
                    "reference/countries.yml",
                    line,
                    f"{code[0]} {code[1]} is also {bearers[code]}'s",
                    "a code names today's bearer: use `cow_shared`/`gw_shared`",
                )


def relations_hold(corpus: Corpus) -> Iterator[Finding]:
    """A claim is related to a quote, a nested quote to a quote, a signing to an event; nothing to itself."""
    kinds = {fact.id: fact.kind for _, fact in corpus.facts()}
    wanted = {"claimed_in": "quote", "signed_at": "event"}
    for article, fact in corpus.facts():
        pairs = [(related.relation.value, related.id) for related in fact.related]
        nested = getattr(fact, "nested_in", None)
        pairs += [("nested_in", nested)] if nested else []
        for relation, other in pairs:
            line = corpus.line_of_id(article.file, fact.id)
            if other == fact.id:
                yield Finding(article.file, line, f"{fact.id}: is related to itself", "remove it")
            kind = wanted.get(relation, "quote" if relation == "nested_in" else None)
            if kind and kinds.get(other, kind) != kind:
                yield Finding(
                    article.file, line, f"{fact.id}: {relation} {other!r}, which is no {kind}", "name the right fact"
                )


def passages_agree(corpus: Corpus) -> Iterator[Finding]:
    """Passages lie inside the source, and where two overlap they say the same."""
    for article in corpus.articles:
        seen: dict[int, tuple[str, str]] = {}
        for number, fact in enumerate(article.facts):
            for position, evidence in enumerate(fact.evidence):
                line = corpus.documents[article.file].line(("facts", number, "evidence", position))
                start, end = evidence.span
                if end > article.characters:
                    yield Finding(
                        article.file, line, f"{fact.id}: the passage ends after the source does", "run `seed anchor`"
                    )
                for offset, character in enumerate(evidence.exact, start):
                    other = seen.setdefault(offset, (character, fact.id))
                    if other[0] != character:
                        yield Finding(
                            article.file,
                            line,
                            f"{fact.id}: its passage and that of {other[1]} differ at offset {offset}",
                            "one of them is not exact: run `seed anchor`",
                        )
                        break


def sentences_are_accounted_for(corpus: Corpus) -> Iterator[Finding]:
    """Every sentence is touched by a passage, or listed as carrying no fact; never both."""
    for article in corpus.articles:
        document = corpus.documents[article.file]
        starts = article.head.sentences
        line = document.line(("sentences",))
        if starts[0] != 0 or starts != sorted(set(starts)) or starts[-1] >= article.characters:
            yield Finding(
                article.file, line, "the sentences do not partition the source", "start at 0, ascend, end inside it"
            )
            continue
        cited = cited_sentences(article)
        listed = {one.sentence for one in article.head.without_facts}
        for number in sorted(set(range(1, len(starts) + 1)) - cited - listed):
            yield Finding(
                article.file,
                line,
                f"sentence {number} (at {starts[number - 1]}) is neither cited nor listed",
                "code it, or list it in `without_facts`",
            )
        for number in sorted(listed & cited):
            yield Finding(
                article.file,
                document.line(("without_facts",)),
                f"sentence {number} is listed as carrying no fact, but is cited",
                "remove it from the list",
            )
        for number in sorted(listed - set(range(1, len(starts) + 1))):
            yield Finding(
                article.file, document.line(("without_facts",)), f"there is no sentence {number}", "mend the number"
            )
        for position, one in enumerate(article.head.without_facts):
            if (one.reason is Reason.context_of) != (one.of is not None):
                yield Finding(
                    article.file,
                    document.line(("without_facts", position)),
                    "`of` goes with the reason context_of, and only with it",
                    "name the fact in `of`",
                )


def cited_sentences(article: Article) -> set[int]:
    """Return the numbers (from 1) of the sentences that a passage touches."""
    starts = [*article.head.sentences, article.characters]
    spans = [evidence.span for fact in article.facts for evidence in fact.evidence]
    return {
        number
        for number, (start, end) in enumerate(pairwise(starts), 1)
        if any(first < end and last > start for first, last in spans)
    }


def _steps(where: str) -> tuple[str | int, ...]:
    return tuple(int(step) if step.isdigit() else step for step in where.split("."))


RULES: tuple[Rule, ...] = (
    ids_are_unique,
    references_resolve,
    codes_have_one_bearer,
    relations_hold,
    passages_agree,
    sentences_are_accounted_for,
    summaries_say_no_more,
)
