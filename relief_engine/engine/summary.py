"""Engine stage: one answer as a flat row of whole numbers, which every route to a table of answers must give alike.

The columns of a row depend on the program only. They are the outcome, the masks of its criteria and referrals, and the
figures that the outcome shows (contract, design section 8), each in cents, as a numerator, or as a day's ordinal.
"""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from relief_engine.compiled import ir
from relief_engine.compiled.answers import MOST_BITS, Cell, Column, Kind, columns
from relief_engine.decision import Outcome
from relief_engine.engine.outcome import outcome_of

__all__ = ["MOST_BITS", "Cell", "Column", "Kind", "columns", "summary"]

_ELIGIBLE, _REFERRED = Outcome.ELIGIBLE, Outcome.REFERRED
# In Python 3.11 the value of a member of an enumeration is looked up slowly, by a function.
_VALUES = {outcome: outcome.value for outcome in Outcome}


class _Plan:
    """What a program's rows are made of, worked out once: rosters ask for a hundred thousand of them."""

    def __init__(self, program: ir.Program) -> None:
        self.names = tuple([column.name for column in columns(program)])
        self.criteria = tuple([(c.node, 1 << bit) for bit, c in enumerate(program.criteria)])
        self.referrals = tuple([(r.node, 1 << bit) for bit, r in enumerate(program.referrals)])
        self.lets = tuple(
            [(figure.low, figure.high) for name, figure in program.lets.items() if program.programme.lets[name].shown]
        )


_plans: WeakKeyDictionary[ir.Program, _Plan] = WeakKeyDictionary()


def _plan(program: ir.Program) -> _Plan:
    found = _plans.get(program)
    if found is None:
        found = _plans[program] = _Plan(program)
    return found


def summary(program: ir.Program, values: Sequence[int | None], outcome: Outcome | None = None) -> dict[str, Cell]:
    """The row of one answer, by column.

    Args:
        program: the compiled programme.
        values: the values of its nodes.
        outcome: where it is known better than the values alone tell, because a figure does not exist.
    """
    found = outcome or outcome_of(program, values)
    plan = _plan(program)
    failed = unknown = referred = 0
    for node, bit in plan.criteria:
        value = values[node]
        if value == ir.UNMET:
            failed |= bit
        elif value == ir.UNKNOWN:
            unknown |= bit
    for node, bit in plan.referrals:
        if values[node] == ir.MET:
            referred |= bit
    row: list[Cell] = [_VALUES[found], failed, unknown, referred]
    benefit, shown = program.benefit, found is _ELIGIBLE or found is _REFERRED
    if benefit.amount is not None:
        low, high = _cents(benefit.amount, values) if shown else (None, None)
        one = low if low == high else None
        row += (one if found is _ELIGIBLE else None, one if found is _REFERRED else None)
        row += (low, high) if low != high else (None, None)
    if benefit.ceiling is not None:
        low, high = _cents(benefit.ceiling, values) if shown else (None, None)
        row.append(low if low == high else None)
    if benefit.payable is not None:
        low, high = _cents(benefit.payable, values) if shown else (None, None)
        row += (low, None, None) if low == high else (None, low, high)
    if benefit.rate is not None:
        row += _both(benefit.rate, values) if shown else (None, None)
    if benefit.until is not None:
        row.append(values[benefit.until.low] if shown else None)
    for least, most in plan.lets:
        low, high = values[least], values[most]
        row += (None, None) if low is None or high is None else (low, high)
    return dict(zip(plan.names, row, strict=True))


def _both(figure: ir.Range, values: Sequence[int | None]) -> tuple[int | None, int | None]:
    """Both ends of a figure; neither where one is unknown."""
    low, high = values[figure.low], values[figure.high]
    return (None, None) if low is None or high is None else (low, high)


def _cents(money: ir.Money, values: Sequence[int | None]) -> tuple[int | None, int | None]:
    low, high = _both(money.figure, values)
    if low is None or high is None:
        return None, None
    denominator = money.figure.denominator
    return ir.rounded(low, denominator, money.step), ir.rounded(high, denominator, money.step)
