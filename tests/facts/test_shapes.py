"""What each kind says beyond the envelope: known facts, key by key; what is not told is null, never 0 or a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conftest import Api


def parties(fact: Any) -> list[tuple[str, str]]:
    """Return who has which role."""
    return [(party["actor"]["id"], party["role"]) for party in fact["parties"]]


def systems(fact: Any) -> list[tuple[str, str, str | None]]:
    """Return which system has which role, and whose it is."""
    return [(use["system"]["id"], use["role"], use["by"] and use["by"]["id"]) for use in fact["systems"]]


def test_a_transfer(small: Api) -> None:
    fact = small.json("/transfers/tr-no-heron-2016")["data"]
    assert fact["supplier"] == {"id": "TR", "kind": "country", "name": "Türkiye"}
    assert fact["recipient"]["id"] == "NO"
    assert fact["system"] == {"id": "heron-seven", "name": "Heron Seven", "category": "aircraft"}
    assert fact["values"] == [
        {
            "what": "12 drones",
            "amount": 90_000_000,
            "currency": "EUR",
            "is_estimate": None,
            "as_stated": "90 million euros",
        }
    ]
    assert (fact["terms"], fact["condition"], fact["deal_status"], fact["item"]) == (
        ["sale"],
        "new",
        "delivered",
        "system",
    )
    assert (fact["order_date"]["edtf"], fact["order_date"]["earliest"]) == ("2015", "2015-01-01")
    (delivery,) = fact["deliveries"]
    assert (delivery["date"]["edtf"], delivery["number"]) == ("2016-03", {"value": 12, "is_estimate": False})
    assert fact["number_delivered"] == {"value": 12, "is_estimate": False}
    assert fact["number_ordered"] is fact["end_user"] is fact["state_of_origin"] is fact["production"] is None
    assert parties(fact) == [("TR", "supplier"), ("NO", "recipient")]
    assert systems(fact) == [("heron-seven", "transferred", "TR")]


def test_a_deal_that_was_called_off(small: Api) -> None:
    nothing = small.json("/transfers/tr-na-heron-cancelled")["data"]
    assert (nothing["modality"], nothing["denies"]) == ("denied", "planned")
    assert (nothing["number_ordered"], nothing["number_delivered"]) == (
        {"value": 6, "is_estimate": None},
        {"value": 0, "is_estimate": False},
    )
    some = small.json("/transfers/no-na-pike-cancelled")["data"]
    assert (some["modality"], some["denies"], some["deal_status"]) == ("actual", None, "cancelled")
    assert (some["number_ordered"]["value"], some["number_delivered"]["value"]) == (5, 2)
    assert some["inferred"] == [{"field": "date", "from": "The same year", "note": None}]


def test_the_state_of_origin_supplies_nothing(small: Api) -> None:
    fact = small.json("/transfers/heron-works-na-brook")["data"]
    assert parties(fact) == [("heron-works", "supplier"), ("NA", "recipient"), ("UA", "state_of_origin")]
    assert systems(fact) == [("brook", "transferred", "heron-works"), ("heron-seven", "platform", "NA")]


def test_an_agreement(small: Api) -> None:
    fact = small.json("/agreements/harbour-pact-2017")["data"]
    assert (fact["title"], fact["agreement_type"], fact["status"]) == ("Harbour Pact", "alliance", "terminated")
    assert fact["obligations"] == {
        "defense": True,
        "offense": None,
        "neutrality": False,
        "nonaggression": None,
        "consultation": None,
    }
    assert [fact[f"{step}_date"]["edtf"] for step in ("signature", "entry_into_force", "termination")] == [
        "2017-05-14",
        "2018-01-01",
        "2019-06-30",
    ]
    assert fact["sectors"] == ["training"]
    assert fact["related"] == [{"relation": "signed_at", "id": "harbour-pact-signing-2017"}]
    assert fact["place"] == {"id": "port-amber", "name": "Port Amber"}


def test_an_agreement_of_which_little_is_told(small: Api) -> None:
    fact = small.json("/agreements/cd-cg-ceasefire-1997")["data"]
    untold = ("title", "status", "signature_date", "entry_into_force_date", "termination_date", "place", "denies")
    assert {fact[key] for key in untold} == {None}
    assert set(fact["obligations"].values()) == {None}
    assert fact["aliases"] == fact["sectors"] == fact["hedges"] == fact["asserted_by"] == []


def test_a_cooperation(small: Api) -> None:
    fact = small.json("/cooperation/ua-tr-heron-production")["data"]
    assert [(one["actor"]["id"], one["role"], one["contribution"]) for one in fact["partners"]] == [
        ("UA", "component_supplier", "engines"),
        ("TR", "producer", None),
    ]
    assert (fact["cooperation_type"], fact["status"], fact["site"]) == ("co_production", "under-way", None)
    assert systems(fact) == [("heron-seven", "produced", None)]


def test_an_exercise(small: Api) -> None:
    fact = small.json("/exercises/calm-water-3")["data"]
    assert (fact["name"], fact["series"], fact["edition"], fact["domains"]) == (
        "Calm Water",
        "Calm Water",
        "third",
        ["air", "sea"],
    )
    assert [one["id"] for one in fact["participants"]] == ["NO", "TR", "NA"]
    assert fact["host"]["id"] == "NA"
    assert fact["participants_complete"] is fact["command_post"] is None
    assert systems(fact) == [("kite-29", "fielded", "turkish-navy")]
    assert ("RU", "state_of_origin") in parties(fact)
    assert small.json("/exercises/dry-sand-2019")["data"]["participants_complete"] is True


def test_a_deployment(small: Api) -> None:
    fact = small.json("/deployments/tr-na-base")["data"]
    assert (fact["sending"]["id"], fact["host"]["id"], fact["facility_type"], fact["duration"]) == (
        "TR",
        "NA",
        "base",
        "permanent",
    )
    assert fact["personnel"] == {"value": 300, "is_estimate": True}
    assert [(one["system"]["id"], one["number"], one["is_estimate"]) for one in fact["forces"]] == [
        ("heron-seven", 4, None)
    ]
    assert systems(fact) == [("heron-seven", "fielded", "TR")]


def test_holdings(small: Api) -> None:
    fact = small.json("/holdings/na-kite-holding")["data"]
    assert (fact["operator"]["id"], [one["id"] for one in fact["origin"]], fact["system"]["id"]) == (
        "NA",
        ["RU"],
        "kite-29",
    )
    assert (fact["number"], fact["as_of"]["edtf"]) == ({"value": 8, "is_estimate": None}, "2019")
    rifles = small.json("/holdings/no-rifles")["data"]
    assert (rifles["system"], rifles["description"], rifles["number"]) == (None, "old rifles", None)


def test_an_event(small: Api) -> None:
    fact = small.json("/events/amber-bay-capture-2014")["data"]
    assert (fact["event_type"], fact["participants"]) == ("capture", [])
    assert parties(fact) == [("free-coast-front", "captor"), ("NA", "ousted")]


def test_a_quote_of_two_segments_and_one_inside_it(small: Api) -> None:
    fact = small.json("/quotes/quote-vinter-drone")["data"]
    assert fact["segments"] == [
        "Russia will likely help Turkey build a drone,",
        "But Norway will not 'join the choir', as Ida Berg says,",
    ]
    assert fact["text"] == " ".join(fact["segments"])
    assert all(one in passage["exact"] for one, passage in zip(fact["segments"], fact["evidence"], strict=True))
    assert (fact["speaker"]["id"], fact["affiliation"]["id"], fact["said_to"]) == (
        "lars-vinter",
        "lantern-institute",
        "author",
    )
    assert (fact["modality"], fact["claims_modality"]) == ("actual", "expected")
    assert fact["about_facts"] == ["ru-tr-drone-expected", "no-tr-drone-denied"]
    inner = small.json("/quotes/quote-berg-choir")["data"]
    assert (inner["nested_in"], inner["relayed_by"]["id"], inner["speaker"]["id"]) == (
        "quote-vinter-drone",
        "lars-vinter",
        "ida-berg",
    )
    assert (inner["about"], inner["claims_modality"], inner["speaker_role"]) == ([], None, None)


def test_a_claim_names_its_voices_its_hedges_and_its_quote(small: Api) -> None:
    claim = small.json("/cooperation/ru-tr-drone-expected")["data"]
    assert claim["asserted_by"] == [{"id": "lars-vinter", "kind": "person", "name": "Lars Vinter"}]
    assert claim["hedges"] == ["likely"]
    assert claim["related"] == [{"relation": "claimed_in", "id": "quote-vinter-drone"}]
    war = small.json("/events/tz-cd-war-expected")["data"]
    assert [(voice["id"], voice["kind"], voice["name"]) for voice in war["asserted_by"]] == [
        ("a-boatman", "unnamed", "a boatman"),
        ("ida-berg", "person", "Ida Berg"),
    ]
