"""What the tests of rosters share: the shipped rulebook, and workbooks made on the spot."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from relief_engine.roster import table as t
from relief_engine.rulebook.model import Rulebook
from tests.books import shipped_book

Make = Callable[..., Path]


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return shipped_book()


@pytest.fixture
def workbook(tmp_path: Path) -> Make:
    """Makes a workbook of one sheet; ``touch`` gets the book and the sheet for what rows can't say."""

    def make(
        rows: Sequence[Sequence[Any]],
        *,
        name: str = "台账.xlsx",
        sheet: str = "台账",
        touch: Callable[[Any, Any], None] | None = None,
    ) -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
            made = book.add_worksheet(sheet)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if cell is not None:
                        made.write(row, column, cell)
            if touch is not None:
                touch(book, made)
        return path

    return make


@pytest.fixture
def text(tmp_path: Path) -> Make:
    """Makes a text file in an encoding."""

    def make(content: str | bytes, name: str = "台账.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return make


def in_memory(headers: Sequence[str], *rows: Sequence[object], spreadsheet: bool = True, **more: Any) -> t.Table:
    """A table that came from no file."""
    listed = [t.Row(number, tuple(cells)) for number, cells in enumerate(rows, 2)]

    def again() -> Iterator[t.Row | t.Rejected]:
        return iter(listed)

    return t.Table(
        "租户.xlsx" if spreadsheet else "租户.csv", "台账" if spreadsheet else None, tuple(headers), 1, (), again,
        dt.date(1899, 12, 30) if spreadsheet else None, **more,
    )  # fmt: skip
