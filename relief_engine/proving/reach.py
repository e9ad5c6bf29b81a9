"""Proving stage: whether any profile gives a node of a program some value."""

from __future__ import annotations

import datetime as dt
from time import monotonic

from relief_engine.compiled import ir
from relief_engine.proving.minimal import minimal
from relief_engine.proving.records import Found, Limits, Side, Verdict, Witness
from relief_engine.proving.search import drawn
from relief_engine.proving.space import Answers, Space
from relief_engine.proving.stretches import Stand, Stretch
from relief_engine.rulebook.programme import Period


def reachable(
    side: Side,
    where: Period | ir.Program,
    node: int,
    value: int | None,
    *,
    limits: Limits,
    complete: bool = True,
) -> Found:
    """Whether there is a valid profile for which a node has a value.

    Args:
        side: the programme.
        where: one of its programs, or days on which none of its rules changes.
        node: the position of the node in that program.
        value: ``ir.MET``, ``ir.UNMET`` or ``ir.UNKNOWN`` of a condition; of a figure a numerator, or None for unknown.
        limits: of the search.
        complete: only profiles in which every fact is known, one form of each figure that has several.
    """
    program = where if isinstance(where, ir.Program) else side.engine.program(side.programme, where.first)
    space = Space((side.engine.rulebook,))
    stand = Stand(side, program, space, 0)
    stretch = Stretch(program.period, space, None, stand)
    run = side.engine.evaluator(program)

    def value_of(day: dt.date, answers: Answers) -> int | None:
        return run(space.vector(0, program.layout, day.toordinal(), answers))[node]

    until = monotonic() + limits.seconds
    for partial in (False,) if complete else (False, True):
        for day, answers in drawn(stretch, limits.samples, until, partial=partial):
            if value_of(day, answers) == value:
                return Found(Verdict.FOUND, _small(stretch, day, answers, node, value), "sampling")
    return Found(Verdict.OPEN, None, "limit")


def _small(stretch: Stretch, day: dt.date, answers: Answers, node: int, value: int | None) -> Witness:
    (stand,) = stretch.stands
    run = stand.side.engine.evaluator(stand.program)

    def keeps(trial: Answers) -> bool:
        return run(stretch.space.vector(0, stand.program.layout, day.toordinal(), trial))[node] == value

    return Witness(day, minimal(stretch, day, answers, keeps), frozenset(), stretch.space)
