"""Roster stage: which programmes a roster is screened for where nobody names one: those that its columns are about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from relief_engine.engine import Engine
from relief_engine.roster.headers import Columns
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.programme import Programme

#: A roster is about a programme if it has columns for this share of the facts that its criteria read.
_SHARE = 0.5


def about(engine: Engine, columns: Columns, day: dt.date) -> tuple[Programme, ...]:
    """The programmes of the rows' kind that the columns are about, in the order of the rulebook; at least one.

    Empty only if the rulebook has no programme for the kind. Programmes in force on the day come before others: one
    that is not in force is given only where no other is.
    """
    having = {column.fact.id for column in columns.columns if column.fact is not None}
    among = [p for p in engine.rulebook.programmes.values() if p.subject == columns.kind.id]
    among = [p for p in among if p.period.holds(day)] or among
    read = {programme.id: {fact.id for fact in facts_read(engine, programme, day)} for programme in among}
    most = max((len(facts & having) for facts in read.values()), default=0)
    found = [p for p in among if len(read[p.id] & having) >= _SHARE * len(read[p.id]) and _meant(p, read, having)]
    return tuple(found or [p for p in among if len(read[p.id] & having) == most])


def _meant(programme: Programme, read: Mapping[str, set[str]], having: set[str]) -> bool:
    """Whether a column is of facts that only this programme reads: what several ask for says nothing of either."""
    others = set[str]().union(*(facts for name, facts in read.items() if name != programme.id))
    own = read[programme.id] - others
    return not own or bool(own & having)


def facts_read(engine: Engine, programme: Programme, day: dt.date) -> tuple[Fact, ...]:
    """The facts that a programme's criteria read on a day, in the order in which they are declared."""
    program = engine.program(programme, _day_in_force(programme, day))
    under = engine.cells(program).under
    slots = frozenset[int]().union(*(under[criterion.node] for criterion in program.criteria))
    return tuple(fact for slot in sorted(slots) if isinstance(fact := program.layout.facts[slot], Fact))


def _day_in_force(programme: Programme, day: dt.date) -> dt.date:
    """The day itself, or the nearest one on which the programme may be used."""
    return min(max(day, programme.period.first), programme.period.last)
