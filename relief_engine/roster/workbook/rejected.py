"""Roster stage: the sheet of rows that could not be read: where, what stands there, what was expected."""

from __future__ import annotations

from collections.abc import Sequence

from relief_engine.roster.answers import Screening
from relief_engine.roster.problems import COLUMNS, MESSAGE, cells
from relief_engine.roster.table import Rejected
from relief_engine.roster.workbook.stream import MOST_ROWS, StreamedSheet
from relief_engine.roster.workbook.styles import TEXT, Styles
from relief_engine.roster.workbook.widths import lines_of
from relief_engine.text import Language, Text

NAME = Text("未能读取", "Not read")
_NOTHING = Text("所有行都已读取", "All rows were read")


def _height(values: Sequence[object]) -> float:
    """How high a row begins, so that its longest text is seen."""
    return 15.0 * min(max(lines_of(value, wide) for value, (_, wide) in zip(values, COLUMNS, strict=True)), 8) + 5


class RejectedSheet:
    """Writes rows that could not be read as they come; ``finish`` once after the last."""

    def __init__(self, sheet: StreamedSheet, styles: Styles, screening: Screening, language: Language) -> None:
        self.sheet = sheet
        self.screening = screening
        self.language = language
        self.left_out = 0
        sheet.start()
        head = sheet.text(styles.head())
        sheet.add([head] * len(COLUMNS), [title.in_(language) for title, _ in COLUMNS], 24)
        text = sheet.text(styles.boxed(num_format=TEXT, text_wrap=True))
        middle = sheet.text(styles.boxed(num_format=TEXT, align="center"))
        row = sheet.number(styles.boxed(num_format="0", align="center"), styles.boxed())
        found = sheet.text(styles.boxed(num_format=TEXT, text_wrap=True, font_color="#9B1C1C"))
        quiet = sheet.text(styles.boxed(num_format=TEXT, font_color="#6B7785"))
        self._writers = [text, row, middle, text, found, text, quiet]

    def add(self, line: Rejected) -> None:
        """Write the problems of one row, a line for each."""
        for problem in line.problems:
            if self.sheet.rows >= MOST_ROWS - 1:
                self.left_out += 1
                continue
            values = cells(self.screening, line, problem, self.language)
            self.sheet.add(self._writers, ["" if value is None else value for value in values], _height(values))

    def finish(self) -> None:
        """Set widths, filters, what stays in view, how it prints."""
        sheet = self.sheet
        if sheet.rows == 1:
            said = _NOTHING.in_(self.language)
            texts = [self._writers[MESSAGE]] * len(COLUMNS)
            sheet.add(texts, [said if i == MESSAGE else "" for i in range(len(COLUMNS))], 20)
        for index, (_, wide) in enumerate(COLUMNS):
            # A text file has no sheets.
            sheet.set_column(index, index, wide, None, {"hidden": index == 0 and self.screening.table.sheet is None})
        sheet.autofilter(0, 0, sheet.rows - 1, len(COLUMNS) - 1)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&L&A&R&P / &N")
