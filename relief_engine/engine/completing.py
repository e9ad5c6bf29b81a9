"""Engine stage: completions of what is known that show at once of many facts that they matter.

A completion is made fact by fact, at random but away from refusal: in a case that is granted nearly every fact counts,
and in one that is refused hardly any. Then each fact alone is given its other values; where the answer turns, the two
completions are a pair that proves the fact missing (``witness``). One completion serves all facts; a fact that none of
them shows gets completions of its own, in which the others are filled in so that the rules still wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.decision import Outcome
from relief_engine.engine.cells import Cells, Evaluate, Trials
from relief_engine.engine.outcome import answer_of, outcome_of
from relief_engine.engine.residue import residue

#: So many completions are tried that serve all facts, or so many in a row that show nothing new; then so many for each
#: fact that is left.
_MOST, _IN_VAIN, _ALONE = 16, 4, 12

_INELIGIBLE = Outcome.INELIGIBLE

#: A whole vector, and two values of one fact that give different answers in it.
Pair = tuple[tuple[Value, ...], int, int]
#: Whether a profile could state a vector.
Possible = Callable[[Sequence[Value]], bool]


class Completing:
    """Completes one vector in its ``candidates``, the unknown facts (or codes too coarse) that may matter.

    The same question is always completed in the same ways.
    """

    def __init__(
        self,
        program: ir.Program,
        cells: Cells,
        evaluate: Evaluate,
        candidates: Sequence[int],
        vector: Sequence[Value],
    ) -> None:
        self.program = program
        self.cells = cells
        self.evaluate = evaluate
        self.order = candidates
        self.vector = vector
        self.trials = Trials(self._derived)
        self.random = Random(0)

    def pairs(self, wanted: set[int], possible: Possible) -> Iterator[tuple[int, Pair]]:
        """A pair for each of the wanted facts for which one is found; ``wanted`` loses them.

        Args:
            wanted: some of the candidates.
            possible: whether a profile could state a vector.
        """
        vain = 0
        for _ in range(_MOST):
            if not wanted or vain == _IN_VAIN:
                break
            vain += 1
            trial, tried = self._completed()
            if trial is not None and possible(trial):
                for slot, pair in self._turned(trial, tried, wanted, possible):
                    vain = 0
                    wanted.discard(slot)
                    yield slot, pair
        for slot in [slot for slot in self.order if slot in wanted]:
            for _ in range(_ALONE):
                trial, tried = self._completed_around(slot)
                found = None if trial is None else next(self._turned(trial, tried, {slot}, possible), None)
                if found is not None:
                    wanted.discard(slot)
                    yield found
                    break
            else:
                return

    def _completed(self) -> tuple[list[Value] | None, dict[int, list[int]]]:
        """A completion, and the values that each fact could have had in it; None where a fact could have none."""
        trial = list(self.vector)
        tried: dict[int, list[int]] = {}
        for slot in self.order:
            values = tried[slot] = self.cells.values(slot, trial, self.trials)
            if not values:
                return None, tried
            for value in self.random.sample(values, len(values)):
                trial[slot] = value
                self.program.layout.derive(trial)
                if outcome_of(self.program, self.evaluate(trial)) is not _INELIGIBLE:
                    break
        return trial, tried

    def _completed_around(self, slot: int) -> tuple[list[Value] | None, dict[int, list[int]]]:
        """The same, in such a way that one fact still matters by what the rules say of the others."""
        trial = list(self.vector)
        tried: dict[int, list[int]] = {}
        for other in [*(other for other in self.order if other != slot), slot]:
            values = tried[other] = self.cells.values(other, trial, self.trials)
            for value in self.random.sample(values, len(values)):
                trial[other] = value
                self.program.layout.derive(trial)
                if other == slot or slot in residue(self.program, self.evaluate(trial), trial).slots:
                    break
            else:
                return None, tried
        return trial, tried

    def _turned(
        self, whole: Sequence[Value], tried: Mapping[int, Sequence[int]], wanted: set[int], possible: Possible
    ) -> Iterator[tuple[int, Pair]]:
        """A pair for each wanted fact that turns the answer of a completion by one of the values tried for it."""
        answer = answer_of(self.program, self.evaluate(whole))
        for slot in [slot for slot in self.order if slot in wanted]:
            trial, now = list(whole), whole[slot]
            for value in tried[slot]:
                trial[slot] = value
                self.program.layout.derive(trial)
                if answer_of(self.program, self.evaluate(trial)) != answer and possible(trial):
                    if isinstance(now, int):
                        yield slot, (tuple(whole), now, value)
                    break

    def _derived(self, vector: Sequence[Value]) -> Sequence[int | None]:
        """Evaluate a trial vector after deriving what depends on it."""
        trial = list(vector)
        self.program.layout.derive(trial)
        return self.evaluate(trial)
