"""Proving stage: what changes between two wordings of a programme, for whom, and the proof that nothing else does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic

from relief_engine.compiled import ir
from relief_engine.compiled.layout import AS_OF_SLOT
from relief_engine.proving.kinds import Kinds, kinds_of
from relief_engine.proving.minimal import minimal
from relief_engine.proving.normal import Terms
from relief_engine.proving.programs import Observed, Translation
from relief_engine.proving.records import Comparison, Group, Limits, Side, Verdict, Witness
from relief_engine.proving.regions import Regions, joined, rank
from relief_engine.proving.search import Case, sampled
from relief_engine.proving.solver import solver_is_there
from relief_engine.proving.space import Answers
from relief_engine.proving.stretches import Stand, Stretch, stretches
from relief_engine.rulebook.periods import Period
from relief_engine.rulebook.record import changed

#: So many profiles are drawn before the solver is asked, which finds and proves the rest.
_BEFORE = 64


def compare(old: Side | None, new: Side | None, limits: Limits) -> Comparison:
    """What changes between two wordings of a programme; None for a side that does not have it.

    The two may have different rulebooks: facts are matched by id, choices by id, codes by code. What one side can't
    read is unknown there. Looked for are complete profiles whose outcome, figures or elements differ, and then profiles
    with unknown facts that show a difference which no complete one does. Figures known not to exist are left out, and
    so is whatever only wording and citations change.

    Raises:
        ValueError: neither side is given.
    """
    sides = [side for side in (new, old) if side is not None]
    if not sides:
        raise ValueError("a comparison needs at least one side")
    listed = list(stretches(old, new))
    search = _Search(listed, limits)
    regions = Regions()
    undecided: list[Period] = []
    for stretch in listed:
        cases, whole = search.cases(stretch)
        for case in cases:
            regions.add(stretch, case)
        if not whole:
            undecided.append(stretch.period)
    verdict = Verdict.OPEN if undecided else Verdict.NONE
    return Comparison(sides[0].programme.id, regions.listed(), verdict, joined(undecided))


class _Search:
    """The search for cases, stretch by stretch; what two stretches have in common is searched once."""

    def __init__(self, listed: Sequence[Stretch], limits: Limits) -> None:
        self.samples = limits.samples
        self.most = limits.most
        self.until = monotonic() + limits.seconds
        self.terms = Terms()
        stands = [stand for stretch in listed for stand in stretch.stands]
        self.kinds: Mapping[str, Kinds] = kinds_of(listed[0].space, stands) if listed else {}
        self._observed: dict[ir.Program, Observed] = {}
        self._found: dict[object, tuple[list[Case], bool]] = {}

    def observed(self, stand: Stand | None) -> Observed | None:
        """What a user sees of a side."""
        if stand is None:
            return None
        found = self._observed.get(stand.program)
        if found is None:
            found = self._observed[stand.program] = Translation(self.terms, stand, self.kinds).observed()
        return found

    def cases(self, stretch: Stretch) -> tuple[list[Case], bool]:
        """A small case for each group of transitions of a stretch, and whether it is proven that these are all."""
        old, new = self.observed(stretch.old), self.observed(stretch.new)
        if old is not None and new is not None and old.same(new):
            return [], True
        key: tuple[object, ...] = tuple(None if side is None else side.core for side in (old, new))
        if old is not None and new is not None:
            key = (*key, old.apart(new))
        if any(node == ir.FactValue(AS_OF_SLOT) for stand in stretch.stands for node in stand.program.nodes):
            key = (*key, stretch.period)
        if key in self._found:
            return self._found[key]
        again = self._again(stretch)
        cases = list(again)
        if not solver_is_there():
            whole = False
            sampled(stretch, self.samples, self.until, cases, partial=True)
        else:
            from relief_engine.proving.smt.transitions import transitions

            sampled(stretch, min(_BEFORE, self.samples), self.until, cases, partial=False)
            whole = transitions(stretch, self.terms, self.kinds, old, new, self.until, self.most, cases)
        known = {case.transition.group for case in again}
        listed = sorted(cases, key=lambda case: rank(case.transition))[: self.most]
        small = [case if case.transition.group in known else _small(stretch, case, self.until) for case in listed]
        # Where an engine knows more of a case than the solver, it may of others too, and what was proven is too little.
        whole = whole and len(small) == len(cases) and not any(_more(stretch, case) for case in small)
        self._found[key] = (small, whole)
        return self._found[key]

    def _again(self, stretch: Stretch) -> list[Case]:
        """Cases of other stretches that are cases of this one too, with complete profiles or made from such."""
        found: dict[Group, Case] = {}
        for cases, _ in self._found.values():
            for case in cases:
                if case.complete and stretch.transition(stretch.day, case.answers) == case.transition:
                    found.setdefault(case.transition.group, changed(case, day=stretch.day))
        return list(found.values())


def _small(stretch: Stretch, case: Case, until: float) -> Case:
    """The case with its profile made small, and plain while there is time; on the first day if that will do.

    With fewer facts the engine may know more than the values of the nodes say (that all which is still learned leaves
    the case to people). Where it does so of the small profile alone, the whole one stays.
    """
    first = stretch.transition(stretch.day, case.answers) == case.transition
    day = stretch.day if first else case.day

    def keeps(trial: Answers) -> bool:
        return stretch.transition(day, trial) == case.transition

    small = changed(case, day=day, answers=minimal(stretch, day, case.answers, keeps, plain=monotonic() < until))
    return case if _more(stretch, small) and not _more(stretch, case) else small


def _more(stretch: Stretch, case: Case) -> bool:
    """Whether an engine knows more of a case than the values of its nodes say."""
    return stretch.decided(Witness(case.day, case.answers, frozenset(), stretch.space)) != case.transition
