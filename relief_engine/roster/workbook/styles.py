"""Roster stage: how a workbook of results looks: its formats, and the colours of outcomes."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from relief_engine.decision import Outcome

FONT = "等线"
#: The font of the official table, as notices are set.
OFFICIAL_FONT = "宋体"
SIZE = 10.5

#: Fill, text and, for charts, a stronger colour.
COLOURS: dict[Outcome, tuple[str, str, str]] = {
    Outcome.ELIGIBLE: ("#DDF0DF", "#1E6B2C", "#5BA86A"),
    Outcome.REFERRED: ("#FFF1CC", "#8A5A00", "#E5B13D"),
    Outcome.UNDETERMINED: ("#DCE9F7", "#1F4E79", "#6C9FD2"),
    Outcome.INELIGIBLE: ("#F9DEDC", "#9B1C1C", "#D97C76"),
    Outcome.NOT_IN_FORCE: ("#EDEDED", "#595959", "#A6A6A6"),
}
INK = "#1F2D3D"
LINE = "#C9D1DA"
DARK, PALE, GREY = "#2F4B6E", "#EEF2F7", "#6B7785"

MONEY = "#,##0.00"
DAY = "yyyy-mm-dd"
TIME = "yyyy-mm-dd hh:mm"
PERCENT = "0.0%"
RATE = "0.####%"
TEXT = "@"


class Styles:
    """Makes each format once."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, **properties: Any) -> Format:
        """The format with these properties of XlsxWriter, in the workbook's font."""
        whole = {"font_name": FONT, "font_size": SIZE, "font_color": INK, "valign": "vcenter", **properties}
        key = tuple(sorted(whole.items()))
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self.book.add_format(whole)
        return found

    def boxed(self, **properties: Any) -> Format:
        """The same with thin lines around it."""
        return self(**{"border": 1, "border_color": LINE, **properties})

    def head(self, *, own: bool = False, **properties: Any) -> Format:
        """The head of a column; ``own`` for the columns of the roster."""
        return self.boxed(**{
            "bold": True, "align": "center", "text_wrap": True, "font_color": INK if own else "#FFFFFF",
            "bg_color": "#DDE3EA" if own else DARK, **properties,
        })  # fmt: skip

    def outcome(self, outcome: Outcome, **properties: Any) -> Format:
        """A cell that says an outcome."""
        fill, ink, _ = COLOURS[outcome]
        return self.boxed(**{"bg_color": fill, "font_color": ink, "bold": True, "align": "center", **properties})
