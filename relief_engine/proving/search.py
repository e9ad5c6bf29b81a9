"""Proving stage: differences found by drawing profiles, with nothing but this package; it finds and never proves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from time import monotonic

from relief_engine.compiled.layout import AS_OF_SLOT
from relief_engine.proving.records import Group, Transition
from relief_engine.proving.sampling import Sample, Sampler
from relief_engine.proving.space import Answers
from relief_engine.proving.stretches import Stretch

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
            yield when if stretch.period.holds(when) else stretch.day, answers


def _sample(sampler: Sampler, number: int) -> Sample:
    """Every other profile fits the criteria; every third has its figures on borders."""
    sample = sampler.draw(borders=number % 3 == 1)
    return sampler.mended(sample, for_people=number % 4 == 1) if number % 2 else sample


def sampled(stretch: Stretch, samples: int, until: float) -> list[tuple[Transition, dt.date, Answers]]:
    """The groups of transitions of drawn profiles, each with the first profile of it.

    Of profiles with unknown facts only those count that show what no complete profile does: an element, or the outcome,
    that differs while everything that is known makes no difference to it.
    """
    complete: dict[Group, tuple[Transition, dt.date, Answers]] = {}
    for day, answers in drawn(stretch, samples - samples // _PARTIAL, until, partial=False):
        found = stretch.transition(day, answers)
        if found and found.group not in complete:
            complete[found.group] = (found, day, answers)
    known = Shown(transition for transition, _, _ in complete.values())
    result = dict(complete)
    for day, answers in drawn(stretch, samples // _PARTIAL, until, partial=True):
        found = stretch.transition(day, answers)
        if found.group not in result and known.adds(found):
            result[found.group] = (found, day, answers)
    return list(result.values())


class Shown:
    """What differs on complete profiles, so that a profile with unknown facts tells nothing new by it."""

    def __init__(self, transitions: Iterable[Transition]) -> None:
        self.elements: set[tuple[str, str]] = set()
        self.outcome = False
        for transition in transitions:
            self.elements |= _elements(transition)
            self.outcome |= transition.old is not transition.new

    def adds(self, transition: Transition) -> bool:
        """Whether something differs there that differs on no complete profile."""
        if transition.old is not transition.new and not self.outcome:
            return True
        return bool(_elements(transition) - self.elements)


def _elements(transition: Transition) -> set[tuple[str, str]]:
    kinds = ("criteria", "referrals", "figures", "notes")
    return {(kind, name) for kind in kinds for name in getattr(transition, kind)}
