"""Proving stage: formulas put together so that what is fixed disappears, which keeps them small."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import z3

#: The two fixed formulas; every fixed formula made here is one of these objects.
TRUE = z3.BoolVal(True)
FALSE = z3.BoolVal(False)


def both(*parts: z3.BoolRef) -> z3.BoolRef:
    """All of some formulas."""
    kept = [part for part in parts if part is not TRUE]
    if any(part is FALSE for part in kept):
        return FALSE
    return TRUE if not kept else kept[0] if len(kept) == 1 else _made(z3.Z3_mk_and, kept)


def either(*parts: z3.BoolRef) -> z3.BoolRef:
    """Any of some formulas."""
    kept = [part for part in parts if part is not FALSE]
    if any(part is TRUE for part in kept):
        return TRUE
    return FALSE if not kept else kept[0] if len(kept) == 1 else _made(z3.Z3_mk_or, kept)


def _made(make: Callable[..., Any], parts: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """``z3.And`` or ``z3.Or`` of formulas alone: what these do to find out that they are takes ten times as long."""
    context = parts[0].ctx
    listed = (z3.Ast * len(parts))(*(part.ast for part in parts))
    return z3.BoolRef(make(context.ref(), len(parts), listed), context)


def no(part: z3.BoolRef) -> z3.BoolRef:
    """The contrary."""
    return FALSE if part is TRUE else TRUE if part is FALSE else z3.Not(part)


def apart(one: z3.BoolRef, other: z3.BoolRef) -> z3.BoolRef:
    """One of two formulas holds and the other does not."""
    if one.eq(other):
        return FALSE
    for fixed, free in ((one, other), (other, one)):
        if fixed is TRUE or fixed is FALSE:
            return no(free) if fixed is TRUE else free
    return z3.Xor(one, other)


def when(condition: z3.BoolRef, then: z3.ArithRef, otherwise: z3.ArithRef) -> z3.ArithRef:
    """One of two numbers."""
    if condition is TRUE or then.eq(otherwise):
        return then
    return otherwise if condition is FALSE else z3.If(condition, then, otherwise)


def among(number: z3.ArithRef, values: Iterable[int]) -> z3.BoolRef:
    """A number is one of some; neighbours become one range."""
    listed = sorted(values)
    breaks = [(low, high) for low, high in pairwise(listed) if high != low + 1]
    starts, ends = listed[:1] + [high for _, high in breaks], [low for low, _ in breaks] + listed[-1:]
    return either(
        *(
            number == first if first == last else both(number >= first, number <= last)
            for first, last in zip(starts, ends, strict=True)
        )
    )
