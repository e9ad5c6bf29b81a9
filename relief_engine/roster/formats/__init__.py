"""Roster stage, formats, the door: a file becomes a :class:`~relief_engine.roster.table.Table`, whatever its format."""

from __future__ import annotations

from pathlib import Path

from relief_engine.roster.formats import heading
from relief_engine.roster.formats.content import Format, format_of
from relief_engine.roster.formats.problems import refused
from relief_engine.roster.table import Table

__all__ = ["open_table", "refuse_options"]


def open_table(
    path: Path | str,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    known: heading.Known | None = None,
) -> Table:
    """Open a roster: .xlsx, .xls, .csv or .parquet, told by content and name together.

    Args:
        path: the file.
        sheet: the name of the sheet to read; without it the first visible one with known headers.
        encoding: the encoding of a text file; without it the mark at its beginning, UTF-8 or GB18030.
        known: says whether a text is a known header (:func:`relief_engine.roster.headers.known`), by which the row of
            headers and the sheet are found; without it the first row that is not empty is taken.

    Raises:
        InputError: the file can't be read as a table, or is not safe to open; the message says what to do.
    """
    path = Path(path)
    kind, remarks = format_of(path)
    refuse_options(path, sheet=sheet, encoding=encoding, kind=kind)
    match kind:
        case "text":
            from relief_engine.roster.formats.delimited import open_text

            return open_text(path, known, encoding, remarks)
        case "parquet":
            from relief_engine.roster.formats.parquet import open_parquet

            return open_parquet(path, remarks)
        case _:
            from relief_engine.roster.formats.workbook import open_workbook

            return open_workbook(path, kind, known, sheet, remarks)


def refuse_options(path: Path, *, sheet: str | None, encoding: str | None, kind: Format) -> None:
    """Refuse to look for a sheet or an encoding where a kind of file has none; raises :class:`InputError`."""
    if sheet is not None and kind in ("text", "parquet"):
        raise refused("roster-sheet", str(path), "这种文件没有工作表，请去掉 --sheet", "such a file has no sheets")
    if encoding is not None and kind != "text":
        zh, en = "只有文本文件才能指定编码，请去掉 --encoding", "only a text file has an encoding to choose"
        raise refused("roster-encoding", str(path), zh, en)
