"""``relief check --format json``: every field of the contract (design, section 8), and when it is null."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from relief_engine.version import VERSION
from tests.cli.conftest import RENT, RESTAURANT, TOWN_RULES, Relief, process
from tests.explanation.conftest import more_rules

Write = Callable[[str | bytes], Path]

#: The contract's fields of a decision.
FIELDS = [
    "programme", "subject", "outcome", "benefit", "payer", "amount", "amount_range", "amount_if_granted", "ceiling",
    "payable", "payable_range", "rate", "rate_range", "until", "in_force", "figures", "criteria", "referrals",
    "missing", "check_by_hand", "explanation",
]  # fmt: skip
MONEY = ("amount", "amount_range", "amount_if_granted", "ceiling", "payable", "payable_range")
TOWN = """
as_of: 2030-06-01
applicant: {kind: firm, industry: "62", employees: 30, revenue: 500, registered: yes, plan: full,
            applied_on: 2030-05-31, fee: 1001.01}
leases:
"""
STATE = "  - {owner: state, ward: 西街, start: 2030-01-01, end: open, monthly_rent: 1000.01, rent_free: no}\n"


def decided(relief: Relief, path: Path, programme: str, *more: str) -> dict[str, Any]:
    ran = relief("check", path, "--rules", TOWN_RULES, "--programme", programme, "--format", "json", *more)
    assert (ran.status, ran.err) == (0, "")
    decision: dict[str, Any] = ran.json["decisions"][0]
    return decision


def filled(decision: dict[str, Any]) -> set[str]:
    return {name for name in (*MONEY, "rate", "rate_range", "until") if decision[name] is not None}


def test_the_example_of_the_contract(relief: Relief) -> None:
    record = relief("check", RESTAURANT, "--format", "json").json
    assert record["schema"] == "relief-check/1"
    assert record["as_of"] == "2022-06-01"
    assert record["rulebook"]["digest"].startswith("sha256:")
    assert record["engine"]["version"] == VERSION
    assert record["engine"]["routes"][0] == "direct"
    assert RENT not in [s["programme"] for s in record["skipped"]]
    assert record["total"] == "180000.00"
    (decision,) = (d for d in record["decisions"] if d["programme"] == RENT)
    assert set(FIELDS) <= set(decision)
    assert decision["programme"] == RENT
    assert decision["subject"] == "leases[0]"
    assert decision["outcome"] == "eligible"
    assert decision["benefit"] == "entitlement"
    assert decision["payer"] == "landlord"
    assert decision["amount"] == "180000.00"
    assert filled(decision) == {"amount"}
    assert decision["in_force"] == {"from": "2022-05-13", "to": None}
    assert {name: decision["figures"][name] for name in ("months", "leased_days")} == {"months": 6, "leased_days": 365}
    link = next(c for c in decision["criteria"] if c["id"] == "beijing-link")
    assert link["status"] == "met"
    assert "通政办发〔2022〕12号 一" in link["citations"]
    assert decision["referrals"] == []
    assert decision["missing"] == []
    assert decision["check_by_hand"]
    assert decision["explanation"]["criteria"]


def test_eligible_entitlement(relief: Relief, profile: Write) -> None:
    decision = decided(relief, profile(TOWN + STATE), "town/rent")
    assert (decision["outcome"], decision["benefit"]) == ("eligible", "entitlement")
    assert filled(decision) == {"amount"}
    assert decision["amount"] == "2000.02"
    assert decision["figures"] == {"days": 365, "months": 2, "rent": "2000.02"}


def test_a_range_only_where_the_figure_is_open(relief: Relief, profile: Write) -> None:
    steps = "rent_steps: [{from: 2029-01-01, monthly_rent: 1000}, {from: 2030-07-01, monthly_rent: 1200}]"
    decision = decided(relief, profile(TOWN + STATE.replace("monthly_rent: 1000.01", steps)), "town/rent")
    assert decision["outcome"] == "referred"
    assert filled(decision) == {"amount_range"}
    assert decision["amount_range"] == ["2000.00", "2400.00"]
    assert decision["figures"]["rent"] == ["2000.00", "2400.00"]


def test_amount_if_granted_stands_with_a_referral(relief: Relief, profile: Write) -> None:
    decision = decided(relief, profile(TOWN + STATE.replace("owner: state", "owner: village")), "town/rent")
    assert decision["outcome"] == "referred"
    assert filled(decision) == {"amount_if_granted"}
    assert decision["amount_if_granted"] == "2000.02"
    (referral,) = decision["referrals"]
    assert (referral["id"], referral["in_place_of"]) == ("village-owner", ["state-owner"])
    assert referral["citations"] == ["某政发〔2030〕1号 一"]
    assert referral["reason"] == "可以参照。"
    owner = next(c for c in decision["criteria"] if c["id"] == "state-owner")
    assert (owner["status"], owner["replaced"]) == ("unmet", True)


@pytest.mark.parametrize(
    ("change", "outcome"),
    [(("owner: state", "owner: private"), "ineligible"), (("monthly_rent: 1000.01, ", ""), "undetermined")],
)
def test_no_figures_without_a_grant(relief: Relief, profile: Write, change: tuple[str, str], outcome: str) -> None:
    decision = decided(relief, profile(TOWN + STATE.replace(*change)), "town/rent")
    assert decision["outcome"] == outcome
    assert filled(decision) == set()
    assert decision["figures"] == {}
    assert decision["deadlines"] == []
    assert decision["ways"] == []
    assert bool(decision["missing"]) is (outcome == "undetermined")
    assert bool(decision["check_by_hand"]) is (outcome == "undetermined")
    assert bool(decision["remarks"]) is (outcome == "ineligible")


def test_missing(relief: Relief, profile: Write) -> None:
    decision = decided(relief, profile(TOWN + STATE.replace("monthly_rent: 1000.01, ", "")), "town/rent")
    (missing,) = decision["missing"]
    assert missing["fact"] == "lease.monthly_rent"
    assert missing["subject"] == "leases[0]"
    assert missing["question"] == "月租金多少？"
    assert decision["missing_is_exact"] is True


def test_not_in_force(relief: Relief, profile: Write) -> None:
    decision = decided(relief, profile(TOWN + STATE), "town/rent", "--as-of", "2030-01-31")
    assert decision["outcome"] == "not_in_force"
    assert filled(decision) == set()
    assert decision["in_force"] == {"from": "2030-02-01", "to": None}
    assert [decision[name] for name in ("criteria", "referrals", "missing", "check_by_hand")] == [[], [], [], []]


@pytest.mark.parametrize(
    ("programme", "expected"),
    [
        ("town/grant", {"ceiling": "30000.00"}),
        ("town/fee", {"rate": "0.5", "payable": "500.51"}),
        ("town/deferral", {"amount": "1001.01", "until": "2030-08-31"}),
        ("town/service", {}),
    ],
)
def test_kinds_of_benefit(relief: Relief, profile: Write, programme: str, expected: dict[str, str]) -> None:
    decision = decided(relief, profile(TOWN + STATE), programme)
    assert decision["outcome"] == "eligible"
    assert filled(decision) == set(expected)
    assert {name: decision[name] for name in expected} == expected
    assert decision["subject"] == "applicant"


def test_an_open_rate(relief: Relief, profile: Write, tmp_path: Path) -> None:
    """20 % to 30 % of 1,001.01 yuan are taken off for the full plan; for any other plan it is 20 %."""
    rules = more_rules(tmp_path)
    path = profile(TOWN.replace("leases:", ""))
    more = ("--rules", rules, "--programme", "town/discount", "--format", "json")
    decision = relief("check", path, *more).json["decisions"][0]
    assert decision["outcome"] == "referred"
    assert filled(decision) == {"rate_range", "payable_range"}
    assert decision["rate_range"] == ["0.2", "0.3"]
    assert decision["payable_range"] == ["700.71", "800.81"]
    assert "比例 20%—30%，应付 700.71 元至 800.81 元" in decision["explanation"]["headline"]
    path.write_text(path.read_text(encoding="utf-8").replace("plan: full", "plan: basic"), encoding="utf-8")
    decision = relief("check", path, *more).json["decisions"][0]
    assert decision["outcome"] == "eligible"
    assert filled(decision) == {"rate", "payable"}
    assert (decision["rate"], decision["payable"]) == ("0.2", "800.81")


@pytest.mark.parametrize(("programme", "left"), [("town/fee", {"rate"}), ("town/deferral", {"until"})])
def test_a_figure_that_is_only_shown_is_no_condition(
    relief: Relief, profile: Write, programme: str, left: set[str]
) -> None:
    """What remains to be paid and the amount deferred need the fee; the rate and the day do not."""
    decision = decided(relief, profile(TOWN.replace(", fee: 1001.01", "") + STATE), programme)
    assert decision["outcome"] == "eligible"
    assert filled(decision) == left
    assert decision["missing"] == []


def test_the_total_adds_entitlements_only(relief: Relief, profile: Write) -> None:
    ran = relief("check", profile(TOWN + STATE * 2), "--rules", TOWN_RULES, "--format", "json")
    assert ran.json["total"] == "4000.04"
    nothing = relief("check", profile(TOWN + STATE.replace("state", "private")), "--rules", TOWN_RULES, "--format=json")
    assert nothing.json["total"] == "0.00"


def test_amounts_are_text_with_two_decimals(relief: Relief, profile: Write) -> None:
    ran = relief("check", profile(TOWN + STATE * 2), "--rules", TOWN_RULES, "--format", "json")
    assert isinstance(ran.json["total"], str)
    for decision in ran.json["decisions"]:
        for name in MONEY:
            value = decision[name]
            for amount in value if isinstance(value, list) else [value]:
                assert amount is None or (isinstance(amount, str) and amount[-3] == "."), (name, amount)


def test_reasons_carry_values_limits_margins_places_and_clauses(relief: Relief, profile: Write) -> None:
    path = profile((TOWN + STATE).replace("employees: 30", "employees: 105").replace("revenue: 500", "revenue: 2000"))
    decision = decided(relief, path, "town/rent")
    small = next(c for c in decision["explanation"]["criteria"] if c["id"] == "small")
    employees = small["reason"]["parts"][1]["parts"][0]
    assert employees == {
        "status": "unmet",
        "text": "2029年末从业人员：105 人，属中型（100 人以上），须少于 100 人",
        "fact": "applicant.employees",
        "value": "105 人",
        "needed": "须少于 100 人",
        "margin": "多 5 人",
        "place": f"{path}:3:52",
        "citations": ["某统字〔2029〕9号 表1"],
        "join": None,
        "parts": [],
    }
    changes = next(c for c in decision["criteria"] if c["id"] == "small")["changes"]
    assert [change["fact"] for change in changes] == ["applicant.employees", "applicant.revenue"]
    assert changes[0]["text"] == "2029年末从业人员须少于 100 人，现 105 人，多 5 人"


def test_the_calculation_has_sources(relief: Relief, profile: Write) -> None:
    path = profile(TOWN + STATE)
    lines = decided(relief, path, "town/rent")["explanation"]["calculation"]
    assert [line["name"] for line in lines] == ["days", "months", "rent", "amount"]
    rent = lines[2]
    assert (rent["written"], rent["low"], rent["high"]) == ("1,000.01 元/月 × 2 个月", "2000.02", "2000.02")
    assert [(f["name"], f["place"]) for f in rent["factors"]] == [("lease.monthly_rent", f"{path}:6:74")]
    assert lines[3]["factors"][0]["citations"] == ["某政发〔2030〕1号 二"]


def test_data_are_kept_but_do_nothing_in_a_terminal(relief: Relief, profile: Write) -> None:
    path = profile("as_of: 2022-06-01\napplicant: {}\nleases: []\n")
    odd = path.rename(path.with_name("a\u202eb.yaml"))
    ran = relief("check", odd, "--format", "json")
    assert ran.json["profile"]["source"] == str(odd)
    assert "\u202e" not in ran.out


def test_standard_output_is_one_document() -> None:
    done = process("check", RESTAURANT, "--format", "json", environment={"LC_ALL": "C"})
    assert done.returncode == 0
    assert json.loads(done.stdout.decode("utf-8"))["total"] == "180000.00"
