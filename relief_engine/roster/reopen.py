"""Roster stage: one row of a result file, as it stood in the roster, with what was answered then.

Whoever explains a row decides it again from its cells, by the same rulebook on the same day, and compares.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from relief_engine.decision import Outcome
from relief_engine.errors import Finding, InputError, Location
from relief_engine.roster.embedded import connect
from relief_engine.roster.flat import harmless_back
from relief_engine.roster.formats.archive import MOST_CELLS, look_through
from relief_engine.roster.handing import no_pattern
from relief_engine.roster.parquet import BRIEF, META, SCHEMA
from relief_engine.roster.table import Row
from relief_engine.roster.titles import AMOUNTS, MACHINE, ROW, roster_header
from relief_engine.roster.whole import RESULT
from relief_engine.rulebook.record import Value
from relief_engine.text import Language, Text

#: The sheet of a workbook that says what decided, as ``workbook.about`` writes it.
ABOUT_SHEET = "relief-engine"


class Before(Value):
    """What was answered for one programme: the outcome, and the amounts in yuan that it showed, by column id."""

    programme: str
    outcome: Outcome
    amounts: Mapping[str, Decimal]


class Reopened(Value):
    """One row of a result: the roster's headers and its cells, what decided it, and what was answered.

    Cells are what the kind of file holds: text in .csv, the values of the roster in .xlsx and .parquet. ``rulebook`` is
    the whole digest.
    """

    file: str
    language: Language
    headers: tuple[str, ...]
    row: Row
    as_of: dt.date
    rulebook: str
    answers: tuple[Before, ...]
    #: How the roster was read (:mod:`relief_engine.roster.kept`), if this kind of file keeps it.
    read: Mapping[str, Any] | None = None


def reopen(path: Path | str, number: int) -> Reopened:
    """The row that had that number in the roster.

    Raises :class:`InputError` if the file can't be read, is no result of a screening, or has no answer for that row.
    """
    file = Path(path)
    kind = file.suffix.lower()
    readers = {".xlsx": _from_workbook, ".csv": _from_csv, ".parquet": _from_parquet}
    if kind not in readers:
        raise _refused(
            file, "result-kind", "应为 relief screen 写的 .xlsx、.csv 或 .parquet 结果",
            "expected a result of relief screen: .xlsx, .csv or .parquet",
        )  # fmt: skip
    if not file.is_file() and not (kind == ".parquet" and (file / RESULT).is_file()):
        raise _refused(file, "result-missing", "没有这个文件", "there is no such file")
    try:
        found = readers[kind](file, number)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _refused(file, "result-unreadable", f"无法读取：{error}", f"can't be read: {error}") from error
    except (KeyError, ValueError, IndexError, TypeError, StopIteration, InvalidOperation, RecursionError) as error:
        raise _not_ours(file) from error
    if not found.answers:
        raise _refused(
            file, "result-row",
            f"没有第{number}行的判定结果；行号是台账里的行号，未能读取的行没有结果",
            f"there is no answer for row {number}; rows have their numbers in the roster, and those not read have none",
        )  # fmt: skip
    if len({answer.programme for answer in found.answers}) < len(found.answers):
        raise _refused(
            file, "result-row-twice",
            f"第{number}行有几条同一项目的结论，分不清是哪一条；结果里的行号或者行改动过，请重新判定台账",
            f"row {number} has several answers for one programme, and nobody can tell which is meant; rows or their "
            "numbers were changed here, so screen the roster again",
        )  # fmt: skip
    return found


def _refused(file: Path, code: str, zh: str, en: str) -> InputError:
    return InputError([Finding(code, Location(file.as_posix()), Text(zh, en))])


def _not_ours(file: Path) -> InputError:
    return _refused(
        file, "not-a-result", "这不是 relief screen 写的结果，或者其中的栏目、隐藏的工作表已被改动",
        "this is no result of relief screen, or its columns or its hidden sheet were changed",
    )  # fmt: skip


# --- workbooks ----------------------------------------------------------------------------------------------------


def _from_workbook(file: Path, number: int) -> Reopened:
    from python_calamine import CalamineError, CalamineWorkbook

    if not zipfile.is_zipfile(file):
        raise _not_ours(file)
    # A result has a row for each programme, so that it may be larger than a roster.
    look_through(file, most=2 * MOST_CELLS)
    try:
        with file.open("rb") as stream:
            book = CalamineWorkbook.from_filelike(stream)
            about = about_of(book.get_sheet_by_name(ABOUT_SHEET).to_python())
            rows = book.get_sheet_by_name(about["decisions"]).iter_rows()
            head = [str(cell) for cell in next(rows, [])]
            return _row_of(file, about, head, rows, number)
    except CalamineError as error:
        raise _not_ours(file) from error
    except BaseException as error:
        # What the library did not expect comes as an exception that is none of Exception's.
        if type(error).__name__ != "PanicException":
            raise
        raise _not_ours(file) from None


def about_of(rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """What the hidden sheet says, with the parts of long values put together."""
    found: dict[str, str] = {}
    for key, value in (row[:2] for row in rows):
        found[key] = found.get(key, "") + str(value)
    if found["schema"] != SCHEMA:
        raise ValueError(found["schema"])
    return {key: json.loads(text) if text[:1] in ("[", "{") else text for key, text in found.items()}


def _row_of(file: Path, about: Mapping[str, Any], head: list[str], rows: Iterator[list[Any]], number: int) -> Reopened:
    """The row in a sheet of decisions; its columns are found by their heads, so that they may have been moved."""
    places = {identity: head.index(title) for title, identity in about["results"].items() if title in head}
    own = _places(head, about["written"])
    at, outcome_at = places["row"], places["outcome"]
    labels = {o.label.in_(about["language"]): o for o in Outcome}
    cells: tuple[object, ...] = ()
    answers: list[Before] = []
    for row in rows:
        if row[at] != number:
            continue
        cells = tuple(None if row[place] == "" else row[place] for place in own)
        programme = about["programmes"][0] if "programme" not in places else about["titles"][row[places["programme"]]]
        amounts = {name: _yuan(row[places[name]]) for name in AMOUNTS if name in places and row[places[name]] != ""}
        answers.append(Before(programme, labels[row[outcome_at]], amounts))
    return Reopened(
        file.as_posix(), about["language"], tuple(about["headers"]), Row(number, cells),
        dt.date.fromisoformat(about["as_of"]), about["rulebook"], tuple(answers),
        about.get("read"),
    )  # fmt: skip


def _places(head: list[str], written: Sequence[str]) -> list[int]:
    """Where the roster's own columns stand; of several with one name, in their order from the right end."""
    taken: set[int] = set()
    found = []
    for name in reversed(written):
        place = next(i for i in range(len(head) - 1, -1, -1) if head[i] == name and i not in taken)
        taken.add(place)
        found.append(place)
    return found[::-1]


