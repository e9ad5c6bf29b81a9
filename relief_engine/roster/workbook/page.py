"""Roster stage: the parts that the summary is laid out with: titles, tables, paragraphs, exact sums."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from relief_engine.decision import Outcome
from relief_engine.roster.counts import Sums
from relief_engine.roster.workbook.styles import DARK, MONEY, PALE, Styles
from relief_engine.roster.workbook.widths import width
from relief_engine.text import Language, Text

#: The columns of the sheet: a margin, the names, then figures.
WIDTHS = (2, 30, 12, 12, 12, 12, 20, 20)
FIRST, LAST = 1, 7
OUTCOMES = (Outcome.ELIGIBLE, Outcome.REFERRED, Outcome.UNDETERMINED, Outcome.INELIGIBLE, Outcome.NOT_IN_FORCE)
#: Excel holds 15 digits; a sum with more is written as text.
_MOST = Decimal(10) ** 13


class Page:
    """A sheet that is written from the top; ``row`` is the next one."""

    def __init__(self, sheet: Worksheet, book: Workbook, styles: Styles, language: Language) -> None:
        self.sheet = sheet
        self.book = book
        self.styles = styles
        self.language = language
        self.row = 0

    def said(self, text: Text) -> str:
        """A text in the workbook's language."""
        return text.in_(self.language)

    def heading(self, text: Text) -> None:
        """The title of a block, below an empty row."""
        self.row += 1
        self.sheet.set_row(self.row, 22)
        self.sheet.write_string(self.row, FIRST, self.said(text), self.styles(bold=True, font_size=12, font_color=DARK))
        self.row += 1

    def heads(self, titles: list[Text | None]) -> None:
        """The heads of a table."""
        # English words of outcomes take two lines.
        self.sheet.set_row(self.row, 24 if self.language == "zh" else 33)
        for offset, title in enumerate(titles):
            self.sheet.write_string(
                self.row, FIRST + offset, "" if title is None else self.said(title), self.styles.head()
            )
        self.row += 1

    def note(self, text: Text) -> None:
        """A paragraph over all columns."""
        said = "· " + self.said(text)
        form = self.styles(text_wrap=True, valign="top")
        lines = -(-width(said) // (sum(WIDTHS[FIRST:]) - 6))
        self.sheet.set_row(self.row, 16 * lines + 2)
        self.sheet.merge_range(self.row, FIRST, self.row, LAST, "", form)
        self.sheet.write_string(self.row, FIRST, said, form)
        self.row += 1

    def merged(self, first: int, last: int, words: str, form: Format) -> None:
        """One text in several cells of the row."""
        self.sheet.merge_range(self.row, first, self.row, last, "", form)
        self.sheet.write_string(self.row, first, words, form)

    def number(self, column: int, value: int, **properties: Any) -> None:
        """A count."""
        self.sheet.write_number(self.row, column, value, self.styles.boxed(num_format="#,##0", **properties))

    def blanks(self, first: int, last: int, **properties: Any) -> None:
        """Cells with lines and nothing in them."""
        for column in range(first, last + 1):
            self.sheet.write_blank(self.row, column, None, self.styles.boxed(**properties))

    def money(self, column: int, sums: Sums | None, **properties: Any) -> None:
        """An exact sum; both ends where the texts leave figures open, a blank where there is none."""
        if sums is None or not sums.high:
            self.blanks(column, column, **properties)
            return
        low, high = sums.yuan
        if low == high and low < _MOST:
            self.sheet.write_number(self.row, column, float(low), self.styles.boxed(num_format=MONEY, **properties))
            return
        words = f"{low:,.2f}" if low == high else f"{low:,.2f}—{high:,.2f}"
        form = self.styles.boxed(**{"align": "right", "text_wrap": True, **properties})
        self.sheet.write_string(self.row, column, words, form)
        if width(words) > WIDTHS[column]:
            self.sheet.set_row(self.row, 30)

    def total(self, title: Text, by_outcome: Mapping[str, Sums], *, shares: bool = False, closed: bool = False) -> None:
        """The last row of a table; ``closed`` with a column of answers by programmes that are not in force."""
        look: dict[str, Any] = {"bold": True, "bg_color": PALE}
        self.sheet.write_string(self.row, FIRST, self.said(title), self.styles.boxed(indent=1 if shares else 0, **look))
        if shares:
            self.number(FIRST + 1, sum(sums.number for sums in by_outcome.values()), **look)
            self.blanks(FIRST + 2, FIRST + 4, **look)
        else:
            for offset, outcome in enumerate(OUTCOMES[:4], start=1):
                self.number(FIRST + offset, by_outcome.get(outcome.value, Sums()).number, **look)
        self.money(FIRST + 5, by_outcome.get(Outcome.ELIGIBLE.value), **look)
        self.money(FIRST + 6, by_outcome.get(Outcome.REFERRED.value), **look)
        if closed:
            self.number(LAST + 1, by_outcome.get(Outcome.NOT_IN_FORCE.value, Sums()).number, **look)
        self.row += 1
