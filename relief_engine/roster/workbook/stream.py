"""Roster stage: worksheets whose rows go straight to a file, for tables that memory should not hold.

XlsxWriter's own cells cost 5 µs each, and a result of 100,000 rows has three million. Here a row is one text, and
the sheet's frame, formats and everything else stay XlsxWriter's. Text is written in place, as
text: no formula, link or number is made of it.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache, partial
from typing import IO, Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

#: What Excel holds: rows of a sheet, characters of a cell, digits of a number.
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_MOST_CHARACTERS = 32_767
_MOST_DIGITS = 15

_SPECIAL = re.compile(r"[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_HALVES = re.compile(r"[\ud800-\udfff]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
#: Texts are kept with their XML: outcomes, reasons and districts come again and again.
_MOST_KEPT = 50_000
#: The day that Excel counts from, and the first day that it counts right.
_ZERO = dt.date(1899, 12, 30).toordinal()
_FIRST = dt.date(1900, 3, 1)

#: The letters of all columns.
_NAMES = tuple(xl_col_to_name(index) for index in range(MOST_COLUMNS))

#: A cell's XML from its place and value.
Writer = Callable[[str, Any], str]


@lru_cache(50_000)
def width(text: str) -> int:
    """How wide a text is, in half-width characters: the widest of its lines, with wide characters counted twice."""
    if text.isascii() and "\n" not in text:
        return len(text)
    return max(sum(_WIDE.get(unicodedata.east_asian_width(c), 1) for c in line) for line in text.split("\n"))


def lines_of(value: object, wide: float) -> int:
    """How many lines a text takes in a column of that width; anything else takes one."""
    if not isinstance(value, str) or 2.2 * len(value) <= wide:
        return 1
    return max(1, math.ceil(width(value) * 1.1 / wide))


_WIDE = {"W": 2, "F": 2, "A": 2}


class StreamedSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter's classes are not typed for this
    """A worksheet that is written row by row, from the top. ``rows`` counts those written."""

    def start(self) -> None:
        """Open the file that holds the rows until the workbook is closed; call once before the first row."""
        self.rows = 0
        self._rows: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed with the workbook
        self._seen: set[str] = set()

    def add(self, writers: Iterable[Writer], values: Iterable[object], height: float | None = None) -> None:
        """Write the next row: for each column how its cell is written, and what is in it; None is an empty cell.

        ``height`` in points is where Excel starts from; it fits the row anew when its cells are edited.
        """
        self.rows += 1
        row = self.rows
        parts = [f'<row r="{row}">' if height is None else f'<row r="{row}" ht="{height:g}">']
        append = parts.append
        for name, write, value in zip(_NAMES, writers, values, strict=False):
            if value is not None:
                append(write(f"{name}{row}", value))
        parts.append("</row>")
        self._rows.write("".join(parts))

    def skip(self) -> None:
        """Leave the next row empty."""
        self.rows += 1

    def merge_cells(self, row: int, last: int) -> None:
        """Merge a row that was written, from 0, over the columns up to ``last``; its first cell has the text."""
        self.merge.append([row, 0, row, last])

    def discard(self) -> None:
        """Close the file of rows, if there is one."""
        if hasattr(self, "_rows"):
            self._rows.close()

    # --- how cells are written ------------------------------------------------------------------------------------

    def text(self, style: Format) -> Writer:
        """Texts."""
        return _kept(partial(self._text, style._get_xf_index()))

    def number(self, style: Format, otherwise: Format) -> Writer:
        """Whole numbers and decimals; one with more digits than Excel holds is written as text."""
        return _kept(partial(self._number, style._get_xf_index(), otherwise._get_xf_index()))

    def date(self, style: Format, otherwise: Format) -> Writer:
        """Days; one that Excel can't count is written as text."""
        return _kept(partial(self._date, style._get_xf_index(), otherwise._get_xf_index()))

    def formula(self, style: Format, formula: str) -> Writer:
        """A formula of our own, with the exact number that it gives."""
        index, escaped = style._get_xf_index(), _SPECIAL.sub(_escaped, formula)
        return lambda ref, value: f'<c r="{ref}" s="{index}"><f>{escaped}</f><v>{value:f}</v></c>'

    def blank(self, style: Format) -> Writer:
        """Cells with a format and nothing in them, whatever is given."""
        index = style._get_xf_index()
        return lambda ref, _: f'<c r="{ref}" s="{index}"/>'

    def anything(self, text: Format, number: Format, date: Format, time: Format) -> Writer:
        """Cells of a roster, each as what it was read as."""
        words, figures = text._get_xf_index(), number._get_xf_index()
        figure = partial(self._number, figures, words)
        tails: dict[type, tuple[dict[Any, str], Callable[[Any], str]]] = {
            str: ({}, partial(self._text, words)),
            int: ({}, figure),
            Decimal: ({}, figure),
            float: ({}, partial(self._float, figures, words)),
            bool: ({}, partial(_boolean, figures)),
            dt.date: ({}, partial(self._date, date._get_xf_index(), words)),
            dt.datetime: ({}, partial(self._time, time._get_xf_index(), words)),
        }
        get = tails.get

        def write(ref: str, value: object) -> str:
            found = get(type(value))
            if found is None:
                found, value = tails[str], str(value)
            kept, tail = found
            known = kept.get(value)
            return f'<c r="{ref}"{_tail(kept, tail, value) if known is None else known}'

        return write

    # Each gives what stands behind the place of a cell.

    def _text(self, style: int, value: str) -> str:
        if not value:
            return f' s="{style}"/>'
        if value not in self._seen:
            # Most texts of a roster come once, and stand in their cell. What comes again goes to the workbook's table.
            if len(self._seen) >= _MOST_KEPT:
                self._seen.clear()
            self._seen.add(value)
            return f' s="{style}" t="inlineStr"><is>{_xml(value)}</is></c>'
        return f' s="{style}" t="s"><v>{self.str_table._get_shared_string_index(shortened(value))}</v></c>'

    def _number(self, style: int, otherwise: int, value: int | Decimal) -> str:
        written = str(value)
        # Most numbers are short; only others are looked at closely.
        if len(written) <= _MOST_DIGITS or _digits(value) <= _MOST_DIGITS:
            return f' s="{style}"><v>{written}</v></c>'
        return self._text(otherwise, f"{value:f}" if isinstance(value, Decimal) else written)

    def _float(self, style: int, otherwise: int, value: float) -> str:
        if math.isfinite(value):
            return f' s="{style}"><v>{value!r}</v></c>'
        return self._text(otherwise, str(value))

    def _date(self, style: int, otherwise: int, value: dt.date) -> str:
        if value >= _FIRST:
            return f' s="{style}"><v>{value.toordinal() - _ZERO}</v></c>'
        return self._text(otherwise, value.isoformat())

    def _time(self, style: int, otherwise: int, value: dt.datetime) -> str:
        if value.date() < _FIRST or value.tzinfo is not None:
            return self._text(otherwise, value.isoformat(sep=" "))
        seconds = (value - dt.datetime.combine(value.date(), dt.time())).total_seconds()
        return f' s="{style}"><v>{value.toordinal() - _ZERO + seconds / 86400!r}</v></c>'

    # --- XlsxWriter's own steps -----------------------------------------------------------------------------------

    def _write_sheet_data(self) -> None:
        self._xml_start_tag("sheetData")
        self._rows.seek(0)
        shutil.copyfileobj(self._rows, self.fh, 1 << 20)
        self._rows.close()
        self._xml_end_tag("sheetData")

    def _write_dimension(self) -> None:
        """Nothing: readers need not be told how large the table is."""


