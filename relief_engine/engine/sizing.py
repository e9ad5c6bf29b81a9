"""Engine stage: the size class of one firm by itself, with what each indicator gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from relief_engine.errors import UnknownName
from relief_engine.rulebook.facts import Fact, SizeFact
from relief_engine.rulebook.model import Rulebook
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

    table: SizeTable
    code: int
    sectors: tuple[Row, ...]
    covered: bool
    size: int | None
    possible: tuple[int, ...]
    indicators: tuple[IndicatorClass, ...]


def size_fact(rulebook: Rulebook) -> SizeFact:
    """The fact that holds an applicant's size; raises :class:`UnknownName` where the rulebook has none."""
    for table in rulebook.standards.size_tables.values():
        for fact in table.facts:
            if fact.subject == "applicant":
                return fact
    raise UnknownName(Text("规则库没有企业划型标准", "the rulebook has no size standard for applicants"))


def classify(rulebook: Rulebook, code: int, values: Mapping[str, int]) -> Sizing:
    """The size class for an industry code (its position) and encoded values by fact id."""
    fact = size_fact(rulebook)
    table = rulebook.standards.size_tables[fact.standard]
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
    return Sizing(table, code, rows, bool(rows) and not uncovered, only, remaining, tuple(indicators))


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
