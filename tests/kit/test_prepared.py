"""Prepared statements use the driver; what fails is told as SQLAlchemy tells it, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, create_engine, func, literal, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from app.kit.engines import lost
from app.kit.prepared import Statements, number_slot, text_slot
from app.kit.sqlite import read_engine
from tests.postgresql import READER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Database
    from tests.postgresql import Postgres


def told(ask: Callable[[], object]) -> DBAPIError:
    """Return the error that is raised."""
    with pytest.raises(DBAPIError) as raised:
        ask()
    return raised.value


def test_a_statement_of_one_shape_takes_any_values(database: Callable[[str], Database]) -> None:
    engine = create_engine(database("prepared").read)
    statements, written = Statements(), []

    def write() -> object:
        written.append(1)
        return select(number_slot("n") + 1, text_slot("word"), literal("always"))

    with engine.connect() as connection:
        for n, word in ((1, "one"), (41, "it's \N{SNOWMAN}"), (0, ":n %s ?")):
            statement = statements.of(connection, "shape", write)  # type: ignore[arg-type]  # a Select is executable
            assert statement.rows(connection, {"n": n, "word": word}) == [(n + 1, word, "always")]
        assert statement.rows(connection, {"n": 1, "word": lambda dialect: dialect})[0][1] == connection.dialect.name
    assert written == [1]
    engine.dispose()


def test_what_fails_is_the_same_error_as_by_sqlalchemy(database: Callable[[str], Database]) -> None:
    engine = create_engine(database("failing").read, isolation_level="AUTOCOMMIT")
    wrong = select(text("nothing")).select_from(text("nowhere"))
    with engine.connect() as connection:
        statement = Statements().of(connection, "wrong", lambda: wrong)
        ours, theirs = told(lambda: statement.rows(connection, {})), told(lambda: connection.execute(wrong))
        assert (type(ours), type(ours.orig), str(ours.orig)) == (type(theirs), type(theirs.orig), str(theirs.orig))
        assert (ours.statement, ours.connection_invalidated) == (theirs.statement, False)
        # The connection goes on.
        assert connection.execute(select(literal(1))).scalar_one() == 1
    engine.dispose()


def test_a_connection_that_is_lost_is_let_go_of(postgres: Postgres) -> None:
    postgres.create("lost")
    engine, other = create_engine(postgres.url("lost", READER)), create_engine(postgres.url("lost"))
    with engine.connect() as connection:
        statement = Statements().of(connection, "one", lambda: select(func.pg_backend_pid()))
        ((backend,),) = statement.rows(connection, {})
        with other.connect() as killing:
            killing.execute(select(func.pg_terminate_backend(backend)))
        error = told(lambda: statement.rows(connection, {}))
        assert lost(error)
        assert connection.invalidated
        # As SQLAlchemy's, it is another one from now on.
        assert statement.rows(connection, {}) != [(backend,)]
    engine.dispose()
    other.dispose()


def test_a_question_that_takes_too_long_is_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "f.sqlite"
    file.touch()
    engine = read_engine(file, seconds=0.0)
    with engine.connect() as connection:
        error = told(lambda: _counted(connection))
        assert isinstance(error, OperationalError)
        assert getattr(error.orig, "sqlite_errorname", None) == "SQLITE_INTERRUPT"
    engine.dispose()


def _counted(connection: Connection) -> object:
    numbers = select(literal(1).label("n")).cte(recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < 100_000_000))
    counting = select(func.count()).select_from(numbers)
    return Statements().of(connection, "very many", lambda: counting).rows(connection, {})
