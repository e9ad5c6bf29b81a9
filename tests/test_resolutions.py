"""People's answers to referrals: what they come to, and that they change nothing that the rules decide."""

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relief_engine import Decision, Engine, Outcome, Report
from relief_engine.decision import State
from relief_engine.explanation import html, markdown, terminal
from relief_engine.explanation.records import report_record
from relief_engine.explanation.sheet import sheet
from relief_engine.profile.resolutions import referral_ids
from relief_engine.testing.strategies import profiles
from relief_engine.text import Language
from tests.books import shipped_book

RENT = "beijing-tongzhou/rent-reduction-2022"
FEE_RATE = "beijing-tongzhou/guarantee-fee-rate-2022"
DAY = dt.date(2022, 8, 1)
MIDDLE = dt.date(2022, 7, 15)
APPLICANT = {"kind": "individual_business", "industry": "6210", "registered_in_beijing": True}
LEASE = {
    "owner_kind": "district_state_owned_enterprise",
    "owner_is_listed_company": False,
    "tenancy": "direct",
    "premises_district": "通州区",
    "start": "2022-01-01",
    "end": "2023-06-30",
    "monthly_rent": 8000,
    "has_rent_free_period": True,
}
YES = {
    "programme": RENT, "subject": "leases[0]", "referral": "rent-free-period", "granted": True, "on": "2022-07-03",
    "by": "减免专班",
}  # fmt: skip
LISTED = {**YES, "referral": "listed-owner"}


@cache
def engine() -> Engine:
    return Engine(shipped_book())


def decided(*answers: Mapping[str, Any], applicant: Any = APPLICANT, **lease: Any) -> Decision:
    return report(*answers, applicant=applicant, **lease).decisions[0]


def report(*answers: Mapping[str, Any], applicant: Any = APPLICANT, **lease: Any) -> Report:
    mapping = {"applicant": applicant, "leases": [{**LEASE, **lease}], "resolutions": list(answers)}
    return engine().decide(mapping, as_of=DAY, programmes=[RENT])


def came_to(decision: Decision) -> tuple[str, Decimal | None]:
    assert decision.resolution is not None
    return decision.resolution.state.value, decision.resolution.amount


def why(decision: Decision) -> str:
    assert decision.resolution is not None
    return " / ".join(reason.en for reason in decision.resolution.reasons)


# --- what answers come to ---------------------------------------------------------------------------------------------


def test_without_an_answer_there_is_none() -> None:
    assert decided().outcome is Outcome.REFERRED
    assert decided().resolution is None
    assert report().total_by_people == Decimal("0.00")


def test_granted_gives_the_rules_figure() -> None:
    found = report(YES)
    decision = found.decisions[0]
    assert decision.outcome is Outcome.REFERRED
    assert decision.amount is None
    assert came_to(decision) == ("granted", Decimal("48000.00"))
    assert why(decision) == ""
    assert (found.total, found.total_by_people) == (Decimal("0.00"), Decimal("48000.00"))


def test_a_lower_amount_counts_and_is_said() -> None:
    decision = decided({**YES, "amount": "30000.55"})
    assert came_to(decision) == ("granted", Decimal("30000.55"))
    assert "30,000.55 yuan are less than what the rules come to, 48,000.00 yuan" in why(decision)


def test_a_higher_amount_is_not_applied() -> None:
    decision = decided({**YES, "amount": "48000.01"})
    assert came_to(decision) == ("not_applied", None)
    assert "above the most that the rules allow, 48,000.00 yuan" in why(decision)
    assert came_to(decided({**YES, "amount": 48000})) == ("granted", Decimal("48000.00"))


def test_refused() -> None:
    found = report({**YES, "granted": False})
    assert came_to(found.decisions[0]) == ("refused", None)
    assert found.decisions[0].outcome is Outcome.REFERRED
    assert found.total_by_people == Decimal("0.00")


def test_an_answer_after_the_day_does_not_count() -> None:
    assert came_to(decided({**YES, "on": "2022-08-01"}))[0] == "granted"
    decision = decided({**YES, "on": "2022-08-02"})
    assert came_to(decision) == ("not_applied", None)
    assert "does not count on that day yet" in why(decision)


