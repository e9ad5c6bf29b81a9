"""Roster stage: what the direct route decided is decided again by a database, and must come out equal.

The vectors and the answers of all rows go into a file beside the result, one line each; at the end one query for each
programme decides them anew and compares. So memory stays small, and nothing is issued before all rows have agreed.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from operator import itemgetter
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import IO, Any
from weakref import WeakKeyDictionary

from relief_engine.compiled import ir
from relief_engine.decision import Decision, Outcome
from relief_engine.engine.outcome import outcome_of
from relief_engine.engine.summary import Cell, Column, columns, summary
from relief_engine.errors import RoutesDisagree
from relief_engine.roster.embedded import connect
from relief_engine.roster.handing import MEMORY
from relief_engine.text import Text

#: The name under which answers list this route.
NAME = "duckdb"
_OUTCOME, _MASK, _FIGURE = "VARCHAR", "BIGINT", "DECIMAL(38, 0)"


class SecondRoute:
    """Collects what was decided and has it decided again. Use it in a ``with``: its files go when that ends.

    Raises:
        ImportError: DuckDB or sqlglot is not installed.
    """

    def __init__(self, folder: Path) -> None:
        import duckdb  # noqa: F401 - as the next one
        import sqlglot  # noqa: F401 - told at once, not after an hour

        self._connect = connect
        self._folder = folder
        self._noted: dict[int, _Noted] = {}
        self._database: Any = None
        self._comparing: Future[None] | None = None

    def __enter__(self) -> SecondRoute:
        """Begin; nothing is opened before the first answer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop comparing, if that is not done, and remove the files."""
        if self._comparing is not None and not self._comparing.done():
            with suppress(Exception):  # it may not be open yet, or any more
                self._database.interrupt()
            wait([self._comparing])
        for noted in self._noted.values():
            noted.close()

    def expect(self, programs: Iterable[ir.Program], as_of: dt.date) -> None:
        """Say by which programs there will be answers, before the first of them."""
        for number, program in enumerate(programs):
            path = self._folder / f"second-{number}.csv"
            self._noted[id(program)] = _Noted(program, as_of, path)

    def note(self, row: int, decision: Decision, told: Mapping[str, Cell]) -> None:
        """Remember one answer of a row, ``told`` in columns; one that no rules gave has nothing to compare."""
        if decision.program is not None:
            self._noted[id(decision.program)].add(row, decision, told)

    def flush(self) -> None:
        """Have all that was remembered stand in the files."""
        for noted in self._noted.values():
            noted.file.flush()

    def compare(self, rows: int) -> None:
        """Decide everything again; raises :class:`RoutesDisagree` with the first row whose answers differ.

        ``rows`` is how many rows were answered: none of them may be left out.
        """
        config = {"memory_limit": MEMORY, "temp_directory": str(self._folder / "spill")}
        with self._connect(**config) as database:
            self._database = database
            for noted in self._noted.values():
                row = noted.first_difference(database)
                if noted.rows(database) != rows:
                    raise RuntimeError(f"{noted.rows(database)} of {rows} rows were decided again")
                if row is not None:
                    title = noted.program.programme.title
                    raise RoutesDisagree(
                        Text(
                            f"第 {row} 行的“{title.zh}”，两条计算路径（direct、{NAME}）结果不一致，不出结论",
                            f"row {row}, {title.en}: the routes direct and {NAME} disagree; no decision is given",
                        )
                    )

    def begin(self, rows: int) -> None:
        """Begin to :meth:`compare` beside what this thread does, such as packing the result; call once, in the end."""
        self._comparing = Future()
        Thread(target=self._compare, args=(self._comparing, rows), daemon=True).start()

    def _compare(self, told: Future[None], rows: int) -> None:
        try:
            self.compare(rows)
        except BaseException as error:  # noqa: BLE001 - told to whoever waits
            told.set_exception(error)
        else:
            told.set_result(None)

    def agreed(self) -> None:
        """Wait for what was begun; raises what :meth:`compare` does."""
        if self._comparing is None:
            raise RuntimeError("nothing was compared")
        self._comparing.result()


class _Noted:
    """The answers by one program."""

    def __init__(self, program: ir.Program, as_of: dt.date, path: Path) -> None:
        from relief_engine.routes.sql.nodes import slots_read

        self.program = program
        self.as_of = as_of
        self.path = path
        self.slots: Sequence[int] = sorted(slots_read(program))
        self._read: Callable[[Sequence[Any]], tuple[Any, ...]] = _taker(self.slots)
        self.columns: Sequence[Column] = columns(program)
        self.file: IO[str] = path.open("w", encoding="utf-8", newline="")
        self.writer = csv.writer(self.file)

    def add(self, row: int, decision: Decision, told: Mapping[str, Cell]) -> None:
        if decision.outcome is Outcome.REFERRED:
            # What is referred by a search, because all completions are, is left open by a query, which makes none.
            by_values = outcome_of(self.program, decision.values)
            if by_values is Outcome.UNDETERMINED:
                told = summary(self.program, decision.values, by_values)
        self.writer.writerow((row, *self._read(decision.slots), *told.values()))

    def close(self) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)

    def rows(self, database: Any) -> int:
        """How many rows were decided again."""
        counted: int = database.execute("SELECT COUNT(*) FROM noted").fetchone()[0]
        return counted

    def first_difference(self, database: Any) -> int | None:
        """The first row that a query decides otherwise, or None."""
        from sqlglot import exp

        self.file.close()
        expected = {f"direct_{column.name}": _type(column) for column in self.columns}
        types = {"row": "BIGINT", **{f"s{slot}": "BIGINT" for slot in self.slots}, **expected}
        file = exp.Literal.string(str(self.path)).sql(dialect="duckdb")
        # The file is our own: nothing about it is to be guessed, least of all where it is empty.
        options = "header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = ''"
        options += ", new_line = '\\r\\n'"
        read = f"read_csv({file}, {options}, columns = {_struct(types)})"
        database.execute(f"CREATE OR REPLACE TEMP VIEW noted AS SELECT * FROM {read}")
        found = database.execute(_first_difference(self.program, self.as_of)).fetchone()
        return None if found is None or found[0] is None else int(found[0])


#: The query of a program for the day that was asked for last: to write one takes longer than to decide a thousand rows
#: by it. A service is asked for any day, so that more are not kept.
_WRITTEN: WeakKeyDictionary[ir.Program, tuple[dt.date, str]] = WeakKeyDictionary()


def _first_difference(program: ir.Program, as_of: dt.date) -> str:
    """The query for the first row of ``noted`` that is decided otherwise; written once for a program and day."""
    day, query = _WRITTEN.get(program, (None, ""))
    if day != as_of:
        query = _written(program, as_of)
        _WRITTEN[program] = as_of, query
    return query


def _written(program: ir.Program, as_of: dt.date) -> str:
    from sqlglot import exp

    from relief_engine.routes.sql.query import decision_query

    answers = columns(program)
    kept = ["row", *(f"direct_{column.name}" for column in answers)]
    query = decision_query(program, "duckdb", "noted", kept, as_of=as_of)
    differs = [exp.NullSafeNEQ(this=exp.column(c.name), expression=exp.column(f"direct_{c.name}")) for c in answers]
    again = exp.select(exp.Min(this=exp.column("row"))).from_(query.subquery("again", copy=False), copy=False)
    return again.where(exp.or_(*differs, copy=False), copy=False).sql(dialect="duckdb")


def _taker(slots: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """What takes the values of some slots out of a vector."""
    if len(slots) < 2:
        return lambda vector: tuple([vector[slot] for slot in slots])
    return itemgetter(*slots)


def _type(column: Column) -> str:
    return {"outcome": _OUTCOME, "mask": _MASK}.get(column.kind, _FIGURE)


def _struct(types: dict[str, str]) -> str:
    """Names and types as DuckDB's ``read_csv`` takes them; all are names of ours."""
    return "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in types.items()) + "}"
