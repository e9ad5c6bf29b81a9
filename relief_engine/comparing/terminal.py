"""Comparing stage: a report for the terminal, readable in 80 columns and fewer, with or without colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from relief_engine.comparing.blocks import Block, Code, Entry, Heading, Paragraph
from relief_engine.explanation.columns import columns, wrapped

_BOLD, _DIM = "1", "2"
_STYLES = {"+": "32", "-": "31", "~": "33", "✓": "32", "✗": "31", "?": "33", "→": "35"}


def render(blocks: Iterable[Block], *, width: int = 80, colour: bool = False) -> str:
    """The report as text. No line but those to be copied takes more than ``width`` columns."""
    return "\n".join(_Page(width, colour=colour).lines(blocks)) + "\n"


class _Page:
    def __init__(self, width: int, *, colour: bool) -> None:
        self.width = width
        self.colour = colour

    def lines(self, blocks: Iterable[Block]) -> Iterator[str]:
        before: Block | None = None
        for block in blocks:
            if isinstance(block, Paragraph) and isinstance(before, Entry | Code):
                yield ""
            before = block
            match block:
                case Heading(level=level, text=text):
                    if level < 4:
                        yield self.painted("─" * self.width, _DIM) if level == 1 else ""
                    yield from (self.painted(line, _BOLD) for line in wrapped(text, self.width))
                case Paragraph(text=text, strong=strong):
                    yield from (self.painted(line, _BOLD if strong else "") for line in wrapped(text, self.width))
                case Code(text=text, level=level):
                    yield from ("  " * (level + 1) + line for line in text.splitlines())
                case Entry():
                    yield from self.entry(block)

    def entry(self, entry: Entry) -> Iterator[str]:
        """A text behind its mark; what stands aside follows it, or hangs below where it does not fit."""
        lead = f"{entry.mark} " if entry.mark else ""
        indent = 2 * entry.level
        hang = indent + columns(lead)
        lines = wrapped(entry.text, max(self.width - hang, 10))
        beside = entry.aside and hang + columns(lines[-1]) + 2 + columns(entry.aside) <= self.width
        for number, line in enumerate(lines):
            start = " " * indent + self.painted(lead, _STYLES.get(entry.mark, "")) if number == 0 else " " * hang
            end = f"  {self.painted(entry.aside, _DIM)}" if beside and number == len(lines) - 1 else ""
            yield start + line + end
        if entry.aside and not beside:
            for line in wrapped(entry.aside, max(self.width - hang, 10)):
                yield " " * hang + self.painted(line, _DIM)

    def painted(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.colour and style and text else text
