"""Engine stage: the cells into which rules cut what a fact may be, and one or two values that stand for each.

Inside a cell no condition changes, so a few values decide for all. Cells come from choices that tests tell apart,
limits of size tables, codes with different classes, the edges of calendar years, days in rules, and from comparisons
whose other side is known: there the turning point is found by bisection.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat

from relief_engine.compiled import ir
from relief_engine.compiled.figures import slots_under
from relief_engine.compiled.layout import Value
from relief_engine.rulebook.facts import OPEN_END, Fact, NotBeforeRelation
from relief_engine.rulebook.standards import CodeList, SizeTable

#: Where so many comparisons turn is kept of a program.
_KEPT = 4_000
#: Two figures inside one cell: a formula that reads the fact gives two different amounts for them.
_GENERIC = (1, 2)
Evaluate = Callable[[Sequence[Value]], Sequence[int | None]]


@dataclass(slots=True)
class Trials:
    """What one search tries: how it evaluates, the values it tries for facts it has filled in, turning points found."""

    evaluate: Evaluate
    grid: dict[int, list[int]] = field(default_factory=dict)
    turns: dict[tuple[object, ...], list[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two figures, or a figure and a fixed ``bound``, that may overtake each other, and the slots they lean on."""

    left: int
    right: int | None
    bound: int
    under: frozenset[int]

    def sign(self, values: Sequence[int | None]) -> int | None:
        """-1, 0 or 1 as the left figure is less than, equal to or more than the other; None while one is unknown."""
        left, right = values[self.left], self.bound if self.right is None else values[self.right]
        return None if left is None or right is None else (left > right) - (left < right)


