"""Compiled stage: the growing list of a program's nodes, each made once.

Negation is pushed down to the atoms. Tests of the same fact inside one *all* or *any* are joined (``size in [small,
micro]`` or ``size == none`` becomes one test of three classes), so that a fact known only up to those values decides as
far as it can.
"""

from __future__ import annotations

from collections.abc import Iterable

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Layout

_NEGATED: dict[ir.Order, ir.Order] = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
#: A test of one fact.
Atom = ir.Is | ir.ClassIs | ir.SizeIs


class Nodes:
    """The nodes of one program while it is made."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.list: list[ir.Node] = []
        self.index: dict[ir.Node, int] = {}

    def add(self, node: ir.Node) -> int:
        """The position of a node; an equal one is not made again."""
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
        """The node that holds where another does not, and is unknown where it is."""
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
        """The node of *all*."""
        return self.joined(parts, ir.AllOf, neutral=ir.MET, decisive=ir.UNMET)

    def any_of(self, parts: Iterable[int]) -> int:
        """The node of *any*."""
        return self.joined(parts, ir.AnyOf, neutral=ir.UNMET, decisive=ir.MET)

    def joined(
        self, parts: Iterable[int], kind: type[ir.AllOf] | type[ir.AnyOf], *, neutral: int, decisive: int
    ) -> int:
        """The node of *all* or *any*: flattened, constants worked out, tests of one fact joined."""
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
        """A fixed figure."""
        return self.add(ir.Fixed(value))

    def known(self, node: int) -> int | None:
        """The value of a fixed figure, or None."""
        found = self.list[node]
        return found.value if isinstance(found, ir.Fixed) else None

    def times(self, node: int, factor: int) -> int:
        """A figure times a whole number."""
        return node if factor == 1 else self.product(node, self.literal(factor))

    def product(self, left: int, right: int) -> int:
        """The product of two figures."""
        a, b = self.known(left), self.known(right)
        if a is not None and b is not None:
            return self.literal(a * b)
        if a == 1:
            return right
        return left if b == 1 else self.add(ir.Product(left, right))

    def sum(self, left: int, right: int) -> int:
        """The sum of two figures."""
        a, b = self.known(left), self.known(right)
        return self.literal(a + b) if a is not None and b is not None else self.add(ir.Sum(left, right))

    def difference(self, left: int, right: int) -> int:
        """The difference of two figures."""
        a, b = self.known(left), self.known(right)
        return self.literal(a - b) if a is not None and b is not None else self.add(ir.Difference(left, right))

    def pick(self, condition: int, then: int, otherwise: int) -> int:
        """One of two figures, by a condition; known whatever the condition where both are the same figure."""
        if then == otherwise:
            return then
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
