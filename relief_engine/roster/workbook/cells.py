"""Roster stage: the cells of streamed sheets as XML, and texts as XML can hold them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from xlsxwriter.utility import xl_col_to_name

#: What Excel holds: columns of a sheet, characters of a cell.
MOST_COLUMNS, _MOST_CHARACTERS = 16_384, 32_767
#: What stands for the number of a row until it is written; no XML can hold it.
ROW = "\0"
#: How the cells of all columns begin.
BEGINNINGS = tuple(f'<c r="{xl_col_to_name(index)}{ROW}"' for index in range(MOST_COLUMNS))

#: What stands behind the place of a cell with a value.
Writer = Callable[[Any], str]
#: Texts are kept with their XML: outcomes, reasons and districts come again and again.
MOST_KEPT = 50_000
#: What equals nothing of another type.
_ALIKE = frozenset({str, dt.date})

#: What XML can't hold as it is, and what a spreadsheet would take for an escape.
SPECIAL = re.compile(r"[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_HALVES = re.compile(r"[\ud800-\udfff]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class Cells(dict[Any, str]):
    """The XML of one column's cells by what is in them; those of late are kept.

    A text that stands in its cell is not kept, since it is written otherwise when it comes again. ``blank`` writes
    None, which otherwise is no cell at all.
    """

    def __init__(self, write: Writer, column: int, blank: Writer | None = None) -> None:
        self._write = write
        self._begin = BEGINNINGS[column]
        self._empty = "" if blank is None else f"{self._begin}{blank(None)}"
        super().__init__({None: self._empty})

    def __missing__(self, value: object) -> str:
        found = f"{self._begin}{self._write(value)}"
        if not in_place(found):
            self._keep(value, found)
        return found

    def _keep(self, value: object, found: str) -> None:
        if len(self) >= MOST_KEPT:
            self.clear()
            self[None] = self._empty
        self[value] = found


class AnyCells(Cells):
    """The same for a column with cells of several types. Numbers are not kept: True, 1 and 1.0 would be one."""

    def __missing__(self, value: object) -> str:
        found = f"{self._begin}{self._write(value)}"
        if type(value) in _ALIKE and not in_place(found):
            self._keep(value, found)
        return found


def in_place(xml: str) -> bool:
    """Whether some cell's text stands in the cell itself."""
    return ' t="inlineStr"' in xml


def shortened(text: str) -> str:
    """A text, cut where it is longer than a cell may be."""
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"


def whole(text: str) -> str:
    """A text without halves of characters, that no file can hold."""
    return _HALVES.sub("\ufffd", text)


def inline(text: str) -> str:
    """A text as the element that holds it; characters that XML can't hold are written as Excel writes them."""
    text = shortened(text)
    keep = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f"<t{keep}>{SPECIAL.sub(escaped, text)}</t>"


def escaped(found: re.Match[str]) -> str:
    """What is written for a match of :data:`SPECIAL`."""
    part = found[0]
    if part in _ENTITIES:
        return _ENTITIES[part]
    if len(part) > 1:  # text that looks like the escape of a character
        return f"_x005F{part}"
    return f"_x{ord(part):04X}_"
