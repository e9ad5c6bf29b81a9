"""Engine stage: one answer as a flat row of whole numbers, which every route to a table of answers must give alike.

The columns of a row depend on the program only. They are the outcome, the masks of its criteria and referrals, and the
figures that the outcome shows (contract, design section 8), each in cents, as a numerator, or as a day's ordinal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from relief_engine.compiled import ir
from relief_engine.decision import Outcome
from relief_engine.engine.outcome import outcome_of
from relief_engine.rulebook.record import Value

#: A mask has a bit for each criterion or referral, and must fit a signed number of 64 bits in every database.
MOST_BITS = 62

Kind = Literal["outcome", "mask", "cents", "number", "day"]
#: The value of one column: the outcome's name, or a whole number; None where there is none.
Cell = str | int | None

_SHOWN = (Outcome.ELIGIBLE, Outcome.REFERRED)


class Column(Value):
    """One column of a row of answers.

    ``number`` columns hold numerators over ``denominator``; ``cents`` whole cents; ``day`` a proleptic ordinal.
    """

    name: str
    kind: Kind
    denominator: int = 1


def columns(program: ir.Program) -> tuple[Column, ...]:
    """The columns of a program's answers, in their order.

    ``failed`` and ``unknown`` (bit *i*: criterion *i* is unmet, unknown) and ``referred`` (bit *i*: referral *i* holds)
    are what the rules say, whether or not a referral stands in for a criterion. ``amount`` is there where the outcome
    is eligible, ``amount_if_granted`` where it is referred; the ``_low`` and ``_high`` of a figure where the texts
    leave it open. The figures that a programme names are ``figure_NAME_low`` and ``_high``, whatever the outcome.
    """
    benefit = program.benefit
    found = [
        Column("outcome", "outcome"),
        Column("failed", "mask"),
        Column("unknown", "mask"),
        Column("referred", "mask"),
    ]
    if benefit.amount is not None:
        found += [Column(name, "cents") for name in ("amount", "amount_if_granted", "amount_low", "amount_high")]
    if benefit.ceiling is not None:
        found.append(Column("ceiling", "cents"))
    if benefit.payable is not None:
        found += [Column(name, "cents") for name in ("payable", "payable_low", "payable_high")]
    if benefit.rate is not None:
        found += [Column(name, "number", benefit.rate.denominator) for name in ("rate_low", "rate_high")]
    if benefit.until is not None:
        found.append(Column("until", "day"))
    for name, figure in program.lets.items():
        if program.programme.lets[name].shown:
            kind: Kind = "day" if figure.unit is None else "number"
            found += [Column(f"figure_{name}_{end}", kind, figure.denominator) for end in ("low", "high")]
    return tuple(found)


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
