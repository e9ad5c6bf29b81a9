"""Mistakes that the properties have found, each as the smallest profile that showed it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from relief_engine.decision import Decision, Outcome
from tests.properties.strategies import ENGINE

BASE: dict[str, Any] = {
    "as_of": "2022-06-01",
    "applicant": {
        "kind": "enterprise", "industry": "6210", "employees": 30, "revenue": 800,
        "registered_in_beijing": True, "in_small_micro_directory": False,
    },
    "leases": [{
        "owner_kind": "district_state_owned_enterprise", "owner_is_listed_company": False, "tenancy": "direct",
        "premises_district": "通州区", "start": "2021-01-01", "end": "2023-12-31", "monthly_rent": 30000,
        "has_rent_free_period": False,
    }],
}  # fmt: skip


def decided(*without: str, as_of: str = "2022-06-01", **values: object) -> Decision:
    """The base profile, some facts left out and others given as ``lease_end=…`` or ``applicant_kind=…``."""
    profile = copy.deepcopy(BASE)
    profile["as_of"] = as_of
    parts = {"applicant": profile["applicant"], "lease": profile["leases"][0]}
    for name in without:
        subject, _, key = name.partition(".")
        del parts[subject][key]
    for name, value in values.items():
        subject, _, key = name.partition("_")
        parts[subject][key] = value
    (decision,) = ENGINE.decide(profile, programmes=["beijing-tongzhou/rent-reduction-2022"]).decisions
    return decision


def missing(decision: Decision) -> list[str]:
    """The ids of the missing facts."""
    return [found.fact.id for found in decision.missing.facts]


@pytest.mark.parametrize(
    ("given", "hidden"), [({"lease_end": "2021-12-31"}, "lease.start"), ({"lease_start": "2023-01-01"}, "lease.end")]
)
def test_one_end_of_a_lease_may_refuse(given: dict[str, str], hidden: str) -> None:
    """`leased_days > 0` waited for both ends: undetermined with nothing missing."""
    decision = decided(hidden, **given)
    assert decision.outcome is Outcome.INELIGIBLE
    assert missing(decision) == []


def test_an_outlet_whose_sector_counts_assets_is_left_to_people() -> None:
    """No fact holds an outlet's assets, so its size stayed unknown for ever: undetermined with nothing missing."""
    chain: dict[str, object] = {
        "applicant_industry": "7211", "applicant_employees": 500, "applicant_assets": 200_000,
        "applicant_chain_kind": "catering", "lease_outlet_employees": 150, "lease_outlet_revenue": 900,
    }  # fmt: skip
    decision = decided(as_of="2022-06-15", **chain)
    assert decision.outcome is Outcome.REFERRED
    assert [referral.id for referral in decision.referrals] == ["chain-outlet"]
    assert decided(as_of="2022-06-14", **chain).outcome is Outcome.INELIGIBLE


def test_a_code_whose_rows_cut_figures_differently_is_listed() -> None:
    """Wholesale and retail have other limits; where only the cells of one were compared, the code was left out."""
    decision = decided(
        "applicant.employees", as_of="2022-06-15", applicant_industry="F", applicant_revenue=100_000_000,
        applicant_chain_kind="supermarket", lease_outlet_employees="无", lease_outlet_revenue=1,
    )  # fmt: skip
    assert missing(decision) == ["applicant.industry", "applicant.employees"]
    assert decision.missing.exact


def test_what_changes_only_the_reason_is_not_missing() -> None:
    """A figure that does not exist refers the case already; a rent-free period would refer it for the same amount."""
    decision = decided("lease.has_rent_free_period", applicant_employees="无", applicant_revenue="无")
    assert decision.outcome is Outcome.REFERRED
    assert missing(decision) == []


def test_a_figure_that_does_not_exist_leaves_the_amount_to_be_asked() -> None:
    """The rent still decides what may be granted."""
    decision = decided("lease.monthly_rent", applicant_employees="无", applicant_revenue="无")
    assert decision.outcome is Outcome.REFERRED
    assert missing(decision) == ["lease.monthly_rent"]


def test_a_coarse_code_beside_a_figure_that_does_not_exist_is_not_listed() -> None:
    """Branches were sampled with an answer that differs from that of the same branch when it is walked."""
    decision = decided(
        "applicant.employees", applicant_industry="67", applicant_assets="无", applicant_revenue="无",
        lease_tenancy="via_district_state_owned",
    )  # fmt: skip
    assert decision.outcome is Outcome.REFERRED
    assert missing(decision) == []
    assert decision.missing.exact


def test_steps_bound_an_unknown_start() -> None:
    """A profile whose rent steps begin after the lease is refused, so such starts are no completions."""
    steps = [{"from": "2022-07-01", "monthly_rent": 30_000}]
    decision = decided("lease.start", "lease.monthly_rent", lease_rent_steps=steps, lease_end="2022-07-01")
    assert missing(decision) == ["lease.start"]
    assert not decision.missing.exact


@pytest.mark.parametrize(
    ("hidden", "given"),
    [
        ("lease.end", {"lease_start": "2022-12-31"}),
        ("lease.start", {"lease_end": "2022-01-01"}),
        ("lease.end", {"lease_start": "2022-06-01", "lease_monthly_rent": 0}),
    ],
)
def test_what_the_rules_wait_for_in_vain_is_asked_and_marked(hidden: str, given: dict[str, Any]) -> None:
    """All completions agree and three-valued logic does not see it: nothing is granted, the fact is asked for."""
    decision = decided(hidden, **given)
    assert decision.outcome is Outcome.UNDETERMINED
    assert missing(decision) == [hidden]
    assert not decision.missing.exact
