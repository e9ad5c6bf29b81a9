"""Unknown facts: what may be decided without them, and which are listed as missing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from relief_engine.decision import Outcome
from relief_engine.engine.missing import Search
from relief_engine.testing.borders import Answer
from tests.properties.brute import Brute, grid, possible
from tests.properties.brute import shown as shown_as
from tests.properties.strategies import (
    ENGINE,
    RENT,
    WORLD,
    Case,
    Chooser,
    Pair,
    by_chance,
    by_hypothesis,
    case,
    one_in,
    pair,
)
from tests.properties.test_decisions import bounds, shown

DECIDED = (Outcome.ELIGIBLE, Outcome.INELIGIBLE, Outcome.REFERRED)


# --- decisions last ---------------------------------------------------------------------------------------------------


def knowing_more_changes_no_decision(drawn: Pair) -> None:
    """Only an undetermined decision may still become another; a referred one may gain its figure."""
    less, more = drawn.less.decision, drawn.more.decision
    if less.outcome in DECIDED:
        assert more.outcome is less.outcome
        if bounds(less) is not None:
            assert bounds(more) == bounds(less)
    if not less.missing.facts:
        assert shown(more) == shown(less)


def test_knowing_more_changes_no_decision() -> None:
    by_hypothesis(knowing_more_changes_no_decision, pair, examples=40)
    by_chance(knowing_more_changes_no_decision, pair, examples=400)


@pytest.mark.soak
def test_knowing_more_changes_no_decision_at_length() -> None:
    by_chance(knowing_more_changes_no_decision, pair, examples=100_000)


@dataclass(frozen=True)
class Completed:
    """A case, and some completions of what is unknown in it."""

    case: Case
    others: tuple[Case, ...]


def completed(chooser: Chooser) -> Completed:
    """A case that is likely to be granted, with a few facts hidden, and four ways to fill them in."""
    full = case(chooser, unknown=0, favoured=True)
    known = [name for name, value in full.answers.items() if not isinstance(value, str)]
    hidden = {chooser.of(known) for _ in range(chooser.between(1, 6))}
    answers = {name: value for name, value in full.answers.items() if name not in hidden}
    others = []
    for _ in range(4):
        filled = dict(answers)
        for fact in WORLD.read_by(RENT):
            if fact.id in hidden:
                filled[fact.id] = WORLD.drawn(fact, filled, full.as_of, chooser)
        others.append(full.but(filled))
    return Completed(full.but(answers), tuple(others))


def nothing_is_granted_on_an_unknown_fact(drawn: Completed) -> None:
    """A grant is the same grant under every completion, and no completion would have been refused."""
    if drawn.case.decision.outcome is Outcome.ELIGIBLE:
        for other in drawn.others:
            assert shown(other.decision) == shown(drawn.case.decision)


def test_nothing_is_granted_on_an_unknown_fact() -> None:
    by_hypothesis(nothing_is_granted_on_an_unknown_fact, completed, examples=30)
    by_chance(nothing_is_granted_on_an_unknown_fact, completed, examples=500)


@pytest.mark.soak
def test_nothing_is_granted_on_an_unknown_fact_at_length() -> None:
    by_chance(nothing_is_granted_on_an_unknown_fact, completed, examples=100_000)


# --- what is missing, exactly -----------------------------------------------------------------------------------------

#: So many completions are gone through at most.
MOST = 6_000
#: Forms of the rent that a profile may give instead of the monthly one: while none is given, the monthly one is asked.
FORMS = ("lease.rent_steps", "lease.annual_rent", "lease.daily_rent_per_m2")


def few_hidden(chooser: Chooser) -> Brute:
    """A case with one to four unknown facts, one of which may be an industry that is known too coarsely."""
    return brute_of(case(chooser, unknown=0, favoured=not one_in(chooser, 3)), chooser, MOST)


def brute_of(full: Case, chooser: Chooser, most: int) -> Brute:
    """A case with one to four of its facts hidden, as many as leave no more than so many completions."""
    known = [name for name, value in full.answers.items() if not isinstance(value, str) and name not in FORMS]
    names = list(dict.fromkeys(chooser.of(known) for _ in range(chooser.between(1, 4))))
    while True:
        answers = {name: value for name, value in full.answers.items() if name not in names}
        asked = [*names, "applicant.industry"] if is_coarse(answers.get("applicant.industry")) else names
        brute = Brute(full.world, full.programme, answers, full.as_of, asked)
        if brute.size <= most:
            return brute
        names = names[1:]


def is_coarse(code: Answer | None) -> bool:
    """Whether a known industry code leaves a class open."""
    leaves = WORLD.leaves(code) if isinstance(code, int) else []
    return sum(any(leaf in kind for leaf in leaves) for kind in WORLD.kinds_of_code) > 1


def the_list_is_exact(brute: Brute) -> None:
    """A fact is listed if and only if two completions that differ in it alone are decided otherwise."""
    drawn = Case(brute.as_of, brute.answers, brute.programme, brute.world)
    wanted, answers = brute.missing()
    decision = drawn.decision
    found = {missing.fact.id for missing in decision.missing.facts}
    if decision.missing.exact:
        assert found == wanted, (found, wanted)
    else:
        assert found >= wanted, (found, wanted)
    if decision.outcome is Outcome.UNDETERMINED:
        assert found
        assert len(answers) > 1 or not decision.missing.exact
    else:
        assert {answer[0] for answer in answers} == {decision.outcome}, answers


@pytest.mark.engines
def test_missing_facts_are_exact() -> None:
    by_chance(the_list_is_exact, few_hidden, examples=150)


@pytest.mark.soak
def test_missing_facts_are_exact_at_length() -> None:
    by_chance(the_list_is_exact, few_hidden, examples=20_000)


@dataclass(frozen=True)
class Varied:
    """A case of which much is unknown, completions of it, and for each fact alone another value."""

    case: Case
    completions: tuple[tuple[Case, dict[str, Case]], ...]


def varied(chooser: Chooser) -> Varied:
    """A case of which half of the facts or more are unknown."""
    drawn = case(chooser, unknown=chooser.of((50, 70, 90, 100)))
    rest = [f for f in WORLD.read_by(RENT) if f.id not in drawn.answers and f.id not in FORMS]
    if any(form in drawn.answers for form in FORMS):
        rest = [fact for fact in rest if fact.id != "lease.monthly_rent"]
    completions = []
    for _ in range(5):
        filled = dict(drawn.answers)
        for fact in rest:
            filled[fact.id] = WORLD.drawn(fact, filled, drawn.as_of, chooser)
        others = {}
        for fact in rest:
            without = {name: value for name, value in filled.items() if name != fact.id}
            other = {**filled, fact.id: chooser.of(grid(WORLD, fact, without, ()))}
            if possible(WORLD, other):
                others[fact.id] = drawn.but(other)
        completions.append((drawn.but(filled), others))
    return Varied(drawn, tuple(completions))


def no_fact_is_left_out(drawn: Varied) -> None:
    """A fact that is not listed makes no difference alone; undetermined asks for something."""
    decision = drawn.case.decision
    listed = {missing.fact.id for missing in decision.missing.facts}
    assert listed or decision.outcome is not Outcome.UNDETERMINED
    for missing in decision.missing.facts:
        assert missing.fact.id not in drawn.case.answers or missing.too_coarse
    for one, others in drawn.completions:
        for name, other in others.items():
            if name not in listed:
                assert shown_by(one) == shown_by(other), name


def shown_by(drawn: Case) -> object:
    """What would be decided, from the values of the nodes."""
    return shown_as(drawn.program, drawn.values, absent=bool(drawn.barred))


@pytest.mark.engines
def test_no_fact_is_left_out() -> None:
    by_chance(no_fact_is_left_out, varied, examples=40)


@pytest.mark.soak
def test_no_fact_is_left_out_at_length() -> None:
    by_chance(no_fact_is_left_out, varied, examples=5_000)


def accidents_apart(drawn: Case) -> None:
    """Undetermined with nothing exactly missing is left only to accidents that three-valued logic can't see."""
    if drawn.decision.outcome is not Outcome.UNDETERMINED:
        return
    search = Search(drawn.program, ENGINE.cells(drawn.program), ENGINE.evaluator(drawn.program), drawn.barred)
    search.run(drawn.vector)
    assert not search.agreed or is_accident(drawn)


def is_accident(drawn: Case) -> bool:
    """One day of the year whatever the other end; hardly any rent; a coarse code beside a chain's two sizes."""
    answers = drawn.answers
    rents = [value for name, value in answers.items() if "rent" in name and isinstance(value, int)]
    return (
        answers.get("lease.start") == dt.date(2022, 12, 31).toordinal()
        or answers.get("lease.end") == dt.date(2022, 1, 1).toordinal()
        or any(rent <= 200 for rent in rents)
        or answers.get("lease.area") == 0
        or is_coarse(answers.get("applicant.industry"))
    )


@pytest.mark.soak
def test_no_condition_is_said_twice() -> None:
    by_chance(accidents_apart, case, examples=300_000)
