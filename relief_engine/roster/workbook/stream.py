"""Roster stage: worksheets whose rows go straight to a file, for tables that memory should not hold.

XlsxWriter's own cells cost 5 µs each, and a result of 100,000 rows has three million. Here a row is one text, and
the sheet's frame, formats and everything else stay XlsxWriter's. Text is written in place, as
text: no formula, link or number is made of it.
"""

from __future__ import annotations

import datetime as dt
import math
import shutil
import tempfile
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from typing import IO, Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from relief_engine.roster.workbook.cells import (
    BEGINNINGS,
    MOST_KEPT,
    ROW,
    SPECIAL,
    Writer,
    escaped,
    inline,
    shortened,
    whole,
)

#: What Excel holds: rows of a sheet, digits of a number.
MOST_ROWS = 1_048_576
_MOST_DIGITS = 15
#: The day that Excel counts from, and the first day that it counts right.
_ZERO = dt.date(1899, 12, 30).toordinal()
_FIRST = dt.date(1900, 3, 1)
_ROW = ROW.encode()


class StreamedSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter's classes are not typed for this
    """A worksheet that is written row by row, from the top. ``rows`` counts those written."""

    def start(self) -> None:
        """Open the file that holds the rows until the workbook is closed; call once before the first row."""
        self.rows = 0
        self._rows: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the workbook

    def add(self, writers: Iterable[Writer], values: Iterable[object], height: float | None = None) -> None:
        """Write the next row: for each column how its cell is written, and what is in it; None is an empty cell.

        ``height`` in points is where Excel starts from; it fits the row anew when its cells are edited.
        """
        cells = zip(BEGINNINGS, writers, values, strict=False)
        written = [f"{begin}{write(value)}" for begin, write, value in cells if value is not None]
        self.write_row("".join(written), height)

    def write_row(self, cells: str, height: float | None = None) -> None:
        """Write the next row from the XML of its cells, in which :data:`ROW` stands for its number."""
        self.rows += 1
        number = str(self.rows)
        high = "" if height is None else f' ht="{height:g}"'
        text = f'<row r="{number}"{high}>{cells}</row>'
        try:
            written = text.encode()
        except UnicodeEncodeError:
            written = whole(text).encode()
        # Bytes are replaced more quickly than characters.
        self._rows.write(written.replace(_ROW, number.encode()))

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
        return partial(self._text, style._get_xf_index(), set())

    def number(self, style: Format, otherwise: Format) -> Writer:
        """Whole numbers and decimals; one with more digits than Excel holds is written as text."""
        return partial(_number, style._get_xf_index(), partial(self._text, otherwise._get_xf_index(), set()))

    def date(self, style: Format, otherwise: Format) -> Writer:
        """Days; one that Excel can't count is written as text."""
        return partial(_date, style._get_xf_index(), partial(self._text, otherwise._get_xf_index(), set()))

    def formula(self, style: Format, formula: str) -> Writer:
        """A formula of our own, with the exact number that it gives."""
        index, written = style._get_xf_index(), SPECIAL.sub(escaped, formula)
        return lambda value: f' s="{index}"><f>{written}</f><v>{value:f}</v></c>'

    def blank(self, style: Format) -> Writer:
        """Cells with a format and nothing in them, whatever is given."""
        index = style._get_xf_index()
        return lambda _: f' s="{index}"/>'

    def anything(self, text: Format, number: Format, date: Format, time: Format) -> Writer:
        """Cells of a roster, each as what it was read as."""
        figures = number._get_xf_index()
        word = partial(self._text, text._get_xf_index(), set())
        figure = partial(_number, figures, word)
        get: Callable[[type], Callable[[Any], str] | None] = {
            str: word,
            int: figure,
            Decimal: figure,
            float: partial(_float, figures, word),
            bool: partial(_boolean, figures),
            dt.date: partial(_date, date._get_xf_index(), word),
            dt.datetime: partial(_time, time._get_xf_index(), word),
        }.get

        def write(value: object) -> str:
            tail = get(type(value))
            return word(str(value)) if tail is None else tail(value)

        return write

    def floats(self, style: Format) -> tuple[str, str]:
        """What stands before and behind a finite number in a cell of :meth:`anything`, behind the cell's place."""
        return f' s="{style._get_xf_index()}"><v>', "</v></c>"

    def _text(self, style: int, seen: set[str], value: str) -> str:
        if not value:
            return f' s="{style}"/>'
        if value not in seen:
            # Most texts of a roster come once, and stand in their cell. What comes again goes to the workbook's table.
            if len(seen) >= MOST_KEPT:
                seen.clear()
            seen.add(value)
            return f' s="{style}" t="inlineStr"><is>{inline(value)}</is></c>'
        return f' s="{style}" t="s"><v>{self.str_table._get_shared_string_index(whole(shortened(value)))}</v></c>'

    # --- XlsxWriter's own steps -----------------------------------------------------------------------------------

    def _write_sheet_data(self) -> None:
        self._xml_start_tag("sheetData")
        self._rows.seek(0)
        # The rows are bytes already; XlsxWriter's file takes text.
        self.fh.flush()
        shutil.copyfileobj(self._rows, self.fh.buffer, 1 << 20)
        self._rows.close()
        self._xml_end_tag("sheetData")

    def _write_dimension(self) -> None:
        """Nothing: readers need not be told how large the table is."""


def _digits(value: int | Decimal) -> int:
    """How many digits a number needs to be exact."""
    if isinstance(value, int):
        return len(str(abs(value)).rstrip("0"))
    return len("".join(map(str, value.as_tuple().digits)).strip("0"))


# Each gives what stands behind the place of a cell; ``text`` writes what a number or a day can't hold.


def _number(style: int, text: Writer, value: int | Decimal) -> str:
    written = str(value)
    # Most numbers are short; only others are looked at closely.
    if len(written) <= _MOST_DIGITS or _digits(value) <= _MOST_DIGITS:
        return f' s="{style}"><v>{written}</v></c>'
    return text(f"{value:f}" if isinstance(value, Decimal) else written)


def _float(style: int, text: Writer, value: float) -> str:
    return f' s="{style}"><v>{value!r}</v></c>' if math.isfinite(value) else text(str(value))


def _date(style: int, text: Writer, value: dt.date) -> str:
    if value >= _FIRST:
        return f' s="{style}"><v>{value.toordinal() - _ZERO}</v></c>'
    return text(value.isoformat())


def _time(style: int, text: Writer, value: dt.datetime) -> str:
    if value.date() < _FIRST or value.tzinfo is not None:
        return text(value.isoformat(sep=" "))
    seconds = (value - dt.datetime.combine(value.date(), dt.time())).total_seconds()
    return f' s="{style}"><v>{value.toordinal() - _ZERO + seconds / 86400!r}</v></c>'


def _boolean(style: int, value: bool) -> str:
    return f' s="{style}" t="b"><v>{int(value)}</v></c>'
