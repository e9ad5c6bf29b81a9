"""Comparing stage, rosters: long tables: DuckDB decides them by both rulebooks and leaves the rows that may differ.

What it finds unchanged is counted here. Every other row, and every one in which something may be missing, is given
back, to be decided by the direct route like a row of a short table.
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from relief_engine.comparing.rosters.causes import Causes
from relief_engine.comparing.rosters.model import Figures, Kind, Pair
from relief_engine.comparing.rosters.reading import Reading
from relief_engine.comparing.rosters.result import Impact
from relief_engine.compiled import ir
from relief_engine.decision import NOTHING_MISSING, Outcome
from relief_engine.engine import Engine
from relief_engine.engine.summary import Cell, columns
from relief_engine.roster.answers import Answer, Screening
from relief_engine.roster.bulk.database import Database
from relief_engine.roster.bulk.deciding import Deciding
from relief_engine.roster.bulk.queries import open_answers
from relief_engine.roster.bulk.reading import ROW
from relief_engine.roster.bulk.sources import parquet_source, text_source
from relief_engine.roster.handing import literal
from relief_engine.roster.headers import Columns
from relief_engine.roster.table import Rejected, Row
from relief_engine.rulebook.programme import Programme

#: The table of the rows that are given back.
_LOUD = "relief_loud"
_BATCH = 2048
_MASKS = ("failed", "unknown", "referred")
#: The figures that an answer shows, but for the rate, which may be counted in other parts.
_SHOWN = (
    "amount", "amount_if_granted", "amount_low", "amount_high", "ceiling", "payable", "payable_low", "payable_high",
    "until",
)  # fmt: skip


class _Side(NamedTuple):
    """One programme under one rulebook: its program, and the file that the database's answers stand in."""

    programme: Programme
    program: ir.Program
    file: Path

    @property
    def has(self) -> set[str]:
        return {column.name for column in columns(self.program)}

    def relation(self, name: str) -> str:
        """The answers as a relation, with whether something may be missing."""
        lacking = open_answers(self.program).sql(dialect="duckdb")
        return f"(SELECT *, {lacking} AS is_open FROM read_parquet({literal(str(self.file))})) AS {name}"


def sift(engines: Sequence[Engine], reading: Reading, asked: Sequence[Pair], found: Impact) -> Iterator[Row | Rejected]:
    """Count the rows of a table whose answers are plainly unchanged, and give the others, in their order.

    Args:
        engines: of the old and of the new rulebook, which read the table alike.
        reading: a .csv or .parquet file.
        asked: programmes that both rulebooks have in force on the day.
        found: what is counted.
    """
    old, new = engines
    path = Path(reading.table.file)
    with tempfile.TemporaryDirectory(prefix="relief-") as folder, Database(Path(folder), old.rulebook) as database:
        broken: Iterable[Row | Rejected] = ()
        if path.suffix.lower() == ".parquet":
            source = parquet_source(database, path)
        else:
            source, broken = text_source(database, reading.table)
        sides: list[list[_Side]] = []
        deciding = None
        for name, engine, read in (("old", old, reading.old), ("new", new, reading.new)):
            programmes = [p for pair in asked if (p := pair.old if name == "old" else pair.new) is not None]
            screening = _screening(reading, read, engine, programmes, found)
            deciding = Deciding(engine, screening, source, database)
            deciding.run(carried=False)
            sides.append([_kept(deciding, programme, name) for programme in programmes])
        pairs = list(zip(asked, *sides, strict=True))
        database.run(f"CREATE TEMP TABLE {_LOUD} AS {' UNION '.join(_loud(one, other) for _, one, other in pairs)}")
        causes = Causes(found.as_of)
        for number, (pair, one, other) in enumerate(pairs):
            quiet = _count(database, pair, one, other, causes, found)
            if number == 0:
                found.rows += quiet
                found.unchanged += quiet
        if deciding is not None:
            given: Iterable[Row | Rejected] = _rows(deciding)
            yield from heapq.merge(broken, given, key=_number)


def _screening(
    reading: Reading, read: Columns, engine: Engine, programmes: Sequence[Programme], found: Impact
) -> Screening:
    return Screening(reading.table, read, engine.rulebook, tuple(programmes), found.as_of, engine.routes)


