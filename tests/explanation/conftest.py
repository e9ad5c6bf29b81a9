"""Two rulebooks and many drawn decisions with their explanations, made once."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from relief_engine.decision import Decision
from relief_engine.engine import Engine
from relief_engine.explanation.build import Explanation, explain
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.testing.borders import Answers
from tests.books import shipped_book
from tests.properties.strategies import ByChance, World

HERE = Path(__file__).parent
#: An invented rulebook with every kind of benefit: it changes only together with these tests.
TOWN_RULES = HERE / "rules"
MIDDLE = dt.date(2030, 6, 1)
#: More programmes over the same facts: months of windows, an open rate, rules that change.
MORE = HERE / "more"
#: How many profiles are drawn for each programme.
SHIPPED, TOWN = 300, 100


def more_rules(folder: Path) -> Path:
    """The invented rulebook with the further programmes in place of its own, in a folder."""
    rules = folder / "rules"
    shutil.copytree(TOWN_RULES, rules, ignore=shutil.ignore_patterns("town"))
    shutil.copytree(MORE, rules / "town")
    return rules


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
            # With half of the facts unknown the search for what is missing takes seconds, and little is explained.
            answers = world.draw(programme, day, chooser, unknown=chooser.of((0, 0, 4, 8, 20)))
            decision = decided(world, programme, day, answers)
            yield Drawn(world, programme, day, answers, decision, explain(decision, engine))


LEASE: Mapping[str, object] = {
    "owner": "state", "ward": "西街", "start": "2030-01-01", "end": "open", "monthly_rent": 1000, "rent_free": False,
}  # fmt: skip
FIRM: Mapping[str, object] = {"kind": "firm", "industry": "62", "employees": 30, "revenue": 500, "registered": True}


def case(
    town: Engine,
    programme: str,
    applicant: Mapping[str, object] | None = None,
    lease: Mapping[str, object] | None = None,
) -> Explanation:
    """The explanation of one programme of the invented rulebook for a small caterer, with some facts changed."""
    mapping = {"applicant": {**FIRM, **(applicant or {})}, "leases": [{**LEASE, **(lease or {})}]}
    (decision,) = town.decide(mapping, as_of=MIDDLE, programmes=[programme]).decisions
    return explain(decision, town)


@pytest.fixture(scope="session")
def town() -> Engine:
    return Engine(load_rulebook(TOWN_RULES))


@pytest.fixture(scope="session")
def shipped() -> Engine:
    return Engine(shipped_book())


@pytest.fixture(scope="session")
def more(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(load_rulebook(more_rules(tmp_path_factory.mktemp("more"))))


@pytest.fixture(scope="session")
def drawn(town: Engine, shipped: Engine, more: Engine) -> list[Drawn]:
    """Decisions of every outcome, of all three rulebooks."""
    return [*draw(shipped, SHIPPED), *draw(town, TOWN), *draw(more, TOWN)]
