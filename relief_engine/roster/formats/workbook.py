"""Roster stage, formats: the sheets of a workbook; merged cells are filled down, cells without a value marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from relief_engine.errors import did_you_mean
from relief_engine.roster.formats import archive, heading, legacy
from relief_engine.roster.formats.content import password
from relief_engine.roster.formats.problems import missing_extra, refused
from relief_engine.roster.table import COVERED, CellError, Row, Table
from relief_engine.text import Text, joined

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

#: So many cells may lie in merged ones; each of them is filled.
MOST_COVERED = 2_000_000
_NOTHING: Mapping[int, Mapping[int, object]] = {}


@dataclass(slots=True)
class _Sheet:
    """One sheet: its headers, how many lines they end after, and what reading it does not give as it should."""

    name: str
    source: CalamineSheet
    left: int
    heading: heading.Heading
    headers: tuple[str, ...]
    last: int
    above: tuple[str, ...] = ()
    patches: dict[int, dict[int, object]] = field(default_factory=dict)
    merged: dict[tuple[int, int], int] = field(default_factory=dict)
    remarks: list[Text] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """The rows under the headers; numbers as the spreadsheet shows them."""
        before = (None,) * self.left
        width = len(self.headers)
        patches: Mapping[int, Mapping[int, object]] = self.patches or _NOTHING
        lines: Iterator[list[Any]] = self.source.iter_rows()
        for index, values in enumerate(lines):
            if index <= self.last:
                continue
            # Most cells are figures and texts, and need no closer look.
            cells = before + tuple([
                v if (kind := type(v)) is float or (kind is str and v and not v.isspace()) else _cell(v) for v in values
            ])  # fmt: skip
            if patches and index in patches:
                changed = list(cells)
                for column, value in patches[index].items():
                    if column < width:
                        changed[column] = value
                cells = tuple(changed)
            if cells.count(None) < len(cells):
                yield Row(index + 1, cells)


def _cell(value: object) -> object:
    """A cell as the rest of the engine knows it; blank text is an empty cell."""
    if type(value) is str:
        return None if not value or value.isspace() else value
    if isinstance(value, dt.time | dt.timedelta):
        return str(value)
    return value


def open_workbook(
    path: Path, kind: Literal["xlsx", "xls"], known: heading.Known | None, sheet: str | None, remarks: tuple[Text, ...]
) -> Table:
    """The table on the first sheet with known headers, or on the sheet of that name."""
    try:
        import python_calamine
    except ImportError:
        raise missing_extra(str(path), "python-calamine") from None
    look_through = archive.look_through if kind == "xlsx" else legacy.look_through
    flaws = look_through(path)
    try:
        with path.open("rb") as stream, python_calamine.CalamineWorkbook.from_filelike(stream) as book:
            found, others = _chosen(path, book, known, sheet, flaws)
    except python_calamine.PasswordError:
        raise password(path) from None
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        zh, en = "工作簿读不出来，请用 Excel 或 WPS 另存为 .xlsx", "the workbook can't be read; save it as .xlsx"
        raise refused("roster-damaged", str(path), zh, f"{en} ({error})") from None
    except BaseException as error:
        # What the library did not expect comes as an exception that is none of Exception's.
        if type(error).__name__ != "PanicException":
            raise
        zh, en = "工作簿已损坏，读不下去", "the workbook is damaged and can't be read on"
        raise refused("roster-damaged", str(path), zh, en) from None
    if others:
        listed = joined([Text(f"“{name}”", f"'{name}'") for name in others])
        found.remarks.append(
            Text(
                f"读取的是工作表“{found.name}”；{listed.zh}也像台账，没有读取，可用 --sheet 指定",
                f"the sheet '{found.name}' is read; {listed.en} look like rosters too and are not; choose with --sheet",
            )
        )
    return Table(
        str(path), found.name, found.headers, found.last + 1, (*remarks, *found.remarks), found.rows,
        flaws.day_zero, found.merged, in_memory=True, above=found.above,
    )  # fmt: skip


def _chosen(
    path: Path,
    book: CalamineWorkbook,
    known: heading.Known | None,
    asked: str | None,
    flaws: archive.Flaws,
) -> tuple[_Sheet, list[str]]:
    """The sheet to read, and the names of others that could be read too. Hidden sheets are read only if asked for."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = {m.name: m.visible == SheetVisibleEnum.Visible for m in book.sheets_metadata
              if m.typ == SheetTypeEnum.WorkSheet}  # fmt: skip
    if asked is not None:
        if asked not in sheets:
            hint = did_you_mean(asked, sheets)
            listed = "、".join(sheets)
            raise refused(
                "roster-sheet",
                str(path),
                f"没有工作表“{asked}”{hint.zh or f'，有 {listed}'}",
                f"there is no sheet {asked!r}{hint.en or f'; there are {listed}'}",
            )
        found = _read(path, book, asked, known, flaws.of(asked, book.sheet_names))
        if found is None:
            raise refused("roster-empty", f"{path}[{asked}]", "工作表是空的", "the sheet is empty")
        return found, []
    first: _Sheet | None = None
    others: list[str] = []
    for name, visible in sheets.items():
        if name in (heading.EXAMPLE.zh, heading.EXAMPLE.en):
            continue
        found = _read(path, book, name, known, flaws.of(name, book.sheet_names))
        if found is None:
            continue
        # A sheet of explanations may by chance have one word that is a header. One sheet is held, never all of them.
        if visible and (first is None or min(found.heading.known, 2) > min(first.heading.known, 2)):
            first = found
        elif found.heading.known >= 2:
            others.append(found.name)
    if first is None:
        zh, en = "工作簿里没有看得见的内容", "the workbook has nothing on a visible sheet"
        raise refused("roster-empty", str(path), zh, en)
    return first, others


