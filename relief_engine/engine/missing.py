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
from relief_engine.compiled.layout import Value
from relief_engine.decision import Outcome
from relief_engine.engine.askable import askable
from relief_engine.engine.cells import Cells, Evaluate, Trials
from relief_engine.engine.outcome import Answer, answer_of, figure_answer, outcome_of, settled
from relief_engine.engine.residue import Residue, residue

#: After so many evaluations the pruned list is given instead, and marked as not exact (contract, design section 5).
BUDGET = 20_000


#: How many completions are tried before two branches count as equal.
_SAMPLES = 30


class _TooMany(Exception):
    """The budget is used up."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A branch whose answer is settled."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Branching:
    """A fact and, for each value that stands for a cell, the branch that follows."""

    slot: int
    options: tuple[tuple[int, int], ...]


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
    nodes: dict[Branching, int] = field(default_factory=dict)
    shapes: list[Leaf | Branching | Unwalked] = field(default_factory=list)
    leaves: dict[Answer, int] = field(default_factory=dict)
    compared: dict[tuple[int, int], bool] = field(default_factory=dict)
    trials: Trials = field(init=False)
    built: dict[tuple[Hashable, ...], int] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)
    doubt: bool = False
    walk_all: bool = False
    #: Whether all completions agree and the rules, by their three-valued logic, do not see it.
    agreed: bool = False
    root: int | None = None
    #: Ask only what changes the outcome, not what changes its figures.
    outcome_only: bool = False
    #: Facts of which it is known beforehand that they are missing.
    proven: set[int] = field(default_factory=set)
    #: For a fact that was found missing: what was known and filled in there, and two of its values that differ.
    shown: dict[int, tuple[tuple[Value, ...], int, int]] = field(default_factory=dict)

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
            self.root = self.build(list(vector))
        except _TooMany:
            return self.askable(residue(self.program, self.evaluate(vector), vector).slots, vector), False
        if self.doubtful <= self.support | self.proven:
            self.support |= self.doubtful
            return self.concluded(vector)
        # Branches that no sample told apart: walk them to the end.
        whole = Search(
            self.program,
            self.cells,
            self.evaluate,
            self.barred,
            self.spent,
            walk_all=True,
            outcome_only=self.outcome_only,
        )
        found, exact = whole.run(vector)
        self.agreed, self.root, self.shapes = whole.agreed, whole.root, whole.shapes
        return (found, True) if exact else (self.support | self.doubtful, False)

    def concluded(self, vector: Sequence[Value]) -> tuple[set[int], bool]:
        """What was found; where nothing was and yet the answer is open, all completions agree unseen by the rules.

        Three-valued logic can't see every agreement: a lease that starts on 31 December has one day of the year
        whatever its end, and no rent is no relief however long the lease. Nothing is decided on an unknown fact even
        then; the facts on which the rules still wait are asked for, and the list is marked.
        """
        values = self.evaluate(vector)
        if self.support or self.settled(values):
            return self.support, True
        slots = residue(self.program, values, vector).slots
        if slots & self.barred and self.left_to_people:
            # The outcome waits for what does not exist, so that only the figures may still wait for something else.
            figures = () if self.outcome_only else self.program.figures
            unknown = {node for figure in figures for node in (figure.low, figure.high) if values[node] is None}
            slots &= frozenset().union(*(self.cells.under[node] for node in unknown))
        else:
            self.agreed = True
        waiting = self.askable(slots, vector)
        return waiting, not waiting

    @property
    def left_to_people(self) -> bool:
        """Whether people decide, whatever is still learned."""
        leaf = None if self.root is None else self.shapes[self.root]
        return isinstance(leaf, Leaf) and leaf.answer[0] is Outcome.REFERRED

    def values(self, vector: list[Value]) -> Sequence[int | None]:
        """The values of all nodes; every evaluation counts."""
        self.spent += 1
        if self.spent > BUDGET:
            raise _TooMany
        return self.evaluate(vector)

    def askable(self, slots: Iterable[int], vector: Sequence[Value]) -> set[int]:
        """The open slots that a person can fill."""
        return askable(self.cells, slots, vector, self.barred)

    def build(self, vector: list[Value]) -> int:
        """The branch for what is known so far."""
        values = self.values(vector)
        if self.settled(values):
            return self.leaf(self.answer(values))
        rest = residue(self.program, values, vector)
        candidates = self.askable(rest.slots, vector)
        if not candidates:
            return self.leaf(self.unsettled(values, rest))
        key = (rest.key, *(vector[slot] for slot in self.linked))
        found = self.built.get(key)
        if found is None:
            found = (
                self.unwalked(candidates, vector)
                if candidates <= self.support and not self.walk_all
                else self.split(candidates, vector, values, rest)
            )
            self.built[key] = found
        return found

    def unwalked(self, candidates: set[int], vector: list[Value]) -> int:
        """A branch that is left as it is, with what is needed to complete it later."""
        self.shapes.append(Unwalked(frozenset(candidates), tuple(vector)))
        return len(self.shapes) - 1

    def split(self, candidates: set[int], vector: list[Value], values: Sequence[int | None], rest: Residue) -> int:
        """Branch over the first open fact."""
        slot = min(candidates, key=self.cells.rank)
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
            return self.leaf(self.unsettled(values, rest))
        return self.node(slot, branches, vector)

    def derived(self, vector: Sequence[Value]) -> Sequence[int | None]:
        """Evaluate a trial vector after deriving what depends on it."""
        trial = list(vector)
        self.program.layout.derive(trial)
        return self.values(trial)

    def settled(self, values: Sequence[int | None]) -> bool:
        """Whether no unknown fact can change what is asked for."""
        if self.outcome_only:
            return outcome_of(self.program, values) is not Outcome.UNDETERMINED
        return settled(self.program, values)

    def answer(self, values: Sequence[int | None]) -> Answer:
        """What is asked for: the outcome, and its figures unless they don't matter."""
        return (outcome_of(self.program, values),) if self.outcome_only else answer_of(self.program, values)

    def unsettled(self, values: Sequence[int | None], rest: Residue) -> Answer:
        """The answer where nothing is left to ask: referred if figures that do not exist are open, with the amount."""
        if outcome_of(self.program, values) is not Outcome.UNDETERMINED or not rest.slots & self.barred:
            return self.answer(values)
        return (Outcome.REFERRED, *(() if self.outcome_only else figure_answer(self.program, values)))

    # --- the diagram --------------------------------------------------------------------------------------------

    def leaf(self, answer: Answer) -> int:
        """The branch of one settled answer, made once."""
        found = self.leaves.get(answer)
        if found is None:
            found = len(self.shapes)
            self.shapes.append(Leaf(answer))
            self.leaves[answer] = found
        return found

    def node(self, slot: int, branches: list[tuple[int, int]], vector: Sequence[Value]) -> int:
        """The branch over a fact; one whose options all lead to the same is that one itself."""
        first = branches[0][1]
        if all(child == first for _, child in branches):
            return first
        if slot not in self.support:
            self.doubt = False
            other = next((value for value, child in branches[1:] if self.differ(first, child)), None)
            if other is not None:
                self.support.add(slot)
                self.shown[slot] = (tuple(vector), branches[0][0], other)
            elif self.doubt:
                self.doubtful.add(slot)
        key = Branching(slot, tuple(branches))
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
        left, right = self.shapes[a], self.shapes[b]
        if isinstance(left, Unwalked) or isinstance(right, Unwalked):
            return self._witnessed(a, b)
        if isinstance(left, Branching) and isinstance(right, Branching) and left.slot == right.slot:
            return any(
                (a_child := self.option(left, value)) is not None
                and (b_child := self.option(right, value)) is not None
                and self.differ(a_child, b_child)
                for value in dict.fromkeys(value for side in (left, right) for value, _ in side.options)
            )
        if isinstance(left, Branching) and (
            isinstance(right, Leaf) or self.cells.rank(left.slot) < self.cells.rank(right.slot)
        ):
            return any(self.differ(child, b) for _, child in left.options)
        if isinstance(right, Branching):
            return any(self.differ(a, child) for _, child in right.options)
        return True

    def option(self, shape: Branching, value: int) -> int | None:
        """The branch that a value of the fact leads to, or None if it stands for no cell there.

        The limits of size tables cut a figure otherwise for one industry than for another; where nothing else reads it,
        a value leads where the cell does that begins at or below it.
        """
        options = dict(shape.options)
        if value not in options and shape.slot in self.cells.stepwise:
            value = max((edge for edge in options if edge <= value), default=value)
        return options.get(value)

    def _witnessed(self, a: int, b: int) -> bool:
        """Whether some completion gives different answers in two branches, of which one at least is not walked."""
        for _ in range(_SAMPLES):
            chosen: dict[int, int] = {}
            found = self._sampled(a, chosen), self._sampled(b, chosen)
            if None not in found and found[0] != found[1]:
                return True
        self.doubt = True
        return False

    def _sampled(self, index: int, chosen: dict[int, int]) -> Answer | None:
        """The answer of a branch for one completion; ``chosen`` remembers it, so that another branch gets the same.

        None where a completion that another branch has chosen is not possible in this one.
        """
        shape = self.shapes[index]
        while isinstance(shape, Branching):
            child = self.option(shape, chosen.setdefault(shape.slot, self.random.choice(shape.options)[0]))
            if child is None:
                return None
            shape = self.shapes[child]
        if isinstance(shape, Leaf):
            return shape.answer
        vector = list(shape.vector)
        for slot in sorted(shape.slots, key=self.cells.rank):
            if slot not in chosen:
                chosen[slot] = self.random.choice(self.cells.values(slot, vector, self.trials))
            vector[slot] = chosen[slot]
            self.program.layout.derive(vector)
        values = self.values(vector)
        rest = residue(self.program, values, vector)
        return self.unsettled(values, rest) if self.cells.ordered(vector) else None
