"""Roster stage: the sheet of decisions, a line for each answer, coloured by outcome, with the roster's own columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from xlsxwriter.utility import xl_col_to_name

from relief_engine.decision import Outcome
from relief_engine.errors import StatedError
from relief_engine.roster.answers import Answered
from relief_engine.roster.reasons import alike
from relief_engine.roster.results import Line, Result, Results
from relief_engine.roster.titles import OUTCOME
from relief_engine.roster.workbook.cells import BEGINNINGS, MOST_COLUMNS, AnyCells, Cells, Writer, in_place
from relief_engine.roster.workbook.stream import MOST_ROWS, StreamedSheet
from relief_engine.roster.workbook.styles import DAY, MONEY, RATE, TEXT, TIME, Styles
from relief_engine.roster.workbook.widths import lines_of, width
from relief_engine.text import Text

NAME = Text("判定结果", "Decisions")
#: Columns of the roster are as wide as what stands in these first rows, within limits.
_MEASURED = 500
_NARROWEST, _WIDEST = 8, 36
#: One line of text, and the most lines that a row grows to by itself.
_LINE_HEIGHT, _MOST_LINES = 15.0, 6
#: So many answers are kept with what is written of them.
_MOST_KEPT = 20_000

_TOO_WIDE = Text(
    f"结果超过 Excel 一张表能放的 {MOST_COLUMNS:,} 列；请把结果写成 .csv 或 .parquet",
    f"more columns than the {MOST_COLUMNS:,} of a sheet in Excel; write the answers to .csv or .parquet",
)
_TOO_LONG = Text(
    f"结果超过 Excel 一张表能放的 {MOST_ROWS:,} 行；请把结果写成 .csv 或 .parquet",
    f"more answers than the {MOST_ROWS:,} rows of a sheet in Excel; write them to .csv or .parquet",
)


class _Kept(NamedTuple):
    """What is written of an answer besides its row: the cells of its columns, and how many lines they take."""

    cells: list[str]
    lines: int


class DecisionsSheet:
    """Writes answers as they come; ``finish`` once after the last."""

    def __init__(self, sheet: StreamedSheet, styles: Styles, results: Results) -> None:
        self.sheet = sheet
        self.results = results
        self.shown = results.shown
        #: Columns without a value so far; in the end they are folded away.
        self._unseen = {i for i, column in enumerate(self.shown) if column.kind != "text" or column.id == "hints"}
        self._own_widths = [min(_WIDEST, width(header) + 3) for header in results.headers]
        self._last = len(self.shown) + len(results.headers) - 1
        if self._last >= MOST_COLUMNS:
            raise StatedError(_TOO_WIDE)
        sheet.start()
        self._lined = styles.boxed()
        text = styles(num_format=TEXT)
        labels = {o.label.in_(results.language): sheet.text(styles.outcome(o)) for o in Outcome}
        writers = [
            (lambda value: labels[value](value)) if column.title is OUTCOME else _writer(sheet, styles, column)
            for column in self.shown
        ]
        cells = [Cells(write, index) for index, write in enumerate(writers)]
        columns = list(enumerate(zip(self.shown, cells, strict=True)))
        self._of_row = [_placed(i, column, known) for i, (column, known) in columns if column.of_row]
        self._of_answer = [_placed(i, column, known) for i, (column, known) in columns if not column.of_row]
        plain = styles()
        own = sheet.anything(text, plain, styles(num_format=DAY), styles(num_format=TIME))
        begin, self._end = sheet.floats(plain)
        self._own = [(AnyCells(own, i), f"{BEGINNINGS[i]}{begin}") for i in range(len(self.shown), self._last + 1)]
        self._kept: dict[tuple[object, ...], _Kept] = {}
        heads = [sheet.text(styles.head())] * len(self.shown) + [sheet.text(styles.head(own=True))] * len(
            results.headers
        )
        language = results.language
        titles = [*(column.title.in_(language) for column in self.shown), *results.headers]
        sheet.add(heads, titles, 36)

    def add(self, answered: Answered) -> None:
        """Write the answers of one row; raises :class:`StatedError` when the sheet is full."""
        sheet = self.sheet
        if sheet.rows + len(answered.answers) > MOST_ROWS:
            raise StatedError(_TOO_LONG)
        own = answered.row.cells[: len(self._own_widths)]
        if sheet.rows <= _MEASURED:
            for index, cell in enumerate(own):
                if cell is not None:
                    self._own_widths[index] = max(self._own_widths[index], min(_WIDEST, _shown_width(cell) + 2))
        try:
            carried = self._carried(own)
        except TypeError:  # lists and mappings of a parquet file can't be looked up
            carried = self._carried([str(v) if isinstance(v, list | dict) else v for v in own])
        for answer in answered.answers:
            line = Line(answered, answer)
            found = self._answer(line)
            cells, lines = found.cells.copy(), found.lines
            for index, wide, get, known in self._of_row:
                value = get(line)
                if value is not None:
                    cells[index] = known[value]
                    lines = max(lines, lines_of(value, wide))
                    self._unseen.discard(index)
            sheet.write_row(f"{''.join(cells)}{carried}", _LINE_HEIGHT * min(lines, _MOST_LINES) + 5)

    def _carried(self, own: Sequence[Any]) -> str:
        """The roster's own cells. Most are figures; a finite one, which less itself is nothing, is written at once."""
        end = self._end
        return "".join([
            f"{number}{value!r}{end}" if type(value) is float and value - value == 0.0 else cells[value]
            for (cells, number), value in zip(self._own, own, strict=False)
        ])  # fmt: skip

    def _answer(self, line: Line) -> _Kept:
        """What is written of an answer; of answers that read alike it is worked out once."""
        key = alike(line.answer)
        found = self._kept.get(key)
        if found is not None:
            return found
        cells, lines = [""] * len(self.shown), 1
        for index, wide, get, known in self._of_answer:
            value = get(line)
            if value is not None:
                cells[index] = known[value]
                self._unseen.discard(index)
                if wide:
                    lines = max(lines, lines_of(value, wide))
        found = _Kept(cells, lines)
        # A text that stands in its cell is written otherwise when it comes again.
        if not any(map(in_place, cells)):
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = found
        return found

    def finish(self) -> None:
        """Set what depends on all rows: widths, filters, what stays in view, how it prints."""
        sheet = self.sheet
        last = self._last
        for index, column in enumerate(self.shown):
            sheet.set_column(index, index, column.width, None, {"hidden": index in self._unseen and sheet.rows > 1})
        for index, wide in enumerate(self._own_widths, start=len(self.shown)):
            sheet.set_column(index, index, max(_NARROWEST, wide))
        # Lines around all cells, empty ones too, without writing those.
        lined = {"type": "formula", "criteria": '=$A2<>""', "format": self._lined}
        sheet.conditional_format(1, 0, max(1, sheet.rows - 1), last, lined)
        sheet.autofilter(0, 0, max(0, sheet.rows - 1), last)
        held = next((i for i, column in enumerate(self.shown) if column.id == "name"), 0) + 1
        sheet.freeze_panes(1, held)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        # Printed are the columns of results; the roster's own are for looking up.
        sheet.print_area(0, 0, max(0, sheet.rows - 1), len(self.shown) - 1)
        sheet.set_footer("&L&A&R&P / &N")
        # Long codes and numbers that the roster holds as text are meant so.
        own = f"{xl_col_to_name(len(self.shown))}1:{xl_col_to_name(last)}{max(2, sheet.rows)}"
        sheet.ignore_errors({"number_stored_as_text": own})