def _read(
    path: Path,
    book: CalamineWorkbook,
    name: str,
    known: heading.Known | None,
    flaws: Mapping[tuple[int, int], CellError],
) -> _Sheet | None:
    """One sheet with its headers; None if it is empty."""
    source = book.get_sheet_by_name(name)
    if source.start is None:
        return None
    top_row, left = source.start
    first = [[None] * left + [_cell(v) for v in row]
             for row in islice(source.iter_rows(), top_row + heading.LOOKED_AT)]  # fmt: skip
    found = heading.find(first[top_row:], known)
    if found is None:
        return None
    found = found._replace(row=found.row + top_row)
    merges = source.merged_cell_ranges or []
    last = _last_header_row(path, name, found, merges, first)
    headers = _headers(first, found.row, last)
    if len(headers) > heading.MOST_COLUMNS:
        most = heading.MOST_COLUMNS
        raise refused("roster-columns", f"{path}[{name}]", f"有 {len(headers)} 列，最多 {most} 列",
                      f"has {len(headers)} columns, at most {most} are read")  # fmt: skip
    sheet = _Sheet(name, source, left, found, headers, last, heading.texts(first[: found.row]))
    _fill(path, sheet, merges)
    for (row, column), error in flaws.items():
        if row > last and column < len(headers):
            sheet.patches.setdefault(row, {})[column] = error
    return sheet


_Merges = list[tuple[tuple[int, int], tuple[int, int]]]


def _last_header_row(path: Path, name: str, found: heading.Heading, merges: _Merges, first: list[list[object]]) -> int:
    """The last of the rows that the headers take: two where cells merged across have headers of their own below."""
    here = [m for m in merges if m[0][0] == found.row]
    below = max((m[1][0] for m in here), default=found.row)
    across = any(m[1][1] > m[0][1] for m in here)
    if below == found.row + 1 and across and below < len(first):
        return below
    if found.doubled:
        raise refused(
            "roster-two-headers", f"{path}[{name}]", "表头占了两行，请合并成一行",
            "the headers take two rows; join them into one", line=found.row + 1,
        )  # fmt: skip
    return below


def _headers(first: list[list[object]], top: int, last: int) -> tuple[str, ...]:
    """The headers; of two rows the lower one, where it has something."""
    headers = [heading.text_of(cell) for cell in first[top]]
    if last > top and last < len(first):
        headers = [heading.text_of(low) or high for low, high in zip(first[last], headers, strict=True)]
    return tuple(headers)


def _fill(path: Path, sheet: _Sheet, merges: _Merges) -> None:
    """Give every row of a merged cell its value; a cell to the right of a merged one has none of its own."""
    ranges = [(top, left, bottom, right) for (top, left), (bottom, right) in merges
              if bottom > sheet.last and left < len(sheet.headers)]  # fmt: skip
    if not ranges:
        return
    lowest = (sheet.source.end or (0, 0))[0]
    width = len(sheet.headers)
    covered = sum(
        (min(bottom, lowest) - max(top, sheet.last) + 1) * (min(right + 1, width) - left)
        for top, left, bottom, right in ranges
    )
    if covered > MOST_COVERED:
        raise refused("roster-too-large", f"{path}[{sheet.name}]", "合并的单元格太多，请取消合并",
                      "too many merged cells; take the merging back")  # fmt: skip
    wanted = {top for top, *_ in ranges}
    values: dict[tuple[int, int], object] = {}
    for index, row in enumerate(sheet.source.iter_rows()):
        if index in wanted:
            for top, left, _, _ in ranges:
                if top == index:
                    place = left - sheet.left
                    values[top, left] = _cell(row[place]) if 0 <= place < len(row) else None
            wanted.discard(index)
            if not wanted:
                break
    filled = 0
    for top, left, bottom, right in ranges:
        value = values.get((top, left))
        if value is None:
            continue
        bottom = min(bottom, lowest)
        for number in range(max(top, sheet.last + 1), bottom + 1):
            patch = sheet.patches.setdefault(number, {})
            if number > top:
                patch[left] = value
            patch.update(dict.fromkeys(range(left + 1, min(right + 1, len(sheet.headers))), COVERED))
            if bottom > top:
                sheet.merged[number + 1, left] = bottom - top + 1
        filled += bottom > top
    if filled:
        sheet.remarks.append(
            Text(
                f"{filled} 处上下合并的单元格，已把内容填到其中每一行",
                f"{filled} cell(s) merged over several rows were filled into each of them",
            )
        )
