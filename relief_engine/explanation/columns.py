"""Explanation stage: text in the columns of a terminal, where a Chinese character takes two.

Lines break at spaces and between Chinese characters, never before closing or after opening punctuation, and a figure
stays with its unit.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_CLOSING = frozenset("，。、；：？！）〕】》」』”’%…,.;:?!)]}")
_OPENING = frozenset("（〔【《「『“‘([{")

#: Two characters that are one word, often behind or before a figure.
_WORDS = frozenset({"万元", "亿元", "个月", "附件", "附录"})


def columns(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text that take at most ``width`` columns each; at least one."""
    lines: list[str] = []
    line, used = "", 0
    for gap, piece in _pieces(text):
        size = columns(piece)
        space = gap if line else ""
        if line and used + len(space) + size > width:
            lines.append(line)
            line, used, space = "", 0, ""
        while size > width - used - len(space):
            cut = _cut(piece, width - used - len(space))
            lines.append(line + space + piece[:cut])
            piece, line, used, space = piece[cut:], "", 0, ""
            size = columns(piece)
        line += space + piece
        used += len(space) + size
    return [*lines, line] if line or not lines else lines


def hanging(lead: str, text: str, indent: int, width: int) -> list[str]:
    """The lines of a text behind a lead; lines after the first hang under the beginning of the text."""
    hang = indent + columns(lead)
    first, *rest = wrapped(text, max(width - hang, 10))
    return [" " * indent + lead + first, *(" " * hang + line for line in rest)]


@lru_cache(maxsize=8192)
def _width(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 0 if unicodedata.combining(character) else 1


def _cut(piece: str, room: int) -> int:
    """How many characters of a piece that is too long for any line fit; at least one."""
    used = 0
    for index, character in enumerate(piece):
        used += _width(character)
        if used > room:
            return max(index, 1)
    return len(piece)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """The parts that lines are made from, each with the space before it."""
    gap, piece = "", ""
    space = ""
    for atom in _atoms(text):
        if atom == " ":
            space = " "
            continue
        if piece and _together(piece[-1], space, atom[0]):
            piece += space + atom
        else:
            if piece:
                yield gap, piece
            gap, piece = space, atom
        space = ""
    if piece:
        yield gap, piece


def _atoms(text: str) -> Iterator[str]:
    """Words, single wide characters and spaces."""
    word = ""
    for character in text:
        if character == " " or _width(character) == 2:
            if word:
                yield word
            word = ""
            yield character
        else:
            word += character
    if word:
        yield word


def _together(before: str, space: str, after: str) -> bool:
    """Whether no line may end between two characters."""
    if space:
        return before.isdigit() and _width(after) == 2 and after not in _OPENING
    if after in _CLOSING or before in _OPENING or before + after in _WORDS:
        return True
    return before.isdigit() or after.isdigit()
