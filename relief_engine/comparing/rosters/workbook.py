"""Comparing stage, rosters: changes as a workbook that can be handed on: a summary, and a line for each change."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from relief_engine.comparing.rosters.columns import Column, columns, outcome_label, written
from relief_engine.comparing.rosters.model import Change, Kind
from relief_engine.comparing.rosters.result import Impact
from relief_engine.comparing.rosters.summary import SummarySheet
from relief_engine.decision import Outcome
from relief_engine.errors import StatedError
from relief_engine.roster.workbook.cells import Writer
from relief_engine.roster.workbook.stream import MOST_ROWS, StreamedSheet
from relief_engine.roster.workbook.styles import COLOURS, DAY, FONT, LINE, MONEY, RATE, SIZE, TEXT, Styles
from relief_engine.roster.workbook.widths import lines_of
from relief_engine.text import Language, Text

_SUMMARY, _CHANGES = Text("汇总", "Summary"), Text("变化", "Changes")
_TITLE = Text("规则改动对台账的影响", "What a change of rules means for a roster")
_NOTHING = Text("没有人的结果会变", "Nobody's answer changes")
_TOO_LONG = Text(
    f"变化超过 Excel 一张表能放的 {MOST_ROWS:,} 行；请写成 .csv 或 .parquet",
    f"more changes than the {MOST_ROWS:,} rows of a sheet in Excel; write them to .csv or .parquet",
)
_SIGNED = "+#,##0.00;-#,##0.00;0.00"
#: What became of an answer has the colours of the outcome that it is nearest to.
_LOOKS = {
    Kind.GAINS: Outcome.ELIGIBLE, Kind.LOSES: Outcome.INELIGIBLE, Kind.GRANTED: Outcome.ELIGIBLE,
    Kind.REFUSED: Outcome.INELIGIBLE,
    Kind.TO_PEOPLE: Outcome.REFERRED, Kind.FROM_PEOPLE: Outcome.REFERRED,
    Kind.FIGURE: Outcome.REFERRED, Kind.ASKED: Outcome.UNDETERMINED,
    Kind.LESS_ASKED: Outcome.UNDETERMINED,
}  # fmt: skip
#: One line of text, and the most lines that a row grows to by itself.
_LINE_HEIGHT, _MOST_LINES = 15.0, 8


def write_workbook(path: Path, impact: Impact, language: Language) -> None:
    """Write a new workbook in one pass and bounded memory.

    Raises :class:`StatedError` if there are more changes than a sheet holds. After any exception the file is unusable.
    """
    from xlsxwriter import Workbook

    if impact.answers >= MOST_ROWS:
        raise StatedError(_TOO_LONG)
    options = {
        "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False, "use_zip64": True,
        "default_format_properties": {"font_name": FONT, "font_size": SIZE},
    }  # fmt: skip
    book = Workbook(str(path), options)
    styles = Styles(book)
    first = book.add_worksheet(_SUMMARY.in_(language))
    sheet = cast(StreamedSheet, book.add_worksheet(_CHANGES.in_(language), worksheet_class=StreamedSheet))
    try:
        SummarySheet(first, book, styles, language).write(impact)
        changes = _ChangesSheet(sheet, styles, impact, language)
        for change in impact.changes():
            changes.add(change)
        changes.finish()
        book.set_properties({"title": _TITLE.in_(language), "comments": f"{impact.old} → {impact.new}"})
        first.activate()
        book.close()
    finally:
        sheet.discard()


class _ChangesSheet:
    """Writes changes as they come; ``finish`` once after the last."""

    def __init__(self, sheet: StreamedSheet, styles: Styles, impact: Impact, language: Language) -> None:
        self.sheet = sheet
        self.language = language
        self.columns = [column for column in columns(impact, language) if not column.machine]
        self.held = min(len(self.columns), 2)
        sheet.start()
        head = sheet.text(styles.head())
        sheet.add([head] * len(self.columns), [column.title.in_(language) for column in self.columns], 36)
        self._writers = [_writer(sheet, styles, column, language) for column in self.columns]
        self._plain = sheet.text(styles(num_format=TEXT))
        # Nothing but lines: a font would hide the colours of cells.
        self._lined = styles.book.add_format({"border": 1, "border_color": LINE})

    def add(self, change: Change) -> None:
        """Write one change."""
        values = [column.get(change) for column in self.columns]
        # A row that could not be read has an outcome to say too.
        shown = [
            _UNREAD if value is None and c.sort == "outcome" else value
            for c, value in zip(self.columns, values, strict=True)
        ]
        lines = max(lines_of(value, column.width) for column, value in zip(self.columns, values, strict=True))
        self.sheet.add(self._writers, shown, _LINE_HEIGHT * min(lines, _MOST_LINES) + 5)

    def finish(self) -> None:
        """Set widths, filters, what stays in view, how it prints."""
        sheet, last = self.sheet, len(self.columns) - 1
        for index, column in enumerate(self.columns):
            sheet.set_column(index, index, column.width)
        if sheet.rows == 1:
            sheet.add([self._plain], [_NOTHING.in_(self.language)], 24)
        else:
            # Lines around all cells, empty ones too, without writing those.
            sheet.conditional_format(
                1, 0, sheet.rows - 1, last, {"type": "formula", "criteria": '=$A2<>""', "format": self._lined}
            )
            sheet.autofilter(0, 0, sheet.rows - 1, last)
        sheet.freeze_panes(1, self.held)
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&A&R&P / &N")


#: Stands for an outcome where there is none.
_UNREAD = object()


def _writer(sheet: StreamedSheet, styles: Styles, column: Column, language: Language) -> Writer:
    """How the cells of a column are written."""
    right = styles(num_format=TEXT, align="right")
    match column.sort:
        case "integer":
            return sheet.number(styles(align="center", num_format="0"), right)
        case "kind":
            return _kinds(sheet, styles, language)
        case "outcome":
            return _outcomes(sheet, styles, language)
        case "money":
            return sheet.number(styles(num_format=MONEY), right)
        case "signed":
            return _signed(sheet, styles)
        case "date":
            return sheet.date(styles(num_format=DAY, align="center"), right)
        case "span" | "rate":
            return _spans(sheet, styles, column)
    return sheet.text(styles(num_format=TEXT, text_wrap=True, align="left", indent=1))


def _kinds(sheet: StreamedSheet, styles: Styles, language: Language) -> Writer:
    writers = {}
    for kind in Kind:
        look = _LOOKS.get(kind)
        wrap = {"text_wrap": True}
        style = styles.boxed(bold=True, align="center", **wrap) if look is None else styles.outcome(look, **wrap)
        writers[kind] = sheet.text(style)
    return lambda kind: writers[kind](kind.label.in_(language))


def _outcomes(sheet: StreamedSheet, styles: Styles, language: Language) -> Writer:
    wrap = {"text_wrap": True}
    writers: dict[object, Writer] = {o: sheet.text(styles.outcome(o, bold=False, **wrap)) for o in Outcome}
    writers[_UNREAD] = sheet.text(styles.boxed(align="center", font_color="#9B1C1C", **wrap))
    labels = {o: outcome_label(None if o is _UNREAD else Outcome(str(o))).in_(language) for o in writers}
    return lambda outcome: writers[outcome](labels[outcome])


def _signed(sheet: StreamedSheet, styles: Styles) -> Writer:
    """Money with its sign, in the colours of a grant and of a refusal."""
    right = styles(num_format=TEXT, align="right")
    looks = [COLOURS[outcome] for outcome in (Outcome.ELIGIBLE, Outcome.INELIGIBLE)]
    coloured = [{"bg_color": fill, "font_color": ink, "bold": True} for fill, ink, _ in looks]
    more, less, even = (sheet.number(styles(num_format=_SIGNED, **look), right) for look in (*coloured, {}))
    return lambda value: (more if value > 0 else less if value < 0 else even)(value)


def _spans(sheet: StreamedSheet, styles: Styles, column: Column) -> Writer:
    percent, sign = column.sort == "rate", column.id.startswith("difference")
    form = RATE if percent else _SIGNED if sign else MONEY
    right = styles(num_format=TEXT, align="right", text_wrap=True)
    number, word = sheet.number(styles(num_format=form, align="right"), right), sheet.text(right)

    def span(value: tuple[object, object]) -> str:
        low, high = value
        if low == high:
            return number(low)
        return word(written(value, percent=percent, sign=sign))  # type: ignore[arg-type]  # decimals

    return span
