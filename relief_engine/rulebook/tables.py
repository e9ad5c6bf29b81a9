"""Rulebook stage: the CSV tables of standards, read from the files that belong to the rulebook and its digest."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from operator import itemgetter
from pathlib import Path, PurePosixPath

from relief_engine.errors import Finding, Location, did_you_mean
from relief_engine.rulebook.building import Desk
from relief_engine.rulebook.folder import place_of
from relief_engine.rulebook.record import Record
from relief_engine.rulebook.source import Document, Path_, not_utf8
from relief_engine.text import Text

#: One row: its line in the file, and the cells of the columns that were asked for, in that order.
TableRow = tuple[int, tuple[str, ...]]


class Table(Record):
    """The rows of a CSV file, and the name under which its mistakes are reported."""

    file: str
    rows: tuple[TableRow, ...]


class Tables:
    """The CSV files of a rulebook by their relative path; ``used`` grows as they are read."""

    def __init__(self, contents: Mapping[str, bytes], root: Path) -> None:
        self.contents = {name: data for name, data in contents.items() if name.endswith(".csv")}
        self.root = root
        self.used: set[str] = set()

    def read(
        self, document: Document, path: Path_, name: str, file: str, columns: tuple[str, ...], desk: Desk
    ) -> Table | None:
        """The table ``file`` that stands beside the document ``name``; None, and a finding, if it can't be read.

        ``path`` is where the document names it.
        """
        folder = PurePosixPath(name).parent
        full = (folder / file).as_posix()
        data = self.contents.get(full)
        if data is None:
            beside = [PurePosixPath(n).name for n in self.contents if PurePosixPath(n).parent == folder]
            hint = did_you_mean(file, beside)
            message = Text(f"旁边没有表格“{file}”{hint.zh}", f"there is no table {file!r} beside this file{hint.en}")
            desk.report(document, "table-missing", path, message)
            return None
        self.used.add(full)
        label = place_of(self.root, full)
        try:
            content = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            desk.findings.append(not_utf8(data, error, label))
            return None
        return _parsed(content, label, columns, desk)


def at_line(desk: Desk, code: str, table: str, line: int, message: Text) -> None:
    """Report a mistake in a line of a table."""
    desk.findings.append(Finding(code, Location(table, line, 1), message))


def _parsed(content: str, label: str, columns: tuple[str, ...], desk: Desk) -> Table | None:
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    rows: list[TableRow] = []
    try:
        header = next(reader, [])
        missing = [column for column in columns if column not in header]
        twice = [column for column in columns if header.count(column) > 1]
        if missing or twice:
            listed, en = "、".join(missing or twice), ", ".join(missing or twice)
            message = (
                Text(f"表格缺少列：{listed}", f"the table lacks the columns {en}")
                if missing
                else Text(f"表格的列重复：{listed}", f"the table has columns twice: {en}")
            )
            at_line(desk, "table-columns", label, 1, message)
            return None
        before = len(desk.findings)
        pick = itemgetter(*(header.index(column) for column in columns))
        width = len(header)
        for row in reader:
            if len(row) == width:
                rows.append((reader.line_num, pick(row)))
            elif row:
                message = Text(f"应有 {width} 列，实有 {len(row)} 列", f"expected {width} columns, got {len(row)}")
                at_line(desk, "table-row", label, reader.line_num, message)
    except csv.Error as error:
        message = Text("CSV 写法有误（引号或换行）", f"not a valid CSV: {error}")
        at_line(desk, "table-syntax", label, max(reader.line_num, 1), message)
        return None
    # A row that is left out would be missed by others.
    return Table(label, tuple(rows)) if len(desk.findings) == before else None