class Cells:
    """The cells of every fact that one program reads."""

    def __init__(self, program: ir.Program, codes: dict[int, CodeList], relations: Sequence[NotBeforeRelation]) -> None:
        self.program = program
        self.codes = codes
        layout = program.layout
        self.readers: dict[int, list[Crossing]] = {}
        self.fixed: dict[int, set[int]] = {}
        self.limits: dict[int, list[tuple[int, SizeTable, str]]] = {}
        self.tests: dict[int, list[frozenset[int]]] = {}
        self.tables: dict[int, list[Callable[[int], object]]] = {}
        self.orders = [(layout.slots[r.earlier], layout.slots[r.later]) for r in relations if r.later in layout.slots]
        self._kept: dict[tuple[object, ...], list[int]] = {}
        self.known_codes: dict[tuple[int, int | None], list[int]] = {}
        self.under = slots_under(program.nodes)
        for node in program.nodes:
            self._cut(node, self.under)
        read = {node.slot for node in program.nodes if isinstance(node, ir.FactValue)}
        #: Figures that only size tables read: inside a cell nothing depends on their value.
        self.stepwise = self.limits.keys() - read
        self.steps = {slot: self._bounds(slot) for slot in self.stepwise}

    def _cut(self, node: ir.Node, leans: Sequence[frozenset[int]]) -> None:
        match node:
            case ir.Is(slot, values):
                self.tests.setdefault(slot, []).append(values)
            case ir.ClassIs(code, table):
                self.tables.setdefault(code, []).append(table.candidates.__getitem__)
            case ir.SizeIs(code, table, indicators):
                self.tables.setdefault(code, []).append(table.sectors.candidates.__getitem__)
                for indicator, slot in indicators:
                    found = (code, table, indicator)
                    if found not in self.limits.setdefault(slot, []):
                        self.limits[slot].append(found)
            case ir.Compare(_, left, right):
                self._crossed(Crossing(left, right, 0, leans[left] | leans[right]))
            case ir.Days(start, end, first, last):
                for side in (start, end):
                    day = self.program.nodes[side]
                    if isinstance(day, ir.FactValue):
                        self.fixed.setdefault(day.slot, set()).update((first, first + 1, last, last + 1))
                    else:
                        # A day that is itself calculated passes the ends of the window wherever it does.
                        for bound in (first, last):
                            self._crossed(Crossing(side, None, bound, leans[side]))
            case _:
                pass

    def _bounds(self, slot: int) -> list[int]:
        """All limits of size tables that a figure may reach, in order."""
        limits = [
            limit.bounds
            for _, table, indicator in self.limits[slot]
            for row in table.rows
            for limit in row.limits
            if limit.indicator == indicator
        ]
        return sorted({bound for bounds in limits for bound in bounds})

    def alike(self, slot: int, value: int) -> int:
        """A number that two values of a fact share only if no node tells them apart, whatever else is known."""
        steps = self.steps.get(slot)
        return value if steps is None else bisect_right(steps, value)

    def _crossed(self, crossing: Crossing) -> None:
        for slot in crossing.under:
            self.readers.setdefault(slot, []).append(crossing)

    def ordered(self, vector: Sequence[Value]) -> bool:
        """Whether no day lies before one that it must not lie before."""
        for earlier, later in self.orders:
            first, last = vector[earlier], vector[later]
            if isinstance(first, int) and isinstance(last, int) and last < first:
                return False
        return True

    def rank(self, slot: int) -> tuple[int, int]:
        """The order in which facts are filled in: first those with few values, last those whose cells depend on others.

        Figures of the size standard come before days and money: once the size is known, how it came about is not.
        """
        fact = self.program.layout.facts[slot]
        kind = fact.type if isinstance(fact, Fact) else ""
        if slot in self.limits:
            return (3, slot)
        return ({"choice": 0, "yes_no": 1, "industry_code": 2, "date": 4}.get(kind, 5), slot)

    def kept(self) -> dict[tuple[object, ...], list[int]]:
        """The turning points found in earlier questions, for trials of which nobody counts the evaluations."""
        if len(self._kept) > _KEPT:
            self._kept = {}
        return self._kept

    # --- values that stand for cells ----------------------------------------------------------------------------

    def values(self, slot: int, vector: Sequence[Value], trials: Trials) -> list[int]:
        """Values of an unknown fact, at least one for each cell that is possible beside what is known.

        Turning points are those beside each value that the search tries for the facts that it has filled in, so that
        branches which differ in such a fact share their values here.
        """
        fact = self.program.layout.facts[slot]
        if not isinstance(fact, Fact):
            return []
        if fact.type in ("yes_no", "choice"):
            return self._choices(slot)
        if slot in self.codes:
            current = vector[slot]
            return self._codes(slot, current if isinstance(current, int) else None)
        return self._figures(slot, fact, vector, trials)

    def _choices(self, slot: int) -> list[int]:
        """One value for each set of choices that no test tells apart."""
        tests = self.tests.get(slot, [])
        kinds: dict[tuple[bool, ...], int] = {}
        for value in range(self.program.layout.width(slot)):
            kinds.setdefault(tuple(value in test for test in tests), value)
        return list(kinds.values())

    def _codes(self, slot: int, current: int | None) -> list[int]:
        """One of the finest codes at or below the current one for each combination of classes."""
        found = self.known_codes.get((slot, current))
        if found is None:
            leaves = self.codes[slot].leaves(current)
            classes = [map(of, leaves) for of in dict.fromkeys(self.tables.get(slot, ()))]
            kinds: dict[tuple[object, ...], int] = {}
            for leaf, kind in zip(leaves, zip(*classes, strict=True) if classes else repeat(()), strict=False):
                kinds.setdefault(kind, leaf)
            found = list(kinds.values())
            self.known_codes[slot, current] = found
        return found

    def coarse(self, slot: int, value: int) -> bool:
        """Whether a known code leaves a class open that the program reads."""
        return any(len(of(value)) > 1 for of in self.tables.get(slot, []))  # type: ignore[arg-type]

    def _figures(self, slot: int, fact: Fact, vector: Sequence[Value], trials: Trials) -> list[int]:
        low, high = fact.lowest, fact.highest
        for earlier, later in self.orders:
            bound = vector[later if slot == earlier else earlier]
            if slot == earlier and isinstance(bound, int):
                high = min(high, bound)
            elif slot == later and isinstance(bound, int):
                low = max(low, bound)
        low = max(low, self._covered(slot, vector))
        turns = {bound for bound in self.fixed.get(slot, ()) if low < bound <= high}
        for code, table, indicator in self.limits.get(slot, ()):
            known = vector[code]
            rows = (table.row(c) for c in table.sectors.of(known if isinstance(known, int) else None))
            turns.update(
                b for row in rows if row for limit in row.limits if limit.indicator == indicator for b in limit.bounds
            )
        for crossing in self.readers.get(slot, ()):
            for beside in self._besides(crossing, slot, vector, trials.grid):
                turns.update(turn for turn in self._turns(crossing, slot, fact, beside, trials) if low < turn <= high)
        edges = sorted({low, *turns})
        chosen: set[int] = set()
        for index, edge in enumerate(edges):
            last = edges[index + 1] - 1 if index + 1 < len(edges) else high
            chosen.add(edge)
            chosen.add(last)
            chosen.update(min(edge + step, last) for step in _GENERIC)
        if fact.open_ended:
            chosen.add(OPEN_END)
        return sorted(chosen)

    def _covered(self, slot: int, vector: Sequence[Value]) -> int:
        """The first start beside known steps: a profile whose steps leave out days that count is refused."""
        for _, fact, steps, start, end in self.program.layout.extremes:
            listed, last = vector[steps], vector[end]
            if slot == start and isinstance(listed, tuple) and listed[0][0] > fact.first_day:
                latest = min(last, fact.last_day) if isinstance(last, int) else fact.last_day
                if latest >= fact.first_day:
                    return min(listed[0][0], latest + 1)
        return 0

    def _besides(
        self, crossing: Crossing, slot: int, vector: Sequence[Value], grid: Mapping[int, Sequence[int]]
    ) -> list[list[Value]]:
        """The vector as it is, and with each value that the search tries for one other fact of the comparison."""
        found = [list(vector)]
        for other in crossing.under - {slot}:
            for value in grid.get(other, ()):
                if value != vector[other]:
                    changed = list(vector)
                    changed[other] = value
                    found.append(changed)
        return found

    def _turns(self, crossing: Crossing, slot: int, fact: Fact, vector: list[Value], trials: Trials) -> list[int]:
        """Where a comparison turns as one fact grows, all else it reads being known; it turns at most twice."""
        read = tuple(vector[other] for other in sorted(crossing.under - {slot}))
        key = (crossing.left, crossing.right, crossing.bound, slot, *read)
        known = trials.turns.get(key)
        if known is None:
            known = self._find_turns(crossing, slot, fact, vector, trials.evaluate)
            trials.turns[key] = known
        return known

    @staticmethod
    def _find_turns(crossing: Crossing, slot: int, fact: Fact, trial: list[Value], evaluate: Evaluate) -> list[int]:
        low, high = fact.lowest, fact.highest

        def side(value: int) -> int | None:
            trial[slot] = value
            return crossing.sign(evaluate(trial))

        first, last = side(low), side(high)
        if first is None or last is None or first == last:
            return []
        return [turn for target in {first, last} for turn in Cells._bisect(side, low, high, target == first, target)]

    @staticmethod
    def _bisect(side: Callable[[int], int | None], low: int, high: int, from_first: bool, sign: int) -> list[int]:
        """The first value that leaves the sign of the low end, or that has the sign of the high end."""
        while low < high:
            middle = (low + high) // 2
            beyond = side(middle) != sign if from_first else side(middle) == sign
            if beyond:
                high = middle
            else:
                low = middle + 1
        return [low]
