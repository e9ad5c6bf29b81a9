"""Proving stage: a program, as one side of a stretch has it, becomes terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from relief_engine.compiled import ir
from relief_engine.compiled.layout import AS_OF_SLOT
from relief_engine.proving.kinds import Kinds
from relief_engine.proving.normal import Terms
from relief_engine.proving.observing import Elements
from relief_engine.proving.stretches import Stand
from relief_engine.proving.terms import (
    Among,
    DaysIn,
    InClass,
    InSize,
    Later,
    Least,
    Nothing,
    Read,
    RowTest,
    RowTests,
    Step,
    Term,
    Truth,
    Which,
)
from relief_engine.rulebook.facts import ExtremeFact, FormFact
from relief_engine.rulebook.record import Value
from relief_engine.rulebook.standards import SizeTable


class Ends(Value):
    """A figure as terms, lowest and highest, over one denominator."""

    low: Term
    high: Term
    denominator: int


class Cents(Value):
    """Money as terms with its rounding."""

    figure: Ends
    step: Decimal


class Due(Value):
    """A deadline: its (guard or None, day) pairs and its condition or None."""

    entries: tuple[tuple[Term | None, Term], ...]
    condition: Term | None


class Observed(Value):
    """What a user sees of a side, in terms: see ``observing.Elements``. To be eligible each of ``needed`` is known."""

    open: Term
    refer: Term
    needed: frozenset[Ends]
    criteria: Mapping[str, Term]
    referrals: Mapping[str, Term]
    named: Mapping[str, Ends]
    money: Mapping[str, Cents]
    plain: Mapping[str, Ends]
    deadlines: Mapping[str, Due]
    remarks: Mapping[str, Term | None]

    @property
    def parts(self) -> tuple[Mapping[str, object], ...]:
        """What has ids, kind by kind."""
        return (self.criteria, self.referrals, self.named, self.money, self.plain, self.deadlines, self.remarks)

    @property
    def core(self) -> tuple[object, ...]:
        """What the outcome depends on."""
        return (self.open, self.refer, self.needed)

    def apart(self, other: Observed) -> tuple[object, ...]:
        """The elements in which the two may differ, by the structure of the terms: equal ones leave out."""
        found: list[object] = []
        for kind, (mine, theirs) in enumerate(zip(self.parts, other.parts, strict=True)):
            for name in sorted(mine.keys() | theirs.keys()):
                # Criteria and referrals that only one has show where the outcome differs, figures of the benefit and
                # deadlines where both give; the rest is text.
                if (name in mine and name in theirs) or kind in (0, 1, 3, 4, 5):
                    pair = (mine.get(name), theirs.get(name))
                    found += [(kind, name, *pair)] if pair[0] != pair[1] else []
        return tuple(found)

    def same(self, other: Observed) -> bool:
        """Whether a user sees the same of both, by the structure of the terms alone."""
        differing = (name for mine, theirs in zip(self.parts, other.parts, strict=True)
                     for name in mine.keys() & theirs.keys() if mine[name] != theirs[name])  # fmt: skip
        given = (self.money, self.plain, self.deadlines) == (other.money, other.plain, other.deadlines)
        return self.core == other.core and given and next(differing, None) is None


class Translation:
    """The nodes of one side's program as terms."""

    def __init__(self, terms: Terms, stand: Stand, kinds: Mapping[str, Kinds]) -> None:
        self.terms = terms
        self.stand = stand
        self.kinds = kinds
        self.layout = stand.program.layout
        self.space = stand.space
        self.of: list[Term] = []
        for node in stand.program.nodes:
            self.of.append(_BY_KIND[type(node)](self, node))

    def observed(self) -> Observed:
        """What a user sees."""
        of, program, elements = self.of, self.stand.program, Elements(self.stand.program)
        return Observed(
            open=of[program.open],
            refer=of[program.refer],
            needed=frozenset(self.ends(figure) for figure in program.figures),
            criteria={name: of[node] for name, node in elements.criteria.items()},
            referrals={name: of[node] for name, node in elements.referrals.items()},
            named={name: self.ends(figure) for name, figure in elements.named.items()},
            money={name: Cents(self.ends(m.figure), m.step) for name, m in elements.money.items()},
            plain={name: self.ends(figure) for name, figure in elements.plain.items()},
            deadlines={
                name: Due(
                    tuple((None if guard is None else of[guard], of[day]) for guard, day in due.entries),
                    None if due.condition is None else of[due.condition],
                )
                for name, due in elements.deadlines.items()
            },
            remarks={name: None if node is None else of[node] for name, node in elements.remarks.items()},
        )

    def ends(self, figure: ir.Range) -> Ends:
        """A figure of the program."""
        return Ends(self.of[figure.low], self.of[figure.high], figure.denominator)

    # --- facts --------------------------------------------------------------------------------------------------

    def fact(self, slot: int) -> str | None:
        """The id of the fact in a slot, if this side can read it from a joint profile."""
        fact = self.layout.facts[slot]
        if fact is None:
            return None
        variable = self.space.variable(fact.id)
        return fact.id if variable is None or variable.readable[self.stand.index] else None

    def is_(self, node: ir.Is) -> Term:
        """A test of a choice."""
        fact = self.layout.facts[node.slot]
        if isinstance(fact, FormFact):
            return self.which(fact, node.values)
        name = self.fact(node.slot)
        if name is None:
            return self.terms.add(Truth(ir.UNKNOWN))
        variable = self.space.known(name)
        own = [variable.own(self.stand.index, joint) for joint in range(len(variable.ids))]
        met = frozenset(joint for joint, place in enumerate(own) if place in node.values)
        unmet = frozenset(joint for joint, place in enumerate(own) if place is not None) - met
        return self.terms.add(Among(name, met, unmet))

    def which(self, form: FormFact, values: frozenset[int]) -> Term:
        """A test of which form of a figure is given."""
        slots = self.layout.slots
        given = [(name, choice in values) for name, choice in form.given_by if self.fact(slots[name]) is not None]
        return self.terms.add(Which(tuple(given), form.otherwise in values))

    def class_is(self, node: ir.ClassIs) -> Term:
        """A test of the class of a code."""
        name = self.fact(node.code)
        unknown = _consensus(node.table.all_candidates, node.values)
        if name is None:
            return self.terms.add(Truth(unknown))
        truths = [
            unknown if candidates is None else _consensus(candidates, node.values)
            for candidates in self.kinds[name].by(self.stand.index, node.table)
        ]
        met, unmet = (frozenset(k for k, t in enumerate(truths) if t == value) for value in (ir.MET, ir.UNMET))
        return self.terms.add(InClass(name, met, unmet, unknown))

    def size_is(self, node: ir.SizeIs) -> Term:
        """A test of the size class."""
        name, table = self.fact(node.code), node.table
        unknown = self.rows(node, table.sectors.all_candidates)
        grouped: dict[RowTests, set[int]] = {}
        if name is not None:
            for kind, candidates in enumerate(self.kinds[name].by(self.stand.index, table.sectors)):
                tests = unknown if candidates is None else self.rows(node, candidates)
                grouped.setdefault(tests, set()).add(kind)
        found = sorted(((frozenset(kinds), tests) for tests, kinds in grouped.items()), key=lambda pair: min(pair[0]))
        return self.terms.add(InSize(name or "", tuple(found), unknown))

    def rows(self, node: ir.SizeIs, candidates: tuple[int, ...]) -> RowTests:
        """The tests of the rows that may apply."""
        return tuple(dict.fromkeys(self.row(node, node.table, candidate) for candidate in candidates))

    def row(self, node: ir.SizeIs, table: SizeTable, candidate: int) -> RowTest | bool:
        """The test of one row."""
        row, slots = table.row(candidate), dict(node.indicators)
        if row is None:
            return table.uncovered in node.values
        limits = []
        for limit in row.limits:
            slot = slots.get(limit.indicator)
            limits.append((None if slot is None else self.fact(slot), limit.bounds))
        return RowTest(tuple(limits), tuple(size in node.values for size in range(table.uncovered)))

    # --- figures ------------------------------------------------------------------------------------------------

    def value(self, node: ir.FactValue) -> Term:
        """The value of a fact."""
        if node.slot == AS_OF_SLOT:
            return self.terms.add(Read(""))
        fact = self.layout.facts[node.slot]
        if isinstance(fact, ExtremeFact):
            names = [self.fact(self.layout.slots[name]) for name in (fact.of, fact.start, fact.end)]
            steps, start, end = (name or "" for name in names)
            if steps:
                return self.terms.add(Step(fact.lowest, steps, start, end, fact.first_day, fact.last_day))
            return self.terms.add(Nothing())
        name = self.fact(node.slot)
        return self.terms.add(Nothing() if name is None else Read(name))


