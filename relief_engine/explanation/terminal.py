"""Explanation stage: a report for the terminal, readable in 80 columns and fewer, with or without colour."""

from __future__ import annotations

from collections.abc import Iterator

from relief_engine.explanation.columns import columns, wrapped
from relief_engine.explanation.outline import ANSWER_MARKS, Item, Mark, Outline, Section
from relief_engine.explanation.sheet import Group, Sheet

_MARKS: dict[Mark, tuple[str, str]] = {
    "met": ("✓", "32"),
    "unmet": ("✗", "31"),
    "unknown": ("?", "33"),
    "referred": ("→", "35"),
    "plain": ("·", ""),
}
_BOLD, _DIM = "1", "2"


def render(sheet: Sheet, *, width: int = 80, colour: bool = False) -> str:
    """The report as text. Every line takes at most ``width`` columns."""
    return "\n".join(_Page(sheet, width, colour=colour).lines()) + "\n"


class _Page:
    def __init__(self, sheet: Sheet, width: int, *, colour: bool) -> None:
        self.sheet = sheet
        self.width = width
        self.colour = colour

    def lines(self) -> Iterator[str]:
        sheet = self.sheet
        for name, value in sheet.head:
            yield from self.text(sheet.pair(name, value))
        if sheet.answers:
            yield from self.overview()
        for section in sheet.questions:
            yield from self.section(section)
        if sheet.skipped:
            yield ""
            yield from self.text(sheet.word("skipped"), _BOLD)
            for item in sheet.skipped:
                yield from self.item(item, 0)
        if sheet.left_out:
            yield ""
            yield from self.text(sheet.left_out, _DIM)
        for group in sheet.groups:
            yield from self.group(group)
        yield self.rule()
        for name, value in sheet.receipt:
            yield from self.text(f"{name} {value}", _DIM)

    # --- parts --------------------------------------------------------------------------------------------------

    def overview(self) -> Iterator[str]:
        """Every answer in a line or two, by outcome."""
        yield ""
        yield from self.text(self.sheet.word("answers"), _BOLD)
        for answers in self.sheet.answers:
            mark, style = _MARKS[answers.mark]
            yield from self.hanging("", answers.title, 2, style)
            for entry in answers.entries:
                yield from self.hanging(f"{mark} ", entry.text, 4, style)
            if answers.total is not None:
                yield from self.hanging("", answers.total, 4, _BOLD)

    def group(self, group: Group) -> Iterator[str]:
        yield self.rule()
        yield from self.text(group.title, _BOLD)
        for name, value in group.about:
            yield from self.text(self.sheet.pair(name, value), _DIM)
        for decision in group.decisions:
            yield from self.decision(decision)
        for section in group.shared:
            yield from self.section(section)

    def decision(self, decision: Outline) -> Iterator[str]:
        yield ""
        yield from self.text(decision.subject)
        _, style = _MARKS[ANSWER_MARKS[decision.outcome]]
        yield from self.text(decision.headline, f"{_BOLD};{style}" if style else _BOLD)
        for section in decision.sections:
            yield from self.section(section)

    def section(self, section: Section) -> Iterator[str]:
        yield ""
        yield from self.text(section.title, _BOLD)
        for item in section.items:
            yield from self.item(item, 0)

    def item(self, item: Item, level: int) -> Iterator[str]:
        mark, style = _MARKS[item.mark]
        aside = "  ".join(part for part in (item.place, self.sheet.cited(item.citations)) if part)
        yield from self.hanging(f"{mark} ", item.text, 2 + 2 * level, style, aside)
        for below in item.items:
            yield from self.item(below, level + 1)

    # --- lines --------------------------------------------------------------------------------------------------

    def rule(self) -> str:
        return self.painted("─" * self.width, _DIM)

    def text(self, text: str, style: str = "") -> Iterator[str]:
        for line in wrapped(text, self.width):
            yield self.painted(line, style)

    def hanging(self, lead: str, text: str, indent: int, style: str = "", aside: str = "") -> Iterator[str]:
        """A text behind a coloured lead; what stands aside follows it, or hangs below where it does not fit."""
        hang = indent + columns(lead)
        lines = wrapped(text, max(self.width - hang, 10))
        beside = aside and hang + columns(lines[-1]) + 2 + columns(aside) <= self.width
        for number, line in enumerate(lines):
            start = " " * indent + self.painted(lead, style) if number == 0 else " " * hang
            end = f"  {self.painted(aside, _DIM)}" if beside and number == len(lines) - 1 else ""
            yield start + line + end
        if aside and not beside:
            for line in wrapped(aside, max(self.width - hang, 10)):
                yield " " * hang + self.painted(line, _DIM)

    def painted(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.colour and style and text else text
