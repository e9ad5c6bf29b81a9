"""Roster stage, the door: a file of applicants becomes a file of answers, whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from relief_engine.engine import Engine
from relief_engine.errors import Finding, InputError, Location
from relief_engine.roster.answers import Answered, Screening
from relief_engine.roster.choosing import about
from relief_engine.roster.counts import Counts
from relief_engine.roster.formats import open_table, refuse_options
from relief_engine.roster.headers import known, recognise
from relief_engine.roster.people import check_programmes
from relief_engine.roster.screening import screen, seldom_collected
from relief_engine.roster.second import NAME, SecondRoute
from relief_engine.roster.several import refuse_several
from relief_engine.roster.table import Rejected, Table
from relief_engine.roster.whole import scratch_folder
from relief_engine.roster.writing import check_target, write_results
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Value, changed
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import DEFAULT_LANGUAGE, Language, Text

#: Progress is told after so many rows.
_OFTEN = 500
#: Called now and then with the number of rows that are done, or with the share of a long table, from 0 to 1.
Progress = Callable[[int | float], None]


#: How a roster is decided: row by row, or by a database that is embedded; by its size if nobody says.
EngineName = Literal["auto", "direct", "duckdb", "spark"]
#: Why tables with people's answers are decided row by row.
ANSWERS_BY_ROW = Text(
    "台账里有人工认定的列，只能逐行判定，不能整表由数据库判定",
    "the roster has columns of people's answers, which are read row by row and not by a database",
)
#: The column that DuckDB adds to a parquet file to number its rows.
_COUNTER = "file_row_number"
#: Text and parquet files of this size in bytes and more are decided by the database: some 50,000 rows.
LONG = {".csv": 8 * 2**20, ".parquet": 2**20}


class Request(Value):
    """What is asked of a roster.

    Attributes:
        roster: the file to read.
        output: the file to write: .xlsx, .csv or .parquet.
        programmes: ids; empty for those that the columns are about.
        as_of: the day of the decisions.
        sheet: the name of a sheet; None for the first with known headers.
        encoding: the encoding of a text file; None to tell it by its content.
        kind: the kind of subject that a row describes; None to tell it by the columns.
        mapping: from headers to ids of facts, or to ``-`` for columns that are only carried through.
        language: the language of what is written.
        engine: what decides.
        brief: write outcomes, masks and figures alone, to a .parquet file.
        called: what the roster is called in messages and results; None for the path of the file.
    """

    roster: Path
    output: Path
    as_of: dt.date
    programmes: Sequence[str] = ()
    sheet: str | None = None
    encoding: str | None = None
    kind: str | None = None
    mapping: Mapping[str, str] = {}
    language: Language = DEFAULT_LANGUAGE
    engine: EngineName = "auto"
    brief: bool = False
    called: str | None = None


def screen_file(engine: Engine, request: Request, progress: Progress | None = None) -> tuple[Screening, Counts]:
    """Screen a roster and write the answers.

    Every row is decided by the direct route and, where DuckDB and sqlglot are installed, by the SQL route too; the file
    appears only if they agree in every row. A long table is decided by the SQL route alone, except for rows that need
    a closer look (:mod:`relief_engine.roster.bulk`).

    Raises:
        InputError: the file, its columns, the target or the programmes can't be used.
        RoutesDisagree: the routes differ; nothing is written.
    """
    if request.brief:
        _refuse_brief(request)
    if request.engine == "spark":
        return _by_spark(engine, request, progress)
    screening = prepare(engine, request)
    if _by_database(request, screening):
        from relief_engine.roster.bulk.run import screen_table

        screening = changed(screening, routes=(NAME,))
        counts = screen_table(engine, screening, request.output, request.language, progress, brief=request.brief)
        return screening, counts
    with scratch_folder(request.output) as folder, _second(folder) as second, seldom_collected():
        if second is not None:
            screening = changed(screening, routes=(*screening.routes, NAME))
        lines = _told(screen(engine, screening, second), second, progress)
        agreed = None if second is None else second.agreed
        counts = write_results(request.output, screening, lines, request.language, agreed)
    return screening, counts


def _by_spark(engine: Engine, request: Request, progress: Progress | None) -> tuple[Screening, Counts]:
    """Screen a parquet file, or a folder of them, by Spark."""
    missing = uninstalled(["sqlglot"], "spark")
    if missing is not None:
        raise InputError([Finding("engine", Location("--engine"), missing)])
    from relief_engine.roster.bulk.spark.run import opened

    refuse_options(request.roster, sheet=request.sheet, encoding=request.encoding, kind="parquet")
    with opened(request.roster, request.output) as cluster:
        screening = changed(_settled(engine, request, cluster.table), routes=("spark",))
        if screening.columns.answers:
            raise InputError([Finding("engine", Location("--engine"), ANSWERS_BY_ROW)])
        return screening, cluster.screen(engine, screening, request.output, request.language, progress)


def _by_database(request: Request, screening: Screening) -> bool:
    """Whether a database decides the table as a whole.

    Raises :class:`InputError` if it was asked to and can't: it reads and writes no workbooks, it must be installed, and
    programmes that are not in force have no rules that it could run.
    """
    if request.engine == "direct":
        return False
    why = _why_not(request, screening)
    long = why is None and request.roster.stat().st_size >= LONG[request.roster.suffix.lower()]
    asked = request.engine == "duckdb" or request.brief
    if asked and why is not None:
        raise InputError([Finding("engine", Location("--brief" if request.brief else "--engine"), why)])
    return why is None and (long or asked)


def _refuse_brief(request: Request) -> None:
    """Refuse to write a brief result where the embedded database does not, or not as parquet."""
    why = []
    if request.output.suffix.lower() != ".parquet":
        zh, en = "只能写成 .parquet", "goes with a .parquet result only"
        why.append(Text(f"--brief {zh}，不能写成“{request.output.name}”", f"--brief {en}, not {request.output.name}"))
    if request.engine in ("direct", "spark"):
        zh, en = "由 DuckDB 判定，不能和", "is decided by DuckDB and does not go with"
        why.append(Text(f"--brief {zh} --engine {request.engine} 同用", f"--brief {en} --engine {request.engine}"))
    if why:
        raise InputError([Finding("brief", Location("--brief"), message) for message in why])


def _why_not(request: Request, screening: Screening) -> Text | None:
    """Why a database can't decide a table, if so."""
    why = why_not(request.roster, screening.table.headers)
    if why is None and request.output.suffix.lower() not in LONG:
        why = _other_kind(request.output)
    if why is None and screening.columns.answers:
        return ANSWERS_BY_ROW
    closed = next((p for p in screening.programmes if not p.period.holds(screening.as_of)), None)
    if why is None and closed is not None:
        return Text(
            f"“{closed.title.zh}”在 {screening.as_of} 不适用", f"{closed.title.en} is not in force on {screening.as_of}"
        )
    return why or uninstalled()


