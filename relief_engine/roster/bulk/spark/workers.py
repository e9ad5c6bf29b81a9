"""Roster stage: rows that Spark sets aside are decided by the direct route, in the processes that hold them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from relief_engine.engine import Engine
from relief_engine.errors import StatedError
from relief_engine.roster.answers import Screening
from relief_engine.roster.bulk.queries import by_hand, texts_of
from relief_engine.roster.flat import Flat, csv_cell
from relief_engine.roster.headers import LEAVE, Columns, recognise
from relief_engine.roster.kept import KEY, reading_of
from relief_engine.roster.problems import cells
from relief_engine.roster.results import Results
from relief_engine.roster.rows import RowReader
from relief_engine.roster.table import Rejected, Table
from relief_engine.rulebook.cache import cached_rulebook
from relief_engine.rulebook.folder import shipped_rules
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.record import Value
from relief_engine.text import Language, Text

#: What comes back of a row: its file and number; then of each answer the programme and the columns of results, or,
#: once, what is wrong with it; neither if the row is empty.
Decided = tuple[str, int, str | None, list[str | None] | None, list[list[str]] | None]
#: The same as columns of Spark.
SCHEMA = "relief_file STRING, hand_row BIGINT, hand_programme STRING, own ARRAY<STRING>, problems ARRAY<ARRAY<STRING>>"


class Job(Value):
    """A screening as it is sent to other processes: plain values only.

    ``root`` is the folder of the rulebook, None for the shipped one; ``kind`` and ``facts`` are how the table is read;
    ``zoned`` are the positions of columns of moments, whose day depends on where one is.
    """

    root: str | None
    digest: str
    headers: tuple[str, ...]
    kind: str
    facts: tuple[str | None, ...]
    zoned: tuple[int, ...]
    file: str
    programmes: tuple[str, ...]
    as_of: dt.date
    language: Language


def job_of(screening: Screening, language: Language, zoned: tuple[int, ...]) -> Job:
    """What the workers must know of a screening."""
    kept = reading_of(screening)[KEY]
    rulebook, table = screening.rulebook, screening.table
    shipped = rulebook.root.resolve() == shipped_rules().resolve()
    job = Job(
        None if shipped else str(rulebook.root.resolve()), rulebook.digest, table.headers, kept["kind"],
        tuple(kept["facts"]), zoned, table.file, tuple(p.id for p in screening.programmes), screening.as_of, language,
    )  # fmt: skip
    again = _columns(job, rulebook)[1]
    if [(c.fact, c.unit) for c in again.columns] != [(c.fact, c.unit) for c in screening.columns.columns]:
        raise StatedError(
            Text(
                "工作进程会把列读成别的，没有判定", "the workers would read the columns otherwise; nothing was decided"
            )
        )
    return job


def deciding(job: Job) -> Callable[[Iterable[Any]], Iterator[Decided]]:
    """What decides the rows of one partition: file, number and cells each."""

    def decide(rows: Iterable[Any]) -> Iterator[Decided]:
        desk: _Desk | None = None
        for file, number, *values in rows:
            desk = desk or _desk(job)
            found = [_python(value) for value in values]
            for place in job.zoned:
                found[place] = _zoned(found[place])
            yield from desk.decided(file, number, found)

    return decide


def _columns(job: Job, rulebook: Rulebook) -> tuple[Table, Columns]:
    table = Table(job.file, None, job.headers, 0, (), lambda: iter(()))
    mapping = {header: fact or LEAVE for header, fact in zip(job.headers, job.facts, strict=True) if header}
    return table, recognise(table, rulebook, mapping=mapping, kind=job.kind)


class _Desk:
    """Decides rows in a worker."""

    def __init__(self, job: Job) -> None:
        rulebook = cached_rulebook(None if job.root is None else Path(job.root))
        if rulebook.digest != job.digest:
            raise StatedError(
                Text(
                    "工作进程上的规则库与本机的不同，请装同一版本或放在共用的文件夹里",
                    "the rulebook that the workers find is another; install the same version, or share its folder",
                )
            )
        table, columns = _columns(job, rulebook)
        programmes = tuple(rulebook.programme(name) for name in job.programmes)
        self.engine = Engine(rulebook)
        self.screening = Screening(table, columns, rulebook, programmes, job.as_of, self.engine.routes)
        self.reader = RowReader(rulebook, table, columns)
        self.flat = Flat(Results(self.screening, job.language), by_id=True)
        self.language = job.language

    def decided(self, file: str, number: int, values: list[object]) -> Iterator[Decided]:
        """The answers of a row, or what is wrong with it."""
        line = by_hand(self.engine, self.screening, self.reader, number, values)
        if line is None:
            yield file, number, None, None, None
        elif isinstance(line, Rejected):
            problems = [cells(self.screening, line, problem, self.language) for problem in line.problems]
            yield file, number, None, None, [[csv_cell(value) for value in problem] for problem in problems]
        else:
            for programme, own in texts_of(self.flat, line):
                yield file, number, programme, own, None


@lru_cache(maxsize=4)
def _desk(job: Job) -> _Desk:
    """A worker process serves many partitions: the rules are loaded once."""
    return _Desk(job)


def _python(value: Any) -> object:
    """A cell as the readers of other parquet files give it."""
    if hasattr(value, "asDict"):
        return value.asDict(recursive=True)
    return bytes(value) if isinstance(value, bytearray) else value


def _zoned(value: object) -> object:
    """A moment with its zone, as other readers give it: Spark hands it over as the clock showed it here."""
    return value.astimezone() if isinstance(value, dt.datetime) else value
