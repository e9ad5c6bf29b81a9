"""Proving stage: whether any profile gives a node of a program some value."""

from __future__ import annotations

import datetime as dt
from time import monotonic

from relief_engine.compiled import ir
from relief_engine.proving.kinds import kinds_of
from relief_engine.proving.minimal import minimal
from relief_engine.proving.normal import Terms
from relief_engine.proving.programs import Translation
from relief_engine.proving.records import Found, Limits, Side, Verdict, Witness
from relief_engine.proving.search import drawn
from relief_engine.proving.solver import solver_is_there
from relief_engine.proving.space import Answers, Space
from relief_engine.proving.stretches import Stand, Stretch
from relief_engine.proving.terms import Truth
from relief_engine.rulebook.periods import Period

#: So many profiles are drawn before the solver is asked.
_BEFORE = 64


def reachable(
    side: Side, where: Period | ir.Program, node: int, value: int | None, *, limits: Limits, complete: bool = True
) -> Found:
    """Whether there is a valid profile for which a node has a value.

    Args:
        side: the programme.
        where: one of its programs, or days on which none of its rules changes.
        node: the position of the node in that program.
        value: ``ir.MET``, ``ir.UNMET`` or ``ir.UNKNOWN`` of a condition; of a figure a numerator, or None for unknown.
        limits: of the search.
        complete: only profiles in which every fact is known, one form of each figure that has several. The witness
            leaves out facts all the same, which have any value then.
    """
    program = where if isinstance(where, ir.Program) else side.engine.program(side.programme, where.first)
    space = Space((side.engine.rulebook,))
    stand = Stand(side, program, space, 0)
    stretch = Stretch(program.period, space, None, stand)
    run = side.engine.evaluator(program)

    def wanted(day: dt.date, answers: Answers) -> bool:
        return run(space.vector(0, program.layout, day.toordinal(), answers))[node] == value

    def small(day: dt.date, answers: Answers) -> Witness:
        fewer = minimal(stretch, day, answers, lambda trial: wanted(day, trial)) if value != ir.UNKNOWN else answers
        return Witness(day, fewer, frozenset(), space)

    until = monotonic() + limits.seconds
    kinds = kinds_of(space, [stand])
    terms = Terms()
    translation = Translation(terms, stand, kinds)
    fixed = terms.list[translation.of[node]]
    if isinstance(fixed, Truth) and fixed.value != value:
        return Found(Verdict.NONE, None, "structure")
    solver = solver_is_there()
    samples = min(_BEFORE, limits.samples) if solver else limits.samples
    for partial in (False,) if complete else (False, True):
        for day, answers in drawn(stretch, samples, until, partial=partial):
            if wanted(day, answers):
                return Found(Verdict.FOUND, small(day, answers), "sampling")
    if not solver:
        return Found(Verdict.OPEN, None, "limit")
    from relief_engine.proving.smt.solve import Undecided
    from relief_engine.proving.smt.values import valued

    try:
        found = valued(stretch, translation, kinds, node, value, wanted, until, complete=complete)
    except Undecided:
        return Found(Verdict.OPEN, None, "limit")
    return Found(Verdict.NONE, None, "z3") if found is None else Found(Verdict.FOUND, small(*found), "z3")
