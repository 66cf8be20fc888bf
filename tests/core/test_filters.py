"""The filters that every kind of fact has: a question, and the ids that it finds in the tests' corpus, by date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Api

FIRST = "harbour-gazette-2019.41-156"  # the passage of the second sentence
ACTUAL = (
    "su-tz-kite-1985 su-tz-meeting cd-cg-ceasefire-1997 tr-no-meeting-1998 cg-cd-boats-1998 amber-bay-capture-2014 "
    "tr-na-base tr-no-heron-2016 ru-no-kite-2017 harbour-pact-2017 harbour-pact-signing-2017 no-na-pike-cancelled "
    "calm-water-3 dry-sand-2019 na-kite-holding heron-works-na-brook no-rifles quote-berg-choir quote-officer-largest "
    "quote-okonjo-base quote-vinter-drone tr-na-arms-supplier ua-tr-heron-production"
)
TURKEY = (
    "tr-no-meeting-1998 tr-na-base tr-no-heron-2016 harbour-pact-2017 harbour-pact-signing-2017 calm-water-3 "
    "quote-officer-largest quote-vinter-drone tr-na-arms-supplier ua-tr-heron-production"
)
TURKEY_AND_NORWAY = (
    "tr-no-meeting-1998 tr-no-heron-2016 harbour-pact-2017 harbour-pact-signing-2017 calm-water-3 quote-vinter-drone"
)
NORWAY = (
    "tr-no-meeting-1998 tr-no-heron-2016 ru-no-kite-2017 harbour-pact-2017 harbour-pact-signing-2017 "
    "no-na-pike-cancelled calm-water-3 dry-sand-2019 no-rifles quote-vinter-drone"
)

WHO = [
    # A state takes part by itself or through an organ; a company that is based there is not the state.
    ("country=TR", TURKEY),
    ("country=NO", NORWAY),
    ("country=NA&kind=transfer", "no-na-pike-cancelled heron-works-na-brook tr-na-arms-supplier"),
    ("country=RU", "ru-no-kite-2017 quote-vinter-drone"),
    ("country=DE", ""),
    ("country=UA", "ua-tr-heron-production"),
    ("country=TZ,CG", "su-tz-kite-1985 su-tz-meeting cd-cg-ceasefire-1997 cg-cd-boats-1998"),
    ("country=TR&country=NO", TURKEY_AND_NORWAY),
    ("country=TR&country=!NO", "tr-na-base quote-officer-largest tr-na-arms-supplier ua-tr-heron-production"),
    (
        "country=!TR,NO,NA",
        "su-tz-kite-1985 su-tz-meeting cd-cg-ceasefire-1997 cg-cd-boats-1998 quote-berg-choir",
    ),
    ("between=TR,NO", TURKEY_AND_NORWAY),
    ("between=NO,TR", TURKEY_AND_NORWAY),
    ("between=TR,NA", "tr-na-base calm-water-3 quote-officer-largest tr-na-arms-supplier"),
    # An actor is exactly who is named: the navy is not the state, nor the state its navy.
    ("actor=norwegian-navy", "ru-no-kite-2017"),
    ("actor=NO&kind=transfer", "tr-no-heron-2016 no-na-pike-cancelled"),
    ("actor=Heron Works", "heron-works-na-brook"),
    ("actor=FCF,heron-works", "amber-bay-capture-2014 heron-works-na-brook"),
    ("actor=FCF&actor=NA", "amber-bay-capture-2014"),
    ("actor=!NA&kind=transfer", "su-tz-kite-1985 cg-cd-boats-1998 tr-no-heron-2016 ru-no-kite-2017"),
    # `role` is the role that every country and actor asked for has.
    ("country=NO&role=recipient", "tr-no-heron-2016 ru-no-kite-2017"),
    ("country=NO&role=supplier", "no-na-pike-cancelled"),
    ("country=NO&role=!recipient&kind=transfer", "no-na-pike-cancelled"),
    ("country=NA&role=host", "tr-na-base calm-water-3"),
    ("country=NA,TR&role=supplier,host", "tr-na-base tr-no-heron-2016 calm-water-3 tr-na-arms-supplier"),
    ("actor=lars-vinter&role=speaker", "quote-vinter-drone"),
    ("country=RU&role=state_of_origin", "calm-water-3 na-kite-holding"),
    ("role=captor", "amber-bay-capture-2014"),
    ("role=component_supplier,ousted", "amber-bay-capture-2014 ua-tr-heron-production"),
    # Who is only mentioned takes no part: a Russian-built jet in an exercise is no act of Russia's.
    ("mentions=RU", "calm-water-3 na-kite-holding quote-vinter-drone"),
    ("mentions=NO", "quote-okonjo-base quote-vinter-drone"),
    ("mentions=norwegian-navy", "quote-okonjo-base"),
    ("mentions=UA,DE", "heron-works-na-brook no-rifles"),
    ("mentions=RU&mentions=NO", "quote-vinter-drone"),
    ("mentions=RU&country=TR", "calm-water-3 quote-vinter-drone"),
    ("country=RU&kind=exercise", ""),
]

WHAT = [
    ("id=no-rifles,calm-water-3", "calm-water-3 no-rifles"),
    ("id=tr-no-pike-ordered", ""),
    ("id=tr-no-pike-ordered&modality=any", "tr-no-pike-ordered"),
    ("kind=agreement,holding", "cd-cg-ceasefire-1997 harbour-pact-2017 na-kite-holding no-rifles"),
    (
        "kind=!transfer,event,quote,agreement,cooperation",
        "tr-na-base calm-water-3 dry-sand-2019 na-kite-holding no-rifles",
    ),
    ("system=heron-seven", "tr-na-base tr-no-heron-2016 heron-works-na-brook ua-tr-heron-production"),
    ("system=H7&system_role=platform", "heron-works-na-brook"),
    ("system=H7&system_role=!platform,produced", "tr-na-base tr-no-heron-2016"),
    ("system=kite-29&system_role=fielded", "calm-water-3 na-kite-holding"),
    ("system_role=produced,platform", "heron-works-na-brook ua-tr-heron-production"),
    ("system=brook&system=heron-seven", "heron-works-na-brook"),
    ("system=brook,pike", "no-na-pike-cancelled heron-works-na-brook"),
    ("system=!kite-29,heron-seven&kind=transfer", "cg-cd-boats-1998 no-na-pike-cancelled tr-na-arms-supplier"),
    (
        "place=Amber Bay",
        "amber-bay-capture-2014 tr-na-base harbour-pact-2017 harbour-pact-signing-2017 calm-water-3",
    ),
    ("place=!port-amber&kind=event", "su-tz-meeting tr-no-meeting-1998"),
    (
        "source=river-almanac-1999",
        "su-tz-kite-1985 su-tz-meeting cd-cg-ceasefire-1997 tr-no-meeting-1998 cg-cd-boats-1998",
    ),
    ("source=An Invented Almanac of the Rivers&kind=event", "su-tz-meeting tr-no-meeting-1998"),
    ("source=river-almanac-1999&source=harbour-gazette-2019", ""),
    (f"evidence={FIRST}", "tr-no-heron-2016"),
    ("granularity=aggregate", "cg-cd-boats-1998 no-rifles tr-na-arms-supplier"),
    ("granularity=!instance", "cg-cd-boats-1998 no-rifles tr-na-arms-supplier"),
]

WHO_SAYS_SO = [
    ("asserted_by=an-officer", "tr-na-arms-supplier"),
    ("asserted_by=lars-vinter&modality=any", "no-tr-drone-denied ru-tr-drone-expected"),
    # Any voice of the chain: Ida Berg has it from a boatman.
    ("asserted_by=ida-berg&modality=any", "tz-cd-war-expected"),
    ("asserted_by=a-boatman&asserted_by=ida-berg&modality=any", "tz-cd-war-expected"),
    ("voice=unnamed", "tr-na-arms-supplier"),
    ("voice=unnamed&modality=any", "ru-tz-training-possible tr-na-arms-supplier"),
    ("voice=named&modality=any", "tz-cd-war-expected no-tr-drone-denied ru-tr-drone-expected"),
    ("voice=!source,named&modality=any", "ru-tz-training-possible tr-na-arms-supplier"),
]


@pytest.mark.parametrize(("question", "expected"), [*WHO, *WHAT, *WHO_SAYS_SO])
def test_filter_finds(small: Api, question: str, expected: str) -> None:
    small.finds(f"/facts?{question}", expected)


def test_without_a_filter_all_that_is_so_is_found(small: Api) -> None:
    small.finds("/facts", ACTUAL)


@pytest.mark.parametrize(
    "question",
    [
        "country=TR",
        "actor=NA",
        "role=host",
        "mentions=RU",
        "system=kite-29",
        "system_role=fielded",
        "place=port-amber",
        "source=river-almanac-1999",
        "voice=named",
        "granularity=aggregate",
        "kind=transfer",
        "id=no-rifles",
        "asserted_by=lars-vinter",
        f"evidence={FIRST}",
    ],
)
def test_a_value_and_its_negation_part_the_facts_in_two(small: Api, question: str) -> None:
    """What is not told is not among the values, so it is among their negation."""
    name, value = question.split("=")
    every = small.ids("/facts?modality=any")
    within = small.ids(f"/facts?modality=any&{name}={value}")
    without = small.ids(f"/facts?modality=any&{name}=!{value}")
    assert within
    assert sorted(within + without) == sorted(every)
