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

_CHUNK = 4 << 20
#: No row has so much text; one that has would have to be held whole.
_LONGEST_ROW = 64 << 20
_COLUMN = re.compile(rb' r="([A-Z]+)[0-9]')
_LONG_ROW = re.compile(rb' r="[A-Z]+([0-9]{6,})"[^>]*[^/]>')
#: A cell that holds something, however it is written.
_FILLED = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["']([A-Z]{1,8})([0-9]{1,12})["'](?:[^>]*[^/])?>""")
#: Ways to write a reference that the quick search does not know, and no program uses.
_ODD = (b" r='", b" r =", b" r= ", b"\tr=", b"\nr=", b"\tr ", b"\nr ")
_FORMULA = re.compile(rb"<(?:\w+:)?c\s([^>]*[^/])>\s*<(?:\w+:)?f[\s/>](.*?)</(?:\w+:)?c>", re.DOTALL)
_ERROR = re.compile(rb"""<(?:\w+:)?c\s([^>]*?\bt=["']e["'][^>]*)>(.*?)</(?:\w+:)?c>""", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]+)<")
_END = re.compile(rb"</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*/>")
_REFERENCE = re.compile(rb"""\br=["']([A-Z]+)([0-9]+)["']""")
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


def look_through(path: Path) -> Flaws:
    """Check a workbook before it is opened.

    Raises:
        InputError: it is damaged, unpacks to more than any roster, or spreads its cells too far.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _measure(path, archive)
            parts = _sheets(archive)
            sheets = {part: name for name, part in parts.items()}
            cells: dict[str | int, Mapping[tuple[int, int], CellError]] = {}
            for info in archive.infolist():
                if info.filename in sheets:
                    with archive.open(info) as stream:
                        name = sheets[info.filename]
                        cells[name] = _look(path, name, _chunks(path, stream))
                elif info.filename.casefold().endswith((".xml", ".rels")):
                    # Unpacked to the end: what is longer than it says, or broken, shows there.
                    with archive.open(info) as stream:
                        while stream.read(_CHUNK):
                            pass
            book = next(n for n in archive.namelist() if n.casefold() == "xl/workbook.xml")
            day_zero = dt.date(1904, 1, 1) if _DATE_1904.search(archive.read(book)) else dt.date(1899, 12, 30)
    except (zipfile.BadZipFile, zlib.error, EOFError, LookupError, ET.ParseError, NotImplementedError, OSError,
            RuntimeError, StopIteration, ValueError):  # fmt: skip
        raise refused(
            "roster-damaged", str(path), "工作簿已损坏，读不下去", "the workbook is damaged and can't be read on"
        ) from None
    return Flaws(cells, day_zero)


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


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part in which each sheet stands, by the sheet's name."""
    names = {name.casefold(): name for name in archive.namelist()}
    book = ET.fromstring(archive.read(names["xl/workbook.xml"]))
    links = ET.fromstring(archive.read(names["xl/_rels/workbook.xml.rels"]))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found: dict[str, str] = {}
    for sheet in book.iter():
        if sheet.tag.rpartition("}")[2] == "sheet":
            target = targets.get(sheet.get(_RELATION) or sheet.get(_STRICT)) or ""
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            found[sheet.get("name") or ""] = names.get(part.casefold(), part)
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


def _look(path: Path, sheet: str, chunks: Iterator[bytes]) -> dict[tuple[int, int], CellError]:
    """The cells of a sheet without a value; refuses one whose cells lie too far apart."""
    cells: dict[tuple[int, int], CellError] = {}
    columns, rows, exactly = 1, 99_999, (0, 0)
    for chunk in chunks:
        odd = _oddly_written(chunk)
        wide = 0 if odd else max(map(_number, set(_COLUMN.findall(chunk))), default=1)
        if odd or wide > MOST_COLUMNS:
            for found in _FILLED.finditer(chunk):
                exactly = max(exactly[0], int(found[2])), max(exactly[1], _number(found[1]))
            wide = exactly[1]
        columns, rows = max(columns, wide), max(rows, exactly[0], *map(int, _LONG_ROW.findall(chunk)), 0)
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
        if rows * columns > MOST_CELLS:
            raise refused(
                "roster-too-large",
                f"{path}[{sheet}]",
                f"单元格散布在 {rows:,} 行、{columns:,} 列，不像正常的台账；请删去表格以外的内容",
                f"cells are spread over {rows:,} rows and {columns:,} columns, unlike a roster; delete the rest",
            )
    return cells


def _oddly_written(chunk: bytes) -> bool:
    """Whether references may be written in one of the odd ways. What is in each of those is looked for first."""
    if not (b"'" in chunk or b"\t" in chunk or b"\n" in chunk or b" =" in chunk or b"= " in chunk):
        return False
    return any(way in chunk for way in _ODD)


def _too_wide(path: Path, sheet: str, columns: int) -> None:
    if columns > MOST_COLUMNS:
        raise refused(
            "roster-columns",
            f"{path}[{sheet}]",
            f"有 {columns:,} 列，最多 {MOST_COLUMNS:,} 列；请删去表格右侧无关的内容",
            f"has {columns:,} columns, at most {MOST_COLUMNS:,} are read; delete what stands right of the table",
        )


def _number(name: bytes) -> int:
    """A column's number from its letters."""
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number


def _place(attributes: bytes) -> tuple[int, int]:
    found = _REFERENCE.search(attributes)
    if found is None:  # a cell without its name has no place that can be told
        raise ValueError("a cell without a reference")
    return int(found[2]) - 1, _number(found[1]) - 1
