"""Explanation stage: the value of every figure, calculated anew with exact fractions.

This is a second calculation, on the typed expressions instead of the compiled nodes: a test holds that both come to the
same cent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from relief_engine.compiled.figures import months_later, overlap
from relief_engine.decision import Status
from relief_engine.explanation import say
from relief_engine.explanation.trace import Trace
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import OPEN_END, AnyFact, ExtremeFact, Fact
from relief_engine.rulebook.units import Unit
from relief_engine.text import Text, joined

#: The lowest and highest value of a figure (a day as its ordinal); equal where the texts leave nothing open.
Span = tuple[Fraction, Fraction]
_SIGNS: dict[ex.Arithmetic, str] = {"+": "+", "-": "−", "*": "×", "/": "÷"}


class Arithmetic:
    """Calculates the figures of one decision, and writes them out."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        # What was calculated and written, by the identity of the expression, which the programme keeps alive: a figure
        # stands in its own line and in all that is made from it.
        self._spans: dict[int, Span | None] = {}
        self._written: dict[int, Text] = {}

    # --- values -------------------------------------------------------------------------------------------------

    def span(self, expr: ex.Expr) -> Span | None:
        """The value of a figure, or None while it is unknown."""
        try:
            return self._spans[id(expr)]
        except KeyError:
            found = self._spans[id(expr)] = self._span(expr)
            return found

    def _span(self, expr: ex.Expr) -> Span | None:
        match expr:
            case ex.FactRef(fact=fact):
                return self._fact(fact)
            case ex.AsOf():
                return _exactly(self.trace.decision.as_of.toordinal())
            case ex.Number(value=value):
                return _exactly(Fraction(value))
            case ex.ParamRef(name=name):
                return _exactly(self.parameter(name))
            case ex.LetRef(name=name):
                return self.span(self.trace.programme.lets[name].value)
            case ex.IfElse():
                branch = self.applied(expr)
                return None if isinstance(branch, ex.IfElse) else self.span(branch)
            case ex.Arith(op=op, left=left, right=right):
                a, b = self.span(left), self.span(right)
                return None if a is None or b is None else _combined(op, a, b)
            case _:
                return self._call(expr)

    def _call(self, expr: ex.Expr) -> Span | None:
        """The value of a named operation, known as soon as all it is made from is."""
        parts: list[Span] = []
        for child in ex.children(expr):
            found = self.span(child)
            if found is None:
                return None
            parts.append(found)
        match expr:
            case ex.Between():
                return (parts[0][0], parts[1][1])
            case ex.Extreme(least=least):
                pick = min if least else max
                return pick(low for low, _ in parts), pick(high for _, high in parts)
            case ex.OverlapDays(window=window):
                begins, ends = self.window(window)
                return _exactly(overlap(int(parts[0][0]), int(parts[1][0]), begins.toordinal(), ends.toordinal()))
            case ex.OverlapMonths(window=window):
                return _exactly(sum(share for _, share in self.shares(window, parts[0], parts[1])))
            case ex.AddMonths():
                return _exactly(months_later(int(parts[0][0]), int(parts[1][0])))
            case _:
                return None

    def window(self, parameters: Sequence[ex.ParamRef]) -> tuple[dt.date, dt.date]:
        """The first and the last day of a window: of a year, or as two parameters say."""
        days = [int(self.parameter(parameter.name)) for parameter in parameters]
        if len(days) == 1:
            return ex.year_of(days[0])
        return dt.date.fromordinal(days[0]), dt.date.fromordinal(days[1])

    def shares(self, window: Sequence[ex.ParamRef], start: Span, end: Span) -> list[tuple[dt.date, Fraction]]:
        """How much of each calendar month of a window a period covers, by the month's first day."""
        found = []
        for first, last in ex.calendar_months(*self.window(window)):
            days = overlap(int(start[0]), int(end[0]), first.toordinal(), last.toordinal())
            found.append((first, Fraction(days, (last - first).days + 1)))
        return found

    def _fact(self, fact: AnyFact) -> Span | None:
        value = self.trace.known(fact)
        if not isinstance(value, int):
            return None
        return _exactly(Fraction(value, fact.denominator if isinstance(fact, Fact | ExtremeFact) else 1))

    def parameter(self, name: str) -> Fraction:
        """A parameter in base units; a day as its ordinal."""
        found = self.trace.parameter(name)
        if isinstance(found.value, dt.date):
            return Fraction(found.value.toordinal())
        value = found.value
        exact = Fraction(value) if isinstance(value, Decimal) else Fraction(str(value))
        return exact if found.unit is None or found.unit.scale == 1 else exact * found.unit.scale

    def applied(self, expr: ex.Expr) -> ex.Expr:
        """The expression itself, or what is left of a choice once its conditions are known, or no longer matter."""
        while isinstance(expr, ex.IfElse):
            match self.trace.condition(expr.condition):
                case Status.MET:
                    expr = expr.then
                case Status.UNMET:
                    expr = expr.otherwise
                case _:
                    # Both branches may be the same figure, and then the condition does not matter.
                    if not self.trace.indifferent(expr):
                        break
                    expr = expr.otherwise
        return expr

    # --- words --------------------------------------------------------------------------------------------------

    def words(self, expr: ex.Expr, span: Span | None) -> Text:
        """A value with its unit, as a range where it is open, as a day for days."""
        if span is None:
            return say.UNKNOWN
        low = self._one(expr, span[0])
        return low if span[0] == span[1] else say.span(low, self._one(expr, span[1]))

    def _one(self, expr: ex.Expr, number: Fraction) -> Text:
        if isinstance(expr, ex.FactRef) and isinstance(expr.fact, Fact | ExtremeFact):
            return say.value(expr.fact, int(number * expr.fact.denominator))
        if isinstance(expr.type, ex.DateType):
            return say.day(dt.date.fromordinal(int(number)))
        unit: Unit | None = expr.type.unit if isinstance(expr.type, ex.NumberType) else None
        if isinstance(expr, ex.ParamRef):
            unit = self.trace.parameter(expr.name).unit or unit
        return say.figure(number, unit)

    def written(self, expr: ex.Expr) -> Text:
        """The figures of an expression written out with their signs; of a choice only the branch that applies."""
        found = self._written.get(id(expr))
        if found is None:
            found = self._written[id(expr)] = self._spelled(self.applied(expr))
        return found

    def _spelled(self, expr: ex.Expr) -> Text:
        match expr:
            case ex.Arith(op=op, left=left, right=right) if isinstance(expr.type, ex.NumberType):
                a, b = self._operand(left, op), self._operand(right, op, last=True)
                return Text(f"{a.zh} {_SIGNS[op]} {b.zh}", f"{a.en} {_SIGNS[op]} {b.en}")
            case ex.OverlapDays(start=start, end=end, window=window):
                period, within = self.period(start, end), self.within(window)
                return Text(f"{period.zh}{within.zh}内的天数", f"the days of {period.en} within {within.en}")
            case ex.OverlapMonths(start=start, end=end, window=window):
                period, within = self.period(start, end), self.within(window)
                parts_ = self.months(start, end, window)
                return Text(
                    f"{period.zh}{within.zh}内的月数（{parts_.zh}）",
                    f"the months of {period.en} within {within.en} ({parts_.en})",
                )
            case ex.Extreme(least=least, parts=parts):
                zh = "、".join(self.written(part).zh for part in parts)
                en = ", ".join(self.written(part).en for part in parts)
                return Text(f"{zh} 中最{'小' if least else '大'}的", f"the {'least' if least else 'greatest'} of {en}")
            case _:
                return self.words(expr, self.span(expr))

    def period(self, start: ex.Expr, end: ex.Expr) -> Text:
        """A period from day to day; one that is open says from when. In Chinese ready for what follows."""
        first, last = self.span(start), self.span(end)
        if last is not None and last[0] == OPEN_END:
            begins = self.words(start, first)
            return Text(f"{begins.zh} 起", f"{begins.en} onwards")
        found = say.span(self.words(start, first), self.words(end, last))
        return Text(f"{found.zh} " if found.zh[-1:].isascii() else found.zh, found.en)

    def within(self, window: Sequence[ex.ParamRef]) -> Text:
        """A window, with the word before it: a year, or from day to day."""
        first, last = self.window(window)
        if len(window) == 1:
            return Text(f"在 {first.year} 年", str(first.year))
        named = say.span(say.day(first), say.day(last))
        return Text(f"在 {named.zh} ", named.en)

    def months(self, start: ex.Expr, end: ex.Expr, window: Sequence[ex.ParamRef]) -> Text:
        """The months that a period covers: how many whole ones, and how many days of each other one."""
        first, last = self.span(start), self.span(end)
        if first is None or last is None:
            return say.UNKNOWN
        shares = self.shares(window, first, last)
        whole = sum(share == 1 for _, share in shares)
        found = [Text(f"{whole} 个整月", f"{whole} whole month{'' if whole == 1 else 's'}")]
        for month, share in shares:
            if 0 < share < 1:
                length = (ex.add_months(month, 1) - month).days
                name = f"{month:%Y-%m}"
                found.append(Text(f"{name} {share * length}/{length}", f"{share * length}/{length} of {name}"))
        return joined(found, zh="，", en=", ")

    def _operand(self, expr: ex.Expr, op: ex.Arithmetic, *, last: bool = False) -> Text:
        """One side of a sum or product, in brackets where it would be misread without."""
        words, span, inner = self.written(expr), self.span(expr), self.applied(expr)
        compound = isinstance(inner, ex.Arith) and (
            (op in "*/" and (last or inner.op in "+-")) or (op == "-" and last and inner.op in "+-")
        )
        open_ = not isinstance(inner, ex.Arith) and span is not None and span[0] != span[1]
        return Text(f"({words.zh})", f"({words.en})") if compound or open_ else words


def _exactly(value: Fraction | int) -> Span:
    exact = value if isinstance(value, Fraction) else Fraction(value)
    return (exact, exact)


def _combined(op: ex.Arithmetic, a: Span, b: Span) -> Span:
    match op:
        case "+":
            return (a[0] + b[0], a[1] + b[1])
        case "-":
            return (a[0] - b[1], a[1] - b[0])
        case "*":
            return (a[0] * b[0], a[1] * b[1])
        case "/":
            return (a[0] / b[0], a[1] / b[0])
