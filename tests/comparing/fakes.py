"""A comparison that finds what it is told to find, so that reports can be pinned: the decisions are real."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

import yaml

from relief_engine.decision import Decision, Outcome
from relief_engine.profile.model import Profile
from relief_engine.proving import Comparison, Limits, Region, Side, Transition, Verdict, Witness
from relief_engine.rulebook.periods import Period
from relief_engine.rulebook.terms import APPLICANT

Compare = Callable[[Side | None, Side | None, Limits], Comparison]


class Profiled(NamedTuple):
    """A witness that is a plain profile."""

    data: Mapping[str, Any]
    day: dt.date

    def profile(self, side: Side) -> Profile:
        return side.engine.profile(self.data)

    def yaml(self, side: Side) -> str:
        self.profile(side)
        return yaml.safe_dump(dict(self.data), allow_unicode=True, sort_keys=False, default_flow_style=None, width=1000)

    def decision(self, side: Side) -> Decision:
        index = None if side.programme.subject == APPLICANT else 0
        return side.engine.decide_one(side.programme, self.profile(side), index, self.day)


class Told(NamedTuple):
    """One difference to find: on which days, for which profile, and what differs."""

    period: Period
    profile: Mapping[str, Any]
    criteria: tuple[str, ...] = ()
    referrals: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def finding(told: Mapping[str, list[Told]], open_: Mapping[str, tuple[Period, ...]] | None = None) -> Compare:
    """A comparison with these differences by programme; it is proven that there are no others but on ``open_`` days."""

    def compare(old: Side | None, new: Side | None, limits: Limits) -> Comparison:
        assert limits.seconds > 0
        programme = next(side.programme.id for side in (new, old) if side is not None)
        regions = []
        for case in told.get(programme, ()):
            witness = Profiled(case.profile, case.period.first)
            before, after = (
                Outcome.NOT_IN_FORCE if side is None else witness.decision(side).outcome for side in (old, new)
            )
            transition = Transition(before, after, case.criteria, case.referrals, case.figures, case.notes)
            regions.append(Region(case.period, transition, cast("Witness", witness)))
        undecided = (open_ or {}).get(programme, ())
        return Comparison(programme, tuple(regions), Verdict.OPEN if undecided else Verdict.NONE, undecided)

    return compare
