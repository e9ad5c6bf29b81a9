"""Compiled stage: typed expressions on a day become nodes.

Equal nodes are made once. Tests of the same fact inside one *all* or *any* are joined (``size in [small, micro]`` or
``size == none`` becomes one test of three classes), so that a fact known only up to those values decides as far as it
can.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction
from math import lcm

from relief_engine.compiled import ir
from relief_engine.compiled.layout import AS_OF_SLOT, Layout
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import AnyFact, ClassFact, Domain, ExtremeFact, Fact, SizeFact
from relief_engine.rulebook.programme import ParameterValue, Programme, Rounding
from relief_engine.rulebook.standards import Standards
from relief_engine.rulebook.units import Unit, parse_unit

_DAYS_UNIT = parse_unit("天")
_NEGATED: dict[ir.Order, ir.Order] = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
Atom = ir.Is | ir.ClassIs | ir.SizeIs


class _Nodes:
    """The growing list of nodes, each made once."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.list: list[ir.Node] = []
        self.index: dict[ir.Node, int] = {}

    def add(self, node: ir.Node) -> int:
        found = self.index.get(node)
        if found is None:
            found = len(self.list)
            self.index[node] = found
            self.list.append(node)
        return found

    # conditions

    def atom(self, atom: Atom) -> int:
        """A test of a fact; one that no value, or every value, passes is a constant."""
        if not atom.values:
            return self.add(ir.Const(ir.UNMET))
        if len(atom.values) == self.width(atom):
            return self.add(ir.Const(ir.MET))
        return self.add(atom)

    def width(self, atom: Atom) -> int:
        """How many values the tested fact has."""
        if isinstance(atom, ir.Is):
            return self.layout.width(atom.slot)
        return len(atom.table.domain.ids)

    def negation(self, node: int) -> int:
        match self.list[node]:
            case ir.Const(value):
                return self.add(ir.Const(ir.negated(value)))
            case ir.Is() | ir.ClassIs() | ir.SizeIs() as atom:
                return self.atom(with_values(atom, frozenset(range(self.width(atom))) - atom.values))
            case ir.Compare(op, left, right):
                return self.add(ir.Compare(_NEGATED[op], left, right))
            case ir.AllOf(parts):
                return self.any_of(self.negation(part) for part in parts)
            case ir.AnyOf(parts):
                return self.all_of(self.negation(part) for part in parts)
            case other:
                raise TypeError(f"not a condition: {other}")

    def all_of(self, parts: Iterable[int]) -> int:
        return self.joined(parts, ir.AllOf, neutral=ir.MET, decisive=ir.UNMET)

    def any_of(self, parts: Iterable[int]) -> int:
        return self.joined(parts, ir.AnyOf, neutral=ir.UNMET, decisive=ir.MET)

    def joined(self, parts: Iterable[int], kind: type[ir.AllOf] | type[ir.AnyOf], *, neutral: int, decisive: int) -> int:
        flat: list[int] = []
        for part in parts:
            node = self.list[part]
            flat.extend(node.parts if isinstance(node, kind) else (part,))
        tests: dict[object, Atom] = {}
        rest: list[int | object] = []
        for part in dict.fromkeys(flat):
            node = self.list[part]
            if isinstance(node, ir.Const):
                if node.value == decisive:
                    return part
                if node.value == ir.UNKNOWN:
                    rest.append(part)
            elif isinstance(node, ir.Is | ir.ClassIs | ir.SizeIs):
                subject = with_values(node, frozenset())
                known = tests.get(subject)
                if known is None:
                    rest.append(subject)
                    tests[subject] = node
                else:
                    values = known.values | node.values if kind is ir.AnyOf else known.values & node.values
                    tests[subject] = with_values(node, values)
            else:
                rest.append(part)
        result: list[int] = []
        for item in rest:
            node_id = item if isinstance(item, int) else self.atom(tests[item])
            value = self.list[node_id]
            if isinstance(value, ir.Const):
                if value.value == decisive:
                    return node_id
                if value.value == neutral:
                    continue
            result.append(node_id)
        if not result:
            return self.add(ir.Const(neutral))
        return result[0] if len(result) == 1 else self.add(kind(tuple(result)))

    # figures

    def literal(self, value: int) -> int:
        return self.add(ir.Fixed(value))

    def known(self, node: int) -> int | None:
        found = self.list[node]
        return found.value if isinstance(found, ir.Fixed) else None

    def times(self, node: int, factor: int) -> int:
        return node if factor == 1 else self.product(node, self.literal(factor))

    def product(self, left: int, right: int) -> int:
        a, b = self.known(left), self.known(right)
        if a is not None and b is not None:
            return self.literal(a * b)
        if a == 1:
            return right
        return left if b == 1 else self.add(ir.Product(left, right))

    def sum(self, left: int, right: int) -> int:
        a, b = self.known(left), self.known(right)
        return self.literal(a + b) if a is not None and b is not None else self.add(ir.Sum(left, right))

    def difference(self, left: int, right: int) -> int:
        a, b = self.known(left), self.known(right)
        return self.literal(a - b) if a is not None and b is not None else self.add(ir.Difference(left, right))

    def pick(self, condition: int, then: int, otherwise: int) -> int:
        fixed = self.list[condition]
        if isinstance(fixed, ir.Const) and fixed.value != ir.UNKNOWN:
            return then if fixed.value == ir.MET else otherwise
        return self.add(ir.Pick(condition, then, otherwise))


