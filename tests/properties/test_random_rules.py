"""Random programmes: what is lowered says what is written, decisions last, and no fact that matters is left out."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from random import SystemRandom

import pytest

from relief_engine.engine.missing import Search
from tests.properties.brute import Brute
from tests.properties.rules import FILE, world_of
from tests.properties.strategies import ByChance, Case, World, case, hidden
from tests.properties.test_decisions import the_nodes_say_what_the_tree_says
from tests.properties.test_knowledge import FORMS, brute_of, knowing_more_changes_no_decision

DAYS = (dt.date(2022, 6, 1),)


def no_missing_fact_is_left_out(brute: Brute) -> None:
    """What the search lists holds every fact that alone makes a difference on the grid."""
    drawn = Case(brute.as_of, brute.answers, brute.programme, brute.world)
    wanted, _ = brute.missing()
    search = Search(
        drawn.program,
        brute.world.engine.cells(drawn.program),
        brute.world.engine.evaluator(drawn.program),
        drawn.barred,
    )
    slots, _ = search.run(drawn.vector)
    facts = drawn.program.layout.facts
    found = {fact.id for slot in slots if (fact := facts[slot]) is not None}
    assert found >= wanted, (found, wanted, brute)


def tried(world: World, seed: str, *, cases: int, brutes: int) -> None:
    """Try one programme on some profiles."""
    (programme,) = world.rulebook.programmes.values()
    chooser = ByChance(seed)
    for _ in range(cases):
        the_nodes_say_what_the_tree_says(case(chooser, programme=programme, world=world, days=DAYS))
    for number in range(cases // 2):
        full = case(chooser, unknown=0, absent=number % 2 == 1, programme=programme, world=world, days=DAYS)
        # The form of the rent counts as known even where no rent is given, so a criterion may not lean on it alone.
        knowing_more_changes_no_decision(hidden(full, chooser, keep=FORMS))
    for _ in range(brutes):
        full = case(chooser, unknown=0, absent=False, programme=programme, world=world, days=DAYS)
        no_missing_fact_is_left_out(brute_of(full, chooser, 800))


def try_many(folder: Path, number: int) -> None:
    """Random programmes, the same ones every time, or fresh ones with RELIEF_SOAK=1; a failure carries its rules."""
    fresh = SystemRandom().getrandbits(32) if os.environ.get("RELIEF_SOAK", "0") not in ("", "0") else 0
    for index in range(number):
        seed = f"{fresh} {index}"
        world = world_of(folder, seed)
        try:
            tried(world, seed, cases=40, brutes=5)
        except Exception as error:
            error.add_note(f"seed {seed!r}\n{(folder / 'rules' / FILE).read_text(encoding='utf-8')}")
            raise


@pytest.mark.engines
def test_random_rules(tmp_path: Path) -> None:
    try_many(tmp_path, 15)


@pytest.mark.soak
def test_very_many_random_rules(tmp_path: Path) -> None:
    try_many(tmp_path, 2_000)
