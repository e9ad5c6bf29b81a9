"""Roster stage: a result for several programmes has each row of its roster several times, and is no roster itself."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from relief_engine.errors import Finding, InputError
from relief_engine.profile.written import visible
from relief_engine.roster.kept import KEY
from relief_engine.roster.table import Rejected, Table
from relief_engine.roster.titles import MACHINE, OUTCOME, PROGRAMME, ROW
from relief_engine.rulebook.model import Rulebook
from relief_engine.text import Text

#: What the columns are called that tell it: in workbooks and text files of either language, and in parquet.
_ROW = (ROW.zh, ROW.en, "row")
_OUTCOME = (OUTCOME.zh, OUTCOME.en, "outcome")
_PROGRAMME = (
    PROGRAMME.zh, PROGRAMME.en, "programme", MACHINE["programme_id"].zh, MACHINE["programme_id"].en, "programme_id",
)  # fmt: skip
#: What a parquet result for several programmes has, by which it is told where nobody looks at its rows.
_PARQUET = frozenset({"row", "programme", "outcome", "programme_id", "outcome_id", "rulebook"})
#: Which programme a row stands with is kept of so many rows, as many as a sheet has; of longer tables nobody looks on.
_MOST = 1 << 20


def refuse_several(table: Table, file: Path, rulebooks: Sequence[Rulebook], *, look: bool = True) -> None:
    """Refuse a result for several programmes in which a row stands more than once: it would be counted so often.

    One from which all lines but those of one programme were taken out has every row once, and is let be.

    Args:
        table: the table, by whose headers such a result is told.
        file: the file that it was read from, which may say what the roster was called.
        rulebooks: by whose titles programmes are told where somebody took out the column of outcomes, or the one that
            says which row of the roster a line is.
        look: whether to look through the rows; without that, the headers are enough to refuse.

    Raises:
        InputError: it is one.
    """
    row, outcome, programme = (_place(table, names) for names in (_ROW, _OUTCOME, _PROGRAMME))
    if programme is None or (outcome is None and row is None):
        return
    if not look:
        if _PARQUET.issubset(table.headers):
            raise _several(table, file, programme, ())
        return
    known = _known(rulebooks)
    if row is None:
        twice = _unnumbered(table, programme, known)
    else:
        # Rosters have rows of one number and projects of their own; beside outcomes, they are ours whatever they say.
        twice = _twice(table, row, programme, known if outcome is None else None)
    if twice is not None:
        raise _several(table, file, programme if row is None else row, twice)


def _place(table: Table, names: Iterable[str]) -> int | None:
    return next((table.headers.index(name) for name in names if name in table.headers), None)


def _cells(table: Table, *places: int) -> Iterator[tuple[int, list[str]]]:
    """The number of each row and what stands in some columns, as text."""
    for row in table.rows():
        if not isinstance(row, Rejected):
            cells = [row.cells[place] if place < len(row.cells) else None for place in places]
            yield row.number, [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _known(rulebooks: Iterable[Rulebook]) -> set[str]:
    """What programmes are called."""
    return {name for rules in rulebooks for p in rules.programmes.values() for name in (p.id, p.title.zh, p.title.en)}


def _twice(table: Table, row: int, programme: int, known: Container[str] | None) -> tuple[int, ...] | None:
    """Two lines that are one row with different programmes; none where that is not looked for; None: there are none.

    With ``known``, only those are programmes.
    """
    seen: dict[str, tuple[int, str]] = {}
    programmes: set[str] = set()
    for line, (number, name) in _cells(table, row, programme):
        if not number or not name or (known is not None and name not in known):
            continue
        programmes.add(name)
        if len(seen) < _MOST:
            before = seen.setdefault(number, (line, name))
            if before[1] != name:
                return before[0], line
        elif len(programmes) > 1:
            return ()
    return None


def _unnumbered(table: Table, programme: int, known: Container[str]) -> tuple[int, ...] | None:
    """The first lines of two programmes, where somebody took out the column that says which row a line is."""
    first: tuple[int, str] | None = None
    for line, (name,) in _cells(table, programme):
        if name in known:
            first = first or (line, name)
            if first[1] != name:
                return first[0], line
    return None


def _several(table: Table, file: Path, column: int, lines: tuple[int, ...]) -> InputError:
    name = _original(file)
    zh, en = ("", "") if name is None else (f"（{visible(name)}）", f" ({visible(name)})")
    example = Text("", "")
    if lines:
        at, other = lines
        example = Text(f"（如第 {at} 行和第 {other} 行）", f" (as lines {at} and {other})")
    message = Text(
        f"这是几个项目的判定结果，台账的一行在这里有几行{example.zh}，再判定会重复计数；"
        f"请把改动写进原来的台账{zh}再判定，或者在这里只留下一个项目的行",
        f"this is a result for several programmes and has each row of its roster several times{example.en}, which "
        f"would be counted so often; make the changes in the roster itself{en} and screen that, or leave the lines of "
        "one programme here",
    )
    return InputError([Finding("result-of-several", table.where(lines[-1] if lines else 0, column), message)])


def _original(file: Path) -> str | None:
    """What the roster of a result was called, where its kind of file says so; nobody leans on it."""
    kinds = {".xlsx": _of_workbook, ".parquet": _of_parquet}
    read = kinds.get(file.suffix.lower())
    try:
        kept = None if read is None else read(file)
        return None if kept is None else re.split(r"[/\\]", str(kept[KEY]["file"]))[-1] or None
    except (KeyError, ValueError, IndexError, TypeError, OSError):
        return None


def _of_workbook(file: Path) -> dict[str, Any] | None:
    from python_calamine import CalamineError, CalamineWorkbook

    from relief_engine.roster.reopen import ABOUT_SHEET, about_of

    try:
        with file.open("rb") as stream:
            return about_of(CalamineWorkbook.from_filelike(stream).get_sheet_by_name(ABOUT_SHEET).to_python())
    except CalamineError:
        return None


def _of_parquet(file: Path) -> dict[str, Any] | None:
    import duckdb

    from relief_engine.roster.embedded import connect
    from relief_engine.roster.handing import no_pattern
    from relief_engine.roster.parquet import META

    try:
        with connect() as database:
            query = "SELECT value FROM parquet_kv_metadata(?) WHERE key = ?"
            found = database.execute(query, [no_pattern(file), META]).fetchall()
    except duckdb.Error:
        return None
    return json.loads(found[0][0]) if found else None
