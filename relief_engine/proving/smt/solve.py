"""Proving stage: profiles that satisfy a formula, or the proof that there are none.

The solver proposes, the direct route disposes: a proposed profile is evaluated by it, and only if it shows what was
asked for is it given. Where it does not, the solver took a product or a day some months later for something that it
is not; it is told what they are at that point, and asked again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from time import monotonic

import z3

from relief_engine.proving.smt.encode import Encoding
from relief_engine.proving.space import Answers
from relief_engine.rulebook.facts import FIRST_DAY

#: A profile on a day.
Profile = tuple[dt.date, Answers]
#: Whether a profile shows what was asked for.
Wanted = Callable[[dt.date, Answers], bool]
_UNSAT, _SAT = z3.unsat, z3.sat


class Undecided(Exception):
    """The limit was reached, or the solver gave up."""


class Solver:
    """The solver of one search: the encoding with all that holds of valid profiles."""

    def __init__(self, encoding: Encoding, until: float) -> None:
        self.encoding = encoding
        self.until = until
        self.solver = z3.Solver()
        self.solver.set("random_seed", 0)
        self.told = 0
        #: How often the solver was wrong about a product or a day.
        self.refinements = 0

    def add(self, *formulas: z3.BoolRef) -> None:
        """Something that holds from now on."""
        self.solver.add(*formulas)

    def find(self, goal: z3.BoolRef, wanted: Wanted) -> Profile | None:
        """A valid profile for which a formula holds; None if it is proven that there is none.

        Raises:
            Undecided: at the limit of time.
        """
        self._tell()
        here: list[z3.BoolRef] = []
        while True:
            answer = self._check(goal, *here)
            if answer == _UNSAT:
                if not here:
                    return None
                # Not with those values of the factors; perhaps with others.
                here = []
                continue
            model = self.solver.model()
            day, answers = self.encoding.variables.profile(model)
            if self.encoding.variables.space.valid(answers) and wanted(day, answers):
                return day, answers
            lemmas, here = self._lemmas(model)
            if not lemmas:
                raise Undecided
            self.refinements += 1
            self.solver.add(*lemmas)

    def _tell(self) -> None:
        """Tell the solver what is new of functions."""
        if self.told != len(self.encoding.functions.applied):
            self.told = len(self.encoding.functions.applied)
            self.solver.add(*self.encoding.functions.axioms, *self.encoding.functions.monotone())

    def _check(self, *formulas: z3.BoolRef) -> z3.CheckSatResult:
        left = self.until - monotonic()
        if left <= 0:
            raise Undecided
        self.solver.set("timeout", max(1, int(left * 1000)))
        answer = self.solver.check(*formulas)
        if answer not in (_SAT, _UNSAT) and "keyboard" in self.solver.reason_unknown():
            raise KeyboardInterrupt  # the solver takes Ctrl-C for itself and only says that it knows nothing
        if answer not in (_SAT, _UNSAT):
            raise Undecided
        return answer

    def _lemmas(self, model: z3.ModelRef) -> tuple[list[z3.BoolRef], list[z3.BoolRef]]:
        """What is true of each function that the model has wrong at its point; and where to look next."""
        lemmas, here = [], []
        for applied in self.encoding.functions.applied.values():
            point = [model.eval(operand, model_completion=True).as_long() for operand in applied.operands]
            exact = applied.exact(*point)
            if model.eval(applied.result, model_completion=True).as_long() == exact:
                continue
            if len(point) == 1:
                (day,) = applied.operands
                lemmas.append(z3.Implies(day == point[0], applied.result == exact))
                if point[0] >= FIRST_DAY:
                    # Days so early that months before or after them are none come out last of all.
                    lemmas += [
                        z3.Implies(z3.And(day >= FIRST_DAY, day <= point[0]), applied.result <= exact),
                        z3.Implies(day >= point[0], applied.result >= exact),
                    ]
                continue
            lemmas += [
                z3.Implies(mine == value, applied.result == value * other)
                for mine, other, value in zip(applied.operands, reversed(applied.operands), point, strict=True)
            ]
            # With the smaller factor fixed the product is linear, and the solver right about it.
            smaller = min((0, 1), key=lambda place, at=point: abs(at[place]))  # type: ignore[misc]
            here.append(applied.operands[smaller] == point[smaller])
        return lemmas, here
