"""Compiled stage: the arithmetic of figure nodes, one node at a time; shared by routes that only match conditions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.rulebook.expressions import add_months


def overlap(start: int, end: int, first: int, last: int) -> int:
    """The days from ``start`` to ``end``, both included, within ``first`` to ``last``."""
    return max(0, min(end, last) - max(start, first) + 1)


@lru_cache(maxsize=4096)  # a search asks for the same days again and again
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


def slots_under(nodes: Sequence[ir.Node]) -> tuple[frozenset[int], ...]:
    """The slots that each node leans on; operands come before what is made from them."""
    found: list[frozenset[int]] = []
    for node in nodes:
        match node:
            case ir.FactValue(slot) | ir.Is(slot):
                found.append(frozenset({slot}))
            case ir.ClassIs(code):
                found.append(frozenset({code}))
            case ir.SizeIs(code, _, indicators):
                found.append(frozenset({code, *(slot for _, slot in indicators)}))
            case ir.AllOf(parts) | ir.AnyOf(parts):
                found.append(frozenset().union(*(found[part] for part in parts)))
            case ir.Compare(_, left, right):
                found.append(found[left] | found[right])
            case ir.Const():
                found.append(frozenset())
            case _:
                found.append(frozenset().union(*(found[part] for part in operands(node))))
    return tuple(found)


def figure_value(node: ir.Figure, values: Sequence[int | None], slots: Sequence[Value]) -> int | None:
    """The value of one figure node, given the values of its operands."""
    return _BY_KIND[type(node)](node, values, slots)


def _fact(node: Any, _values: Sequence[int | None], slots: Sequence[Value]) -> int | None:
    value = slots[node.slot]
    return value if isinstance(value, int) else None


def _fixed(node: Any, _values: Sequence[int | None], _slots: Sequence[Value]) -> int | None:
    found: int = node.value
    return found


def _pick(node: Any, values: Sequence[int | None], _slots: Sequence[Value]) -> int | None:
    chosen, then, otherwise = values[node.condition], values[node.then], values[node.otherwise]
    return then if chosen == ir.MET else otherwise if chosen == ir.UNMET else None


def _sum(node: Any, values: Sequence[int | None], _slots: Sequence[Value]) -> int | None:
    left, right = values[node.left], values[node.right]
    return None if left is None or right is None else left + right


def _difference(node: Any, values: Sequence[int | None], _slots: Sequence[Value]) -> int | None:
    left, right = values[node.left], values[node.right]
    return None if left is None or right is None else left - right


def _product(node: Any, values: Sequence[int | None], _slots: Sequence[Value]) -> int | None:
    left, right = values[node.left], values[node.right]
    return None if left is None or right is None else left * right


def _extreme(node: Any, values: Sequence[int | None], _slots: Sequence[Value]) -> int | None:
    numbers: list[int] = [number for part in node.parts if (number := values[part]) is not None]
    if len(numbers) < len(node.parts):
        return None
    return min(numbers) if node.least else max(numbers)


def _days(node: Any, values: Sequence[int | None], _slots: Sequence[Value]) -> int | None:
    start, end = values[node.start], values[node.end]
    return None if start is None or end is None else overlap(start, end, node.first, node.last)


def _months(node: Any, values: Sequence[int | None], _slots: Sequence[Value]) -> int | None:
    day = values[node.day]
    return None if day is None else months_later(day, node.months)


#: A table instead of a chain of cases: figures are most of what a route computes.
_BY_KIND: Mapping[type, Callable[[Any, Sequence[int | None], Sequence[Value]], int | None]] = {
    ir.FactValue: _fact,
    ir.Fixed: _fixed,
    ir.Pick: _pick,
    ir.Sum: _sum,
    ir.Difference: _difference,
    ir.Product: _product,
    ir.Extreme: _extreme,
    ir.Days: _days,
    ir.Months: _months,
}
