"""Comparing stage: the parts of which a printed report is made, the same for every form."""

from __future__ import annotations

from typing import NamedTuple

from relief_engine.explanation.harmless import one_line
from relief_engine.text import Language


def line(zh: str, en: str, language: Language) -> str:
    """A line of the report in its language, harmless; English begins with a capital letter."""
    text = one_line(zh if language == "zh" else en)
    return text if language == "zh" else text[:1].upper() + text[1:]


class Heading(NamedTuple):
    """A title; ``level`` is 1 for the parts of the report, 2 to 4 below."""

    level: int
    text: str


class Entry(NamedTuple):
    """One line with a mark; ``aside`` follows it, or stands below where it does not fit."""

    mark: str
    text: str
    level: int = 0
    aside: str = ""


class Paragraph(NamedTuple):
    """A line by itself; ``strong`` if it says what came out."""

    text: str
    strong: bool = False


class Code(NamedTuple):
    """Text that is to be copied as it is."""

    text: str
    level: int = 0


Block = Heading | Entry | Paragraph | Code
