"""Comparing stage, rosters: changes as one flat table for machines, as text (.csv) or .parquet."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from relief_engine.comparing.rosters.columns import Column, columns, outcome_label
from relief_engine.comparing.rosters.model import Change, Kind
from relief_engine.comparing.rosters.result import Impact
from relief_engine.roster.flat import csv_cell, plain
from relief_engine.roster.handing import create, row_writer
from relief_engine.roster.parquet import TYPES, copy_rows, unique
from relief_engine.text import Language, Text

#: The version of what a file of changes says of itself.
SCHEMA = "relief-impact/1"
_LOWEST, _HIGHEST = Text("（最低）", ", lowest"), Text("（最高）", ", highest")
_TYPES = {
    "integer": "integer", "text": "text", "kind": "text", "outcome": "text", "money": "money", "signed": "money",
    "span": "money", "rate": "decimal", "date": "date",
}  # fmt: skip


class Flat:
    """The columns of the flat table: names, types, and the cells of a change in the same order."""

    def __init__(self, impact: Impact, language: Language, *, by_id: bool) -> None:
        self.names: list[str] = []
        self.types: list[str] = []
        self._get: list[Callable[[Change], object]] = []
        self.language = language
        for column in columns(impact, language):
            name = column.id if by_id else column.title.in_(language)
            if column.sort in ("span", "rate"):
                marks = ("_low", "_high") if by_id else (_LOWEST.in_(language), _HIGHEST.in_(language))
                for end, mark in enumerate(marks):
                    self._put(name + mark, column, self._end(column, end))
            else:
                self._put(name, column, self._cell(column))
        self.names = unique(self.names)

    def _put(self, name: str, column: Column, get: Callable[[Change], object]) -> None:
        self.names.append(name)
        self.types.append(TYPES[_TYPES[column.sort]])
        self._get.append(get)

    def _end(self, column: Column, end: int) -> Callable[[Change], object]:
        def get(change: Change) -> object:
            span = column.get(change)
            return span[end] if isinstance(span, tuple) else None

        return get

    def _cell(self, column: Column) -> Callable[[Change], object]:
        if column.sort == "outcome":
            return lambda change: outcome_label(column.get(change)).in_(self.language)  # type: ignore[arg-type]
        if column.sort == "kind":
            return lambda change: Kind(str(column.get(change))).label.in_(self.language)
        return column.get

    def row(self, change: Change) -> Iterator[object]:
        """The cells of one change."""
        return (get(change) for get in self._get)


def write_csv(path: Path, impact: Impact, language: Language) -> None:
    """Write every change to a text file: UTF-8 with a mark, and no text that a spreadsheet takes for a formula."""
    flat = Flat(impact, language, by_id=False)
    with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        table = csv.writer(file)
        table.writerow([csv_cell(name) for name in flat.names])
        table.writerows([csv_cell(cell) for cell in flat.row(change)] for change in impact.changes())


def write_parquet(path: Path, impact: Impact, language: Language) -> None:
    """Write every change to a parquet file with exact types; it says of itself by what it was made.

    Raises ``ImportError`` where DuckDB is not installed.
    """
    flat = Flat(impact, language, by_id=True)
    meta = json.dumps(
        {
            "schema": SCHEMA, "language": language, "as_of": impact.as_of.isoformat(), "old": impact.old,
            "new": impact.new, "programmes": [pair.id for pair in impact.pairs], "rows": impact.rows,
        },
        ensure_ascii=False,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="relief-") as folder:
        rows = Path(folder, "rows.csv")
        with create(rows) as file:
            put = row_writer(file)
            for change in impact.changes():
                put(None if cell is None else plain(cell) for cell in flat.row(change))
        copy_rows(rows, path, flat.names, flat.types, meta)
