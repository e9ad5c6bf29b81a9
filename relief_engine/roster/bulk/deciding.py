"""Roster stage: a table is decided by the embedded database; rows that it sets aside, one by one by the direct route.

The answers stand in one parquet file for each programme, ``raw``: the row's number, its cells, whether it was set
aside, and the columns of :mod:`relief_engine.engine.summary`. Rows that were set aside have no answer there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp

from relief_engine.engine import Engine
from relief_engine.roster.answers import Screening
from relief_engine.roster.bulk.reading import ASIDE, CELL, ROW, Source, reading
from relief_engine.roster.headers import Column
from relief_engine.roster.table import Row
from relief_engine.routes.sql.query import decision_query
from relief_engine.routes.sql.render import ordinal
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.units import PURE

if TYPE_CHECKING:
    from relief_engine.roster.bulk.database import Database

#: So many rows that were set aside are held at once.
_BATCH = 2048


def factor(column: Column) -> Fraction:
    """What a bare number in a column is multiplied by to be encoded."""
    fact = column.fact
    if fact is None or fact.type not in ("count", "amount", "number"):
        return Fraction(1)
    unit = column.unit or fact.unit or PURE
    # 元 for a monthly rent is so many yuan per what the fact says: of units that differ only in that, the scale counts.
    return unit.scale * fact.denominator


def answers(engine: Engine, screening: Screening, programme: Programme, source: Source) -> exp.Select:
    """The query that reads a table and gives each row, with its cells, the answer of one programme."""
    day = screening.as_of
    program = engine.program(programme, day)
    read = reading(
        engine.rulebook, engine.layout(screening.columns.kind.id), screening.columns.columns, factor, source, ordinal
    )
    keys = [ROW, ASIDE, *(f"{CELL}{column.index}" for column in screening.columns.columns)]
    return decision_query(program, "duckdb", read, keys, as_of=day)
