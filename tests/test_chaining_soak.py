"""Hundreds of thousands of evaluations by the forward-chaining route: no disagreement, no crash, flat memory."""

import os
from pathlib import Path

import pytest

from relief_engine.routes.chaining import ChainingRoute
from relief_engine.routes.direct import DirectRoute
from tests.books import shipped_book
from tests.test_chaining import DAYS, Drawing, difference, needs_engine, rent_programs

EVALUATIONS = 200_000
STATM = Path("/proc/self/statm")


def resident() -> float:
    """The memory of this process, in MB."""
    return int(STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@needs_engine
@pytest.mark.soak
@pytest.mark.skipif(not STATM.exists(), reason="memory is read from /proc")
def test_soak() -> None:
    rulebook = shipped_book()
    programs = rent_programs(rulebook)
    direct, chained = DirectRoute(), ChainingRoute()
    drawing = Drawing(rulebook, programs[DAYS[0]].layout, seed=int.from_bytes(os.urandom(4)))
    marks: list[float] = []
    for turn in range(EVALUATIONS):
        day = DAYS[turn % len(DAYS)]
        program, vector = programs[day], drawing.vector(day)
        found = difference(program, direct.run(program, vector), chained.run(program, vector))
        assert not found, (day, vector)
        if turn % 10_000 == 0:
            marks.append(resident())
    print(*(f"{mark:.1f}" for mark in marks), "MB")  # noqa: T201 - shown with -s
    assert max(marks[-5:]) - min(marks[3:6]) < 4, marks
