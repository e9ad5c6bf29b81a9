"""Roster stage, formats: parquet by way of DuckDB, in batches, with exact decimals and days."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from relief_engine.roster.embedded import connect
from relief_engine.roster.formats.heading import MOST_COLUMNS
from relief_engine.roster.formats.problems import missing_extra, refused
from relief_engine.roster.handing import no_pattern, plain_columns
from relief_engine.roster.table import Row, Table
from relief_engine.text import Text

if TYPE_CHECKING:
    import duckdb

#: So many rows are held at once.
_BATCH = 4096


def open_parquet(path: Path, remarks: tuple[Text, ...]) -> Table:
    """The table in a parquet file; its rows are counted from 1."""
    try:
        import duckdb
    except ImportError:
        raise missing_extra(str(path), "duckdb") from None
    try:
        with connect() as connection:
            headers = tuple(column[0] for column in _described(connection, path))
    except (duckdb.Error, RuntimeError, UnicodeError) as error:
        raise refused(
            "roster-damaged",
            str(path),
            "parquet 文件已损坏，读不出来",
            f"the parquet file can't be read: {str(error).splitlines()[0]}",
        ) from None
    if len(headers) > MOST_COLUMNS:
        raise refused(
            "roster-columns", str(path), f"有 {len(headers)} 列，最多 {MOST_COLUMNS} 列",
            f"has {len(headers)} columns, at most {MOST_COLUMNS} are read",
        )  # fmt: skip
    return Table(str(path), None, headers, 0, remarks, partial(_rows, path), forkable=False)


_FILE = "read_parquet(?, hive_partitioning = false)"


def _described(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[str, str]]:
    """The names and types of the columns."""
    return connection.execute(f"describe select * from {_FILE}", [no_pattern(path)]).fetchall()


def _query(connection: duckdb.DuckDBPyConnection, path: Path) -> duckdb.DuckDBPyConnection:
    columns = plain_columns(_described(connection, path))
    return connection.execute(f"select {columns} from {_FILE}", [no_pattern(path)])


def _rows(path: Path) -> Iterator[Row]:
    import duckdb

    number = 0
    try:
        with connect() as connection:
            answer = _query(connection, path)
            while batch := answer.fetchmany(_BATCH):
                for values in batch:
                    number += 1
                    # A binary float that is not a number is how data frames write a missing one.
                    cells = tuple([None if value is None or value != value else value for value in values])
                    if any(cell is not None for cell in cells):
                        yield Row(number, cells)
    except (duckdb.Error, RuntimeError, UnicodeError) as error:
        raise refused(
            "roster-damaged",
            str(path),
            f"parquet 文件在第 {number} 行之后读不下去",
            f"the parquet file can't be read after row {number}: {str(error).splitlines()[0]}",
        ) from None
