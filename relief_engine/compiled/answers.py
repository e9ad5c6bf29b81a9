"""Compiled stage: the columns of an answer as one flat row, which every route to a table of answers must give alike.

The columns depend on the program only: the outcome, the masks of its criteria and referrals, and the figures that the
outcome shows (contract, design section 8), each in cents, as a numerator, or as a day's ordinal.
"""

from __future__ import annotations

from typing import Literal

from relief_engine.compiled import ir
from relief_engine.rulebook.record import Value

#: A mask has a bit for each criterion or referral, and must fit a signed number of 64 bits in every database.
MOST_BITS = 62

Kind = Literal["outcome", "mask", "cents", "number", "day"]
#: The value of one column: the outcome's name, or a whole number; None where there is none.
Cell = str | int | None


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
