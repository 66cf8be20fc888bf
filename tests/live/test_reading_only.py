"""Reading cannot write, on a real release of each engine; and both engines answer alike, in one order of text."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import quote
from zipfile import ZipFile

import httpx
import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from app.core.questions import SORTS
from app.facts import FACTS
from app.kit import postgresql, sqlite
from app.reference import CATALOGUES
from tests.conftest import Api, Database, api_of, compiled, small_corpus
from tests.postgresql import READER, Postgres

if TYPE_CHECKING:
    from pathlib import Path

    from anyio.from_thread import BlockingPortal

WRITES = (
    "INSERT INTO source (n, id, answer) VALUES (9, 'new', '{}')",
    "UPDATE fact SET answer = '{}'",
    "UPDATE release SET id = 'other'",
    "DELETE FROM fact",
    "CREATE TABLE other (x integer)",
    "CREATE INDEX other ON fact (answer)",
    "CREATE VIEW other AS SELECT 1 AS x",
    "DROP TABLE fact",
    "ALTER TABLE fact ADD COLUMN x integer",
)
WRITES_TO_POSTGRESQL = (
    *WRITES,
    "TRUNCATE fact",
    "COPY fact FROM STDIN",
    f"ALTER TABLE fact OWNER TO {READER}",
    "UPDATE foedus.pointer SET release = 'other'",
    "DROP TABLE foedus.pointer",
    "DROP SCHEMA foedus CASCADE",
    "CREATE SCHEMA other",
    "CREATE TABLE public.other (x integer)",
)
# Beyond ASCII, and in an order that is not that of any language: capitals before small letters, accents last.
NAMES = ("zulu yard", "Zulu Yard II", "Ærø Yard", "Ñandú Guard", "İzmir Yard", "Österreichische Werft", "Жук", "中国船")
COLLECTIONS = [resource.collection for resource in FACTS]
QUESTIONS = (
    *(f"/{name}?modality=any&sort={sort}&limit=3" for name in ("facts", *COLLECTIONS) for sort in SORTS),
    *(f"/{name}" for name in ("facts", *COLLECTIONS)),
    *(f"/{catalogue.collection}?limit=40" for catalogue in CATALOGUES),
    *(f"/relations?limit=3&modality={modality}" for modality in ("actual", "any")),
    "/coverage?limit=7",
    "/vocab",
    "/relations/TR/NO?modality=any&sort=-date&limit=2",
    *(f"/resolve?q={quote(name)}" for name in (*NAMES, "Türkiye", "cow:640", "Congo", "yard")),
    *(f"/organizations/{quote(name)}" for name in (*NAMES, "Aero Yard", "Zulu Yrd", "Yard")),
    *(f"/facts?country={quote(name)}" for name in ("Türkiye", "Turkye", "Congo", "Côte d'Ivoire", "710")),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tests' corpus with more names."""
    found = small_corpus(tmp_path_factory.mktemp("names"))
    file = found / "reference" / "organizations.yml"
    more = "".join(f"- id: yard-{number}\n  name: {name}\n" for number, name in enumerate(NAMES))
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def file_url(root: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A release in SQLite."""
    url = f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'foedus.sqlite'}"
    compiled(root, url)
    return url


@pytest.fixture(scope="module")
def cluster(root: Path, postgres: Postgres) -> Database:
    """The same release in PostgreSQL."""
    postgres.create("reading_only")
    found = Database(postgres.url("reading_only"), postgres.url("reading_only", READER))
    compiled(root, found.load)
    return found


@pytest.fixture(scope="module")
def schema(cluster: Database) -> str:
    """The release's schema."""
    engine = create_engine(cluster.load)
    with engine.connect() as connection:
        found: str = connection.execute(text("SELECT 'r_' || release FROM foedus.pointer")).scalar_one()
    engine.dispose()
    return found


@pytest.mark.parametrize("statement", WRITES)
def test_a_file_cannot_be_written_through_our_engine(file_url: str, statement: str) -> None:
    file = sqlite.database_file(file_url).resolve()
    before = file.read_bytes()
    engine = sqlite.read_engine(file)
    with engine.connect() as connection, pytest.raises(OperationalError, match="readonly database"):
        connection.execute(text(statement))
    engine.dispose()
    assert file.read_bytes() == before


@pytest.mark.parametrize("statement", WRITES_TO_POSTGRESQL)
def test_the_role_of_the_api_may_only_select(cluster: Database, schema: str, statement: str) -> None:
    # Without our engine, which asks for read-only transactions: the role alone is in the way.
    engine = create_engine(cluster.read, connect_args={"options": f"-c search_path={schema}"})
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM fact")).scalar_one() == 35
        with pytest.raises(DBAPIError) as refused:
            connection.execute(text(statement))
    engine.dispose()
    # `must be owner of …` has the same code.
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege), refused.value


