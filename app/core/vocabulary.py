"""The closed lists of the envelope, each code with its definition; a kind's own lists are in its file."""

from __future__ import annotations

from functools import cached_property

from app.kit.codes import Code


class Modality(Code):
    """Whether what the fact says is so."""

    actual = "actual", "It happened or is so, according to whoever asserts it."
    planned = "planned", "Declared as intended by whoever controls the act, whatever the verb."
    expected = "expected", "A forecast by somebody who does not control the act: will, is likely to."
    possible = "possible", "Could, may, perhaps, was not ruled out, hypothetical."
    denied = (
        "denied",
        "The source says that it is not, was not, will not or need not be so; `denies` names what is negated.",
    )


class Granularity(Code):
    """Whether the fact is one thing or stands for several."""

    instance = "instance", "One act, agreement, transfer, exercise, holding or utterance."
    aggregate = (
        "aggregate",
        "Several at once (several agreements, regular exercises); listed, never added to instances.",
    )


class DateBasis(Code):
    """Where a date is from."""

    stated = "stated", "The passages say it."
    inferred = "inferred", "Concluded from other words of the source; the note names them."
    none = "none", "The source gives no time; the date is null."


class Role(Code):
    """What an actor does in a fact, or why it is mentioned."""

    supplier = "supplier", "Takes part: hands over, sells or gives what a transfer is about."
    recipient = "recipient", "Takes part: receives it."
    end_user = "end_user", "Takes part: is to use it, if another than the recipient."
    intermediary = "intermediary", "Takes part: passes it on or brokers it."
    financier = "financier", "Takes part: pays for it or funds it."
    producer = "producer", "Takes part: makes or develops it."
    licensor = "licensor", "Takes part: licenses its production."
    component_supplier = "component_supplier", "Takes part: supplies parts for another's product."
    operator = "operator", "Takes part: uses or operates the equipment."
    provider = "provider", "Takes part: gives training, help or a service."
    trainee = "trainee", "Takes part: is trained."
    party = "party", "Takes part: is bound by an agreement, or belongs to what it founds."
    signatory = "signatory", "Takes part: signs an agreement."
    participant = "participant", "Takes part in an exercise, event or programme."
    host = "host", "Takes part: has it on its soil."
    sending = "sending", "Takes part: sends its forces to the host."
    captor = "captor", "Takes part: takes a place by force."
    ousted = "ousted", "Takes part: loses a place by force."
    state_of_origin = (
        "state_of_origin",
        "Is mentioned: the equipment was designed or built there; no supply is implied.",
    )
    previous_owner = "previous_owner", "Is mentioned: had the equipment before."
    speaker = "speaker", "Is mentioned: says the quoted words."
    addressee = "addressee", "Is mentioned: the words are said to it."
    about = "about", "Is mentioned: the words are about it."

    @cached_property
    def takes_part(self) -> bool:
        """Whether the role is of the class that relations are made of."""
        return self.definition.startswith("Takes part")


class SystemRole(Code):
    """What a weapon system does in a fact."""

    transferred = "transferred", "It is what is handed over."
    platform = "platform", "A part or engine is meant for it."
    produced = "produced", "It is what is developed or made."
    fielded = "fielded", "It is used, stationed, flown or held, by whom `by` says."
    mentioned = "mentioned", "It is only spoken of."


class Relation(Code):
    """How one fact is related to another."""

    claimed_in = "claimed_in", "The quote whose words make this claim."
    signed_at = "signed_at", "The event at which the agreement was signed."
    part_of = "part_of", "The larger fact that this one belongs to."
    contradicts = "contradicts", "The fact that this one cannot be true beside."
    supersedes = "supersedes", "The fact that this one replaces."
    same_as = "same_as", "The same fact, told by another source or in other words."


class Selector(Code):
    """How a passage is placed in its source."""

    text_position = "text_position", "W3C TextPositionSelector: `start` and `end`, in code points."
    fragment = "fragment", "W3C FragmentSelector by RFC 7111: rows of a table."
    xpath = "xpath", "W3C XPathSelector: an element of an XML file."


