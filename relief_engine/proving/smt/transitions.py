"""Proving stage: every transition between two sides of a stretch, by the solver, and the proof that these are all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import z3

from relief_engine.proving.kinds import Kinds
from relief_engine.proving.normal import Terms
from relief_engine.proving.programs import Observed
from relief_engine.proving.records import Transition
from relief_engine.proving.search import Case, Shown
from relief_engine.proving.smt.differ import Differences
from relief_engine.proving.smt.domain import Variables
from relief_engine.proving.smt.encode import Encoding
from relief_engine.proving.smt.logic import FALSE, both, either, no
from relief_engine.proving.smt.solve import Solver, Undecided
from relief_engine.proving.space import Answers
from relief_engine.proving.stretches import Stretch


class Sides:
    """Two sides of a stretch in formulas, over complete profiles or all."""

    def __init__(
        self, stretch: Stretch, terms: Terms, kinds: Mapping[str, Kinds], old: Observed | None, new: Observed | None,
        until: float, *, complete: bool,
    ) -> None:  # fmt: skip
        variables = Variables(stretch.space, kinds, stretch.days, complete=complete)
        encoding = Encoding(terms, variables)
        self.stretch = stretch
        self.differences = Differences(encoding, old, new)
        self.solver = Solver(encoding, until)
        self.solver.add(*self.differences.defined, *variables.valid())


def transitions(
    stretch: Stretch, terms: Terms, kinds: Mapping[str, Kinds], old: Observed | None, new: Observed | None,
    until: float, most: int, found: list[Case],
) -> bool:  # fmt: skip
    """Add to the cases that are found one for each further group of transitions, until there are so many.

    Complete profiles come first. Of those with unknown facts, cases are added that show a difference of the outcome or
    of an element that no complete profile shows.

    Returns:
        Whether it is proven that these are all; else a limit was reached.
    """
    shown = Shown(case.transition for case in found)
    try:
        whole = Sides(stretch, terms, kinds, old, new, until, complete=True)
        _complete(whole, most, found, shown)
        if old is not None and new is not None:
            _partial(Sides(stretch, terms, kinds, old, new, until, complete=False), found, shown)
    except Undecided:
        return False
    return True


def _complete(sides: Sides, most: int, found: list[Case], shown: Shown) -> None:
    differences, solver = sides.differences, sides.solver
    groups = {case.transition.group for case in found}
    others = z3.Bool("others")
    for group in groups:
        solver.add(z3.Implies(others, no(differences.group(group))))

    def is_other(day: dt.date, answers: Answers) -> bool:
        transition = sides.stretch.transition(day, answers)
        return bool(transition) and transition.group not in groups

    while (hit := solver.find(both(differences.any, others), is_other)) is not None:
        if len(groups) >= most:
            raise Undecided
        case = Case(sides.stretch.transition(*hit), *hit, True)
        found.append(case)
        shown.add(case.transition)
        groups.add(case.transition.group)
        solver.add(z3.Implies(others, no(differences.group(case.transition.group))))
    # A group has one case, which need not show every named figure that differs in it.
    for element, literal in differences.elements.items():
        if element not in shown.elements:
            hit = solver.find(literal, lambda day, answers, e=element: _shows(sides, day, answers, e))  # type: ignore[misc]
            if hit is not None:
                shown.elements.add(element)


def _shows(sides: Sides, day: dt.date, answers: Answers, element: tuple[str, str]) -> bool:
    kind, name = element
    return name in getattr(sides.stretch.transition(day, answers), kind)


def _partial(sides: Sides, found: list[Case], shown: Shown) -> None:
    differences = sides.differences

    def is_new(day: dt.date, answers: Answers) -> bool:
        return shown.adds(sides.stretch.transition(day, answers))

    while True:
        goal = either(
            FALSE if shown.outcome else differences.outcome,
            *(literal for element, literal in differences.elements.items() if element not in shown.elements),
        )
        hit = None if goal is FALSE else sides.solver.find(goal, is_new)
        if hit is None:
            return
        transition: Transition = sides.stretch.transition(*hit)
        found.append(Case(transition, *hit, False))
        shown.add(transition)