def _consensus(candidates: tuple[int, ...], values: frozenset[int]) -> int:
    inside = sum(candidate in values for candidate in candidates)
    return ir.MET if inside == len(candidates) else ir.UNMET if inside == 0 else ir.UNKNOWN


#: How each kind of node becomes a term.
_BY_KIND: Mapping[type, Callable[[Translation, Any], Term]] = {
    ir.Const: lambda t, n: t.terms.add(Truth(n.value)),
    ir.Is: Translation.is_,
    ir.ClassIs: Translation.class_is,
    ir.SizeIs: Translation.size_is,
    ir.Compare: lambda t, n: t.terms.compare(n.op, t.of[n.left], t.of[n.right]),
    ir.AllOf: lambda t, n: t.terms.every(t.of[part] for part in n.parts),
    ir.AnyOf: lambda t, n: t.terms.some(t.of[part] for part in n.parts),
    ir.FactValue: Translation.value,
    ir.Fixed: lambda t, n: t.terms.fixed(n.value),
    ir.Sum: lambda t, n: t.terms.total(0, [(t.of[n.left], 1), (t.of[n.right], 1)]),
    ir.Difference: lambda t, n: t.terms.minus(t.of[n.left], t.of[n.right]),
    ir.Product: lambda t, n: t.terms.product(t.of[n.left], t.of[n.right]),
    ir.Extreme: lambda t, n: t.terms.add(Least(n.least, tuple(sorted({t.of[part] for part in n.parts})))),
    ir.Pick: lambda t, n: t.terms.choose(t.of[n.condition], t.of[n.then], t.of[n.otherwise]),
    ir.Days: lambda t, n: t.terms.add(DaysIn(t.of[n.start], t.of[n.end], n.first, n.last)),
    ir.Months: lambda t, n: t.terms.add(Later(t.of[n.day], n.months)),
}
