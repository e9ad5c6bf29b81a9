"""Roster stage, formats: text with a separator. A broken line is rejected; what could swallow others is refused."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from relief_engine.errors import InputError
from relief_engine.profile.written import visible
from relief_engine.roster.formats import heading
from relief_engine.roster.formats.encodings import Line, encoding_of, lines
from relief_engine.roster.formats.problems import refused
from relief_engine.roster.table import Problem, Rejected, Row, Table
from relief_engine.text import Text

SEPARATORS = (",", "\t", ";")
#: One value in quotes may hold so many lines, an address for instance; one with more lacks its closing quote.
MOST_LINES = 20
#: What spreadsheets are made to read as text. '0123 stays as it is: who reads a fact looks behind the mark.
_FORMULA_TEXT = re.compile(r'="([^"]*)"')

_GARBLED = Text(
    "这一行的编码与文件其他行不同，读不出来，请统一编码", "this line is in another encoding than the rest of the file"
)
_MISQUOTED = Text("这一行的引号位置不对，读不出单元格", "a misplaced quote: the cells of this line can't be told apart")

#: So many records are looked at to find the headers and what separates cells.
_FIRST = heading.LOOKED_AT + MOST_LINES
#: A line's number, its cells if it is not broken, and the line as it stands.
Record = tuple[int, list[str] | None, str]


def open_text(path: Path, known: heading.Known | None, encoding: str | None, remarks: tuple[Text, ...]) -> Table:
    """The table in a text file."""
    found = encoding_of(path, encoding)
    separator, head, start, above = _layout(path, found.name, known)
    headers = tuple(heading.text_of(cell) for cell in start)
    return Table(
        str(path), None, headers, head, (*remarks, *found.remarks),
        partial(_rows, path, found.name, separator, head, len(headers)), above=above,
    )  # fmt: skip


def _layout(path: Path, encoding: str, known: heading.Known | None) -> tuple[str, int, Sequence[str], tuple[str, ...]]:
    """The separator, the line and cells of the header row, and what stands above: what makes most sense at the top."""
    # A record takes some lines at most: so none of the first ones is cut off in the middle.
    top = list(islice(lines(path, encoding), _FIRST * MOST_LINES))
    swallowed: InputError | None = None
    best: tuple[tuple[int, int, int], str, int, Sequence[str], tuple[str, ...]] | None = None
    for order, separator in enumerate(SEPARATORS):
        try:
            first = islice(_records(path, iter(top), separator), _FIRST)
            records = [record for record in first if record[1] is not None]
        except InputError as error:
            swallowed = swallowed or error
            continue
        rows = [cells for _, cells, _ in records if cells is not None]
        found = heading.find(rows, known)
        if found is None:
            continue
        cells = rows[found.row]
        rank = (found.known, len(cells), -order)
        if best is None or rank > best[0]:
            if found.doubled:
                raise refused(
                    "roster-two-headers",
                    str(path),
                    "表头占了两行，请合并成一行",
                    "the headers take two rows; join them into one",
                    line=records[found.row][0],
                )
            best = (rank, separator, records[found.row][0], cells, heading.texts(rows[: found.row]))
    # A quote that looks harmless to the wrong separator is not.
    if swallowed is not None and (best is None or len(best[3]) == 1):
        raise swallowed
    if best is None:
        raise refused("roster-empty", str(path), "文件里没有表头", "the file has no headers")
    _, separator, line, start, above = best
    if len(start) > heading.MOST_COLUMNS:
        most = heading.MOST_COLUMNS
        raise refused(
            "roster-columns", str(path), f"有 {len(start)} 列，最多 {most} 列",
            f"has {len(start)} columns, at most {most} are read", line=line,
        )  # fmt: skip
    return separator, line, start, above


def _rows(path: Path, encoding: str, separator: str, head: int, width: int) -> Iterator[Row | Rejected]:
    for number, cells, raw in _records(path, lines(path, encoding), separator, width):
        if number <= head:
            continue
        if cells is None:
            yield _rejected(number, "broken-line", _GARBLED if "\ufffd" in raw else _MISQUOTED, raw)
            continue
        if not any(cell and not cell.isspace() for cell in cells):
            continue
        # A cell too many is one, even if the last is empty: 4,800 without quotes has moved all that follow it.
        if len(cells) != width:
            text = Text(f"有 {len(cells)} 个单元格，应为 {width} 个", f"{len(cells)} cells; expected {width}")
            yield _rejected(number, "cell-count", text, separator.join(cells), [_cell(cell) for cell in cells])
            continue
        yield Row(number, tuple([_cell(cell) if cell else None for cell in cells]))


def _rejected(number: int, code: str, message: Text, shown: str, cells: Sequence[object] = ()) -> Rejected:
    return Rejected(Row(number, tuple(cells) or (shown,)), (Problem(code, None, message, visible(shown, 200)),))


def _cell(text: str) -> str | None:
    if text[:1] == "=" and (match := _FORMULA_TEXT.fullmatch(text)) is not None:
        text = match[1]
    return None if not text or text.isspace() else text


def _records(path: Path, found: Iterator[Line], separator: str, width: int | None = None) -> Iterator[Record]:
    """Records with the line on which they begin; without cells where the line is broken.

    ``width`` is how many cells a record should have, if that is known.

    Raises:
        InputError: a record of several lines is broken, so that nobody can tell which lines belong to it.
    """
    taken: list[Line] = []

    def feed() -> Iterator[str]:
        for line in found:
            taken.append(line)
            if len(taken) > MOST_LINES:
                raise _swallowed(path, taken[0].number)
            yield "\0" if line.text is None else line.text

    reader = csv.reader(feed(), delimiter=separator, strict=True)
    while True:
        taken.clear()
        try:
            cells: list[str] | None = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = None
        if not taken:
            return
        if any("\0" in (line.text or "\0") for line in taken):
            cells = None
        first = taken[0]
        if len(taken) > 1 and (cells is None or (width is not None and len(cells) != width)):
            raise _swallowed(path, first.number)
        if cells is None and '"' in (first.text or "") and _open_at_end(first.text or "", separator):
            raise _swallowed(path, first.number)
        yield first.number, cells, first.raw or (first.text or "").rstrip("\r\n")


def _open_at_end(text: str, separator: str) -> bool:
    """Whether a line ends inside quotes."""
    try:
        next(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    except StopIteration:
        pass
    return False


def _swallowed(path: Path, number: int) -> InputError:
    return refused(
        "roster-quote",
        str(path),
        "从这一行起有一个引号没有配对，后面的行会被吞进同一个单元格；请补上引号，或另存为 .xlsx",
        "a quote from this line on is never closed and would swallow the lines after it; close it, or save as .xlsx",
        line=number,
    )
