"""Explanation stage: a report for the terminal, readable in 80 columns, with or without colour."""

from __future__ import annotations

import io

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text as Rich

from relief_engine.decision import Outcome
from relief_engine.explanation.outline import Item, Mark, Outline
from relief_engine.explanation.sheet import Sheet

_MARKS: dict[Mark, tuple[str, str]] = {
    "met": ("✓", "green"),
    "unmet": ("✗", "red"),
    "unknown": ("?", "yellow"),
    "referred": ("→", "magenta"),
    "plain": ("·", "dim"),
}
_OUTCOMES: dict[Outcome, str] = {
    Outcome.ELIGIBLE: "bold green",
    Outcome.REFERRED: "bold magenta",
    Outcome.UNDETERMINED: "bold yellow",
    Outcome.INELIGIBLE: "bold red",
    Outcome.NOT_IN_FORCE: "bold",
}


def render(sheet: Sheet, *, width: int = 80, colour: bool = False) -> str:
    """The report as text; user text is never read as markup."""
    buffer = io.StringIO()
    console = Console(
        file=buffer, width=width, force_terminal=colour, color_system="standard" if colour else None,
        markup=False, highlight=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    console.print(Rich(f"{sheet.word('as_of')}：{sheet.as_of}" if sheet.language == "zh" else f"{sheet.word('as_of')}: {sheet.as_of}"))
    for decision in sheet.decisions:
        _decision(console, decision, sheet)
    if sheet.skipped:
        console.print(Rule(style="dim"))
        console.print(Rich(sheet.word("skipped"), style="bold"))
        for title, reason in sheet.skipped:
            _item(console, Item("plain", f"{title}：{reason}" if sheet.language == "zh" else f"{title}: {reason}"), 0)
    if sheet.total is not None:
        console.print(Rule(style="dim"))
        console.print(Rich(f"{sheet.word('total')}：{sheet.total}" if sheet.language == "zh" else f"{sheet.word('total')}: {sheet.total}", style="bold"))
    console.print(Rule(style="dim"))
    console.print(Rich(sheet.word("receipt"), style="dim"))
    for name, value in sheet.receipt:
        console.print(Padding(Rich(f"{name}  {value}", style="dim", overflow="fold"), (0, 0, 0, 2)))
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def _decision(console: Console, decision: Outline, sheet: Sheet) -> None:
    console.print(Rule(style="dim"))
    console.print(Rich(decision.title, style="bold"))
    console.print(Rich(decision.subject))
    console.print()
    console.print(Rich(decision.headline, style=_OUTCOMES[decision.outcome]))
    if decision.citations:
        console.print(Rich(f"{sheet.word('basis')} {decision.citations}", style="dim"))
    for section in decision.sections:
        console.print()
        console.print(Rich(section.title, style="bold"))
        for item in section.items:
            _item(console, item, 0)


def _item(console: Console, item: Item, level: int) -> None:
    mark, style = _MARKS[item.mark]
    indent = 2 + 2 * level
    body = Rich(item.text, overflow="fold")
    aside = "  ".join(part for part in (_bracketed("〔", item.citations, "〕"), _bracketed("[", item.place, "]")) if part)
    if aside:
        body.append(f"  {aside}", style="dim")
    # Wrapped lines hang under the first, so that the marks stand free.
    for number, wrapped in enumerate(body.wrap(console, max(console.width - indent - 2, 20))):
        wrapped.rstrip()
        lead = Rich(f"{mark} ", style=style) if number == 0 else Rich("  ")
        console.print(Padding(Rich.assemble(lead, wrapped), (0, 0, 0, indent)), no_wrap=True)
    for below in item.items:
        _item(console, below, level + 1)


def _bracketed(left: str, text: str, right: str) -> str:
    return f"{left}{text}{right}" if text else ""
