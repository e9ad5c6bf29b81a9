"""Checking stage: the profile of a finding with nothing in it that does not matter, and with plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from relief_engine.checking.behaviour import Behaviour
from relief_engine.compiled.layout import AS_OF_SLOT, Value
from relief_engine.proving import Side, Witness
from relief_engine.proving.minimal import minimal
from relief_engine.proving.sampling import Sample
from relief_engine.proving.space import Answers, Space
from relief_engine.proving.stretches import Stand, Stretch


def smaller(behaviour: Behaviour, sample: Sample, keeps: Callable[[Sequence[Value]], bool]) -> str:
    """A profile that still shows what a sample shows, as YAML; that of the sample where figures do not exist.

    Args:
        behaviour: what the sample was drawn for.
        sample: a drawn profile.
        keeps: whether a vector of facts still shows the same.
    """
    program, side = sample.program, Side(behaviour.engine, behaviour.programme)
    space = Space((behaviour.engine.rulebook,))
    answers = space.answers(0, program.layout, sample.vector)
    day = sample.vector[AS_OF_SLOT]
    if sample.barred or not isinstance(day, int) or not space.valid(answers):
        return behaviour.yaml(sample)

    def still(trial: Answers) -> bool:
        return keeps(space.vector(0, program.layout, day, trial))

    stretch = Stretch(program.period, space, None, Stand(side, program, space, 0))
    when = dt.date.fromordinal(day)
    return Witness(when, minimal(stretch, when, answers, still), frozenset(), space).yaml(side)