@pytest.mark.parametrize("statement", WRITES_TO_POSTGRESQL)
def test_not_even_a_superuser_writes_through_our_engine(cluster: Database, schema: str, statement: str) -> None:
    engine = postgresql.read_engine(cluster.load)
    with engine.connect() as connection:
        connection.execute(text(f"SET search_path TO {schema}"))
        assert (
            connection.execute(text("SELECT usesuper FROM pg_user WHERE usename = current_user")).scalar_one() is True
        )
        with pytest.raises(DBAPIError) as refused:
            connection.execute(text(statement))
    engine.dispose()
    assert isinstance(refused.value.orig, psycopg.errors.ReadOnlySqlTransaction), refused.value


def test_a_statement_that_is_asked_often_is_planned_for_what_it_asks(cluster: Database, schema: str) -> None:
    engine = postgresql.read_engine(cluster.load)
    words = text("SELECT rowid FROM search WHERE search @@ CAST(:word AS tsquery) AND rowid > 0 LIMIT 100001")
    with engine.connect() as connection:
        connection.execute(text(f"SET search_path TO {schema}"))
        for number in range(30):
            connection.execute(words, {"word": f"'word{number}'"})
        plans = text("SELECT sum(generic_plans), sum(custom_plans) FROM pg_prepared_statements")
        of_no_value, of_values = connection.execute(plans).one()
    engine.dispose()
    assert of_no_value == 0
    assert of_values > 20


def test_all_text_of_a_release_is_sorted_by_code_points(cluster: Database, schema: str) -> None:
    engine = create_engine(cluster.load)
    with engine.connect() as connection:
        columns = connection.execute(
            text(
                "SELECT table_name, column_name, data_type, collation_name FROM information_schema.columns"
                " WHERE table_schema = :schema AND data_type NOT IN ('integer', 'bigint', 'boolean')"
            ),
            {"schema": schema},
        ).all()
    engine.dispose()
    # Alembic's own table is no part of any answer.
    ours = {(table, column): (type_, collation) for table, column, type_, collation in columns}
    ours.pop(("alembic_version", "version_num"))
    assert {("fact", "id"), ("name", "key"), ("relation", "a"), ("source", "answer")} <= ours.keys()
    # Lexemes are compared as bytes, and bitmaps are bytes: they have no collation to go wrong.
    assert set(ours.values()) == {("text", "C"), ("tsvector", None), ("bytea", None)}


@pytest.fixture(scope="module")
def apis(file_url: str, cluster: Database, portal: BlockingPortal) -> Iterator[tuple[Api, Api]]:
    """The API on each engine."""
    for on_sqlite in api_of(file_url, portal):
        for on_postgresql in api_of(cluster.read, portal):
            yield on_sqlite, on_postgresql


def test_both_engines_answer_the_same_bytes(apis: tuple[Api, Api]) -> None:
    pages = 0
    for question in QUESTIONS:
        target: str | None = question
        while target is not None:
            one, other = (api.get(target) for api in apis)
            assert (one.status_code, one.content) == (other.status_code, other.content), target
            # What is refused is refused alike, near misses in one order too.
            assert one.status_code in (200, 404, 422), target
            target = one.json().get("links", {}).get("next")
            pages += 1
    assert pages > 2 * len(QUESTIONS)


