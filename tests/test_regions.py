"""The example rulebooks of other regions: no line of Python is theirs; each is tried, and decided both ways.

Their worked cases are tests that pytest collects from their files.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from relief_engine import Engine, Outcome, load_rulebook
from relief_engine.checking import findings
from relief_engine.routes.chaining import ChainingRoute, unavailable
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.source import read
from relief_engine.testing import Case, find_cases, load_cases
from tests.test_cases import amounts, worked_out

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "rulebooks"
PROFILES = FOLDER / "profiles"
REGIONS = ("lianyungang", "shanghai", "shenzhen-longgang", "wenzhou")

each_region = pytest.mark.parametrize("region", REGIONS)
needs_second_route = pytest.mark.skipif(unavailable() is not None, reason="durable-rules can't run on this Python")


@cache
def rulebook(region: str) -> Rulebook:
    return load_rulebook(FOLDER / region)


@cache
def engine(region: str) -> Engine:
    return Engine(rulebook(region))


@cache
def cases(region: str) -> tuple[Case, ...]:
    return tuple(case for path in find_cases(FOLDER / region) for case in load_cases(path, rulebook(region)))


def profile(region: str) -> Any:
    return read(PROFILES / f"{region}.yaml").value


def test_every_folder_is_a_region_with_a_profile() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == {*REGIONS, PROFILES.name}
    assert {path.name for path in PROFILES.iterdir()} == {f"{region}.yaml" for region in REGIONS}


@each_region
def test_it_has_its_own_programmes_and_the_shipped_standards(region: str) -> None:
    book = rulebook(region)
    assert [programme.partition("/")[0] for programme in book.programmes] == [f"example-{region}"]
    assert "applicant.size" in book.facts


@each_region
def test_it_says_that_it_is_not_official(region: str) -> None:
    (programme,) = rulebook(region).programmes.values()
    text = read(FOLDER / region / "sources.yaml").value
    assert isinstance(text, dict)
    told = [source["title"] for source in text["sources"] if source["kind"] == "public_page"]
    assert told
    for zh, en in [(title["zh"], title["en"]) for title in told] + [(programme.title.zh, programme.title.en)]:
        assert "示例，非官方" in zh
        assert re.search("example, not official", en, re.IGNORECASE)


@pytest.mark.engines
@each_region
def test_its_behaviour_holds_up(region: str) -> None:
    assert [str(finding.in_("en")) for finding in findings(rulebook(region))] == []


@each_region
def test_its_arithmetic_is_right_and_gives_the_expected_amounts(region: str) -> None:
    for case in cases(region):
        assert set(amounts(case)) <= worked_out(case), case.name.en


@each_region
def test_cases_reach_every_outcome_criterion_and_referral(region: str) -> None:
    (programme,) = rulebook(region).programmes.values()
    expected = [case.expected for case in cases(region)]
    assert {entry.get("outcome") for entry in expected} == {str(outcome) for outcome in Outcome}
    assert {name for entry in expected for name in entry.get("unmet") or ()} == {c.id for c in programme.criteria}
    assert programme.not_available is not None
    known = {referral.id for referral in programme.referrals} | {programme.not_available.id}
    assert {name for entry in expected for name in entry.get("referrals") or ()} == known


@each_region
def test_the_expected_decision_of_its_profile_is_a_worked_case(region: str) -> None:
    day = profile(region)["as_of"]
    assert [
        case.expected["outcome"] for case in cases(region) if case.profile == profile(region) and case.as_of == day
    ] == ["eligible"]


@needs_second_route
@each_region
def test_both_routes_agree_on_its_profile_at_every_change_of_its_rules(region: str) -> None:
    book = rulebook(region)
    both = Engine(book, verify_with=ChainingRoute())
    given = both.read_profile(PROFILES / f"{region}.yaml")
    (programme,) = book.programmes.values()
    for day in (given.as_of, *programme.change_days()):
        report = both.decide(given, as_of=day)
        assert len(report.routes) == 2
        assert [d.outcome for d in report.decisions] == [
            d.outcome for d in engine(region).decide(given, as_of=day).decisions
        ]
