"""Testing stage, mutation: first and last days of programmes and of their dated elements, off by one day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from relief_engine.errors import Location
from relief_engine.rulebook.periods import FIRST, LAST, Dated, Period
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import changed
from relief_engine.testing.mutation.mutant import Edit, Kind

_DAY = dt.timedelta(days=1)


def date_edits(programme: Programme, versions: Dated[Any] | None = None) -> Iterator[Edit]:
    """The mistakes in the dates of one element, ``made`` being its versions; without one those of the programme itself.

    An element's day that is the programme's own moves with that. Where one version follows another on the next day the
    two move together, so that there is no gap.
    """
    if versions is None:
        yield from _whole(programme)
        return
    listed = versions.versions
    for index, (period, value) in enumerate(listed):
        where = getattr(value, "where", programme.where)
        follows = index > 0 and listed[index - 1][0].last + _DAY == period.first
        if period.first != programme.period.first:
            for move in (_DAY, -_DAY):
                made = list(listed)
                made[index] = (Period(period.first + move, period.last), value)
                if follows:
                    before, earlier = listed[index - 1]
                    made[index - 1] = (Period(before.first, before.last + move), earlier)
                yield from _shown("from", period.first, move, where, made)
        runs_on = index + 1 < len(listed) and listed[index + 1][0].first == period.last + _DAY
        if period.last != programme.period.last and not runs_on:
            for move in (_DAY, -_DAY):
                made = list(listed)
                made[index] = (Period(period.first, period.last + move), value)
                yield from _shown("to", period.last, move, where, made)


def _shown(
    word: str, day: dt.date, move: dt.timedelta, where: Location, made: list[tuple[Period, Any]]
) -> Iterator[Edit]:
    """The mistake, unless a version would have no day left."""
    if all(period.first <= period.last for period, _ in made):
        yield Edit(Kind.DATE, where, f"{word}: {day}", f"{word}: {day + move}", Dated(tuple(made)))


def _whole(programme: Programme) -> Iterator[Edit]:
    first, last = programme.period.first, programme.period.last
    for word, day in (("from", first), ("to", last)):
        if day in (FIRST, LAST):
            continue
        for move in (_DAY, -_DAY):
            made = _moved(programme, word, day, day + move)
            if made.period.first <= made.period.last:
                yield Edit(Kind.DATE, programme.where, f"{word}: {day}", f"{word}: {day + move}", made)


def _moved(programme: Programme, word: str, old: dt.date, new: dt.date) -> Programme:
    """The programme with another first or last day, and with it every element that begins or ends on the old one."""

    def period(known: Period) -> Period:
        if word == "from":
            return Period(new, known.last) if known.first == old else known
        return Period(known.first, new) if known.last == old else known

    def dated(element: Any) -> Any:
        versions = tuple((period(known), value) for known, value in element.versions.versions)
        return changed(element, versions=Dated(tuple(pair for pair in versions if pair[0].first <= pair[0].last)))

    def alone(element: Any) -> Any:
        return changed(element, period=period(element.period))

    return changed(
        programme,
        period=period(programme.period),
        parameters={name: dated(parameter) for name, parameter in programme.parameters.items()},
        criteria=tuple(dated(criterion) for criterion in programme.criteria),
        referrals=tuple(dated(referral) for referral in programme.referrals),
        benefit=dated(programme.benefit),
        deadlines=tuple(alone(deadline) for deadline in programme.deadlines),
        ways=tuple(alone(remark) for remark in programme.ways),
        check_by_hand=tuple(alone(remark) for remark in programme.check_by_hand),
        remarks=tuple(alone(remark) for remark in programme.remarks),
    )
