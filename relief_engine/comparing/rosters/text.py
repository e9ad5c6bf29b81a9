"""Comparing stage, rosters: an impact for the terminal, readable in 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from relief_engine.comparing.rosters.model import Kind
from relief_engine.comparing.rosters.outline import Block, Outline, outline
from relief_engine.comparing.rosters.result import Impact
from relief_engine.explanation.columns import columns, hanging, wrapped
from relief_engine.explanation.harmless import one_line
from relief_engine.text import DEFAULT_LANGUAGE, Language, Text

#: Marks of what became of an answer.
MARKS = {
    Kind.GAINS: "↑", Kind.LOSES: "↓", Kind.GRANTED: "✓", Kind.REFUSED: "✗", Kind.TO_PEOPLE: "→",
    Kind.FROM_PEOPLE: "←", Kind.FIGURE: "≠", Kind.ASKED: "?", Kind.LESS_ASKED: "-", Kind.OTHER: "·",
    Kind.UNREAD: "!", Kind.READ: "!", Kind.UNCHANGED: "=",
}  # fmt: skip
_COLON = Text("：", ": ")


def impact_text(impact: Impact, language: Language = DEFAULT_LANGUAGE, *, most: int = 10, width: int = 80) -> str:
    """An impact as text: counts and sums by programme, then the ``most`` changes about the most money."""
    return "\n".join(_lines(outline(impact, language, most=most), language, width)) + "\n"


def _lines(page: Outline, language: Language, width: int) -> Iterator[str]:
    yield page.title
    for name, value in page.head:
        yield from hanging(f"{name}{_COLON.in_(language)}", value, 0, width)
    yield from wrapped(page.rows, width)
    yield from wrapped(page.verdict, width)
    for block in page.blocks:
        yield ""
        yield from _block(block, width)
    if page.undecided:
        yield ""
    for text in page.undecided:
        yield from hanging("· ", one_line(text), 0, width)
    if page.entries:
        yield ""
        yield page.heading
    for entry in page.entries:
        yield from hanging(f"{MARKS[entry.kind]} ", entry.lead, 2, width)
        for name, text in entry.lines:
            yield from hanging(f"{name}  ", text, 6, width)
    if page.left_out:
        yield from wrapped(f"  … {page.left_out}", width)
    if page.notes:
        yield ""
    for note in page.notes:
        yield from hanging("· ", note, 0, width)


def _block(block: Block, width: int) -> Iterator[str]:
    yield from wrapped(block.title, width)
    for note in block.notes:
        yield from hanging("· ", note, 2, width)
    wide = max((columns(line.label) for line in block.lines), default=0)
    figures = max((columns(line.number) for line in block.lines), default=0)
    for line in block.lines:
        mark = MARKS[line.kind] if line.kind is not None else " "
        label = line.label + " " * (wide - columns(line.label))
        yield f"  {mark} {label}  {' ' * (figures - columns(line.number))}{line.number}"
        for text in line.said:
            yield from hanging("", text, 6, width)