# Folded letters, phrases, prefixes, AND/OR/NOT, brackets; names beyond ASCII.
SOUGHT = (
    *("Turkiye", "Türkiye", "drones", '"heron seven"', "dron*", "drones OR corvettes", "Turkey NOT drones"),
    *("(jets OR ships) Namibia", "Kite-29", "Zulu", "izmir", "жук", "中国船", "nothing of the kind"),
)
FORMATS = [
    *(f"/facts.{suffix}?modality=any" for suffix in ("csv", "ndjson", "geojson", "jsonld", "csl.json", "bib", "ris")),
    "/facts.metadata.json",
    "/transfers.csv?modality=any&sort=-date",
    "/relations.csv?modality=any",
    "/relations/TR/NO.ndjson",
    "/coverage.csv",
    "/coverage.csv?between=TR,NO",
    *(f"/{one}.csv" for one in ("countries", "organizations", "people", "systems", "places", "sources")),
    "/places.geojson",
    "/countries.jsonld",
    "/facts/tr-no-heron-2016.jsonld",
    "/facts/tr-no-heron-2016.bib",
    "/sources.ris",
    "/facts?modality=any&facet=kind,country,actor,system,source,place,voice,granularity,asserted_by,mentions",
    "/transfers?modality=any&group_by=supplier,recipient,category&limit=500",
    "/transfers.csv?modality=any&group_by=supplier,recipient",
    "/facts?fields=summary,date&limit=500",
    *(f"/facts?q={quote(words)}&modality=any&limit=500" for words in SOUGHT),
    *(f"/search?q={quote(words)}&highlight=true&modality=any&limit=500" for words in SOUGHT),
    "/facts.csv?q=drone*&modality=any",
    "/transfers.bib?q=drones",
    "/organizations?q=yard",
    "/facts.csv?limit=5",
]


def lasting(answer: httpx.Response) -> dict[str, str]:
    """Return an answer's headers but for those of this load and this request."""
    return {
        name: value for name, value in answer.headers.items() if name not in {"etag", "last-modified", "x-request-id"}
    }


@pytest.mark.parametrize("target", FORMATS)
def test_both_engines_answer_the_same_bytes_in_every_format(apis: tuple[Api, Api], target: str) -> None:
    one, other = (api.get(target) for api in apis)
    assert (one.status_code, one.content, lasting(one)) == (other.status_code, other.content, lasting(other))
    assert one.status_code == (422 if target.endswith("limit=5") else 200)


SENT = [
    ("/resolve", {"names": [*NAMES, "Türkiye", "Turkye", "cow:640", "Congo", "yard", "nothing of the kind"]}),
    ("/resolve", {"names": ["Yard", "Kite"], "kind": ["organization", "system"]}),
    ("/quotes/verify", {"text": "Russia will likely help Turkey build a drone"}),
    ("/quotes/verify", {"text": "russia will likely … build a drone", "speaker": "Ida Berg"}),
    ("/quotes/verify", {"text": "Russia will perhaps help Turkey build a drone"}),
    ("/quotes/verify", {"text": "In 2017, Russia gave second-hand Kite-29 jets", "source": "harbour-gazette-2019"}),
    ("/quotes/verify", {"text": "short"}),
]


@pytest.mark.parametrize(("target", "sent"), SENT)
def test_both_engines_answer_the_same_bytes_to_what_is_sent(
    apis: tuple[Api, Api], target: str, sent: dict[str, object]
) -> None:
    one, other = (api.request("POST", target, json=sent) for api in apis)
    assert (one.status_code, one.content, lasting(one)) == (other.status_code, other.content, lasting(other))
    assert one.status_code == (422 if sent == {"text": "short"} else 200)


def test_both_engines_make_the_same_tables_of_a_release(apis: tuple[Api, Api]) -> None:
    one, other = (ZipFile(BytesIO(api.get("/datapackage.zip").content)) for api in apis)
    tables = [name for name in one.namelist() if name.endswith(".csv")]
    assert tables == [name for name in other.namelist() if name.endswith(".csv")]
    assert [name for name in tables if one.read(name) != other.read(name)] == []
    assert set(one.namelist()) - set(other.namelist()) == {"foedus.sqlite"}


def test_names_beyond_ascii_are_found_on_both_engines(apis: tuple[Api, Api]) -> None:
    for api in apis:
        for number, name in enumerate(NAMES):
            assert api.json(f"/organizations/{quote(name)}")["data"]["id"] == f"yard-{number}"
