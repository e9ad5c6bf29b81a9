"""Proving stage: what the solver can't calculate, as functions of which only a little is told.

``solve`` tells more of them, at the points that matter.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import z3

from relief_engine.compiled.figures import months_later
from relief_engine.rulebook.facts import FIRST_DAY, LAST_DAY

_MUL = z3.Function("times", z3.IntSort(), z3.IntSort(), z3.IntSort())


class Applied:
    """A function applied: the term that the solver sees, its operands, and what it really is."""

    def __init__(self, result: z3.ArithRef, operands: tuple[z3.ArithRef, ...], exact: Callable[..., int]) -> None:
        self.result = result
        self.operands = operands
        self.exact = exact


class Functions:
    """The functions that an encoding applies, and what holds of them everywhere."""

    def __init__(self) -> None:
        self.applied: dict[int, Applied] = {}
        self.axioms: list[z3.BoolRef] = []

    def product(self, a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
        """Two figures multiplied."""
        found = _MUL(a, b)
        if found.get_id() not in self.applied:
            self.applied[found.get_id()] = Applied(found, (a, b), lambda x, y: x * y)
            self.axioms += [
                (found == 0) == z3.Or(a == 0, b == 0),
                z3.Implies(z3.And(a > 0, b > 0), z3.And(found >= a, found >= b)),
                z3.Implies(a == 1, found == b),
                z3.Implies(b == 1, found == a),
            ]
        return found

    def later(self, day: z3.ArithRef, months: int) -> z3.ArithRef:
        """A day some months later."""
        found = z3.Function(f"months {months}", z3.IntSort(), z3.IntSort())(day)
        if found.get_id() not in self.applied:
            self.applied[found.get_id()] = Applied(found, (day,), lambda d: months_later(d, months))
            span = z3.And(found >= day + min(28 * months, 31 * months), found <= day + max(28 * months, 31 * months))
            self.axioms.append(z3.Implies(z3.And(day >= FIRST_DAY, day <= LAST_DAY), span))
        return found

    def monotone(self) -> list[z3.BoolRef]:
        """Of two products with one factor in common, the one with the greater other factor is the greater."""
        found = []
        products = [one for one in self.applied.values() if len(one.operands) == 2]
        for one, other in combinations(products, 2):
            for i in (0, 1):
                for j in (0, 1):
                    if one.operands[i].eq(other.operands[j]):
                        common, a, b = one.operands[i], one.operands[1 - i], other.operands[1 - j]
                        found.append(z3.Implies(z3.And(common >= 0, a <= b), one.result <= other.result))
                        found.append(z3.Implies(z3.And(common >= 0, a >= b), one.result >= other.result))
        return found
