"""Figures that are known not to exist: when a case is left to people for them, and when it is not."""

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from relief_engine.decision import Decision, Outcome
from relief_engine.engine import Engine
from relief_engine.engine.questions import open_questions
from relief_engine.explanation.build import explain
from relief_engine.rulebook.load import load_rulebook, shipped_rules
from tests.books import shipped_book
from tests.properties.rules import HEAD

RENT = "beijing-tongzhou/rent-reduction-2022"
DEFERRAL = "beijing-tongzhou/loan-repayment-deferral-2022"
ENGINE = Engine(shipped_book())
DAY = dt.date(2022, 7, 1)
FIRM: dict[str, Any] = {
    "kind": "enterprise", "industry": "6210", "employees": "not_available", "revenue": 90000,
    "registered_in_beijing": True, "serious_dishonesty": False, "chain_kind": "none",
    "epidemic_hardship": False, "requests_relief": False,
}  # fmt: skip
LEASE: dict[str, Any] = {
    "owner_kind": "district_public_body", "tenancy": "direct", "premises_district": "通州区", "start": "2022-01-01",
    "end": "2022-12-31", "monthly_rent": 30000, "has_rent_free_period": False, "owner_is_listed_company": False,
}  # fmt: skip


def decide(applicant: dict[str, Any], lease: dict[str, Any]) -> Decision:
    (decision,) = ENGINE.decide({"applicant": applicant, "leases": [lease]}, as_of=DAY, programmes=[RENT]).decisions
    return decision


@pytest.mark.parametrize("directory", [None, True, False])
def test_a_case_that_is_referred_whatever_is_learned_stays_referred(directory: bool | None) -> None:
    """A lease from 31 December has one day of the year whatever its end, which three-valued logic can't see."""
    lease = {**LEASE, "start": "2022-12-31", "has_rent_free_period": True}
    del lease["end"]
    applicant = FIRM if directory is None else {**FIRM, "in_small_micro_directory": directory}
    assert decide(applicant, lease).outcome is Outcome.REFERRED


CITE = "cite: [{source: notice-12, clause: 二}]"
TRIAL = "title: {zh: 试, en: trial}"
LONG_ENOUGH = f"""{HEAD}parameters:
  a_sum: [{{value: 500, unit: 万元, {CITE}}}]
  relief_year: [{{value: 2022, unit: 年, {CITE}}}]
  least_days: [{{value: 90, unit: 天, {CITE}}}]
criteria:
  - {{id: revenue, {TRIAL}, require: applicant.revenue < a_sum, {CITE}}}
  - id: long-enough
    {TRIAL}
    require: overlap_days(lease.start, lease.end, year=relief_year) >= least_days
    {CITE}
not_available: {{id: na, {TRIAL}, reason: {{zh: 试, en: trial}}, {CITE}}}
benefit: {{kind: in_kind, payer: landlord, {CITE}}}
"""


def other_rules(folder: Path, text: str) -> Engine:
    """An engine of the shipped facts and standards, and one programme in place of the rent programme."""
    rules = folder / "rules"
    shutil.copytree(shipped_rules(), rules, ignore=shutil.ignore_patterns("beijing-tongzhou", "ledger.yaml"))
    (rules / "beijing-tongzhou").mkdir()
    (rules / f"{RENT}.yaml").write_text(text, encoding="utf-8")
    return Engine(load_rulebook(rules))


def test_a_case_that_is_refused_whatever_is_learned_is_not_referred(tmp_path: Path) -> None:
    """A lease from 1 December is too short whatever its end: that a figure does not exist leaves nothing to people."""
    engine = other_rules(tmp_path, LONG_ENOUGH)
    applicant = {"kind": "enterprise", "revenue": "not_available"}
    outcomes = {}
    for end in (None, "2022-12-05", "open"):
        lease = {"start": "2022-12-01"} if end is None else {"start": "2022-12-01", "end": end}
        (decision,) = engine.decide({"applicant": applicant, "leases": [lease]}, as_of=DAY).decisions
        outcomes[end] = decision.outcome
    assert outcomes == {None: Outcome.UNDETERMINED, "2022-12-05": Outcome.INELIGIBLE, "open": Outcome.INELIGIBLE}


def test_a_loan_that_is_not_described_is_asked_for() -> None:
    report = ENGINE.decide({"applicant": {**FIRM, "industry": "5212"}}, as_of=DAY, programmes=[DEFERRAL])
    assert [d.outcome for d in report.decisions] == [Outcome.UNDETERMINED]


def test_only_referrals_that_wait_for_what_does_not_exist_are_said_to_stand_in() -> None:
    """Whether the sub-lessor is state-owned is unknown, and no figure that does not exist has to do with it."""
    applicant = {**FIRM, "employees": 5000, "in_small_micro_directory": False, "chain_kind": "catering"}
    lease = {
        **LEASE, "tenancy": "sublessor", "final_tenant_qualifies": False,
        "outlet_employees": "not_available", "outlet_revenue": "not_available",
    }  # fmt: skip
    decision = decide(applicant, lease)
    assert decision.outcome is Outcome.REFERRED
    found = {referral.id for referral in decision.referrals}
    assert "chain-outlet" in found
    assert "state-owned-sublessor" not in found


def test_an_answer_settles_what_is_then_left_to_people() -> None:
    decision = decide(FIRM, LEASE)
    assert decision.outcome is Outcome.UNDETERMINED
    (question,) = open_questions(ENGINE, [decision])
    assert (question.fact.name, question.least, question.most) == ("in_small_micro_directory", 1, 1)


def test_branches_that_are_the_same_figure_are_calculated_whatever_the_condition(tmp_path: Path) -> None:
    once, twice = "lease.monthly_rent * few", "lease.monthly_rent * some"
    text = LONG_ENOUGH.replace(
        "  a_sum:", f"  few: [{{value: 1, unit: 月, {CITE}}}]\n  some: [{{value: 1, unit: 月, {CITE}}}]\n  a_sum:"
    )
    amount = f"amount: {once} if lease.has_rent_free_period else {twice}"
    rounding = f"rounding: {{to: 0.01, mode: half_up, {CITE}}}"
    benefit = f"benefit:\n  kind: entitlement\n  payer: landlord\n  {amount}\n  {rounding}\n  {CITE}\n"
    engine = other_rules(tmp_path, text[: text.index("benefit:")] + benefit)
    profile = {"applicant": {"revenue": 100}, "leases": [{"start": "2021-01-01", "end": "open", "monthly_rent": 500}]}
    (decision,) = engine.decide(profile, as_of=DAY).decisions
    assert (decision.outcome, str(decision.amount)) == (Outcome.ELIGIBLE, "500.00")
    assert [line.result.zh for line in explain(decision, engine).lines][-1] == "500.00 元"
