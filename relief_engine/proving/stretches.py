"""Proving stage: the days on which neither of two wordings of a programme changes, and how one profile fares there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from relief_engine.compiled import ir
from relief_engine.decision import Outcome
from relief_engine.engine.outcome import outcome_of
from relief_engine.proving.observing import NOTHING, Elements, Seen, seen, transition
from relief_engine.proving.records import Side, Transition, Witness
from relief_engine.proving.space import Answers, Space
from relief_engine.rulebook.facts import FIRST_DAY, LAST_DAY
from relief_engine.rulebook.programme import FIRST, LAST, Period
from relief_engine.rulebook.terms import APPLICANT

_DAY = dt.timedelta(days=1)
#: The days of which a profile can be.
READABLE = Period(dt.date.fromordinal(FIRST_DAY), dt.date.fromordinal(LAST_DAY))


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """One side on a stretch of days on which it is in force; ``index`` is its rulebook's place in the space."""

    side: Side
    program: ir.Program
    space: Space
    index: int
    elements: Elements = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "elements", Elements(self.program))

    def seen(self, day: dt.date, answers: Answers) -> Seen:
        """What this side shows for a profile of which no figure is known not to exist, by the direct route."""
        vector = self.space.vector(self.index, self.program.layout, day.toordinal(), answers)
        return seen(self.program, self.elements, self.side.engine.evaluator(self.program)(vector))

    def decided(self, witness: Witness) -> Seen:
        """What the engine's decision of a witness shows."""
        subject = self.side.programme.subject
        index = None if subject == APPLICANT else 0
        vector = witness.profile(self.side).vector(self.program.layout, subject, index, witness.day)
        values = self.side.engine.evaluate(self.program, vector)
        found = outcome_of(self.program, values)
        if found is Outcome.UNDETERMINED and (witness.absent or values[self.program.refer] == ir.MET):
            # Only here the engine may know better than the values: all that is still learned leaves it to people.
            found = witness.decision(self.side).outcome
        return seen(self.program, self.elements, values, found)


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Two sides on the same days; None for one that is not in force then."""

    period: Period
    space: Space
    old: Stand | None
    new: Stand | None

    @property
    def stands(self) -> tuple[Stand, ...]:
        """The sides that are in force, the new one first."""
        return tuple(stand for stand in (self.new, self.old) if stand is not None)

    @property
    def days(self) -> Period:
        """The days of the stretch that a profile can name."""
        return self.period.cut(READABLE) or READABLE

    @property
    def day(self) -> dt.date:
        """The day that stands for the stretch where no rule looks at the day itself: its first, if it has one."""
        return self.days.last if self.period.first == FIRST and self.period.last < LAST else self.days.first

    def transition(self, day: dt.date, answers: Answers) -> Transition:
        """What becomes of a profile between the two sides."""
        old, new = (NOTHING if stand is None else stand.seen(day, answers) for stand in (self.old, self.new))
        return transition(old, new)

    def decided(self, witness: Witness) -> Transition:
        """The same for a witness by way of its profile and the engines' own decisions."""
        old, new = (NOTHING if stand is None else stand.decided(witness) for stand in (self.old, self.new))
        return transition(old, new)


def stretches(old: Side | None, new: Side | None) -> Iterator[Stretch]:
    """The stretches of days, of those that a profile can name, on which at least one side is in force."""
    sides = [side for side in (new, old) if side is not None]
    books = {side.engine.rulebook.digest: side.engine.rulebook for side in sides}
    space = Space(tuple(books.values()))
    starts: set[dt.date] = set()
    for side in sides:
        held = side.programme.period
        starts |= {held.first, *side.programme.change_days()}
        if held.last < LAST:
            starts.add(held.last + _DAY)
    days = sorted(starts)
    for first, following in zip(days, [*days[1:], None], strict=True):
        period = Period(first, LAST if following is None else following - _DAY)
        stands = [_stand(side, period, space) for side in (old, new)]
        if any(stands) and period.cut(READABLE) is not None:
            yield Stretch(period, space, *stands)


def _stand(side: Side | None, period: Period, space: Space) -> Stand | None:
    if side is None or not side.programme.period.holds(period.first):
        return None
    program = side.engine.program(side.programme, period.first)
    return Stand(side, program, space, space.index(side.engine.rulebook))
