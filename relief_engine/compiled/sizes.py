"""Compiled stage: what a test of a size class asks of one row of its table.

A set of classes is a union of runs of neighbouring classes. A run is met by a row if the lower limits of its first
class all hold and those of the class above its last do not all hold.
"""

from __future__ import annotations

from relief_engine.compiled import ir
from relief_engine.rulebook import record

#: (slot, lower limit) pairs that must all hold; a slot of -1 is an indicator that no fact gives.
Bounds = tuple[tuple[int, int], ...]


class Run(record.Value):
    """Neighbouring classes: reached where all of ``lower`` hold (None: always), left where all of ``upper`` do."""

    lower: Bounds | None
    upper: Bounds | None


def runs_of(test: ir.SizeIs, candidate: int) -> tuple[Run, ...] | bool:
    """The runs that a row must meet; for an uncovered industry simply whether *uncovered* is among the values."""
    table = test.table
    row = table.row(candidate)
    if row is None:
        return table.uncovered in test.values
    top = table.uncovered - 1
    slots = dict(test.indicators)

    def bounds(level: int) -> Bounds:
        return tuple((slots.get(limit.indicator, -1), limit.bounds[level - 1]) for limit in row.limits)

    runs = []
    classes = sorted(test.values - {table.uncovered})
    for first in (c for c in classes if c - 1 not in test.values):
        last = first
        while last + 1 <= top and last + 1 in test.values:
            last += 1
        runs.append(Run(bounds(first) if first > 0 else None, bounds(last + 1) if last < top else None))
    return tuple(runs)
