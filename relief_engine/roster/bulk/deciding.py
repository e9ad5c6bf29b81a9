"""Roster stage: a table is decided by the embedded database; rows that it sets aside, one by one by the direct route.

What the database decides stands in one parquet file for each programme (see ``queries``). Rows that were set aside are
read again and decided by the direct route, and so are undetermined ones if few enough to look for what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlglot import exp

from relief_engine.engine import Engine
from relief_engine.roster.answers import Answered, Screening
from relief_engine.roster.bulk.database import Database
from relief_engine.roster.bulk.queries import HAND, answers_query, by_hand, open_answers
from relief_engine.roster.bulk.reading import ASIDE, CELL, ROW, Source, reading
from relief_engine.roster.handing import create, row_writer, rows_of
from relief_engine.roster.rows import RowReader
from relief_engine.roster.table import Rejected
from relief_engine.rulebook.programme import Programme

#: If no more rows than this are undetermined, what is missing is looked for in each.
MOST_SEARCHED = 20_000
#: So many rows are fetched at once.
_BATCH = 2048


class Deciding:
    """One screening by the embedded database. ``raw`` has a file for each programme once :meth:`run` is done."""

    def __init__(self, engine: Engine, screening: Screening, source: Source, database: Database) -> None:
        self.engine = engine
        self.screening = screening
        self.source = source
        self.database = database
        self.raw: dict[str, Path] = {}
        self.rows = 0
        self.read = reading(
            engine.rulebook, engine.layout(screening.columns.kind.id), screening.columns, source, "duckdb"
        )

    @property
    def cells(self) -> list[str]:
        """The columns of the roster in the database."""
        return [f"{CELL}{column.index}" for column in self.screening.columns.columns]

    def run(self, *, carried: bool) -> None:
        """Read and decide the whole table once for each programme; ``carried``: with the roster's own columns."""
        for number, programme in enumerate(self.screening.programmes):
            path = self.database.folder / f"raw-{number}.parquet"
            self.write(programme, path, carried=carried)
            self.raw[programme.id] = path
        counted = self.database.run(exp.select("COUNT(*)").from_(self.file(self.screening.programmes[0])))
        self.rows = counted.fetchone()[0]

    def write(self, programme: Programme, path: Path, *, carried: bool) -> None:
        """Write the answers of a programme to ``path``."""
        # It is read again at once: what is quickly packed is best.
        self.database.copy(self.answers(programme, carried=carried), path, "FORMAT parquet", "COMPRESSION lz4_raw")

    def file(self, programme: Programme) -> exp.Expr:
        """The answers of a programme as a relation."""
        name = exp.Literal.string(str(self.raw[programme.id]))
        return exp.Anonymous(this="read_parquet", expressions=[name])

    def answers(self, programme: Programme, *, carried: bool) -> exp.Select:
        """The query that gives each row the answer of one programme, or nothing if the row is set aside."""
        keys = [ROW, *(self.cells if carried else [])]
        return answers_query(self.engine, self.screening, programme, self.read, keys, "duckdb")

    # --- rows by hand -----------------------------------------------------------------------------------------------

    def left(self) -> Iterator[Answered | Rejected]:
        """The rows that the direct route decides, with their answers, in the order of the table."""
        wanted = self._wanted()
        if wanted is None:
            return
        names = [ROW, *self.cells]
        query = exp.select(*names).from_(self.read.subquery("read")).where(wanted).order_by(ROW)
        found = self.database.run(query)
        reader = RowReader(self.engine.rulebook, self.screening.table, self.screening.columns)
        while batch := found.fetchmany(_BATCH):
            for number, *values in batch:
                line = by_hand(self.engine, self.screening, reader, number, values)
                if line is not None:
                    yield line

    def _wanted(self) -> exp.Expr | None:
        """Which rows are decided by the direct route: those set aside, and undetermined ones if they are few."""
        nothing = exp.Is(this=exp.column("outcome"), expression=exp.Null())
        aside = self._count(self.screening.programmes[0], nothing)
        open_ = {programme: self.open_answers(programme) for programme in self.screening.programmes}
        searched = 0 < sum(self._count(p, condition) for p, condition in open_.items()) <= MOST_SEARCHED
        wanted: list[exp.Expr] = [exp.column(ASIDE)] if aside else []
        for programme, condition in open_.items() if searched else ():
            rows = exp.select(ROW).from_(self.file(programme)).where(condition)
            wanted.append(exp.In(this=exp.column(ROW), query=rows.subquery()))
        return exp.or_(*wanted) if wanted else None

    def open_answers(self, programme: Programme) -> exp.Expr:
        """Whether something may be missing: the outcome is not determined, or a figure of what is left to people."""
        return open_answers(self.engine.program(programme, self.screening.as_of))

    def _count(self, programme: Programme, condition: exp.Expr) -> int:
        query = exp.select("COUNT(*)").from_(self.file(programme)).where(condition.copy())
        counted: int = self.database.run(query).fetchone()[0]
        return counted


class Hand:
    """The answers that were given row by row, as a table in the database: texts, in the columns of results."""

    def __init__(self, database: Database, names: Sequence[str]) -> None:
        self.database = database
        self.names = ["hand_row", "hand_programme", *names]
        self.path = database.folder / "hand.csv"
        self.rows = 0

    def put(self, rows: Iterator[tuple[int, str, Sequence[str | None]]]) -> None:
        """Write the rows: number, programme and the columns of results as text."""
        with create(self.path) as file:
            put = row_writer(file)
            for number, programme, cells in rows:
                self.rows += 1
                put([number, programme, *cells])
        query = rows_of(self.path, self.names)
        self.database.run(f"CREATE OR REPLACE TEMP TABLE {HAND} AS {query}")
