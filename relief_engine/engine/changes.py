"""Engine stage: the smallest change of one fact that would meet a criterion that is unmet."""

from __future__ import annotations

from dataclasses import dataclass

from relief_engine.compiled import ir
from relief_engine.decision import Decision
from relief_engine.engine.cells import Cells, Evaluate, Trials
from relief_engine.rulebook.facts import Fact


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that would meet the criterion if it had one of ``values``, all else being as it is.

    ``current`` is the known value, or None where it is unknown. For a figure ``values`` holds the nearest one.
    """

    fact: Fact
    subject: str
    current: int | None
    values: tuple[int, ...]


def smallest_changes(decision: Decision, cells: Cells, evaluate: Evaluate, node: int) -> tuple[Change, ...]:
    """Every single-fact change that would meet a condition, in the facts' declared order.

    Only facts that an applicant can change, and only those that the condition reads.
    """
    program = decision.program
    if program is None:
        return ()
    found = []
    for slot in sorted(cells.under[node]):
        fact = program.layout.facts[slot]
        if not isinstance(fact, Fact) or not fact.changeable:
            continue
        current = decision.slots[slot]
        known = current if isinstance(current, int) else None
        vector = list(decision.slots)
        vector[slot] = None
        met = []
        for value in cells.values(slot, vector, Trials(evaluate)):
            vector[slot] = value
            program.layout.derive(vector)
            if value != known and evaluate(vector)[node] == ir.MET:
                met.append(value)
        if met:
            if fact.type in ("choice", "yes_no"):
                values = tuple(sorted(met))
            else:
                values = (min(met, key=lambda v: abs(v - known) if known is not None else v),)
            subject = "applicant" if fact.subject == "applicant" else decision.subject
            found.append(Change(fact, subject, known, values))
    return tuple(found)
