"""Roster stage: how an empty roster looks."""

from __future__ import annotations

from typing import Any

from relief_engine.roster.answer_fields import RESOLUTION
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.terms import APPLICANT

#: XlsxWriter's objects; it does not say its types.
Workbook = Any
Sheet = Any
Format = Any

_FONT = "微软雅黑"
_DARK, _OWN, _PEOPLE, _PALE, _GREY = "#1F4E5F", "#3B6E4F", "#67408A", "#EEF3F5", "#7F7F7F"


class Styles:
    """The formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        head = {"bold": True, "font_color": "white", "align": "center", "valign": "vcenter", "text_wrap": True,
                "border": 1, "border_color": "white"}  # fmt: skip
        self.header = self._format(head | {"bg_color": _DARK})
        self.own_header = self._format(head | {"bg_color": _OWN})
        self.people_header = self._format(head | {"bg_color": _PEOPLE})
        self.title = self._format({"bold": True, "font_size": 14, "font_color": _DARK, "valign": "vcenter"})
        self.text = self._format({"text_wrap": True, "valign": "top"})
        self.banded = self._format({"text_wrap": True, "valign": "top", "bg_color": _PALE})
        self.hint = self._format({"italic": True, "font_color": _GREY})
        self.note = {"x_scale": 2.2, "y_scale": 1.6, "font_size": 9, "font_name": _FONT, "color": "#FFFBE6",
                     "author": "relief-engine"}  # fmt: skip
        self._looks: dict[tuple[str, bool], Format] = {}

    def header_of(self, fact: Fact) -> Format:
        """The header of a column: the applicant's, the row's own, or for people's answers."""
        return {APPLICANT: self.header, RESOLUTION: self.people_header}.get(fact.subject, self.own_header)

    def of(self, fact: Fact) -> Format:
        """The cells of a column that gives a fact."""
        return self._look(fact, example=False)

    def example(self, fact: Fact) -> Format:
        """A cell of the example."""
        return self._look(fact, example=True)

    def _look(self, fact: Fact, *, example: bool) -> Format:
        number, align = {
            "date": ("yyyy-mm-dd", "center"),
            "count": ("0", "right"),
            "number": ("#,##0.00", "right"),
            "amount": ("#,##0.00", "right"),
            "yes_no": ("General", "center"),
            "choice": ("General", "left"),
        }.get(fact.type, ("@", "left"))
        key = (number + align, example)
        if key not in self._looks:
            look = {"num_format": number, "align": align, "valign": "vcenter"}
            self._looks[key] = self._format(look | ({"italic": True, "font_color": _GREY} if example else {}))
        return self._looks[key]

    def _format(self, properties: dict[str, Any]) -> Format:
        return self._book.add_format({"font_name": _FONT, "font_size": 10} | properties)
