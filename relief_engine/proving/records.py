"""Proving stage, its results: what was found about the profiles of one programme, or of two wordings of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value as Slot
from relief_engine.decision import Decision, Outcome
from relief_engine.engine import Engine
from relief_engine.profile.model import Profile
from relief_engine.proving.space import Space
from relief_engine.proving.witness import in_yaml, profile_of
from relief_engine.rulebook.facts import Encoded
from relief_engine.rulebook.periods import Period
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Value, changed
from relief_engine.rulebook.terms import APPLICANT


class Verdict(StrEnum):
    """What a search came to. Only a proof gives NONE; whatever was merely not found is OPEN."""

    FOUND = "found"
    NONE = "none"
    OPEN = "open"


#: How it came to that: the rules say the same; profiles were drawn; the solver; time or number was used up.
How = Literal["structure", "sampling", "z3", "limit"]


class Limits(Value):
    """The limits of one search, all stretches of days together: its time in seconds, and how many profiles are drawn.

    ``most`` is how many regions of one stretch are listed at most; 1 where only the first difference is wanted.
    """

    seconds: float = 10.0
    samples: int = 2000
    most: int = 64


class Side(Value):
    """One programme of one rulebook, with the engine that decides by it."""

    engine: Engine
    programme: Programme


class Witness(Value):
    """A profile on a day, valid for each rulebook of ``space``.

    ``answers`` holds the known facts by id, in the joint encoding of the space: that of its first rulebook as far as
    it goes. ``absent`` are the ids of figures known not to exist. All other facts are unknown.
    """

    day: dt.date
    answers: Mapping[str, Encoded]
    absent: frozenset[str]
    space: Space

    def profile(self, side: Side) -> Profile:
        """The profile for one side. A fact or choice that its rulebook does not have is left out there."""
        return profile_of(side.engine, *self._on(side))

    def yaml(self, side: Side) -> str:
        """The same as a profile file."""
        return in_yaml(side.engine, *self._on(side))

    def decision(self, side: Side) -> Decision:
        """What one side decides, by the direct route (and by its engine's second route, if it has one)."""
        index = None if side.programme.subject == APPLICANT else 0
        return side.engine.decide_one(side.programme, self.profile(side), index, self.day)

    def on(self, day: dt.date) -> Witness:
        """The same profile on another day."""
        return changed(self, day=day)

    def _on(self, side: Side) -> tuple[ir.Program, list[Slot], frozenset[int]]:
        """A program of the side, and the vector and the slots of figures that do not exist, as it encodes them."""
        held = side.programme.period
        program = side.engine.program(side.programme, min(max(self.day, held.first), held.last))
        layout = program.layout
        vector = self.space.vector(self.space.index(side.engine.rulebook), layout, self.day.toordinal(), self.answers)
        return program, vector, frozenset(layout.slots[name] for name in self.absent if name in layout.slots)


class Found(Value):
    """Whether there is a profile of some kind: with a witness if there is, NONE only where that is proven."""

    verdict: Verdict
    witness: Witness | None
    how: How


#: The figures of a benefit.
BENEFIT = frozenset({"amount", "ceiling", "payable", "rate", "until"})
#: See :attr:`Transition.group`.
Group = tuple[Outcome, Outcome, tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]


class Transition(Value):
    """What becomes of a case: its outcome before and after, and the ids of what else differs.

    A programme that is not in force on the day, or not there at all, has the outcome ``not_in_force``.

    ``criteria`` are those whose status differs, and so ``referrals`` where not both outcomes are refusals. One that
    only one side has counts where the outcome differs too and it does not hold (a referral: holds), so that a criterion
    may be split or renamed. ``figures`` are the named figures that differ and, where both outcomes give or refer, those
    of the benefit (``amount``, ``rate``, ...), also one that only one side has. ``notes`` are, where both outcomes give
    or refer, the deadlines whose days differ, also one that only one side shows, and the remarks of both sides whose
    showing does; a remark is ``KIND:ID``.
    """

    old: Outcome
    new: Outcome
    criteria: tuple[str, ...]
    referrals: tuple[str, ...]
    figures: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.old is not self.new or bool(self.criteria or self.referrals or self.figures or self.notes)

    @property
    def group(self) -> Group:
        """What makes two transitions one region: all but which of the named figures differ where the benefit does."""
        given = tuple(name for name in self.figures if name in BENEFIT)
        figures = given or (("",) if self.figures else ())
        return (self.old, self.new, self.criteria, self.referrals, figures, self.notes)


class Region(Value):
    """Cases that change alike: on which days, how, and a minimal profile that is one of them (on the first day)."""

    period: Period
    transition: Transition
    witness: Witness


class Comparison(Value):
    """What changes between two wordings of a programme.

    Verdict NONE: it is proven that there is no difference besides the regions. OPEN: there may be more, on days of the
    ``undecided`` periods; regions that are listed are there all the same.
    """

    programme: str
    regions: tuple[Region, ...]
    verdict: Verdict
    undecided: tuple[Period, ...]
