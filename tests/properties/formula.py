"""A second reading of a programme's expressions: the tree as it was written, with fractions, one answer at a time.

The engine lowers expressions to nodes over whole numbers with common denominators, joins tests and makes equal nodes
once. None of that happens here, so what the tree says and what the nodes say can be held against each other.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import AnyFact, ClassFact, ExtremeFact, Fact, FormFact, SizeFact
from relief_engine.rulebook.programme import ParameterValue, Programme
from relief_engine.rulebook.standards import Standards
from relief_engine.testing.borders import Answers

#: A figure as its lowest and highest value, or a day as its ordinal twice.
Span = tuple[Fraction, Fraction]


class NoEntry(Exception):
    """A table has no entry for a choice: no comparison with it holds."""


@dataclass(frozen=True)
class Reading:
    """The expressions of a programme, read for some answers on a day."""

    programme: Programme
    standards: Standards
    answers: Answers
    as_of: dt.date

    # --- conditions ---------------------------------------------------------------------------------------------

    def holds(self, expr: ex.Expr) -> bool | None:
        """Whether a condition holds; None while it is unknown."""
        match expr:
            case ex.AllOf(parts=parts):
                found = [self.holds(part) for part in parts]
                return False if False in found else None if None in found else True
            case ex.AnyOf(parts=parts):
                found = [self.holds(part) for part in parts]
                return True if True in found else None if None in found else False
            case ex.Not(operand=operand):
                value = self.holds(operand)
                return None if value is None else not value
            case ex.Flag(fact=fact):
                answer = self.answers.get(fact.id)
                return bool(answer) if isinstance(answer, int) else None
            case ex.Member(subject=subject, values=values, name=name):
                names = values if name is None else tuple(self.parameter(name).value)  # type: ignore[arg-type]
                return self.among(subject.fact, names)
            case ex.Compare(op=op, left=left, right=right):
                return self.compared(op, left, right)
            case _:
                raise TypeError(expr)

    def among(self, fact: AnyFact, names: tuple[str, ...]) -> bool | None:
        """Whether a choice is one of some names: yes if all that remain possible are, no if none is."""
        possible = self.possible(fact)
        inside = [choice in names for choice in possible]
        return True if all(inside) else None if any(inside) else False

    def possible(self, fact: AnyFact) -> set[str]:
        """The choices that are possible for a fact, given or derived."""
        match fact:
            case FormFact():
                found = next((choice for name, choice in fact.given_by if name in self.answers), fact.otherwise)
                return {fact.domain.ids[found]}
            case ClassFact():
                code = self.answers.get(fact.code)
                classes = self.standards.class_maps[fact.standard].of(code if isinstance(code, int) else None)
                return {fact.domain.ids[found] for found in classes}
            case SizeFact():
                return self.sizes(fact)
            case Fact() if fact.domain is not None:
                answer = self.answers.get(fact.id)
                return {fact.domain.ids[answer]} if isinstance(answer, int) else set(fact.domain.ids)
            case _:
                raise TypeError(fact.id)

    def sizes(self, fact: SizeFact) -> set[str]:
        """The size classes that are possible: in each possible row, down from the lowest that a known figure gives."""
        table = self.standards.size_table(fact, self.as_of)
        code = self.answers.get(fact.code)
        found: set[str] = set()
        for candidate in table.sectors.of(code if isinstance(code, int) else None):
            row = table.row(candidate)
            if row is None:
                found.add(fact.domain.ids[-1])
                continue
            top, complete = len(fact.domain.ids) - 2, True
            for limit in row.limits:
                figure = self.answers.get(dict(fact.indicators).get(limit.indicator, ""))
                if isinstance(figure, int):
                    top = min(top, sum(figure >= bound for bound in limit.bounds))
                else:
                    complete = False
            found |= set(fact.domain.ids[top : top + 1] if complete else fact.domain.ids[: top + 1])
        return found

    def compared(self, op: ex.Comparison, left: ex.Expr, right: ex.Expr) -> bool | None:
        """A comparison of two figures or days; none holds with a missing entry of a table."""
        try:
            a, b = self.figure(left), self.figure(right)
        except NoEntry:
            return False
        if a is None or b is None:
            return None
        x, y = a[0], b[0]
        return {"<": x < y, "<=": x <= y, "==": x == y, "!=": x != y, ">=": x >= y, ">": x > y}[op]

    # --- figures ------------------------------------------------------------------------------------------------

    def parameter(self, name: str) -> ParameterValue:
        """A parameter on the day."""
        found = self.programme.parameters[name].versions.on(self.as_of)
        assert found is not None
        return found

    def constant(self, value: object, parameter: ParameterValue | None = None) -> Span:
        """A written figure in base units, or a day."""
        if isinstance(value, dt.date):
            number = Fraction(value.toordinal())
        else:
            scale = parameter.unit.scale if parameter is not None and parameter.unit else Fraction(1)
            number = Fraction(str(value)) * scale
        return number, number

    def figure(self, expr: ex.Expr) -> Span | None:
        """The lowest and highest value of a figure; None while it is unknown."""
        match expr:
            case ex.Number(value=value):
                return self.constant(value)
            case ex.ParamRef(name=name):
                return self.constant(self.parameter(name).value, self.parameter(name))
            case ex.LetRef(name=name):
                return self.figure(self.programme.lets[name].value)
            case ex.FactRef(fact=fact):
                return self.fact(fact)
            case ex.Entry(name=name, key=key):
                parameter = self.parameter(name)
                possible = self.possible(key.fact)
                assert isinstance(parameter.value, Mapping)
                if not possible & parameter.value.keys():
                    raise NoEntry
                return self.constant(parameter.value[possible.pop()], parameter) if len(possible) == 1 else None
            case ex.IfElse(condition=condition, then=then, otherwise=otherwise):
                chosen = self.holds(condition)
                return None if chosen is None else self.figure(then if chosen else otherwise)
            case ex.Between(low=low, high=high):
                a, b = self.figure(low), self.figure(high)
                return None if a is None or b is None else (a[0], b[1])
            case ex.Extreme(least=least, parts=parts):
                found = [self.figure(part) for part in parts]
                spans = [span for span in found if span is not None]
                if len(spans) < len(found):
                    return None
                pick = min if least else max
                return pick(low for low, _ in spans), pick(high for _, high in spans)
            case ex.OverlapDays(start=start, end=end, window=window):
                return self.counted(
                    self.figure(start), self.figure(end), {day: Fraction(1) for day in self.days(window)}
                )
            case ex.OverlapMonths(start=start, end=end, window=window):
                # Of a month of 30 days each is a thirtieth.
                listed = [dt.date.fromordinal(day) for day in self.days(window)]
                lengths = Counter((date.year, date.month) for date in listed)
                shares = {date.toordinal(): Fraction(1, lengths[date.year, date.month]) for date in listed}
                return self.counted(self.figure(start), self.figure(end), shares)
            case ex.Arith(op=op, left=left, right=right):
                return self.arithmetic(op, self.figure(left), self.figure(right))
            case _:
                raise TypeError(expr)

    def days(self, window: tuple[ex.ParamRef, ...]) -> range:
        """The days of a window: those of a year, or from one day to another."""
        values = [self.constant(self.parameter(part.name).value)[0] for part in window]
        if len(values) == 1:
            return range(dt.date(int(values[0]), 1, 1).toordinal(), dt.date(int(values[0]) + 1, 1, 1).toordinal())
        return range(int(values[0]), int(values[1]) + 1)

    @staticmethod
    def counted(start: Span | None, end: Span | None, parts: Mapping[int, Fraction]) -> Span | None:
        """What the days of a period count for, day by day."""
        if start is None or end is None:
            return None
        number = sum((part for day, part in parts.items() if start[0] <= day <= end[0]), Fraction(0))
        return number, number

    @staticmethod
    def arithmetic(op: ex.Arithmetic, a: Span | None, b: Span | None) -> Span | None:
        """Two figures combined; all of them are positive or nothing."""
        if a is None or b is None:
            return None
        match op:
            case "+":
                return a[0] + b[0], a[1] + b[1]
            case "-":
                return a[0] - b[1], a[1] - b[0]
            case "*":
                return a[0] * b[0], a[1] * b[1]
            case "/":
                return a[0] / b[1], a[1] / b[0]

    def fact(self, fact: AnyFact) -> Span | None:
        """The value of a fact in base units, or a day; the extremes of steps day by day."""
        if isinstance(fact, Fact):
            answer = self.answers.get(fact.id)
            return (Fraction(answer, fact.denominator),) * 2 if isinstance(answer, int) else None
        assert isinstance(fact, ExtremeFact)
        steps, start, end = (self.answers.get(name) for name in (fact.of, fact.start, fact.end))
        if not isinstance(steps, tuple) or not isinstance(start, int) or not isinstance(end, int):
            return None
        rents = [
            next(rent for begins, rent in reversed(steps) if begins <= day)
            for day in range(max(start, fact.first_day), min(end, fact.last_day) + 1)
            if steps[0][0] <= day
        ]
        if not rents:
            return None
        return (Fraction(min(rents) if fact.lowest else max(rents), fact.denominator),) * 2
