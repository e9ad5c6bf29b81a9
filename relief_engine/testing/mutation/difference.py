"""Testing stage, mutation: whether two programs say the same, and what each of them says of a vector of facts.

Two programs are *alike* if all that a case can expect of them is worked out in the same way. Nodes are made once and
their order is that of the rules, so that this proves that no profile tells the two apart; that they are not alike
proves nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction

from relief_engine.compiled import ir
from relief_engine.compiled.figures import slots_under
from relief_engine.compiled.sizes import runs_of
from relief_engine.decision import Outcome
from relief_engine.engine.outcome import figure_answer, outcome_of

_HOLDS: Mapping[ir.Order, Callable[[int, int], bool]] = {
    "<": operator.lt, "<=": operator.le, "==": operator.eq, "!=": operator.ne, ">=": operator.ge, ">": operator.gt,
}  # fmt: skip
#: What is said of a vector: the outcome first.
Said = tuple[Hashable, ...]


class Comparer:
    """Two programs of one layout, of the rules and of a mutant."""

    def __init__(self, right: ir.Program, wrong: ir.Program) -> None:
        self.right = right
        self.wrong = wrong
        self._known: dict[Hashable, int] = {}
        self._fixed: dict[int, int] = {}
        self._numbers = self._numbered(right), self._numbered(wrong)
        self.alike = self._shape(right, self._numbers[0]) == self._shape(wrong, self._numbers[1])

    def slots(self) -> list[int]:
        """The slots that are read by what one of the two works out and the other does not."""
        one, other = (set(numbers) for numbers in self._numbers)
        found: set[int] = set()
        for program, numbers, theirs in ((self.right, self._numbers[0], other), (self.wrong, self._numbers[1], one)):
            under = slots_under(program.nodes)
            found |= {slot for node, number in enumerate(numbers) if number not in theirs for slot in under[node]}
        return sorted(found)

    def _numbered(self, program: ir.Program) -> list[int]:
        """For each node a number that it shares with every node of either program that always has its value."""
        numbers: list[int] = []
        for node in program.nodes:
            key = self._key(node, numbers)
            numbers.append(key if isinstance(key, int) else self._numbered_as(key))
        return numbers

    def _numbered_as(self, key: Hashable) -> int:
        return self._known.setdefault(key, len(self._known))

    def _key(self, node: ir.Node, number: Sequence[int]) -> Hashable:
        """What tells a node from others; the number of another one that it comes to."""
        match node:
            case ir.Compare(op, left, right):
                a, b = (self._fixed.get(number[side]) for side in (left, right))
                if a is not None and b is not None:
                    return ir.Const(ir.MET if _HOLDS[op](a, b) else ir.UNMET)
            case ir.AllOf(parts) | ir.AnyOf(parts):
                neutral, decisive = (ir.MET, ir.UNMET) if isinstance(node, ir.AllOf) else (ir.UNMET, ir.MET)
                rest = {number[part] for part in parts} - {self._numbered_as(ir.Const(neutral))}
                if self._numbered_as(ir.Const(decisive)) in rest:
                    return ir.Const(decisive)
                if len(rest) < 2:
                    return rest.pop() if rest else ir.Const(neutral)
                return type(node).__name__, frozenset(rest)
            case ir.Fixed(value):
                self._fixed[self._numbered_as(node)] = value
            case _:
                pass
        return _key(node, number)

    def _shape(self, program: ir.Program, number: Sequence[int]) -> Hashable:
        """All that a case can expect of a program, by the numbers of its nodes."""

        def at(node: int | None) -> int | None:
            return None if node is None else number[node]

        def figure(found: ir.Range | None) -> Hashable:
            return None if found is None else (at(found.low), at(found.high), found.denominator)

        def money(found: ir.Money | None) -> Hashable:
            if found is None:
                return None
            low, high = (self._fixed.get(number[node]) for node in (found.figure.low, found.figure.high))
            if low is None or high is None:
                return figure(found.figure), found.step
            return tuple(ir.rounded(bound, found.figure.denominator, found.step) for bound in (low, high))

        never = self._numbered_as(ir.Const(ir.UNMET))
        benefit = program.benefit
        extra = program.programme.not_available
        return (
            at(program.open),
            at(program.refer),
            tuple((c.criterion.id, at(c.node), at(c.in_place)) for c in program.criteria),
            tuple(
                (r.referral.id, at(r.node), tuple(program.criteria[place].criterion.id for place in r.replaces))
                for r in program.referrals
            ),
            money(benefit.amount), money(benefit.ceiling), money(benefit.payable),
            figure(benefit.rate), figure(benefit.until),
            tuple((n, figure(f)) for n, f in program.lets.items() if program.programme.lets[n].shown),
            tuple(
                (d.deadline.id, tuple((at(guard), at(day)) for guard, day in d.entries), at(d.condition))
                for d in program.deadlines
                if d.condition is None or at(d.condition) != never
            ),
            None if extra is None else extra.id,
        )  # fmt: skip


def _key(node: ir.Node, number: Sequence[int]) -> Hashable:
    match node:
        case ir.ClassIs(code, table, values):
            truths = tuple(_consensus(found, values) for found in table.candidates)
            return "class", code, truths, _consensus(table.all_candidates, values)
        case ir.SizeIs(code, table, _, values):
            runs = {candidate: runs_of(node, candidate) for candidate in range(len(table.rows) + 1)}
            sectors = table.sectors
            rows = tuple(frozenset(runs[c] for c in found) for found in sectors.candidates)
            return "size", code, rows, frozenset(runs[c] for c in sectors.all_candidates)
        case ir.Compare(op, left, right):
            return "compare", op, number[left], number[right]
        case ir.Sum(left, right) | ir.Product(left, right):
            return type(node).__name__, tuple(sorted((number[left], number[right])))
        case ir.Difference(left, right):
            return "difference", number[left], number[right]
        case ir.Extreme(least, parts):
            return "extreme", least, frozenset(number[part] for part in parts)
        case ir.Pick(condition, then, otherwise):
            return "pick", number[condition], number[then], number[otherwise]
        case ir.Days(start, end, first, last):
            return "days", number[start], number[end], first, last
        case ir.Months(day, months):
            return "months", number[day], months
        case _:
            return node


def _consensus(found: tuple[int, ...], values: frozenset[int]) -> int:
    inside = {candidate in values for candidate in found}
    return ir.UNKNOWN if len(inside) != 1 else ir.MET if True in inside else ir.UNMET


def said(program: ir.Program, values: Sequence[int | None]) -> Said:
    """What a program says of the values of its nodes, as far as a case can expect it."""
    outcome = outcome_of(program, values)
    unmet = frozenset(c.criterion.id for c in program.criteria if values[c.node] == ir.UNMET)
    referred: set[str] = set()
    if outcome is not Outcome.INELIGIBLE:
        for referral in program.referrals:
            stands = not referral.replaces or any(
                values[program.criteria[place].node] == ir.UNMET for place in referral.replaces
            )
            if stands and values[referral.node] == ir.MET:
                referred.add(referral.referral.id)
    given = figure_answer(program, values) if outcome in (Outcome.ELIGIBLE, Outcome.REFERRED) else ()
    lets = tuple(
        (
            name,
            *(None if (value := values[node]) is None else Fraction(value, f.denominator) for node in (f.low, f.high)),
        )
        for name, f in program.lets.items()
        if program.programme.lets[name].shown
    )
    days = tuple(
        (item.deadline.id, values[node])
        for item in program.deadlines
        if item.condition is None or values[item.condition] == ir.MET
        for guard, node in item.entries
        if values[node] is not None and (guard is None or values[guard] == ir.MET)
    )
    return outcome, unmet, frozenset(referred), given, lets, days