def _yuan(cell: object) -> Decimal:
    """An amount that a spreadsheet holds: to the cent, at the 15 digits that it keeps."""
    text = f"{cell:.15g}" if isinstance(cell, float) else str(cell)
    return Decimal(text).quantize(Decimal("0.01"))


# --- flat tables --------------------------------------------------------------------------------------------------


def _from_csv(file: Path, number: int) -> Reopened:
    csv.field_size_limit(1 << 27)
    with file.open(encoding="utf-8-sig", newline="") as stream:
        table = csv.reader(stream)
        head = [harmless_back(name) for name in next(table)]
        language: Language = "zh" if MACHINE["rulebook"].zh in head else "en"
        # The digest is the last column of results; behind it stands the roster.
        last = head.index(MACHINE["rulebook"].in_(language))
        taken = set(head[: last + 1])
        headers = tuple(roster_header(name, taken, language) for name in head[last + 1 :])
        places = {name: head.index(title.in_(language)) for name, title in MACHINE.items()}
        places |= {name: head.index(t.in_(language)) for name, t in AMOUNTS.items() if t.in_(language) in taken}
        at = head.index(ROW.in_(language))
        rows = [row for row in table if len(row) > at and row[at] == str(number)]
    cells = tuple(harmless_back(cell) or None for cell in rows[0][last + 1 :]) if rows else ()
    answers = tuple(
        Before(
            row[places["programme_id"]],
            Outcome(row[places["outcome_id"]]),
            {name: Decimal(row[places[name]]) for name in AMOUNTS if name in places and row[places[name]]},
        )
        for row in rows
    )
    if not rows:
        return Reopened(file.as_posix(), language, headers, Row(number, ()), dt.date.min, "", ())
    day, digest = rows[0][places["as_of"]], rows[0][places["rulebook"]]
    return Reopened(file.as_posix(), language, headers, Row(number, cells), dt.date.fromisoformat(day), digest, answers)


def _from_parquet(file: Path, number: int) -> Reopened:
    import duckdb

    try:
        with connect() as database:
            if file.is_dir():
                # As Spark writes it: what it says of itself stands in a file beside the data.
                source = no_pattern(file) + "/*.parquet"
                about = json.loads((file / RESULT).read_text(encoding="utf-8"))
            else:
                source = no_pattern(file)
                kept = database.execute("SELECT value FROM parquet_kv_metadata(?) WHERE key = ?", [source, META])
                about = json.loads(kept.fetchall()[0][0])
            if about["schema"] == BRIEF:
                raise _refused(
                    file, "result-brief",
                    "这是 --brief 写的结果，没有台账的内容，说明不了某一行；请不带 --brief 再判定一次",
                    "this was written with --brief and has nothing of the roster, so no row of it can be explained; "
                    "screen again without --brief",
                )  # fmt: skip
            if about["schema"] != SCHEMA:
                raise ValueError(about["schema"])
            table = database.execute('SELECT * FROM read_parquet(?) WHERE "row" = ?', [source, number])
            names = [column[0] for column in table.description]
            rows = [dict(zip(names, row, strict=True)) for row in table.fetchall()]
    except duckdb.Error as error:
        raise _not_ours(file) from error
    files = {row[name] for row in rows for name in names[len(about["columns"]) + len(about["written"]) :]}
    if len(files) > 1:
        raise _refused(
            file, "result-row", f"第{number}行在几个文件里都有：{'、'.join(sorted(files))}；请单独判定其中一个",
            f"several files have a row {number}: {', '.join(sorted(files))}; screen one of them by itself",
        )  # fmt: skip
    cells = tuple(rows[0][name] for name in about["written"]) if rows else ()
    answers = tuple(
        Before(
            row["programme_id"],
            Outcome(row["outcome_id"]),
            {name: row[name] for name in AMOUNTS if row.get(name) is not None},
        )
        for row in rows
    )
    return Reopened(
        file.as_posix(), about["language"], tuple(about["headers"]), Row(number, cells),
        dt.date.fromisoformat(about["as_of"]), about["rulebook"], answers,
        about.get("read"),
    )  # fmt: skip