def _placed(index: int, column: Result, cells: Cells) -> tuple[int, int, Callable[[Line], object], Cells]:
    """A column for writing: its place, its width where texts wrap (else 0), what gives its value, and its cells."""
    return index, column.width if column.kind == "text" else 0, column.get, cells


def _writer(sheet: StreamedSheet, styles: Styles, column: Result) -> Writer:
    """How the cells of a column of results are written."""
    text = styles(num_format=TEXT, text_wrap=True, align="left", indent=1)
    right = styles(num_format=TEXT, align="right")
    match column.kind:
        case "integer":
            return sheet.number(styles(align="center", num_format="0"), right)
        case "money":
            return sheet.number(styles(num_format=MONEY), right)
        case "date":
            return sheet.date(styles(num_format=DAY, align="center"), right)
        case "span" | "rate":
            form = RATE if column.kind == "rate" else MONEY if "元" in column.title.zh else "General"
            align = "right" if form == MONEY else "center"
            number = sheet.number(styles(num_format=form, align=align), right)
            word = sheet.text(styles(num_format=TEXT, align=align))
            percent = column.kind == "rate"
            comma = form == MONEY

            def span(value: tuple[object, object]) -> str:
                low, high = value
                if low == high:
                    return number(low)
                return word("—".join(_figure(end, percent=percent, comma=comma) for end in value))

            return span
    return sheet.text(text)


def _figure(value: object, *, percent: bool, comma: bool) -> str:
    if percent:
        return f"{value * 100:f}".rstrip("0").rstrip(".") + "%"  # type: ignore[operator]  # a Decimal
    return f"{value:,.2f}" if comma else f"{value:f}"


def _shown_width(cell: object) -> int:
    return width(cell) if isinstance(cell, str) else len(f"{cell:.10g}" if isinstance(cell, float) else str(cell))
