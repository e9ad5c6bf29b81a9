"""Roster stage: the embedded database that decides long tables, within bounded memory, and how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from relief_engine.profile.words import code_list
from relief_engine.roster.bulk.reading import CODES
from relief_engine.roster.embedded import connect
from relief_engine.roster.handing import MEMORY, no_pattern
from relief_engine.rulebook.model import Rulebook

if TYPE_CHECKING:
    import duckdb

#: How often progress is told, in seconds.
_OFTEN = 0.5

#: Called now and then with the share that is done, from 0 to 1.
Share = Callable[[float], None]


class Database:
    """A database of one screening. Use it in a ``with``; it leaves nothing behind.

    Args:
        folder: where it may put what does not fit into memory.
        rulebook: the rules, whose codes it must know.
        progress: told how far a long statement is.
    """

    def __init__(self, folder: Path, rulebook: Rulebook, progress: Share | None = None) -> None:
        self.folder = folder
        self.progress = progress
        self.connection = connect(memory_limit=MEMORY, temp_directory=str(folder / "spill"))
        # What is joined to a long table is small. Joined as written, the rows keep their order.
        self.connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        codes = code_list(rulebook)
        self.connection.execute(f"CREATE TEMP TABLE {CODES} (code VARCHAR, position BIGINT)")
        if codes is not None:
            listed = [[code.id for code in codes.codes], list(range(len(codes.codes)))]
            self.connection.execute(f"INSERT INTO {CODES} SELECT unnest(?), unnest(?)", listed)

    def __enter__(self) -> Database:
        """The database itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.connection.close()

    def run(self, statement: exp.Expr | str) -> Any:
        """Execute a statement and give what fetches its rows."""
        text = statement if isinstance(statement, str) else statement.sql(dialect="duckdb")
        return self.connection.execute(text)

    def copy(self, query: exp.Query, target: Path, *options: str) -> None:
        """Write what a query gives into a file, telling how far it is."""
        name = exp.Literal.string(str(target)).sql(dialect="duckdb")
        wanted = ", ".join(options or ("FORMAT parquet", "COMPRESSION zstd"))
        with _Watch(self.connection, self.progress):
            self.run(f"COPY ({query.sql(dialect='duckdb')}) TO {name} ({wanted})")


class _Watch:
    """Tells the progress of a connection from a thread of its own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, progress: Share | None) -> None:
        self.connection = connection
        self.progress = progress
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._tell, daemon=True)

    def _tell(self) -> None:
        while not self.done.wait(_OFTEN):
            percent = self.connection.query_progress()
            if self.progress is not None and percent >= 0:
                self.progress(percent / 100)

    def __enter__(self) -> None:
        if self.progress is not None:
            self.thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.done.set()
        if self.progress is not None:
            self.thread.join()


def file_relation(path: Path) -> exp.Expr:
    """A parquet file as a relation with the number of each row in the file."""
    options = {"file_row_number": exp.true(), "hive_partitioning": exp.false()}
    return exp.Anonymous(
        this="read_parquet",
        expressions=[
            exp.Literal.string(no_pattern(path)),
            *[exp.EQ(this=exp.column(name), expression=value) for name, value in options.items()],
        ],
    )
