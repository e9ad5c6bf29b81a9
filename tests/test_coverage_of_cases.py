"""Worked cases cover the rules: every outcome, criterion and referral, and every figure altered by its last digit."""

from functools import cache

import pytest

from relief_engine.checking.behaviour import observe
from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.engine.outcome import outcome_of
from relief_engine.rulebook.load import shipped_rules
from relief_engine.rulebook.periods import FIRST, LAST
from relief_engine.testing import Case, find_cases
from relief_engine.testing.mutation import Kind
from relief_engine.testing.mutation.killing import Killed, killed
from tests.books import shipped_book, worked

RULES = shipped_book()
#: Mistakes in parameters that no case can notice, and why. Each stands with the parameter that it concerns.
_RENT = "beijing-tongzhou/rent-reduction-2022"
EQUAL = {
    (_RENT, "listed_with_notice", Kind.DAY): "no district has been listed after the notice yet (see test_cases)",
    (_RENT, "supplement_months", Kind.FIGURE): "no district has been listed after the notice yet (see test_cases)",
    (_RENT, "listed_on", Kind.DAY): "stands for some day up to the notice: that it is not after it is all that counts",
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
        for case in worked(path):
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


@pytest.mark.engines
@each_programme
def test_some_case_notices_every_parameter_that_is_altered(name: str) -> None:
    results = [result for result in _altered(cases()[name], name) if ":parameters." in result.mutant.id]
    assert results or not RULES.programmes[name].parameters
    assert [r.mutant.text.en for r in results if r.survived and (name, _parameter(r), r.mutant.kind) not in EQUAL] == []


def _altered(known: list[Case], name: str) -> list[Killed]:
    return list(killed(RULES, known, [name], [Kind.FIGURE, Kind.DAY, Kind.LISTED]))


def _parameter(result: Killed) -> str:
    return result.mutant.id.split(":")[1].removeprefix("parameters.").partition("@")[0]


def test_a_figure_that_no_case_notices_is_found() -> None:
    refused = [case for case in cases()[_RENT] if case.expected.get("outcome") == "ineligible"]
    without = [case for case in refused if not case.expected.get("figures")]
    found = {_parameter(result) for result in _altered(without, _RENT) if result.survived}
    assert {"months_listed", "days_in_year"} <= found
