"""Settings: a misspelt name is an error that says what was meant."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.settings import Settings


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("FOEDUS_WORKER", "FOEDUS_WORKERS"),
        ("FOEDUS_DATABASEURL", "FOEDUS_DATABASE_URL"),
        ("FOEDUS_ACESS_LOG", "FOEDUS_ACCESS_LOG"),
        ("foedus_metric", "FOEDUS_METRICS"),
        ("FOEDUS_QUESTION_SECOND", "FOEDUS_QUESTION_SECONDS"),
    ],
)
def test_a_misspelt_name_is_refused(monkeypatch: pytest.MonkeyPatch, written: str, meant: str) -> None:
    monkeypatch.setenv(written, "1")
    with pytest.raises(ValidationError, match=f"there is no setting {written}: did you mean {meant}?"):
        Settings()


@pytest.mark.parametrize(
    "other", ["FOEDUS_READER_PASSWORD", "FOEDUS_SERVICE_HOST", "FOEDUS_SERVICE_PORT", "FOEDUS_PORT_8000_TCP_ADDR"]
)
def test_other_names_that_begin_alike_are_let_be(monkeypatch: pytest.MonkeyPatch, other: str) -> None:
    monkeypatch.setenv(other, "1")
    Settings()


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon"])
def test_a_limit_is_a_time(monkeypatch: pytest.MonkeyPatch, seconds: str) -> None:
    monkeypatch.setenv("FOEDUS_QUESTION_SECONDS", seconds)
    with pytest.raises(ValidationError):
        Settings()
