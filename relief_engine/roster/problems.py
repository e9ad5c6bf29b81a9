"""Roster stage: rows that could not be read, as a table: where, what stands there, what was expected."""

from __future__ import annotations

from typing import NamedTuple

from relief_engine.roster.answers import Screening
from relief_engine.roster.table import Problem, Rejected
from relief_engine.text import Language, Text


class Column(NamedTuple):
    """One column: what it is called and how wide people like it."""

    title: Text
    width: int


COLUMNS: tuple[Column, ...] = (
    Column(Text("工作表", "Sheet"), 16),
    Column(Text("行号", "Row"), 8),
    Column(Text("列", "Column"), 7),
    Column(Text("栏目", "Header"), 22),
    Column(Text("原文", "What stands there"), 26),
    Column(Text("问题和应填内容", "What is wrong and what was expected"), 60),
    Column(Text("代码", "Code"), 16),
)
#: Where the message stands.
MESSAGE = 5


def cells(screening: Screening, line: Rejected, problem: Problem, language: Language) -> list[object]:
    """One problem as the cells of the columns; the sheet is empty where the file has none."""
    table = screening.table
    at = problem.column
    has_header = at is not None and at < len(table.headers)
    return [
        table.sheet,
        line.row.number,
        None if at is None else xl_column(at),
        table.headers[at] if at is not None and has_header else None,
        problem.cell or None,
        problem.message.in_(language),
        problem.code,
    ]


def xl_column(position: int) -> str:
    """The letters of a column, from 0: A, B, …, AA."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
