"""Two rulebooks and many drawn decisions with their explanations, made once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from relief_engine.decision import Decision
from relief_engine.engine import Engine
from relief_engine.explanation.build import Explanation, explain
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.programme import Programme
from tests.properties.drawing import Answers, ByChance, World

HERE = Path(__file__).parent
#: An invented rulebook with every kind of benefit: it changes only together with these tests.
TOWN_RULES = HERE / "rules"
MIDDLE = dt.date(2030, 6, 1)
#: How many profiles are drawn for each programme.
SHIPPED, TOWN = 200, 60


@dataclass(frozen=True)
class Drawn:
    """One drawn decision with what it was made from."""

    world: World
    programme: Programme
    day: dt.date
    answers: Answers
    decision: Decision
    explanation: Explanation

    def decided_again(self, **changed: int) -> Decision:
        """The decision for the same profile with some facts changed, given as ``applicant__employees=3``."""
        answers = {**self.answers, **{name.replace("__", "."): value for name, value in changed.items()}}
        return decided(self.world, self.programme, self.day, answers)


def decided(world: World, programme: Programme, day: dt.date, answers: Answers) -> Decision:
    report = world.engine.decide(world.mapping(day, answers), programmes=[programme.id])
    return report.decisions[0]


def draw(engine: Engine, number: int) -> Iterator[Drawn]:
    world = World(engine)
    for programme in engine.rulebook.programmes.values():
        days = [day for day in programme.change_days() if day.year >= 1900] or [MIDDLE]
        for seed in range(number):
            chooser = ByChance(f"{programme.id} {seed}")
            day = chooser.of([*days, days[-1] + dt.timedelta(days=40)])
            answers = world.draw(programme, day, chooser)
            decision = decided(world, programme, day, answers)
            yield Drawn(world, programme, day, answers, decision, explain(decision, engine))


@pytest.fixture(scope="session")
def town() -> Engine:
    return Engine(load_rulebook(TOWN_RULES))


@pytest.fixture(scope="session")
def shipped() -> Engine:
    return Engine(load_rulebook())


@pytest.fixture(scope="session")
def drawn(town: Engine, shipped: Engine) -> list[Drawn]:
    """Decisions of every outcome, of both rulebooks."""
    return [*draw(shipped, SHIPPED), *draw(town, TOWN)]
