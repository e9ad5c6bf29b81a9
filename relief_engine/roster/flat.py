"""Roster stage: answers as one flat table, in text (.csv) or typed (.parquet), with what machines need.

CSV is UTF-8 with a mark, so that Excel reads it rightly. A text that a spreadsheet would take for a formula gets an
apostrophe in front, which :func:`harmless_back` takes away again; numbers are left alone. Parquet holds all as it was.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from relief_engine.roster.answers import Answered, Screening
from relief_engine.roster.counts import Tally
from relief_engine.roster.problems import COLUMNS, cells
from relief_engine.roster.results import Line, Result, Results, own_header
from relief_engine.roster.table import Rejected
from relief_engine.text import Language, Text

_LOWEST, _HIGHEST = Text("（最低）", ", lowest"), Text("（最高）", ", highest")
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(?:\.[0-9]+)?%?")
#: The version of what a result says of itself, and the key of it in a parquet file.
SCHEMA, META = "relief-result/1", "relief"


class Flat:
    """The columns of a flat table: names, and the cells of each answer in the same order.

    ``kinds`` are those of :class:`~relief_engine.roster.results.Result` for columns of results, a span or rate being
    one or two columns of decimals, and ``any`` for the roster's own.
    """

    def __init__(self, results: Results, *, by_id: bool) -> None:
        self.results = results
        self.names: list[str] = []
        self.kinds: list[str] = []
        self._get: list[Callable[[Line], object]] = []
        language = results.language
        for column in results.columns:
            name = column.id if by_id else column.title.in_(language)
            if column.kind not in ("span", "rate"):
                self._put(name, column.kind, column.get)
            elif column.open_:
                ends = ("_low", "_high") if by_id else (_LOWEST.in_(language), _HIGHEST.in_(language))
                for end, mark in enumerate(ends):
                    self._put(name + mark, "decimal", _end(column, end))
            else:
                self._put(name, "decimal", _end(column, 0))
        self.width = len(self.names)
        taken, headers = set(self.names), results.screening.table.headers
        # Names in parquet are made to differ when all are there.
        self.names += headers if by_id else [own_header(header, taken, language) for header in headers]
        self.kinds += ["any"] * len(results.headers)

    def _put(self, name: str, kind: str, get: Callable[[Line], object]) -> None:
        self.names.append(name)
        self.kinds.append(kind)
        self._get.append(get)

    def rows(self, answered: Answered) -> Iterator[list[object]]:
        """The cells of each answer of a row."""
        own = answered.row.cells
        rest = [None] * (len(self.results.headers) - len(own))
        for answer in answered.answers:
            line = Line(answered, answer)
            yield [*(get(line) for get in self._get), *own[: len(self.results.headers)], *rest]


def _end(column: Result, end: int) -> Callable[[Line], object]:
    def get(line: Line) -> object:
        span = column.get(line)
        return span[end] if isinstance(span, tuple) else None

    return get


# --- cells as text ------------------------------------------------------------------------------------------------


def plain(value: object) -> str:
    """A cell as text that reads back to the same value."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)
        case Decimal():
            return f"{value:f}"
        case dt.datetime():
            return value.isoformat(sep=" ")
    return str(value)


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula; one that is a number is one, and stays as it is."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def harmless_back(text: str) -> str:
    """The text that :func:`harmless` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def csv_cell(value: object) -> str:
    """A cell of a text file."""
    return harmless(value) if isinstance(value, str) else plain(value)


# --- files --------------------------------------------------------------------------------------------------------


def write_csv(
    path: Path, unread: Path, screening: Screening, lines: Iterable[Answered | Rejected], language: Language
) -> Tally:
    """Write answers to ``path`` and rows that could not be read to ``unread``, and count them."""
    flat = Flat(Results(screening, language), by_id=False)
    with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        table = csv.writer(file)
        table.writerow([csv_cell(name) for name in flat.names])

        def put(row: Sequence[object]) -> None:
            table.writerow([csv_cell(value) for value in row])

        return _write(flat, put, unread, screening, lines, language)


def write_parquet(
    path: Path, unread: Path, screening: Screening, lines: Iterable[Answered | Rejected], language: Language
) -> Tally:
    """The same with columns that have types; a roster's own column that holds values of several is text.

    The rows stand in a temporary file until all are there and the types are known.
    """
    import duckdb

    results = Results(screening, language)
    flat = Flat(results, by_id=True)
    seen: list[set[str]] = [set() for _ in flat.names]
    own = range(flat.width, len(flat.names))
    with tempfile.TemporaryDirectory(prefix="relief-") as folder:
        rows = Path(folder, "rows.csv")
        with rows.open("w", encoding="utf-8", newline="", errors="replace") as file:
            table = csv.writer(file)

            def put(row: list[object]) -> None:
                for index in own:
                    value = row[index]
                    if value is not None:
                        seen[index].add(_kind(value))
                # A mark before each value tells an empty text from no value.
                table.writerow(["" if value is None else f"={plain(value)}" for value in row])

            tally = _write(flat, put, unread, screening, lines, language)
        names = unique(flat.names)
        types = [
            _TYPES[kind] if kind != "any" else _own_type(found) for kind, found in zip(flat.kinds, seen, strict=True)
        ]
        meta = about(screening, language, names, flat.width)
        _copy(duckdb, rows, path, names, types, meta)
    return tally


def about(screening: Screening, language: Language, names: Sequence[str], width: int) -> str:
    """What a parquet file of answers says of itself; ``width`` of its columns are those of results."""
    return json.dumps(
        {
            "schema": SCHEMA, "language": language, "as_of": screening.as_of.isoformat(),
            "rulebook": screening.rulebook.digest, "programmes": [p.id for p in screening.programmes],
            "columns": names[:width], "written": names[width:], "headers": screening.table.headers,
        },
        ensure_ascii=False,
    )  # fmt: skip


def _copy(duckdb: Any, rows: Path, path: Path, names: list[str], types: list[str], meta: str) -> None:
    """Turn the temporary rows into a parquet file."""
    columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(names)))
    values = [f"substr(c{index}, 2)" for index in range(len(names))]
    chosen = ", ".join(
        f"{value if kind == 'VARCHAR' else f'CAST({value} AS {kind})'} AS {_quoted(name)}"
        for value, name, kind in zip(values, names, types, strict=True)
    )
    source = f"read_csv({_literal(str(rows))}, columns={{{columns}}}, header=false, nullstr='', all_varchar=true, "
    source += "auto_detect=false, delim=',', quote='\"', escape='\"', max_line_size=16777216)"
    options = f"FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{META}: {_literal(meta)}}}"
    with duckdb.connect() as database:
        database.execute("SET preserve_insertion_order=true")
        database.execute(f"COPY (SELECT {chosen} FROM {source}) TO {_literal(str(path))} ({options})")


#: The types of columns of results.
_TYPES = {
    "integer": "BIGINT", "text": "VARCHAR", "money": "DECIMAL(38, 2)", "date": "DATE", "decimal": "DECIMAL(38, 10)",
}  # fmt: skip
_OWN = {
    "bool": "BOOLEAN", "int": "BIGINT", "float": "DOUBLE", "date": "DATE", "datetime": "TIMESTAMP",
}  # fmt: skip
_MOST_DECIMALS = 18


def _kind(value: object) -> str:
    """The type of a cell of the roster, with the decimals of a decimal."""
    match value:
        case bool():
            return "bool"
        case int():
            return "int" if -(2**63) <= value < 2**63 else "str"
        case float():
            return "float"
        case Decimal():
            places = max(0, -int(value.as_tuple().exponent)) if value.is_finite() else _MOST_DECIMALS + 1
            whole = value.adjusted() + 1
            return f"decimal {places}" if places <= _MOST_DECIMALS and whole + _MOST_DECIMALS <= 38 else "str"
        case dt.datetime():
            return "datetime" if value.tzinfo is None else "str"
        case dt.date():
            return "date"
    return "str"


def _own_type(found: set[str]) -> str:
    """The type of a column of the roster that holds values of these."""
    if len(found) == 1 and (one := _OWN.get(next(iter(found)))) is not None:
        return one
    places = [int(kind.partition(" ")[2]) for kind in found if kind.startswith("decimal ")]
    if places and all(kind == "int" or kind.startswith("decimal ") for kind in found):
        return f"DECIMAL(38, {max(places)})"
    return "DOUBLE" if found == {"int", "float"} else "VARCHAR"


def unique(names: list[str]) -> list[str]:
    """Names that differ, also for a database that takes A for a; a number goes behind one that came before."""
    taken: set[str] = set()
    found = []
    for name in names:
        base = name or "column"
        one, number = base, 1
        while one.casefold() in taken:
            number += 1
            one = f"{base}_{number}"
        taken.add(one.casefold())
        found.append(one)
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _write(
    flat: Flat,
    put: Callable[[list[object]], None],
    unread: Path,
    screening: Screening,
    lines: Iterable[Answered | Rejected],
    language: Language,
) -> Tally:
    tally = Tally()
    with unread.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        table = csv.writer(file)
        table.writerow([column.title.in_(language) for column in COLUMNS])
        for line in lines:
            if isinstance(line, Rejected):
                tally.rejected += 1
                for problem in line.problems:
                    table.writerow([csv_cell(v) for v in cells(screening, line, problem, language)])
                continue
            tally.decided += 1
            for answer in line.answers:
                tally.add(answer, None)
            for row in flat.rows(line):
                put(row)
    return tally
