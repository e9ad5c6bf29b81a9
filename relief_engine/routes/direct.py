"""Routes stage: the direct route. A program becomes one straight-line Python function over its vector of facts.

The text that is compiled holds nothing but node numbers, slots and whole numbers from the checked program; no name or
text of a rulebook ever reaches it. *And* is ``&``, *or* is ``|``, both over all parts, so that every node has its value
afterwards and a trace costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast
from weakref import WeakKeyDictionary

from relief_engine.compiled import ir
from relief_engine.compiled.figures import months_later, overlap
from relief_engine.compiled.layout import Value
from relief_engine.compiled.sizes import Bounds, Run, consensus, runs_of

#: *Not*, by value.
_NOT = (3, 1, 1, 0)

Compiled = Callable[[Sequence[Value]], tuple[int | None, ...]]


class DirectRoute:
    """The semantics of the rulebook; safe to share between threads."""

    name = "direct"

    def __init__(self) -> None:
        self._compiled: WeakKeyDictionary[ir.Program, Compiled] = WeakKeyDictionary()

    def run(self, program: ir.Program, slots: Sequence[Value]) -> tuple[int | None, ...]:
        """The values of all nodes of the program."""
        return self.compiled(program)(slots)

    def compiled(self, program: ir.Program) -> Compiled:
        """The function of a program, made on first use."""
        found = self._compiled.get(program)
        if found is None:
            found = compile_program(program)
            self._compiled[program] = found
        return found


def compile_program(program: ir.Program) -> Compiled:
    """Make the function that gives the values of all nodes."""
    writer = _Writer(program)
    lines = [writer.line(index, node) for index, node in enumerate(program.nodes)]
    names = ", ".join(f"n{index}" for index in range(len(program.nodes)))
    arguments = ", ".join(["v", *(f"{name}={name}" for name in writer.tables)])
    body = "\n ".join([*lines, f"return ({names},)"])
    source = f"def run({arguments}):\n {body}\n"
    space: dict[str, object] = {"__builtins__": {"min": min, "max": max}, **writer.tables}
    exec(compile(source, "<program>", "exec"), space)
    return cast(Compiled, space["run"])


class _Writer:
    """Writes one line of Python for each node."""

    def __init__(self, program: ir.Program) -> None:
        self.program = program
        self.tables: dict[str, object] = {}

    def table(self, value: object) -> str:
        name = f"t{len(self.tables)}"
        self.tables[name] = value
        return name

    def line(self, index: int, node: ir.Node) -> str:
        return f"n{index} = {self.text(node)}"

    def text(self, node: ir.Node) -> str:
        match node:
            case ir.Const(value) | ir.Fixed(value):
                return repr(int(value))
            case ir.Is(slot, values):
                truth = tuple(ir.MET if i in values else ir.UNMET for i in range(self.program.layout.width(slot)))
                return f"1 if v[{slot}] is None else {self.table(truth)}[v[{slot}]]"
            case ir.ClassIs(code, classes, values):
                truth = tuple(_class_value(candidates, values) for candidates in classes.candidates)
                unknown = _class_value(classes.all_candidates, values)
                return f"{unknown} if v[{code}] is None else {self.table(truth)}[v[{code}]]"
            case ir.SizeIs():
                return f"{self.table(size_test(node))}(v)"
            case ir.Compare(op, left, right):
                return f"1 if n{left} is None or n{right} is None else 3 if n{left} {op} n{right} else 0"
            case ir.AllOf(parts):
                return " & ".join(f"n{part}" for part in parts)
            case ir.AnyOf(parts):
                return " | ".join(f"n{part}" for part in parts)
            case _:
                return self.figure(node)

    def figure(self, node: ir.Figure) -> str:
        match node:
            case ir.FactValue(slot):
                return f"v[{slot}]"
            case ir.Sum(left, right):
                return self.binary(left, "+", right)
            case ir.Difference(left, right):
                return self.binary(left, "-", right)
            case ir.Product(left, right):
                return self.binary(left, "*", right)
            case ir.Pick(condition, then, otherwise):
                return f"n{then} if n{condition} == 3 else n{otherwise} if n{condition} == 0 else None"
            case ir.Extreme(least, parts):
                unknown = " or ".join(f"n{part} is None" for part in parts)
                return f"None if {unknown} else {'min' if least else 'max'}({', '.join(f'n{part}' for part in parts)})"
            case ir.Days(start, end, first, last):
                call = f"{self.table(overlap)}(n{start}, n{end}, {first}, {last})"
                return f"None if n{start} is None or n{end} is None else {call}"
            case ir.Months(day, months):
                return f"None if n{day} is None else {self.table(months_later)}(n{day}, {months})"
            case _:
                raise TypeError(f"not a figure: {node}")

    def binary(self, left: int, sign: str, right: int) -> str:
        unknown = " or ".join(
            f"n{side} is None" for side in (left, right) if not isinstance(self.program.nodes[side], ir.Fixed)
        )
        return f"None if {unknown} else n{left} {sign} n{right}"


def _class_value(candidates: tuple[int, ...], values: frozenset[int]) -> int:
    inside = sum(candidate in values for candidate in candidates)
    return ir.MET if inside == len(candidates) else ir.UNMET if inside == 0 else ir.UNKNOWN


def size_test(node: ir.SizeIs) -> Callable[[Sequence[Value]], int]:
    """The function of one size test, with the rows of every code laid out beforehand."""
    sectors = node.table.sectors
    plans: dict[tuple[int, ...], tuple[tuple[Run, ...] | bool, ...]] = {}
    for candidates in {*sectors.candidates, sectors.all_candidates}:
        plans[candidates] = tuple(runs_of(node, candidate) for candidate in candidates)
    by_code = tuple(plans[candidates] for candidates in sectors.candidates)
    unknown_code = plans[sectors.all_candidates]
    code_slot = node.code

    def reached(bounds: Bounds, v: Sequence[Value]) -> int:
        result = 3
        for slot, bound in bounds:
            value = v[slot] if slot >= 0 else None
            if value is None:
                result = 1
            elif value < bound:  # type: ignore[operator]  # indicators are whole numbers
                return 0
        return result

    def row(runs: tuple[Run, ...] | bool, v: Sequence[Value]) -> int:
        if runs is True or runs is False:
            return 3 if runs else 0
        best = 0
        for run in runs:
            low = 3 if run.lower is None else reached(run.lower, v)
            if low:
                best |= low if run.upper is None else low & _NOT[reached(run.upper, v)]
        return best

    def test(v: Sequence[Value]) -> int:
        code = v[code_slot]
        rows = unknown_code if code is None else by_code[code]  # type: ignore[index]  # a code is its position
        if len(rows) == 1:
            return row(rows[0], v)
        return consensus([row(runs, v) for runs in rows])

    return test
