"""Roster stage, formats: an .xlsx file is looked through before it is opened, so that none can exhaust the machine.

The library that reads workbooks makes room for every cell between the first and the last that holds something, and
gives a cell with an error, or a formula without its result, as an empty one. Both are found here first.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple
from xml.etree import ElementTree as ET

from relief_engine.errors import InputError
from relief_engine.roster.formats.extent import Extent, column_number
from relief_engine.roster.formats.heading import MOST_COLUMNS
from relief_engine.roster.formats.problems import refused
from relief_engine.roster.table import NOT_CALCULATED, CellError

#: What a workbook may unpack to. 100,000 rows of 40 columns are about 180 MB; nothing near ten times that is a roster.
MOST_BYTES = 1 << 30
#: What one part may grow by when unpacked. Sheets of equal rows reach about 40 times, a bomb about 1,000 times.
MOST_RATIO = 250
#: Parts below this size are harmless whatever their ratio.
SMALL = 16 << 20
#: Room for so many cells is made at most, about 1 GB: 100,000 rows of 300 columns.
MOST_CELLS = 30_000_000
#: The same for all sheets of a workbook, which are opened one after the other.
MOST_SPREAD = 10 * MOST_CELLS

_CHUNK = 4 << 20
#: No row has so much text; one that has would have to be held whole.
_LONGEST_ROW = 64 << 20
#: How a cell begins, and what is in it up to its end or the next one. No piece of a text is looked at twice.
_BEGIN = rb"<(?:\w+:)?c\s([^<>]*+)(?<!/)>"
_INSIDE = rb"((?:[^<]++|<(?!/?(?:\w+:)?c[\s>/]))*+)"
_FORMULA = re.compile(_BEGIN + rb"\s*+<(?:\w+:)?f[\s/>]" + _INSIDE)
_ERROR = re.compile(rb"""<(?:\w+:)?c\s(?=[^<>]*?\bt=["']e["'])([^<>]*+)(?<!/)>""" + _INSIDE)
_VALUE = re.compile(rb"<(?:\w+:)?v[^<>]*+>([^<]++)<")
_BEGINS = re.compile(rb"[<:]sheetData[\s/>]")
_END = re.compile(rb"</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*/>")
_REFERENCE = re.compile(rb"""(?<!\S)r\s*+=\s*+["']([A-Za-z]{1,3})([0-9]{1,7})["']""")
_DATE_1904 = re.compile(rb"""date1904\s*=\s*["'](?:1|true)["']""")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
#: Workbooks of the strict kind have names of their own.
_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


class Flaws(NamedTuple):
    """What a look through a workbook found: the cells without a value (row and column from 0), and day 0.

    The cells stand under the name of their sheet, or under its place from 0 where only that is known.
    """

    cells: Mapping[str | int, Mapping[tuple[int, int], CellError]]
    day_zero: dt.date

    def of(self, sheet: str, sheets: Sequence[str]) -> Mapping[tuple[int, int], CellError]:
        """The cells without a value of one of the sheets."""
        return self.cells.get(sheet, self.cells.get(sheets.index(sheet), {}))


def look_through(path: Path, most: int = MOST_CELLS) -> Flaws:
    """Check a workbook before it is opened.

    Args:
        path: the workbook.
        most: room for so many cells of one sheet is made at most.

    Raises:
        InputError: it is damaged, unpacks to more than any roster, or spreads its cells too far.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _measure(path, archive)
            parts = _sheets(archive)
            sheets = {part: name for name, part in parts}
            if not len(parts) == len(sheets) == len(dict(parts)):
                raise ValueError("two sheets of one name, or in one part")
            cells: dict[str | int, Mapping[tuple[int, int], CellError]] = {}
            spread = 0
            for info in archive.infolist():
                sheet = sheets.get(info.filename)
                # What the workbook does not seem to refer to may be read as a sheet all the same.
                if sheet is not None or _holds_cells(archive, info):
                    with archive.open(info) as stream:
                        found, room = _look(path, sheet or info.filename, _chunks(path, stream), most)
                    if sheet is not None:
                        cells[sheet] = found
                    spread += room
                    if spread > MOST_SPREAD:
                        raise _spread_out(path, spread)
            book = next(n for n in archive.namelist() if n.casefold() == "xl/workbook.xml")
            day_zero = dt.date(1904, 1, 1) if _DATE_1904.search(archive.read(book)) else dt.date(1899, 12, 30)
    except (zipfile.BadZipFile, zlib.error, EOFError, LookupError, ET.ParseError, NotImplementedError, OSError,
            RuntimeError, StopIteration, ValueError):  # fmt: skip
        raise refused(
            "roster-damaged", str(path), "工作簿已损坏，读不下去", "the workbook is damaged and can't be read on"
        ) from None
    return Flaws(cells, day_zero)


def _spread_out(path: Path, cells: int) -> InputError:
    return refused(
        "roster-too-large",
        str(path),
        f"各工作表合计要留出 {cells:,} 个单元格的位置，不像正常的台账；请只留台账所在的工作表",
        f"its sheets need room for {cells:,} cells together, unlike a roster; keep the sheet of the roster only",
    )


def _measure(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse what unpacks to far more than a roster does, by the archive's own table of contents."""
    infos = archive.infolist()
    total = sum(info.file_size for info in infos)
    bloated = any(i.file_size > SMALL and i.file_size > MOST_RATIO * max(i.compress_size, 1) for i in infos)
    if total > MOST_BYTES or bloated or len(infos) > 10_000:
        raise refused(
            "roster-too-large",
            str(path),
            f"工作簿解压后有 {total / 1e6:,.0f} MB，不像正常的台账，为安全起见没有打开；确是台账的，请另存为 CSV",
            f"unpacks to {total / 1e6:,.0f} MB, unlike any roster, and was not opened; if it is one, save it as CSV",
        )


def _sheets(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """The name of each sheet, and the part in which it stands."""
    names = {name.casefold(): name for name in archive.namelist()}
    book = ET.fromstring(archive.read(names["xl/workbook.xml"]))
    links = ET.fromstring(archive.read(names["xl/_rels/workbook.xml.rels"]))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found: list[tuple[str, str]] = []
    for sheet in book.iter():
        if sheet.tag.rpartition("}")[2] == "sheet":
            target = targets.get(sheet.get(_RELATION) or sheet.get(_STRICT)) or ""
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            found.append((sheet.get("name") or "", names.get(part.casefold(), part)))
    return found


def _holds_cells(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    """Whether a part has cells. It is unpacked to the end: what is longer than it says, or broken, shows there."""
    found, rest = False, b""
    with archive.open(info) as stream:
        while piece := stream.read(_CHUNK):
            found = found or _BEGINS.search(rest + piece) is not None
            rest = piece[-20:]
    return found


def _chunks(path: Path, stream: IO[bytes]) -> Iterator[bytes]:
    """A sheet in pieces that end with a row; ``ValueError`` if it breaks off: it would be read as far as it goes."""
    rest, ended = b"", False
    while piece := stream.read(_CHUNK):
        piece = rest + piece
        ended = ended or (b"sheetData" in piece and _END.search(piece) is not None)
        end = piece.rfind(b"row>") + 4
        if end < 4:
            end = 0
        if len(piece) - end > _LONGEST_ROW:
            raise refused("roster-too-large", str(path), "有一行太长，不像正常的台账", "a row is too long for a roster")
        rest = piece[end:]
        if end:
            yield piece[:end]
    if not ended or not rest.rstrip().endswith(b"worksheet>"):
        raise ValueError("a sheet without an end")
    yield rest


def _look(path: Path, sheet: str, chunks: Iterator[bytes], most: int) -> tuple[dict[tuple[int, int], CellError], int]:
    """The cells of a sheet without a value, and the room that it takes; refuses one whose cells lie too far apart."""
    cells: dict[tuple[int, int], CellError] = {}
    extent = Extent()
    for chunk in chunks:
        extent.add(chunk)
        columns, rows = extent.columns, extent.rows
        _too_wide(path, sheet, columns)
        if b'"e"' in chunk or b"'e'" in chunk:
            for found in _ERROR.finditer(chunk):
                value = _VALUE.search(found[2])
                cells[_place(found[1])] = CellError(value[1].decode("utf-8", "replace") if value else "#错误")
        if b"<f" in chunk or b":f" in chunk:
            for found in _FORMULA.finditer(chunk):
                # An empty text is a result too; nothing at all is none.
                if _VALUE.search(found[2]) is None and b't="str"' not in found[1]:
                    cells[_place(found[1])] = NOT_CALCULATED
        if rows * columns > most:
            raise refused(
                "roster-too-large",
                f"{path}[{sheet}]",
                f"单元格散布在 {rows:,} 行、{columns:,} 列，不像正常的台账；请删去表格以外的内容",
                f"cells are spread over {rows:,} rows and {columns:,} columns, unlike a roster; delete the rest",
            )
    return cells, extent.rows * extent.columns


def _too_wide(path: Path, sheet: str, columns: int) -> None:
    if columns > MOST_COLUMNS:
        raise refused(
            "roster-columns",
            f"{path}[{sheet}]",
            f"有 {columns:,} 列，最多 {MOST_COLUMNS:,} 列；请删去表格右侧无关的内容",
            f"has {columns:,} columns, at most {MOST_COLUMNS:,} are read; delete what stands right of the table",
        )


def _place(attributes: bytes) -> tuple[int, int]:
    found = _REFERENCE.search(attributes)
    if found is None:  # a cell without its name has no place that can be told
        raise ValueError("a cell without a reference")
    return int(found[2]) - 1, column_number(found[1]) - 1
