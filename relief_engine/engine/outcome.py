"""Engine stage: what the values of a program's nodes mean (contract, design section 5)."""

from __future__ import annotations

from collections.abc import Sequence

from relief_engine.compiled import ir
from relief_engine.compiled.ir import MET, UNMET
from relief_engine.decision import Outcome

#: Everything that an answer shows: the outcome and, where it gives something, its figures.
Answer = tuple[object, ...]


# In Python 3.11 the members of an enumeration are looked up slowly, by a function.
_ELIGIBLE, _INELIGIBLE = Outcome.ELIGIBLE, Outcome.INELIGIBLE
_REFERRED, _UNDETERMINED = Outcome.REFERRED, Outcome.UNDETERMINED


def outcome_of(program: ir.Program, values: Sequence[int | None]) -> Outcome:
    """The outcome that the values of the nodes give."""
    opened = values[program.open]
    if opened == UNMET:
        return _INELIGIBLE
    if opened == MET:
        refer = values[program.refer]
        if refer == MET:
            return _REFERRED
        if refer == UNMET and figures_known(program, values):
            return _ELIGIBLE
    return _UNDETERMINED


def figures_known(program: ir.Program, values: Sequence[int | None]) -> bool:
    """Whether what the benefit gives is known as one figure rather than a range."""
    for figure in program.figures:
        low = values[figure.low]
        if low is None or low != values[figure.high]:
            return False
    return True


def answer_of(program: ir.Program, values: Sequence[int | None]) -> Answer:
    """The outcome and figures of an answer, to tell whether two completions differ."""
    found = outcome_of(program, values)
    if found in (Outcome.INELIGIBLE, Outcome.UNDETERMINED):
        return (found,)
    return (found, *(figure_answer(program, values)))


def figure_answer(program: ir.Program, values: Sequence[int | None]) -> Answer:
    """The figures of the benefit as they would be shown: money after its rounding."""
    benefit = program.benefit
    shown: list[object] = []
    for money in (benefit.amount, benefit.ceiling, benefit.payable):
        if money is not None:
            for node in (money.figure.low, money.figure.high):
                value = values[node]
                shown.append(None if value is None else ir.rounded(value, money.figure.denominator, money.step))
    for figure in (benefit.rate, benefit.until):
        if figure is not None:
            shown.extend((values[figure.low], values[figure.high]))
    return tuple(shown)


def settled(program: ir.Program, values: Sequence[int | None]) -> bool:
    """Whether no unknown fact can change the answer any more."""
    found = outcome_of(program, values)
    if found is Outcome.INELIGIBLE or found is Outcome.ELIGIBLE:
        return None not in figure_answer(program, values) or found is Outcome.INELIGIBLE
    return found is Outcome.REFERRED and None not in figure_answer(program, values)