def test_every_referral_that_holds_wants_an_answer() -> None:
    lease = {"owner_is_listed_company": True}
    decision = decided(YES, **lease)
    assert came_to(decision) == ("partly", None)
    assert why(decision) == "still left to people: The owner is a listed company"
    assert decision.resolution is not None
    assert [one.id for one in decision.resolution.open] == ["listed-owner"]
    assert came_to(decided(YES, LISTED, **lease)) == ("granted", Decimal("48000.00"))
    assert came_to(decided(YES, {**LISTED, "granted": False}, **lease)) == ("refused", None)
    assert came_to(decided({**LISTED, "granted": False}, **lease)) == ("refused", None)


def test_a_referral_that_may_hold_keeps_it_open() -> None:
    """Unknown is never false: nobody who answered about the rent-free period knew of a listed owner."""
    lease = {"owner_is_listed_company": None}
    decision = decided(YES, **lease)
    assert decision.outcome is Outcome.REFERRED
    assert came_to(decision) == ("partly", None)
    assert "not known whether this is also a case of: The owner is a listed company" in why(decision)
    assert came_to(decided(YES, LISTED, **lease))[0] == "granted"
    # A refusal of what may not hold refuses nothing.
    assert came_to(decided(YES, {**LISTED, "granted": False}, **lease))[0] == "partly"


def test_different_amounts_are_nobodys_guess() -> None:
    lease = {"owner_is_listed_company": True}
    decision = decided({**YES, "amount": 100}, {**LISTED, "amount": 200}, **lease)
    assert came_to(decision) == ("not_applied", None)
    assert "different amounts: 100.00 yuan, 200.00 yuan" in why(decision)
    assert came_to(decided({**YES, "amount": 100}, LISTED, **lease)) == ("granted", Decimal("100.00"))
    assert came_to(decided({**YES, "amount": 100}, {**LISTED, "amount": 100}, **lease))[0] == "granted"


@pytest.mark.parametrize(
    ("lease", "outcome"),
    [
        ({"has_rent_free_period": False}, Outcome.ELIGIBLE),
        ({"owner_kind": "private"}, Outcome.INELIGIBLE),
        ({"has_rent_free_period": None}, Outcome.UNDETERMINED),
    ],
)
def test_what_the_rules_decide_stands(lease: dict[str, Any], outcome: Outcome) -> None:
    found = report(YES, **lease)
    decision = found.decisions[0]
    assert decision.outcome is outcome
    assert came_to(decision) == ("not_applied", None)
    assert outcome.label.en in why(decision)
    assert found.total_by_people == Decimal("0.00")
    assert found.total == report(**lease).total


def test_a_referral_that_does_not_hold() -> None:
    decision = decided(LISTED)
    assert came_to(decision) == ("not_applied", None)
    assert why(decision) == "this is no such case: The owner is a listed company"
    both = decided(YES, LISTED)
    assert came_to(both)[0] == "granted"
    assert both.resolution is not None
    assert [answer.reason is None for answer in both.resolution.answers] == [True, False]


def test_no_figure_no_grant() -> None:
    decision = decided(YES, monthly_rent=None)
    assert came_to(decision) == ("not_applied", None)
    assert "depends on: Monthly rent" in why(decision)
    assert came_to(decided({**YES, "amount": 100}, monthly_rent=None)) == ("not_applied", None)


STEPS = {"monthly_rent": None, "rent_steps": [
    {"from": "2022-01-01", "monthly_rent": 6000}, {"from": "2022-07-01", "monthly_rent": 8000},
]}  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "state"), [(None, "not_applied"), (48000, "granted"), (30000, "granted"), (48001, "not_applied")]
)
def test_a_range_wants_an_amount(amount: int | None, state: str) -> None:
    changes = {**YES, "referral": "rent-changes-in-2022", "amount": amount}
    decision = decided(changes, has_rent_free_period=False, **STEPS)
    assert decision.amount_range == (Decimal("36000.00"), Decimal("48000.00"))
    assert came_to(decision) == (state, None if state == "not_applied" else Decimal(amount or 0))


# --- ways that stand in for one another ------------------------------------------------------------------------------

#: Firm of a trade without a size standard that is an outlet of a chain: two ways around its size.
CHAIN = {"kind": "enterprise", "industry": "8391", "registered_in_beijing": True, "chain_kind": "catering",
         "in_small_micro_directory": False, "employees": 30, "revenue": 300, "assets": 100}  # fmt: skip
NO_STANDARD, OUTLET = {**YES, "referral": "industry-without-standard"}, {**YES, "referral": "chain-outlet"}


