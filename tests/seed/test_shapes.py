"""`seed check` of single records: keys, codes, dates, passages, and what a kind says of its own fields."""

from __future__ import annotations

import pytest

from tests.seed.conftest import Bench, Wrong

NO_RIFLES = "Norway holds old rifles from Germany."
RIFLES_EVIDENCE = f"""    evidence:
      - start: '1328'
        exact: {NO_RIFLES}
        prefix: "t Kite-29 jets.\\n"
        suffix: ' On 14 May 2017,'
        sha256: 302b538011767e2a624ce4687499c97dd9c37fe5abaebbc94f493ebbff55f562
"""

SHAPES = (
    Wrong(
        "an unknown key",
        "    condition: new\n",
        "    condition: new\n    colour: grey\n",
        "facts.0.colour: extra inputs are not permitted",
        "remove the key",
    ),
    Wrong(
        "an unknown key of the source",
        "  language: en\n",
        "  language: en\n  mood: good\n",
        "source.mood: extra inputs are not permitted",
        "remove the key",
    ),
    Wrong(
        "a key twice",
        "    condition: new\n",
        "    condition: new\n    condition: second_hand\n",
        "key 'condition' stands twice",
        "remove one of them",
    ),
    Wrong(
        "a missing key",
        "    kind: holding\n    summary: As",
        "    kind: holding\n    note: As",
        "facts.14.summary: field required",
        "add it",
        at="- id: na-kite-holding",
    ),
    Wrong(
        "an unknown kind",
        "kind: holding",
        "kind: hoarding",
        "kind 'hoarding' is not known",
        "use one of agreement, transfer",
    ),
    Wrong(
        "an unknown code",
        "condition: new",
        "condition: fresh",
        "facts.0.condition: input should be 'new', 'second_hand'",
    ),
    Wrong(
        "no number",
        "      value: '12'",
        "      value: a dozen",
        "number_delivered.value: input should be a valid integer",
    ),
    Wrong("an id that is no slug", "id: no-rifles", "id: No_Rifles", "facts.15.id: string should match pattern"),
    Wrong("a date out of the calendar", "edtf: 2016-03", "edtf: 2016-13", "'2016-13' is not in the calendar"),
    Wrong("a date that ends before it starts", "edtf: 2014/2019", "edtf: 2019/2014", "ends before it starts"),
    Wrong(
        "an inferred date without its words",
        '      basis: inferred\n      note: \'"The same year", after "In 2018"\'\n',
        "      basis: inferred\n",
        "needs a `note` that says from which words",
        up=3,
    ),
    Wrong(
        "a date without a basis",
        "edtf: 2016-03\n      basis: stated",
        "edtf: 2016-03\n      basis: none",
        "leave the date out",
        up=2,
    ),
    Wrong(
        "an agreement that ends before it enters into force",
        "edtf: '2019-06-30'",
        "edtf: '2017-06-30'",
        "entry_into_force_date lies after termination_date: mend the dates",
        at="- id: harbour-pact-2017",
    ),
    Wrong(
        "an empty passage",
        f"exact: {NO_RIFLES}",
        "exact: ''",
        "evidence.0.exact: string should have at least 1 character",
    ),
    Wrong(
        "a passage that is too long",
        f"exact: {NO_RIFLES}",
        f"exact: {'x' * 1001}",
        "evidence.0.exact: a passage of a text should have at most 1000 characters",
    ),
    Wrong(
        "a prefix that is too long",
        'prefix: "t Kite',
        f'prefix: "{"x" * 33}t Kite',
        "string should have at most 32 characters",
    ),
    Wrong(
        "a fact without evidence",
        RIFLES_EVIDENCE,
        "    evidence: []\n",
        "facts.15.evidence: list should have at least 1 item",
    ),
    Wrong(
        "a digest of other words",
        "sha256: 302b53",
        "sha256: 402b53",
        "`sha256` is not that of `exact`",
        at="- start: '1328'",
    ),
    Wrong(
        "an altered passage",
        f"exact: {NO_RIFLES}",
        "exact: Norway holds new rifles from Germany.",
        "the passage was altered",
        at="- start: '1328'",
    ),
    Wrong(
        "handed over, yet only planned",
        "deal_status: delivered",
        "deal_status: ordered",
        "deal_status ordered makes this transfer planned, not actual",
        at="- id: tr-no-heron-2016",
    ),
    Wrong(
        "ordered, yet so",
        "modality: planned",
        "modality: actual",
        "deal_status ordered makes this transfer planned, not actual",
        at="- id: tr-no-pike-ordered",
    ),
    Wrong(
        "cancelled with nothing handed over, yet so",
        "    modality: denied\n    denies: planned",
        "    modality: actual",
        "deal_status cancelled makes this transfer denied, not actual",
        at="- id: tr-na-heron-cancelled",
    ),
    Wrong(
        "cancelled after some were handed over, yet denied",
        "Norway, of which 2 had been delivered.\n    modality: actual",
        "Norway, of which 2 had been delivered.\n    modality: denied\n    denies: actual",
        "deal_status cancelled makes this transfer actual, not denied",
        at="- id: no-na-pike-cancelled",
    ),
    Wrong(
        "negated, yet not denied",
        "    condition: new\n",
        "    condition: new\n    denies: actual\n",
        "`denies` names what is negated if, and only if, the modality is `denied`",
        at="- id: tr-no-heron-2016",
    ),
    Wrong(
        "denied, but not what",
        "    denies: planned\n",
        "",
        "`denies` names what is negated if, and only if, the modality is `denied`",
        at="- id: tr-na-heron-cancelled",
    ),
    Wrong(
        "a denied denial",
        "denies: planned",
        "denies: denied",
        "a denial of a denial is no claim",
        at="- id: tr-na-heron-cancelled",
    ),
    Wrong(
        "other words than the passage's in a quote",
        "- We need no base,\n",
        "- We need a base,\n",
        "segment 1 does not stand, word for word, in passage 1",
        at="- id: quote-okonjo-base",
    ),
    Wrong(
        "a quote's segment without a passage",
        "- We need no base,\n",
        "- We need no base,\n      - in a speech\n",
        "segment 2 does not stand, word for word, in passage 2",
        at="- id: quote-okonjo-base",
    ),
    Wrong(
        "nothing that is held",
        "description: old rifles\n",
        "note: old rifles\n",
        "say what is held",
        at="- id: no-rifles",
    ),
    Wrong(
        "an anchor",
        "title: An Invented",
        "title: &t An Invented",
        "anchors, aliases and tags are not used here",
        "write the value out",
    ),
    Wrong(
        "a tag",
        "title: An Invented",
        "title: !!str An Invented",
        "anchors, aliases and tags are not used here",
        "write the value out",
    ),
    Wrong(
        "bad YAML",
        "title: An Invented",
        "title: An: Invented",
        "no YAML: mapping values are not allowed here",
        "mend the syntax",
    ),
    Wrong(
        "a key that is no word",
        "  language: en\n",
        "  ? [a, b]\n  : en\n",
        "a key is no plain word",
        "write `key: value`",
    ),
)


@pytest.mark.parametrize("wrong", SHAPES, ids=lambda wrong: wrong.name)
def test_an_error_says_where_what_and_what_to_do(bench: Bench, wrong: Wrong) -> None:
    wrong.is_found_in(bench)
