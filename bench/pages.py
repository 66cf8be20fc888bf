"""Pages of every sort, each question once and one at a time: what a page costs must not grow with the corpus."""

from __future__ import annotations

import http.client
import json
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from statistics import quantiles
from urllib.parse import urlsplit

from app.core.questions import FACT_PARAMETERS
from app.facts import FACTS
from app.kit.pages import Cursor
from bench.facts import WORDS
from bench.kinds import SECTORS, SERIES
from bench.load import Run
from bench.rounds import Subject
from bench.servers import Server
from bench.world import BUSIEST, World, word

LIMITS = range(18, 23)
YEARS = range(1960, 2025)
DEEP = {"/facts": "/facts?limit=20", "country": "/facts?country=US&limit=20"}


def subjects(server: Server, made: World, number: int, dice: random.Random) -> Iterator[Subject]:
    """Yield the sorts of page, each with so many questions that never come twice; fewer where there are not so many."""
    sorts = _targets(made)
    sorts |= {f"{name}, deep cursor": list(_deep(server, first, dice)) for name, first in DEEP.items()}
    sorts |= dict(_every_filter(server))
    for name, targets in sorts.items():
        chosen = dice.sample(targets, min(number, len(targets)))
        yield Subject(name, chosen[0] if chosen else "", partial(_asked, server, chosen) if chosen else None)


def _asked(server: Server, targets: list[str]) -> Run:
    """Ask each once, over one connection."""
    connection = http.client.HTTPConnection(str(urlsplit(server.url).netloc), timeout=60)
    took: list[float] = []
    failed = 0
    for target in targets:
        began = time.perf_counter()
        connection.request("GET", target)
        answer = connection.getresponse()
        answer.read()
        took.append((time.perf_counter() - began) * 1000)
        failed += answer.status != http.client.OK
    connection.close()
    cuts = quantiles(took, n=100, method="inclusive") if len(took) > 1 else took * 99
    return Run(len(took), 1000 * len(took) / sum(took), cuts[49], cuts[98], failed)


def _targets(made: World) -> dict[str, list[str]]:
    """Return addresses by sort of page; limits about 20 make enough of them."""
    states, systems = made.countries.all, made.systems.all
    pairs = [(a, b) for a, b in product(BUSIEST, repeat=2) if a < b]
    return {
        "country": [f"/facts?country={one}&limit={limit}" for one, limit in product(states, LIMITS)],
        "between": [f"/facts?between={a},{b}&limit={limit}" for (a, b), limit in product(pairs, LIMITS)],
        "between, one of them rare": [
            f"/facts?between={a},{b}&limit={limit}" for a, b, limit in product(BUSIEST[:6], states[-40:], LIMITS)
        ],
        "role": [
            f"/facts?country={one}&role={role}&limit={limit}"
            for one, role, limit in product(states[:40], ("supplier", "host", "party"), LIMITS)
        ],
        "/relations/a/b": [f"/relations/{a}/{b}?limit={limit}" for (a, b), limit in product(pairs, LIMITS)],
        "mentions": [f"/facts?mentions={one}&limit={limit}" for one, limit in product(states, LIMITS)],
        "system": [f"/facts?system={one}&limit={limit}" for one, limit in product(systems, LIMITS)],
        "place, newest first": [
            f"/facts?place={one}&limit={limit}&sort=-date" for one, limit in product(made.places.all, LIMITS)
        ],
        "asserted_by": [f"/facts?asserted_by={one}&limit={limit}" for one, limit in product(made.people.all, LIMITS)],
        "since and until": [
            f"/facts?since={year}-{month:02}&until={year + 2}&limit={limit}"
            for year, month, limit in product(YEARS, range(1, 13), LIMITS)
        ],
        "certainly between": [
            f"/facts?since={year}&until={year + 1}&date_match=certain&limit={limit}"
            for year, limit in product(YEARS, LIMITS)
        ],
        "country since": [
            f"/facts?country={one}&since={year}&limit={limit}"
            for one, year, limit in product(states[:40], YEARS, LIMITS)
        ],
        "source by id": [
            f"/facts?source={one.head.source.id}&limit={limit}&sort={sort}"
            for one, limit, sort in product(made.sources.all, LIMITS, ("id", "-id"))
        ],
        "supplier and recipient": [
            f"/transfers?from={a}&to={b}&limit={limit}" for (a, b), limit in product(pairs, LIMITS)
        ],
        "order_year and terms": [
            f"/transfers?order_year={year}&terms={terms}&limit={limit}"
            for year, terms, limit in product(YEARS, ("sale", "aid", "gift", "lease"), LIMITS)
        ],
        "active_on": [
            f"/agreements?active_on={year}-{month:02}&limit={limit}"
            for year, month, limit in product(YEARS, range(1, 13), LIMITS)
        ],
        "sector and party": [
            f"/agreements?sector={sector}&party={one}&limit={limit}"
            for sector, one, limit in product(SECTORS, states[:60], LIMITS)
        ],
        "series and participant": [
            f"/exercises?series={series.replace(' ', '%20')}&participant={one}&limit={limit}"
            for series, one, limit in product(SERIES, states[:60], LIMITS)
        ],
        "bilateral": [
            f"/exercises?bilateral={told}&since={year}&limit={limit}"
            for told, year, limit in product(("true", "false"), YEARS, LIMITS)
        ],
        "not a country": [f"/facts?country=!{one}&limit={limit}" for one, limit in product(states, LIMITS)],
        "q, by date": [f"/facts?q={word(one).lower()}&limit={limit}" for one, limit in product(range(WORDS), LIMITS)],
        "used_by": [f"/systems?used_by={one}&limit={limit}" for one, limit in product(states, LIMITS)],
    }


def _every_filter(server: Server) -> Iterator[tuple[str, list[str]]]:
    """Yield addresses by each filter that records are counted by, with the values that have most facts."""
    own = {one.collection: [some for some in one.parameters if some not in FACT_PARAMETERS] for one in FACTS}
    for collection, parameters in {"facts": FACT_PARAMETERS, **own}.items():
        names = ",".join(one.name for one in parameters if one.dimension is not None)
        answer = json.loads(server.get(f"/{collection}?limit=1&facet={names}")[2])
        for facet in answer["meta"]["facets"]:
            links = [value["link"] for value in facet["values"]]
            yield (
                f"/{collection} by {facet['parameter']}",
                [f"{link}{'&' if '?' in link else '?'}limit={limit}" for link, limit in product(links, LIMITS)],
            )


def _deep(server: Server, first: str, dice: random.Random) -> Iterator[str]:
    """Yield pages far into a list: the cursor of its second page, at other places."""
    found = json.loads(server.get(first)[2])
    following = found["links"]["next"]
    if following is None:
        return
    address, _, written = following.partition("cursor=")
    cursor = Cursor.read(written)
    facts = json.loads(server.get("/version")[2])["counts"]["facts"]
    for after in dice.sample(range(1, facts), min(2_000, facts // 2)):
        yield f"{address}cursor={replace(cursor, after=after).write()}"
