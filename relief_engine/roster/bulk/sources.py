"""Roster stage: a table file as what the embedded database reads: parquet as it stands, text once it is taken apart."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from sqlglot import exp

from relief_engine.roster.bulk.database import Database, file_relation
from relief_engine.roster.bulk.reading import Source
from relief_engine.roster.table import Rejected, Table

_TEXT = exp.DataType.build("varchar")


def parquet_source(database: Database, path: Path) -> Source:
    """A parquet file; its rows are counted from 1."""
    relation = file_relation(path)
    described = database.run(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {relation.sql('duckdb')}").fetchall()
    types = tuple(exp.DataType.build(row[1], dialect="duckdb", udt=True) for row in described)
    row = exp.Add(this=exp.column("file_row_number"), expression=exp.Literal.number(1))
    return Source(relation, tuple(row[0] for row in described), types, row)


def text_source(database: Database, table: Table) -> tuple[Source, list[Rejected]]:
    """A text file, read by the reader of rosters, which knows encodings and quotes, and handed on line by line.

    Gives also the lines that could not be taken apart.
    """
    path = database.folder / "roster.csv"
    broken: list[Rejected] = []
    with path.open("w", encoding="utf-8", newline="", errors="replace") as file:
        csv.writer(file).writerows(_lines(table, broken))
    names = ["line", *(f"t{place}" for place in range(len(table.headers)))]
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    options = "header=false, nullstr='', all_varchar=true, auto_detect=false, delim=',', quote='\"', escape='\"'"
    options += ", new_line='\\r\\n'"  # as the csv module ends lines; told by itself, a line break in a cell misleads it
    name = exp.Literal.string(str(path)).sql("duckdb")
    cells = ", ".join(f"substr({name}, 2) AS {name}" for name in names[1:])
    source = f"read_csv({name}, columns={{{columns}}}, {options}, max_line_size=16777216)"
    database.run(f"CREATE TEMP VIEW relief_roster AS SELECT CAST(line AS BIGINT) AS line, {cells} FROM {source}")
    relation = exp.to_table("relief_roster")
    return Source(relation, tuple(names[1:]), (_TEXT,) * len(table.headers), exp.column("line")), broken


def _lines(table: Table, broken: list[Rejected]) -> Iterator[list[object]]:
    for row in table.rows():
        if isinstance(row, Rejected):
            broken.append(row)
        else:
            # A mark before each value tells an empty text from no value.
            yield [row.number, *("" if cell is None else f"={cell}" for cell in row.cells)]
