"""Proving stage: cases of one stretch after another become regions, over as many days as one witness stands for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from relief_engine.decision import Outcome
from relief_engine.proving.records import BENEFIT, Region, Transition, Witness
from relief_engine.proving.search import Case
from relief_engine.proving.stretches import Stretch
from relief_engine.rulebook.programme import Period

_DAY = dt.timedelta(days=1)
_OUTCOMES = tuple(Outcome)


@dataclass(slots=True)
class _Open:
    """A region that may still grow: the stretches that it is made of, on each of which its witness shows the same."""

    stretches: list[Stretch]
    transition: Transition
    witness: Witness


class Regions:
    """The regions of one comparison."""

    def __init__(self) -> None:
        self._open: list[_Open] = []

    def add(self, stretch: Stretch, case: Case) -> None:
        """Add a case; stretches come in the order of time.

        Both engines decide it, and what they decide counts, so that two cases may come out as one, or as none.
        """
        day = case.day if stretch.days.holds(case.day) else stretch.day
        witness = Witness(day, case.answers, frozenset(), stretch.space)
        transition = stretch.decided(witness)
        alike = [known for known in self._open if known.transition == transition]
        if not transition or any(stretch is known.stretches[-1] for known in alike):
            return
        for known in alike:
            if _follows(known.stretches[-1], stretch) and self._grown(known, stretch, witness):
                return
        self._open.append(_Open([stretch], transition, witness))

    def _grown(self, known: _Open, stretch: Stretch, witness: Witness) -> bool:
        """Whether one of the two witnesses stands for the stretches of both."""
        first = known.stretches[0].day
        for one in (known.witness, witness.on(first)):
            if all(part.decided(one.on(part.day)) == known.transition for part in (*known.stretches, stretch)):
                known.witness = one
                known.stretches.append(stretch)
                return True
        return False

    def listed(self) -> tuple[Region, ...]:
        """The regions, those that matter most first."""
        found = [
            Region(Period(r.stretches[0].period.first, r.stretches[-1].period.last), r.transition, r.witness)
            for r in self._open
        ]
        return tuple(sorted(found, key=lambda region: rank(region.transition)))


def _follows(one: Stretch, other: Stretch) -> bool:
    return one.period.last < dt.date.max and one.period.last + _DAY == other.period.first


def rank(transition: Transition) -> tuple[int, int, int]:
    """What matters most comes first: outcomes, then what is given, then the rest; each from eligible down."""
    kind = 0 if transition.old is not transition.new else 1 if BENEFIT & set(transition.figures) else 2
    ends = sorted(_OUTCOMES.index(outcome) for outcome in (transition.old, transition.new))
    return (kind, ends[0], ends[1])


def joined(periods: Sequence[Period]) -> tuple[Period, ...]:
    """The same days in as few periods as can be; the periods are in the order of time."""
    found: list[Period] = []
    for period in periods:
        if found and found[-1].last + _DAY == period.first:
            found[-1] = Period(found[-1].first, period.last)
        else:
            found.append(period)
    return tuple(found)
