"""Explanation stage: the formula with its figures, calculated anew with exact fractions.

This is a second calculation, on the typed expressions instead of the compiled nodes: a test holds that both come to the
same cent. Of a choice between branches only the branch that applies is shown.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from relief_engine.compiled import ir
from relief_engine.compiled.figures import overlap
from relief_engine.decision import Decision
from relief_engine.explanation import say
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import AnyFact, ExtremeFact, Fact
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.units import Unit
from relief_engine.text import Text

#: The lowest and highest value of a figure; equal where the texts leave nothing open.
Span = tuple[Fraction, Fraction]
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}


@dataclass(frozen=True, slots=True)
class Factor:
    """One figure of a formula: what it is, its value, and where it comes from (a place in the profile, or clauses)."""

    title: Text
    value: Text
    place: str | None
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the calculation: its name, the figures written out, the result, and the figures' sources."""

    name: str
    title: Text
    written: Text
    result: Text
    low: Fraction
    high: Fraction
    factors: tuple[Factor, ...]


class Arithmetic:
    """Calculates and writes out the figures of one decision."""

    def __init__(self, decision: Decision) -> None:
        if decision.program is None:
            raise ValueError("a programme that is not in force has no figures")
        self.decision = decision
        self.program: ir.Program = decision.program
        self.programme: Programme = decision.programme

    # --- values -------------------------------------------------------------------------------------------------

    def span(self, expr: ex.Expr) -> Span | None:
        """The value of a figure (a day as its ordinal), or None while it is unknown."""
        match expr:
            case ex.FactRef(fact=fact):
                return self.fact(fact)
            case ex.AsOf():
                return self.same(Fraction(self.decision.as_of.toordinal()))
            case ex.Number(value=value):
                return self.same(Fraction(value))
            case ex.ParamRef(name=name):
                return self.same(self.parameter(name))
            case ex.LetRef(name=name):
                return self.span(self.programme.lets[name].value)
            case ex.IfElse():
                branch = self.branch(expr)
                return None if branch is None else self.span(branch)
            case ex.Between(low=low, high=high):
                a, b = self.span(low), self.span(high)
                return None if a is None or b is None else (a[0], b[1])
            case ex.Extreme(least=least, parts=parts):
                spans = [self.span(part) for part in parts]
                known = [s for s in spans if s is not None]
                if len(known) < len(spans):
                    return None
                pick = min if least else max
                return pick(s[0] for s in known), pick(s[1] for s in known)
            case ex.OverlapDays(start=start, end=end, year=year):
                a, b = self.span(start), self.span(end)
                if a is None or b is None:
                    return None
                number = int(self.parameter(year.name))
                first, last = dt.date(number, 1, 1).toordinal(), dt.date(number, 12, 31).toordinal()
                return self.same(Fraction(overlap(int(a[0]), int(b[0]), first, last)))
            case ex.AddMonths(day=day, months=months):
                a, b = self.span(day), self.span(months)
                if a is None or b is None:
                    return None
                return self.same(Fraction(ex.add_months(dt.date.fromordinal(int(a[0])), int(b[0])).toordinal()))
            case ex.Arith(op=op, left=left, right=right):
                return self.combined(op, self.span(left), self.span(right))
            case _:
                return None

    @staticmethod
    def same(value: Fraction) -> Span:
        return (value, value)

    @staticmethod
    def combined(op: str, a: Span | None, b: Span | None) -> Span | None:
        if a is None or b is None:
            return None
        match op:
            case "+":
                return (a[0] + b[0], a[1] + b[1])
            case "-":
                return (a[0] - b[1], a[1] - b[0])
            case "*":
                return (a[0] * b[0], a[1] * b[1])
            case _:
                return (a[0] / b[0], a[1] / b[0])

    def fact(self, fact: AnyFact) -> Span | None:
        value = say.known(self.decision, fact)
        if not isinstance(value, int):
            return None
        parts = fact.denominator if isinstance(fact, Fact | ExtremeFact) else 1
        return self.same(Fraction(value, parts))

    def parameter(self, name: str) -> Fraction:
        found = self.programme.parameters[name].versions.on(self.decision.as_of)
        if found is None:
            raise LookupError(name)
        if isinstance(found.value, dt.date):
            return Fraction(found.value.toordinal())
        scale = found.unit.scale if found.unit is not None else Fraction(1)
        return Fraction(str(found.value)) * scale

    def branch(self, expr: ex.IfElse) -> ex.Expr | None:
        """The branch that applies, or None while its condition is unknown."""
        node = self.program.node_of.get(id(expr.condition))
        value = None if node is None else self.decision.values[node]
        return expr.then if value == ir.MET else expr.otherwise if value == ir.UNMET else None

    # --- words --------------------------------------------------------------------------------------------------

    def applied(self, expr: ex.Expr) -> ex.Expr:
        """The expression itself, or what is left of a choice once its branches are decided."""
        while isinstance(expr, ex.IfElse):
            branch = self.branch(expr)
            if branch is None:
                return expr
            expr = branch
        return expr

    def words(self, expr: ex.Expr, span: Span | None) -> Text:
        """A value in words: with its unit, as a range where it is open, as a day for days."""
        if span is None:
            return say.UNKNOWN
        if isinstance(expr.type, ex.DateType):
            return say.day(dt.date.fromordinal(int(span[0])))
        unit = expr.type.unit if isinstance(expr.type, ex.NumberType) else None
        if isinstance(expr, ex.ParamRef):
            unit = self.programme.parameters[expr.name].versions.on(self.decision.as_of).unit or unit  # type: ignore[union-attr]
        low = self.amount(expr, span[0], unit)
        if span[0] == span[1]:
            return low
        high = self.amount(expr, span[1], unit)
        return Text(f"{low.zh} 至 {high.zh}", f"{low.en} to {high.en}")

    def amount(self, expr: ex.Expr, number: Fraction, unit: Unit | None) -> Text:
        fact = expr.fact if isinstance(expr, ex.FactRef) else None
        if isinstance(fact, Fact | ExtremeFact):
            return say.value(fact, int(number * fact.denominator), None)
        return say.figure(number, unit)

    def written(self, expr: ex.Expr) -> Text:
        """The figures of an expression written out with their signs."""
        expr = self.applied(expr)
        match expr:
            case ex.Arith(op=op, left=left, right=right) if isinstance(expr.type, ex.NumberType):
                a, b = self.operand(left), self.operand(right)
                sign = _SIGNS[op]
                tight = op in "*/"
                if tight and isinstance(self.applied(left), ex.Arith) and self.applied(left).op in "+-":  # type: ignore[attr-defined]
                    a = Text(f"({a.zh})", f"({a.en})")
                if tight and isinstance(self.applied(right), ex.Arith):
                    b = Text(f"({b.zh})", f"({b.en})")
                return Text(f"{a.zh} {sign} {b.zh}", f"{a.en} {sign} {b.en}")
            case ex.OverlapDays(start=start, end=end, year=year):
                a, b = self.words(start, self.span(start)), self.words(end, self.span(end))
                y = int(self.parameter(year.name))
                return Text(f"{a.zh} 至 {b.zh} 在 {y} 年内的天数", f"days of {a.en} to {b.en} within {y}")
            case ex.Extreme(least=least, parts=parts):
                zh = "、".join(self.written(part).zh for part in parts)
                en = ", ".join(self.written(part).en for part in parts)
                return Text(f"{'最小' if least else '最大'}（{zh}）", f"{'least' if least else 'greatest'} of ({en})")
            case _:
                return self.words(expr, self.span(expr))

    def operand(self, expr: ex.Expr) -> Text:
        """One side of a sum or product; an open figure stands in brackets."""
        words, span = self.written(expr), self.span(expr)
        if isinstance(self.applied(expr), ex.Arith) or span is None or span[0] == span[1]:
            return words
        return Text(f"（{words.zh}）", f"({words.en})")

    def factors(self, expr: ex.Expr) -> tuple[Factor, ...]:
        """The figures of an expression with their sources, each once, in order."""
        found: dict[str, Factor] = {}
        self._collect(self.applied(expr), found)
        return tuple(found.values())

    def _collect(self, expr: ex.Expr, found: dict[str, Factor]) -> None:
        expr = self.applied(expr)
        match expr:
            case ex.FactRef(fact=fact):
                shown = say.value(fact, say.known(self.decision, fact), None)
                found.setdefault(fact.id, Factor(say.label(fact), shown, say.place(self.decision, fact), ()))
            case ex.ParamRef(name=name):
                value = self.programme.parameters[name].versions.on(self.decision.as_of)
                if value is not None:
                    shown = self.words(expr, self.span(expr))
                    found.setdefault(name, Factor(value.note or say.both(name), shown, None, say.cited(value.citations)))
            case ex.OverlapDays(start=start, end=end, year=year):
                self._collect(start, found)
                self._collect(end, found)
                value = self.programme.parameters[year.name].versions.on(self.decision.as_of)
                if value is not None:
                    number = int(self.parameter(year.name))
                    title = value.note or say.both(year.name)
                    found.setdefault(year.name, Factor(title, Text(f"{number}年", str(number)), None, say.cited(value.citations)))
            case ex.LetRef(name=name):
                let = self.programme.lets[name]
                found.setdefault(name, Factor(let.title, self.words(expr, self.span(expr)), None, ()))
            case _:
                for child in ex.children(expr):
                    self._collect(child, found)

    def line(self, name: str, title: Text, expr: ex.Expr) -> Line | None:
        """One line of the calculation, or None while it can't be calculated."""
        span = self.span(expr)
        if span is None:
            return None
        return Line(name, title, self.written(expr), self.words(expr, span), span[0], span[1], self.factors(expr))

    def lines(self) -> list[Line]:
        """The named figures that the formula leans on, in the order in which they are calculated."""
        expr = self.program.benefit.wording.amount
        roots = [e for e in (expr, self.program.benefit.wording.ceiling, self.program.benefit.wording.payable,
                             self.program.benefit.wording.rate, self.program.benefit.wording.until) if e is not None]  # fmt: skip
        used: list[str] = []
        for root in roots:
            self._uses(root, used)
        found = []
        for name, let in self.programme.lets.items():
            if name in used:
                line = self.line(name, let.title, let.value)
                if line is not None:
                    found.append(line)
        return found

    def _uses(self, expr: ex.Expr, used: list[str]) -> None:
        expr = self.applied(expr)
        if isinstance(expr, ex.LetRef):
            if expr.name not in used:
                used.append(expr.name)
            self._uses(self.programme.lets[expr.name].value, used)
        for child in ex.children(expr):
            self._uses(child, used)
