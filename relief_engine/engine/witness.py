"""Engine stage: completions that showed facts to be missing, tried again on the next question of the same program.

A fact is missing if two completions that differ in it alone give different answers. To find such a pair takes a search
(``missing``); to try a known one on other figures takes two evaluations. Where every fact that pruning leaves has a
pair, the pruned list is the exact one, and nothing is searched. That is what makes a long roster bearable, and an
applicant of whom little is known (``completing`` finds pairs where none is kept).
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.engine.cells import Cells, Evaluate
from relief_engine.engine.completing import Completing, Pair
from relief_engine.engine.missing import Search
from relief_engine.engine.outcome import answer_of

#: Of so many pairs the latest are kept for each fact.
_KEPT = 24
#: So many ways are tried to complete what a search left open.
_TRIES = 12

#: With so few facts a search is as quick as looking for pairs.
_QUICKLY_SEARCHED = 3


class Witnesses:
    """What is remembered for one program. Safe to share between threads: at worst a pair is found twice."""

    def __init__(self, program: ir.Program, cells: Cells, evaluate: Evaluate) -> None:
        self.program = program
        self.cells = cells
        self.evaluate = evaluate
        self.steps = [slot for _, _, slot, _, _ in program.layout.extremes]
        self.finer: dict[tuple[int, Value], frozenset[int]] = {}
        #: By fact, the pair that was of use last first. Threads read and replace the tuples, and never change one.
        self.pairs: dict[int, tuple[Pair, ...]] = {}

    def shown(self, candidates: set[int], vector: Sequence[Value]) -> set[int]:
        """Those of some unknown facts of which a pair shows that they change the answer beside what else is known.

        Pairs are looked for where none is kept, unless so little is open that a search is as quick.
        """
        open_ = {slot for slot in candidates if not self._matters(slot, candidates, vector)}
        if open_ and len(candidates) > _QUICKLY_SEARCHED and all(vector[slot] is None for slot in self.steps):
            order = sorted(candidates, key=self.cells.rank)
            completing = Completing(self.program, self.cells, self.evaluate, order, vector)
            for slot, pair in completing.pairs(open_, self._possible):
                self._keep(slot, pair)
        return candidates - open_

    def _matters(self, slot: int, candidates: set[int], vector: Sequence[Value]) -> bool:
        pairs = self.pairs.get(slot, ())
        for pair in pairs:
            filling, a, b = pair
            known = [(other, filling[other]) for other in candidates if other != slot]
            filled = [*known, (slot, a), (slot, b)]
            if all(self._fills(other, value, vector) for other, value in filled) and self._differ(
                known, slot, a, b, vector
            ):
                if pairs[0] is not pair:
                    self._keep(slot, pair)
                return True
        return False

    def _fills(self, slot: int, value: Value, vector: Sequence[Value]) -> bool:
        """Whether a value may complete what is known: a code too coarse becomes one of its own finer ones only."""
        current = vector[slot]
        if current is None or slot not in self.cells.codes:
            return value is not None
        below = self.finer.get((slot, current))
        if below is None:
            below = self.finer[slot, current] = frozenset(self.cells.codes[slot].leaves(current))  # type: ignore[arg-type]
        return value in below

    def _differ(self, known: Sequence[tuple[int, Value]], slot: int, a: int, b: int, vector: Sequence[Value]) -> bool:
        """Whether two possible completions give different answers."""
        answers = []
        for value in (a, b):
            trial = list(vector)
            for other, filled in known:
                trial[other] = filled
            trial[slot] = value
            if not self._possible(trial):
                return False
            self.program.layout.derive(trial)
            answers.append(answer_of(self.program, self.evaluate(trial)))
        return answers[0] != answers[1]

    def _possible(self, trial: Sequence[Value]) -> bool:
        """Whether a profile could state all this: days in order, and no steps, which might leave days out."""
        return all(trial[slot] is None for slot in self.steps) and self.cells.ordered(trial)

    def _keep(self, slot: int, pair: Pair) -> None:
        others = [kept for kept in self.pairs.get(slot, ()) if kept != pair]
        self.pairs[slot] = (pair, *others[: _KEPT - 1])

    def learn(self, search: Search, candidates: set[int]) -> None:
        """Keep a pair for each fact that a search found to be missing, as far as a few tries give one."""
        random = Random(0)
        for slot, (vector, a, b) in search.shown.items():
            for _ in range(_TRIES):
                trial = list(vector)
                trial[slot] = a
                for other in sorted(candidates - {slot}, key=self.cells.rank):
                    if trial[other] is None:
                        tried = self.cells.values(other, trial, search.trials)
                        if tried:
                            trial[other] = random.choice(tried)
                if self._differ([(s, trial[s]) for s in candidates], slot, a, b, vector):
                    self._keep(slot, (tuple(trial), a, b))
                    break
