"""Compiled stage: the arithmetic of figure nodes, one node at a time; shared by routes that only match conditions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.rulebook.expressions import add_months


def overlap(start: int, end: int, first: int, last: int) -> int:
    """The days from ``start`` to ``end``, both included, within ``first`` to ``last``."""
    return max(0, min(end, last) - max(start, first) + 1)


def months_later(day: int, months: int) -> int:
    """The ordinal of the day some months later; the last day that dates have where it would lie beyond."""
    try:
        return add_months(dt.date.fromordinal(day), months).toordinal()
    except (ValueError, OverflowError):
        return dt.date.max.toordinal()


def operands(node: ir.Figure) -> tuple[int, ...]:
    """The nodes that a figure is made from, its condition first."""
    match node:
        case ir.Sum(a, b) | ir.Difference(a, b) | ir.Product(a, b) | ir.Days(a, b):
            return (a, b)
        case ir.Extreme(parts=parts):
            return parts
        case ir.Pick(condition, then, otherwise):
            return (condition, then, otherwise)
        case ir.Months(day):
            return (day,)
        case _:
            return ()


def figure_value(node: ir.Figure, values: Sequence[int | None], slots: Sequence[Value]) -> int | None:
    """The value of one figure node, given the values of its operands."""
    match node:
        case ir.Fact_(slot):
            value = slots[slot]
            return value if isinstance(value, int) else None
        case ir.Literal_(value):
            return value
        case ir.Pick(condition, then, otherwise):
            chosen = values[condition]
            return values[then] if chosen == ir.MET else values[otherwise] if chosen == ir.UNMET else None
        case _:
            pass
    known = [values[operand] for operand in operands(node)]
    numbers = [number for number in known if number is not None]
    if len(numbers) < len(known):
        return None
    match node:
        case ir.Sum():
            return numbers[0] + numbers[1]
        case ir.Difference():
            return numbers[0] - numbers[1]
        case ir.Product():
            return numbers[0] * numbers[1]
        case ir.Extreme(least=least):
            return min(numbers) if least else max(numbers)
        case ir.Days(first=first, last=last):
            return overlap(numbers[0], numbers[1], first, last)
        case ir.Months(months=months):
            return months_later(numbers[0], months)
        case _:
            raise TypeError(f"not a figure: {node}")