@pytest.mark.parametrize(
    ("no_standard", "outlet", "state"),
    [(True, True, "granted"), (False, False, "refused"), (False, None, "partly"), (True, None, "partly"),
     (True, False, "not_applied"), (None, False, "partly")],
)  # fmt: skip
def test_one_way_refused_is_not_all_refused(no_standard: bool | None, outlet: bool | None, state: str) -> None:
    answers = [{**a, "granted": g} for a, g in ((NO_STANDARD, no_standard), (OUTLET, outlet)) if g is not None]
    decision = decided(*answers, applicant=CHAIN, has_rent_free_period=False)
    assert {found.id for found in decision.referrals} == {"industry-without-standard", "chain-outlet"}
    assert came_to(decision)[0] == state


def test_a_figure_that_does_not_exist_is_answered_as_such() -> None:
    young = {**CHAIN, "industry": "6210", "chain_kind": "none", "employees": "无", "revenue": "无"}
    decision = decided({**YES, "referral": "figures-not-available"}, applicant=young, has_rent_free_period=False)
    assert [found.id for found in decision.referrals] == ["figures-not-available"]
    assert came_to(decision) == ("granted", Decimal("48000.00"))


def test_what_gives_no_amount_takes_none() -> None:
    applicant = {**APPLICANT, "runs_market": False}
    programme = "beijing-tongzhou/free-testing-2022"
    assert engine().rulebook.programmes[programme].benefit.kind == "in_kind"
    asked = engine().decide({"applicant": applicant}, as_of=dt.date(2022, 7, 1), programmes=[programme]).decisions[0]
    assert asked.outcome is Outcome.REFERRED
    answers = [
        {"programme": programme, "referral": found.id, "granted": True, "on": "2022-06-30", "by": "x"}
        for found in asked.referrals
    ]
    for amount, state in ((None, "granted"), (100, "not_applied")):
        mapping = {"applicant": applicant, "resolutions": [{**a, "amount": amount} for a in answers]}
        found = engine().decide(mapping, as_of=dt.date(2022, 7, 1), programmes=[programme])
        assert came_to(found.decisions[0]) == (state, None)
        assert found.total_by_people == Decimal("0.00")


# --- where they are shown ---------------------------------------------------------------------------------------------


def test_json_keeps_them_apart() -> None:
    found = report({**YES, "amount": 30000, "note": "双方已协商"}, LISTED)
    record = json.loads(json.dumps(report_record(found, engine(), "zh", "0")))
    assert (record["total"], record["total_by_people"]) == ("0.00", "30000.00")
    (decision,) = record["decisions"]
    assert (decision["outcome"], decision["amount"], decision["amount_if_granted"]) == ("referred", None, "48000.00")
    resolution = decision["resolution"]
    assert (resolution["state"], resolution["amount"], resolution["open"]) == ("granted", "30000.00", [])
    first, second = resolution["items"]
    assert first == {
        "referral": "rent-free-period", "title": "合同已有免租期", "granted": True, "amount": "30000.00",
        "on": "2022-07-03", "by": "减免专班", "note": "双方已协商", "applied": True, "reason": None,
    }  # fmt: skip
    assert second["applied"] is False
    assert "产权单位是上市公司" in second["reason"]
    without = json.loads(json.dumps(report_record(report(), engine(), "zh", "0")))
    assert without["decisions"][0]["resolution"] is None
    assert without["total_by_people"] == "0.00"


