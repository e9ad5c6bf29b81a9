"""Routes stage: the direct route. A program becomes one straight-line Python function over its vector of facts.

The text that is compiled holds nothing but node numbers, slots and whole numbers from the checked program; no name or
text of a rulebook ever reaches it. *And* is ``&``, *or* is ``|``, both over all parts, so that every node has its value
afterwards and a trace costs nothing. Each slot is read once, what the rulebook fixes stands in the text itself, and all
tests of one size class share one look at the table: they are the hot path of a decision (``benchmarks/``).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import cast
from weakref import WeakKeyDictionary

from relief_engine.compiled import ir
from relief_engine.compiled.figures import months_later
from relief_engine.compiled.layout import Value
from relief_engine.compiled.sizes import Bounds, Run, runs_of

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
    for index, node in enumerate(program.nodes):
        writer.write(index, node)
    names = ", ".join(writer.names)
    arguments = ", ".join(["v", *(f"{name}={name}" for name in writer.tables)])
    body = "\n ".join([*writer.lines, f"return ({names},)"])
    source = f"def run({arguments}):\n {body}\n"
    space: dict[str, object] = {"__builtins__": {"min": min, "max": max}, **writer.tables}
    exec(compile(source, "<program>", "exec"), space)
    return cast(Compiled, space["run"])


class _Writer:
    """Writes one line of Python for each node that is not fixed."""

    def __init__(self, program: ir.Program) -> None:
        self.program = program
        self.tables: dict[str, object] = {}
        self.lines: list[str] = []
        #: How the value of each node is written: the name of its variable, or the figure itself.
        self.names: list[str] = []
        self.read: set[int] = set()
        self.states: dict[ir.SizeIs, str] = {}

    def table(self, value: object) -> str:
        name = f"t{len(self.tables)}"
        self.tables[name] = value
        return name

    def slot(self, slot: int) -> str:
        """The variable that holds a slot; it is read where it is first needed."""
        if slot not in self.read:
            self.read.add(slot)
            self.lines.append(f"s{slot} = v[{slot}]")
        return f"s{slot}"

    def write(self, index: int, node: ir.Node) -> None:
        match node:
            case ir.Const(value) | ir.Fixed(value):
                self.names.append(f"({int(value)!r})")
            case ir.FactValue(slot):
                self.names.append(self.slot(slot))
            case _:
                text = self.condition(node) if isinstance(node, ir.CONDITIONS) else self.figure(node)
                self.lines.append(f"n{index} = {text}")
                self.names.append(f"n{index}")

    def condition(self, node: ir.Condition) -> str:
        names = self.names
        match node:
            case ir.Is(slot, values):
                truth: dict[int | None, int] = {None: ir.UNKNOWN}
                truth |= {i: ir.MET if i in values else ir.UNMET for i in range(self.program.layout.width(slot))}
                return f"{self.table(truth)}[{self.slot(slot)}]"
            case ir.ClassIs(code, classes, values):
                found = {candidates: _class_value(candidates, values) for candidates in set(classes.candidates)}
                truths = tuple([found[candidates] for candidates in classes.candidates])
                unknown = _class_value(classes.all_candidates, values)
                return f"{unknown} if {self.slot(code)} is None else {self.table(truths)}[s{code}]"
            case ir.SizeIs():
                state = self.state(node)
                return f"{self.table(_truths(node))}[{state}] if {state} >= 0 else {self.table(size_test(node))}(v)"
            case ir.Compare(op, left, right):
                return f"{self.guard(left, right, unknown='1')}3 if {names[left]} {op} {names[right]} else 0"
            case ir.AllOf(parts):
                return " & ".join(names[part] for part in parts)
            case ir.AnyOf(parts):
                return " | ".join(names[part] for part in parts)
            case _:
                raise TypeError(f"not written as a condition: {node}")

    def state(self, node: ir.SizeIs) -> str:
        """The variable that holds what all size tests of these figures need: see :func:`_rows`."""
        kind = ir.SizeIs(node.code, node.table, node.indicators, frozenset())
        state = self.states.get(kind)
        if state is None:
            state = self.states[kind] = f"z{len(self.states)}"
            code, rows, find = self.slot(node.code), self.table(_rows(node)), self.table(bisect_right)
            self.lines += [
                f"if {code} is None: {state} = -1",
                "else:",
                f"  {state}, o, r = {rows}[{code}]",
                "  for i, b in r:",
                "   x = v[i]",
                f"   if x is None: o = {len(node.table.domain.ids)}",
                "   else:",
                f"    x = {find}(b, x)",
                f"    if x < {state}: {state} = x",
                f"  {state} += o",
            ]
        return state

    def figure(self, node: ir.Figure) -> str:
        names = self.names
        match node:
            case ir.Sum(left, right):
                return f"{self.guard(left, right)}{names[left]} + {names[right]}"
            case ir.Difference(left, right):
                return f"{self.guard(left, right)}{names[left]} - {names[right]}"
            case ir.Product(left, right):
                return f"{self.guard(left, right)}{names[left]} * {names[right]}"
            case ir.Pick(condition, then, otherwise):
                test = names[condition]
                return f"{names[then]} if {test} == 3 else {names[otherwise]} if {test} == 0 else None"
            case ir.Extreme(least, parts):
                listed = ", ".join(names[part] for part in parts)
                return f"{self.guard(*parts)}{'min' if least else 'max'}({listed})"
            case ir.Days(start, end, first, last):
                # The same as `overlap`, without a call.
                a, b = names[start], names[end]
                days = f"({b} if {b} < {last} else {last}) - ({a} if {a} > {first} else {first}) + 1"
                return f"{self.guard(start, end)}d if (d := {days}) > 0 else 0"
            case ir.Months(day, months):
                return f"{self.guard(day)}{self.table(months_later)}({names[day]}, {months})"
            case _:
                raise TypeError(f"not written as a figure: {node}")

    def guard(self, *operands: int, unknown: str = "None") -> str:
        """The beginning of an expression, for operands that may be unknown; nothing where none may."""
        nodes = self.program.nodes
        open_ = dict.fromkeys(self.names[n] for n in operands if not isinstance(nodes[n], ir.Fixed))
        return f"{unknown} if {' or '.join(f'{name} is None' for name in open_)} else " if open_ else ""


def _class_value(candidates: tuple[int, ...], values: frozenset[int]) -> int:
    inside = sum(candidate in values for candidate in candidates)
    return ir.MET if inside == len(candidates) else ir.UNMET if inside == 0 else ir.UNKNOWN


#: The state to start from, what to add at the end, and (slot, limits) pairs whose figures may lower the state.
_Row = tuple[int, int, tuple[tuple[int, tuple[int, ...]], ...]]


def _rows(node: ir.SizeIs) -> tuple[_Row, ...]:
    """By code, how to find the state of a size class.

    The state is the lowest class that a known indicator gives. Where an indicator is unknown, the number of classes is
    added: the class is that one or any below. A code without a row has a state of its own; one that leads to several
    rows has a negative state, and then every test looks for itself.
    """
    table, slots = node.table, dict(node.indicators)
    top, classes = table.uncovered - 1, table.uncovered + 1

    def row(candidates: tuple[int, ...]) -> _Row:
        if len(candidates) != 1:
            return (-1, 0, ())
        found = table.row(candidates[0])
        if found is None:
            return (table.uncovered, 0, ())
        read = tuple((slots[limit.indicator], limit.bounds) for limit in found.limits if limit.indicator in slots)
        return (top, 0 if len(read) == len(found.limits) else classes, read)

    known = {candidates: row(candidates) for candidates in set(table.sectors.candidates)}
    return tuple([known[candidates] for candidates in table.sectors.candidates])


def _truths(node: ir.SizeIs) -> tuple[int, ...]:
    """By state, the value of one test of a size class."""
    classes = node.table.uncovered + 1
    definite = [ir.MET if size in node.values else ir.UNMET for size in range(classes)]
    open_ = [_class_value(tuple(range(size + 1)), node.values) for size in range(classes)]
    return (*definite, *open_)


def size_test(node: ir.SizeIs) -> Callable[[Sequence[Value]], int]:
    """The function of one size test where the industry is unknown or its code leads to several rows."""
    sectors = node.table.sectors
    plans: dict[int, tuple[Run, ...] | bool] = {}

    def reached(bounds: Bounds, v: Sequence[Value]) -> int:
        result = 3
        for slot, bound in bounds:
            value = v[slot] if slot >= 0 else None
            if value is None:
                result = 1
            elif value < bound:  # type: ignore[operator]  # indicators are whole numbers
                return 0
        return result

    def row(candidate: int, v: Sequence[Value]) -> int:
        runs = plans.get(candidate)
        if runs is None:
            runs = plans[candidate] = runs_of(node, candidate)
        if runs is True or runs is False:
            return 3 if runs else 0
        best = 0
        for run in runs:
            low = 3 if run.lower is None else reached(run.lower, v)
            if low:
                best |= low if run.upper is None else low & _NOT[reached(run.upper, v)]
        return best

    read = itemgetter(node.code, *[slot for _, slot in node.indicators])
    last: tuple[object, int] = ((), 0)

    def test(v: Sequence[Value]) -> int:
        nonlocal last
        # A search asks again and again with other rents and days and the same figures of size. One tuple is put in
        # place of another, so that threads see a question with its own answer.
        key = read(v)
        known = last
        if known[0] == key:
            return known[1]
        first, *others = sectors.of(v[node.code])  # type: ignore[arg-type]  # codes are whole numbers
        found = row(first, v)
        # Unknown as soon as one of them is, or two are not alike: of an industry that is not known mostly at once.
        if found != ir.UNKNOWN and any(row(candidate, v) != found for candidate in others):
            found = ir.UNKNOWN
        last = (key, found)
        return found

    return test
