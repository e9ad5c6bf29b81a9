"""Proving stage: terms as formulas. A condition is two formulas, met and unmet; a figure two, known and its value.

What the solver can't calculate, products of figures and months after a day, are functions of which only a little is
told; ``solve`` tells more at the points that matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import z3

from relief_engine.compiled import ir
from relief_engine.proving.normal import Terms
from relief_engine.proving.smt.domain import Variables
from relief_engine.proving.smt.functions import Functions
from relief_engine.proving.smt.logic import FALSE, TRUE, among, both, either, no, when
from relief_engine.proving.terms import (
    Among,
    AtMostZero,
    Choose,
    DaysIn,
    Every,
    InClass,
    InSize,
    IsZero,
    Later,
    Least,
    Nothing,
    Read,
    RowTest,
    RowTests,
    Some,
    Step,
    Term,
    Times,
    Total,
    Truth,
    Which,
)

#: A condition: whether it is met, and whether it is unmet.
Truths = tuple[z3.BoolRef, z3.BoolRef]
#: A figure: whether it is known, and its value.
Number = tuple[z3.BoolRef, z3.ArithRef]


class Encoding:
    """The formulas of terms, each made once."""

    def __init__(self, terms: Terms, variables: Variables) -> None:
        self.terms = terms
        self.variables = variables
        self.functions = Functions()
        self._truths: dict[Term, Truths] = {}
        self._numbers: dict[Term, Number] = {}
        self._rows: dict[RowTests, Truths] = {}
        self._tests: dict[RowTest | bool, Truths] = {}
        self._reached: dict[object, z3.BoolRef] = {}

    def truth(self, term: Term) -> Truths:
        """The formulas of a condition."""
        found = self._truths.get(term)
        if found is None:
            form = self.terms.list[term]
            found = self._truths[term] = _TRUTHS[type(form)](self, form)
        return found

    def number(self, term: Term) -> Number:
        """The formulas of a figure."""
        found = self._numbers.get(term)
        if found is None:
            form = self.terms.list[term]
            found = self._numbers[term] = _NUMBERS[type(form)](self, form)
        return found

    # --- conditions ---------------------------------------------------------------------------------------------

    def fixed(self, form: Truth) -> Truths:
        """A fixed condition."""
        return (TRUE if form.value == ir.MET else FALSE, TRUE if form.value == ir.UNMET else FALSE)

    def among(self, form: Among) -> Truths:
        """A test of a choice."""
        known, value = self.variables.known(form.fact), self.variables.value(form.fact)
        met = among(value, form.met)
        everything = len(form.met) + len(form.unmet) == len(self.variables.space.known(form.fact).ids)
        return (both(known, met), both(known, no(met) if everything else among(value, form.unmet)))

    def which(self, form: Which) -> Truths:
        """A test of the form that is given."""
        met, none_before = FALSE, TRUE
        for fact, holds in form.facts:
            known = self.variables.known(fact)
            if holds:
                met = either(met, both(none_before, known))
            none_before = both(none_before, no(known))
        if form.otherwise:
            met = either(met, none_before)
        return (met, no(met))

    def in_class(self, form: InClass) -> Truths:
        """A test of the class of a code."""
        known, kind = self.variables.known(form.fact), self.variables.value(form.fact)
        unknown = self.fixed(Truth(form.unknown))
        return (
            either(both(known, among(kind, form.met)), both(no(known), unknown[0])),
            either(both(known, among(kind, form.unmet)), both(no(known), unknown[1])),
        )

    def in_size(self, form: InSize) -> Truths:
        """A test of the size class of a code."""
        known = self.variables.known(form.fact)
        unknown = FALSE, FALSE
        if known is not TRUE:
            unknown = self.row_tests(form.unknown)
        kind = self.variables.value(form.fact) if form.fact else z3.IntVal(0)
        possible = self.variables.possible(form.fact)
        rows = [
            (among(kind, kinds & possible), self.row_tests(tests)) for kinds, tests in form.rows if kinds & possible
        ]
        met, unmet = (
            either(
                both(no(known), unknown[side]),
                both(known, either(*(both(kinds, found[side]) for kinds, found in rows))),
            )
            for side in (0, 1)
        )
        return (met, unmet)

    def row_tests(self, tests: RowTests) -> Truths:
        """What several rows that may apply say alike."""
        found = self._rows.get(tests)
        if found is None:
            each = []
            for test in tests:
                if test not in self._tests:
                    self._tests[test] = self.row_test(test)
                each.append(self._tests[test])
            found = self._rows[tests] = (both(*(met for met, _ in each)), both(*(unmet for _, unmet in each)))
        return found

    def row_test(self, test: RowTest | bool) -> Truths:
        """What one row says: the class is the lowest that a known indicator gives, or lower while one is unknown."""
        if isinstance(test, bool):
            return (TRUE, FALSE) if test else (FALSE, TRUE)
        facts = [fact or "" for fact, _ in test.limits]
        known = [self.variables.known(fact) for fact in facts]
        whole = both(*known)

        def reached(size: int) -> z3.BoolRef:
            if size in (0, len(test.truths)):
                return TRUE if size == 0 else FALSE
            key = (test.limits, size)
            if key not in self._reached:
                self._reached[key] = both(
                    *(
                        either(no(k), self.variables.value(fact) >= bounds[size - 1])
                        for k, fact, (_, bounds) in zip(known, facts, test.limits, strict=True)
                        if fact
                    )
                )
            return self._reached[key]

        met, unmet = [], []
        for size, holds in enumerate(test.truths):
            here = both(reached(size), no(reached(size + 1)))
            below = test.truths[: size + 1]
            met.append(both(here, TRUE if all(below) else whole if holds else FALSE))
            unmet.append(both(here, TRUE if not any(below) else FALSE if holds else whole))
        return (either(*met), either(*unmet))

    def at_most_zero(self, form: AtMostZero) -> Truths:
        """A comparison."""
        known, value = self.number(form.figure)
        return (both(known, value <= 0), both(known, value > 0))

    def is_zero(self, form: IsZero) -> Truths:
        """An equation, or its contrary."""
        known, value = self.number(form.figure)
        found = (both(known, value == 0), both(known, value != 0))
        return (found[1], found[0]) if form.negated else found

    def every(self, form: Every) -> Truths:
        """All of some conditions."""
        parts = [self.truth(part) for part in form.parts]
        return (both(*(met for met, _ in parts)), either(*(unmet for _, unmet in parts)))

    def some(self, form: Some) -> Truths:
        """Any of some conditions."""
        parts = [self.truth(part) for part in form.parts]
        return (either(*(met for met, _ in parts)), both(*(unmet for _, unmet in parts)))

    # --- figures ------------------------------------------------------------------------------------------------

    def nothing(self, _: Nothing) -> Number:
        """A figure that is never known."""
        return (FALSE, z3.IntVal(0))

    def read(self, form: Read) -> Number:
        """The value of a fact, or the day of the decision."""
        if not form.fact:
            return (TRUE, self.variables.day)
        return (self.variables.known(form.fact), self.variables.value(form.fact))

    def step(self, form: Step) -> Number:
        """The lowest or highest step."""
        return self.variables.step(form)

    def total(self, form: Total) -> Number:
        """A sum."""
        parts = [(self.number(part), coefficient) for part, coefficient in form.parts]
        value: z3.ArithRef = z3.IntVal(form.constant)
        summed = [
            number * coefficient if coefficient != 1 else number for (_, number), coefficient in parts if coefficient
        ]
        if summed:
            value = z3.Sum([value, *summed]) if form.constant else z3.Sum(summed)
        return (both(*(known for (known, _), _ in parts)), value)

    def times(self, form: Times) -> Number:
        """A product, as a function of which little is told."""
        parts = [self.number(part) for part in form.parts]
        value = parts[0][1]
        for _, other in parts[1:]:
            value = self.functions.product(value, other)
        return (both(*(known for known, _ in parts)), value)

    def later(self, form: Later) -> Number:
        """A day some months later, as a function of which little is told."""
        known, day = self.number(form.day)
        return (known, self.functions.later(day, form.months))

    def least(self, form: Least) -> Number:
        """The least or greatest of some figures."""
        parts = [self.number(part) for part in form.parts]
        value = parts[0][1]
        for _, other in parts[1:]:
            value = when(value <= other if form.least else value >= other, value, other)
        return (both(*(known for known, _ in parts)), value)

    def choose(self, form: Choose) -> Number:
        """One of two figures."""
        met, unmet = self.truth(form.condition)
        (then, a), (otherwise, b) = self.number(form.then), self.number(form.otherwise)
        return (either(both(met, then), both(unmet, otherwise)), when(met, a, b))

    def days(self, form: DaysIn) -> Number:
        """The days of a period within a window."""
        (first, start), (last, end) = self.number(form.start), self.number(form.end)
        latest = when(end < form.last, end, z3.IntVal(form.last))
        earliest = when(start > form.first, start, z3.IntVal(form.first))
        span = latest - earliest + 1
        return (both(first, last), when(span > 0, span, z3.IntVal(0)))


_TRUTHS: Mapping[type, Callable[..., Truths]] = {
    Truth: Encoding.fixed,
    Among: Encoding.among,
    Which: Encoding.which,
    InClass: Encoding.in_class,
    InSize: Encoding.in_size,
    AtMostZero: Encoding.at_most_zero,
    IsZero: Encoding.is_zero,
    Every: Encoding.every,
    Some: Encoding.some,
}
_NUMBERS: Mapping[type, Callable[..., Number]] = {
    Nothing: Encoding.nothing,
    Read: Encoding.read,
    Step: Encoding.step,
    Total: Encoding.total,
    Times: Encoding.times,
    Later: Encoding.later,
    Least: Encoding.least,
    Choose: Encoding.choose,
    DaysIn: Encoding.days,
}
