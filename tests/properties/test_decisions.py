"""What holds of every single decision of the shipped rulebook, whatever the profile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction

import pytest

from relief_engine.compiled import ir
from relief_engine.decision import Decision, Outcome, Status
from relief_engine.engine.sizing import classify
from relief_engine.testing.borders import Answer
from tests.properties import formula, oracle
from tests.properties.strategies import (
    ENGINE,
    RENT,
    WORLD,
    Case,
    Chooser,
    by_chance,
    by_hypothesis,
    case,
    complete,
    one_in,
)

HALF_A_CENT = Fraction(1, 200)


def shown(decision: Decision) -> tuple[object, ...]:
    """The outcome and every amount of a decision."""
    return decision.outcome, decision.amount, decision.amount_if_granted, decision.amount_range


def bounds(decision: Decision) -> tuple[Fraction, Fraction] | None:
    """The lowest and highest figure that a decision shows."""
    if decision.amount_range is not None:
        return Fraction(decision.amount_range[0]), Fraction(decision.amount_range[1])
    single = decision.amount if decision.amount is not None else decision.amount_if_granted
    return None if single is None else (Fraction(single), Fraction(single))


def verdict_bounds(verdict: oracle.Verdict) -> tuple[Fraction, Fraction] | None:
    """The same of the oracle's verdict."""
    return None if verdict.low is None or verdict.high is None else (Fraction(verdict.low), Fraction(verdict.high))


# --- the checks, each of one case -----------------------------------------------------------------------------------


def relief_stays_within_six_months(drawn: Case) -> None:
    found = bounds(drawn.decision)
    if found is not None:
        assert 0 <= found[0] <= found[1] <= six_months(drawn) + HALF_A_CENT


def six_months(drawn: Case) -> Fraction:
    """Six months of the rent that the formula takes: the head lease's, or the tenant's own in whatever form."""

    def cents(name: str) -> int:
        value = drawn.answers[f"lease.{name}"]
        assert isinstance(value, int)
        return value

    steps = drawn.answers.get("lease.rent_steps")
    if WORLD.plain("lease.tenancy", drawn.answers["lease.tenancy"]) == "via_other":
        return Fraction(6 * cents("head_monthly_rent"), 100)
    if isinstance(steps, tuple):
        return Fraction(6 * max(rent for _, rent in steps), 100)
    if "lease.annual_rent" in drawn.answers:
        return Fraction(cents("annual_rent"), 2 * 100)
    if "lease.daily_rent_per_m2" in drawn.answers:
        return Fraction(184 * cents("daily_rent_per_m2") * cents("area"), 100 * 100)
    return Fraction(6 * cents("monthly_rent"), 100)


def the_outcome_follows_from_its_parts(drawn: Case) -> None:
    decision, values = drawn.decision, drawn.values
    criteria = decision.criteria
    stand_ins = [c.compiled.in_place is not None and values[c.compiled.in_place] == ir.MET for c in criteria]
    match decision.outcome:
        case Outcome.ELIGIBLE:
            assert all(criterion.status is Status.MET for criterion in criteria)
            assert not decision.referrals
            assert decision.amount is not None
            assert not decision.missing.facts
        case Outcome.INELIGIBLE:
            unmet = [c.compiled.in_place for c in criteria if c.status is Status.UNMET and not c.replaced]
            assert any(place is None or values[place] == ir.UNMET for place in unmet)
            assert bounds(decision) is None
            assert not decision.missing.facts
        case Outcome.REFERRED:
            assert decision.referrals
            if not decision.not_available:
                held = zip(criteria, stand_ins, strict=True)
                # One test of two joined ones may be met while each is unknown, so a criterion may be unknown here.
                assert all(criterion.status is not Status.UNMET or stand_in for criterion, stand_in in held)
        case _:
            assert decision.outcome is Outcome.UNDETERMINED
            assert decision.missing.facts
            assert bounds(decision) is None
    if decision.amount_range is not None:
        assert decision.outcome is Outcome.REFERRED
        assert decision.amount_range[0] < decision.amount_range[1]


def the_nodes_say_what_the_tree_says(drawn: Case) -> None:
    """Conditions and the amount, read a second time as they are written. Joined tests may know more, never other."""
    reading = formula.Reading(drawn.programme, drawn.world.rulebook.standards, drawn.answers, drawn.as_of)
    program, values = drawn.program, drawn.values
    conditions = [(c.wording, c.node) for c in program.criteria] + [(r.wording, r.node) for r in program.referrals]
    for wording, node in conditions:
        written = reading.holds(wording.condition)
        if written is not None:
            assert values[node] == (ir.MET if written else ir.UNMET), wording.where
    formula_, money = program.benefit.wording.amount, program.benefit.amount
    assert formula_ is not None
    assert money is not None
    span = reading.figure(formula_)
    if span is None:
        return
    for exact, node in zip(span, (money.figure.low, money.figure.high), strict=True):
        value = values[node]
        assert value is not None
        assert Fraction(value, money.figure.denominator) == exact
        shown_as = Fraction(ir.rounded(value, money.figure.denominator, money.step), 100)
        assert -HALF_A_CENT < exact - shown_as <= HALF_A_CENT or exact == shown_as - HALF_A_CENT


def the_oracle_agrees(drawn: Case) -> None:
    applicant, leases = drawn.mapping["applicant"], drawn.mapping["leases"]
    assert isinstance(applicant, dict)
    assert isinstance(leases, list)
    verdict = oracle.decide(drawn.as_of, applicant, leases[0])
    assert (drawn.decision.outcome.value, bounds(drawn.decision)) == (verdict.outcome, verdict_bounds(verdict))


