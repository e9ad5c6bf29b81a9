"""Decision stage: the referrals of a referred case of which it is not known whether they hold.

For the outcome one referral that holds is enough, and nobody is asked about the others. But what the rules would refer
for a second reason, nobody has decided by answering the first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from weakref import WeakKeyDictionary

from relief_engine.compiled import ir
from relief_engine.compiled.figures import slots_under
from relief_engine.compiled.layout import Value
from relief_engine.decision.resolved import Open
from relief_engine.rulebook.facts import Fact

#: The slots under each node of a program, worked out once: rosters ask for many rows.
_under: WeakKeyDictionary[ir.Program, tuple[frozenset[int], ...]] = WeakKeyDictionary()


def possible(
    program: ir.Program,
    values: Sequence[int | None],
    slots: Sequence[Value],
    not_available: Collection[Fact],
    held: Collection[str],
) -> tuple[Open, ...]:
    """The referrals that may hold besides those that are ``held``, each with the facts that would tell.

    What is open only for figures that do not exist (``not_available``) is left to people by a referral of its own.
    """
    under = _under.get(program)
    if under is None:
        under = _under[program] = slots_under(program.nodes)
    absent = {program.layout.slots[fact.id] for fact in not_available}

    def needs(node: int) -> frozenset[int]:
        """The slots that may still change a node that is unknown; none of one that is known."""
        if values[node] != ir.UNKNOWN:
            return frozenset()
        unknown = frozenset(slot for slot in under[node] if slots[slot] is None) - absent
        # Where every slot has a value a code is too coarse, or a figure that does not exist leaves the node open.
        return unknown or (frozenset() if absent & under[node] else under[node])

    found = []
    for compiled in program.referrals:
        if compiled.referral.id in held or values[compiled.node] == ir.UNMET:
            continue
        own = needs(compiled.node)
        replaced = [program.criteria[i] for i in compiled.replaces]
        unmet = [c for c in replaced if values[c.node] == ir.UNMET]
        unclear = [c for c in replaced if needs(c.node)]
        if replaced and not unmet and not unclear:
            continue
        wanted = own.union(*(needs(c.node) for c in unclear))
        if wanted:
            facts = [fact for slot in sorted(wanted) if isinstance(fact := program.layout.facts[slot], Fact)]
            ids = tuple([c.criterion.id for c in (*unmet, *unclear)])
            spare = bool(replaced) and not unclear
            found.append(Open(compiled.referral.id, compiled.referral.title, ids, tuple(facts), spare))
    return tuple(found)
