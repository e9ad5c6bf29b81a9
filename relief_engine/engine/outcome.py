"""Engine stage: what the values of a program's nodes mean (contract, design section 5)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from relief_engine.compiled import ir
from relief_engine.compiled.figures import operands
from relief_engine.compiled.ir import MET, UNMET
from relief_engine.compiled.layout import Value
from relief_engine.decision import Outcome
from relief_engine.rulebook import record

#: Everything that an answer shows: the outcome and, where it gives something, its figures.
Answer = tuple[object, ...]


# In Python 3.11 the members of an enumeration are looked up slowly, by a function.
_ELIGIBLE, _INELIGIBLE = Outcome.ELIGIBLE, Outcome.INELIGIBLE
_REFERRED, _UNDETERMINED = Outcome.REFERRED, Outcome.UNDETERMINED


def outcome_of(program: ir.Program, values: Sequence[int | None]) -> Outcome:
    """The outcome that the values of the nodes give."""
    opened = values[program.open]
    if opened == UNMET:
        return _INELIGIBLE
    if opened == MET:
        refer = values[program.refer]
        if refer == MET:
            return _REFERRED
        if refer == UNMET and figures_known(program, values):
            return _ELIGIBLE
    return _UNDETERMINED


def figures_known(program: ir.Program, values: Sequence[int | None]) -> bool:
    """Whether what the benefit gives is known as one figure rather than a range."""
    for figure in program.figures:
        low = values[figure.low]
        if low is None or low != values[figure.high]:
            return False
    return True


def answer_of(program: ir.Program, values: Sequence[int | None]) -> Answer:
    """The outcome and figures of an answer, to tell whether two completions differ."""
    found = outcome_of(program, values)
    if found in (Outcome.INELIGIBLE, Outcome.UNDETERMINED):
        return (found,)
    return (found, *(figure_answer(program, values)))


def figure_answer(program: ir.Program, values: Sequence[int | None]) -> Answer:
    """The figures of the benefit as they would be shown: money after its rounding."""
    benefit = program.benefit
    shown: list[object] = []
    for money in (benefit.amount, benefit.ceiling, benefit.payable):
        if money is not None:
            for node in (money.figure.low, money.figure.high):
                value = values[node]
                shown.append(None if value is None else ir.rounded(value, money.figure.denominator, money.step))
    for figure in (benefit.rate, benefit.until):
        if figure is not None:
            shown.extend((values[figure.low], values[figure.high]))
    return tuple(shown)


def settled(program: ir.Program, values: Sequence[int | None]) -> bool:
    """Whether no unknown fact can change the answer any more."""
    found = outcome_of(program, values)
    if found is Outcome.INELIGIBLE or found is Outcome.ELIGIBLE:
        return None not in figure_answer(program, values) or found is Outcome.INELIGIBLE
    return found is Outcome.REFERRED and None not in figure_answer(program, values)


class Residue(record.Value):
    """What is left of a question when some facts are known: the slots it leans on, and a key of the rest.

    Equal keys mean equal questions: the key holds every open node and every known value that an open node reads.
    """

    slots: frozenset[int]
    key: Hashable


_SETTLED = Residue(frozenset(), ())


def residue(program: ir.Program, values: Sequence[int | None], vector: Sequence[Value]) -> Residue:
    """The open part of a question by Kleene's pruning: its slots are a superset of those that can change the answer."""
    roots: list[int] = []
    opened, refer = values[program.open], values[program.refer]
    if opened == ir.UNMET:
        return _SETTLED
    if opened == ir.UNKNOWN:
        roots.append(program.open)
    if refer == ir.UNKNOWN:
        roots.append(program.refer)
    benefit = program.benefit
    ranges = [m.figure for m in (benefit.amount, benefit.ceiling, benefit.payable) if m is not None]
    ranges += [r for r in (benefit.rate, benefit.until) if r is not None]
    for figure in ranges:
        roots += [node for node in (figure.low, figure.high) if values[node] is None]
    found: set[int] = set()
    seen: set[int] = set()
    read: set[tuple[str, int, object]] = {("node", n, values[n]) for n in (program.open, program.refer)}
    read |= {("node", n, values[n]) for figure in ranges for n in (figure.low, figure.high)}
    while roots:
        index = roots.pop()
        if index in seen:
            continue
        seen.add(index)
        node = program.nodes[index]
        match node:
            case ir.AllOf(parts) | ir.AnyOf(parts):
                roots += [part for part in parts if values[part] == ir.UNKNOWN]
            case ir.Is(slot):
                found.add(slot)
            case ir.ClassIs(code):
                found.add(code)
                read.add(("slot", code, vector[code]))
            case ir.SizeIs(code, table, indicators):
                known = vector[code]
                rows = [table.row(c) for c in table.sectors.of(known if isinstance(known, int) else None)]
                read_here = {limit.indicator for row in rows if row is not None for limit in row.limits}
                slots = {slot for indicator, slot in indicators if indicator in read_here}
                found |= {code, *slots}
                read |= {("slot", slot, vector[slot]) for slot in (code, *slots)}
            case ir.Compare(_, left, right):
                roots += [side for side in (left, right) if values[side] is None]
                read |= {("node", side, values[side]) for side in (left, right) if values[side] is not None}
            case ir.FactValue(slot):
                found.add(slot)
            case ir.Pick(condition, then, otherwise):
                chosen = values[condition]
                read.add(("node", condition, chosen))
                if chosen == ir.UNKNOWN:
                    roots.append(condition)
                    read |= {("node", n, values[n]) for n in (then, otherwise)}
                roots += [
                    n
                    for n, on in ((then, ir.MET), (otherwise, ir.UNMET))
                    if values[n] is None and chosen in (on, ir.UNKNOWN)
                ]
            case ir.Const() | ir.Fixed():
                pass
            case _:
                roots += [operand for operand in operands(node) if values[operand] is None]
                read |= {("node", operand, values[operand]) for operand in operands(node)}
    return Residue(frozenset(found), (frozenset(seen), frozenset(read)))
