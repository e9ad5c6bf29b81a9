"""Compiled stage: the typed expressions of a programme, on a day, become nodes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import lcm

from relief_engine.compiled import ir
from relief_engine.compiled.layout import AS_OF_SLOT, Layout
from relief_engine.compiled.nodes import Atom, Nodes
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import AnyFact, ClassFact, Domain, ExtremeFact, Fact, SizeFact
from relief_engine.rulebook.programme import ParameterValue, Programme, Remark, Rounding
from relief_engine.rulebook.standards import Standards
from relief_engine.rulebook.units import Unit, parse_unit

_DAYS_UNIT = parse_unit("天")
_MONTHS_UNIT = parse_unit("月")


class Lowering:
    """Lowers the wordings of one programme that hold on one day."""

    def __init__(self, programme: Programme, standards: Standards, layout: Layout, day: dt.date) -> None:
        self.programme = programme
        self.standards = standards
        self.layout = layout
        self.day = day
        self.nodes = Nodes(layout)
        self.lets: dict[str, ir.Range] = {}
        self.node_of: dict[int, int] = {}
        self.indifferent: set[int] = set()

    def parameter(self, name: str) -> ParameterValue:
        """The parameter's version on the day; loading has checked that there is one."""
        value = self.programme.parameters[name].versions.on(self.day)
        if value is None:
            raise LookupError(f"{name} has no version on {self.day}")
        return value

    def fraction(self, name: str) -> Fraction:
        """A numeric parameter in base units."""
        value = self.parameter(name)
        number = Fraction(str(value.value))
        return number * value.unit.scale if value.unit else number

    # --- conditions ---------------------------------------------------------------------------------------------

    def condition(self, expr: ex.Expr) -> int:
        """The node of a condition; remembered, so that an explanation finds it."""
        node = self._condition(expr)
        self.node_of[id(expr)] = node
        return node

    def _condition(self, expr: ex.Expr) -> int:
        match expr:
            case ex.AllOf(parts=parts):
                return self.nodes.all_of([self.condition(part) for part in parts])
            case ex.AnyOf(parts=parts):
                return self.nodes.any_of([self.condition(part) for part in parts])
            case ex.Not(operand=operand):
                return self.nodes.negation(self.condition(operand))
            case ex.Flag(fact=fact):
                return self.nodes.atom(ir.Is(self.layout.slots[fact.id], frozenset({1})))
            case ex.Member():
                return self.member(expr)
            case ex.Compare(op=op, left=left, right=right):
                return self.compare(op, left, right)
            case _:
                raise TypeError(f"not a condition: {expr}")

    def member(self, expr: ex.Member) -> int:
        """The node of a membership test."""
        kind = expr.subject.type
        if not isinstance(kind, ex.ChoiceType):
            raise TypeError("a membership test needs a choice")
        return self.nodes.atom(self.test(expr.subject.fact, self.member_values(expr, kind.domain)))

    def member_values(self, expr: ex.Member, domain: Domain) -> frozenset[int]:
        """The positions of the values that a membership test names."""
        names: Iterable[str] = expr.values
        if expr.name is not None:
            value = self.parameter(expr.name).value
            names = value if isinstance(value, tuple) else value.keys() if isinstance(value, dict) else ()
        return frozenset(index for name in names if (index := domain.index(name)) is not None)

    def test(self, fact: AnyFact, values: frozenset[int]) -> Atom:
        """The test that a fact has one of some values, by where the fact comes from."""
        if isinstance(fact, ClassFact):
            return ir.ClassIs(self.layout.slots[fact.code], self.standards.class_maps[fact.standard], values)
        if isinstance(fact, SizeFact):
            slots = tuple((indicator, self.layout.slots[f]) for indicator, f in fact.indicators)
            return ir.SizeIs(self.layout.slots[fact.code], self.standards.size_table(fact, self.day), slots, values)
        return ir.Is(self.layout.slots[fact.id], values)

    def compare(self, op: ex.Comparison, left: ex.Expr, right: ex.Expr) -> int:
        """The node of a comparison; one with an entry of a table holds for the entry that the choice has."""
        parts = []
        for guard_a, a in self.entries(left):
            for guard_b, b in self.entries(right):
                x, y = self.aligned([a, b])
                test = self.nodes.add(ir.Compare(op, x.low, y.low))
                guards = [guard for guard in (guard_a, guard_b) if guard is not None]
                parts.append(self.nodes.all_of([*guards, test]) if guards else test)
        return self.nodes.any_of(parts)

    # --- figures ------------------------------------------------------------------------------------------------

    def entries(self, expr: ex.Expr) -> list[tuple[int | None, ir.Range]]:
        """A figure that may come from a table, as (condition that the entry is this one, figure) pairs."""
        match expr:
            case ex.Entry(name=name, key=key):
                kind = key.type
                value = self.parameter(name)
                if not isinstance(kind, ex.ChoiceType) or not isinstance(value.value, dict):
                    raise TypeError("a table is looked up by a choice")
                grouped: dict[object, list[int]] = {}
                for choice, entry in value.value.items():
                    index = kind.domain.index(choice)
                    if index is not None:
                        grouped.setdefault(entry, []).append(index)
                return [
                    (self.nodes.atom(self.test(key.fact, frozenset(found))), self.constant(entry, value.unit))
                    for entry, found in grouped.items()
                ]
            case ex.AddMonths(day=day, months=months):
                count = self.months(months)
                return [(guard, self.later(figure, count)) for guard, figure in self.entries(day)]
            case ex.Arith(left=left, right=right) if isinstance(expr.type, ex.DateType):
                return [(guard, self.arith(expr, figure, self.figure(right))) for guard, figure in self.entries(left)]
            case _:
                return [(None, self.figure(expr))]

    def constant(self, value: object, unit: Unit | None) -> ir.Range:
        """A figure or day that the rulebook fixes."""
        if isinstance(value, dt.date):
            node = self.nodes.literal(value.toordinal())
            return ir.Range(node, node, 1, None)
        number = Fraction(str(value)) * (unit.scale if unit else 1)
        node = self.nodes.literal(number.numerator)
        return ir.Range(node, node, number.denominator, unit)

    def figure(self, expr: ex.Expr) -> ir.Range:
        """The nodes of a figure or a day."""
        unit = expr.type.unit if isinstance(expr.type, ex.NumberType) else None
        match expr:
            case ex.AsOf():
                node = self.nodes.add(ir.FactValue(AS_OF_SLOT))
                return ir.Range(node, node, 1, None)
            case ex.FactRef(fact=fact):
                node = self.nodes.add(ir.FactValue(self.layout.slots[fact.id]))
                parts = fact.denominator if isinstance(fact, Fact | ExtremeFact) else 1
                return ir.Range(node, node, parts, unit)
            case ex.Number(value=value):
                return self.constant(value, None)
            case ex.ParamRef(name=name):
                parameter = self.parameter(name)
                return self.constant(parameter.value, parameter.unit)
            case ex.LetRef(name=name):
                return self.lets[name]
            case ex.IfElse(condition=condition, then=then, otherwise=otherwise):
                test = self.condition(condition)
                a, b = self.aligned([self.figure(then), self.figure(otherwise)])
                if (a.low, a.high) == (b.low, b.high):
                    self.indifferent.add(id(expr))
                low = self.nodes.pick(test, a.low, b.low)
                high = self.nodes.pick(test, a.high, b.high)
                return ir.Range(low, high, a.denominator, unit)
            case ex.Between(low=least, high=most):
                a, b = self.aligned([self.figure(least), self.figure(most)])
                return ir.Range(a.low, b.high, a.denominator, unit)
            case ex.Extreme(least=least_, parts=members):
                aligned = self.aligned([self.figure(part) for part in members])
                lows = self.nodes.add(ir.Extreme(least_, tuple(part.low for part in aligned)))
                highs = self.nodes.add(ir.Extreme(least_, tuple(part.high for part in aligned)))
                return ir.Range(lows, highs, aligned[0].denominator, unit)
            case ex.OverlapDays(start=start, end=end, window=window):
                node = self.days(start, end, *self.window(window))
                return ir.Range(node, node, 1, _DAYS_UNIT)
            case ex.OverlapMonths(start=start, end=end, window=window):
                return self.parts_of_months(start, end, *self.window(window))
            case ex.AddMonths(day=day, months=months):
                return self.later(self.figure(day), self.months(months))
            case ex.Arith(left=left, right=right):
                return self.arith(expr, self.figure(left), self.figure(right))
            case _:
                raise TypeError(f"not a figure: {expr}")

    def window(self, parameters: Sequence[ex.ParamRef]) -> tuple[dt.date, dt.date]:
        """The first and the last day of a window: of a year, or as two parameters say."""
        if len(parameters) == 1:
            return ex.year_of(int(self.fraction(parameters[0].name)))
        first, last = (self.parameter(parameter.name).value for parameter in parameters)
        if not isinstance(first, dt.date) or not isinstance(last, dt.date):
            raise TypeError("a window has a first and a last day")
        return first, last

    def days(self, start: ex.Expr, end: ex.Expr, first: dt.date, last: dt.date) -> int:
        """The node of the days of a period within a window."""
        low, high = self.figure(start).low, self.figure(end).low
        return self.nodes.add(ir.Days(low, high, first.toordinal(), last.toordinal()))

    def parts_of_months(self, start: ex.Expr, end: ex.Expr, first: dt.date, last: dt.date) -> ir.Range:
        """The months of a window that a period covers, in one denominator that the lengths of the months share."""
        months = ex.calendar_months(first, last)
        common = lcm(*((ends - begins).days + 1 for begins, ends in months))
        parts = [
            self.nodes.times(self.days(start, end, begins, ends), common // ((ends - begins).days + 1))
            for begins, ends in months
        ]
        total = reduce(self.nodes.sum, parts)
        return ir.Range(total, total, common, _MONTHS_UNIT)

    def months(self, expr: ex.Expr) -> int:
        """The value of a parameter that counts months."""
        if not isinstance(expr, ex.ParamRef):
            raise TypeError("months are a parameter")
        return int(self.fraction(expr.name))

    def later(self, day: ir.Range, months: int) -> ir.Range:
        """A day some months later."""
        node = self.nodes.add(ir.Months(day.low, months))
        return ir.Range(node, node, 1, None)

    def arith(self, expr: ex.Arith, left: ir.Range, right: ir.Range) -> ir.Range:
        """The node of a sum, difference, product or quotient."""
        unit = expr.type.unit if isinstance(expr.type, ex.NumberType) else None
        nodes = self.nodes
        if expr.op == "*":
            low, high = nodes.product(left.low, right.low), nodes.product(left.high, right.high)
            return ir.Range(low, high, left.denominator * right.denominator, unit)
        if expr.op == "/":
            divisor = nodes.known(right.low)
            if divisor is None or divisor <= 0:
                raise ValueError("the divisor must be a positive parameter")
            low, high = nodes.times(left.low, right.denominator), nodes.times(left.high, right.denominator)
            return ir.Range(low, high, left.denominator * divisor, unit)
        a, b = self.aligned([left, right])
        if expr.op == "+":
            return ir.Range(nodes.sum(a.low, b.low), nodes.sum(a.high, b.high), a.denominator, unit)
        return ir.Range(nodes.difference(a.low, b.high), nodes.difference(a.high, b.low), a.denominator, unit)

    def aligned(self, ranges: list[ir.Range]) -> list[ir.Range]:
        """The same figures over one common denominator."""
        common = lcm(*(r.denominator for r in ranges))
        return [
            ir.Range(
                self.nodes.times(r.low, common // r.denominator),
                self.nodes.times(r.high, common // r.denominator),
                common,
                r.unit,
            )
            for r in ranges
        ]

    # --- the whole ----------------------------------------------------------------------------------------------

    def run(self) -> ir.Program:
        """The program of the programme on the day."""
        for name, let in self.programme.lets.items():
            self.lets[name] = self.figure(let.value)
        wordings = [(c, worded) for c in self.programme.criteria if (worded := c.versions.on(self.day)) is not None]
        tests = [self.condition(worded.condition) for _, worded in wordings]
        referrals = self.referrals({criterion.id: place for place, (criterion, _) in enumerate(wordings)})
        criteria = []
        for place, (criterion, worded) in enumerate(wordings):
            stand_ins = [referral.node for referral in referrals if place in referral.replaces]
            in_place = self.nodes.any_of(stand_ins) if stand_ins else None
            criteria.append(ir.CompiledCriterion(criterion, worded, tests[place], in_place))
        return ir.Program(
            programme=self.programme,
            layout=self.layout,
            period=self.programme.stretch(self.day),
            criteria=tuple(criteria),
            referrals=referrals,
            open=self.open(criteria),
            refer=self.refer(criteria, referrals),
            benefit=self.benefit(),
            lets=dict(self.lets),
            deadlines=self.deadlines(),
            remarks={
                "ways": self.remarks(self.programme.ways),
                "check_by_hand": self.remarks(self.programme.check_by_hand),
                "remarks": self.remarks(self.programme.remarks),
            },
            nodes=tuple(self.nodes.list),
            node_of=self.node_of,
            indifferent=frozenset(self.indifferent),
        )

    def referrals(self, places: Mapping[str, int]) -> tuple[ir.CompiledReferral, ...]:
        """The referrals of the day; one that only replaces criteria which are not in force has nothing to replace."""
        found = []
        for referral in self.programme.referrals:
            worded = referral.versions.on(self.day)
            replaces = tuple(places[name] for name in referral.in_place_of if name in places)
            if worded is not None and (replaces or not referral.in_place_of):
                found.append(ir.CompiledReferral(referral, worded, self.condition(worded.condition), replaces))
        return tuple(found)

    def open(self, criteria: Sequence[ir.CompiledCriterion]) -> int:
        """All criteria hold, or something may stand in for those that don't (contract, design section 5)."""
        nodes = self.nodes
        return nodes.all_of(nodes.any_of([c.node] if c.in_place is None else [c.node, c.in_place]) for c in criteria)

    def refer(self, criteria: Sequence[ir.CompiledCriterion], referrals: Sequence[ir.CompiledReferral]) -> int:
        """Something stands in for a criterion that does not hold, or a plain referral holds."""
        nodes = self.nodes
        replaced = [nodes.all_of([nodes.negation(c.node), c.in_place]) for c in criteria if c.in_place is not None]
        return nodes.any_of([*replaced, *(r.node for r in referrals if not r.replaces)])

    def benefit(self) -> ir.CompiledBenefit:
        """What an eligible applicant gets on the day; loading has checked that there is a wording."""
        worded = self.programme.benefit.versions.on(self.day)
        if worded is None:
            raise LookupError(f"{self.programme.id} has no benefit on {self.day}")
        return ir.CompiledBenefit(
            wording=worded,
            amount=self.money(worded.amount, worded.rounding),
            ceiling=self.money(worded.ceiling, worded.rounding),
            payable=self.money(worded.payable, worded.rounding),
            rate=None if worded.rate is None else self.figure(worded.rate),
            until=None if worded.until is None else self.figure(worded.until),
        )

    def money(self, expr: ex.Expr | None, rounding: Rounding | None) -> ir.Money | None:
        """A formula for money with its rounding."""
        if expr is None or rounding is None:
            return None
        return ir.Money(self.figure(expr), rounding.step, rounding.citations)

    def optional(self, expr: ex.Expr | None) -> int | None:
        """The node of a condition that may be left out."""
        return None if expr is None else self.condition(expr)

    def deadlines(self) -> tuple[ir.CompiledDeadline, ...]:
        """The deadlines of the day."""
        return tuple(
            ir.CompiledDeadline(
                deadline,
                tuple((guard, figure.low) for guard, figure in self.entries(deadline.date)),
                self.optional(deadline.condition),
            )
            for deadline in self.programme.deadlines
            if deadline.period.holds(self.day)
        )

    def remarks(self, remarks: Sequence[Remark]) -> tuple[tuple[Remark, int | None], ...]:
        """The remarks of the day, each with the node of its condition."""
        return tuple((r, self.optional(r.condition)) for r in remarks if r.period.holds(self.day))


def compile_programme(programme: Programme, standards: Standards, layout: Layout, day: dt.date) -> ir.Program:
    """Lower a programme for the stretch of days around ``day`` in which none of its rules changes."""
    return Lowering(programme, standards, layout, day).run()
