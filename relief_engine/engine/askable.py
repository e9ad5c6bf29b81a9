"""Engine stage: which open slots of a vector stand for facts that a person can be asked for.

The search for what is missing and the interview ask for the same facts, so they ask here which these are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from relief_engine.compiled.layout import Layout, Value
from relief_engine.engine.cells import Cells


def askable(cells: Cells, slots: Iterable[int], vector: Sequence[Value], barred: Collection[int]) -> set[int]:
    """The slots of the facts behind some open slots that are unknown, or codes too coarse for the program.

    Args:
        cells: those of the program that leaves the slots open.
        slots: open slots. A derived one, such as the lowest rent of a year, stands for the facts that it comes from.
        vector: the values of all slots.
        barred: slots of figures that do not exist; nobody is asked for them.
    """
    layout, found = cells.program.layout, set()
    for slot in slots:
        found |= _origins(layout, slot, vector)
    result = set()
    for slot in found.difference(barred):
        value = vector[slot]
        if value is None or (isinstance(value, int) and slot in cells.codes and cells.coarse(slot, value)):
            result.add(slot)
    return result


def _origins(layout: Layout, slot: int, vector: Sequence[Value]) -> set[int]:
    """The facts that a derived slot is unknown for; the slot itself for a fact."""
    for derived, _, steps, start, end in layout.extremes:
        if derived == slot:
            if vector[steps] is None:
                return {steps}
            return {day for day in (start, end) if vector[day] is None}
    return {slot}