def with_values(atom: Atom, values: frozenset[int]) -> Atom:
    """The same test for other values."""
    if isinstance(atom, ir.Is):
        return ir.Is(atom.slot, values)
    if isinstance(atom, ir.ClassIs):
        return ir.ClassIs(atom.code, atom.table, values)
    return ir.SizeIs(atom.code, atom.table, atom.indicators, values)


class Lowering:
    """Lowers the wordings of one programme that hold on one day."""

    def __init__(self, programme: Programme, standards: Standards, layout: Layout, day: dt.date) -> None:
        self.programme = programme
        self.standards = standards
        self.layout = layout
        self.day = day
        self.nodes = _Nodes(layout)
        self.lets: dict[str, ir.Range] = {}
        self.node_of: dict[int, int] = {}
        self.figure_of: dict[int, ir.Range] = {}

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
            return ir.SizeIs(self.layout.slots[fact.code], self.standards.size_tables[fact.standard], slots, values)
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
        """The nodes of a figure or a day; remembered, so that an explanation finds them."""
        found = self._figure(expr)
        self.figure_of[id(expr)] = found
        return found

    def _figure(self, expr: ex.Expr) -> ir.Range:
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
            case ex.OverlapDays(start=start, end=end, year=year):
                number = int(self.fraction(year.name))
                first, last = dt.date(number, 1, 1).toordinal(), dt.date(number, 12, 31).toordinal()
                node = self.nodes.add(ir.Days(self.figure(start).low, self.figure(end).low, first, last))
                return ir.Range(node, node, 1, _DAYS_UNIT)
            case ex.AddMonths(day=day, months=months):
                return self.later(self.figure(day), self.months(months))
            case ex.Arith(left=left, right=right):
                return self.arith(expr, self.figure(left), self.figure(right))
            case _:
                raise TypeError(f"not a figure: {expr}")

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

    def money(self, expr: ex.Expr | None, rounding: Rounding | None) -> ir.Money | None:
        """A formula for money with its rounding."""
        if expr is None or rounding is None:
            return None
        return ir.Money(self.figure(expr), rounding.step, rounding.citations)

    def run(self) -> ir.Program:
        """The program of the programme on the day."""
        programme, day = self.programme, self.day
        for name, let in programme.lets.items():
            self.lets[name] = self.figure(let.value)
        positions: dict[str, int] = {}
        criteria: list[tuple[object, object, int]] = []
        for criterion in programme.criteria:
            wording = criterion.versions.on(day)
            if wording is not None:
                positions[criterion.id] = len(criteria)
                criteria.append((criterion, wording, self.condition(wording.condition)))
        referrals: list[ir.CompiledReferral] = []
        for referral in programme.referrals:
            worded = referral.versions.on(day)
            if worded is not None:
                replaces = tuple(positions[c] for c in referral.in_place_of if c in positions)
                if replaces or not referral.in_place_of:
                    referrals.append(ir.CompiledReferral(referral, worded, self.condition(worded.condition), replaces))
        compiled: list[ir.CompiledCriterion] = []
        nodes = self.nodes
        for criterion in programme.criteria:
            wording = criterion.versions.on(day)
            if wording is None:
                continue
            place = positions[criterion.id]
            stand_ins = [r.node for r in referrals if place in r.replaces]
            in_place = nodes.any_of(stand_ins) if stand_ins else None
            compiled.append(ir.CompiledCriterion(criterion, wording, criteria[place][2], in_place))
        opened = nodes.all_of(nodes.any_of([c.node] if c.in_place is None else [c.node, c.in_place]) for c in compiled)
        replaced = [nodes.all_of([nodes.negation(c.node), c.in_place]) for c in compiled if c.in_place is not None]
        refer = nodes.any_of([*replaced, *(r.node for r in referrals if not r.replaces)])
        worded_benefit = programme.benefit.versions.on(day)
        if worded_benefit is None:
            raise LookupError(f"{programme.id} has no benefit on {day}")
        b = worded_benefit
        benefit = ir.CompiledBenefit(
            b, self.money(b.amount, b.rounding), self.money(b.ceiling, b.rounding), self.money(b.payable, b.rounding),
            None if b.rate is None else self.figure(b.rate), None if b.until is None else self.figure(b.until),
        )  # fmt: skip
        deadlines = tuple(
            (
                item,
                tuple((guard, figure.low) for guard, figure in self.entries(item.date)),
                None if item.condition is None else self.condition(item.condition),
            )
            for item in programme.deadlines
            if item.period.holds(day)
        )
        remarks = {
            key: tuple(
                (item, None if item.condition is None else self.condition(item.condition))
                for item in items
                if item.period.holds(day)
            )
            for key, items in (
                ("ways", programme.ways),
                ("check_by_hand", programme.check_by_hand),
                ("remarks", programme.remarks),
            )
        }
        return ir.Program(
            programme, self.layout, programme.stretch(day), tuple(nodes.list), tuple(compiled), tuple(referrals),
            opened, refer, benefit, dict(self.lets), deadlines, remarks, self.node_of, self.figure_of,
        )  # fmt: skip


def compile_programme(programme: Programme, standards: Standards, layout: Layout, day: dt.date) -> ir.Program:
    """Lower a programme for the stretch of days around ``day`` in which none of its rules changes."""
    return Lowering(programme, standards, layout, day).run()
