"""Every shipped programme: both routes agree at every node, and no fact is missing that can't matter, or left out."""

import datetime as dt
from collections import Counter

import pytest

from relief_engine.decision import Outcome
from relief_engine.routes.chaining import ChainingRoute
from relief_engine.rulebook.programme import Programme
from tests.properties.strategies import DAYS, WORLD, ByChance, Case, case
from tests.properties.test_knowledge import brute_of, the_list_is_exact
from tests.test_chaining import difference, needs_engine

each_programme = pytest.mark.parametrize(
    "programme", WORLD.rulebook.programmes.values(), ids=lambda programme: programme.id
)


def days_of(programme: Programme) -> list[dt.date]:
    """The days of the three notices on which the programme is in force, and the year's end and beginning."""
    days = (*DAYS, dt.date(2023, 1, 1))
    return [day for day in days if programme.period.holds(day)]


@needs_engine
@each_programme
def test_both_routes_agree_at_every_node(programme: Programme) -> None:
    chooser, route = ByChance(programme.id), ChainingRoute()
    outcomes: Counter[Outcome] = Counter()
    for _ in range(120):
        drawn = case(chooser, programme=programme, days=days_of(programme))
        assert not difference(drawn.program, drawn.values, route.run(drawn.program, drawn.vector)), drawn
        outcomes[drawn.decision.outcome] += 1
    assert len(outcomes) > 1


@each_programme
def test_missing_facts_are_exact(programme: Programme) -> None:
    chooser = ByChance(programme.id)
    for _ in range(60):
        drawn = case(chooser, programme=programme, days=days_of(programme), unknown=0, favoured=True)
        brute = brute_of(drawn, chooser, 3000)
        decision = Case(brute.as_of, brute.answers, programme).decision
        known_without = decision.rate is not None and decision.payable is None
        known_without |= decision.until is not None and decision.amount is None
        if decision.outcome is Outcome.ELIGIBLE and known_without:
            # A rate or a later day is granted without knowing what it comes to, and then nothing is asked.
            assert not decision.missing.facts
        else:
            the_list_is_exact(brute)
