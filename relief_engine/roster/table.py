"""Roster stage, first: a table as it was found in a file, before anything is read into it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from relief_engine.errors import Location
from relief_engine.profile.written import visible
from relief_engine.rulebook.record import Value
from relief_engine.text import Text


class CellError(str):
    """A cell that should hold a value and has none: the error that a spreadsheet shows there, such as ``#REF!``.

    It is text so that it can be carried through; no fact is ever read from it.
    """

    __slots__ = ()


#: A formula that was saved without its result.
NOT_CALCULATED = CellError("#未计算")
#: A cell whose content stands in a merged cell to its left.
COVERED = CellError("#合并单元格")
#: From here on a float's own text is as short as it is exact: 1e+16.
_WHOLE = 10**15


class Row(NamedTuple):
    """One row: its number as the spreadsheet shows it (the line, in a text file), and a cell for each header.

    A cell is what the file holds: text, ``int``, ``float``, ``Decimal``, ``bool``, ``date``, ``datetime``, None if it
    is empty, or a :class:`CellError`. A parquet file may hold lists and mappings too.
    """

    number: int
    cells: tuple[object, ...]


class Problem(Value):
    """What is wrong with one row, or with one of its cells (``column`` is None if it is the row as a whole).

    ``column`` is the position of a column in the table, from 0. ``cell`` is what stands there, as text for people.
    """

    code: str
    column: int | None
    message: Text
    cell: str = ""


def cell_text(cell: object) -> str:
    """A cell as its owner sees it, for a message: every figure of an .xlsx file is a float, and 511 is not 511.0."""
    if type(cell) is float and cell.is_integer() and abs(cell) < _WHOLE:
        cell = int(cell)
    return visible(str(cell))


class Rejected(Value):
    """A row that can't be decided, with everything that is wrong with it."""

    row: Row
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with one row of headers.

    ``rows`` may be called once or more, and yields in the order of the file every row that is not wholly empty; one
    that the file format can't give as cells (a broken line of a text file) comes as :class:`Rejected`. ``remarks`` is
    what the user should know about how the file was read, such as the encoding that was taken.

    ``rows`` raises :class:`relief_engine.errors.InputError` where a text file can't be read on safely, such as after a
    quote that is never closed.

    ``day_zero`` is the day that the number 0 stands for where days may be written as plain numbers, as spreadsheets do.
    ``forkable`` says whether a forked process can go on with the rows where this one stands; ``in_memory`` whether both
    can, each with a copy of its own.
    ``above`` is what stands over the headers: titles, the unit of the whole table, a date.
    ``merged`` gives, for cells (row number, column from 0) of one value that stands for several rows, how many rows.
    """

    file: str
    sheet: str | None
    headers: tuple[str, ...]
    header_row: int
    remarks: tuple[Text, ...]
    rows: Callable[[], Iterator[Row | Rejected]]
    day_zero: dt.date | None = None
    merged: Mapping[tuple[int, int], int] = field(default_factory=dict)
    forkable: bool = True
    in_memory: bool = False
    above: tuple[str, ...] = ()

    def cell(self, row: int, column: int | None = None) -> Location:
        """The place of a row or a cell as people look for it: ``租户.xlsx:表1!C12``; line and column of a text file."""
        if self.sheet is None:
            return Location(self.file, row, 0 if column is None else column + 1)
        sheet = self.sheet if self.sheet.isidentifier() else "'" + self.sheet.replace("'", "''") + "'"
        return Location(f"{self.file}:{sheet}!{'' if column is None else letters(column)}{row}")

    def where(self, row: int = 0, column: int | None = None) -> Location:
        """The place of a row or a cell, for findings; ``column`` from 0."""
        file = self.file if self.sheet is None else f"{self.file}[{self.sheet}]"
        return Location(file, row or self.header_row, 1 if column is None else column + 1)


def letters(column: int) -> str:
    """A column, from 0, as spreadsheets call it: ``A``, ``Z``, ``AA``."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