class Voice(Code):
    """Whose claim a fact is, as a class."""

    source = "source", "The source in its own voice."
    named = "named", "Somebody whom the source names; at least one voice of the chain."
    unnamed = "unnamed", "Somebody whom the source does not name."


class ActorKind(Code):
    """What an actor is."""

    country = "country", "A state, of today or gone."
    organization = "organization", "An armed force, ministry, agency, company, alliance, think tank, group."
    person = "person", "A human being."
    unnamed = "unnamed", "A voice that the source does not name; its name is the words that stand for it."
    unknown = "unknown", "A party that a data set calls unknown, or by a name that is in none of our lists."


class ArmamentCategory(Code):
    """The SIPRI armament categories."""

    aircraft = "aircraft", "Aircraft, uncrewed ones (drones) included."
    air_defence_systems = "air_defence_systems", "Land-based air-defence systems."
    armoured_vehicles = "armoured_vehicles", "Vehicles with integral armour."
    artillery = "artillery", "Naval, fixed, self-propelled and towed guns, mortars and rocket launchers."
    engines = "engines", "Engines for military aircraft, ships and vehicles."
    missiles = "missiles", "Guided missiles, torpedoes, bombs and shells."
    naval_weapons = "naval_weapons", "Naval guns, launchers and anti-submarine weapons."
    satellites = "satellites", "Reconnaissance and other military satellites."
    sensors = "sensors", "Radars, sonars and electro-optical systems."
    ships = "ships", "Vessels for military use."
    other = "other", "Turrets, refuelling systems and the like."
    small_arms = "small_arms", "Small arms and light weapons."


class TotalIs(Code):
    """Whether a total is exact."""

    exact = "exact", "So many records there are."
    at_least = "at_least", "There are more; counting stopped at the bound."


class Matched(Code):
    """How a text stands for an entity."""

    by_code = "code", "It is its id or one of its codes."
    by_name = "name", "It is one of its names, but for case, accents and punctuation."
    nearly = "near", "It is close to one of its names: a guess."


class SearchField(Code):
    """Where a search found its words: in the first of these that has them all, those before it included."""

    by_name = "name", "What the record is called: any name of an entity, a fact's title or name."
    by_summary = "summary", "A fact's summary, or an entity's description."
    by_passage = "passage", "The passages that prove a fact, quotes included."
    by_party = "party", "Any name of who takes part or speaks, of a system or place, or of an organ's state."


class Verdict(Code):
    """What is found of a quotation."""

    verified = "verified", "It stands there verbatim, but for white space and typographic marks."
    repaired = "repaired", "It differs in punctuation, case or a marked elision only: the exact words are given."
    misattributed = "misattributed", "The words are real; the speaker is another."
    not_found = "not_found", "No passage that is held has these words."


class ChangeKind(Code):
    """What became of a fact between two releases."""

    added = "added", "The newer release has it, the older has not."
    modified = "modified", "Both have it, and do not say the same."
    retired = "retired", "The older release has it; its id is answered 410 with the reason, or sent on."


class PointPrecision(Code):
    """What a point on the globe stands for."""

    exact = "exact", "The very spot."
    town = "town", "A town or village."
    region = "region", "A region or sea."
    country = "country", "A country: its middle."
    unknown = "unknown", "The source does not say what it stands for; it may be the middle of a country."


class CoverageStatus(Code):
    """What a source has on a pair and a kind of fact."""

    found = "found", "It records at least one fact of this kind between the two, whatever its modality but denied."
    denied = "denied", "All that it records of this kind between the two is denied."
    none_recorded = (
        "none_recorded",
        "It can speak of this pair and kind and records none: not a statement that there is none.",
    )
    out_of_scope = "out_of_scope", "It cannot speak of this pair or kind, or was not read for them: nothing follows."


VOCABULARY: tuple[type[Code], ...] = (
    Modality,
    Granularity,
    DateBasis,
    Role,
    SystemRole,
    Relation,
    Selector,
    Voice,
    ActorKind,
    ArmamentCategory,
    CoverageStatus,
    TotalIs,
    Matched,
    SearchField,
    Verdict,
    ChangeKind,
    PointPrecision,
)
