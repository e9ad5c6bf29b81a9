"""Cells of streamed sheets: what is kept of a column is never written for a value that only equals what it was for."""

import datetime as dt
import re
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from relief_engine.roster.workbook.book import Book
from relief_engine.roster.workbook.cells import AnyCells, Cells
from relief_engine.roster.workbook.stream import StreamedSheet


def read(path: Path) -> list[list[object]]:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    return [[*row] for row in rows]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "book.xlsx", {})


def sheet_of(book: Book) -> StreamedSheet:
    found: StreamedSheet = book.add_worksheet("一", worksheet_class=StreamedSheet)
    found.start()
    return found


def test_values_that_are_equal_are_written_as_what_they_are(book: Book, tmp_path: Path) -> None:
    sheet, style = sheet_of(book), book.add_format()
    cells = AnyCells(sheet.anything(style, style, book.add_format({"num_format": "yyyy-mm-dd"}), style), 0)
    values: list[object] = [1.0, True, 1, "1", 0.0, False, None, dt.date(2022, 6, 1), "x"]
    for value in [*values, *reversed(values)]:
        sheet.write_row(cells[value])
    book.close()
    written = [value for [value] in read(tmp_path / "book.xlsx")]
    expected = [1.0, True, 1.0, "1", 0.0, False, "", dt.date(2022, 6, 1), "x"]
    assert [(type(v), v) for v in written] == [(type(v), v) for v in [*expected, *reversed(expected)]]


def test_a_text_that_comes_again_goes_to_the_table_of_texts(book: Book) -> None:
    sheet = sheet_of(book)
    cells = Cells(sheet.text(book.add_format()), 2)
    first, second, third = cells["通州区"], cells["通州区"], cells["通州区"]
    assert "<is><t>通州区</t></is>" in first
    assert re.fullmatch(r'<c r="C\0" s="\d+" t="s"><v>0</v></c>', second)
    assert third is second
    book.close()


def test_what_no_file_can_hold_is_replaced(book: Book, tmp_path: Path) -> None:
    sheet = sheet_of(book)
    cells = Cells(sheet.text(book.add_format()), 0)
    for text in ("a\ud800b", "a\ud800b", "1\0 2", "1\0 2"):
        sheet.write_row(cells[text])
    book.close()
    # A text with the mark that stands for the number of a row is not taken for one.
    assert [str(row[0]).replace("_x0000_", "\0") for row in read(tmp_path / "book.xlsx")] == [
        "a\ufffdb", "a\ufffdb", "1\0 2", "1\0 2",
    ]  # fmt: skip


def test_empty_cells_of_a_form_have_their_lines(book: Book) -> None:
    sheet, style = sheet_of(book), book.add_format({"border": 1})
    assert Cells(sheet.text(style), 1)[None] == ""
    assert re.fullmatch(r'<c r="B\0" s="\d+"/>', Cells(sheet.text(style), 1, sheet.blank(style))[None])
    book.close()
