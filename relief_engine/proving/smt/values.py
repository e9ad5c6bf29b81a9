"""Proving stage: whether a profile gives a condition or figure some value, by the solver."""

from __future__ import annotations

from collections.abc import Mapping

from relief_engine.compiled import ir
from relief_engine.proving.kinds import Kinds
from relief_engine.proving.programs import Translation
from relief_engine.proving.smt.domain import Variables
from relief_engine.proving.smt.encode import Encoding
from relief_engine.proving.smt.logic import FALSE, both, either, no
from relief_engine.proving.smt.solve import Profile, Solver, Wanted
from relief_engine.proving.stretches import Stretch


def valued(
    stretch: Stretch, translation: Translation, kinds: Mapping[str, Kinds], node: int, value: int | None,
    wanted: Wanted, until: float, *, complete: bool,
) -> Profile | None:  # fmt: skip
    """A profile of the stretch for which a node of its program has a value; None if it is proven that there is none.

    Raises:
        Undecided: at the limit of time.
    """
    variables = Variables(stretch.space, kinds, stretch.days, complete=complete)
    encoding = Encoding(translation.terms, variables)
    term = translation.of[node]
    if isinstance(translation.stand.program.nodes[node], ir.CONDITIONS):
        met, unmet = encoding.truth(term)
        goal = met if value == ir.MET else unmet if value == ir.UNMET else no(either(met, unmet))
    else:
        known, number = encoding.number(term)
        goal = no(known) if value is None else both(known, number == value)
    if goal is FALSE:
        return None
    solver = Solver(encoding, until)
    solver.add(*variables.valid())
    return solver.find(goal, wanted)
