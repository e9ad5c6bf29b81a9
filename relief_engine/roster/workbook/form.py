"""Roster stage: the sheet of an official form, as it is sent: landscape A4, its title, its columns, its sum."""

from __future__ import annotations

from collections.abc import Iterable
from operator import getitem
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from relief_engine.roster.answers import Answered
from relief_engine.roster.form_lines import FormLines, in_unit, places_of
from relief_engine.roster.form_notes import notes_of
from relief_engine.roster.workbook.cells import AnyCells, Cells, Writer
from relief_engine.roster.workbook.stream import MOST_ROWS, StreamedSheet
from relief_engine.roster.workbook.styles import GREY, OFFICIAL_FONT, TEXT, Styles
from relief_engine.roster.workbook.widths import lines_of, width
from relief_engine.rulebook.forms import Column
from relief_engine.text import Language, Text

_INK = "#000000"
#: The row of the columns' titles, from 1.
_HEAD_ROW = 3
_SUM = Text("合计", "Sum")
_NOTES = Text("填表说明（不在打印区域内）", "Notes (outside the printed area)")
_SUBTITLE = Text("依据：{}　判定日：{}", "Basis: {}, day of the decision: {}")
#: Excel's longest name of a sheet.
_LONGEST = 31


def sheet_name(title: Text, language: Language, taken: Iterable[str] = ()) -> str:
    """A form's title as the name of its sheet, other than those that are taken (Excel takes A for a)."""
    name = "".join(c for c in title.in_(language) if c not in "[]:*?/\\'")[:_LONGEST]
    others = {one.casefold() for one in taken}
    found, number = name, 1
    while found.casefold() in others:
        number += 1
        found = f"{name[: _LONGEST - 4]} {number}"
    return found


class FormSheet:
    """Writes the eligible rows as they come; ``finish`` once after the last."""

    def __init__(self, sheet: StreamedSheet, styles: Styles, lines: FormLines) -> None:
        self.sheet = sheet
        self.styles = styles
        self.form_lines = lines
        self.columns = lines.form.columns
        sheet.start()
        language = lines.language
        title = sheet.text(self._style(bold=True, font_size=18, align="center"))
        small = sheet.text(self._style(font_size=9, font_color=GREY, align="right"))
        head = sheet.text(self._boxed(bold=True, align="center", text_wrap=True))
        sheet.add([title], [lines.form.title.in_(language)], 34)
        cited = "、".join(map(str, lines.form.citations))
        sheet.add([small], [_SUBTITLE.in_(language).format(cited, lines.screening.as_of.isoformat())], 18)
        sheet.add([head] * len(self.columns), [self._head(c) for c in self.columns], self._head_height())
        self._cells = [
            (AnyCells if column.copied else Cells)(self._writer(column), index, sheet.blank(self._boxed()))
            for index, column in enumerate(self.columns)
        ]
        self._widths = [column.width or 12 for column in self.columns]

    def _style(self, **properties: Any) -> Any:
        return self.styles(**{"font_name": OFFICIAL_FONT, "font_color": _INK, **properties})

    def _boxed(self, **properties: Any) -> Any:
        return self._style(**{"border": 1, "border_color": _INK, **properties})

    def _head(self, column: Column) -> str:
        """A title; one that is too long for its column breaks before what stands in brackets, as a unit does."""
        title = column.title.in_(self.form_lines.language)
        return title.replace("（", "\n（", 1) if width(title) + 1 > (column.width or 12) else title

    def _head_height(self) -> float:
        language = self.form_lines.language
        lines = max(-(-width(c.title.in_(language)) // max(4, (c.width or 12) - 2)) for c in self.columns)
        return 15.0 * lines + 8

    def _writer(self, column: Column) -> Writer:
        """How the cells of a column are written."""
        text = self._boxed(num_format=TEXT, text_wrap=True)
        middle = self._boxed(num_format=TEXT, text_wrap=True, align="center")
        if column.result == "number":
            return self.sheet.number(self._boxed(num_format="0", align="center"), middle)
        if column.copied:
            plain = self._boxed(align="center", num_format="General")
            return self.sheet.anything(middle, plain, self._boxed(num_format="yyyy-mm-dd", align="center"), middle)
        if _is_figure(column):
            return self.sheet.number(self._boxed(num_format=_form(column), align="right"), middle)
        short = bool(column.words) or (column.fact is not None and column.fact.type in ("choice", "yes_no", "date"))
        return self.sheet.text(middle if short else text)

    def add(self, answered: Answered) -> None:
        """Write what one row gives."""
        for values in self.form_lines.lines(answered):
            if self.sheet.rows >= MOST_ROWS - 40:
                continue
            lines = 1
            for value, wide in zip(values, self._widths, strict=True):
                if isinstance(value, str):
                    lines = max(lines, lines_of(value, wide))
            self.sheet.write_row("".join(map(getitem, self._cells, values)), 15.0 * lines + 5)

    def finish(self) -> None:
        """Write the sum and the notes, and set up the page."""
        sheet, lines = self.sheet, self.form_lines
        language, last = lines.language, len(self.columns) - 1
        bold = sheet.text(self._boxed(bold=True, align="center"))
        writers = [bold] * (last + 1)
        values: list[object] = [_SUM.in_(language), *[""] * last]
        for index, total in lines.sums.items():
            style = self._boxed(bold=True, num_format=_form(self.columns[index]), align="right")
            writers[index] = sheet.formula(style, _sum_above(index))
            values[index] = in_unit(total, self.columns[index])
        sheet.add(writers, values, 22)
        note = sheet.text(self._style(font_size=9, text_wrap=True, valign="top"))
        if lines.sum_note is not None:
            sheet.add([note], [lines.sum_note.in_(language)], 28)
            self._merge()
        printed = sheet.rows
        notes = notes_of(lines)
        if notes:
            sheet.skip()
            sheet.add([sheet.text(self._style(font_size=9, bold=True, font_color=GREY))], [_NOTES.in_(language)])
            quiet = sheet.text(self._style(font_size=9, font_color=GREY, text_wrap=True, valign="top"))
            total_width = sum(self._widths)
            for number, text in enumerate(notes, start=1):
                written = f"{number}. {text.in_(language)}"
                sheet.add([quiet], [written], 13.0 * -(-width(written) * 10 // (9 * total_width)) + 4)
                self._merge()
        for index, wide in enumerate(self._widths):
            sheet.set_column(index, index, wide)
        for row in (0, 1):
            sheet.merge_cells(row, last)
        sheet.freeze_panes(_HEAD_ROW, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEAD_ROW - 1)
        sheet.center_horizontally()
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.print_area(0, 0, printed - 1, last)
        sheet.set_footer("&C第 &P 页，共 &N 页" if language == "zh" else "&C&P / &N")

    def _merge(self) -> None:
        """Merge the row that was just written over all columns."""
        self.sheet.merge_cells(self.sheet.rows - 1, len(self.columns) - 1)


def _sum_above(index: int) -> str:
    """The sum of a column from its title, which counts for nothing, to the row above: lines put in or cut out count."""
    name = xl_col_to_name(index)
    return f"SUM({name}{_HEAD_ROW}:INDEX({name}:{name},ROW()-1))"


def _is_figure(column: Column) -> bool:
    fact = column.fact
    return column.result == "amount" or (fact is not None and fact.type in ("count", "amount", "number"))


def _form(column: Column) -> str:
    """The number format that shows as many decimals as the form does."""
    places = places_of(column)
    return "0." + "0" * places if places else "0"
