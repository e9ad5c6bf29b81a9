"""Roster stage: answers as one flat table with what machines need, and as text (.csv).

CSV is UTF-8 with a mark, so that Excel reads it rightly. A text that a spreadsheet would take for a formula gets an
apostrophe in front, which :func:`harmless_back` takes away again; numbers are left alone.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from relief_engine.roster.answers import Answered, Screening
from relief_engine.roster.counts import Tally
from relief_engine.roster.problems import COLUMNS, cells
from relief_engine.roster.results import Line, Result, Results
from relief_engine.roster.table import Rejected
from relief_engine.roster.titles import own_header
from relief_engine.text import Language, Text

_LOWEST, _HIGHEST = Text("（最低）", ", lowest"), Text("（最高）", ", highest")
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(?:\.[0-9]+)?%?")


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

        return write_lines(flat, put, unread, screening, lines, language)


def write_lines(
    flat: Flat,
    put: Callable[[list[object]], None],
    unread: Path,
    screening: Screening,
    lines: Iterable[Answered | Rejected],
    language: Language,
) -> Tally:
    """Give ``put`` the cells of each answer, write rows that could not be read to ``unread``, and count them."""
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
