"""SQL route: the nodes of a program as terms over the columns of its slots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from relief_engine.compiled import ir
from relief_engine.compiled.figures import overlap, slots_under
from relief_engine.compiled.layout import AS_OF_SLOT
from relief_engine.errors import Finding, InputError
from relief_engine.routes.sql.codes import Codes
from relief_engine.routes.sql.terms import Bounds, Terms, TooLargeError
from relief_engine.rulebook.facts import OPEN_END, ExtremeFact, Fact
from relief_engine.rulebook.standards import CodeList
from relief_engine.text import Text


def roots(program: ir.Program) -> list[int]:
    """The nodes that an answer shows or leans on."""
    found = [program.open, program.refer]
    found += [criterion.node for criterion in program.criteria]
    found += [referral.node for referral in program.referrals]
    shown = [let for name, let in program.lets.items() if program.programme.lets[name].shown]
    for figure in (*program.benefit.shown.values(), *program.figures, *shown):
        found += [figure.low, figure.high]
    return list(dict.fromkeys(found))


def slots_read(program: ir.Program) -> tuple[int, ...]:
    """The slots that the answers of a program lean on, in their order; slot 0 is the day of the decision."""
    under = slots_under(program.nodes)
    return tuple(sorted(frozenset().union(*(under[root] for root in roots(program)))))


def bounds_of(program: ir.Program, slot: int) -> Bounds | None:
    """The least and greatest value of the figure or day in a slot; None for what is no figure."""
    if slot == AS_OF_SLOT:
        return program.period.first.toordinal(), program.period.last.toordinal()
    fact = program.layout.facts[slot]
    if isinstance(fact, ExtremeFact):
        return bounds_of(program, program.layout.slots[fact.of])
    if isinstance(fact, Fact) and fact.type in ("count", "number", "amount", "steps", "date"):
        return fact.lowest, OPEN_END if fact.type == "date" and fact.open_ended else fact.highest
    return None


class Written:
    """The terms of a program, each node's made when it is asked for."""

    def __init__(self, program: ir.Program, fixed: Mapping[int, int | None] | None = None) -> None:
        """``fixed``: what the slots hold that are the same in every row, None where they are unknown."""
        self.program = program
        self.terms = Terms({f"s{slot}": value for slot, value in (fixed or {}).items()})
        self.codes: dict[int, Codes] = {}
        self._made: dict[int, int] = {}
        for slot in slots_read(program):
            self.terms.column(f"s{slot}", bounds_of(program, slot))

    def slot(self, slot: int) -> int:
        """The column of a slot."""
        return self.terms.column(f"s{slot}", bounds_of(self.program, slot))

    def codes_of(self, slot: int, listed: CodeList) -> Codes:
        """The table of the codes that a slot holds."""
        if slot not in self.codes:
            self.codes[slot] = Codes(self.terms, slot, listed)
        return self.codes[slot]

    def node(self, index: int) -> int:
        """The term of a node; raises :class:`InputError` for a figure of more than 38 digits."""
        found = self._made.get(index)
        if found is None:
            node = self.program.nodes[index]
            try:
                found = self._condition(node) if isinstance(node, ir.CONDITIONS) else self._figure(node)
            except TooLargeError:
                raise too_large(self.program, f"#{index}") from None
            self._made[index] = found
        return found

    def nodes(self, indices: Iterable[int]) -> list[int]:
        """The terms of some nodes."""
        return [self.node(index) for index in indices]

    def _condition(self, node: ir.Condition) -> int:
        terms = self.terms
        match node:
            case ir.Const(value):
                return terms.truth({ir.MET: True, ir.UNMET: False}.get(value))
            case ir.Is(slot, values):
                return terms.one_of(self.slot(slot), values)
            case ir.ClassIs(code, table):
                return self.codes_of(code, table.codes).class_test(node)
            case ir.SizeIs(code, table):
                return self.codes_of(code, table.sectors.codes).size_test(node)
            case ir.Compare(op, left, right):
                return terms.compare(op, *self.nodes((left, right)))
            case ir.AllOf(parts):
                return terms.all_of(self.nodes(parts))
            case ir.AnyOf(parts):
                return terms.any_of(self.nodes(parts))

    def _figure(self, node: ir.Figure) -> int:
        terms = self.terms
        match node:
            case ir.FactValue(slot):
                return self.slot(slot)
            case ir.Fixed(value):
                return terms.number(value)
            case ir.Sum(left, right):
                return terms.plus(*self.nodes((left, right)))
            case ir.Difference(left, right):
                return terms.minus(*self.nodes((left, right)))
            case ir.Product(left, right):
                return terms.times(*self.nodes((left, right)))
            case ir.Extreme(least, parts):
                return terms.extreme(self.nodes(parts), least=least)
            case ir.Pick(condition, then, otherwise):
                return self.pick(condition, *self.nodes((then, otherwise)))
            case ir.Days(start, end, first, last):
                return self._days(self.node(start), self.node(end), first, last)
            case ir.Months(day, months):
                return terms.later(self.node(day), months)

    def pick(self, condition: int, then: int, otherwise: int) -> int:
        """A choice between two figures; a branch of wide numbers beside one of narrow ones is the rare one."""
        terms = self.terms
        wide = [terms.is_wide(then), terms.is_wide(otherwise)]
        rare = [wide.index(True)] if any(wide) and not all(wide) else []
        return terms.pick(self.node(condition), then, otherwise, rare)

    def _days(self, start: int, end: int, first: int, last: int) -> int:
        terms = self.terms
        if terms.unknown in (start, end):
            return terms.unknown
        a, b = terms.fixed(start), terms.fixed(end)
        if a is not None and b is not None:
            return terms.number(overlap(a, b, first, last))
        begins = terms.extreme([start, terms.number(first)], least=False)
        ends = terms.extreme([end, terms.number(last)], least=True)
        between = terms.plus(terms.minus(ends, begins), terms.number(1))
        days = terms.extreme([between, terms.number(0)], least=False)
        terms.bounds[days] = (0, max(0, last - first + 1))
        return days


def too_large(program: ir.Program, figure: str) -> InputError:
    """The error for a figure that no number of 38 digits holds."""
    programme = program.programme
    message = Text(
        f"{programme.id} 的数字 {figure} 可能超过 38 位，SQL 无法精确计算，只能用 relief check 判定",
        f"{programme.id}: the figure {figure} may have more than 38 digits, which SQL can't compute exactly; "
        "decide it with relief check",
    )
    return InputError([Finding("sql-figure", programme.where, message)])


def total(terms: Terms, parts: Sequence[int]) -> int:
    """The sum of some figures, 0 for none."""
    return reduce(terms.plus, parts, terms.number(0))
