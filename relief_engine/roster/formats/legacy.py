"""Roster stage, formats: an old .xls file is looked through for cells with errors, which reading gives as empty ones.

An .xls file is a compound file (a small file system of sectors) with one stream of records, the workbook.
"""

from __future__ import annotations

import datetime as dt
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from relief_engine.roster.formats.archive import Flaws
from relief_engine.roster.formats.content import password
from relief_engine.roster.formats.problems import refused
from relief_engine.roster.table import CellError

_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_BOF, _EOF, _BOUND, _PASSWORD, _DATES, _FORMULA, _BOOL_ERROR = (
    (0x0009, 0x0209, 0x0409, 0x0809), 0x000A, 0x0085, 0x002F, 0x0022, (0x0006, 0x0206, 0x0406), (0x0005, 0x0205),
)  # fmt: skip
#: Records of one cell, and of several in a row.
_SEVERAL = (0x00BD, 0x00BE)
_CELLS = frozenset({*_FORMULA, *_BOOL_ERROR, *_SEVERAL, 0x0001, 0x0002, 0x0003, 0x0004, 0x00D6, 0x00FD, 0x0201, 0x0203,
                    0x0204, 0x027E})  # fmt: skip
#: An old sheet has 256 columns.
MOST_COLUMNS = 256
_LAST = 0xFFFFFFFA
#: Reads a workbook as the host is about to, and leaves with 1 where that fails in an orderly way.
_TRIAL = """
import sys
sys.path[:] = sys.argv[2:]
import python_calamine
try:
    with open(sys.argv[1], "rb") as stream, python_calamine.CalamineWorkbook.from_filelike(stream) as book:
        for name in book.sheet_names:
            book.get_sheet_by_name(name)
except Exception:
    sys.exit(1)
except BaseException:
    sys.exit(2)
"""
_ORDERLY = (0, 1)
_SECONDS = 120


def look_through(path: Path) -> Flaws:
    """Check an old workbook before it is opened.

    Raises:
        InputError: the workbook is damaged, too large or needs a password.
    """
    try:
        stream = _workbook(path.read_bytes())
        starts, day_zero = [], dt.date(1899, 12, 30)
        for kind, body in _records(stream, 0):
            if kind == _BOUND:
                starts.append(struct.unpack_from("<I", body)[0])
            elif kind == _PASSWORD:
                raise password(path)
            elif kind == _DATES and struct.unpack_from("<H", body)[0]:
                day_zero = dt.date(1904, 1, 1)
        if not _survives(path):
            raise ValueError("reading it would end the process")
        cells: dict[str | int, Mapping[tuple[int, int], CellError]] = {
            place: dict(_errors(stream, start)) for place, start in enumerate(starts)
        }
    except (struct.error, IndexError, ValueError, OSError):
        raise refused(
            "roster-damaged",
            str(path),
            "这个 .xls 工作簿已损坏或太旧，请用 Excel 或 WPS 另存为 .xlsx",
            "this .xls workbook is damaged or too old; save it as .xlsx",
        ) from None
    return Flaws(cells, day_zero)


def _survives(path: Path) -> bool:
    """Whether a process that reads the workbook lives on: some damaged ones make the library ask for endless memory."""
    try:
        command = [sys.executable, "-c", _TRIAL, str(path), *sys.path]
        return subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False).returncode in _ORDERLY
    except subprocess.TimeoutExpired:
        return False


def _workbook(data: bytes) -> bytes:
    """The stream of records in a compound file."""
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    (first_directory,) = struct.unpack_from("<I", data, 48)
    cutoff, first_mini, _, first_more, _ = struct.unpack_from("<IIIII", data, 56)
    if shift not in (9, 12) or mini_shift != 6:
        raise ValueError("no compound file")
    size = 1 << shift

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    tables = list(struct.unpack_from("<109I", data, 76))
    while first_more < _LAST and len(tables) * size <= len(data) + 109 * size:
        more = struct.unpack(f"<{size // 4}I", sector(first_more))
        tables += more[:-1]
        first_more = more[-1]
    most = len(data) // size
    chain: list[int] = []
    # Every sector of the table of sectors is there once, and has an entry for each sector of the file at most.
    for number in tables:
        if number < _LAST and len(chain) <= most + size:
            chain += struct.unpack(f"<{size // 4}I", sector(number))

    def joined(first: int) -> bytes:
        parts: list[bytes] = []
        number = first
        while number < _LAST:
            parts.append(sector(number))
            # No chain visits a sector twice; one that goes round would grow to many times the file.
            if len(parts) > most:
                raise ValueError("a chain without end")
            number = chain[number]
        return b"".join(parts)

    directory = joined(first_directory)
    entries = {}
    for at in range(0, len(directory), 128):
        (length,) = struct.unpack_from("<H", directory, at + 64)
        name = directory[at : at + max(length - 2, 0)].decode("utf-16-le", "replace").casefold()
        entries[name] = struct.unpack_from("<II", directory, at + 116)
    first, length = entries.get("workbook") or entries["book"] if "book" in entries or "workbook" in entries else (0, 0)
    if length >= cutoff:
        return joined(first)[:length]
    root = joined(struct.unpack_from("<I", directory, 116)[0])
    minis = struct.unpack(f"<{len(joined(first_mini)) // 4}I", joined(first_mini))
    parts: list[bytes] = []
    number = first
    while number < _LAST and len(parts) <= len(minis):
        parts.append(root[number << mini_shift : (number + 1) << mini_shift])
        number = minis[number]
    return b"".join(parts)[:length]


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records from a place to the end of what begins there; what is nested in it, such as charts, is left out."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind in _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length
    raise ValueError("no end")


def _errors(stream: bytes, start: int) -> Iterator[tuple[tuple[int, int], CellError]]:
    """The cells of a sheet that hold an error; ``ValueError`` where one lies outside of what a sheet can have."""
    for kind, body in _records(stream, start):
        if kind not in _CELLS:
            continue
        row, column = struct.unpack_from("<HH", body)
        last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind in _SEVERAL else column
        if max(column, last) >= MOST_COLUMNS:
            # A damaged place would have room made for every cell up to it.
            raise ValueError("a cell outside the sheet")
        if kind in _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            code = body[8]
        elif kind in _BOOL_ERROR and body[7]:
            code = body[6]
        else:
            continue
        yield (row, column), CellError(_ERRORS.get(code, "#错误"))
