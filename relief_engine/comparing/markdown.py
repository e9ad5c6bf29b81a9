"""Comparing stage: a report as Markdown, for a comment on a change of the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from relief_engine.comparing.blocks import Block, Code, Entry, Heading, Paragraph
from relief_engine.explanation.markdown import escaped

#: Marks that say no more than that a line is one of several.
_BULLETS = ("", "·")


def render(blocks: Iterable[Block]) -> str:
    """The report as Markdown text."""
    lines = list(_lines(blocks))
    return "\n".join(line for at, line in enumerate(lines) if line or (at and lines[at - 1])).strip() + "\n"


def _lines(blocks: Iterable[Block]) -> Iterator[str]:
    listed = False
    for block in blocks:
        if listed != isinstance(block, Entry | Code):
            yield ""
        listed = isinstance(block, Entry | Code)
        match block:
            case Heading(level=level, text=text):
                yield from (f"{'#' * (level + 1)} {escaped(text)}", "")
            case Paragraph(text=text, strong=strong):
                yield from (f"**{escaped(text)}**" if strong else escaped(text), "")
            case Code(text=text, level=level):
                # A block inside a list stands as deep as its text.
                inside = "  " * (level + 1)
                yield from ("", f"{inside}```yaml", *(inside + line for line in text.splitlines()), f"{inside}```", "")
            case Entry(mark=mark, text=text, level=level, aside=aside):
                lead = f"{escaped(mark)} " if mark not in _BULLETS else ""
                yield f"{'  ' * level}- {lead}{escaped(text)}{f' {escaped(aside)}' if aside else ''}"
