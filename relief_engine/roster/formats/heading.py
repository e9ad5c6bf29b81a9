"""Roster stage, formats: which of the first rows holds the headers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from relief_engine.roster.titles import of_missing
from relief_engine.text import Text

#: Says whether a text is the header of something that can be read. Formats know no facts.
Known = Callable[[str], bool]

#: The sheet of a template that shows an example; it is never read unless it is asked for.
EXAMPLE = Text("示例", "Example")
#: Headers are looked for in so many rows from the top; above them stand titles, units and dates.
LOOKED_AT = 15
#: No roster has so many columns; a sheet with more is damaged, or is made to exhaust memory.
MOST_COLUMNS = 1000


class Heading(NamedTuple):
    """Where the headers stand (from 0), how many of them are known, and whether a second row holds more of them."""

    row: int
    known: int
    doubled: bool


def text_of(cell: object) -> str:
    """A header as text; numbers such as 2021 lose the ``.0`` of a spreadsheet."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def texts(rows: Sequence[Sequence[object]]) -> tuple[str, ...]:
    """All texts that stand in some rows, such as those above the headers."""
    return tuple(cell.strip() for row in rows for cell in row if isinstance(cell, str) and cell.strip())


def find(rows: Sequence[Sequence[object]], known: Known | None) -> Heading | None:
    """The row among the first ones with the most known headers, the upper one of two with as many.

    Where no row has any, or nobody says what is known, the first that is not empty is taken. None if all are empty.
    """
    # A wider row is refused later; until then it is not worth a look at each of its cells.
    headers = [[text_of(cell) for cell in row[: MOST_COLUMNS + 1]] for row in rows[:LOOKED_AT]]
    marks = [[known is not None and bool(text) and known(text) for text in row] for row in headers]
    counts = [sum(row) for row in marks]
    if not any(counts):
        first = next((index for index, row in enumerate(headers) if any(row)), None)
        return None if first is None else Heading(first, 0, doubled=False)
    best = counts.index(max(counts))
    # A row of data may by chance hold one word that is also a header; two that add to the headers are no chance.
    beside = [n for n in (best - 1, best + 1) if 0 <= n < len(marks)]
    # In a result that is read again the facts that a row lacks are called like headers.
    open_ = [not mark and not of_missing(text) for mark, text in zip(marks[best], headers[best], strict=True)]
    doubled = any(sum(m and o for m, o in zip(marks[n], open_, strict=False)) >= 2 for n in beside)
    return Heading(best, counts[best], doubled)
