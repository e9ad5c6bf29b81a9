"""Engine stage: the size class of one firm by itself, with what each indicator gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from relief_engine.errors import UnknownName
from relief_engine.rulebook.facts import Fact, SizeFact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.periods import FIRST, Dated
from relief_engine.rulebook.standards import Limit, Row, SizeTable
from relief_engine.text import Text


@dataclass(frozen=True, slots=True)
class IndicatorClass:
    """One indicator of a sector: its limits, the value given for it (None: unknown) and the class that it gives."""

    fact: Fact
    limit: Limit
    value: int | None
    level: int | None


@dataclass(frozen=True, slots=True)
class Sizing:
    """The size class of one firm.

    ``sectors`` are the rows that the industry may fall under; an uncovered industry has none. ``size`` is a position
    in the table's classes, None while it is open; ``possible`` are the positions that remain.
    """

    day: dt.date
    #: The day from which the limits of the one sector hold; None where it is not one, or they held always.
    since: dt.date | None
    table: SizeTable
    code: int
    sectors: tuple[Row, ...]
    covered: bool
    size: int | None
    possible: tuple[int, ...]
    indicators: tuple[IndicatorClass, ...]


def size_fact(rulebook: Rulebook) -> SizeFact:
    """The fact that holds an applicant's size; raises :class:`UnknownName` where the rulebook has none."""
    for editions in rulebook.standards.size_tables.values():
        for fact in editions.versions[0][1].facts:
            if fact.subject == "applicant":
                return fact
    raise UnknownName(Text("规则库没有企业划型标准", "the rulebook has no size standard for applicants"))


def classify(rulebook: Rulebook, code: int, values: Mapping[str, int], day: dt.date) -> Sizing:
    """The size class on a day for an industry code (its position) and encoded values by fact id."""
    fact = size_fact(rulebook)
    table = rulebook.standards.size_table(fact, day)
    candidates = table.sectors.of(code)
    rows = tuple(row for c in candidates if (row := table.row(c)) is not None)
    facts = dict(fact.indicators)
    possible: set[int] = set()
    for row in rows:
        low, high = row_range(row, facts, values)
        possible.update(range(low, high + 1))
    uncovered = any(table.row(c) is None for c in candidates)
    if uncovered and rows:
        possible.add(table.uncovered)
    indicators: list[IndicatorClass] = []
    for row in rows if len(rows) == 1 else ():
        for limit in row.limits:
            found = rulebook.facts.get(facts.get(limit.indicator, ""))
            if isinstance(found, Fact):
                value = values.get(found.id)
                level = None if value is None else level_of(limit, value)
                indicators.append(IndicatorClass(found, limit, value, level))
    only = possible.pop() if len(possible) == 1 else None
    remaining = (only,) if only is not None else tuple(sorted(possible))
    since = _since(rulebook.standards.size_tables[fact.standard], rows[0], day) if len(rows) == 1 else None
    return Sizing(day, since, table, code, rows, bool(rows) and not uncovered, only, remaining, tuple(indicators))


def _since(editions: Dated[SizeTable], row: Row, day: dt.date) -> dt.date | None:
    """The first day of the stretch around a day on which a row has these limits."""
    since: dt.date | None = None
    for period, table in editions.versions:
        if period.first > day:
            break
        if row not in table.rows:
            since = None
        elif since is None:
            since = period.first
    return None if since == FIRST else since


def level_of(limit: Limit, value: int) -> int:
    """The class that one indicator gives: how many of its lower limits the value reaches."""
    return sum(value >= bound for bound in limit.bounds)


def row_range(row: Row, facts: Mapping[str, str], values: Mapping[str, int]) -> tuple[int, int]:
    """The lowest and highest class that one row leaves open: the class is the lowest of all indicators."""
    low = high = len(row.limits[0].bounds)
    for limit in row.limits:
        value = values.get(facts.get(limit.indicator, ""))
        if value is None:
            low = 0
        else:
            level = level_of(limit, value)
            low, high = min(low, level), min(high, level)
    return low, high
