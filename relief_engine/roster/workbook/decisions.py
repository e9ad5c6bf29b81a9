"""Roster stage: the sheet of decisions, a line for each answer, coloured by outcome, with the roster's own columns."""

from __future__ import annotations

from xlsxwriter.utility import xl_col_to_name

from relief_engine.decision import Outcome
from relief_engine.errors import StatedError
from relief_engine.roster.answers import Answered
from relief_engine.roster.results import Line, Result, Results
from relief_engine.roster.titles import OUTCOME
from relief_engine.roster.workbook.stream import MOST_COLUMNS, MOST_ROWS, StreamedSheet, Writer, lines_of, width
from relief_engine.roster.workbook.styles import DAY, MONEY, RATE, TEXT, TIME, Styles
from relief_engine.text import Text

NAME = Text("判定结果", "Decisions")
#: Columns of the roster are as wide as what stands in these first rows, within limits.
_MEASURED = 500
_NARROWEST, _WIDEST = 8, 36
#: One line of text, and the most lines that a row grows to by itself.
_LINE_HEIGHT, _MOST_LINES = 15.0, 6
_MOST_KEPT = 20_000

_TOO_WIDE = Text(
    f"结果超过 Excel 一张表能放的 {MOST_COLUMNS:,} 列；请把结果写成 .csv 或 .parquet",
    f"more columns than the {MOST_COLUMNS:,} of a sheet in Excel; write the answers to .csv or .parquet",
)
_TOO_LONG = Text(
    f"结果超过 Excel 一张表能放的 {MOST_ROWS:,} 行；请把结果写成 .csv 或 .parquet",
    f"more answers than the {MOST_ROWS:,} rows of a sheet in Excel; write them to .csv or .parquet",
)


class DecisionsSheet:
    """Writes answers as they come; ``finish`` once after the last."""

    def __init__(self, sheet: StreamedSheet, styles: Styles, results: Results) -> None:
        self.sheet = sheet
        self.results = results
        self.shown = results.shown
        #: Columns without a value so far; in the end they are folded away.
        self._unseen = [i for i, column in enumerate(self.shown) if column.kind != "text" or column.id == "hints"]
        texts = [(i, column) for i, column in enumerate(self.shown) if column.kind == "text"]
        #: The columns whose texts wrap: which they are, how wide, and how many lines their texts took lately.
        self._wrapped: list[tuple[int, int, dict[str, int]]] = [(i, column.width, {}) for i, column in texts]
        self._own_widths = [min(_WIDEST, width(header) + 3) for header in results.headers]
        if len(self.shown) + len(results.headers) > MOST_COLUMNS:
            raise StatedError(_TOO_WIDE)
        sheet.start()
        self._lined = styles.boxed()
        text = styles(num_format=TEXT)
        labels = {o.label.in_(results.language): sheet.text(styles.outcome(o)) for o in Outcome}
        own = sheet.anything(text, styles(), styles(num_format=DAY), styles(num_format=TIME))
        self._writers = [
            (lambda ref, value: labels[value](ref, value))
            if column.title is OUTCOME
            else _writer(sheet, styles, column)
            for column in self.shown
        ]
        self._writers += [own] * len(results.headers)
        heads = [sheet.text(styles.head())] * len(self.shown) + [sheet.text(styles.head(own=True))] * len(
            results.headers
        )
        language = results.language
        titles = [*(column.title.in_(language) for column in self.shown), *results.headers]
        sheet.add(heads, titles, 36)

    def add(self, answered: Answered) -> None:
        """Write the answers of one row; raises :class:`StatedError` when the sheet is full."""
        if self.sheet.rows + len(answered.answers) > MOST_ROWS:
            raise StatedError(_TOO_LONG)
        own = answered.row.cells[: len(self._own_widths)]
        if self.sheet.rows <= _MEASURED:
            for index, cell in enumerate(own):
                if cell is not None:
                    self._own_widths[index] = max(self._own_widths[index], min(_WIDEST, _shown_width(cell) + 2))
        for answer in answered.answers:
            line = Line(answered, answer)
            values = [column.get(line) for column in self.shown]
            if self._unseen:
                self._unseen = [index for index in self._unseen if values[index] is None]
            self.sheet.add(self._writers, (*values, *own), self._height(values))

    def _height(self, values: list[object]) -> float:
        """How high a row begins, so that its longest text is seen."""
        lines = 1
        for index, wide, known in self._wrapped:
            value = values[index]
            if isinstance(value, str) and 2.2 * len(value) > wide:
                found = known.get(value)
                if found is None:
                    if len(known) >= _MOST_KEPT:
                        known.clear()
                    found = known[value] = lines_of(value, wide)
                if found > lines:
                    lines = found
        return _LINE_HEIGHT * min(lines, _MOST_LINES) + 5

    def finish(self) -> None:
        """Set what depends on all rows: widths, filters, what stays in view, how it prints."""
        sheet = self.sheet
        last = len(self._writers) - 1
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


def _coloured(labels: dict[str, Writer]) -> Writer:
    """Writes an outcome in its colour."""
    return lambda ref, value: labels[value](ref, value)


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

            def span(ref: str, value: tuple[object, object]) -> str:
                low, high = value
                if low == high:
                    return number(ref, low)
                return word(ref, "—".join(_figure(end, percent=percent, comma=comma) for end in value))

            return span
    return sheet.text(text)


def _figure(value: object, *, percent: bool, comma: bool) -> str:
    if percent:
        return f"{value * 100:f}".rstrip("0").rstrip(".") + "%"  # type: ignore[operator]  # a Decimal
    return f"{value:,.2f}" if comma else f"{value:f}"


def _shown_width(cell: object) -> int:
    return width(cell) if isinstance(cell, str) else len(f"{cell:.10g}" if isinstance(cell, float) else str(cell))
