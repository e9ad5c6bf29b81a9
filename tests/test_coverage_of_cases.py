"""Worked cases cover the rules: every outcome, criterion and referral, and every figure altered by its last digit."""

from dataclasses import replace
from functools import cache

import pytest

from relief_engine.checking.behaviour import observe
from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.engine.outcome import outcome_of
from relief_engine.rulebook.load import load_rulebook, shipped_rules
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.periods import FIRST, LAST
from relief_engine.testing import Case, find_cases, load_cases
from relief_engine.testing.alterations import alterations, unnoticed

RULES = load_rulebook()
#: Alterations that no case can notice, and why. Each stands with the parameter that it concerns.
_RENT = "beijing-tongzhou/rent-reduction-2022"
EQUAL = {
    (_RENT, "listed_with_notice", "day"): "no district has been listed after the notice yet (see test_cases)",
    (_RENT, "supplement_months", "figure"): "no district has been listed after the notice yet (see test_cases)",
    (_RENT, "listed_on", "entry"): "stands for some day up to the notice: that it is not after it is all that counts",
}
#: Referrals that no case of the shipped rules can reach, and why.
UNREACHED = {"listed-after-lease-ended": "no district has been listed later yet (see test_cases)"}


@cache
def engine() -> Engine:
    return Engine(RULES)


@cache
def cases() -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {name: [] for name in RULES.programmes}
    for path in find_cases(shipped_rules()):
        for case in load_cases(path, RULES):
            found[case.programme].append(case)
    return found


each_programme = pytest.mark.parametrize("name", list(RULES.programmes))


@each_programme
def test_cases_reach_every_outcome_that_the_programme_can_reach(name: str) -> None:
    programme = RULES.programmes[name]
    behaviour = observe(engine(), programme)
    reachable = {outcome_of(s.program, s.values) for s in (*behaviour.complete, *behaviour.partial)}
    if programme.period.first > FIRST or programme.period.last < LAST:
        reachable.add(Outcome.NOT_IN_FORCE)
    expected = {case.expected.get("outcome") for case in cases()[name]}
    assert {str(outcome) for outcome in reachable} <= expected


@each_programme
def test_cases_reach_every_criterion_and_referral(name: str) -> None:
    programme = RULES.programmes[name]
    unmet = {i for case in cases()[name] for i in case.expected.get("unmet") or ()}
    assert {criterion.id for criterion in programme.criteria} <= unmet
    referred = {i for case in cases()[name] for i in case.expected.get("referrals") or ()}
    assert {referral.id for referral in programme.referrals} - set(UNREACHED) <= referred


@each_programme
def test_some_case_notices_every_parameter_that_is_altered(name: str) -> None:
    assert list(alterations(RULES.programmes[name])) or not RULES.programmes[name].parameters
    missed = [
        alteration.text.en
        for alteration in unnoticed(_only(name), cases()[name])
        if (name, alteration.parameter, alteration.what) not in EQUAL
    ]
    assert missed == []


def _only(name: str) -> Rulebook:
    return replace(RULES, programmes={name: RULES.programmes[name]})


def test_a_figure_that_no_case_notices_is_found() -> None:
    without = [case for case in cases()[_RENT] if case.expected.get("outcome") == "ineligible"]
    found = {alteration.parameter for alteration in unnoticed(_only(_RENT), without)}
    assert {"months_listed", "days_in_year"} <= found