def why_not(roster: Path, headers: Sequence[str]) -> Text | None:
    """Why the embedded database can't read a table, if so; whether it is installed is another question."""
    if roster.suffix.lower() not in LONG:
        return _other_kind(roster)
    counter = next((header for header in headers if header.casefold() == _COUNTER), None)
    if counter is not None and roster.suffix.lower() == ".parquet":
        return Text(
            f"有一列叫“{counter}”，DuckDB 自己要用这个名字数行，请改名",
            f"a column is called {counter}, by which DuckDB counts rows; rename it",
        )
    return None


def _other_kind(path: Path) -> Text:
    return Text(
        f"DuckDB 只读写 .csv 和 .parquet，不能用于“{path.name}”",
        f"DuckDB reads and writes .csv and .parquet only, not {path.name}",
    )


def uninstalled(packages: Sequence[str] = ("duckdb", "sqlglot"), extra: str = "tables") -> Text | None:
    """What of some packages is not installed, and the extra that brings it; None if all is there."""
    lacking = [name for name in packages if find_spec(name) is None]
    if not lacking:
        return None
    return Text(
        f"没有安装 {'、'.join(lacking)}，请先运行 pip install 'relief-engine[{extra}]'",
        f"not installed: {', '.join(lacking)}; run: pip install 'relief-engine[{extra}]'",
    )


def _second(folder: Path) -> AbstractContextManager[SecondRoute | None]:
    """The second route, where what it needs is installed."""
    try:
        return SecondRoute(folder)
    except ImportError:
        return nullcontext()


def _told(
    lines: Iterable[Answered | Rejected], second: SecondRoute | None, progress: Progress | None
) -> Iterator[Answered | Rejected]:
    """The lines as they are. Behind the last one the second route begins to decide them all again."""
    answered = 0
    for number, line in enumerate(lines, start=1):
        answered += isinstance(line, Answered)
        if progress is not None and number % _OFTEN == 0:
            progress(number)
        yield line
    if second is not None:
        second.begin(answered)


def prepare(engine: Engine, request: Request) -> Screening:
    """Open a roster and settle what it is screened by; nothing is written yet.

    Raises:
        InputError: the file, its columns, the target or the programmes can't be used.
    """
    check_target(request.output, request.roster)
    known_headers = known(engine.rulebook, request.mapping)
    table = open_table(request.roster, sheet=request.sheet, encoding=request.encoding, known=known_headers)
    if request.called is not None:
        table = replace(table, file=request.called)
    return _settled(engine, request, table)


def _settled(engine: Engine, request: Request, table: Table) -> Screening:
    """What a table is screened by."""
    rulebook = engine.rulebook
    # Spark's tables are too long to look through row by row.
    refuse_several(table, request.roster, [rulebook], look=request.engine != "spark")
    columns = recognise(table, rulebook, mapping=request.mapping, kind=request.kind)
    if request.programmes:
        programmes = tuple(rulebook.programme(name) for name in dict.fromkeys(request.programmes))
        refuse_others(programmes, columns.kind.id, columns.kind.label, request.roster)
    else:
        programmes = about(engine, columns, request.as_of)
    if not programmes:
        message = Text(
            f"规则库没有针对{columns.kind.label.zh}的项目",
            f"the rulebook has no programme for a {columns.kind.label.en.lower()}",
        )
        raise InputError([Finding("roster-programme", Location(str(request.roster)), message)])
    check_programmes(table, columns, programmes)
    return Screening(table, columns, rulebook, programmes, request.as_of, engine.routes)


def refuse_others(programmes: Sequence[Programme], kind: str, label: Text, roster: Path) -> None:
    """Refuse programmes for another kind of subject than a row describes; raises :class:`InputError` with each.

    A row of leases can't be asked about a loan.
    """
    findings = [
        Finding(
            "roster-programme",
            Location(str(roster)),
            Text(
                f"“{programme.title.zh}”判定的是{programme.kind.label.zh}，这张表每行是一份{label.zh}",
                f"{programme.title.en}: {programme.kind.label.en}; a row here is: {label.en}",
            ),
        )
        for programme in programmes
        if programme.subject not in (APPLICANT, kind)
    ]
    if findings:
        raise InputError(findings)
