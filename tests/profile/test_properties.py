"""Reading holds for any data: mistakes are always named, spellings do not matter, and what is read can be written."""

import datetime as dt
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from relief_engine.errors import ProfileError, in_order
from relief_engine.profile import values
from relief_engine.profile.model import Profile
from relief_engine.profile.read import ProfileReader
from relief_engine.profile.values import NOT_AVAILABLE, BadValue
from relief_engine.profile.words import code_list, plain
from relief_engine.rulebook.facts import Fact
from tests.books import shipped_book
from tests.profile.strategies import data, encoded, full_width, profiles, spellings

RULEBOOK = shipped_book()
READER = ProfileReader(RULEBOOK)
LISTS = RULEBOOK.lists
FACTS = [fact for known in RULEBOOK.subjects.values() for fact in known.facts]
DATA = data(st.sampled_from(["as_of", "applicant", *LISTS, "from", "monthly_rent", *(fact.name for fact in FACTS)]))
facts = st.sampled_from(FACTS)


def read(mapping: Any) -> Profile | ProfileError:
    """The profile, or what is wrong with it."""
    try:
        return READER.read_mapping(mapping)
    except ProfileError as error:
        return error


def read_value(fact: Fact, value: object) -> tuple[bool, object]:
    """Whether a value could be read, and what it was or the code of the mistake."""
    try:
        return True, values.reader(fact, code_list(RULEBOOK))(value)
    except BadValue as bad:
        return False, bad.code


def content(profile: Profile) -> tuple[object, ...]:
    return (profile.as_of, profile.applicant, profile.lists)


@given(DATA)
def test_anything_is_read_or_refused_with_words(mapping: Any) -> None:
    found = read(mapping)
    if isinstance(found, Profile):
        return
    assert found.findings
    assert list(found.findings) == sorted(found.findings, key=lambda finding: in_order(finding.where))
    for finding in found.findings:
        assert finding.code != "shape"
        for said in (finding.in_("zh"), finding.in_("en")):
            assert said.isprintable(), said
            assert len(said) < 400


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("as_of", "applicant", *LISTS), DATA)))
def test_anything_in_its_place_is_read_or_refused(mapping: Any) -> None:
    read(mapping)


@given(st.data(), facts)
def test_any_value_of_any_fact_is_read_or_refused(draw: st.DataObject, fact: Fact) -> None:
    value = draw.draw(DATA)
    good, found = read_value(fact, value)
    # The same through the door, where Pydantic sees to the shape.
    name = RULEBOOK.subjects[fact.subject].kind.name(None)
    subject = {fact.name: value}
    mapping = {"applicant": subject} if name == "applicant" else {"applicant": {}, name: [subject]}
    whole = read(mapping)
    assert isinstance(whole, Profile) == good
    if isinstance(whole, Profile):
        known = (whole.subjects(fact.subject) or ())[0]
        assert known.values.get(fact.id) == (None if found is NOT_AVAILABLE else found)
        assert (fact.id in known.not_available) == (found is NOT_AVAILABLE)
    else:
        assert found in {finding.code for finding in whole.findings}


@settings(max_examples=300)
@given(st.data(), facts)
def test_every_spelling_of_a_value_is_that_value(draw: st.DataObject, fact: Fact) -> None:
    value = draw.draw(encoded(fact, RULEBOOK))
    for written in spellings(fact, value, RULEBOOK):
        assert read_value(fact, written) == (True, value), repr(written)


@given(st.data(), facts)
def test_the_sight_of_a_value_and_a_careful_look_agree(draw: st.DataObject, fact: Fact) -> None:
    # Blanks and full-width letters keep a value from being known at sight.
    written = draw.draw(st.text(max_size=6) | st.sampled_from([*fact.names, "2022-06-01", "6210", "30", "是"]))
    if fact.type != "text":
        assert read_value(fact, written) == read_value(fact, f" {written} ") == read_value(fact, full_width(written))


@given(profiles(RULEBOOK))
def test_what_is_read_can_be_written_and_read_again(mapping: Any) -> None:
    profile = READER.read_mapping(mapping)
    written = plain(profile, RULEBOOK)
    again = READER.read_mapping(written)
    assert content(again) == content(profile)
    assert again.digest == profile.digest
    # Records are JSON, and JSON is YAML.
    text = json.dumps(written, ensure_ascii=False)
    assert json.loads(text) == written
    assert content(READER.read_bytes(text.encode(), "record")) == content(profile)


@given(profiles(RULEBOOK), st.randoms(use_true_random=False))
def test_order_does_not_matter(mapping: Any, random: Any) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            items = list(value.items())
            random.shuffle(items)
            return {key: shuffled(part) for key, part in items}
        return [shuffled(part) for part in value] if isinstance(value, list) else value

    profile, other = READER.read_mapping(mapping), READER.read_mapping(shuffled(mapping))
    assert content(other) == content(profile)
    assert other.digest == profile.digest


@given(profiles(RULEBOOK), st.data())
def test_a_fact_that_is_not_given_is_absent_and_nothing_else_changes(mapping: Any, draw: st.DataObject) -> None:
    full = READER.read_mapping(mapping)
    if not mapping["applicant"]:
        return
    name = draw.draw(st.sampled_from(sorted(mapping["applicant"])))
    without = draw.draw(st.sampled_from([None, "", "  "]))
    fewer = {key: value for key, value in mapping["applicant"].items() if key != name}
    for applicant in (fewer, {**fewer, name: without}):
        part = READER.read_mapping({**mapping, "applicant": applicant})
        gone = f"applicant.{name}"
        assert part.applicant.values == {fact: v for fact, v in full.applicant.values.items() if fact != gone}
        assert part.applicant.not_available == full.applicant.not_available - {gone}
        assert part.lists == full.lists
        assert part.digest != full.digest


@given(st.dates() | st.text(max_size=10))
def test_the_day_of_a_decision_is_read_like_any_day(value: dt.date | str) -> None:
    fact = next(fact for fact in FACTS if fact.type == "date" and not fact.open_ended)
    good, found = read_value(fact, value)
    whole = read({"applicant": {}, "as_of": value})
    if isinstance(whole, Profile):
        assert good
        assert found == (whole.as_of.toordinal() if whole.as_of else None)
    else:
        assert not good or found is NOT_AVAILABLE
