"""Explanation stage: the formula with its figures, line by line, each figure with the place or clause it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from relief_engine.compiled import ir
from relief_engine.decision import Status, yuan
from relief_engine.errors import Location
from relief_engine.explanation import say
from relief_engine.explanation.arithmetic import Arithmetic
from relief_engine.explanation.reason import Reason
from relief_engine.explanation.reasons import Reasons
from relief_engine.explanation.trace import Trace
from relief_engine.rulebook import expressions as ex
from relief_engine.text import Text


class Factor(NamedTuple):
    """One figure of a formula: what it is, its value, and where it comes from: a place in the profile, or clauses."""

    name: str
    title: Text
    value: Text
    place: Location | None
    citations: tuple[str, ...]


class Line(NamedTuple):
    """One line of the calculation.

    ``written`` holds the figures with their signs, ``result`` what they come to, exactly from ``low`` to ``high``;
    ``because`` the conditions that chose this formula among others; ``rounded`` the result after the one rounding.
    """

    name: str
    title: Text
    written: Text
    result: Text
    low: Fraction
    high: Fraction
    factors: tuple[Factor, ...]
    because: tuple[Reason, ...]
    rounded: Text | None = None
    rounded_by: tuple[str, ...] = ()


_TITLES = {
    "amount": Text("金额", "amount"),
    "ceiling": Text("上限", "ceiling"),
    "payable": Text("应付金额", "amount payable"),
    "rate": Text("比例", "rate"),
    "until": Text("截止日", "last day"),
}


def calculation(trace: Trace, arithmetic: Arithmetic, reasons: Reasons) -> tuple[Line, ...]:
    """The named figures in the order in which they are calculated, then what the benefit comes to."""
    return _Calculation(trace, arithmetic, reasons).lines()


class _Calculation:
    def __init__(self, trace: Trace, arithmetic: Arithmetic, reasons: Reasons) -> None:
        self.trace = trace
        self.arithmetic = arithmetic
        self.reasons = reasons

    def lines(self) -> tuple[Line, ...]:
        wording = self.trace.program.benefit.wording
        results = [
            (name, expr)
            for name, expr in (
                ("amount", wording.amount),
                ("ceiling", wording.ceiling),
                ("payable", wording.payable),
                ("rate", wording.rate),
                ("until", wording.until),
            )
            if expr is not None
        ]
        used: set[str] = set()
        for _, expr in results:
            used |= self.uses(expr)
        lets = self.trace.programme.lets
        if self.trace.programme.benefit.kind in ("rate", "ceiling", "deferral"):
            # Beside a rate, a ceiling or a last day, a figure says something that no amount says.
            used |= {name for name, let in lets.items() if let.shown}
        named = [self.line(name, let.title, let.value) for name, let in lets.items() if name in used]
        last = [self.line(name, _TITLES[name], expr) for name, expr in results]
        return tuple(line for line in (*named, *last) if line is not None)

    def uses(self, expr: ex.Expr) -> set[str]:
        """The named figures that an expression leans on, by the branches that apply."""
        expr = self.arithmetic.applied(expr)
        if isinstance(expr, ex.LetRef):
            return {expr.name} | self.uses(self.trace.programme.lets[expr.name].value)
        return set().union(*(self.uses(child) for child in ex.children(expr)))

    def line(self, name: str, title: Text, expr: ex.Expr) -> Line | None:
        """One line, or None while it can't be calculated."""
        span = self.arithmetic.span(expr)
        if span is None:
            return None
        factors = {factor.name: factor for factor in self.factors(expr)}
        rounded, rounded_by = self.rounding(name, span[0], span[1])
        return Line(
            name, title, self.arithmetic.written(expr), self.arithmetic.words(expr, span), span[0], span[1],
            tuple(factors.values()), tuple(self.because(expr)), rounded, rounded_by,
        )  # fmt: skip

    def rounding(self, name: str, low: Fraction, high: Fraction) -> tuple[Text | None, tuple[str, ...]]:
        """The result after rounding and the clause for it, where rounding changes it."""
        benefit = self.trace.program.benefit
        money: ir.Money | None = {"amount": benefit.amount, "ceiling": benefit.ceiling, "payable": benefit.payable}.get(
            name
        )
        cents = self.trace.decision.cents(money)
        if money is None or cents is None or (yuan(cents[0]) == low and yuan(cents[1]) == high):
            return None, ()
        step = _STEPS.get(money.step.normalize())
        words = step or Text(f"{money.step.normalize():f} 元", f"{money.step.normalize():f} yuan")
        found = say.span(say.money(yuan(cents[0])), say.money(yuan(cents[1])))
        return (
            Text(f"四舍五入到{words.zh}，得 {found.zh}", f"rounded half up to {words.en}: {found.en}"),
            say.cited(money.citations),
        )

    # --- where the figures come from ----------------------------------------------------------------------------

    def factors(self, expr: ex.Expr) -> Iterator[Factor]:
        """The figures of an expression, in order; named ones have a line of their own."""
        expr = self.arithmetic.applied(expr)
        match expr:
            case ex.FactRef(fact=fact):
                yield Factor(fact.id, say.label(fact), self.trace.value(fact), self.trace.place(fact), ())
            case ex.ParamRef(name=name):
                found = self.trace.parameter(name)
                shown = self.arithmetic.words(expr, self.arithmetic.span(expr))
                yield Factor(name, found.note or say.both(name), shown, None, say.cited(found.citations))
            case ex.LetRef():
                pass
            case _:
                for child in ex.children(expr):
                    yield from self.factors(child)

    def because(self, expr: ex.Expr) -> Iterator[Reason]:
        """The conditions that chose the branches of an expression.

        A condition that does not hold is told only where a single choice decides; of comparisons that lead nowhere
        nobody wants to read.
        """
        if isinstance(expr, ex.LetRef):
            return
        if isinstance(expr, ex.IfElse):
            while isinstance(expr, ex.IfElse):
                condition = expr.condition
                if self.trace.condition(condition) is Status.MET:
                    yield self.reasons.stated(condition)
                    expr = expr.then
                    break
                last = expr.otherwise
                if not isinstance(last, ex.IfElse) and isinstance(condition, ex.Member | ex.Flag):
                    yield self.reasons.stated(condition, wanted=False)
                expr = last
            yield from self.because(expr)
            return
        for child in ex.children(expr):
            yield from self.because(child)


_STEPS = {
    Decimal("0.01"): Text("分", "the cent"),
    Decimal("0.1"): Text("角", "0.1 yuan"),
    Decimal("1"): Text("元", "the yuan"),
}
