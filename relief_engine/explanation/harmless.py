"""Explanation stage: text that people wrote, made harmless before it is shown anywhere.

Names, addresses and file names come from outside. Control characters could steer a terminal, direction marks could turn
a sentence round; both are dropped here, for every form at once. Markup is the affair of each form.
"""

from __future__ import annotations

import unicodedata

#: Control, format and surrogate characters, and the separators of lines and paragraphs.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def one_line(text: str) -> str:
    """The text on one line, without characters that would do something instead of being seen."""
    if not text.isprintable():  # the usual text needs no second look
        text = "".join(_seen(character) for character in text)
    return " ".join(text.split())


def _seen(character: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category == "Cs":  # half a character, or a byte of a file name that is no text
        return "\N{REPLACEMENT CHARACTER}"
    return "" if category in _UNSAFE else character


def json_text(text: str) -> str:
    r"""A JSON document in which such characters stand as ``\uXXXX``: the data are the same, a terminal is safe."""
    if text.replace("\n", "").isprintable():  # almost every text is, and a service asks this of every answer
        return text
    return "".join(c if c == "\n" or unicodedata.category(c) not in _UNSAFE else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
