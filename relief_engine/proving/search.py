"""Proving stage: differences found by drawing profiles, with nothing but this package; it finds and never proves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from time import monotonic

from relief_engine.compiled.layout import AS_OF_SLOT
from relief_engine.proving.records import Transition
from relief_engine.proving.sampling import Sample, Sampler
from relief_engine.proving.space import Answers
from relief_engine.proving.stretches import Stretch
from relief_engine.rulebook.record import Value

#: Of so many profiles one has unknown facts.
_PARTIAL = 4


def drawn(stretch: Stretch, samples: int, until: float, *, partial: bool) -> Iterator[tuple[dt.date, Answers]]:
    """Profiles from the cells of both sides, in turns, that both take; all facts known, or with ``partial`` some not.

    Args:
        stretch: the days and the sides.
        samples: how many are drawn.
        until: the reading of ``time.monotonic`` at which to stop.
        partial: whether some facts are left unknown.
    """
    samplers = [(stand, Sampler(stand.side.engine, stand.program, "difference")) for stand in stretch.stands]
    for number in range(samples):
        if monotonic() > until:
            return
        stand, sampler = samplers[number % len(samplers)]
        cells = sampler.cells
        sample = _sample(sampler, number // len(samplers))
        if partial:
            sample = sampler.hidden(sample)
        day = sample.vector[AS_OF_SLOT]
        coarse = any(isinstance(c := sample.vector[slot], int) and cells.coarse(slot, c) for slot in cells.codes)
        if sample.barred or not isinstance(day, int) or (coarse and not partial):
            continue
        when = dt.date.fromordinal(day)
        answers = stretch.space.answers(stand.index, stand.program.layout, sample.vector)
        if stretch.space.valid(answers):
            yield when if stretch.days.holds(when) else stretch.day, answers


def _sample(sampler: Sampler, number: int) -> Sample:
    """Every other profile fits the criteria; every third has its figures on borders."""
    sample = sampler.draw(borders=number % 3 == 1)
    return sampler.mended(sample, for_people=number % 4 == 1) if number % 2 else sample


def sampled(stretch: Stretch, samples: int, until: float, found: list[Case], *, partial: bool) -> None:
    """Add to the cases that are found one for each further group of transitions that drawn profiles show.

    Of profiles with unknown facts, which ``partial`` asks for, only those count that show what no complete one does: an
    element, or the outcome, that differs while everything that is known makes no difference to it.
    """
    groups = {case.transition.group for case in found}
    shown = Shown(case.transition for case in found)
    for day, answers in drawn(stretch, samples - samples // _PARTIAL, until, partial=False):
        transition = stretch.transition(day, answers)
        if transition:
            shown.add(transition)
            if transition.group not in groups:
                groups.add(transition.group)
                found.append(Case(transition, day, answers, True))
    for day, answers in drawn(stretch, samples // _PARTIAL if partial else 0, until, partial=True):
        transition = stretch.transition(day, answers)
        if shown.adds(transition):
            shown.add(transition)
            found.append(Case(transition, day, answers, False))


class Case(Value):
    """A profile on a day, its transition, and whether a complete profile has that transition."""

    transition: Transition
    day: dt.date
    answers: Answers
    complete: bool


class Shown:
    """What is known to differ: a profile with unknown facts tells nothing new by it."""

    def __init__(self, transitions: Iterable[Transition] = ()) -> None:
        self.elements: set[tuple[str, str]] = set()
        self.outcome = False
        for transition in transitions:
            self.add(transition)

    def add(self, transition: Transition) -> None:
        """What differs there is known."""
        self.elements |= _elements(transition)
        self.outcome |= transition.old is not transition.new

    def adds(self, transition: Transition) -> bool:
        """Whether something differs there that was not known to differ."""
        if transition.old is not transition.new and not self.outcome:
            return True
        return bool(_elements(transition) - self.elements)


def _elements(transition: Transition) -> set[tuple[str, str]]:
    kinds = ("criteria", "referrals", "figures", "notes")
    return {(kind, name) for kind in kinds for name in getattr(transition, kind)}
