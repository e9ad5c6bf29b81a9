"""Engine stage: the smallest change of one fact that would meet a criterion that is unmet."""

from __future__ import annotations

from relief_engine.compiled import ir
from relief_engine.decision import Decision
from relief_engine.engine.cells import Cells, Evaluate, Trials
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.record import Value


class Change(Value):
    """One fact that would meet the criterion if it had one of ``values``, all else being as it is.

    ``current`` and ``values`` are encoded like the fact. For a choice ``values`` holds all that would do, in their
    declared order; for a figure or a day the nearest one.
    """

    fact: Fact
    subject: str
    current: int
    values: tuple[int, ...]


def smallest_changes(decision: Decision, cells: Cells, evaluate: Evaluate, node: int) -> tuple[Change, ...]:
    """Every single-fact change that would meet an unmet condition, in the facts' declared order.

    Only facts that an applicant can change, that the condition reads and that are known: where an unknown fact could
    meet it, the condition would be unknown and not unmet.

    Args:
        decision: what was decided.
        cells: the cells of its program.
        evaluate: the route's function for its program.
        node: the node of the condition.
    """
    program = decision.program
    if program is None:
        return ()
    trials = Trials(evaluate)
    found = []
    for slot in sorted(cells.under[node]):
        fact, current = program.layout.facts[slot], decision.slots[slot]
        if not isinstance(fact, Fact) or not fact.changeable or not isinstance(current, int):
            continue
        vector = list(decision.slots)
        vector[slot] = None
        listed = fact.type in ("choice", "yes_no")
        met = []
        for value in range(program.layout.width(slot)) if listed else cells.values(slot, vector, trials):
            vector[slot] = value
            program.layout.derive(vector)
            if value != current and evaluate(vector)[node] == ir.MET:
                met.append(value)
        if met:
            # Of two that are as near the lower one: it is what a limit from above leaves.
            values = tuple(met) if listed else (min(met, key=lambda value: (abs(value - current), value)),)
            subject = "applicant" if fact.subject == "applicant" else decision.subject
            found.append(Change(fact, subject, current, values))
    return tuple(found)
