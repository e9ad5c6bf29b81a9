"""Engine stage: what is left open of a question when some facts are known, by Kleene's pruning."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from relief_engine.compiled import ir
from relief_engine.compiled.figures import operands
from relief_engine.compiled.layout import Value
from relief_engine.rulebook import record


class Residue(record.Value):
    """What is left of a question when some facts are known: the slots it leans on, and a key of the rest.

    Equal keys mean equal questions: the key holds every open node and every known value that an open node reads.
    """

    slots: frozenset[int]
    key: Hashable


_SETTLED = Residue(frozenset(), ())

# What becomes of an open node. A search asks a hundred thousand times, so each node is sorted once.
_PARTS, _FACT, _CLASS, _SIZE, _MADE, _PICK, _FIXED = range(7)


class _Plan:
    """What a program's nodes read, worked out once. It holds nothing of the program itself."""

    def __init__(self, program: ir.Program) -> None:
        benefit = program.benefit
        ranges = [m.figure for m in (benefit.amount, benefit.ceiling, benefit.payable) if m is not None]
        ranges += [r for r in (benefit.rate, benefit.until) if r is not None]
        #: The nodes of the figures that an answer shows.
        self.figures = tuple(dict.fromkeys(node for figure in ranges for node in (figure.low, figure.high)))
        self.nodes: tuple[tuple[int, Any], ...] = tuple([_sorted(node) for node in program.nodes])


def _sorted(node: ir.Node) -> tuple[int, Any]:
    """The kind of a node and what is needed of it."""
    match node:
        case ir.AllOf(parts) | ir.AnyOf(parts):
            return _PARTS, parts
        case ir.Is(slot) | ir.FactValue(slot):
            return _FACT, slot
        case ir.ClassIs(code):
            return _CLASS, code
        case ir.SizeIs(code, table, indicators):
            return _SIZE, (code, table.sectors, _indicators(table, dict(indicators)))
        case ir.Compare(_, left, right):
            return _MADE, (left, right)
        case ir.Pick(condition, then, otherwise):
            return _PICK, (condition, then, otherwise)
        case ir.Const() | ir.Fixed():
            return _FIXED, None
        case _:
            return _MADE, operands(node)


def _indicators(table: Any, slots: Mapping[str, int]) -> tuple[frozenset[int], ...]:
    """By sector, the slots of the figures that its row of a size table reads."""
    rows = [table.row(candidate) for candidate in range(len(table.sectors.domain.ids))]
    return tuple(
        [
            frozenset() if row is None else frozenset(slots[x.indicator] for x in row.limits if x.indicator in slots)
            for row in rows
        ]
    )


_plans: WeakKeyDictionary[ir.Program, _Plan] = WeakKeyDictionary()


def _plan(program: ir.Program) -> _Plan:
    found = _plans.get(program)
    if found is None:
        found = _plans[program] = _Plan(program)
    return found


def residue(program: ir.Program, values: Sequence[int | None], vector: Sequence[Value]) -> Residue:
    """The open part of a question by Kleene's pruning: its slots are a superset of those that can change the answer."""
    opened, refer = values[program.open], values[program.refer]
    if opened == ir.UNMET:
        return _SETTLED
    plan = _plan(program)
    roots = [node for node in plan.figures if values[node] is None]
    if opened == ir.UNKNOWN:
        roots.append(program.open)
    if refer == ir.UNKNOWN:
        roots.append(program.refer)
    found: set[int] = set()
    seen: set[int] = set()
    #: Known nodes with their values; slots too, by numbers below zero.
    read: set[tuple[int, object]] = {(node, values[node]) for node in plan.figures}
    read.add((program.open, opened))
    read.add((program.refer, refer))
    nodes = plan.nodes
    while roots:
        index = roots.pop()
        if index in seen:
            continue
        seen.add(index)
        kind, data = nodes[index]
        if kind == _PARTS:
            roots += [part for part in data if values[part] == ir.UNKNOWN]
        elif kind == _FACT:
            found.add(data)
        elif kind == _MADE:
            for side in data:
                value = values[side]
                if value is None:
                    roots.append(side)
                else:
                    read.add((side, value))
        elif kind == _PICK:
            condition, then, otherwise = data
            chosen = values[condition]
            read.add((condition, chosen))
            if chosen == ir.UNKNOWN:
                roots.append(condition)
                read.add((then, values[then]))
                read.add((otherwise, values[otherwise]))
            if chosen != ir.UNMET and values[then] is None:
                roots.append(then)
            if chosen != ir.MET and values[otherwise] is None:
                roots.append(otherwise)
        elif kind == _CLASS:
            found.add(data)
            read.add((~data, vector[data]))
        elif kind == _SIZE:
            code, sectors, by_sector = data
            known = vector[code]
            slots = {code}
            for sector in sectors.of(known if isinstance(known, int) else None):
                slots |= by_sector[sector]
            found |= slots
            for slot in slots:
                read.add((~slot, vector[slot]))
    return Residue(frozenset(found), (frozenset(seen), frozenset(read)))
