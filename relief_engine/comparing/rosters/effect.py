"""Comparing stage, rosters: what a change of rules does to one answer: who gains, who loses, and how much.

Unknown is neither nothing nor refused: a sum is held against another only where both sides are certain.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

from relief_engine.comparing.rosters.model import Cents, Figures, Kind, State
from relief_engine.decision import Outcome
from relief_engine.engine.summary import Cell
from relief_engine.roster.answers import Answer
from relief_engine.roster.counts import cents

#: Outcomes by which nothing is given, for certain.
_NOTHING = (Outcome.INELIGIBLE, Outcome.NOT_IN_FORCE)


def figures_of(answer: Answer) -> Figures:
    """The figures that an answer shows."""
    outcome = answer.summary["outcome"]
    if outcome not in (Outcome.ELIGIBLE, Outcome.REFERRED):
        return Figures()
    get = answer.summary.get
    low, high = get("payable_low"), get("payable_high")
    until = get("until")
    return Figures(
        _whole(get("amount")) if outcome == Outcome.ELIGIBLE else None,
        cents(answer) if outcome == Outcome.REFERRED else None,
        _whole(get("ceiling")),
        _both(get("payable"), get("payable")) or _both(low, high),
        _rates(answer),
        dt.date.fromordinal(until) if isinstance(until, int) else None,
    )


def _whole(cell: Cell) -> int | None:
    return cell if isinstance(cell, int) else None


def _both(low: Cell, high: Cell) -> Cents | None:
    return (low, high) if isinstance(low, int) and isinstance(high, int) else None


def _rates(answer: Answer) -> tuple[Fraction, Fraction] | None:
    found = _both(answer.summary.get("rate_low"), answer.summary.get("rate_high"))
    rate = None if answer.program is None else answer.program.benefit.rate
    if found is None or rate is None:
        return None
    return Fraction(found[0], rate.denominator), Fraction(found[1], rate.denominator)


def missing_of(answer: Answer) -> tuple[str, ...]:
    """The ids of the facts that an answer asks for."""
    return () if answer.missing is None else tuple(m.fact.id for m in answer.missing.facts)


def unchanged(before: Answer, after: Answer) -> bool:
    """Whether two answers have one outcome and show and ask for the same."""
    return (
        before.summary["outcome"] == after.summary["outcome"]
        and figures_of(before) == figures_of(after)
        and set(missing_of(before)) == set(missing_of(after))
    )


def kind_of(before: State, after: State) -> Kind:
    """What became of one answer. What stands now counts most: who now has to be asked, or decides."""
    if before.outcome is None or after.outcome is None:
        return Kind.READ if before.outcome is None else Kind.UNREAD
    if before.outcome is after.outcome:
        return _same_outcome(before, after)
    match before.outcome, after.outcome:
        case _, Outcome.REFERRED:
            return Kind.TO_PEOPLE
        case _, Outcome.UNDETERMINED:
            return Kind.ASKED
        case Outcome.REFERRED | Outcome.UNDETERMINED, Outcome.INELIGIBLE:
            return Kind.REFUSED
        case Outcome.REFERRED, _:
            return Kind.FROM_PEOPLE
        case Outcome.UNDETERMINED, Outcome.ELIGIBLE:
            return Kind.GRANTED
        case _, Outcome.ELIGIBLE:
            return Kind.GAINS
        case Outcome.ELIGIBLE, _:
            return Kind.LOSES
        case Outcome.UNDETERMINED, _:
            return Kind.LESS_ASKED
    return Kind.OTHER


def _same_outcome(before: State, after: State) -> Kind:
    if before.figures != after.figures:
        return Kind.FIGURE if before.outcome is Outcome.REFERRED else _ranked(before.figures, after.figures)
    if set(before.missing) == set(after.missing):
        return Kind.UNCHANGED
    return Kind.ASKED if set(after.missing) - set(before.missing) else Kind.LESS_ASKED


def _ranked(before: Figures, after: Figures) -> Kind:
    """Whether all figures of a grant got better or all worse; of a rate alone nobody can tell which way is better."""
    steps = list(_steps(before, after))
    if not steps or None in steps:
        return Kind.OTHER
    better, worse = (any(step is not None and step * sign > 0 for step in steps) for sign in (1, -1))
    return Kind.OTHER if better == worse else Kind.GAINS if better else Kind.LOSES


def _steps(before: Figures, after: Figures) -> Iterator[int | None]:
    """How far each figure moved to the applicant's good; None where it is there on one side only."""
    for one, other in ((before.amount, after.amount), (before.ceiling, after.ceiling)):
        if one is not None or other is not None:
            yield None if one is None or other is None else other - one
    if before.payable is not None or after.payable is not None:
        for end in (0, 1):
            # The less remains to be paid, the better.
            yield None if before.payable is None or after.payable is None else before.payable[end] - after.payable[end]
    elif before.rate != after.rate:
        yield None
    if before.until is not None or after.until is not None:
        yield None if before.until is None or after.until is None else (after.until - before.until).days


def difference(before: State, after: State) -> int | None:
    """What changes for certain, in cents; None where a side is open, left to people, not read, or no sum of money."""
    one, other = _certain(before), _certain(after)
    if one is None or other is None or (before.figures.amount is None and after.figures.amount is None):
        return None
    return other - one


def _certain(state: State) -> int | None:
    return 0 if state.outcome in _NOTHING else state.figures.amount


def difference_if_granted(before: State, after: State) -> Cents | None:
    """The difference of the lowest and of the highest figure of two answers that are left to people."""
    one, other = before.figures.if_granted, after.figures.if_granted
    return None if one is None or other is None else (other[0] - one[0], other[1] - one[1])