def _digits(value: int | Decimal) -> int:
    """How many digits a number needs to be exact."""
    if isinstance(value, int):
        return len(str(abs(value)).rstrip("0"))
    return len("".join(map(str, value.as_tuple().digits)).strip("0"))


def _boolean(style: int, value: bool) -> str:
    return f' s="{style}" t="b"><v>{int(value)}</v></c>'


def _kept(tail: Callable[[Any], str]) -> Writer:
    """Cells of one type in one format; what was written for a value lately is written again."""
    tails: dict[Any, str] = {}
    get = tails.get

    def write(ref: str, value: object) -> str:
        known = get(value)
        return f'<c r="{ref}"{_tail(tails, tail, value) if known is None else known}'

    return write


def _tail(tails: dict[Any, str], tail: Callable[[Any], str], value: object) -> str:
    """What stands behind the place of a cell, kept for the next one unless it is a text that stands in its cell."""
    found = tail(value)
    if ' t="inlineStr"' not in found:
        if len(tails) >= _MOST_KEPT:
            tails.clear()
        tails[value] = found
    return found


def shortened(text: str) -> str:
    """A text, cut where it is longer than a cell may be, without halves of characters that no file can hold."""
    if not text.isascii():
        text = _HALVES.sub("\ufffd", text)
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"


def _xml(text: str) -> str:
    """A text as the element that holds it; characters that XML can't hold are written as Excel writes them."""
    text = shortened(text)
    keep = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f"<t{keep}>{_SPECIAL.sub(_escaped, text)}</t>"


def _escaped(found: re.Match[str]) -> str:
    part = found[0]
    if part in _ENTITIES:
        return _ENTITIES[part]
    if len(part) > 1:  # text that looks like the escape of a character
        return f"_x005F{part}"
    return f"_x{ord(part):04X}_"
