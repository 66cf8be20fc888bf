"""Every filter of every kind, asked over the tests' corpus: a question, the ids that it finds, in order of date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.questions import FACT_PARAMETERS
from app.facts import FACTS

if TYPE_CHECKING:
    from tests.conftest import Api

TRANSFERS = [
    (
        "",
        (
            "su-tz-kite-1985 cg-cd-boats-1998 tr-no-heron-2016 ru-no-kite-2017 no-na-pike-cancelled "
            "heron-works-na-brook tr-na-arms-supplier"
        ),
    ),
    # A company in Turkey is not Turkey; the Norwegian Navy is Norway's.
    ("from=TR", "tr-no-heron-2016 tr-na-arms-supplier"),
    ("supplier=heron-works", "heron-works-na-brook"),
    ("from=!TR,RU", "su-tz-kite-1985 cg-cd-boats-1998 no-na-pike-cancelled heron-works-na-brook"),
    ("from=TR,RU&to=NO", "tr-no-heron-2016 ru-no-kite-2017"),
    ("to=NO", "tr-no-heron-2016 ru-no-kite-2017"),
    ("to=norwegian-navy", "ru-no-kite-2017"),
    ("recipient=!NO,NA", "su-tz-kite-1985 cg-cd-boats-1998"),
    ("category=ships", "cg-cd-boats-1998 no-na-pike-cancelled"),
    ("category=aircraft,engines", "su-tz-kite-1985 tr-no-heron-2016 ru-no-kite-2017 heron-works-na-brook"),
    # What is not classified is not among the values.
    ("category=!aircraft,ships,engines", "tr-na-arms-supplier"),
    ("category=missiles&modality=any", "ru-tz-missiles-rejected"),
    ("deal_status=delivering", "cg-cd-boats-1998"),
    ("deal_status=!delivered,delivering,cancelled", "heron-works-na-brook tr-na-arms-supplier"),
    ("item=component", "heron-works-na-brook"),
    ("item=ammunition,service&modality=any", "ru-tz-missiles-rejected ru-tz-training-possible"),
    ("terms=aid", "su-tz-kite-1985"),
    ("terms=loan&terms=barter", "cg-cd-boats-1998"),
    ("terms=gift,sale", "tr-no-heron-2016 ru-no-kite-2017"),
    ("terms=!aid,gift,sale", "cg-cd-boats-1998 no-na-pike-cancelled heron-works-na-brook tr-na-arms-supplier"),
    ("condition=second_hand", "ru-no-kite-2017"),
    ("condition=new", "tr-no-heron-2016"),
    # Built in Ukraine, supplied by somebody else.
    ("origin=UA", "heron-works-na-brook"),
    ("from=UA", ""),
    ("order_year=2015", "tr-no-heron-2016"),
    ("order_year=2016", ""),
    ("delivery_year=2016", "tr-no-heron-2016"),
    ("delivery_year=1985,2016", "su-tz-kite-1985 tr-no-heron-2016"),
]

AGREEMENTS = [
    ("", "cd-cg-ceasefire-1997 harbour-pact-2017"),
    ("modality=any", "cd-cg-ceasefire-1997 harbour-pact-2017 ru-na-procurement-planned"),
    ("party=TR", "harbour-pact-2017"),
    ("party=TR&party=NO", "harbour-pact-2017"),
    ("party=TR&party=CD", ""),
    ("party=CD,NO", "cd-cg-ceasefire-1997 harbour-pact-2017"),
    ("party=!TR", "cd-cg-ceasefire-1997"),
    ("status=terminated", "harbour-pact-2017"),
    ("status=in_force", ""),
    ("status=!terminated", "cd-cg-ceasefire-1997"),
    ("type=ceasefire", "cd-cg-ceasefire-1997"),
    ("type=alliance,procurement&modality=any", "harbour-pact-2017 ru-na-procurement-planned"),
    ("obligation=defense", "harbour-pact-2017"),
    # The pact expressly does not oblige to neutrality, and of consultation it says nothing.
    ("obligation=neutrality,consultation", ""),
    ("sector=training", "harbour-pact-2017"),
    ("sector=purchases&modality=planned", "ru-na-procurement-planned"),
    # In force from 1 January 2018 to 30 June 2019; the ceasefire's end is not told.
    ("active_on=2018", "cd-cg-ceasefire-1997 harbour-pact-2017"),
    ("active_on=2019-06-30", "cd-cg-ceasefire-1997 harbour-pact-2017"),
    ("active_on=2019-07", "cd-cg-ceasefire-1997"),
    ("active_on=2017-12-31", "cd-cg-ceasefire-1997"),
    ("active_on=1996", ""),
    ("active_on=2018&modality=planned", ""),
]

COOPERATION = [
    ("", "ua-tr-heron-production"),
    ("modality=any", "no-tr-drone-denied ru-tr-drone-expected ua-tr-heron-production"),
    ("partner=TR&modality=any", "no-tr-drone-denied ru-tr-drone-expected ua-tr-heron-production"),
    ("partner=TR&partner=RU&modality=any", "ru-tr-drone-expected"),
    ("partner=!UA&modality=any", "no-tr-drone-denied ru-tr-drone-expected"),
    ("type=co_production", "ua-tr-heron-production"),
    ("type=joint_development&modality=expected", "ru-tr-drone-expected"),
    ("type=!joint_development&modality=any", "ua-tr-heron-production"),
]

EXERCISES = [
    ("", "calm-water-3 dry-sand-2019"),
    ("participant=NO", "calm-water-3 dry-sand-2019"),
    ("participant=TR", "calm-water-3"),
    ("participant=turkish-navy", "calm-water-3"),
    ("participant=NO&participant=!TR", "dry-sand-2019"),
    # The jets are Russian-built; Russia was not there.
    ("participant=RU", ""),
    ("host=NA", "calm-water-3"),
    ("host=!NA", "dry-sand-2019"),
    ("series=Calm Water", "calm-water-3"),
    ("series=!Calm Water", "dry-sand-2019"),
    ("series=calm water", "calm-water-3"),
    ("domain=sea", "calm-water-3"),
    ("domain=sea&domain=air", "calm-water-3"),
    ("domain=land,cyber", "dry-sand-2019"),
    ("bilateral=true", "dry-sand-2019"),
    ("bilateral=true&modality=any", "tr-no-drills-possible dry-sand-2019"),
    ("bilateral=false", "calm-water-3"),
]

DEPLOYMENTS = [
    ("", "tr-na-base"),
    ("modality=any", "tr-na-base ru-na-base-denied no-na-ships-possible"),
    ("sending=RU&modality=any", "ru-na-base-denied"),
    ("sending=!RU&modality=any", "tr-na-base no-na-ships-possible"),
    ("host=NA&modality=any", "tr-na-base ru-na-base-denied no-na-ships-possible"),
    ("host=TR&modality=any", ""),
    ("duration=permanent", "tr-na-base"),
    ("duration=temporary&modality=any", "no-na-ships-possible"),
    ("active_on=2030", "tr-na-base"),
    ("active_on=2014", ""),
    ("active_on=2014&modality=any", "ru-na-base-denied"),
    ("active_on=2020-01-01&modality=denied", ""),
]

TRAININGS = [
    ("", "no-tz-mooring-1998"),
    # What was proposed for a year is not what was done in it.
    ("modality=any", "no-tz-mooring-1998 no-tz-sailors-1999-planned"),
    ("provider=NO", "no-tz-mooring-1998"),
    ("provider=!NO", ""),
    ("recipient=TZ", "no-tz-mooring-1998"),
    ("recipient=NO", ""),
    ("country=TZ&role=trainee", "no-tz-mooring-1998"),
    ("course=safe mooring", "no-tz-mooring-1998"),
    ("course=mooring", ""),
    ("programme=RIVERS PROGRAMME", "no-tz-mooring-1998"),
    ("fiscal_year=1998", "no-tz-mooring-1998"),
    ("fiscal_year=1998,1999&modality=any", "no-tz-mooring-1998 no-tz-sailors-1999-planned"),
    ("fiscal_year=1999", ""),
]

HOLDINGS = [
    ("", "na-kite-holding no-rifles"),
    ("operator=NA", "na-kite-holding"),
    ("operator=!NA", "no-rifles"),
    ("origin=RU", "na-kite-holding"),
    ("origin=RU,DE", "na-kite-holding no-rifles"),
    ("origin=RU&origin=DE", ""),
    ("origin=!DE", "na-kite-holding"),
    ("operator=RU", ""),
    ("system=kite-29", "na-kite-holding"),
]

EVENTS = [
    ("", "su-tz-meeting tr-no-meeting-1998 amber-bay-capture-2014 harbour-pact-signing-2017"),
    ("type=meeting", "su-tz-meeting tr-no-meeting-1998"),
    ("type=!meeting", "amber-bay-capture-2014 harbour-pact-signing-2017"),
    ("type=capture,war&modality=any", "tz-cd-war-expected amber-bay-capture-2014"),
    ("participant=TR&participant=NO", "tr-no-meeting-1998 harbour-pact-signing-2017"),
    # In whatever role: Namibia lost the bay, the front took it.
    ("participant=NA", "amber-bay-capture-2014"),
    ("participant=FCF", "amber-bay-capture-2014"),
    ("participant=!TR,SUHH", "amber-bay-capture-2014"),
]

QUOTES = [
    ("", "quote-berg-choir quote-officer-largest quote-okonjo-base quote-vinter-drone"),
    ("speaker=lars-vinter", "quote-vinter-drone"),
    ("speaker=Mara Okonjo", "quote-okonjo-base"),
    ("speaker=an-officer", "quote-officer-largest"),
    ("speaker=!lars-vinter,ida-berg,mara-okonjo", "quote-officer-largest"),
    ("about=TR", "quote-officer-largest quote-vinter-drone"),
    ("about=TR&about=NO", "quote-vinter-drone"),
    ("about=!TR", "quote-berg-choir quote-okonjo-base"),
    ("form=direct", "quote-okonjo-base quote-vinter-drone"),
    ("form=partial,indirect", "quote-berg-choir quote-officer-largest"),
    ("affiliation=lantern-institute", "quote-vinter-drone"),
    ("affiliation=!lantern-institute", "quote-berg-choir quote-officer-largest quote-okonjo-base"),
    # A quote is about states; it is no act of theirs, but `country` finds it all the same.
    ("country=RU", "quote-vinter-drone"),
    ("between=NO,TR", "quote-vinter-drone"),
]

QUESTIONS = {
    "transfers": TRANSFERS,
    "agreements": AGREEMENTS,
    "cooperation": COOPERATION,
    "exercises": EXERCISES,
    "deployments": DEPLOYMENTS,
    "trainings": TRAININGS,
    "holdings": HOLDINGS,
    "events": EVENTS,
    "quotes": QUOTES,
}
ROWS = [(f"/{kind}?{question}", expected) for kind, rows in QUESTIONS.items() for question, expected in rows]


@pytest.mark.parametrize(("target", "expected"), ROWS)
def test_filter_of_a_kind_finds(examples: Api, target: str, expected: str) -> None:
    examples.finds(target, expected)


@pytest.mark.parametrize("resource", FACTS, ids=lambda resource: resource.kind)
def test_every_filter_of_every_kind_is_asked_here(resource: object) -> None:
    """A new parameter wants its row above."""
    known = next(one for one in FACTS if one is resource)
    own = {parameter.name for parameter in known.parameters} - {parameter.name for parameter in FACT_PARAMETERS}
    aliases = {parameter.also: parameter.name for parameter in known.parameters if parameter.also}
    asked = {
        name.split("=")[0] for question, _ in QUESTIONS[known.collection] for name in question.split("&") if question
    }
    assert own <= {aliases.get(name, name) for name in asked}
