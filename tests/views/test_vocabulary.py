"""The code lists: every code with its definition, and every code that an answer uses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from app.core.envelopes import ListAnswer, OneAnswer
from app.facts import FACTS
from app.main import vocabulary_of
from app.views.vocabulary import CodeListAnswer

if TYPE_CHECKING:
    from tests.conftest import Api

LISTS = vocabulary_of(FACTS)


def test_all_lists_are_served_each_once(small: Api) -> None:
    answer = small.json("/vocab")
    names = [one["name"] for one in answer["data"]]
    assert names == [codes.list_name() for codes in LISTS]
    assert len(set(names)) == len(names) == answer["meta"]["total"]
    assert ListAnswer[CodeListAnswer].model_validate_json(json.dumps(answer)).model_dump(mode="json") == answer


@pytest.mark.parametrize("codes", LISTS, ids=lambda codes: codes.list_name())
def test_one_list(small: Api, codes: type) -> None:
    known = next(one for one in LISTS if one is codes)
    answer = small.json(f"/vocab/{known.list_name()}")
    assert [one["code"] for one in answer["data"]["codes"]] == list(known)
    assert all(one["definition"].endswith(".") for one in answer["data"]["codes"])
    assert answer["data"]["definition"]
    assert OneAnswer[CodeListAnswer].model_validate_json(json.dumps(answer)).model_dump(mode="json") == answer
    assert small.json(answer["links"]["more"]["all"])["data"]


def test_roles_say_whether_they_take_part(small: Api) -> None:
    roles = {one["code"]: one["takes_part"] for one in small.json("/vocab/role")["data"]["codes"]}
    assert roles["supplier"] is roles["ousted"] is True
    assert [code for code, takes_part in roles.items() if not takes_part] == [
        "state_of_origin",
        "previous_owner",
        "speaker",
        "addressee",
        "about",
    ]
    assert {one["takes_part"] for one in small.json("/vocab/modality")["data"]["codes"]} == {None}


def test_every_code_that_a_fact_uses_is_in_its_list(small: Api) -> None:
    known = {one["name"]: {code["code"] for code in one["codes"]} for one in small.json("/vocab")["data"]}
    for fact in small.json("/facts?modality=any")["data"]:
        assert fact["modality"] in known["modality"]
        assert fact["granularity"] in known["granularity"]
        assert fact["date"]["basis"] in known["date_basis"]
        assert {party["role"] for party in fact["parties"]} <= known["role"]
        assert {use["role"] for use in fact["systems"]} <= known["system_role"]
        assert {one["relation"] for one in fact["related"]} <= known["relation"]
