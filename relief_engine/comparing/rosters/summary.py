"""Comparing stage, rosters: the first sheet of a workbook of changes: what was compared, and exact sums."""

from __future__ import annotations

from relief_engine.comparing.rosters import words
from relief_engine.comparing.rosters.model import Kind, Side, Sums
from relief_engine.comparing.rosters.outline import outline, rows_line, verdict
from relief_engine.comparing.rosters.result import Impact
from relief_engine.decision import Outcome
from relief_engine.explanation.harmless import one_line
from relief_engine.roster.counts import Sums as Money
from relief_engine.roster.workbook.page import FIRST, Page
from relief_engine.roster.workbook.styles import COLOURS, DARK, GREY, PALE
from relief_engine.text import Text
from relief_engine.version import VERSION

_TITLE = Text("规则改动对台账的影响", "What a change of rules means for the roster")
_WIDTHS = (2, 28, 11, 18, 18, 18, 27, 27)
_HEADS = [
    Text("变化", "Change"), Text("件数", "Number"), Text("可得合计·原（元）", "Granted, before (yuan)"),
    Text("可得合计·现（元）", "Granted, after (yuan)"), Text("得失（元）", "Difference (yuan)"),
    Text("如予同意合计·原（元）", "If granted, before (yuan)"),
    Text("如予同意合计·现（元）", "If granted, after (yuan)"),
]  # fmt: skip
_SIGNED = "+#,##0.00;-#,##0.00;0.00"
_TOTAL = Text("合计", "Total")


class SummarySheet(Page):
    """Writes the summary of an impact."""

    def write(self, impact: Impact) -> None:
        """Write all blocks and set up the page."""
        sheet = self.sheet
        for index, wide in enumerate(_WIDTHS):
            sheet.set_column(index, index, wide, self.styles())
        sheet.hide_gridlines(2)
        sheet.set_default_row(18)
        sheet.set_row(0, 34)
        sheet.write_string(0, FIRST, self.said(_TITLE), self.styles(font_size=18, bold=True, font_color=DARK))
        self.row = 1
        self._about(impact)
        page = outline(impact, self.language, most=0)
        decided = [pair for pair in impact.pairs if not pair.same]
        for pair, block in zip(decided, page.blocks, strict=True):
            self.heading(pair.title)
            for note in block.notes:
                self.note(Text(note, note))
            if lines := impact.kinds(pair.id):
                self._table(lines, impact.total(pair.id))
        if len(decided) > 1:
            self.heading(Text("全部项目", "All programmes"))
            self._table(list(impact.by_kind().items()), impact.total())
        notes = (*page.undecided, *page.notes)
        if notes:
            self.heading(Text("提示", "Notes"))
        for note in notes:
            self.note(Text(note, note))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer("&R&P / &N")

    def _about(self, impact: Impact) -> None:
        file = impact.roster.replace("\\", "/").rpartition("/")[2]
        pairs: list[tuple[Text, str | None]] = [
            (Text("台账", "Roster"), one_line(file)),
            (Text("工作表", "Sheet"), impact.sheet),
            (Text("判定日", "Day of the decisions"), impact.as_of.isoformat()),
            (Text("原规则库", "Rulebook before"), impact.old),
            (Text("现规则库", "Rulebook after"), impact.new),
            (Text("引擎版本", "Engine"), f"relief-engine {VERSION}"),
            (Text("行数", "Rows"), self.said(rows_line(impact))),
        ]
        for title, value in pairs:
            if value:
                self.sheet.write_string(self.row, FIRST, self.said(title), self.styles(font_color=GREY))
                self.sheet.write_string(self.row, FIRST + 1, value, self.styles())
                self.row += 1
        self.row += 1
        self.sheet.write_string(self.row, FIRST, self.said(verdict(impact)), self.styles(bold=True, font_size=12))
        self.row += 1

    def _table(self, lines: list[tuple[Kind, Sums]], total: Sums) -> None:
        self.heads(list(_HEADS))
        for kind, sums in lines:
            self.sheet.write_string(self.row, FIRST, self.said(kind.label), self.styles.boxed(indent=1, text_wrap=True))
            self._sums(sums)
        look = {"bold": True, "bg_color": PALE}
        self.sheet.write_string(self.row, FIRST, self.said(_TOTAL), self.styles.boxed(indent=1, **look))
        self._sums(total, **look)

    def _sums(self, sums: Sums, **look: object) -> None:
        """The figures of one line, exact."""
        self.number(FIRST + 1, sums.number, **look)
        self.money(FIRST + 2, _granted(sums.before), **look)
        self.money(FIRST + 3, _granted(sums.after), **look)
        if sums.difference:
            ink = COLOURS[Outcome.ELIGIBLE if sums.difference > 0 else Outcome.INELIGIBLE][1]
            form = self.styles.boxed(
                **{"num_format": _SIGNED, **look, "font_color": ink, "bold": True, "align": "right"}
            )
            figure = words.exact_number(sums.difference)
            if figure is None:
                self.sheet.write_string(self.row, FIRST + 4, words.signed(sums.difference), form)
            else:
                self.sheet.write_number(self.row, FIRST + 4, figure, form)
        else:
            self.blanks(FIRST + 4, FIRST + 4, **look)
        self._held(FIRST + 5, sums.before, **look)
        self._held(FIRST + 6, sums.after, **look)
        self.row += 1

    def _held(self, column: int, side: Side, **look: object) -> None:
        """What people may grant; how many have no figure, where there are such."""
        if side.open:
            form = self.styles.boxed(**{"align": "right", "text_wrap": True, **look})
            self.sheet.write_string(self.row, column, words.of_side(side, self.language), form)
            self.sheet.set_row(self.row, 30)
        else:
            self.money(column, Money(0, side.low, side.high), **look)


def _granted(side: Side) -> Money:
    return Money(0, side.granted, side.granted)
