"""SQL route: money. Formulas are rounded branch by branch, so that the common branch needs no wide numbers.

A formula is often a choice between forms of one figure, of which each is a product. Over a common denominator all of
them are huge, by themselves most are not: the denominator is cancelled in each branch against its own factors. What
is rounded is the same fraction, so that the cents are the same.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from math import gcd

from relief_engine.compiled import ir
from relief_engine.routes.sql.nodes import Written
from relief_engine.routes.sql.terms import NARROW
from relief_engine.rulebook.record import Value

#: A choice among more branches than this is computed as one figure; so is one between small numbers.
_MOST_BRANCHES, _SMALL = 24, 10**6


class Leaf(Value):
    """A product: a fixed whole number and figures."""

    factor: int
    figures: tuple[int, ...]


class Choice(Value):
    """One formula where a node holds, another where it does not."""

    condition: int
    then: Formula
    otherwise: Formula


Formula = Leaf | Choice


def formula_of(written: Written, node: int) -> Formula:
    """The figure of a node as a choice between products."""
    found = _formula(written, node)
    return found if _branches(found) <= _MOST_BRANCHES else Leaf(1, (written.node(node),))


def _formula(written: Written, index: int) -> Formula:
    match written.program.nodes[index]:
        case ir.Fixed(value):
            return Leaf(value, ())
        case ir.Product(left, right):
            return _product(_formula(written, left), _formula(written, right))
        case ir.Pick(condition, then, otherwise) if not _is_small(written, index):
            settled = {written.terms.true: then, written.terms.false: otherwise}.get(written.node(condition))
            if settled is not None:
                return _formula(written, settled)
            return Choice(condition, _formula(written, then), _formula(written, otherwise))
        case _:
            return Leaf(1, (written.node(index),))


def _is_small(written: Written, index: int) -> bool:
    """Whether a choice is between fixed numbers, such as months, rather than between formulas."""
    match written.program.nodes[index]:
        case ir.Fixed(value):
            return abs(value) <= _SMALL
        case ir.Pick(_, then, otherwise):
            return _is_small(written, then) and _is_small(written, otherwise)
        case _:
            return False


def _product(left: Formula, right: Formula) -> Formula:
    if isinstance(left, Choice):
        return Choice(left.condition, _product(left.then, right), _product(left.otherwise, right))
    if isinstance(right, Choice):
        return Choice(right.condition, _product(left, right.then), _product(left, right.otherwise))
    return Leaf(left.factor * right.factor, (*left.figures, *right.figures))


def _branches(formula: Formula) -> int:
    return 1 if isinstance(formula, Leaf) else _branches(formula.then) + _branches(formula.otherwise)


def cents(written: Written, formula: Formula, denominator: int, step: Decimal) -> int:
    """The term of a formula in yuan over a denominator, as whole cents, rounded as :func:`ir.rounded` rounds."""
    if isinstance(formula, Choice):
        branches = [cents(written, part, denominator, step) for part in (formula.then, formula.otherwise)]
        costs = [_is_wide(written, part, denominator, step) for part in (formula.then, formula.otherwise)]
        rare = [costs.index(True)] if any(costs) and not all(costs) else []
        return written.terms.pick(written.node(formula.condition), branches[0], branches[1], rare)
    terms = written.terms
    product = terms.number(1)
    for figure in formula.figures:
        product = terms.times(product, figure)
    factor, half, divisor, per_step = _fraction(formula.factor, denominator, step)

    def magnitude(figure: int) -> int:
        """The cents of a figure that is not negative: steps are counted half up, then told in cents."""
        steps = terms.over(terms.plus(terms.times(figure, terms.number(factor)), terms.number(half)), divisor)
        return terms.over(terms.times(steps, terms.number(per_step[0])), per_step[1])

    if product == terms.unknown:
        return product
    low, high = terms.range_of(product)
    if formula.factor < 0:
        product = terms.times(product, terms.number(-1))
        low, high = -high, -low
    if low >= 0:
        return magnitude(product)
    zero = terms.number(0)
    # Half up is away from zero: what is negative is rounded as its opposite. (The bounds are those of the whole.)
    size = terms.extreme([product, terms.times(product, terms.number(-1))], least=False)
    terms.bounds[size] = (0, max(-low, high))
    found = magnitude(size)
    return terms.pick(terms.compare(">=", product, zero), found, terms.times(found, terms.number(-1)))


def _fraction(factor: int, denominator: int, step: Decimal) -> tuple[int, int, int, tuple[int, int]]:
    """What a product is multiplied by, what is added for half a step, what it is divided by, and cents per step."""
    top, bottom = step.as_integer_ratio()
    factor, divisor = abs(factor) * bottom, denominator * top
    shared = gcd(factor, divisor) or 1
    factor, divisor = factor // shared, divisor // shared
    per = gcd(top * 100, bottom)
    return factor, divisor // 2, divisor, (top * 100 // per, bottom // per)


def _is_wide(written: Written, formula: Formula, denominator: int, step: Decimal) -> bool:
    """Whether a formula needs wide numbers on its way."""
    if isinstance(formula, Choice):
        return any(_is_wide(written, part, denominator, step) for part in (formula.then, formula.otherwise))
    terms = written.terms
    if terms.unknown in formula.figures:
        return False
    most = _fraction(formula.factor, denominator, step)[0]
    for figure in formula.figures:
        most *= max(map(abs, terms.range_of(figure)))
    return most > NARROW


def same(written: Written, low: Formula, high: Formula) -> int:
    """Whether two formulas have one known value: true, and else false or unknown."""
    if isinstance(low, Choice):
        matched = isinstance(high, Choice) and high.condition == low.condition
        then, otherwise = (high.then, high.otherwise) if matched and isinstance(high, Choice) else (high, high)
        parts = same(written, low.then, then), same(written, low.otherwise, otherwise)
        return written.terms.pick(written.node(low.condition), *parts)
    if isinstance(high, Choice):
        return same(written, high, low)
    terms = written.terms
    if terms.unknown in (*low.figures, *high.figures):
        return terms.false
    shared = Counter(low.figures) & Counter(high.figures)
    sides = []
    common = gcd(low.factor, high.factor) or 1
    for leaf in (low, high):
        side = terms.number(leaf.factor // common)
        for figure in (Counter(leaf.figures) - shared).elements():
            side = terms.times(side, figure)
        sides.append(side)
    known = terms.known(*dict.fromkeys((*low.figures, *high.figures)))
    none = [terms.compare("==", figure, terms.number(0)) for figure in shared if terms.range_of(figure)[0] <= 0]
    equal = terms.compare("==", *sides)
    if equal == terms.true:
        return known
    return terms.all_of([known, terms.any_of([equal, *none])])
