"""Roster stage: a table file as what the embedded database reads: parquet as it stands, text once it is taken apart."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sqlglot import exp

from relief_engine.roster.bulk.database import Database, file_relation
from relief_engine.roster.bulk.reading import Source
from relief_engine.roster.handing import create, plain_columns, row_writer, rows_of
from relief_engine.roster.table import Rejected, Row, Table

_TEXT = exp.DataType.build("varchar")
#: What the table is called in the database.
_ROSTER = "relief_roster"


def parquet_source(database: Database, path: Path) -> Source:
    """A parquet file; its rows are counted from 1. What can't be given to Python as it is, is text."""
    file = file_relation(path).sql("duckdb")
    stored = database.run(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {file}").fetchall()
    query = f"SELECT {plain_columns(stored)}, file_row_number FROM {file}"
    database.run(f"CREATE TEMP VIEW {_ROSTER} AS {query}")
    described = database.run(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {_ROSTER}").fetchall()
    types = tuple(exp.DataType.build(row[1], dialect="duckdb", udt=True) for row in described)
    row = exp.Add(this=exp.column("file_row_number"), expression=exp.Literal.number(1))
    return Source(exp.to_table(_ROSTER), tuple(row[0] for row in described), types, row, dictionaries=True)


class Broken:
    """The lines of a text file that could not be taken apart, kept in a file: a whole roster may be such lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO = path.open("wb")

    def add(self, line: Rejected) -> None:
        """Keep one."""
        pickle.dump((line.row.number, line.row.cells, line.problems), self._file)

    def close(self) -> None:
        """No more will come."""
        self._file.close()

    def __iter__(self) -> Iterator[Rejected]:
        """All of them, in the order in which they came."""
        with self._path.open("rb") as file:
            while file.peek(1):
                number, cells, problems = pickle.load(file)
                yield Rejected(Row(number, cells), problems)


def text_source(database: Database, table: Table) -> tuple[Source, Broken]:
    """A text file, read by the reader of rosters, which knows encodings and quotes, and handed on line by line.

    Gives also the lines that could not be taken apart.
    """
    path = database.folder / "roster.csv"
    broken = Broken(database.folder / "broken")
    try:
        with create(path) as file:
            put = row_writer(file)
            for row in table.rows():
                if isinstance(row, Rejected):
                    broken.add(row)
                else:
                    put([row.number, *row.cells])
    finally:
        broken.close()
    names = ["line", *(f"t{place}" for place in range(len(table.headers)))]
    database.run(
        f"CREATE TEMP VIEW {_ROSTER} AS SELECT * REPLACE (CAST(line AS BIGINT) AS line) FROM ({rows_of(path, names)})"
    )
    relation = exp.to_table(_ROSTER)
    return Source(relation, tuple(names[1:]), (_TEXT,) * len(table.headers), exp.column("line")), broken