def a_coarse_code_is_decided_as_its_leaves_are(drawn: Case) -> None:
    """What is decided on a code that may be too coarse is what the oracle says of every finer one."""
    code = drawn.answers["applicant.industry"]
    assert isinstance(code, int)
    leaves = set(WORLD.leaves(code))
    kinds = [[leaf for leaf in kind if leaf in leaves] for kind in WORLD.kinds_of_code]
    verdicts = set()
    for kind in kinds:
        if kind:
            profile = drawn.but({**drawn.answers, "applicant.industry": kind[0]}).mapping
            applicant, leases = profile["applicant"], profile["leases"]
            assert isinstance(applicant, dict)
            assert isinstance(leases, list)
            verdicts.add(oracle.decide(drawn.as_of, applicant, leases[0]))
    decision = drawn.decision
    assert (decision.outcome is Outcome.UNDETERMINED) == (len(verdicts) > 1) or not decision.missing.exact
    if decision.outcome is not Outcome.UNDETERMINED:
        assert {verdict.outcome for verdict in verdicts} == {decision.outcome.value}


def known_but_for_the_code(chooser: Chooser) -> Case:
    """A case of which everything is known, the industry as finely or coarsely as it comes."""
    return case(chooser, unknown=0, absent=False)


def another_day_of_the_stretch_changes_nothing(drawn: Case) -> None:
    period = drawn.program.period
    for day in (period.first, min(period.last, dt.date(2100, 12, 31))):
        (other,) = ENGINE.decide(drawn.mapping, as_of=day, programmes=[RENT.id]).decisions
        assert shown(other) == shown(drawn.decision)
        assert other.missing == drawn.decision.missing
        assert [referral.id for referral in other.referrals] == [r.id for r in drawn.decision.referrals]


def one_more_never_lowers_the_size(drawn: Case) -> None:
    """One person or one cent of ten thousand yuan more: neither the lowest nor the highest class possible goes down."""
    code = drawn.answers.get("applicant.industry")
    known = {name: value for name, value in drawn.answers.items() if isinstance(value, int)}
    for name in ("applicant.employees", "applicant.revenue", "applicant.assets"):
        if isinstance(code, int) and name in known:
            before = classify(WORLD.rulebook, code, known, drawn.as_of).possible
            after = classify(WORLD.rulebook, code, {**known, name: known[name] + 1}, drawn.as_of).possible
            assert bool(before) == bool(after)
            if before:
                assert min(before) <= min(after)
                assert max(before) <= max(after)


Check = tuple[Callable[[Case], None], Callable[[Chooser], Case]]
CHECKS: tuple[Check, ...] = (
    (relief_stays_within_six_months, case),
    (the_outcome_follows_from_its_parts, case),
    (the_nodes_say_what_the_tree_says, case),
    (the_oracle_agrees, complete),
    (a_coarse_code_is_decided_as_its_leaves_are, known_but_for_the_code),
    (another_day_of_the_stretch_changes_nothing, case),
    (one_more_never_lowers_the_size, case),
)
each_check = pytest.mark.parametrize(("check", "make"), CHECKS, ids=[check.__name__ for check, _ in CHECKS])


@each_check
def test_every_decision(check: Callable[[Case], None], make: Callable[[Chooser], Case]) -> None:
    by_hypothesis(check, make, examples=40)
    by_chance(check, make, examples=2500 if check is the_oracle_agrees else 400)


@pytest.mark.soak
@each_check
def test_very_many_decisions(check: Callable[[Case], None], make: Callable[[Chooser], Case]) -> None:
    by_chance(check, make, examples=150_000)


# --- several leases ---------------------------------------------------------------------------------------------------


def rent_roll(chooser: Chooser) -> list[Case]:
    """Two to four leases of one tenant, decided on one day."""
    first = case(chooser)
    roll = [first]
    for _ in range(chooser.between(1, 3)):
        tenant = {name: value for name, value in first.answers.items() if name.startswith("applicant.")}
        drawn = WORLD.draw(RENT, first.as_of, chooser, unknown=chooser.of((0, 0, 5)), favoured=False)
        lease: dict[str, Answer] = {n: v for n, v in drawn.items() if n.startswith("lease.")}
        if one_in(chooser, 2):
            lease = {**{n: v for n, v in first.answers.items() if n.startswith("lease.")}}
        roll.append(first.but({**tenant, **lease}))
    return roll


def order_does_not_matter(roll: list[Case]) -> None:
    """Neither the order of leases nor that of keys; the total is the sum of what is granted."""
    day = roll[0].as_of
    profile = WORLD.mapping(day, *(drawn.answers for drawn in roll))
    leases = profile["leases"]
    applicant = profile["applicant"]
    assert isinstance(leases, list)
    assert isinstance(applicant, dict)
    backwards = {
        "leases": [dict(reversed(lease.items())) for lease in reversed(leases)],
        "applicant": dict(reversed(applicant.items())),
        "as_of": day,
    }
    report, other = (ENGINE.decide(mapping, programmes=[RENT.id]) for mapping in (profile, backwards))
    assert [shown(d) for d in report.decisions] == [shown(d) for d in reversed(other.decisions)]
    assert [[m.fact for m in d.missing.facts] for d in report.decisions] == [
        [m.fact for m in d.missing.facts] for d in reversed(other.decisions)
    ]
    assert report.total == other.total == sum(d.amount for d in report.decisions if d.amount is not None)
    alone = [shown(drawn.decision) for drawn in roll]
    assert [shown(d) for d in report.decisions] == alone


def test_order_of_leases_and_keys() -> None:
    by_hypothesis(order_does_not_matter, rent_roll, examples=25)
    by_chance(order_does_not_matter, rent_roll, examples=200)


@pytest.mark.soak
def test_order_of_leases_and_keys_at_length() -> None:
    by_chance(order_does_not_matter, rent_roll, examples=100_000)