def forms(found: Report, language: Language) -> list[str]:
    laid_out = sheet(found, engine(), language, "0")
    return [terminal.render(laid_out, width=200), markdown.render(laid_out), html.render(laid_out)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_form_says_rule_and_answer(language: Language) -> None:
    answers = [{**YES, "amount": 30000, "note": "商定"}, {**YES, "subject": "leases[1]", "granted": False}]
    mapping = {"applicant": APPLICANT, "leases": [LEASE, LEASE, LEASE], "resolutions": answers}
    found = engine().decide(mapping, as_of=DAY, programmes=[RENT])
    titles = {
        "zh": ("经人工认定同意（1 项）", "需人工认定（1 项）", "经人工认定不同意（1 项）", "合同已有免租期",
               "不在规则判定的合计内"),
        "en": ("Granted by people (1)", "Referred to a person (1)", "Refused by people (1)",
               "The lease already has a rent-free period", "not in the rules' total"),
    }  # fmt: skip
    for text in forms(found, language):
        # Markdown escapes some of the marks.
        plain = unescape(text.replace("\\", ""))
        for words in (*titles[language], "30,000.00", "减免专班", "2022-07-03", "商定"):
            assert words in plain


def test_a_note_can_do_no_harm() -> None:
    note = "<script>alert(1)</script>\u202e|**x**"
    text, marked, page = forms(report({**YES, "by": "<b>处</b>", "note": note}), "zh")
    assert "<script>" not in page
    assert "<b>处" not in page
    assert "\u202e" not in text + marked + page
    assert "**x**" not in marked


# --- what holds of any answer ----------------------------------------------------------------------------------------


@st.composite
def answered(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """A profile, answers for a programme most of which fit it, and the programme."""
    programme = draw(st.sampled_from([RENT, RENT, FEE_RATE]))
    mapping = dict(draw(profiles(engine().rulebook, programme=programme)))
    if draw(st.integers(0, 2)):
        # What refers most profiles that would be granted something.
        found: Any = mapping.get("leases") or ()
        mapping["leases"] = [{**lease, "has_rent_free_period": True} for lease in found]
    ids = referral_ids(engine().rulebook.programmes[programme])
    answers = []
    for decision in engine().decide(mapping, as_of=MIDDLE, programmes=[programme]).decisions:
        if decision.index is None or draw(st.integers(0, 4)) == 0:
            continue
        held = [referral.id for referral in decision.referrals][: draw(st.sampled_from([9, 9, 1]))]
        for referral in dict.fromkeys([*held, *draw(st.lists(st.sampled_from(ids), max_size=2))]):
            yes = draw(st.sampled_from([True, True, False]))
            amount = draw(st.sampled_from([None, None, None, 1, 5000, 10**7])) if yes else None
            day = draw(st.sampled_from([MIDDLE, MIDDLE, MIDDLE, dt.date(2022, 7, 16)]))
            answers.append(
                {"programme": programme, "subject": decision.subject, "referral": referral,
                 "granted": yes, "amount": amount, "on": day.isoformat(), "by": "x"}
            )  # fmt: skip
    return mapping, answers, programme


def what_the_rules_say(found: Report) -> list[tuple[object, ...]]:
    return [
        (d.programme.id, d.subject, d.outcome, d.values, d.amount, d.amount_if_granted, d.amount_range, d.ceiling,
         d.payable, d.rate, d.until, tuple(r.id for r in d.referrals), d.missing)
        for d in found.decisions
    ]  # fmt: skip


def test_an_answer_changes_nothing_that_the_rules_say() -> None:
    seen: set[State] = set()

    @settings(max_examples=50)
    @given(answered())
    def search(case: tuple[dict[str, Any], list[dict[str, Any]], str]) -> None:
        seen.update(states(*case))

    search()
    assert seen == set(State)


def states(mapping: dict[str, Any], answers: list[dict[str, Any]], programme: str) -> set[State]:
    """What the answers come to, held against what the same profile gets without them."""
    plain = engine().decide(mapping, as_of=MIDDLE, programmes=[programme])
    found = engine().decide({**mapping, "resolutions": answers}, as_of=MIDDLE, programmes=[programme])
    assert what_the_rules_say(found) == what_the_rules_say(plain)
    assert found.total == plain.total
    highest = Decimal(0)
    named = {answer["subject"] for answer in answers}
    for decision in found.decisions:
        resolution = decision.resolution
        assert (resolution is None) == (decision.subject not in named)
        if resolution is None:
            continue
        bound = decision.amount_if_granted or (decision.amount_range or (None, None))[1]
        most = bound if bound is not None else decision.ceiling
        highest += bound if bound is not None and decision.adds_up else 0
        if resolution.state is not State.GRANTED:
            assert resolution.amount is None
        else:
            assert decision.outcome is Outcome.REFERRED
            held = {one.id for one in decision.referrals}
            said = {a["referral"]: a["granted"] for a in answers if a["subject"] == decision.subject
                    and a["on"] <= MIDDLE.isoformat()}  # fmt: skip
            assert all(said.get(name) is True for name in held)
            if resolution.amount is not None:
                assert most is not None
                assert 0 <= resolution.amount <= most
            elif decision.adds_up:
                raise AssertionError("an entitlement was granted without an amount")
    assert found.total_by_people <= highest
    return {decision.resolution.state for decision in found.decisions if decision.resolution is not None}