def _kept(deciding: Deciding, programme: Programme, name: str) -> _Side:
    """The answers of one programme, put aside so that those of the other rulebook do not take their place."""
    path = deciding.raw[programme.id]
    kept = path.rename(path.with_name(f"{name}-{path.name}"))
    return _Side(programme, deciding.engine.program(programme, deciding.screening.as_of), kept)


def _joined(one: _Side, other: _Side) -> str:
    return f"{one.relation('o')} JOIN {other.relation('n')} USING ({ROW})"


def _same(one: _Side, other: _Side) -> str:
    """Whether the answers to one row are plainly the same: decided, nothing missing, and all figures equal."""
    parts = ["o.outcome = n.outcome", "NOT o.is_open", "NOT n.is_open"]
    for name in _SHOWN:
        if name in one.has or name in other.has:
            before, after = (f"{at}.{name}" if name in side.has else "NULL" for at, side in (("o", one), ("n", other)))
            parts.append(f"{before} IS NOT DISTINCT FROM {after}")
    before_, after_ = one.program.benefit.rate, other.program.benefit.rate
    for name in ("rate_low", "rate_high") if before_ or after_ else ():
        # Each over the other's denominator, so that two ways to count one rate are equal.
        rates = [
            f"CAST({at}.{name} AS HUGEINT) * {theirs.denominator if theirs is not None else 1}" if mine else "NULL"
            for at, mine, theirs in (("o", before_, after_), ("n", after_, before_))
        ]
        parts.append(" IS NOT DISTINCT FROM ".join(rates))
    return f"coalesce({' AND '.join(parts)}, false)"


def _loud(one: _Side, other: _Side) -> str:
    """The rows that may differ, or that the database set aside."""
    return f"SELECT {ROW} FROM {_joined(one, other)} WHERE NOT {_same(one, other)}"


def _count(database: Database, pair: Pair, one: _Side, other: _Side, causes: Causes, found: Impact) -> int:
    """Count the rows that are unchanged under all programmes, with what they come to; returns how many there are."""
    masks = [f"{at}.{name}" for at in ("o", "n") for name in _MASKS]
    money = one.has >= {"amount", "amount_if_granted", "amount_low", "amount_high"}
    low, high = (
        f"coalesce(o.amount_if_granted, o.amount_{end})" if money else "NULL::BIGINT" for end in ("low", "high")
    )
    sums = [f"sum(CAST({what} AS HUGEINT))" for what in ("o.amount" if money else "NULL", low, high)]
    query = (
        f"SELECT o.outcome, {', '.join(masks)}, count(*), {', '.join(sums)}, "
        f"count(*) FILTER (o.outcome = '{Outcome.REFERRED.value}' AND {low} IS NULL) "
        f"FROM {_joined(one, other)} ANTI JOIN {_LOUD} USING ({ROW}) GROUP BY ALL"
    )
    quiet = 0
    for outcome, *rest in database.run(query).fetchall():
        before, after, (number, granted, least, most, lacking) = rest[:3], rest[3:6], rest[6:]
        quiet += number
        total = found.count(pair.id, Kind.UNCHANGED)
        total.number += number
        if causes.conditions(_answer(one, outcome, before), _answer(other, outcome, after)):
            found.other_reasons += number
        if pair.adds_up:
            for side in (total.before, total.after):
                side.add(Figures(int(granted or 0), (int(least or 0), int(most or 0))), None)
                side.open += lacking
    return quiet


def _answer(side: _Side, outcome: str, masks: Sequence[int]) -> Answer:
    """An answer with as much as tells why it is so."""
    known: dict[str, Cell] = {"outcome": outcome, **dict(zip(_MASKS, masks, strict=True))}
    return Answer(side.programme, side.program, known, NOTHING_MISSING)


def _rows(deciding: Deciding) -> Iterator[Row]:
    """The rows that are given back, but for empty ones."""
    read = deciding.read.sql(dialect="duckdb")
    found = deciding.database.run(
        f"SELECT {', '.join((ROW, *deciding.cells))} FROM ({read}) SEMI JOIN {_LOUD} USING ({ROW}) ORDER BY {ROW}"
    )
    while batch := found.fetchmany(_BATCH):
        for number, *values in batch:
            # A binary float that is not a number is how data frames write a missing one.
            cells = tuple([None if value is None or value != value else value for value in values])
            if any(cell is not None for cell in cells):
                yield Row(number, cells)


def _number(line: Row | Rejected) -> int:
    return line.row.number if isinstance(line, Rejected) else line.number
