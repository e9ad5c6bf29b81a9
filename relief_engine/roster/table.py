"""Roster stage, first: a table as it was found in a file, before anything is read into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from relief_engine.errors import Location
from relief_engine.rulebook.record import Value
from relief_engine.text import Text


class Row(NamedTuple):
    """One row: its number as the spreadsheet shows it (the line, in a text file), and a cell for each header.

    A cell is what the file holds: text, ``int``, ``float``, ``Decimal``, ``bool``, ``date``, ``datetime``, or None if
    it is empty.
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
    """

    file: str
    sheet: str | None
    headers: tuple[str, ...]
    header_row: int
    remarks: tuple[Text, ...]
    rows: Callable[[], Iterator[Row | Rejected]]

    def where(self, row: int = 0, column: int | None = None) -> Location:
        """The place of a row or a cell, for findings; ``column`` from 0."""
        file = self.file if self.sheet is None else f"{self.file}[{self.sheet}]"
        return Location(file, row or self.header_row, 1 if column is None else column + 1)
