"""Explanation stage: a report as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from relief_engine.explanation.outline import Item, Mark, Outline, Section
from relief_engine.explanation.sheet import Group, Sheet

_MARKS: dict[Mark, str] = {"met": "✓ ", "unmet": "✗ ", "unknown": "? ", "referred": "→ ", "plain": ""}

#: What Markdown or HTML would read as markup anywhere in a line.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&$])")
#: What would begin a list, a heading or a rule at the start of a line, and what is taken for a link.
_LEADING = re.compile(r"^([-+=]|\d+(?=[.)]))")
_LINK = re.compile(r"(?i)(://|\bwww(?=\.)|(?<=\w)@(?=\w))")


def escaped(text: str) -> str:
    """A text on one line in which nothing is read as Markdown or HTML."""
    text = _SPECIAL.sub(r"\\\1", text)
    text = _LEADING.sub(lambda match: f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}", text)
    return _LINK.sub(lambda match: "www\\" if match[0].lower() == "www" else f"\\{match[0]}", text)


def render(sheet: Sheet) -> str:
    """The report as Markdown text."""
    return "\n".join(_page(sheet)) + "\n"


def _page(sheet: Sheet) -> Iterator[str]:
    for name, value in sheet.head:
        yield f"- {sheet.pair(name, escaped(value))}"
    yield ""
    if sheet.answers:
        yield from (f"# {sheet.word('answers')}", "")
        for answers in sheet.answers:
            yield f"- **{escaped(answers.title)}**"
            for entry in answers.entries:
                yield f"  - {_MARKS[answers.mark]}{escaped(entry.text)}"
            if answers.total is not None:
                yield f"  - **{escaped(answers.total)}**"
        yield ""
    for section in sheet.questions:
        yield from _section(section, sheet, "#")
    if sheet.skipped:
        yield from (f"# {sheet.word('skipped')}", "")
        for item in sheet.skipped:
            yield from _item(item, sheet, 0)
        yield ""
    if sheet.left_out:
        yield from (escaped(sheet.left_out), "")
    for group in sheet.groups:
        yield from _group(group, sheet)
    yield from ("---", "", sheet.word("receipt"), "")
    for name, value in sheet.receipt:
        yield f"- {sheet.pair(name, _code(value))}"


def _group(group: Group, sheet: Sheet) -> Iterator[str]:
    yield from (f"# {escaped(group.title)}", "")
    for name, value in group.about:
        yield f"- {sheet.pair(name, escaped(value))}"
    yield ""
    for decision in group.decisions:
        yield from _decision(decision, sheet)
    for section in group.shared:
        yield from _section(section, sheet, "##")


def _decision(decision: Outline, sheet: Sheet) -> Iterator[str]:
    yield from (f"## {escaped(decision.subject)}", "", f"**{escaped(decision.headline)}**", "")
    for section in decision.sections:
        yield from _section(section, sheet, "###")


def _section(section: Section, sheet: Sheet, level: str) -> Iterator[str]:
    yield from (f"{level} {escaped(section.title)}", "")
    for item in section.items:
        yield from _item(item, sheet, 0)
    yield ""


def _item(item: Item, sheet: Sheet, level: int) -> Iterator[str]:
    place = f" {_code(item.place)}" if item.place else ""
    cited = f" {escaped(sheet.cited(item.citations))}" if item.citations else ""
    yield f"{'  ' * level}- {_MARKS[item.mark]}{escaped(item.text)}{place}{cited}"
    for below in item.items:
        yield from _item(below, sheet, level + 1)


def _code(text: str) -> str:
    return f"`{text.replace('`', '')}`"
