"""Checking stage: a question by itself: the program of nothing but the nodes that it leans on.

What is evaluated thousands of times, or reasoned about, is then as small as the question, however large its programme.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from relief_engine.compiled import ir
from relief_engine.compiled.figures import operands


def alone(program: ir.Program, nodes: Iterable[int]) -> tuple[ir.Program, Mapping[int, int]]:
    """A program of some nodes and all below them, and the number that each of them has there.

    It has the facts and days of the other, but no criteria, referrals and figures: only its nodes mean something.
    """
    needed: set[int] = set()
    waiting = list(nodes)
    while waiting:
        index = waiting.pop()
        if index not in needed:
            needed.add(index)
            waiting.extend(below(program.nodes[index]))
    # Operands come first, and stay so.
    numbers = {index: number for number, index in enumerate(sorted(needed))}
    kept = tuple(_renumbered(program.nodes[index], numbers) for index in sorted(needed))
    benefit = ir.CompiledBenefit(program.benefit.wording, None, None, None, None, None)
    bare = replace(
        program, nodes=kept, criteria=(), referrals=(), open=0, refer=0, benefit=benefit, lets={}, deadlines=(),
        remarks={}, node_of={}, indifferent=frozenset(),
    )  # fmt: skip
    return bare, numbers


def below(node: ir.Node) -> tuple[int, ...]:
    """The nodes that a node is made from."""
    match node:
        case ir.AllOf(parts) | ir.AnyOf(parts):
            return parts
        case ir.Compare(_, left, right):
            return left, right
        case ir.Const() | ir.Is() | ir.ClassIs() | ir.SizeIs():
            return ()
        case _:
            return operands(node)


def _renumbered(node: ir.Node, numbers: Mapping[int, int]) -> ir.Node:
    match node:
        case ir.AllOf(parts):
            return ir.AllOf(tuple(numbers[part] for part in parts))
        case ir.AnyOf(parts):
            return ir.AnyOf(tuple(numbers[part] for part in parts))
        case ir.Compare(op, left, right):
            return ir.Compare(op, numbers[left], numbers[right])
        case ir.Sum(left, right):
            return ir.Sum(numbers[left], numbers[right])
        case ir.Difference(left, right):
            return ir.Difference(numbers[left], numbers[right])
        case ir.Product(left, right):
            return ir.Product(numbers[left], numbers[right])
        case ir.Extreme(least, parts):
            return ir.Extreme(least, tuple(numbers[part] for part in parts))
        case ir.Pick(condition, then, otherwise):
            return ir.Pick(numbers[condition], numbers[then], numbers[otherwise])
        case ir.Days(start, end, first, last):
            return ir.Days(numbers[start], numbers[end], first, last)
        case ir.Months(day, months):
            return ir.Months(numbers[day], months)
        case _:
            return node
