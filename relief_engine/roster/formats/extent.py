"""Roster stage, formats: how far the cells of a sheet reach, told from its XML before anything makes room for them.

What is looked at may have been made to mislead. So every pattern here takes time in proportion to the text, whatever
stands in it, and what can't be told for sure is damaged.
"""

from __future__ import annotations

import re
from functools import cache

from relief_engine.roster.formats.heading import MOST_COLUMNS

#: So many columns have one letter.
_LETTERS = 26
#: The letters of a reference. Nine stand for all that are too many.
_COLUMN = re.compile(rb' r="([A-Za-z]{1,9})')
#: A reference to a row from 100,000 on, with the rest of its tag.
_LONG_ROW = re.compile(rb' r="[A-Za-z]+([0-9]{6,})"([^<>]*+)')
#: The tag of a row or a cell, with its attributes, however they are written; a value may hold ``>``.
_TAG = re.compile(rb"""<(?:\w+:)?(row|c)(?=[\s/>])((?:[^<>"']|"[^"]*+"|'[^']*+')*+)(>?)""")
_REFERENCE = re.compile(rb"""\sr\s*+=\s*+["']([A-Za-z]{0,9})([0-9]{1,12})["']""")
#: Ways to write a reference that the quick search does not know, and no program uses.
_ODD = (b" r='", b" r =", b" r= ", b"\tr=", b"\nr=", b"\rr=", b"\tr ", b"\nr ", b"\rr ")


class Extent:
    """The last row and column, from 1, that hold something in a sheet whose text is added piece by piece.

    A piece ends with a row. Rows below 100,000 are not told apart. Where it is not plain which cell a reference is of,
    it counts as one that holds something.
    """

    def __init__(self) -> None:
        self.columns = 1
        self.rows = 99_999
        self._row = 0

    def add(self, piece: bytes) -> None:
        """Look at the next piece; ``ValueError`` if it can't be told where its cells stand."""
        if self._add_quickly(piece):
            return
        names = _COLUMN.findall(piece)
        wide = max(map(column_number, set(names)), default=1)
        if wide > MOST_COLUMNS or _oddly_written(piece) or _without_reference(piece):
            if self._add_exactly(piece) == len(names):
                return
        else:
            self._row += piece.count(b"row>")
        self.columns = max(self.columns, wide)
        long = [int(number) for number, rest in _LONG_ROW.findall(piece) if not rest.endswith(b"/")]
        self.rows = max(self.rows, *long, 0)

    def _add_quickly(self, piece: bytes) -> bool:
        """The same where no reference is to a column from AA on or a row from 100,000 on, as in most rosters."""
        last = min(self.columns, _LETTERS)
        beyond = _beyond(last).search(piece)
        while beyond is not None and beyond[1] is not None:
            last = column_number(beyond[1])
            beyond = _beyond(last).search(piece, beyond.start())
        if beyond is not None or _oddly_written(piece) or _without_reference(piece):
            return False
        self._row += piece.count(b"row>")
        self.columns = max(self.columns, last)
        return True

    def _add_exactly(self, piece: bytes) -> int:
        """The same, cell by cell as a reader counts them; gives how many of the usual references were in cells."""
        column = names = 0
        for kind, attributes, end in _TAG.findall(piece):
            if not end:
                raise ValueError("a tag without an end")
            found = _REFERENCE.search(attributes)
            names += _COLUMN.search(attributes) is not None
            if kind == b"row":
                # Where rows have no numbers, they are counted; so they are at most that far down.
                self._row = max(self._row + 1, int(found[2]) if found is not None else 0)
                column = 0
                continue
            row, column = self._row, column + 1
            if found is not None:
                row, column = int(found[2]), column_number(found[1])
            if not attributes.endswith(b"/"):
                self.columns, self.rows = max(self.columns, column), max(self.rows, row)
        return names


def column_number(name: bytes) -> int:
    """A column's number, from 1, from its letters."""
    number = 0
    for letter in name.upper():
        number = number * 26 + letter - 64
    return number


@cache
def _beyond(last: int) -> re.Pattern[bytes]:
    """What finds a reference behind the first so many columns: its letter, or nothing where it lies behind Z."""
    far = rb"[A-Za-z](?:[A-Za-z]|[0-9]{6})"
    near = rb"([%c-Z%c-z])" % (ord("A") + last, ord("a") + last) if last < _LETTERS else rb"(?!)()"
    return re.compile(rb' r="(?:%b|%b)' % (far, near))


def _oddly_written(piece: bytes) -> bool:
    """Whether references may be written in one of the odd ways. What is in each of those is looked for first."""
    if not (b"'" in piece or b"\t" in piece or b"\n" in piece or b"\r" in piece or b" =" in piece or b"= " in piece):
        return False
    return any(way in piece for way in _ODD)


def _without_reference(piece: bytes) -> bool:
    """Whether there may be cells without a reference, which stand behind the one before them."""
    if b":c" not in piece and piece.count(b"<c") == piece.count(b'<c r="'):
        return False
    begin = (b"<c", b":c")
    cells = sum(piece.count(tag + end) for tag in begin for end in (b" ", b">", b"\t", b"\n", b"\r"))
    return cells > sum(piece.count(tag + b' r="') for tag in begin)
