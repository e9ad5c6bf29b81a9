"""Roster stage: how wide texts are in a workbook, and how many lines they take."""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache


class _Widths(dict[str, int]):
    """How wide characters are, looked up once."""

    def __missing__(self, character: str) -> int:
        found = self[character] = 2 if unicodedata.east_asian_width(character) in "WFA" else 1
        return found


_width = _Widths().__getitem__


@lru_cache(50_000)
def width(text: str) -> int:
    """How wide a text is, in half-width characters: the widest of its lines, with wide characters counted twice."""
    if text.isascii() and "\n" not in text:
        return len(text)
    return max([sum(map(_width, line)) for line in text.split("\n")])


def lines_of(value: object, wide: float) -> int:
    """How many lines a text takes in a column of that width; anything else takes one."""
    if not isinstance(value, str) or 2.2 * len(value) <= wide:
        return 1
    return max(1, math.ceil(width(value) * 1.1 / wide))
