"""Checking stage: a program with further nodes, one for each question that its own nodes do not answer.

Whether a part of a condition ever matters is asked of the condition with that part taken out; whether a branch is ever
taken, of everything that must hold on the way to it. Both become nodes like any other, so that whatever evaluates a
program, or reasons about it, answers them too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Layout
from relief_engine.compiled.lowering import Lowering
from relief_engine.compiled.nodes import Nodes
from relief_engine.engine import Engine
from relief_engine.rulebook import expressions as ex


class Extension:
    """Adds nodes to a program; :meth:`program` gives the longer one, in which the old nodes keep their numbers."""

    def __init__(self, engine: Engine, program: ir.Program) -> None:
        self.base = program
        self.nodes = Nodes(program.layout)
        self.nodes.list = list(program.nodes)
        self.nodes.index = {node: index for index, node in enumerate(program.nodes)}
        layout: Layout = program.layout
        #: Only for what a test of a fact means; nothing is lowered anew.
        self._words = Lowering(program.programme, engine.rulebook.standards, layout, program.period.first)

    def program(self) -> ir.Program:
        """The program with all nodes that were added so far."""
        return replace(self.base, nodes=tuple(self.nodes.list))

    def compiled(self, expr: ex.Expr) -> bool:
        """Whether an expression has a node: one of another version of its element has none."""
        return id(expr) in self.base.node_of

    def node(self, expr: ex.Expr) -> int:
        """The node of a condition of the programme."""
        return self.base.node_of[id(expr)]

    def every(self, nodes: Iterable[int]) -> int:
        """The node of *all of these*."""
        return self.nodes.all_of(nodes)

    def some(self, nodes: Iterable[int]) -> int:
        """The node of *any of these*."""
        return self.nodes.any_of(nodes)

    def no(self, node: int) -> int:
        """The node of the opposite."""
        return self.nodes.negation(node)

    def equal(self, left: int, right: int) -> int:
        """The node that two figures are equal; of a figure and itself, that it is known."""
        return self.nodes.add(ir.Compare("==", left, right))

    def below_nothing(self, figure: int) -> int:
        """The node that a figure is below 0."""
        return self.nodes.add(ir.Compare("<", figure, self.nodes.literal(0)))

    def values(self, test: ex.Member) -> tuple[frozenset[int], tuple[str, ...]]:
        """The positions of the values that a membership test names, and the ids of all that its fact can have."""
        kind = test.subject.type
        if not isinstance(kind, ex.ChoiceType):
            raise TypeError("a membership test needs a choice")
        return self._words.member_values(test, kind.domain), kind.domain.ids

    def member(self, test: ex.Member, values: frozenset[int]) -> int:
        """The node of a membership test of other values."""
        return self.nodes.atom(self._words.test(test.subject.fact, values))

    def with_part(self, whole: ex.Expr, part: ex.Expr, node: int) -> int:
        """The node of a condition in which another stands in place of a part."""
        if whole is part:
            return node
        match whole:
            case ex.AllOf(parts=parts):
                return self.nodes.all_of([self.with_part(each, part, node) for each in parts])
            case ex.AnyOf(parts=parts):
                return self.nodes.any_of([self.with_part(each, part, node) for each in parts])
            case ex.Not(operand=operand):
                return self.nodes.negation(self.with_part(operand, part, node))
            case _:
                return self.node(whole)

    def fixed(self, value: int) -> int:
        """The node of a condition that is always met, or never."""
        return self.nodes.add(ir.Const(value))

    def differs(self, one: int, other: int) -> int:
        """The node that one of two conditions holds and the other does not."""
        first = self.nodes.all_of([one, self.nodes.negation(other)])
        second = self.nodes.all_of([other, self.nodes.negation(one)])
        return self.nodes.any_of([first, second])
