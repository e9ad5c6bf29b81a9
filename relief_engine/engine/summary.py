"""Engine stage: one answer as a flat row of whole numbers, which every route to a table of answers must give alike.

The columns of a row depend on the program only. They are the outcome, the masks of its criteria and referrals, and the
figures that the outcome shows (contract, design section 8), each in cents, as a numerator, or as a day's ordinal.
"""

from __future__ import annotations

from collections.abc import Sequence

from relief_engine.compiled import ir
from relief_engine.compiled.answers import MOST_BITS, Cell, Column, Kind, columns
from relief_engine.decision import Outcome
from relief_engine.engine.outcome import outcome_of

__all__ = ["MOST_BITS", "Cell", "Column", "Kind", "columns", "summary"]

_SHOWN = (Outcome.ELIGIBLE, Outcome.REFERRED)


def summary(program: ir.Program, values: Sequence[int | None], outcome: Outcome | None = None) -> dict[str, Cell]:
    """The row of one answer, by column.

    Args:
        program: the compiled programme.
        values: the values of its nodes.
        outcome: where it is known better than the values alone tell, because a figure does not exist.
    """
    found = outcome or outcome_of(program, values)
    row: dict[str, Cell] = {
        "outcome": found.value,
        "failed": _mask([values[c.node] == ir.UNMET for c in program.criteria]),
        "unknown": _mask([values[c.node] == ir.UNKNOWN for c in program.criteria]),
        "referred": _mask([values[r.node] == ir.MET for r in program.referrals]),
    }
    benefit, shown = program.benefit, found in _SHOWN
    if benefit.amount is not None:
        low, high = _cents(benefit.amount, values) if shown else (None, None)
        one = low if low == high else None
        row["amount"] = one if found is Outcome.ELIGIBLE else None
        row["amount_if_granted"] = one if found is Outcome.REFERRED else None
        row["amount_low"], row["amount_high"] = (low, high) if low != high else (None, None)
    if benefit.ceiling is not None:
        low, high = _cents(benefit.ceiling, values) if shown else (None, None)
        row["ceiling"] = low if low == high else None
    if benefit.payable is not None:
        low, high = _cents(benefit.payable, values) if shown else (None, None)
        row["payable"] = low if low == high else None
        row["payable_low"], row["payable_high"] = (low, high) if low != high else (None, None)
    if benefit.rate is not None:
        row["rate_low"], row["rate_high"] = _both(benefit.rate, values) if shown else (None, None)
    if benefit.until is not None:
        row["until"] = values[benefit.until.low] if shown else None
    for name, figure in program.lets.items():
        if program.programme.lets[name].shown:
            row[f"figure_{name}_low"], row[f"figure_{name}_high"] = _both(figure, values)
    return row


def _mask(bits: Sequence[bool]) -> int:
    return sum(1 << position for position, bit in enumerate(bits) if bit)


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
