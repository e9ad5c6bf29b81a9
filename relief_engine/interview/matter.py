"""Interview stage: whether the answer to a question could still change a decision.

It could if the other open facts can be completed so that two values of this one give different answers; so says the
engine too (``engine.missing``), which finds all such facts at once. Here one is enough. The other facts are filled in
one by one, and a branch is left as soon as the fact in question plays no part in it any more, so that a pair of
completions is mostly found at once. A branch that asks the same question as one before is not walked again.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from relief_engine.compiled.layout import Value
from relief_engine.engine.cells import Trials
from relief_engine.engine.outcome import settled
from relief_engine.engine.residue import residue
from relief_engine.interview.open import Case

#: So many evaluations are spent on one question about one decision.
BUDGET = 20_000


class _TooMany(Exception):
    """The budget is used up."""


class Search:
    """The search for two completions of one case that differ in one fact."""

    def __init__(self, case: Case, slot: int, budget: int) -> None:
        self.case = case
        self.slot = slot
        self.left = budget
        self.seen: set[Hashable] = set()
        self.trials = Trials(self.derived)
        self.linked = [day for pair in case.cells.orders for day in pair]

    def found(self) -> bool | None:
        """Whether there are such completions; None where the budget is used up before that is known."""
        try:
            return self.walk(list(self.case.decision.slots))
        except _TooMany:
            return None

    def values(self, vector: Sequence[Value]) -> Sequence[int | None]:
        """The values of all nodes; every evaluation counts."""
        self.left -= 1
        if self.left < 0:
            raise _TooMany
        return self.case.evaluate(vector)

    def derived(self, vector: Sequence[Value]) -> Sequence[int | None]:
        """Evaluate a trial vector after deriving what depends on it."""
        trial = list(vector)
        self.case.program.layout.derive(trial)
        return self.values(trial)

    def walk(self, vector: list[Value]) -> bool:
        """Whether completions of what is known here differ by the fact in question."""
        case, values = self.case, self.values(vector)
        if settled(case.program, values):
            return False
        rest = residue(case.program, values, vector)
        waiting = case.askable(rest.slots, vector)
        if self.slot not in waiting:
            return False
        key = (rest.key, *(vector[day] for day in self.linked))
        if key in self.seen:
            return False
        self.seen.add(key)
        others = waiting - {self.slot}
        if not others:
            return self.differs(vector)
        slot = min(others, key=case.cells.rank)
        before = vector[slot]
        tried = case.cells.values(slot, vector, self.trials)
        self.trials.grid[slot] = tried
        for value in tried:
            vector[slot] = value
            case.program.layout.derive(vector)
            if self.walk(vector):
                return True
        del self.trials.grid[slot]
        vector[slot] = before
        case.program.layout.derive(vector)
        return False

    def differs(self, vector: list[Value]) -> bool:
        """Whether values of the fact give different answers where nothing else can be asked any more."""
        answers = set()
        for value in self.case.cells.values(self.slot, vector, self.trials):
            trial = list(vector)
            trial[self.slot] = value
            self.case.program.layout.derive(trial)
            answer = self.case.answer(trial, self.values(trial))
            if answer is not None:
                answers.add(answer)
                if len(answers) > 1:
                    return True
        return False


def matters(case: Case, slot: int, budget: int = BUDGET) -> bool | None:
    """Whether the fact in a slot can still change the answer; None where ``budget`` evaluations do not tell."""
    return Search(case, slot, budget).found()


def completed(case: Case) -> bool:
    """Whether a decision on which no single fact can tell is settled all the same once its open facts are known.

    Three-valued logic can't see that all completions agree: nothing is decided on an unknown fact even then.
    """
    search = Search(case, -1, BUDGET)
    vector = list(case.decision.slots)
    try:
        while True:
            values = search.values(vector)
            waiting = case.askable(residue(case.program, values, vector).slots, vector)
            if not waiting:
                return settled(case.program, values)
            slot = min(waiting, key=case.cells.rank)
            tried = case.cells.values(slot, vector, search.trials)
            if not tried:
                return False
            vector[slot] = tried[0]
            case.program.layout.derive(vector)
    except _TooMany:
        return True
