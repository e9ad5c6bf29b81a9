"""Roster stage: which programmes a roster is screened for where nobody names one: those that its columns are about."""

from __future__ import annotations

import datetime as dt

from relief_engine.engine import Engine
from relief_engine.roster.headers import Columns
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.programme import Programme

#: A roster is about a programme if it has columns for this share of the facts that its criteria read, and for this
#: share of as many of them as for the programme that it is most about: three columns may be half of a short one's.
_SHARE, _BESIDE_MOST = 0.5, 0.75


def about(engine: Engine, columns: Columns, day: dt.date) -> tuple[Programme, ...]:
    """The programmes of the rows' kind that the columns are about, in the order of the rulebook; at least one.

    Empty only if the rulebook has no programme for the kind. Programmes in force on the day come before others: one
    that is not in force is given only where no other is.
    """
    having = {column.fact.id for column in columns.columns if column.fact is not None}
    among = [p for p in engine.rulebook.programmes.values() if p.subject == columns.kind.id]
    among = [p for p in among if p.period.holds(day)] or among
    covered = {programme.id: _covered(engine, programme, day, having) for programme in among}
    most = max((number for number, _ in covered.values()), default=0)
    found = [p for p in among if covered[p.id][1] >= _SHARE and covered[p.id][0] >= _BESIDE_MOST * most]
    return tuple(found or [p for p in among if covered[p.id][0] == most])


def _covered(engine: Engine, programme: Programme, day: dt.date, having: set[str]) -> tuple[int, float]:
    """For how many of the facts behind a programme's criteria there is a column, and for which share of them."""
    read = facts_read(engine, programme, day)
    number = len([fact for fact in read if fact.id in having])
    return number, number / len(read) if read else 0.0


def facts_read(engine: Engine, programme: Programme, day: dt.date) -> tuple[Fact, ...]:
    """The facts that a programme's criteria read on a day, in the order in which they are declared."""
    program = engine.program(programme, _day_in_force(programme, day))
    under = engine.cells(program).under
    slots = frozenset[int]().union(*(under[criterion.node] for criterion in program.criteria))
    return tuple(fact for slot in sorted(slots) if isinstance(fact := program.layout.facts[slot], Fact))


def _day_in_force(programme: Programme, day: dt.date) -> dt.date:
    """The day itself, or the nearest one on which the programme may be used."""
    return min(max(day, programme.period.first), programme.period.last)
