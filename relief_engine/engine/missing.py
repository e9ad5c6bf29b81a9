"""Engine stage: which unknown facts still matter, exactly.

A fact is missing if two completions of the unknown facts that differ in it alone give different answers. The
completions are walked as a decision diagram over cells: a branch ends as soon as its answer is settled, equal branches
are one, and a fact belongs to the list if and only if two of its branches differ. A branch that leans only on facts
already known to be missing is not walked at all: it can add none, and whether it differs from another is told by
completing both in the same way.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Layout, Value
from relief_engine.decision import Outcome
from relief_engine.engine.cells import Cells, Evaluate, Trials
from relief_engine.engine.outcome import Answer, answer_of, residue, settled
from relief_engine.rulebook.facts import Fact

#: After so many evaluations the pruned list is given instead, and marked as not exact (contract, design section 5).
BUDGET = 20_000


#: How many completions are tried before two branches count as equal.
_SAMPLES = 30


class _TooMany(Exception):
    """The budget is used up."""


@dataclass(frozen=True, slots=True)
class Unwalked:
    """A branch that leans only on facts known to be missing."""

    slots: frozenset[int]
    vector: tuple[Value, ...]


@dataclass(slots=True)
class Search:
    """The search for what is missing in one vector."""

    program: ir.Program
    cells: Cells
    evaluate: Evaluate
    barred: frozenset[int]
    spent: int = 0
    support: set[int] = field(default_factory=set)
    nodes: dict[tuple[Hashable, ...], int] = field(default_factory=dict)
    shapes: list[tuple[int, tuple[tuple[int, int], ...]] | Answer | Unwalked] = field(default_factory=list)
    leaves: dict[Answer, int] = field(default_factory=dict)
    compared: dict[tuple[int, int], bool] = field(default_factory=dict)
    trials: Trials = field(init=False)
    built: dict[tuple[Hashable, ...], int] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)
    doubt: bool = False
    walk_all: bool = False

    def __post_init__(self) -> None:
        self.trials = Trials(self.derived)

    random: Random = field(default_factory=lambda: Random(0))

    @property
    def linked(self) -> list[int]:
        """Slots that bound the values of others (an end is not before its start)."""
        return [slot for pair in self.cells.orders for slot in pair]

    def run(self, vector: Sequence[Value]) -> tuple[set[int], bool]:
        """The slots of the missing facts, and whether the list is exact."""
        try:
            self.build(list(vector))
        except _TooMany:
            return self.askable(residue(self.program, self.evaluate(vector), vector).slots, list(vector)), False
        if self.doubtful <= self.support:
            return self.support, True
        # Branches that no sample told apart: walk them to the end.
        whole = Search(self.program, self.cells, self.evaluate, self.barred, self.spent, walk_all=True)
        found, exact = whole.run(vector)
        return (found, True) if exact else (self.support | self.doubtful, False)

    def values(self, vector: list[Value]) -> Sequence[int | None]:
        self.spent += 1
        if self.spent > BUDGET:
            raise _TooMany
        return self.evaluate(vector)

    def askable(self, slots: Iterable[int], vector: list[Value]) -> set[int]:
        """The open slots that a person can fill: derived ones are traced back to the facts that they come from."""
        layout = self.program.layout
        found: set[int] = set()
        for slot in slots:
            found |= _origins(layout, slot, vector)
        result = set()
        for slot in found - self.barred:
            value = vector[slot]
            coarse = isinstance(value, int) and slot in self.cells.codes and self.cells.coarse(slot, value)
            if value is None or coarse:
                result.add(slot)
        return result

    def build(self, vector: list[Value]) -> int:
        values = self.values(vector)
        if settled(self.program, values):
            return self.leaf(answer_of(self.program, values))
        rest = residue(self.program, values, vector)
        candidates = self.askable(rest.slots, vector)
        if not candidates:
            return self.leaf(self.unsettled(values))
        key = (rest.key, *(vector[slot] for slot in self.linked))
        found = self.built.get(key)
        if found is None:
            found = (
                self.unwalked(candidates, vector)
                if candidates <= self.support and not self.walk_all
                else self.split(candidates, vector, values)
            )
            self.built[key] = found
        return found

    def unwalked(self, candidates: set[int], vector: list[Value]) -> int:
        """A branch that is left as it is, with what is needed to complete it later."""
        self.shapes.append(Unwalked(frozenset(candidates), tuple(vector)))
        return len(self.shapes) - 1

    def split(self, candidates: set[int], vector: list[Value], values: Sequence[int | None]) -> int:
        """Branch over the first open fact."""
        slot = min(candidates, key=self.rank)
        before = vector[slot]
        branches: list[tuple[int, int]] = []
        tried = self.cells.values(slot, vector, self.trials)
        self.trials.grid[slot] = tried
        for value in tried:
            vector[slot] = value
            self.program.layout.derive(vector)
            branches.append((value, self.build(vector)))
        vector[slot] = before
        self.program.layout.derive(vector)
        del self.trials.grid[slot]
        if not branches:
            return self.leaf(self.unsettled(values))
        return self.node(slot, branches)

    def derived(self, vector: Sequence[Value]) -> Sequence[int | None]:
        """Evaluate a trial vector after deriving what depends on it."""
        trial = list(vector)
        self.program.layout.derive(trial)
        return self.values(trial)

    def unsettled(self, values: Sequence[int | None]) -> Answer:
        """The answer where only figures that do not exist are open: referred, with what is known of the figure."""
        answer = answer_of(self.program, values)
        return (Outcome.REFERRED, "not-available") if answer[0] is Outcome.UNDETERMINED else answer

    def rank(self, slot: int) -> tuple[int, int]:
        """Facts with few values first; figures and days last, because their cells depend on the others.

        Figures of the size standard come before days and money: once the size is known, how it came about is not.
        """
        fact = self.program.layout.facts[slot]
        kind = fact.type if isinstance(fact, Fact) else ""
        if slot in self.cells.limits:
            return (3, slot)
        return ({"choice": 0, "yes_no": 1, "industry_code": 2, "date": 4}.get(kind, 5), slot)

    # --- the diagram --------------------------------------------------------------------------------------------

    def leaf(self, answer: Answer) -> int:
        found = self.leaves.get(answer)
        if found is None:
            found = len(self.shapes)
            self.shapes.append(answer)
            self.leaves[answer] = found
        return found

    def node(self, slot: int, branches: list[tuple[int, int]]) -> int:
        first = branches[0][1]
        if all(child == first for _, child in branches):
            return first
        if slot not in self.support:
            self.doubt = False
            if any(self.differ(first, child) for _, child in branches[1:]):
                self.support.add(slot)
            elif self.doubt:
                self.doubtful.add(slot)
        key = (slot, tuple(branches))
        found = self.nodes.get(key)
        if found is None:
            found = len(self.shapes)
            self.shapes.append(key)
            self.nodes[key] = found
        return found

    def differ(self, a: int, b: int) -> bool:
        """Whether two branches give different answers for some completion that is possible in both."""
        if a == b:
            return False
        pair = (min(a, b), max(a, b))
        known = self.compared.get(pair)
        if known is None:
            known = self._differ(*pair)
            self.compared[pair] = known
        return known

    def _differ(self, a: int, b: int) -> bool:
        if isinstance(self.shapes[a], Unwalked) or isinstance(self.shapes[b], Unwalked):
            return self._witnessed(a, b)
        left, right = self.branches(a), self.branches(b)
        if left is None and right is None:
            return True
        if left is not None and right is not None and left[0] == right[0]:
            other = dict(right[1])
            return any(value in other and self.differ(child, other[value]) for value, child in left[1])
        if left is not None and (right is None or self.rank(left[0]) < self.rank(right[0])):
            return any(self.differ(child, b) for _, child in left[1])
        return right is not None and any(self.differ(a, child) for _, child in right[1])

    def _witnessed(self, a: int, b: int) -> bool:
        """Whether some completion gives different answers in two branches, of which one at least is not walked."""
        for _ in range(_SAMPLES):
            chosen: dict[int, int] = {}
            if self._sampled(a, chosen) != self._sampled(b, chosen):
                return True
        self.doubt = True
        return False

    def _sampled(self, index: int, chosen: dict[int, int]) -> Answer:
        """The answer of a branch for one completion; ``chosen`` remembers it, so that another branch gets the same."""
        shape = self.shapes[index]
        while (inner := self.branches(index)) is not None:
            slot, options = inner
            known = dict(options)
            if chosen.get(slot) not in known:
                chosen[slot] = self.random.choice(list(known))
            index = known[chosen[slot]]
            shape = self.shapes[index]
        if not isinstance(shape, Unwalked):
            return shape  # type: ignore[return-value]  # what is neither a node nor unwalked is an answer
        vector = list(shape.vector)
        for slot in sorted(shape.slots, key=self.rank):
            if slot not in chosen:
                chosen[slot] = self.random.choice(self.cells.values(slot, vector, self.trials))
            vector[slot] = chosen[slot]
            self.program.layout.derive(vector)
        values = self.values(vector)
        rest = residue(self.program, values, vector)
        return answer_of(self.program, values) if not self.askable(rest.slots, vector) else self.unsettled(values)

    def branches(self, index: int) -> tuple[int, tuple[tuple[int, int], ...]] | None:
        shape = self.shapes[index]
        if isinstance(shape, Unwalked):
            return None
        return shape if len(shape) == 2 and isinstance(shape[0], int) and isinstance(shape[1], tuple) else None


def _origins(layout: Layout, slot: int, vector: Sequence[Value]) -> set[int]:
    """The facts that a derived slot is unknown for; the slot itself for a fact."""
    for derived, _, steps, start, end in layout.extremes:
        if derived == slot:
            if vector[steps] is None:
                return {steps}
            return {day for day in (start, end) if vector[day] is None}
    return {slot}
