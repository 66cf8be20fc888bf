"""The list of countries against countrycode's codes and SIPRI's names; every exception stands here with its reason."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from app.core import resolution
from app.facts import FACTS
from app.kit.sqlite import database_file, read_engine
from app.kit.values import Refused
from app.reference.countries import CountryEntry
from seed import corpus
from tests.conftest import SHARED

COUNTRIES = SHARED / "countries"

# countrycode knows only Gleditsch and Ward's main list; these stand in their tentative list of microstates.
MICROSTATES = {
    "AD": "232",
    "AG": "58",
    "DM": "54",
    "FM": "987",
    "GD": "55",
    "KI": "970",
    "KN": "60",
    "LC": "56",
    "LI": "223",
    "MC": "221",
    "MH": "983",
    "NR": "971",
    "PW": "986",
    "SC": "591",
    "SM": "331",
    "ST": "403",
    "TO": "972",
    "TV": "973",
    "VC": "57",
    "VU": "935",
    "WS": "990",
}
# (country, scheme): our code and theirs, where we are right.
OTHERWISE: dict[tuple[str, str], tuple[str | None, str | None]] = {
    ("RS", "cow"): ("345", None),  # COW has one state 345 from 1878 to today, Serbia since 2006; theirs leaves it out
    ("VA", "cow"): (None, "327"),  # 327 is the Papal States, which ended in the 19th century; the Vatican is in no list
    ("VA", "gw"): (None, "327"),  # as above
    ("VN", "gw"): ("816", "815"),  # 816 runs from 1954 without a break in 1976; 815 is the Vietnam that ended in 1893
    ("YE", "gw"): ("678", None),  # Gleditsch and Ward go on with 678 after 1990; theirs gives it to North Yemen only
}
# SIPRI's names of no state: armed groups, governments within one, organizations, "unknown".
NO_STATES = {
    "African Union",
    "Darfur rebels (Sudan)",
    "Hamas (Palestine)",
    "Hezbollah (Lebanon)",
    "Houthi rebels (Yemen)",
    "LRA (Uganda)",
    "LTTE (Sri Lanka)",
    "Libya GNC",
    "Libya HoR",
    "NATO**",
    "NLA (Macedonia)",
    "NTC (Libya)",
    "Northern Alliance (Afghanistan)",
    "OSCE",
    "PIJ (Israel/Palestine)",
    "PKK (Turkey)",
    "PRC (Israel/Palestine)",
    "RUF (Sierra Leone)",
    "Regional Security System",
    "Syria rebels",
    "UIC (Somalia)",
    "Ukraine Rebels",
    "United Nations",
    "United Wa State (Myanmar)",
    "Unknown rebel group",
    "Unknown recipient(s)",
}
# SIPRI's names of two states, as this project reads them: refused with both.
OF_TWO = {"Congo": {"CD", "CG"}}


@pytest.fixture(scope="module")
def ours() -> dict[str, CountryEntry]:
    """Our countries with an ISO 3166-1 code, by that."""
    return {entry.iso3: entry for entry in corpus.read(corpus.HERE, FACTS).countries if entry.iso3}


@pytest.fixture(scope="module")
def theirs() -> dict[str, dict[str, str]]:
    """The rows of countrycode with an ISO 3166-1 code, by that."""
    with (COUNTRIES / "countrycode_codelist.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["iso3c"]: row for row in csv.DictReader(file) if row["iso3c"] not in ("", "NA")}


def code(row: dict[str, str], column: str) -> str | None:
    """Return a code, unpadded as it stands there; None where there is none."""
    return row[column] if row[column] not in ("", "NA") or column == "iso2c" else None


def test_every_country_of_iso_3166_is_here(ours: dict[str, CountryEntry], theirs: dict[str, dict[str, str]]) -> None:
    assert theirs.keys() <= ours.keys()
    assert len(theirs) == 249
    gone = {entry.id for iso3, entry in ours.items() if iso3 not in theirs}
    assert gone == {"CSHH", "CSXX", "DDDE", "SUHH", "VDVN", "YDYE", "YUCS"}


def test_codes_agree_with_countrycode_but_for_curated_exceptions(
    ours: dict[str, CountryEntry], theirs: dict[str, dict[str, str]]
) -> None:
    differing: dict[tuple[str, str], tuple[str | None, str | None]] = {}
    for iso3, row in theirs.items():
        entry = ours[iso3]
        number = code(row, "iso3n")
        pairs = {
            "iso2": (entry.iso2, code(row, "iso2c")),
            "iso_num": (entry.iso_num, number and number.zfill(3)),
            "cow": (entry.cow, code(row, "cown")),
            "gw": (entry.gw, code(row, "gwn")),
        }
        differing |= {(entry.id, scheme): pair for scheme, pair in pairs.items() if pair[0] != pair[1]}
    microstates: dict[tuple[str, str], tuple[str | None, str | None]] = {
        (id_, "gw"): (number, None) for id_, number in MICROSTATES.items()
    }
    assert differing == OTHERWISE | microstates


def test_what_departs_from_countrycode_says_why_in_the_list(ours: dict[str, CountryEntry]) -> None:
    noted = {entry.id for entry in ours.values() if entry.note}
    assert {id_ for id_, _ in OTHERWISE} <= noted


@pytest.fixture(scope="module")
def connection(article_url: str) -> Iterator[Connection]:
    """The compiled names."""
    engine = read_engine(database_file(article_url).resolve())
    with engine.connect() as found:
        yield found
    engine.dispose()


def countries(connection: Connection, names: list[str]) -> dict[str, str | Refused]:
    """Ask for the country of every name."""
    wanted = [(frozenset({resolution.COUNTRY}), name) for name in names]
    return dict(zip(names, resolution.resolve(connection, wanted), strict=True))


def test_sipris_names_of_states_resolve_and_no_others(connection: Connection) -> None:
    with (COUNTRIES / "sipri_names.csv").open(encoding="utf-8", newline="") as file:
        names = [row["string_name"] for row in csv.DictReader(file)]
    found = countries(connection, names)
    assert {name for name, answer in found.items() if isinstance(answer, Refused)} == NO_STATES | OF_TWO.keys()
    for name, both in OF_TWO.items():
        answer = found[name]
        assert isinstance(answer, Refused)
        assert set(answer.suggestions) == both


def starred(file: Path) -> set[str]:
    """Return every name that SIPRI marks with `*` or `**` in a file."""
    text = file.read_text(encoding="latin-1")
    return set(re.findall(r'(?<=[,;"\n])[^,;"\n]*\w\)?\*{1,2}(?=[,;"\n])', text))


def test_no_name_that_sipri_marks_as_no_state_is_a_country(connection: Connection) -> None:
    names = sorted(set().union(*(starred(file) for file in (SHARED / "sipri").glob("*.csv"))))
    assert {"Hezbollah (Lebanon)*", "NATO**", "PLO (Israel)*", "Libya HoR*"} <= set(names)
    # What stands without its stars must not become a country either.
    names += [name.rstrip("*") for name in names]
    found = countries(connection, names)
    assert {name: answer for name, answer in found.items() if isinstance(answer, str)} == {}


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Turkiye", "TR"),
        ("Cote d'Ivoire", "CI"),
        ("Viet Nam", "VN"),
        ("South Vietnam", "republic-of-vietnam"),
        ("Soviet Union", "SUHH"),
        ("East Germany (GDR)", "DDDE"),
        ("Yemen Arab Republic (North Yemen)", "yemen-arab-republic"),
        ("Czechoslovakia", "CSHH"),
        ("Yugoslavia", "YUCS"),
        ("South Yemen", "YDYE"),
        ("DR Congo", "CD"),
        ("UAE", "AE"),
        ("North Korea", "KP"),
    ],
)
def test_sipris_names_name_the_right_state(connection: Connection, name: str, id_: str) -> None:
    assert countries(connection, [name]) == {name: id_}
