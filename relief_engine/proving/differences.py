"""Proving stage: what changes between two wordings of a programme, for whom, and the proof that nothing else does."""

from __future__ import annotations

import datetime as dt
from time import monotonic

from relief_engine.proving.minimal import minimal
from relief_engine.proving.records import Comparison, Limits, Region, Side, Transition, Verdict, Witness
from relief_engine.proving.search import sampled
from relief_engine.proving.space import Answers
from relief_engine.proving.stretches import Stretch, stretches
from relief_engine.rulebook.programme import Period


def compare(old: Side | None, new: Side | None, limits: Limits) -> Comparison:
    """What changes between two wordings of a programme; None for a side that does not have it.

    The two may have different rulebooks: facts are matched by id, choices by id, codes by code. What one side can't
    read is unknown there. Looked for are complete profiles whose outcome, figures or elements differ, and then profiles
    with unknown facts that show a difference which no complete one does. Figures known not to exist are left out.

    Raises:
        ValueError: neither side is given.
    """
    sides = [side for side in (new, old) if side is not None]
    if not sides:
        raise ValueError("a comparison needs at least one side")
    until = monotonic() + limits.seconds
    regions: list[Region] = []
    undecided: list[Period] = []
    for stretch in stretches(old, new):
        found = sampled(stretch, limits.samples, until)
        regions += [region(stretch, day, answers, transition) for transition, day, answers in found]
        undecided.append(stretch.period)
    verdict = Verdict.OPEN if undecided else Verdict.NONE
    return Comparison(sides[0].programme.id, tuple(regions), verdict, tuple(undecided))


def region(stretch: Stretch, day: dt.date, answers: Answers, transition: Transition) -> Region:
    """The region of a transition, with its witness made small; decided anew by both engines."""

    def keeps(trial: Answers) -> bool:
        return stretch.transition(day, trial) == transition

    small = Witness(day, minimal(stretch, day, answers, keeps), frozenset(), stretch.space)
    whole = Witness(day, answers, frozenset(), stretch.space)
    witness = next((one for one in (small, whole) if stretch.decided(one) == transition), None)
    if witness is None:
        # The engine knows more of an outcome than the values of the nodes say; what it says counts.
        witness, transition = whole, stretch.decided(whole)
    return Region(stretch.period, transition, witness)
