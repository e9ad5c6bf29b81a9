"""Comparing stage, rosters: a table is opened, its rows are decided by two rulebooks, and what it comes to is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from relief_engine.comparing.rosters.clerk import Clerk
from relief_engine.comparing.rosters.model import Pair
from relief_engine.comparing.rosters.reading import Reading, Request, read_both
from relief_engine.comparing.rosters.result import Impact
from relief_engine.engine import Engine
from relief_engine.errors import Finding, InputError, Location
from relief_engine.explanation.harmless import one_line
from relief_engine.roster.run import LONG, Progress, uninstalled, why_not
from relief_engine.rulebook.model import Rulebook
from relief_engine.text import Text

#: What finds the rows that differ: the direct route alone, or DuckDB before it; by the table's size if nobody says.
EngineName = Literal["auto", "direct", "duckdb"]
#: Progress is told after so many rows.
_OFTEN = 500


def impact(
    old: Rulebook,
    new: Rulebook,
    roster: Path,
    *,
    as_of: dt.date,
    programmes: Sequence[str] = (),
    sheet: str | None = None,
    encoding: str | None = None,
    kind: str | None = None,
    mapping: Mapping[str, str] | None = None,
    engine: EngineName = "auto",
    progress: Progress | None = None,
) -> Impact:
    """Decide every row of a table by both rulebooks and say who gains and loses.

    Rows are read and decided one after another, and changes beyond some thousands are kept on disk: memory does not
    grow with the table. In a long text or parquet file DuckDB, where it is installed, first finds the rows that may
    differ. A programme that has the same rules under both on the day is not decided.

    Args:
        old: the rules before.
        new: the rules after.
        roster: a table that ``relief screen`` reads.
        as_of: the day of all decisions.
        programmes: ids; empty for those that the columns are about under either rulebook.
        sheet: the name of a sheet; None for the first with known headers.
        encoding: the encoding of a text file; None to tell it by its content.
        kind: the kind of subject that a row describes; None to tell it by the columns.
        mapping: from headers to ids of facts, or to ``-`` for columns that are left alone.
        engine: ``direct`` to decide every row by the direct route; ``duckdb`` to let the embedded database find the
            rows that may differ, which are then decided by the direct route; ``auto`` for that with long tables.
        progress: called now and then with the number of rows that are done.

    Raises:
        InputError: the file, its columns or the programmes can't be used.
        UnknownName: a programme that neither rulebook has.
    """
    request = Request(roster, as_of, tuple(programmes), sheet, encoding, kind, mapping or {})
    engines = Engine(old), Engine(new)
    reading = read_both(*engines, request)
    table = reading.table
    named = _named(reading)
    found = Impact(
        old.digest, new.digest, as_of, table.file, table.sheet, tuple(one_line(table.headers[i]) for i in named),
        reading.pairs, reading.remarks,
    )  # fmt: skip
    clerk = Clerk(*engines, reading, as_of, found, named)
    rows = table.rows()
    if _sifted(engine, reading, clerk.asked, request):
        from relief_engine.comparing.rosters.bulk import sift

        rows = sift(engines, reading, clerk.asked, found)
    for number, row in enumerate(rows, start=1):
        clerk.take(row)
        if progress is not None and number % _OFTEN == 0:
            progress(number)
    return found


def _sifted(engine: EngineName, reading: Reading, asked: Sequence[Pair], request: Request) -> bool:
    """Whether the embedded database looks for the rows that may differ; raises :class:`InputError` if it can't."""
    if engine == "direct" or not asked:
        return False
    why = why_not(request.roster, reading.table.headers) or _why_not(reading, asked, request.as_of) or uninstalled()
    if engine == "duckdb" and why is not None:
        raise InputError([Finding("engine", Location("--engine"), why)])
    long = why is None and request.roster.stat().st_size >= LONG[request.roster.suffix.lower()]
    return why is None and (long or engine == "duckdb")


def _why_not(reading: Reading, asked: Sequence[Pair], day: dt.date) -> Text | None:
    """Why a database can't find the rows that differ, though it could decide the table."""
    if not reading.same:
        return Text("两个规则库对表格的读法不同", "the rulebooks read the table differently")
    closed = next((p for p in asked if any(q is None or not q.period.holds(day) for q in (p.old, p.new))), None)
    if closed is None:
        return None
    title = closed.title
    return Text(f"“{title.zh}”当日不是两边都适用", f"{title.en} is not in force on the day under both")


def _named(reading: Reading) -> tuple[int, ...]:
    """The columns that say whose row it is, under either rulebook."""
    columns = zip(reading.old.columns, reading.new.columns, strict=True)
    return tuple(
        one.index for one, other in columns if any(c.fact is not None and c.fact.identifies for c in (one, other))
    )
