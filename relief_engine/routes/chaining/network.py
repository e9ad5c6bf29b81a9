"""Routes stage: a program becomes productions, and a plan of which facts to assert and which figures to compute when.

Matching and chaining are the engine's; figures are computed by the arithmetic that the routes share. They alternate in
*stages*: a figure that picks by a condition waits for it, and a comparison for its figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

from relief_engine.compiled import ir
from relief_engine.compiled.figures import figure_value, operands
from relief_engine.routes.chaining.candidates import Family, class_family, size_family
from relief_engine.routes.chaining.productions import Productions, RuleSet, Vote
from relief_engine.rulebook.record import Value


class Stage(Value):
    """Figures to compute, operands first, and then (gate, left, right) to compare."""

    figures: tuple[tuple[int, ir.Figure], ...]
    comparisons: tuple[tuple[int, int, int], ...]


class Network(Value):
    """What the route knows of a program; it is not changed, and holds no program."""

    rules: RuleSet
    #: How many nodes the program has; further values are of gates of the route's own.
    size: int
    #: The values before anything is known, with those that the rulebook fixes.
    start: tuple[int | None, ...]
    #: What is told of the conditions that the rulebook fixes.
    opening: tuple[Vote, ...]
    #: (slot, number of values) of the choice and yes/no facts that conditions read.
    choices: tuple[tuple[int, int], ...]
    families: tuple[Family, ...]
    stages: tuple[Stage, ...]


def network_of(program: ir.Program) -> Network:
    """Lower a program to productions."""
    nodes = program.nodes
    productions = Productions(len(nodes))
    start: list[int | None] = [ir.UNKNOWN if isinstance(node, ir.CONDITIONS) else None for node in nodes]
    choices: dict[int, int] = {}
    classes: defaultdict[Hashable, dict[int, ir.ClassIs]] = defaultdict(dict)
    sizes: defaultdict[Hashable, dict[int, ir.SizeIs]] = defaultdict(dict)
    fixed = []
    for gate, node in enumerate(nodes):
        match node:
            case ir.Const(value):
                start[gate] = value
                fixed.append((gate, value))
            case ir.Fixed():
                start[gate] = figure_value(node, (), ())
            case ir.Is(slot, values):
                choices[slot] = width = program.layout.width(slot)
                productions.among(gate, f"f{slot}", values, set(range(width)) - values)
            case ir.ClassIs(code, table):
                classes[code, table].update({gate: node})
            case ir.SizeIs(code, sectors, indicators):
                sizes[code, sectors, indicators].update({gate: node})
            case ir.Compare(op):
                productions.compare(gate, op)
            case ir.AllOf(parts):
                productions.all_of(gate, [(part, True) for part in parts])
            case ir.AnyOf(parts):
                productions.any_of(gate, [(part, True) for part in parts])
            case _:
                pass
    families = (
        *(class_family(tests, productions) for tests in classes.values()),
        *(size_family(tests, productions) for tests in sizes.values()),
    )
    rules = productions.finished()
    start += [ir.UNKNOWN] * (productions.gates - len(nodes))
    opening = tuple(vote for outcome in fixed for vote in rules.feeds.get(outcome, ()))
    return Network(rules, len(nodes), tuple(start), opening, tuple(choices.items()), families, _stages(nodes))


def _stages(nodes: tuple[ir.Node, ...]) -> tuple[Stage, ...]:
    """The stage of a node is the latest of what it reads; a figure that reads a condition waits for the next."""
    at: list[int] = []
    for node in nodes:
        match node:
            case ir.Compare(_, left, right):
                at.append(max(at[left], at[right]))
            case ir.AllOf(parts) | ir.AnyOf(parts):
                at.append(max((at[part] for part in parts), default=0))
            case ir.Const() | ir.Is() | ir.ClassIs() | ir.SizeIs():
                at.append(0)
            case ir.Pick(condition, then, otherwise):
                at.append(max(at[condition] + 1, at[then], at[otherwise]))
            case figure:
                at.append(max((at[operand] for operand in operands(figure)), default=0))
    figures: list[list[tuple[int, ir.Figure]]] = [[] for _ in range(max(at, default=0) + 1)]
    comparisons: list[list[tuple[int, int, int]]] = [[] for _ in figures]
    for index, node in enumerate(nodes):
        if isinstance(node, ir.Compare):
            comparisons[at[index]].append((index, node.left, node.right))
        elif not isinstance(node, ir.CONDITIONS) and not isinstance(node, ir.Fixed):
            figures[at[index]].append((index, node))
    return tuple(Stage(tuple(f), tuple(c)) for f, c in zip(figures, comparisons, strict=True))
