"""Proving stage: the normal form of terms. What is only written in another order comes out as one and the same term.

Conditions are sorted and flat, comparisons are of a total with nought, and figures are totals of products with whole
coefficients, choices pulled out of products: a product with a choice of constants is linear. A figure of a total stays
with the coefficient nought, because the total is unknown while it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import gcd

from relief_engine.compiled import ir
from relief_engine.proving.terms import (
    AtMostZero,
    Choose,
    Every,
    Form,
    IsZero,
    Some,
    Term,
    Times,
    Total,
    Truth,
)


class Terms:
    """A growing list of terms, each held once."""

    def __init__(self) -> None:
        self.list: list[Form] = []
        self._index: dict[Form, Term] = {}
        self._products: dict[tuple[Term, Term], Term] = {}

    def add(self, form: Form) -> Term:
        """The position of a term; an equal one is not held again."""
        found = self._index.get(form)
        if found is None:
            found = self._index[form] = len(self.list)
            self.list.append(form)
        return found

    # --- conditions ---------------------------------------------------------------------------------------------

    def every(self, parts: Iterable[Term]) -> Term:
        """All conditions."""
        return self._joined(parts, Every, neutral=ir.MET)

    def some(self, parts: Iterable[Term]) -> Term:
        """Any condition."""
        return self._joined(parts, Some, neutral=ir.UNMET)

    def _joined(self, parts: Iterable[Term], kind: type[Every] | type[Some], *, neutral: int) -> Term:
        flat: set[Term] = set()
        for part in parts:
            form = self.list[part]
            flat.update(form.parts if isinstance(form, kind) else (part,))
        truths = {part: form.value for part in flat if isinstance(form := self.list[part], Truth)}
        if ir.MET - neutral in truths.values():
            return self.add(Truth(ir.MET - neutral))
        flat -= {part for part, value in truths.items() if value == neutral}
        if len(flat) == 1:
            return flat.pop()
        return self.add(kind(tuple(sorted(flat)))) if flat else self.add(Truth(neutral))

    def compare(self, op: ir.Order, left: Term, right: Term) -> Term:
        """A comparison of two figures, as one of their difference with nought."""
        if op in (">", ">="):
            return self.compare("<" if op == ">" else "<=", right, left)
        constant, listed = self._parts(self.minus(left, right))
        parts = dict(listed)
        common = gcd(*parts.values())
        if not parts:
            holds = {"<": constant < 0, "<=": constant <= 0, "==": constant == 0, "!=": constant != 0}[op]
            return self.add(Truth(ir.MET if holds else ir.UNMET))
        if op in ("<", "<="):
            constant += op == "<"
            if common > 1:
                # All but the constant is a multiple of the common factor, so the constant may be rounded up to one.
                parts = {part: coefficient // common for part, coefficient in parts.items()}
                constant = -(-constant // common)
            return self.add(AtMostZero(self._total(constant, parts)))
        if common and constant % common == 0:
            sign = common if next(filter(None, parts.values())) > 0 else -common
            parts = {part: coefficient // sign for part, coefficient in parts.items()}
            constant //= sign
        return self.add(IsZero(self._total(constant, parts), op == "!="))

    # --- figures ------------------------------------------------------------------------------------------------

    def fixed(self, value: int) -> Term:
        """A figure that the rulebook fixes."""
        return self.add(Total(value, ()))

    def minus(self, left: Term, right: Term) -> Term:
        """A difference."""
        return self.total(0, [(left, 1), (right, -1)])

    def total(self, constant: int, parts: Iterable[tuple[Term, int]]) -> Term:
        """A constant and figures with coefficients; figures that are totals themselves are taken apart."""
        found: dict[Term, int] = {}
        for part, coefficient in parts:
            inner, listed = self._parts(part)
            constant += coefficient * inner
            for atom, times in listed:
                found[atom] = found.get(atom, 0) + coefficient * times
        return self._total(constant, found)

    def _total(self, constant: int, parts: Mapping[Term, int]) -> Term:
        if constant == 0 and list(parts.values()) == [1]:
            return next(iter(parts))
        return self.add(Total(constant, tuple(sorted(parts.items()))))

    def _parts(self, figure: Term) -> tuple[int, tuple[tuple[Term, int], ...]]:
        form = self.list[figure]
        return (form.constant, form.parts) if isinstance(form, Total) else (0, ((figure, 1),))

    def product(self, left: Term, right: Term) -> Term:
        """A product: of each choice, and of each part of a total, by itself."""
        key = (min(left, right), max(left, right))
        found = self._products.get(key)
        if found is None:
            found = self._products[key] = self._product(*key)
        return found

    def _product(self, left: Term, right: Term) -> Term:
        for one, other in ((left, right), (right, left)):
            form = self.list[one]
            if isinstance(form, Total) and not form.parts:
                return self.total(0, [(other, form.constant)])
        for one, other in ((left, right), (right, left)):
            form = self.list[one]
            if isinstance(form, Choose):
                then, otherwise = self.product(form.then, other), self.product(form.otherwise, other)
                return self.choose(form.condition, then, otherwise)
        for one, other in ((left, right), (right, left)):
            form = self.list[one]
            if isinstance(form, Total):
                parts = [(self.product(part, other), coefficient) for part, coefficient in form.parts]
                return self.total(0, [*parts, (other, form.constant)] if form.constant else parts)
        atoms: list[Term] = []
        for one in (left, right):
            form = self.list[one]
            atoms += form.parts if isinstance(form, Times) else (one,)
        return self.add(Times(tuple(sorted(atoms))))

    def choose(self, condition: Term, then: Term, otherwise: Term) -> Term:
        """One of two figures; known whatever the condition only where the program says so, by having no choice."""
        form = self.list[condition]
        if isinstance(form, Truth) and form.value != ir.UNKNOWN:
            return then if form.value == ir.MET else otherwise
        return self.add(Choose(condition, then, otherwise))
